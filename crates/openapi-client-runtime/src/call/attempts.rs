//! The attempts of one call: each is sent, judged, and perhaps retried.

use std::time::Duration;

use futures_util::FutureExt;
use reqwest::{Request, Response};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::call::middleware::{Attempt, Next};
use crate::call::observer::{Outcome, WaitReason, Watch};
use crate::call::redirect;
use crate::call::response::Answer;
use crate::call::retry::{self, RetryPolicy};
use crate::call::settings::Settings;
use crate::call::trace;
use crate::call::trace::Call;
use crate::facts::retry::Harmless;
use crate::values::time::after;
use crate::wire::credential::{self, Chosen, Used};
use crate::{ErrorKind, Failure, Form, Operation, Retry};

/// A call whose request is complete but for its credentials.
pub(crate) struct Attempts<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) operation: &'static Operation,
    pub(crate) credentials: Chosen<'a>,
    /// The body, where it is made anew for each attempt.
    pub(crate) form: Option<&'a Form>,
    pub(crate) policy: &'a RetryPolicy,
    /// The path below the base URL, by which limits are counted.
    pub(crate) path: String,
    /// Whether the request carries an idempotency key.
    pub(crate) has_key: bool,
    /// Whether a success is left to its consumer unread.
    pub(crate) streams: bool,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) deadline: Instant,
    pub(crate) watch: &'a mut Watch,
}

/// What came of a request that was sent.
struct Tried {
    result: Result<Answer, Failure>,
    used: Option<Used>,
}

/// The head of a reply, whose body is still under way.
struct Exchanged {
    response: Response,
    /// Whether a redirection led to another origin, which never saw the credentials.
    by_stranger: bool,
}

/// A failure that may pass, and what the server says of when.
struct Transient {
    /// Which calls can be retried after it.
    harmless: Harmless,
    timed_out: bool,
    retry_after: Option<Duration>,
}

impl Attempts<'_> {
    /// Sends the request until there is a reply to keep.
    pub(crate) async fn run(mut self, request: Request, call: &Call) -> Result<Answer, Failure> {
        let mut template = Template {
            request: Some(request),
            form: self.form,
        };
        let mut repeats = 0;
        let mut renewed = false;
        let (mut result, not_repeated) = loop {
            let Some(request) = template.next() else {
                // `may_repeat` has seen to it that there is one.
                break (Err(Failure::invalid("its body is used up")), None);
            };
            let Tried { result, used } = match self.attempt(request).await {
                Ok(tried) => tried,
                Err(failure) => break (Err(failure), None),
            };
            if !renewed && let Some(used) = used.filter(|_| has_status(&result, 401)) {
                renewed = true;
                match self.renew(&used).await {
                    Ok(true) if template.is_left() => continue,
                    Ok(true) => break (result, Some(ONLY_ONCE)),
                    Ok(false) => {}
                    Err(failure) => break (Err(failure), None),
                }
            }
            let delay = retry_after(&result)
                .unwrap_or_else(|| self.policy.delay(repeats + 1, fastrand::f64()));
            if has_status(&result, 429) {
                self.settings.limiter.close(&self.path, delay);
            }
            let Some(transient) = self.transient(&result) else {
                break (result, None);
            };
            if repeats + 1 >= self.policy.max_attempts {
                break (result, None);
            }
            if let Err(reason) = self.may_repeat(&transient, delay, &template) {
                break (result, Some(reason));
            }
            repeats += 1;
            self.watch.waits(WaitReason::Repeat, delay);
            sleep(delay).await;
        };
        self.finish(&mut result, not_repeated, call);
        result
    }

    /// Sends the request. What fails before that is not retried: a source of tokens has retries of
    /// its own, and a limit has been waited for.
    async fn attempt(&mut self, mut request: Request) -> Result<Tried, Failure> {
        let used = self.admit(&mut request).await?;
        let number = self.watch.attempt();
        let started = Instant::now();
        let until = self.attempt_timeout.map_or(self.deadline, |timeout| {
            after(started, timeout).min(self.deadline)
        });
        let late = || out_of_time(until == self.deadline);
        let (result, used) = match timeout_at(until, self.exchange(request, number)).await {
            Ok(Ok(exchanged)) => {
                let time = sleep_until(until).map(|()| late());
                let result = self.receive(exchanged.response, number, time).await;
                (result, used.filter(|_| !exchanged.by_stranger))
            }
            Ok(Err(failure)) => (Err(failure), used),
            Err(_) => (Err(late()), used),
        };
        self.watch
            .attempt_ended(outcome(&result), started.elapsed());
        Ok(Tried { result, used })
    }

    /// Puts form and credentials on the request, and waits until the limits allow it: last, so that
    /// what is refused here uses none of them up.
    async fn admit(&mut self, request: &mut Request) -> Result<Option<Used>, Failure> {
        if let Some(form) = self.form {
            let client = &self.settings.http_client;
            let attached = form.attach(client, self.operation, request);
            timeout_at(self.deadline, attached).await.map_err(|_| {
                Failure::new(ErrorKind::Timeout, "its files did not open in time")
            })??;
        }
        let put = self
            .credentials
            .put(self.settings.api, self.operation, request);
        let used = timeout_at(self.deadline, put)
            .await
            .map_err(|_| Failure::new(ErrorKind::Timeout, "no token came in time"))??;
        let waited = self
            .settings
            .limiter
            .enter(&self.path, self.deadline)
            .await?;
        self.watch.waits(WaitReason::RateLimit, waited);
        Ok(used)
    }

    /// One request and its reply, through all middlewares, and through redirections where they are
    /// followed.
    async fn exchange(&self, request: Request, number: u32) -> Result<Exchanged, Failure> {
        let settings = self.settings;
        let mut redirections = 0;
        let mut by_stranger = false;
        let mut request = request;
        loop {
            trace::sending(&settings.allowed, number, &request);
            let next = Next {
                rest: &settings.middlewares,
                http_client: &settings.http_client,
                attempt: Attempt {
                    operation: self.operation,
                    number,
                },
            };
            let (method, url) = (request.method().clone(), request.url().clone());
            let follows = redirections < settings.max_redirects;
            let again = follows.then(|| request.try_clone()).flatten();
            let response = next.run(request).await?;
            let declared = self
                .operation
                .response_for(response.status().as_u16())
                .is_some_and(|spec| spec.envelope_variant().is_some());
            let target = again.filter(|_| !declared).and_then(|again| {
                let target = redirect::target(settings.api, &method, &url, &response)?;
                Some((target, again))
            });
            let Some((target, mut again)) = target else {
                return Ok(Exchanged {
                    response,
                    by_stranger,
                });
            };
            if target.leaves_origin {
                by_stranger = true;
                credential::strip_for_strangers(settings.api, &mut again);
            }
            redirect::apply(target, &mut again);
            redirections += 1;
            request = again;
        }
    }

    async fn receive(
        &self,
        response: Response,
        number: u32,
        time: impl Future<Output = Failure>,
    ) -> Result<Answer, Failure> {
        let settings = self.settings;
        let about = (settings.api, self.operation);
        let limit = settings.response_body_limit;
        let answer = Answer::receive(response, about, limit, self.streams, time).await?;
        trace::received(&settings.allowed, number, &answer.reply);
        Ok(answer)
    }

    /// Renews a rejected token; true if a new one came.
    async fn renew(&self, used: &Used) -> Result<bool, Failure> {
        match timeout_at(self.deadline, used.source.renew(&used.token)).await {
            Ok(renewed) => Ok(renewed?.is_some()),
            Err(_) => Err(Failure::new(
                ErrorKind::Timeout,
                "the server refused the token, and no other one came in time",
            )),
        }
    }

    /// Whether the failure is one that may pass.
    fn transient(&self, result: &Result<Answer, Failure>) -> Option<Transient> {
        match result {
            Ok(answer) => {
                let reply = &answer.reply;
                let statuses = self
                    .operation
                    .retry_statuses()
                    .unwrap_or(self.settings.api.retry_statuses);
                let says_when = reply.retry_after.is_some();
                let running = retry::is_running_elsewhere(reply.status, self.has_key, says_when);
                let running = running.then_some(Harmless::Usual);
                let harmless = statuses.harmless(reply.status).or(running)?;
                Some(Transient {
                    harmless,
                    timed_out: false,
                    retry_after: reply.retry_after,
                })
            }
            Err(failure) => failure.kind().may_pass().then_some(Transient {
                harmless: if failure.is_connect() {
                    Harmless::Any
                } else {
                    Harmless::Usual
                },
                timed_out: failure.kind() == ErrorKind::Timeout,
                retry_after: None,
            }),
        }
    }

    /// Whether the request may be sent again after `delay`, else why not.
    fn may_repeat(
        &self,
        transient: &Transient,
        delay: Duration,
        template: &Template<'_>,
    ) -> Result<(), &'static str> {
        let operation = self.operation;
        let safe = match (operation.retry(), transient.harmless) {
            (Some(Retry::Never), _) => return Err("the API says that a retry is never safe"),
            (Some(Retry::Always), _) | (None, Harmless::Any) => true,
            (None, Harmless::Usual) => operation.method().is_idempotent() || self.has_key,
            (None, Harmless::Reads) => operation.method().is_safe(),
        };
        if !safe {
            return Err("the server may have carried it out");
        }
        if !template.is_left() {
            return Err(ONLY_ONCE);
        }
        if transient
            .retry_after
            .is_some_and(|wait| wait > self.policy.max_retry_after)
        {
            return Err("the server asks to wait longer than this client does");
        }
        if after(Instant::now(), delay) >= self.deadline {
            return Err("its timeout leaves no time for another attempt");
        }
        if !self.settings.retry_budget.take(transient.timed_out) {
            return Err("too many calls of this client fail");
        }
        Ok(())
    }

    /// Writes down how it went.
    fn finish(
        self,
        result: &mut Result<Answer, Failure>,
        not_repeated: Option<&'static str>,
        call: &Call,
    ) {
        let trail = crate::error::trail::Trail {
            attempts: self.watch.attempts(),
            elapsed: self.watch.elapsed(),
            not_repeated,
        };
        call.attempted(trail.attempts);
        let may_pass = self.transient(result).is_some();
        match result {
            Ok(answer) => {
                answer.reply.may_pass = may_pass;
                if answer.reply.status.is_success() {
                    self.settings.retry_budget.earn();
                }
                answer.reply.trail = trail;
            }
            Err(failure) => failure.set_trail(trail),
        }
    }
}

const ONLY_ONCE: &str = "its body is a stream, which can be sent only once";

/// The request that attempts are copied from. One whose body is a stream is given away once.
struct Template<'a> {
    request: Option<Request>,
    form: Option<&'a Form>,
}

impl Template<'_> {
    fn next(&mut self) -> Option<Request> {
        match self.request.as_ref()?.try_clone() {
            Some(copy) => Some(copy),
            None => self.request.take(),
        }
    }

    fn is_left(&self) -> bool {
        self.request.is_some() && self.form.is_none_or(|form| !form.is_spent())
    }
}

fn has_status(result: &Result<Answer, Failure>, status: u16) -> bool {
    matches!(result, Ok(answer) if answer.reply.status.as_u16() == status)
}

fn retry_after(result: &Result<Answer, Failure>) -> Option<Duration> {
    result.as_ref().ok()?.reply.retry_after
}

fn outcome(result: &Result<Answer, Failure>) -> Outcome {
    match result {
        Ok(answer) => Outcome::Answered(answer.reply.status),
        Err(failure) => Outcome::Failed(failure.kind()),
    }
}

fn out_of_time(whole_call: bool) -> Failure {
    let reason = if whole_call {
        "no complete reply came within the timeout of the call"
    } else {
        "no complete reply came within the timeout of an attempt"
    };
    Failure::new(ErrorKind::Timeout, reason)
}

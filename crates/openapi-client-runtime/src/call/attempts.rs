//! The attempts of one call: each is sent, judged, and perhaps retried.

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::Method;
use http::header::{ACCEPT, HeaderMap, HeaderValue, USER_AGENT};
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout_at};
use url::Url;

use crate::call::limiter::Class;
use crate::call::middleware::{Attempt, HttpRequest, Next};
use crate::call::observer::{Outcome, WaitReason};
use crate::call::response::{Answer, Received};
use crate::call::retry::{self, RetryPolicy};
use crate::call::scope::Scope;
use crate::call::settings::Settings;
use crate::call::{redirect, trace};
use crate::facts::retry::Repeatable;
use crate::values::time::after;
use crate::wire::body::Body;
use crate::wire::credential::{self, Chosen, Used};
use crate::{ErrorKind, Failure, Form, Operation, Retry};

/// A call whose request is complete but for its credentials.
pub(crate) struct Attempts<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) operation: &'static Operation,
    pub(crate) credentials: Chosen<'a>,
    pub(crate) policy: &'a RetryPolicy,
    /// The requests with which this one shares a limit.
    pub(crate) class: Option<&'a Class>,
    /// Whether the request carries an idempotency key.
    pub(crate) has_key: bool,
    /// Whether a success is left to its consumer unread.
    pub(crate) streams: bool,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) deadline: Instant,
    pub(crate) scope: &'a mut Scope,
}

/// What came of a request that was sent.
struct Tried {
    result: Result<Answer, Failure>,
    used: Option<Used>,
}

/// The head of a reply, whose body is still under way.
struct Exchanged {
    response: reqwest::Response,
    /// Whether a redirection led to another origin, which never saw the credentials.
    by_stranger: bool,
}

/// A failure that may pass, and what the server says of when.
struct Transient {
    /// Which calls can be retried after it.
    after: Repeatable,
    timed_out: bool,
    retry_after: Option<Duration>,
}

impl Attempts<'_> {
    /// Sends the request until there is a reply to keep.
    pub(crate) async fn run(mut self, mut template: Template<'_>) -> Result<Answer, Failure> {
        let mut retries = 0;
        let mut renewed = false;
        let (result, not_retried) = loop {
            let Some(request) = template.next() else {
                // `may_retry` has seen to it that there is one.
                break (Err(Failure::invalid("its body is used up")), None);
            };
            let Tried { result, used } = match self.attempt(request, template.form).await {
                Ok(tried) => tried,
                Err(failure) => break (Err(failure), None),
            };
            if matches!(&result, Ok(answer) if answer.reply.status.is_success()) {
                break (result, None);
            }
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
                .unwrap_or_else(|| self.policy.delay(retries + 1, fastrand::f64()));
            if let Some(class) = self.class.filter(|_| has_status(&result, 429)) {
                class.close(delay);
            }
            let Some(transient) = self.transient(&result) else {
                break (result, None);
            };
            if retries + 1 >= self.policy.max_attempts {
                break (result, None);
            }
            if let Err(reason) = self.may_retry(&transient, delay, &template) {
                break (result, Some(reason));
            }
            retries += 1;
            self.scope.waits(WaitReason::Retry, delay);
            sleep(delay).await;
        };
        self.finish(result, not_retried)
    }

    /// Sends the request. What fails before that is not retried: a source of tokens has retries of
    /// its own, and a limit has been waited for.
    async fn attempt(
        &mut self,
        mut request: reqwest::Request,
        form: Option<&Form>,
    ) -> Result<Tried, Failure> {
        let used = self.admit(&mut request, form).await?;
        let number = self.scope.attempt();
        // The clock is asked again only where somebody wants to know.
        let started = if self.attempt_timeout.is_some() || self.scope.is_watched() {
            Instant::now()
        } else {
            self.scope.started()
        };
        let until = self.attempt_timeout.map_or(self.deadline, |timeout| {
            after(started, timeout).min(self.deadline)
        });
        let mut time = std::pin::pin!(sleep_until(until));
        let exchange = std::pin::pin!(self.exchange(request, number));
        let (result, used) = match select(exchange, time.as_mut()).await {
            Either::Left((Ok(exchanged), _)) => {
                let late = || out_of_time(until == self.deadline);
                let result = self.receive(exchanged.response, number, time, late).await;
                (result, used.filter(|_| !exchanged.by_stranger))
            }
            Either::Left((Err(failure), _)) => (Err(failure), used),
            Either::Right(_) => (Err(out_of_time(until == self.deadline)), used),
        };
        self.scope.attempt_ended(|| outcome(&result), started);
        Ok(Tried { result, used })
    }

    /// Puts on what is made anew for each attempt: the form and the credentials. Waits for the limit.
    async fn admit(
        &self,
        request: &mut reqwest::Request,
        form: Option<&Form>,
    ) -> Result<Option<Used>, Failure> {
        let settings = self.settings;
        if let Some(form) = form {
            let attached = form.attach(&settings.http_client, self.operation, request);
            timeout_at(self.deadline, attached).await.map_err(|_| {
                Failure::new(ErrorKind::Timeout, "its files did not open in time")
            })??;
        }
        let put = self.credentials.put(self.operation, request);
        let used = if self.credentials.may_renew() {
            let none = |_| Failure::new(ErrorKind::Timeout, "no token came in time");
            timeout_at(self.deadline, put).await.map_err(none)??
        } else {
            // Nothing to wait for.
            put.await?
        };
        if let Some(class) = self.class {
            let waited = class.enter(self.deadline).await?;
            self.scope.waits(WaitReason::RateLimit, waited);
        }
        Ok(used)
    }

    /// One request and its reply, through all middlewares, and through redirections where they are
    /// followed.
    async fn exchange(
        &self,
        mut request: reqwest::Request,
        number: u32,
    ) -> Result<Exchanged, Failure> {
        let settings = self.settings;
        let mut redirections = 0;
        let mut by_stranger = false;
        loop {
            trace::sending(&settings.allowed, number, &request);
            // Without redirections, nothing has to be kept of the request.
            let follows = redirections < settings.max_redirects;
            let sent = follows.then(|| request.try_clone()).flatten();
            let response = self.pass_on(request, number).await?;
            let is_declared = || {
                let declared = self.operation.response_for(response.status().as_u16());
                declared.is_some_and(|spec| spec.envelope_variant().is_some())
            };
            let followed = sent.filter(|_| !is_declared()).and_then(|sent| {
                let target = redirect::target(settings.api, sent.method(), sent.url(), &response)?;
                Some((target, sent))
            });
            let Some((target, mut again)) = followed else {
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

    /// Sends the request through all middlewares.
    async fn pass_on(
        &self,
        request: reqwest::Request,
        number: u32,
    ) -> Result<reqwest::Response, Failure> {
        let settings = self.settings;
        if settings.middlewares.is_empty() {
            let sent = settings.http_client.execute(request).await;
            return sent.map_err(Failure::transport);
        }
        let next = Next {
            rest: &settings.middlewares,
            http_client: &settings.http_client,
            attempt: Attempt {
                operation: self.operation,
                number,
            },
        };
        Ok(next.run(HttpRequest(request)).await?.0)
    }

    async fn receive(
        &self,
        response: reqwest::Response,
        number: u32,
        time: Pin<&mut Sleep>,
        late: impl FnOnce() -> Failure,
    ) -> Result<Answer, Failure> {
        let settings = self.settings;
        let received = Received {
            api: settings.api,
            operation: self.operation,
            limit: settings.response_body_limit,
            streams: self.streams,
        };
        let answer = received.read(response, time, late).await?;
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
                let retry_after = reply.retry_after();
                let running =
                    retry::is_running_elsewhere(reply.status, self.has_key, retry_after.is_some());
                let running = running.then_some(Repeatable::Idempotent);
                Some(Transient {
                    after: statuses.repeatable(reply.status).or(running)?,
                    timed_out: false,
                    retry_after,
                })
            }
            Err(failure) => failure.kind().may_pass().then_some(Transient {
                after: if failure.is_connect() {
                    Repeatable::All
                } else {
                    Repeatable::Idempotent
                },
                timed_out: failure.kind() == ErrorKind::Timeout,
                retry_after: None,
            }),
        }
    }

    /// Whether the request may be sent again after `delay`, else why not.
    fn may_retry(
        &self,
        transient: &Transient,
        delay: Duration,
        template: &Template<'_>,
    ) -> Result<(), &'static str> {
        let operation = self.operation;
        let safe = match (operation.retry(), transient.after) {
            (Some(Retry::Never), _) => return Err("the API says that a retry is never safe"),
            (Some(Retry::Always), _) | (None, Repeatable::All) => true,
            (None, Repeatable::Idempotent) => operation.method().is_idempotent() || self.has_key,
            (None, Repeatable::Reads) => operation.method().is_safe(),
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
        &self,
        mut result: Result<Answer, Failure>,
        not_retried: Option<&'static str>,
    ) -> Result<Answer, Failure> {
        match &mut result {
            Ok(answer) if answer.reply.status.is_success() => {
                self.settings.retry_budget.earn();
                // A success has no trail, until its body turns out not to be one.
            }
            Ok(_) => {
                let may_pass = self.transient(&result).is_some();
                if let Ok(answer) = &mut result {
                    answer.reply.may_pass = may_pass;
                    answer.reply.rare_mut().trail = self.scope.trail(not_retried);
                }
            }
            Err(failure) => failure.set_trail(self.scope.trail(not_retried)),
        }
        result
    }
}

const ONLY_ONCE: &str = "its body is a stream, which can be sent only once";

/// What the requests of all attempts are made of. A body that is a stream is given away once.
pub(crate) struct Template<'a> {
    pub(crate) method: Method,
    /// `None` once the request was given away for good.
    pub(crate) url: Option<Url>,
    /// Those of this call alone; usually none.
    pub(crate) headers: HeaderMap,
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) body: Option<Body>,
    /// The body, where it is made anew for each attempt.
    pub(crate) form: Option<&'a Form>,
    /// Whether there may be another attempt.
    pub(crate) is_kept: bool,
}

impl Template<'_> {
    fn next(&mut self) -> Option<reqwest::Request> {
        let copied = match &self.body {
            Some(body) => body.try_clone().map(Some),
            None => Some(None),
        };
        let (url, mut headers, body) = match copied.filter(|_| self.is_kept) {
            Some(body) if self.headers.is_empty() => (self.url.clone()?, HeaderMap::new(), body),
            Some(body) => (self.url.clone()?, self.headers.clone(), body),
            None => (
                self.url.take()?,
                std::mem::take(&mut self.headers),
                self.body.take(),
            ),
        };
        headers.reserve(4);
        if let Some(accept) = &self.accept {
            headers.entry(ACCEPT).or_insert_with(|| accept.clone());
        }
        headers.insert(USER_AGENT, self.user_agent.clone());
        let mut request = reqwest::Request::new(self.method.clone(), url);
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Body::into_reqwest);
        Some(request)
    }

    fn is_left(&self) -> bool {
        self.url.is_some() && self.form.is_none_or(|form| !form.is_spent())
    }
}

fn has_status(result: &Result<Answer, Failure>, status: u16) -> bool {
    matches!(result, Ok(answer) if answer.reply.status.as_u16() == status)
}

fn retry_after(result: &Result<Answer, Failure>) -> Option<Duration> {
    result.as_ref().ok()?.reply.retry_after()
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

//! From a request to its reply.

use http::{Method, header};

use super::Mock;
use crate::access::Caller;
use crate::api::Operation;
use crate::call::Call;
use crate::check::check;
use crate::control;
use crate::expect::{self, Exchange, Stage};
use crate::faults::{self, Fault};
use crate::oauth::{self, Endpoint};
use crate::prefer;
use crate::refusal::{Reason, Refusal};
use crate::reply::Reply;
use crate::request::Request;
use crate::route::Route;

/// What a request is for.
enum Target<'a> {
    /// An operation, with the values of its path.
    Operation(&'a Operation, Vec<(String, String)>),
    /// An endpoint of OAuth 2.0 that is no operation of the document.
    OAuth(Endpoint),
}

impl<'a> Target<'a> {
    fn operation(&self) -> Option<&'a Operation> {
        match self {
            Self::Operation(operation, _) => Some(operation),
            Self::OAuth(_) => None,
        }
    }
}

impl Mock {
    pub(crate) async fn handle(&self, request: Request) -> Reply {
        if control::is_for(self, &request) {
            let mut exchange = Exchange::unrecorded(self, request);
            let reply = control::answer(self, exchange.request()).await;
            exchange.replied(&reply);
            return reply;
        }
        let target = self.route(&request);
        let operation = target.as_ref().ok().and_then(Target::operation);
        let id = operation.map(|operation| operation.id.clone());
        let mut exchange = Exchange::open(self, request, id);
        let mut faults = self.inner.faults.take(operation.map(|o| o.id.as_str()));
        let reply = self.reply(target, exchange.request(), &mut faults).await;
        exchange.met(&faults);
        let mut reply = reply.unwrap_or_else(|refusal| {
            exchange.refused(&refusal);
            refusal.reply(self.api(), operation)
        });
        faults::spoil(&faults, self.api(), operation, &mut reply);
        exchange.replied(&reply);
        reply
    }

    /// Answers a request whose body is not taken.
    pub(crate) fn refuse(&self, request: Request, refusal: &Refusal) -> Reply {
        let id = self.operation_id(&request);
        let mut exchange = Exchange::open(self, request, id);
        // That a body is not taken is the server's doing, whatever the operation declares.
        let reply = refusal.reply(self.api(), None);
        exchange.refused(refusal);
        exchange.replied(&reply);
        reply
    }

    /// Notes down what a request got whose body did not come.
    pub(crate) fn unread(&self, request: Request, reply: Reply) -> Reply {
        let id = self.operation_id(&request);
        Exchange::open(self, request, id).replied(&reply);
        reply
    }

    fn operation_id(&self, request: &Request) -> Option<String> {
        let target = self.route(request).ok()?;
        target.operation().map(|operation| operation.id.clone())
    }

    fn route(&self, request: &Request) -> Result<Target<'_>, Refusal> {
        let api = self.api();
        if let Some(endpoint) = self.inner.oauth.outside(request) {
            return Ok(Target::OAuth(endpoint));
        }
        match api.router.find(request) {
            Route::Operation(number, path) => Ok(Target::Operation(&api.operations[number], path)),
            Route::OtherMethods(methods) => {
                let names = allowed(&methods);
                let detail = format!("{} takes {names}", request.path);
                let refusal = Refusal::new(Reason::MethodNotAllowed, detail);
                Err(refusal.with_header(header::ALLOW, names))
            }
            Route::Unknown => {
                let detail = format!("the document has no path {}", request.path);
                Err(Refusal::new(Reason::UnknownPath, detail))
            }
        }
    }

    /// The reply to a request, before it is spoilt. Faults that are met on the way join `faults`.
    async fn reply(
        &self,
        target: Result<Target<'_>, Refusal>,
        request: &Request,
        faults: &mut Vec<Fault>,
    ) -> Result<Reply, Refusal> {
        let operation = target.as_ref().ok().and_then(Target::operation);
        faults.extend(faults::asked_for(request)?);
        if let Some(reply) = faults::before(faults, self.api(), operation, request).await? {
            return Ok(reply);
        }
        let (operation, path) = match target? {
            Target::OAuth(endpoint) => return self.oauth_reply(endpoint, request),
            Target::Operation(operation, path) => (operation, path),
        };
        let (stage, target) = (Stage::BeforeChecks, (operation, path.as_slice()));
        let expected = expect::answer(self, stage, target, request, faults);
        if let Some(reply) = expected.await? {
            return Ok(reply);
        }
        self.answer(operation, path, request, faults).await
    }

    async fn answer(
        &self,
        operation: &Operation,
        path: Vec<(String, String)>,
        request: &Request,
        faults: &mut Vec<Fault>,
    ) -> Result<Reply, Refusal> {
        let inner = &*self.inner;
        let api = &inner.api;
        let by_address = inner.limits.by_address(Some(operation), request)?;
        let endpoint = inner.oauth.of_operation(operation);
        let caller = match endpoint {
            Some(endpoint) if endpoint.knows_callers() => Caller::default(),
            _ => inner.access.check(api, operation, request)?,
        };
        let by_caller = inner.limits.by_caller(Some(operation), request, &caller)?;
        let call = check(api, operation, request, path)?;
        let (stage, target) = (Stage::AfterChecks, (operation, call.path.as_slice()));
        let expected = expect::answer(self, stage, target, request, faults);
        let mut reply = if let Some(reply) = expected.await? {
            reply
        } else if let Some(preferred) = prefer::answer(api, &call)? {
            preferred.reply(api, &call)?
        } else if let Some(endpoint) = endpoint {
            self.oauth_answer(endpoint, request, &caller)?
        } else {
            self.usual(&call)?
        };
        if let Some(quota) = by_address.or(by_caller) {
            quota.tell(operation, &mut reply);
        }
        Ok(reply)
    }

    /// What the state and the document say, if nobody else has a say.
    fn usual(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let api = self.api();
        let answer = self.inner.store.answer(api, call, self.url())?;
        let reply = answer.reply(api, call)?;
        self.inner.webhooks.tell(self, &answer.changes);
        Ok(reply)
    }

    /// Answers at an endpoint of OAuth 2.0 that is no operation of the document.
    fn oauth_reply(&self, endpoint: Endpoint, request: &Request) -> Result<Reply, Refusal> {
        let inner = &*self.inner;
        inner.limits.by_address(None, request)?;
        if !endpoint.takes(&request.method) {
            return Ok(oauth::Server::other_method(endpoint));
        }
        let caller = if endpoint.knows_callers() {
            Caller::default()
        } else {
            let schemes = inner.oauth.user_schemes();
            inner.access.holder(&inner.api, schemes, request)?
        };
        inner.limits.by_caller(None, request, &caller)?;
        self.oauth_answer(endpoint, request, &caller)
    }

    fn oauth_answer(
        &self,
        endpoint: Endpoint,
        request: &Request,
        caller: &Caller,
    ) -> Result<Reply, Refusal> {
        let inner = &*self.inner;
        let server = &inner.oauth;
        server.answer(endpoint, &inner.access, request, caller, self.url())
    }
}

/// The methods of a path. HEAD goes wherever GET does.
fn allowed(methods: &[Method]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for method in methods {
        names.push(method.as_str());
        if method == Method::GET && !methods.contains(&Method::HEAD) {
            names.push("HEAD");
        }
    }
    names.join(", ")
}

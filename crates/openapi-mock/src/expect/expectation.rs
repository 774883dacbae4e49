//! One expectation, as tests write it.

use std::sync::Arc;

use serde_json::Value;

use super::expectations::{Expected, Make, Stage, Step};
use super::matcher::{Matcher, contains};
use super::{CannedReply, verify};
use crate::api::Location;
use crate::error::{MockError, hint};
use crate::faults::Fault;
use crate::mock::Mock;
use crate::request::Request;

/// What a test expects of clients: calls of an operation, and what they are answered with.
///
/// It stands as soon as it is made, until [`Mock::reset`] or the end of a
/// [`scoped`](Self::scoped) one. Where several fit, the newest counts. It looks at requests that
/// passed everything that the document checks, so that a test also learns whether its requests were
/// valid; [`before_checks`](Self::before_checks) lifts that.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use openapi_mock::{Document, Fault, MockServer};
/// use serde_json::json;
///
/// # let document = Document::bundled(r#"{
/// #     "openapi": "3.0.3", "info": {"title": "Pets", "version": "1.0.0"},
/// #     "paths": {"/pets": {"get": {"operationId": "list_pets", "responses": {"200": {
/// #         "description": "All pets.", "content": {"application/json": {"schema":
/// #             {"type": "array", "items": {"type": "string"}}}}
/// #     }, "503": {"description": "Down."}}}}}
/// # }"#)?;
/// let server = MockServer::start(document).await?;
/// server
///     .expect("list_pets")?
///     .respond(503, None)? // the first time
///     .respond(200, json!(["Rex"]))? // and from then on
///     .times(2);
///
/// let pets = format!("{}/pets", server.url());
/// assert_eq!(reqwest::get(&pets).await?.status(), 503);
/// assert_eq!(reqwest::get(&pets).await?.json::<Vec<String>>().await?, ["Rex"]);
/// server.assert_satisfied();
///
/// let wrong = server.expect("list_pets")?.respond(200, json!([7])).unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     "list_pets cannot answer so: body /0: 7 is not of type \"string\"; `unchecked()` lets it pass"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Expectation {
    mock: Mock,
    number: u64,
    operation: String,
    checked: bool,
}

impl Mock {
    /// Expects calls of an operation: at least one, unless the expectation says otherwise.
    /// [`Expectation`] has an example.
    ///
    /// # Errors
    ///
    /// [`MockError::UnknownOperation`], with ids that are like this one.
    pub fn expect(&self, operation: &str) -> Result<Expectation, MockError> {
        let operation = self.api().operation(operation)?.id.clone();
        Ok(Expectation {
            number: self.expectations().add(&operation),
            mock: self.clone(),
            operation,
            checked: true,
        })
    }
}

/// Which requests it is about.
impl Expectation {
    /// Requests with at least this in their JSON body: members of objects may be more, lists are as
    /// long, and everything else is equal.
    #[must_use]
    pub fn body_contains(self, part: impl Into<Value>) -> Self {
        let part = part.into();
        let told = format!("a body that contains {part}");
        self.matcher(Matcher::new(told, move |incoming| {
            let body = incoming.request.json();
            body.is_some_and(|body| contains(&body, &part))
        }))
    }

    /// Requests with exactly this JSON body.
    #[must_use]
    pub fn body(self, body: impl Into<Value>) -> Self {
        let body = body.into();
        let told = format!("the body {body}");
        self.matcher(Matcher::new(told, move |incoming| {
            incoming.request.json().as_ref() == Some(&body)
        }))
    }

    /// Requests with this value among those of a query parameter, as it stands in the query: a
    /// member of an object in one is `filter[state]`.
    ///
    /// # Errors
    ///
    /// [`MockError::UnknownParameter`] when the operation has none of this name, unless it is
    /// [`unchecked`](Self::unchecked).
    pub fn query(self, name: &str, value: &str) -> Result<Self, MockError> {
        self.check_parameter(Location::Query, name)?;
        let told = format!("the query {name}={value}");
        let wanted = (name.to_owned(), value.to_owned());
        Ok(self.matcher(Matcher::new(told, move |incoming| {
            incoming.request.query_pairs().contains(&wanted)
        })))
    }

    /// Requests with this value among those of a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        let told = format!("the header {name}");
        let (name, value) = (name.to_owned(), value.to_owned());
        self.matcher(Matcher::new(told, move |incoming| {
            let mut values = incoming.request.headers().get_all(&name).into_iter();
            values.any(|known| known == value.as_str())
        }))
    }

    /// Requests with this value of a path parameter, decoded.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub fn path(self, name: &str, value: &str) -> Result<Self, MockError> {
        self.check_parameter(Location::Path, name)?;
        let told = format!("{name} {value} in the path");
        let wanted = (name.to_owned(), value.to_owned());
        Ok(self.matcher(Matcher::new(told, move |incoming| {
            incoming.path.contains(&wanted)
        })))
    }

    fn check_parameter(&self, location: Location, name: &str) -> Result<(), MockError> {
        let api = self.mock.api();
        let operation = api.operation(&self.operation)?;
        if !self.checked || operation.takes(api, location, name) {
            return Ok(());
        }
        let known = operation.parameters.iter();
        let known = known.filter(|parameter| parameter.location == location);
        Err(MockError::UnknownParameter {
            operation: self.operation.clone(),
            location: if location == Location::Path {
                "path"
            } else {
                "query"
            },
            name: name.to_owned(),
            hint: hint(name, known.map(|parameter| &*parameter.name)),
        })
    }

    /// Requests of which this is true.
    #[must_use]
    pub fn matching(self, holds: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        let told = "a condition of the test".to_owned();
        self.matcher(Matcher::new(told, move |incoming| holds(incoming.request)))
    }

    fn matcher(self, matcher: Matcher) -> Self {
        self.edit(|expected| expected.matchers.push(matcher))
    }
}

/// What requests are answered with. Several answers are given in turn, and the last one stays.
/// Without any, requests are only counted.
impl Expectation {
    /// Answers with this status and JSON body.
    ///
    /// # Errors
    ///
    /// [`MockError::InvalidReply`] when the document declares no such status for the operation, or
    /// not with such a body.
    pub fn respond(self, status: u16, body: impl Into<Option<Value>>) -> Result<Self, MockError> {
        let reply = CannedReply::new(status);
        match body.into() {
            Some(body) => self.reply(reply.json(body)),
            None => self.reply(reply),
        }
    }

    /// Answers with a reply that is more than a status and JSON.
    ///
    /// # Errors
    ///
    /// [`MockError::InvalidReply`] when the document does not allow it.
    pub fn reply(self, reply: CannedReply) -> Result<Self, MockError> {
        if self.checked {
            let api = self.mock.api();
            let checked = reply.check(api, api.operation(&self.operation)?);
            checked.map_err(|why| MockError::InvalidReply {
                operation: self.operation.clone(),
                why,
            })?;
        }
        Ok(self.step(Step::Reply(reply)))
    }

    /// Answers with what this makes of the request. A reply that the document does not allow
    /// becomes a 500 that says so.
    #[must_use]
    pub fn respond_with(
        self,
        make: impl Fn(&Request) -> CannedReply + Send + Sync + 'static,
    ) -> Self {
        let checked = self.checked;
        let reply = Arc::new(make);
        self.step(Step::Made(Make { reply, checked }))
    }

    /// Lets the request meet a fault. Those that do not stand for a reply spoil the one that the
    /// request would get without this.
    ///
    /// # Errors
    ///
    /// [`MockError::InvalidFault`] when the fault has a value that it cannot have.
    pub fn fault(self, fault: Fault) -> Result<Self, MockError> {
        fault.check()?;
        Ok(self.step(Step::Fault(fault)))
    }

    /// Answers as if nothing was expected: to come after other answers.
    #[must_use]
    pub fn pass_through(self) -> Self {
        self.step(Step::Document)
    }

    /// Takes the parameters and replies that follow whatever the document says: to test what a
    /// client makes of a server that is wrong.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }

    /// Answers before credentials, limits and the request are checked.
    #[must_use]
    pub fn before_checks(self) -> Self {
        self.edit(|expected| expected.stage = Stage::BeforeChecks)
    }

    fn step(self, step: Step) -> Self {
        self.edit(|expected| expected.steps.push(step))
    }
}

/// How often requests are to come.
impl Expectation {
    /// So many times, no more and no less. Later requests are answered all the same.
    #[allow(
        clippy::return_self_not_must_use,
        reason = "it stands without being kept"
    )]
    pub fn times(self, times: u64) -> Self {
        self.edit(|expected| expected.times = Some(times))
    }

    /// One time.
    #[allow(
        clippy::return_self_not_must_use,
        reason = "it stands without being kept"
    )]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Not at all.
    #[allow(
        clippy::return_self_not_must_use,
        reason = "it stands without being kept"
    )]
    pub fn never(self) -> Self {
        self.times(0)
    }

    /// How often it was met so far; 0 once it was taken away.
    pub fn calls(&self) -> u64 {
        let store = self.mock.expectations();
        store
            .with(self.number, |expected| expected.calls)
            .unwrap_or(0)
    }

    /// Lets it stand as long as the guard does, which then panics if it is not met.
    ///
    /// ```no_run
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// {
    ///     let _down = server.expect("list_pets")?.respond(503, None)?.scoped();
    ///     // ... calls that meet a 503
    /// }
    /// // ... calls that do not
    /// # Ok(())
    /// # }
    /// ```
    pub fn scoped(self) -> ScopedExpectation {
        ScopedExpectation { expectation: self }
    }

    fn edit(self, change: impl FnOnce(&mut Expected)) -> Self {
        self.mock.expectations().with(self.number, change);
        self
    }
}

/// An expectation that ends with this guard. See [`Expectation::scoped`].
#[derive(Debug)]
#[must_use = "the expectation ends when this is dropped"]
pub struct ScopedExpectation {
    expectation: Expectation,
}

impl Drop for ScopedExpectation {
    fn drop(&mut self) {
        let Expectation { mock, number, .. } = &self.expectation;
        let unmet = mock
            .expectations()
            .with(*number, |expected| expected.unmet())
            .flatten();
        mock.expectations().remove(*number);
        if let (Some(unmet), false) = (unmet, std::thread::panicking()) {
            panic!("{}", verify::failure(mock, &[unmet], &mock.requests()));
        }
    }
}

//! Assertions, and what they say.

use std::fmt::Write as _;

use super::Recorded;
use super::expectations::count;
use crate::error::MockError;
use crate::mock::Mock;

/// Requests that a failure lists.
const LISTED: usize = 20;

impl Mock {
    /// All requests that are still recorded, in the order of their arrival: the last 10,000, unless
    /// the builder says otherwise.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) {
    /// assert!(server.requests().iter().all(|request| request.refusal().is_none()));
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<Recorded> {
        self.journal().all()
    }

    /// The recorded requests of one operation, in the order of their arrival, whatever became of
    /// them.
    ///
    /// ```
    /// # async fn shown(server: openapi_mock::MockServer) -> Result<(), openapi_mock::MockError> {
    /// let created = server.requests_of("create_pet")?;
    /// assert_eq!(created[0].json().unwrap()["name"], "Rex");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`MockError::UnknownOperation`], with ids that are like this one.
    pub fn requests_of(&self, operation: &str) -> Result<Vec<Recorded>, MockError> {
        let operation = self.api().operation(operation)?;
        Ok(self.journal().of(&operation.id))
    }

    /// Asserts that an operation was called so many times, whatever became of the calls.
    ///
    /// ```no_run
    /// # async fn shown(server: openapi_mock::MockServer) {
    /// server.assert_called("create_pet", 1);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When it was not, with a list of what came instead; when the document has no such operation.
    #[track_caller]
    pub fn assert_called(&self, operation: &str, times: usize) {
        let calls = match self.requests_of(operation) {
            Ok(requests) => requests.len(),
            Err(error) => panic!("{error}"),
        };
        if calls != times {
            let wanted = count(times as u64, "call");
            let problem = format!("{operation}: {wanted} expected, {calls} came");
            panic!("{}", failure(self, &[problem], &self.requests()));
        }
    }

    /// Asserts that all expectations are met, and that no recorded request was refused for a
    /// mistake of the client: an unknown path, an invalid request, wrong credentials, a missing
    /// scope. What can happen to any client, such as 404, 409, 429 and expired tokens, is no
    /// mistake.
    ///
    /// ```no_run
    /// # async fn shown(server: openapi_mock::MockServer) {
    /// server.assert_satisfied();
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When that is not so, with everything that is wrong and a list of what came.
    #[track_caller]
    pub fn assert_satisfied(&self) {
        let requests = self.requests();
        let mut problems = self.expectations().unmet();
        let mistakes = requests.iter().filter_map(|request| {
            request.mistake()?;
            let refusal = request.refusal().unwrap_or_default();
            Some(format!("{} was refused: {refusal}", line(self, request)))
        });
        problems.extend(mistakes);
        assert!(
            problems.is_empty(),
            "{}",
            failure(self, &problems, &requests)
        );
    }
}

/// What is wrong, and the requests that came.
pub(super) fn failure(mock: &Mock, problems: &[String], requests: &[Recorded]) -> String {
    let mut text = problems.join("\n");
    if requests.is_empty() {
        text.push_str("\n\nno request came");
        return text;
    }
    let left_out = requests.len().saturating_sub(LISTED);
    let all = count(requests.len() as u64, "request");
    let _ = match left_out {
        0 => write!(text, "\n\n{all} came:"),
        _ => write!(text, "\n\n{all} came, the last {LISTED}:"),
    };
    for request in &requests[left_out..] {
        let _ = write!(text, "\n  {}", told(mock, request));
    }
    text
}

/// Such as `POST /pets create_pet -> 400`.
fn line(mock: &Mock, request: &Recorded) -> String {
    let target = mock.secrets().target(mock.api(), request);
    let operation = request.operation().unwrap_or("(no operation)");
    let status = match request.status() {
        Some(status) => status.to_string(),
        None if request.duration().is_some() => "no reply".to_owned(),
        None => "not yet answered".to_owned(),
    };
    format!("{} {target} {operation} -> {status}", request.method())
}

fn told(mock: &Mock, request: &Recorded) -> String {
    let mut text = line(mock, request);
    if let Some(refusal) = request.refusal() {
        let _ = write!(text, "\n    refused: {}", crate::media::one_line(&refusal));
    }
    if !request.faults().is_empty() {
        let _ = write!(text, "\n    fault: {}", request.faults().join(", "));
    }
    if !request.body().is_empty() {
        let body = mock.secrets().body(mock.api(), request);
        let _ = write!(text, "\n    body: {}", crate::media::one_line(&body));
    }
    text
}

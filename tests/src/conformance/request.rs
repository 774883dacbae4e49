//! What is expected of a request.

use std::collections::BTreeMap;

use openapi_client_runtime::Patch;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::equal;
use crate::recorder::Request;

/// A request as it went out.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) request: Request,
    /// Scheme, host and port; unknown to a server.
    pub(super) origin: Option<String>,
    pub(super) at: Instant,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ExpectedRequest {
    method: Option<String>,
    origin: Option<String>,
    path: Option<String>,
    #[serde(default)]
    query: Patch<String>,
    #[serde(default)]
    headers: BTreeMap<String, Option<Text>>,
    #[serde(default, deserialize_with = "super::some")]
    json: Option<Value>,
    text: Option<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Text {
    Equal(String),
    Like { matches: String },
}

impl ExpectedRequest {
    pub(super) fn check(&self, seen: &Seen) -> Result<(), String> {
        let request = &seen.request;
        if let Some(method) = &self.method {
            equal("method", method, &request.method)?;
        }
        if self.origin.is_some() {
            equal("origin", &self.origin, &seen.origin)?;
        }
        if let Some(path) = &self.path {
            equal("path", path, &request.path)?;
        }
        if !self.query.is_absent() {
            equal("query", &self.query.value(), &request.query.as_ref())?;
        }
        for (name, expected) in &self.headers {
            check_header(name, expected.as_ref(), request.header(name))?;
        }
        if let Some(json) = &self.json {
            let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            equal("body", json, &body)?;
        }
        let body = request.text();
        if let Some(text) = &self.text {
            equal("body", text, &body)?;
        }
        if let Some(part) = self.contains.iter().find(|part| !body.contains(*part)) {
            return Err(format!("{part:?} is missing in the body: {body}"));
        }
        match self.lacks.iter().find(|part| body.contains(*part)) {
            Some(part) => Err(format!("{part:?} is in the body: {body}")),
            None => Ok(()),
        }
    }
}

fn check_header(name: &str, expected: Option<&Text>, found: Option<&str>) -> Result<(), String> {
    match expected {
        None => equal(name, &None, &found),
        Some(Text::Equal(value)) => equal(name, &Some(value.as_str()), &found),
        Some(Text::Like { matches }) => {
            let pattern = regress::Regex::new(matches).map_err(|error| error.to_string())?;
            match found.filter(|value| pattern.find(value).is_some()) {
                Some(_) => Ok(()),
                None => Err(format!("the {name} is {found:?}, which is not {matches}")),
            }
        }
    }
}

//! The control endpoint: what a library call can do, for tests in other languages.
//!
//! It stands at `/_mock` below the base URL. A document that has such a path itself wins: the
//! control endpoint is then not there.

mod guard;
mod problem;
mod settings;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::problem::Problem;
use crate::expect::Recorded;
use crate::faults::{self, FaultPlan};
use crate::mock::Mock;
use crate::redact;
use crate::reply::Reply;
use crate::request::Request;
use crate::state;

/// Where it stands.
const ROOT: &str = "/_mock";

/// Requests that are shown unless more are asked for.
const SHOWN: usize = 100;

/// All endpoints, with what they do.
const ENDPOINTS: [(&str, &str, &str); 18] = [
    ("GET", "", "what there is"),
    (
        "GET",
        "/requests",
        "recorded requests; ?operation=ID&limit=N",
    ),
    ("DELETE", "/requests", "forget recorded requests"),
    ("GET", "/faults", "faults that are played"),
    (
        "POST",
        "/faults",
        "play a fault; {\"fault\", \"operation\"?, \"times\"?, \"probability\"?}",
    ),
    ("DELETE", "/faults", "no more faults; ?operation=ID"),
    ("GET", "/webhooks", "receivers and deliveries"),
    (
        "POST",
        "/webhooks",
        "send an event; {\"event\", \"payload\"?}",
    ),
    ("GET", "/receivers", "receivers of webhooks"),
    (
        "POST",
        "/receivers",
        "register a receiver; {\"url\", \"secret\", \"signature\"?}",
    ),
    ("DELETE", "/receivers", "no more receivers"),
    ("GET", "/state", "the resources, as a state file holds them"),
    (
        "POST",
        "/tokens",
        "issue a token; {\"scheme\", \"scopes\"?, \"lifetime\"?, \"trusted\"?, \"client\"?, \"subject\"?}",
    ),
    (
        "POST",
        "/credentials/revoke",
        "take back a token, an API key or a user; {\"credential\"}",
    ),
    (
        "POST",
        "/credentials/expire",
        "end a token, an API key or a user; {\"credential\"}",
    ),
    (
        "PUT",
        "/oauth",
        "change the OAuth 2.0 server; {\"consent\"?: automatic, page or deny, \"token_lifetime\"?, \"require_pkce\"?}",
    ),
    (
        "PUT",
        "/rate-limits",
        "{\"mode\": document, off or each, \"requests\" and \"window\" with each}",
    ),
    (
        "POST",
        "/reset",
        "as after the start, but for /oauth and /rate-limits",
    ),
];

type Outcome = Result<(StatusCode, Value), Problem>;

/// The URL of the control endpoint, where the document leaves it its place.
#[cfg(feature = "cli")]
pub(crate) fn url(mock: &Mock) -> Option<String> {
    let free = !mock.api().router.knows(ROOT);
    free.then(|| format!("{}{ROOT}", mock.url()))
}

/// Whether a request is for the control endpoint. The consent page of OAuth 2.0 stands below it.
pub(crate) fn is_for(mock: &Mock, request: &Request) -> bool {
    let below = request.path.strip_prefix(ROOT);
    let ours = below.is_some_and(|below| below.is_empty() || below.starts_with('/'));
    ours && !mock.has_oauth_at(&request.path) && !mock.api().router.knows(&request.path)
}

/// The answer of the control endpoint.
pub(crate) async fn answer(mock: &Mock, request: &Request) -> Reply {
    let below = request.path.strip_prefix(ROOT).unwrap_or_default();
    let outcome = match guard::check(request) {
        Ok(()) => dispatch(mock, request, below.trim_end_matches('/')).await,
        Err(message) => Err(Problem {
            status: StatusCode::FORBIDDEN,
            error: "forbidden_origin",
            message,
        }),
    };
    let (status, body) = outcome.unwrap_or_else(|problem| {
        let body = json!({"error": problem.error, "message": problem.message});
        (problem.status, body)
    });
    let mut reply = match body {
        Value::Null => Reply::empty(status),
        body => Reply::json(status, "application/json", &body),
    };
    reply.set(http::header::CACHE_CONTROL, "no-store");
    reply
}

async fn dispatch(mock: &Mock, request: &Request, below: &str) -> Outcome {
    let done = Ok((StatusCode::NO_CONTENT, Value::Null));
    match (request.method.as_str(), below) {
        ("GET", "") => Ok(ok(overview(mock))),
        ("GET", "/requests") => requests(mock, request),
        ("DELETE", "/requests") => {
            mock.journal().clear();
            done
        }
        ("GET", "/faults") => Ok(ok(json!(mock.faults().shown()))),
        ("POST", "/faults") => add_fault(mock, request),
        ("DELETE", "/faults") => clear_faults(mock, request),
        ("GET", "/webhooks") => Ok(ok(json!({
            "events": mock.webhooks().events(),
            "receivers": mock.hub().urls(),
            "deliveries": mock.webhooks().deliveries(),
        }))),
        ("POST", "/webhooks") => send_event(mock, request).await,
        ("GET", "/receivers") => Ok(ok(json!(mock.hub().urls()))),
        ("POST", "/receivers") => register(mock, request),
        ("DELETE", "/receivers") => {
            mock.webhooks().unregister_all();
            done
        }
        ("GET", "/state") => Ok(ok(state::shown(mock))),
        ("POST", "/tokens") => settings::issue_token(mock, request),
        ("POST", "/credentials/revoke") => settings::end(request, |one| mock.revoke(one)),
        ("POST", "/credentials/expire") => settings::end(request, |one| mock.expire(one)),
        ("PUT", "/oauth") => settings::change_oauth(mock, request),
        ("PUT", "/rate-limits") => settings::change_limits(mock, request),
        ("POST", "/reset") => {
            mock.reset();
            done
        }
        (_, below) => Err(nothing(&request.method, below)),
    }
}

fn ok(body: Value) -> (StatusCode, Value) {
    (StatusCode::OK, body)
}

fn overview(mock: &Mock) -> Value {
    let api = mock.api();
    let operations = api.operations.iter().map(|operation| {
        json!({
            "id": operation.id,
            "method": operation.method.as_str(),
            "path": operation.path.text,
        })
    });
    let endpoints = ENDPOINTS
        .iter()
        .map(|(method, path, does)| json!(format!("{method} {ROOT}{path}: {does}")));
    let faults = faults::syntax().map(|(written, meaning)| json!(format!("{written}: {meaning}")));
    json!({
        "title": api.model().info.title,
        "version": api.model().info.version,
        "url": mock.url(),
        "operations": operations.collect::<Value>(),
        "credentials": {
            "schemes": api.model().security_schemes.keys().collect::<Vec<_>>(),
            "hint": "what is accepted is told where the server was started",
        },
        "endpoints": endpoints.collect::<Value>(),
        "faults": faults.collect::<Value>(),
        "events": mock.webhooks().events(),
    })
}

fn requests(mock: &Mock, request: &Request) -> Outcome {
    let mut limit = SHOWN;
    let mut operation = None;
    for (name, value) in request.query_pairs() {
        match name.as_str() {
            "operation" => operation = Some(value),
            "limit" => {
                let wrong = |_| Problem::invalid(format!("`limit` is a number, not `{value}`"));
                limit = value.parse().map_err(wrong)?;
            }
            other => return Err(unknown_parameter(other, "`operation` and `limit`")),
        }
    }
    let all = match operation {
        Some(operation) => mock.requests_of(&operation)?,
        None => mock.requests(),
    };
    let last = &all[all.len().saturating_sub(limit)..];
    let shown = last.iter().map(|recorded| shown(mock, recorded));
    Ok(ok(shown.collect()))
}

fn shown(mock: &Mock, recorded: &Recorded) -> Value {
    let (api, secrets) = (mock.api(), mock.secrets());
    let time = chrono::DateTime::<chrono::Utc>::from(recorded.time());
    let headers = redact::headers(api, recorded.headers());
    let headers: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    json!({
        "time": time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "method": recorded.method().as_str(),
        "path": secrets.target(api, recorded),
        "headers": headers,
        "body": (!recorded.body().is_empty()).then(|| secrets.body(api, recorded)),
        "operation": recorded.operation(),
        "status": recorded.status(),
        "refusal": recorded.refusal(),
        "faults": recorded.faults(),
        "milliseconds": recorded.duration().map(|time| time.as_secs_f64() * 1000.0),
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    operation: Option<String>,
    fault: String,
    times: Option<u64>,
    probability: Option<f64>,
}

fn add_fault(mock: &Mock, request: &Request) -> Outcome {
    let new: NewFault = body(request)?;
    for fault in faults::parse(&new.fault)? {
        let mut plan = FaultPlan::from(fault);
        if let Some(times) = new.times {
            plan = plan.times(times);
        }
        if let Some(share) = new.probability {
            plan = plan.probability(share);
        }
        match &new.operation {
            Some(operation) => mock.fault(operation, plan)?,
            None => mock.fault_all(plan)?,
        }
    }
    Ok((StatusCode::CREATED, json!(mock.faults().shown())))
}

fn clear_faults(mock: &Mock, request: &Request) -> Outcome {
    let query = request.query_pairs();
    match query.as_slice() {
        [] => mock.clear_faults(),
        [(name, operation)] if name == "operation" => {
            let operation = mock.api().operation(operation)?;
            mock.faults().clear_of(&operation.id);
        }
        [(other, _), ..] => return Err(unknown_parameter(other, "one `operation`")),
    }
    Ok((StatusCode::NO_CONTENT, Value::Null))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReceiver {
    url: String,
    #[serde(default)]
    secret: String,
    signature: Option<String>,
}

fn register(mock: &Mock, request: &Request) -> Outcome {
    let new: NewReceiver = body(request)?;
    let webhooks = mock.webhooks();
    match &new.signature {
        Some(name) => webhooks.register_alternative(name, &new.url, &new.secret)?,
        None => webhooks.register(&new.url, &new.secret)?,
    }
    Ok((StatusCode::CREATED, json!(mock.hub().urls())))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvent {
    event: String,
    payload: Option<Value>,
}

async fn send_event(mock: &Mock, request: &Request) -> Outcome {
    let new: NewEvent = body(request)?;
    let deliveries = mock.webhooks().send(&new.event, new.payload).await?;
    Ok(ok(json!(deliveries)))
}

/// The JSON body of a request.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Problem::invalid(format!("the body cannot be read: {error}")))
}

fn unknown_parameter(name: &str, known: &str) -> Problem {
    Problem::invalid(format!("there is no parameter `{name}`, only {known}"))
}

fn nothing(method: &Method, below: &str) -> Problem {
    let known = ENDPOINTS
        .iter()
        .map(|(method, path, _)| format!("{method} {ROOT}{path}"));
    let known: Vec<String> = known.collect();
    Problem {
        status: StatusCode::NOT_FOUND,
        error: "unknown_endpoint",
        message: format!(
            "there is no {method} {ROOT}{below}; there are {}",
            known.join(", ")
        ),
    }
}

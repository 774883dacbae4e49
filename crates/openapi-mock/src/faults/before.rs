//! Faults that come before the answer, or instead of it.

use std::time::Duration;

use http::{StatusCode, header};
use serde_json::json;

use super::syntax::{parse, whole_seconds};
use super::{Fault, HEADER};
use crate::answer::Answer;
use crate::api::{Api, Operation};
use crate::call::Call;
use crate::refusal::{Reason, Refusal};
use crate::reply::{HangUp, Reply, bodiless};
use crate::request::Request;
use crate::retry_after;

/// The faults that a request asks for itself.
pub(crate) fn asked_for(request: &Request) -> Result<Vec<Fault>, Refusal> {
    let mut found = Vec::new();
    for value in request.headers.get_all(HEADER) {
        let asked = parse(&String::from_utf8_lossy(value.as_bytes()));
        found.extend(asked.map_err(|error| {
            let detail = format!("header X-Mock-Fault: {error}");
            Refusal::new(Reason::InvalidRequest, detail)
        })?);
    }
    Ok(found)
}

/// Waits as long as the faults say, and gives the reply of the first that stands for one.
pub(crate) async fn before(
    faults: &[Fault],
    api: &Api,
    operation: Option<&Operation>,
    request: &Request,
) -> Result<Option<Reply>, Refusal> {
    for fault in faults {
        if let Fault::Latency(time) = fault {
            tokio::time::sleep(*time).await;
        }
    }
    for fault in faults {
        let reply = match fault {
            Fault::Status {
                status,
                retry_after,
            } => with_status(api, operation, request, *status, *retry_after)?,
            Fault::HtmlError(status) => html(*status),
            Fault::Reset => Reply::hang_up(HangUp::Reset),
            Fault::Close => Reply::hang_up(HangUp::Close),
            Fault::ExpiredToken => {
                let detail = "the token has expired, as asked for";
                return Err(Refusal::new(Reason::ExpiredCredentials, detail));
            }
            _ => continue,
        };
        return Ok(Some(reply));
    }
    Ok(None)
}

fn with_status(
    api: &Api,
    operation: Option<&Operation>,
    request: &Request,
    status: u16,
    retry_after: Option<Duration>,
) -> Result<Reply, Refusal> {
    let declared = operation.filter(|operation| operation.response(status).is_some());
    let mut reply = match declared {
        Some(operation) => {
            let call = Call {
                operation,
                request,
                path: Vec::new(),
                media: None,
                body: None,
                files: Vec::new(),
            };
            Answer::status(status).reply(api, &call)?
        }
        None => undeclared(status),
    };
    if let Some(time) = retry_after {
        reply.set(header::RETRY_AFTER, &whole_seconds(time).to_string());
        retry_after::agree(api, &mut reply);
    }
    Ok(reply)
}

fn undeclared(status: u16) -> Reply {
    let status = code(status);
    if bodiless(status) {
        return Reply::empty(status);
    }
    let reason = status.canonical_reason().unwrap_or("fault");
    let body = json!({"status": status.as_u16(), "error": reason, "message": "as asked for"});
    Reply::json(status, "application/json", &body)
}

/// As a proxy answers whose server does not.
fn html(status: u16) -> Reply {
    let status = code(status);
    let reason = status.canonical_reason().unwrap_or("Error");
    let title = format!("{} {reason}", status.as_u16());
    let page = format!(
        "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n\
         <body><h1>{title}</h1></body>\n</html>\n"
    );
    Reply::with_body(status, "text/html; charset=utf-8", page)
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

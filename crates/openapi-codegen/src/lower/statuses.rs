//! Several statuses, one type.

use openapi_document::Finding;
use serde_json::{Value, json};

use super::{Lowering, Operation, reference};
use crate::{
    codes, naming,
    plan::{Envelope, EnvelopeVariant},
};

const JSON: &str = "/content/application~1json/schema";
const BYTES: &str = "/content/application~1octet-stream";

/// All declared successes become `2XX`: one type for all, or an enum over the
/// statuses where their bodies differ. A declared redirection such as 304 is an
/// outcome, not an error.
pub(super) fn fold_success_statuses(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut operations = std::mem::take(&mut lowering.operations);
    for operation in &mut operations {
        let mut responses = take(operation, |status| status.starts_with(['1', '2', '3']));
        if responses.is_empty() {
            // Without any other word, the default says what a success is like, too.
            responses = kept(operation, "default");
        }
        let folded = fold_successes(lowering, operation, &responses);
        applied += usize::from(!matches!(responses.as_slice(), [(status, _)] if status == "2XX"));
        operation.object["responses"]["2XX"] = folded;
    }
    lowering.operations = operations;
    applied
}

fn fold_successes(
    lowering: &mut Lowering,
    operation: &mut Operation,
    responses: &[(String, Value)],
) -> Value {
    let streams = responses
        .iter()
        .filter(|(_, r)| r.pointer(BYTES).is_some())
        .count();
    let schemas: Vec<Option<&Value>> = responses.iter().map(|(_, r)| r.pointer(JSON)).collect();
    if streams > 0 {
        if schemas.iter().any(Option::is_some) {
            lowering.refusals.push(mixed_stream(operation));
        }
        let schema = json!({ "type": "string", "format": "binary" });
        let content = json!({ "application/octet-stream": { "schema": schema } });
        return json!({ "description": "", "content": content });
    }
    let redirects = responses.iter().any(|(status, _)| status.starts_with('3'));
    let same = !redirects && schemas.windows(2).all(|pair| pair[0] == pair[1]);
    match schemas.first().copied().flatten() {
        None if same => json!({ "description": "" }),
        Some(schema) if same => with_schema(schema),
        _ => with_schema(&envelope(lowering, operation, responses, "Success")),
    }
}

fn mixed_stream(operation: &Operation) -> Finding {
    let id = &operation.method.operation_id;
    let pointer = format!("{}/responses", operation.method.pointer);
    let message =
        format!("`{id}` responds with bytes under one status and with JSON under another");
    Finding::error(codes::MIXED_STREAM, pointer, message)
        .why("a method has one result: bytes are streamed, JSON is decoded")
        .help("declare the responses of one kind only, or describe the other kind as bytes, too")
}

/// All declared errors become `4XX` and `5XX`: one type for all, or an enum
/// over the statuses where their bodies differ. Errors without a described body
/// are taken as any JSON.
pub(super) fn fold_error_statuses(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    let mut operations = std::mem::take(&mut lowering.operations);
    for operation in &mut operations {
        let responses = take(operation, |status| {
            status.starts_with(['4', '5']) || status.eq_ignore_ascii_case("default")
        });
        let with_body: Vec<(String, Value)> = responses
            .iter()
            .filter(|(_, response)| response.pointer(JSON).is_some())
            .cloned()
            .collect();
        let mut distinct: Vec<&Value> = with_body
            .iter()
            .filter_map(|(_, r)| r.pointer(JSON))
            .collect();
        distinct.dedup();
        let schema = match distinct.as_slice() {
            [] => json!({}),
            [one] => (*one).clone(),
            [first, rest @ ..] if rest.iter().all(|other| other == first) => (*first).clone(),
            _ => envelope(lowering, operation, &with_body, "Error"),
        };
        for class in ["4XX", "5XX"] {
            operation.object["responses"][class] = with_schema(&schema);
        }
        applied += 1;
    }
    lowering.operations = operations;
    applied
}

fn take(operation: &mut Operation, wanted: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
    let Some(responses) = operation.object["responses"].as_object_mut() else {
        return Vec::new();
    };
    let (taken, kept) = std::mem::take(responses)
        .into_iter()
        .partition(|(status, _)| wanted(status));
    *responses = kept;
    let taken: serde_json::Map<String, Value> = taken;
    taken.into_iter().collect()
}

/// The response of one status, which stays where it is.
fn kept(operation: &Operation, status: &str) -> Vec<(String, Value)> {
    let response = operation.object["responses"].get(status);
    response
        .map(|response| (status.to_owned(), response.clone()))
        .into_iter()
        .collect()
}

fn with_schema(schema: &Value) -> Value {
    json!({ "description": "", "content": { "application/json": { "schema": schema } } })
}

/// An enum over statuses. The runtime wraps the body of a reply so that it
/// decodes as the variant of its status.
fn envelope(
    lowering: &mut Lowering,
    operation: &mut Operation,
    responses: &[(String, Value)],
    kind: &str,
) -> Value {
    let names: Vec<String> = responses
        .iter()
        .map(|(status, _)| status_variant(status))
        .collect();
    for response in &mut operation.method.responses {
        if let Some(index) = responses
            .iter()
            .position(|(status, _)| *status == response.status)
        {
            response.envelope = Some(names[index].clone());
        }
    }
    let variants = responses
        .iter()
        .zip(names)
        .map(|((status, response), name)| EnvelopeVariant {
            name,
            status: status.clone(),
            description: response["description"].as_str().unwrap_or_default().into(),
            schema: response.pointer(JSON).cloned(),
        })
        .collect();
    let what = if kind == "Success" {
        "responds"
    } else {
        "refuses"
    };
    let doc = format!("What `{}` {what} with, by status.", operation.method.name);
    let wanted = format!("{}{kind}", naming::pascal(&operation.method.name));
    let component = lowering.add_schema(
        &wanted,
        &operation.method.pointer,
        json!({ "type": "object" }),
    );
    // References keep the bodies reachable for the rules that follow.
    lowering.schemas[&component]["x-bodies"] = responses
        .iter()
        .filter_map(|(_, response)| response.pointer(JSON).cloned())
        .collect();
    lowering
        .plan
        .envelopes
        .insert(component.clone(), Envelope { doc, variants });
    reference(&component)
}

/// The variant of a status, after the reason phrase of RFC 9110, section 15.
pub(crate) fn status_variant(status: &str) -> String {
    let name = match status {
        "200" => "Ok",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "NonAuthoritativeInformation",
        "204" => "NoContent",
        "205" => "ResetContent",
        "206" => "PartialContent",
        "207" => "MultiStatus",
        "300" => "MultipleChoices",
        "301" => "MovedPermanently",
        "302" => "Found",
        "303" => "SeeOther",
        "304" => "NotModified",
        "307" => "TemporaryRedirect",
        "308" => "PermanentRedirect",
        "400" => "BadRequest",
        "401" => "Unauthorized",
        "402" => "PaymentRequired",
        "403" => "Forbidden",
        "404" => "NotFound",
        "405" => "MethodNotAllowed",
        "406" => "NotAcceptable",
        "408" => "RequestTimeout",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "PreconditionFailed",
        "413" => "ContentTooLarge",
        "415" => "UnsupportedMediaType",
        "422" => "UnprocessableContent",
        "423" => "Locked",
        "429" => "TooManyRequests",
        "500" => "InternalServerError",
        "501" => "NotImplemented",
        "502" => "BadGateway",
        "503" => "ServiceUnavailable",
        "504" => "GatewayTimeout",
        "2XX" => "Success",
        "3XX" => "Redirection",
        "4XX" => "ClientError",
        "5XX" => "ServerError",
        "default" => "Default",
        other => return format!("Status{}", other.to_ascii_uppercase()),
    };
    name.to_owned()
}

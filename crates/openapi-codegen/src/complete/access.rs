//! What a method's documentation says of who may call it and what a call does beyond its answer.

use serde_json::Value;

use super::{context::Context, operations::strings, prose::list};
use crate::{
    markdown::{self, code},
    plan::Method,
};

/// The section "Access and safety", or nothing where the document says nothing of it.
pub(super) fn section(context: &Context<'_>, method: &Method, object: &Value) -> String {
    let notes: Vec<String> = [
        features(object),
        scopes(context, object),
        trust(object),
        whole(object),
        turns(object),
        repeats(object),
        limit(context, method),
    ]
    .into_iter()
    .flatten()
    .map(|note| format!("- {note}"))
    .collect();
    if notes.is_empty() {
        return String::new();
    }
    format!("\n\n# Access and safety\n\n{}", notes.join("\n"))
}

fn features(object: &Value) -> Option<String> {
    let features = strings(&object["x-client-features"]);
    let any = list(&features, "or");
    (!features.is_empty()).then(|| format!("The API client needs the feature {any}."))
}

/// The scopes of the operation, and those of its schemes where there is one way in.
fn scopes(context: &Context<'_>, object: &Value) -> Option<String> {
    let security = object
        .get("security")
        .unwrap_or(&context.root["security"])
        .as_array();
    let mut needed = strings(&object["x-required-scopes"]);
    if let Some([only]) = security.map(Vec::as_slice) {
        let of_schemes = only.as_object().into_iter().flatten();
        needed.extend(of_schemes.flat_map(|(_, scopes)| strings(scopes)));
    }
    match needed.as_slice() {
        [] => None,
        [one] => Some(format!("The token needs the scope {}.", code(one))),
        all => Some(format!(
            "The token needs all of the scopes {}.",
            list(all, "and")
        )),
    }
}

fn trust(object: &Value) -> Option<String> {
    (object["x-trusted-only"] == true)
        .then(|| "Only trusted applications may call this operation.".to_owned())
}

fn whole(object: &Value) -> Option<String> {
    (object["x-replaces-whole"] == true).then(|| {
        "Replaces the whole resource: omitted properties are deleted. Read it, change it, and send it back."
            .to_owned()
    })
}

fn turns(object: &Value) -> Option<String> {
    let keys = strings(&object["x-serialize-by"]);
    let same = list(&keys, "and");
    (!keys.is_empty())
        .then(|| format!("This client sends calls with the same {same} one after another."))
}

fn repeats(object: &Value) -> Option<String> {
    match (
        object["x-retry"].as_str(),
        object["x-idempotency-key"].as_str(),
    ) {
        (Some("never"), _) => Some("Never retried: a retry is not safe.".to_owned()),
        (Some("always"), _) => {
            Some("Retried on transient failures: the API makes retries safe.".to_owned())
        }
        (_, Some(header)) => Some(format!(
            "Retries are safe: all attempts of a call send the same random {}.",
            code(header)
        )),
        _ => None,
    }
}

/// The class of limits with the longest prefix of the operation's path.
fn limit(context: &Context<'_>, method: &Method) -> Option<String> {
    let classes = context.root["x-rate-limit"].as_array()?;
    let covers = |class: &&Value| {
        let prefix = class["pathPrefix"].as_str().unwrap_or_default();
        method
            .path
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
    };
    let class = classes
        .iter()
        .filter(covers)
        .max_by_key(|class| class["pathPrefix"].as_str().map(str::len))?;
    Some(format!(
        "Rate limit {}: {} requests in {} seconds per {}.",
        code(class["name"].as_str()?),
        class["requests"],
        class["window"],
        markdown::line(class["per"].as_str()?)
    ))
}

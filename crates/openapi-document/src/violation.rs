//! What a schema validator found, in words.
//!
//! A validator reports that a value fits none of several branches; people want to know what is
//! wrong with the branch they meant. [`explain`] descends into that branch.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::nearest::nearest;

/// One fault of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Violation {
    /// JSON pointer to the faulty value.
    pointer: String,
    pub(crate) fault: Fault,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    UnknownKey(String),
    MissingKey(String),
    WrongType { expected: String, found: Value },
    NotAllowed { found: Value, options: Vec<Value> },
    Excluded(Vec<String>),
    Ambiguous,
    Other { what: String, help: &'static str },
}

impl Violation {
    fn new(error: &ValidationError<'_>, fault: Fault) -> Self {
        Self {
            pointer: error.instance_path().as_str().to_owned(),
            fault,
        }
    }

    /// JSON pointer to the faulty value; for a key that should not be there, to that member.
    pub(crate) fn pointer(&self) -> String {
        match &self.fault {
            Fault::UnknownKey(key) => crate::pointer::join(&self.pointer, key),
            Fault::Excluded(keys) => match keys.last() {
                Some(key) => crate::pointer::join(&self.pointer, key),
                None => self.pointer.clone(),
            },
            _ => self.pointer.clone(),
        }
    }

    /// JSON pointer to what holds the fault.
    pub(crate) fn holder(&self) -> &str {
        &self.pointer
    }

    /// What is wrong, as a clause.
    pub(crate) fn message(&self) -> String {
        match &self.fault {
            Fault::UnknownKey(key) => format!("knows no key `{key}`"),
            Fault::MissingKey(key) => format!("lacks the key `{key}`"),
            Fault::WrongType { expected, found } => {
                format!("must be {expected}, but is {}", noun(found))
            }
            Fault::NotAllowed { found, options } => match options.as_slice() {
                [only] => format!("must be `{}`, but is `{}`", plain(only), plain(found)),
                _ => format!(
                    "must be one of {}, but is `{}`",
                    list(options),
                    plain(found)
                ),
            },
            Fault::Excluded(keys) if keys.len() == 1 => {
                format!("`{}` cannot stand here", keys[0])
            }
            Fault::Excluded(keys) => format!("`{}` exclude each other", keys.join("` and `")),
            Fault::Ambiguous => "fits several alternatives at once".to_owned(),
            Fault::Other { what, .. } => what.clone(),
        }
    }

    /// How to mend it, as far as the fault itself tells.
    pub(crate) fn help(&self) -> String {
        match &self.fault {
            Fault::NotAllowed { found, options } => {
                let options: Vec<String> = options.iter().map(plain).collect();
                match nearest(&plain(found), options.iter().map(String::as_str)) {
                    Some(near) if near != plain(found) => format!("did you mean `{near}`?"),
                    _ if options.len() > 1 => "write one of these values".to_owned(),
                    _ => format!("write `{}`", options.join("`, `")),
                }
            }
            Fault::Excluded(keys) => format!("remove `{}`", keys.join("` or `")),
            Fault::Other { help, .. } => (*help).to_owned(),
            _ => String::new(),
        }
    }
}

/// The faults behind one error of a validator.
pub(crate) fn explain(error: &ValidationError<'_>) -> Vec<Violation> {
    use ValidationErrorKind as E;
    let one = |fault| vec![Violation::new(error, fault)];
    let found = || error.instance().as_ref().clone();
    match error.kind() {
        E::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|key| Violation::new(error, Fault::UnknownKey(key.clone())))
            .collect(),
        E::Required { property } => one(Fault::MissingKey(plain(property))),
        E::Type { kind } => one(Fault::WrongType {
            expected: expected(kind),
            found: found(),
        }),
        E::Enum { options } => one(Fault::NotAllowed {
            found: found(),
            options: options.as_array().cloned().unwrap_or_default(),
        }),
        E::Not { schema } => one(Fault::Excluded(
            schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .map(plain)
                .collect(),
        )),
        E::AnyOf { context } | E::OneOfNotValid { context } => alternatives(error, context),
        E::OneOfMultipleValid { .. } => one(Fault::Ambiguous),
        _ => {
            let (what, help) = other(error);
            one(Fault::Other { what, help })
        }
    }
}

/// Faults that need no more than a sentence, with what to do about them.
fn other(error: &ValidationError<'_>) -> (String, &'static str) {
    use ValidationErrorKind as E;
    let found = plain(error.instance());
    match error.kind() {
        E::Pattern { pattern } => (
            format!("must fit the pattern `{pattern}`, but is `{found}`"),
            "",
        ),
        E::Format { format } => match format.as_str() {
            "regex" => (
                format!("must be a regular expression, but is `{found}`"),
                "mend the expression; its syntax is that of ECMA-262 (JavaScript)",
            ),
            "email" => (
                format!("must be an email address, but is `{found}`"),
                "write an address such as `api@example.com`",
            ),
            "uri" | "uri-reference" => (
                format!("must be a URL, but is `{found}`"),
                "write a URL such as `https://example.com/docs`; spaces are written `%20`",
            ),
            other => (
                format!("must be of the format `{other}`, but is `{found}`"),
                "",
            ),
        },
        E::MinItems { .. } | E::MinProperties { .. } => (
            "must have at least one entry".to_owned(),
            "add an entry, or remove the key",
        ),
        E::MinLength { .. } => (
            "must not be empty".to_owned(),
            "write the text, or remove the key",
        ),
        E::UniqueItems => (
            "must not hold the same item twice".to_owned(),
            "remove one of the equal items",
        ),
        _ => (error.to_string(), ""),
    }
}

type Branch = Vec<ValidationError<'static>>;

/// The faults of the alternative that was most likely meant.
fn alternatives(error: &ValidationError<'_>, branches: &[Branch]) -> Vec<Violation> {
    let here = error.instance_path().as_str();
    let instance = error.instance().as_ref();
    if instance.get("$ref").is_some() {
        // What is wrong with a reference is found where references are followed.
        return Vec::new();
    }
    let mut meant: Vec<&Branch> = branches
        .iter()
        .filter(|branch| !is_reference(branch))
        .collect();
    if let Some(fault) = fault_of_all(error, &meant) {
        return vec![fault];
    }
    keep(&mut meant, |error| !is_other_kind(error));
    keep(&mut meant, |error| {
        error.instance_path().as_str() != here || !is_type(error)
    });
    keep(&mut meant, |error| {
        error.instance_path().as_str() != here || !is_required(error)
    });
    let deepest = |branch: &&&Branch| {
        let depth =
            |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
        let deepest = branch.iter().map(depth).max().unwrap_or(0);
        (deepest, std::cmp::Reverse(branch.len()))
    };
    // `max_by_key` takes the last of equals, but the first alternative is the usual one.
    let best = meant.iter().rev().max_by_key(deepest);
    best.into_iter()
        .flat_map(|branch| branch.iter())
        .flat_map(explain)
        .collect()
}

/// Leaves out the branches with an error that shows they were not meant, unless all have one.
fn keep(branches: &mut Vec<&Branch>, sign: impl Fn(&ValidationError<'_>) -> bool) {
    if branches.iter().any(|branch| branch.iter().all(&sign)) {
        branches.retain(|branch| branch.iter().all(&sign));
    }
}

/// Whether this alternative is the Reference Object.
fn is_reference(branch: &Branch) -> bool {
    branch.iter().any(|error| {
        matches!(error.kind(), ValidationErrorKind::Required { property } if property == "$ref")
    })
}

/// `in` and `type` tell the alternatives of parameters and security schemes apart.
fn is_other_kind(error: &ValidationError<'_>) -> bool {
    let at = error.instance_path().as_str();
    let told_apart = at.ends_with("/in") || at.ends_with("/type");
    told_apart && matches!(error.kind(), ValidationErrorKind::Enum { .. })
}

fn is_type(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn is_required(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Required { .. })
}

/// A fault that all alternatives have in common: a key that tells them apart is missing or wrong.
fn fault_of_all(error: &ValidationError<'_>, branches: &[&Branch]) -> Option<Violation> {
    if branches.len() < 2 {
        return None;
    }
    let here = error.instance_path().as_str();
    let missing = |branch: &Branch| -> Vec<String> {
        let required = branch
            .iter()
            .filter(|error| error.instance_path().as_str() == here);
        required
            .filter_map(|error| match error.kind() {
                ValidationErrorKind::Required { property } => Some(plain(property)),
                _ => None,
            })
            .collect()
    };
    let missing: Vec<Vec<String>> = branches.iter().copied().map(missing).collect();
    let (first, rest) = missing.split_first()?;
    if let Some(key) = first
        .iter()
        .find(|key| rest.iter().all(|keys| keys.contains(key)))
    {
        return Some(Violation::new(error, Fault::MissingKey(key.clone())));
    }
    if branches.iter().all(|branch| branch.len() == 1) && missing.iter().all(|keys| keys.len() == 1)
    {
        let keys = missing.concat().join("` or `");
        return Some(Violation::new(error, Fault::MissingKey(keys)));
    }
    let mut found = None;
    let mut options = Vec::new();
    for branch in branches {
        let error = branch.iter().find(|error| is_other_kind(error))?;
        if let ValidationErrorKind::Enum { options: more } = error.kind() {
            options.extend(more.as_array().cloned().unwrap_or_default());
        }
        found = Some(error);
    }
    let wrong = found?;
    let found = wrong.instance().as_ref().clone();
    Some(Violation::new(wrong, Fault::NotAllowed { found, options }))
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => type_noun(*kind).to_owned(),
        TypeKind::Multiple(kinds) => {
            let nouns: Vec<&str> = kinds.iter().map(type_noun).collect();
            nouns.join(" or ")
        }
    }
}

fn type_noun(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "an array",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a string",
    }
}

fn noun(value: &Value) -> String {
    match value {
        Value::Null => "nothing (null)".to_owned(),
        Value::Bool(bool) => format!("`{bool}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn list(options: &[Value]) -> String {
    let options: Vec<String> = options
        .iter()
        .map(|option| format!("`{}`", plain(option)))
        .collect();
    options.join(", ")
}

//! Rust types and the schemas of a document: both accept the same values.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use openapi_document::{lint::json_schema::to_json_schema, pointer};
use serde_json::{Value, json};

use crate::{
    calls::Component,
    document::{members, operations, resolve, schema_pointer},
    instances::{self, component, shape},
};

/// A reason why a type may accept what its schema refuses. Each is a decision of the generator.
#[derive(Debug)]
pub struct Tolerance {
    /// What is tolerated, and why.
    pub what: &'static str,
    applies: fn(&Context<'_>, &ValidationError<'_>) -> bool,
}

/// All tolerated differences. There is none for values that a schema accepts and a type refuses.
pub const TOLERANCES: &[Tolerance] = &[
    Tolerance {
        what: "a string enum is open: the API may have learnt new values since",
        applies: |_, error| {
            matches!(error.kind(), Kind::Enum { .. }) && error.instance().is_string()
        },
    },
    Tolerance {
        what: "limits hold where a request is built, and never make a reply unreadable",
        applies: |_, error| {
            matches!(
                error.kind(),
                Kind::MinLength { .. }
                    | Kind::MaxLength { .. }
                    | Kind::Pattern { .. }
                    | Kind::Format { .. }
                    | Kind::Minimum { .. }
                    | Kind::Maximum { .. }
                    | Kind::ExclusiveMinimum { .. }
                    | Kind::ExclusiveMaximum { .. }
                    | Kind::MultipleOf { .. }
                    | Kind::MinItems { .. }
                    | Kind::MaxItems { .. }
                    | Kind::MinProperties { .. }
                    | Kind::MaxProperties { .. }
                    | Kind::UniqueItems
            )
        },
    },
    Tolerance {
        what: "null for an optional member is read as its absence",
        applies: |context, error| {
            matches!(
                error.kind(),
                Kind::Type { .. }
                    | Kind::OneOfNotValid { .. }
                    | Kind::AnyOf { .. }
                    | Kind::Enum { .. }
            ) && error.instance().is_null()
                && context.is_optional(error)
        },
    },
    Tolerance {
        what: "serde reads a list as an object whose members come in their order; nobody sends one",
        applies: |context, error| {
            matches!(error.kind(), Kind::Type { .. })
                && error.instance().is_array()
                && context.is_object(error)
        },
    },
    Tolerance {
        what: "a union that a server sends keeps members that the document does not name",
        applies: |context, error| {
            matches!(
                error.kind(),
                Kind::OneOfNotValid { .. } | Kind::AnyOf { .. }
            ) && context.is_received(error)
        },
    },
];

/// What is known of a component when a difference is judged.
#[derive(Debug)]
pub struct Context<'a> {
    root: &'a Value,
    name: &'a str,
    received: &'a BTreeSet<String>,
}

impl Context<'_> {
    /// Whether the faulty value is an optional member of the component.
    fn is_optional(&self, error: &ValidationError<'_>) -> bool {
        let schema = json!({ "$ref": format!("#{}", schema_pointer(self.name)) });
        let (_, required) = shape(self.root, &schema);
        let path = error.instance_path().as_str();
        pointer::parent(path) == Some("")
            && pointer::split(path).all(|member| !required.contains(&*member))
    }

    /// Whether the faulty value is the component itself, which is an object.
    fn is_object(&self, error: &ValidationError<'_>) -> bool {
        let schema = &self.root["components"]["schemas"][self.name];
        error.instance_path().as_str().is_empty() && schema["type"] == "object"
    }

    /// Whether a server sends the component whose schema the value breaks.
    fn is_received(&self, error: &ValidationError<'_>) -> bool {
        let mut path = pointer::split(error.schema_path().as_str());
        let definition = path.find(|step| step == "$defs").and_then(|_| path.next());
        let name = definition.as_deref().unwrap_or(self.name);
        self.received.contains(name)
    }
}

/// Figures of one comparison.
#[derive(Debug, Default)]
pub struct Summary {
    /// Values that were judged.
    pub values: usize,
    /// Of these, values that the document accepts.
    pub accepted: usize,
    /// How often each tolerance was needed, by what it says.
    pub tolerated: BTreeMap<&'static str, usize>,
}

/// Compares the components of a document with their types: the schema that a type derives, and what
/// the type itself reads.
///
/// # Errors
///
/// Every value on which they do not agree, and what the document says of it.
pub fn compare(root: &Value, components: &[Component]) -> Result<Summary, String> {
    let examples = instances::examples(root);
    let received = received(root);
    let mut summary = Summary::default();
    let mut differences = Vec::new();
    for component in components {
        let name = component.name;
        let context = Context {
            root,
            name,
            received: &received,
        };
        let documented = validator(name, &to_json_schema(root, &schema_pointer(name)))?;
        let derived = validator(name, (component.schema)().as_value())?;
        for value in values(root, name, &examples) {
            let errors: Vec<_> = documented.iter_errors(&value).collect();
            summary.values += 1;
            summary.accepted += usize::from(errors.is_empty());
            let verdicts = [
                ("its derived schema", derived.is_valid(&value)),
                (
                    "its deserializer",
                    (component.round_trip)(value.clone()).is_ok(),
                ),
            ];
            for (who, accepted) in verdicts {
                match judge(&context, &errors, accepted) {
                    Ok(reasons) => {
                        for reason in reasons {
                            *summary.tolerated.entry(reason).or_default() += 1;
                        }
                    }
                    Err(reason) => differences.push(format!("{name}: {who} {reason}: {value}")),
                }
            }
        }
    }
    if differences.is_empty() {
        return Ok(summary);
    }
    let count = differences.len();
    differences.truncate(40);
    Err(format!(
        "{count} times the document and the Rust types do not agree:\n{}\nrun `cargo xtask codegen`; if that does not help, mend the lowering rule that changes the type",
        differences.join("\n")
    ))
}

fn validator(name: &str, schema: &Value) -> Result<Validator, String> {
    jsonschema::validator_for(schema).map_err(|error| format!("the schema of `{name}`: {error}"))
}

/// Examples, made values, and spoilt ones of both.
fn values(root: &Value, name: &str, examples: &instances::ByComponent) -> Vec<Value> {
    let mut values = examples.get(name).cloned().unwrap_or_default();
    values.extend(instances::samples(root, name));
    let spoilt: Vec<Value> = values
        .iter()
        .flat_map(|value| instances::variations(root, name, value))
        .collect();
    values.extend(spoilt);
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.to_string()));
    values
}

/// The tolerances that explain a difference; none where there is no difference.
fn judge(
    context: &Context<'_>,
    errors: &[ValidationError<'_>],
    accepted: bool,
) -> Result<Vec<&'static str>, String> {
    if errors.is_empty() && !accepted {
        return Err("refuses what the document accepts".to_owned());
    }
    if !accepted {
        return Ok(Vec::new());
    }
    let mut reasons = Vec::new();
    for error in errors {
        let reason = TOLERANCES
            .iter()
            .find(|tolerance| (tolerance.applies)(context, error));
        let Some(tolerance) = reason else {
            let place = error.instance_path().as_str();
            return Err(format!(
                "accepts what the document refuses ({error} at `{place}`)"
            ));
        };
        reasons.push(tolerance.what);
    }
    Ok(reasons)
}

/// Components that a client sends.
fn sent(root: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for operation in operations(root) {
        let content = operation.request_body().map(|body| &body["content"]);
        for (_, media) in content.into_iter().flat_map(members) {
            reach(root, &media["schema"], &mut found);
        }
    }
    found
}

/// Whether two values mean the same: `15` and `15.0` do, and where `null` is read as absence, so do
/// a member that is `null` and one that is not there.
pub fn same(expected: &Value, found: &Value, null_is_absence: bool) -> bool {
    let same = |(one, other): (&Value, &Value)| same(one, other, null_is_absence);
    match (expected, found) {
        (Value::Number(one), Value::Number(other)) if one.is_f64() != other.is_f64() => {
            one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        (Value::Object(one), Value::Object(other)) => {
            let kept = |(name, value): (&String, &Value)| match other.get(name) {
                Some(found) => same((value, found)),
                None => null_is_absence && value.is_null(),
            };
            one.iter().all(kept) && other.keys().all(|name| one.contains_key(name))
        }
        _ => expected == found,
    }
}

/// Components that a server sends.
fn received(root: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for operation in operations(root) {
        for (_, response) in operation.responses() {
            for (_, media) in members(&response["content"]) {
                reach(root, &media["schema"], &mut found);
            }
        }
    }
    found
}

pub(crate) fn reach(root: &Value, node: &Value, found: &mut BTreeSet<String>) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        match (component(node), node) {
            (Some(name), _) if found.insert(name.to_owned()) => waiting.push(resolve(root, node)),
            (None, Value::Array(items)) => waiting.extend(items),
            (None, Value::Object(members)) => waiting.extend(members.values()),
            _ => {}
        }
    }
}

/// Every example of the document goes through its Rust type and comes back as it was. Only what is
/// never sent may lose a member that is `null`: there it says no more than its absence.
///
/// # Errors
///
/// Every example that does not.
pub fn round_trip(root: &Value, components: &[Component]) -> Result<usize, String> {
    let examples = instances::examples(root);
    let sent = sent(root);
    let mut count = 0;
    let mut differences = Vec::new();
    for component in components {
        let shown = examples.get(component.name).into_iter().flatten().cloned();
        let documented = validator(
            component.name,
            &to_json_schema(root, &schema_pointer(component.name)),
        )?;
        let made = instances::samples(root, component.name).into_iter();
        for value in shown.chain(made.filter(|value| documented.is_valid(value))) {
            count += 1;
            match (component.round_trip)(value.clone()) {
                Ok(back) if same(&value, &back, !sent.contains(component.name)) => {}
                Ok(back) => differences.push(format!("{}: {value} became {back}", component.name)),
                Err(error) => differences.push(format!("{}: {value}: {error}", component.name)),
            }
        }
    }
    if differences.is_empty() {
        Ok(count)
    } else {
        Err(format!(
            "{} examples do not survive their Rust types, so reading and writing back would lose data:\n{}",
            differences.len(),
            differences.join("\n")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sameness_forgives_the_spelling_of_numbers_and_null_where_it_may() {
        let (whole, float) = (json!({ "a": [15] }), json!({ "a": [15.0] }));
        assert!(same(&whole, &float, false));
        assert!(!same(&whole, &json!({ "a": [15.5] }), true));
        let (null, absent) = (json!({ "a": null, "b": 1 }), json!({ "b": 1 }));
        assert!(same(&null, &absent, true));
        assert!(!same(&null, &absent, false));
        assert!(!same(&absent, &null, true));
        assert!(!same(&json!({ "a": 1 }), &json!({}), true));
    }
}

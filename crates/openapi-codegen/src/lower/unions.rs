//! Unions: which branch a value is, and what becomes of a value that is none.

use openapi_document::union;
use serde_json::{Map, Value, json};

use super::{Lowering, reference, referenced, rewrite, schemas::rust_type};
use crate::{
    naming,
    plan::{OtherVariant, Tag, Union, UnionVariant},
};

/// A union that a member tells apart becomes an enum of ours: typify would take the
/// first branch that happens to fit.
pub(super) fn tag_discriminated_unions(lowering: &mut Lowering) -> usize {
    let schemas = &lowering.schemas;
    let found: Vec<_> = schemas
        .iter()
        .filter_map(|(name, schema)| {
            let mut union = discriminated(schema).or_else(|| told_apart(schemas, schema))?;
            for variant in &mut union.variants {
                let held = reference(&variant.component);
                variant.boxed = rewrite::holds(&held, name, schemas);
            }
            Some((name.clone(), union))
        })
        .collect();
    let applied = found.len();
    lowering.plan.unions.extend(found);
    applied
}

/// The branches of a union.
fn branches(schema: &Value) -> Option<&[Value]> {
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    branches.as_array().map(Vec::as_slice)
}

/// The union that a discriminator tells apart.
pub(crate) fn discriminated(schema: &Value) -> Option<Union> {
    let tag = schema
        .pointer("/discriminator/propertyName")?
        .as_str()?
        .to_owned();
    let mapping = schema
        .pointer("/discriminator/mapping")
        .and_then(Value::as_object);
    let mut variants: Vec<UnionVariant> = Vec::new();
    for branch in branches(schema)? {
        let component = referenced(branch)?;
        let mapped = mapping.into_iter().flatten().filter(|(_, target)| {
            let target = target.as_str();
            target.is_some_and(|target| target.rsplit('/').next() == Some(component))
        });
        let mut values: Vec<Value> = mapped.map(|(value, _)| json!(value)).collect();
        if values.is_empty() {
            values.push(json!(component));
        }
        if variants
            .iter()
            .all(|variant| variant.component != component)
        {
            variants.push(UnionVariant {
                component: component.to_owned(),
                values,
                boxed: false,
            });
        }
    }
    Some(Union {
        tag: Tag::Member(tag),
        variants,
        others: Vec::new(),
    })
}

/// The union that the values of a member tell apart, without a discriminator.
fn told_apart(schemas: &Map<String, Value>, schema: &Value) -> Option<Union> {
    let branches = branches(schema).filter(|_| schema.get("discriminator").is_none())?;
    let tag = union::tag(schemas, branches)?;
    let mut union = Union {
        tag: match tag.pointer.matches('/').count() {
            1 => Tag::Member(tag.pointer[1..].replace("~1", "/").replace("~0", "~")),
            _ => Tag::At(tag.pointer),
        },
        variants: Vec::new(),
        others: Vec::new(),
    };
    for (index, (branch, values)) in branches.iter().zip(tag.values).enumerate() {
        match referenced(branch) {
            Some(component) if !values.is_empty() => union.variants.push(UnionVariant {
                component: component.to_owned(),
                values,
                boxed: false,
            }),
            _ => union.others.push(OtherVariant {
                name: branch_name(branch),
                index,
            }),
        }
    }
    Some(union)
}

/// What a branch without a tag is called: by its component or by its type.
fn branch_name(branch: &Value) -> String {
    let name = referenced(branch).or_else(|| branch["title"].as_str());
    naming::pascal(name.or_else(|| branch["type"].as_str()).unwrap_or("Value"))
}

/// typify makes one struct of all branches of `anyOf`, which only objects can
/// be. A value of another kind is one of the branches, the first that fits.
pub(super) fn choose_one_of_any(lowering: &mut Lowering) -> usize {
    let objects: Vec<String> = lowering
        .schemas
        .iter()
        .filter(|(_, schema)| schema.get("properties").is_some())
        .map(|(name, _)| name.clone())
        .collect();
    let is_object = |branch: &Value| {
        branch.get("properties").is_some()
            || referenced(branch).is_some_and(|name| objects.iter().any(|object| object == name))
    };
    let mut applied = 0;
    for (name, schema) in &mut lowering.schemas {
        let ours = lowering.plan.unions.contains_key(name);
        let mixed = schema["anyOf"]
            .as_array()
            .is_some_and(|branches| !branches.iter().all(is_object));
        if let Some(object) = schema.as_object_mut().filter(|_| mixed && !ours)
            && let Some(branches) = object.remove("anyOf")
        {
            object.insert("oneOf".to_owned(), branches);
            applied += 1;
        }
    }
    applied
}

/// In a union of scalars, `5` must not come back as `5.0`.
pub(super) fn keep_numbers_exact(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for schema in lowering.schemas.values_mut() {
        for keyword in ["oneOf", "anyOf"] {
            let branches = schema.get_mut(keyword).and_then(Value::as_array_mut);
            for branch in branches.into_iter().flatten() {
                if branch["type"] == "number" && branch.get("format").is_none() {
                    *branch = rust_type("serde_json", "Number", &[]);
                    branch["title"] = json!("Number");
                    applied += 1;
                }
            }
        }
    }
    applied
}

/// A reply must not fail because a union gained a member. Requests have no use
/// for it, but a type that goes both ways has it too.
pub(super) fn keep_unknown_members(lowering: &mut Lowering) -> usize {
    let mut applied = 0;
    for name in &lowering.plan.received {
        let ours =
            lowering.plan.unions.contains_key(name) || lowering.plan.open_enums.contains_key(name);
        let Some(schema) = lowering.schemas.get_mut(name).filter(|_| !ours) else {
            continue;
        };
        if let Some(branches) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
            name_branches(branches);
            branches.push(json!({ "title": "Unknown" }));
            applied += 1;
        }
    }
    applied
}

/// typify numbers the variants of a union unless all have a name.
fn name_branches(branches: &mut [Value]) {
    for branch in branches {
        let kind = branch["type"].as_str().map(naming::pascal);
        if let (Some(kind), None) = (kind, branch.get("title")) {
            branch["title"] = Value::String(kind);
        }
    }
}

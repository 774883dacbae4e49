//! Made values, judged by the schemas that they were made for.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Members, Sampler, Wish};
use crate::api::Api;
use crate::document::Document;
use crate::schema::Schema;
use crate::spec::Spec;

fn configuration() -> Arc<Spec> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../generated/configuration-client/openapi.json");
    let text = std::fs::read_to_string(path).unwrap();
    Arc::clone(Document::bundled(&text).unwrap().spec())
}

fn mini_documents() -> Vec<(String, Arc<Spec>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lowering");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let documents = paths.filter(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    let mut read: Vec<_> = documents
        .map(|path| {
            let document = Document::open(&path).unwrap();
            (path.display().to_string(), Arc::clone(document.spec()))
        })
        .collect();
    read.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(read.len() > 30, "{} documents", read.len());
    read
}

/// Every schema that a value can be made for: components both ways, and all bodies.
fn schemas(spec: &Arc<Spec>) -> Vec<Schema> {
    let mut all = Vec::new();
    for (_, id) in spec.model.schemas.components() {
        all.extend([Schema::request(id), Schema::response(id)]);
    }
    for operation in Api::of(spec).operations {
        all.extend(
            operation
                .parameters
                .into_iter()
                .filter_map(|one| one.schema),
        );
        let bodies = operation.responses.into_iter().flat_map(|one| one.media);
        let request = operation.body.into_iter().flat_map(|one| one.media);
        all.extend(bodies.chain(request).filter_map(|media| media.schema));
    }
    all
}

fn judge(name: &str, spec: &Arc<Spec>) {
    let sampler = Sampler::new(spec, 7);
    for schema in schemas(spec) {
        for (place, which) in [("a", Members::All), ("b", Members::Required)] {
            for wish in [Wish::at(place), Wish::at(place).fresh()] {
                let value = sampler.value(&schema, &wish.members(which));
                let wrong = schema.violations(spec, &value);
                assert!(
                    wrong.is_empty(),
                    "{name} {schema:?} {wish:?}: {value} {wrong:?}"
                );
            }
        }
    }
}

#[test]
fn all_values_of_the_configuration_api_are_valid() {
    judge("configuration", &configuration());
}

#[test]
fn all_values_of_the_mini_documents_are_valid() {
    for (name, spec) in mini_documents() {
        judge(&name, &spec);
    }
}

fn one(schema: &Value) -> (Arc<Spec>, Schema) {
    let (spec, id) = Spec::of_schema(schema);
    (Arc::new(spec), Schema::response(id))
}

/// A scalar that may be a text or a number is what its example is, and another one all the same.
#[test]
fn a_scalar_is_of_the_kind_of_its_example() {
    let (spec, schema) = one(&json!({"type": "object", "properties": {
        "id": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        "price": {"oneOf": [{"type": "string"}, {"type": "number"}]},
        "updated_at": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    }}));
    let like = json!({"id": "ord_1401", "price": 312.5, "updated_at": "2026-09-14T08:30:00Z"});
    for seed in 0..20 {
        let wish = Wish::at("x").like(Some(&like)).fresh();
        let made = Sampler::new(&spec, seed).value(&schema, &wish);
        let id = made["id"].as_str().unwrap();
        assert!(id.starts_with("ord_") && id != "ord_1401", "{made}");
        assert_eq!(made["price"], 312.5);
        assert_eq!(made["updated_at"], like["updated_at"]);
    }
}

#[test]
fn seed_and_place_decide_alone() {
    let (spec, schema) = one(&json!({"type": "object", "properties": {
        "id": {"type": "string", "format": "uuid"}, "title": {"type": "string"},
        "size": {"type": "integer"},
    }}));
    let make = |seed, place| Sampler::new(&spec, seed).value(&schema, &Wish::at(place));
    let first = make(1, "/a/1");
    make(1, "/a/2");
    assert_eq!(first, make(1, "/a/1"));
    assert_ne!(first, make(1, "/a/2"));
    assert_ne!(first, make(2, "/a/1"));
}

#[test]
fn examples_are_taken_and_resembled() {
    let (spec, schema) = one(&json!({"type": "array", "minItems": 2, "items": {
        "type": "object", "required": ["id", "name"],
        "properties": {"id": {"type": "string", "example": "cus_4711a"},
            "name": {"type": "string", "default": "none"}, "more": {"type": "string"}},
    }}));
    let list = Sampler::new(&spec, 0).value(&schema, &Wish::at("x"));
    assert_eq!(list[0]["id"], "cus_4711a");
    assert_eq!(list[0]["name"], "none");
    let other = list[1]["id"].as_str().unwrap();
    assert!(other.starts_with("cus_") && other != "cus_4711a", "{other}");
}

#[test]
fn what_is_there_is_kept_and_what_is_missing_is_made() {
    let (spec, schema) = one(
        &json!({"type": "object", "required": ["a", "b"], "properties": {
            "a": {"type": "integer", "minimum": 5}, "b": {"type": "string", "nullable": true},
            "c": {"type": "string"}, "secret": {"type": "string", "writeOnly": true},
        }}),
    );
    let kept = json!({"b": null, "secret": "x", "other": 1});
    let value = Sampler::new(&spec, 0).value(&schema, &Wish::at("x").keep(&kept));
    assert_eq!(value["b"], Value::Null);
    assert!(value["a"].as_i64().unwrap() >= 5);
    assert_eq!(value.as_object().unwrap().len(), 2, "{value}");
}

#[test]
fn discriminators_are_kept_and_obeyed() {
    let branch = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let spec = Spec::new(json!({"components": {"schemas": {
        "Pet": {"oneOf": [branch("Cat"), branch("Dog")],
            "discriminator": {"propertyName": "kind", "mapping": {"dog": "#/components/schemas/Dog"}}},
        "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
        "Dog": {"type": "object", "required": ["kind", "barks"],
            "properties": {"kind": {"type": "string"}, "barks": {"type": "boolean"}}},
    }}}));
    let schema = Schema::response(spec.model.schemas.component("Pet").unwrap());
    let spec = Arc::new(spec);
    let sampler = Sampler::new(&spec, 0);
    assert_eq!(sampler.value(&schema, &Wish::at(""))["kind"], "Cat");
    let dog = sampler.value(&schema, &Wish::at("").keep(&json!({"kind": "dog"})));
    assert!(dog["kind"] == "dog" && dog["barks"].is_boolean(), "{dog}");
}

fn small_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0i64..50, 0i64..50, 1i64..7).prop_map(|(least, width, step)| json!({
            "type": "integer", "minimum": least, "maximum": least + width + step,
            "multipleOf": step,
        })),
        (-9i32..9, 1u32..40).prop_map(|(least, width)| json!({
            "type": "number", "minimum": least, "maximum": f64::from(least) + f64::from(width),
            "exclusiveMinimum": true, "exclusiveMaximum": true,
        })),
        (0usize..9, 0usize..9).prop_map(|(least, width)| json!({
            "type": "string", "minLength": least, "maxLength": least + width,
        })),
        (1usize..5, 5usize..9).prop_map(|(least, most)| json!({
            "type": "string", "pattern": format!("^[a-f]{{{least},{most}}}-?[0-9]+$"),
        })),
        prop::sample::select(vec![
            "uuid",
            "date-time",
            "date",
            "time",
            "email",
            "uri",
            "hostname",
            "ipv4",
            "ipv6",
            "duration",
            "byte",
            "uri-reference",
            "json-pointer",
            "regex",
        ])
        .prop_map(|format| json!({"type": "string", "format": format})),
        Just(json!({"type": "boolean", "nullable": true})),
        Just(json!({"type": "string", "enum": ["one", "two", "three"]})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0usize..3, 0usize..3).prop_map(|(items, least, more)| json!({
                "type": "array", "items": items, "minItems": least, "maxItems": least + more,
            })),
            (
                prop::collection::btree_map("[a-z]{1,6}", inner.clone(), 0..4),
                any::<bool>()
            )
                .prop_map(|(properties, all)| {
                    let names: Vec<&String> = properties.keys().filter(|_| all).collect();
                    let mut schema = json!({"type": "object", "properties": properties});
                    if !names.is_empty() {
                        schema["required"] = json!(names);
                    }
                    schema
                }),
            inner.clone().prop_map(|value| json!({
                "type": "object", "additionalProperties": value, "minProperties": 2,
            })),
            prop::collection::vec(inner, 1..3).prop_map(|some| json!({ "anyOf": some })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_of_random_schemas_are_valid(schema in small_schema(), place in "[a-z]{3}") {
        let (spec, schema) = one(&schema);
        let sampler = Sampler::new(&spec, 3);
        for wish in [Wish::at(&place), Wish::at(&place).fresh().members(Members::Required)] {
            let value = sampler.value(&schema, &wish);
            let wrong = schema.violations(&spec, &value);
            prop_assert!(wrong.is_empty(), "{value} {wrong:?}");
        }
    }
}

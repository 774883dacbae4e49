//! The translation of OpenAPI 3.0 schemas to JSON Schema, judged by what the result accepts.
#![allow(clippy::unwrap_used, clippy::expect_used)]
// Literals read better without `&` before each.
#![allow(clippy::needless_pass_by_value)]

use openapi_document::lint::json_schema::{Direction, to_json_schema, to_json_schema_for};
use serde_json::{Value, json};

/// The schemas under `components/schemas`; the one called `Thing` is the one judged.
fn document(schemas: Value) -> Value {
    json!({ "components": { "schemas": schemas } })
}

fn accepts(schema: &Value, value: &Value) -> bool {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).unwrap().is_valid(value)
}

#[track_caller]
fn assert_judges(schemas: Value, good: &[Value], bad: &[Value]) {
    let schema = to_json_schema(&document(schemas), "/components/schemas/Thing");
    for value in good {
        assert!(accepts(&schema, value), "{value} should fit {schema:#}");
    }
    for value in bad {
        assert!(
            !accepts(&schema, value),
            "{value} should not fit {schema:#}"
        );
    }
}

#[test]
fn nullable_adds_null_to_the_type() {
    let schemas = json!({ "Thing": { "type": "string", "nullable": true } });
    assert_judges(schemas, &[json!(null), json!("a")], &[json!(1)]);
}

#[test]
fn nullable_adds_null_to_an_enum_and_to_a_reference_in_all_of() {
    let schemas = json!({
        "Thing": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Kind" }] },
        "Kind": { "type": "string", "nullable": true, "enum": ["a"] },
    });
    assert_judges(schemas, &[json!(null), json!("a")], &[json!("b")]);
    let schemas = json!({
        "Thing": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Kind" }] },
        "Kind": { "type": "string", "enum": ["a"] },
    });
    assert_judges(schemas, &[json!(null), json!("a")], &[json!("b")]);
}

#[test]
fn boolean_exclusive_bounds_become_numbers() {
    let schemas = json!({ "Thing": {
        "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 5, "exclusiveMaximum": false,
    } });
    assert_judges(schemas, &[json!(0.1), json!(5)], &[json!(0), json!(5.1)]);
}

#[test]
fn integer_formats_are_bounds() {
    let schemas = json!({ "Thing": { "type": "integer", "format": "int32" } });
    assert_judges(
        schemas,
        &[json!(-2_147_483_648_i64)],
        &[json!(2_147_483_648_i64)],
    );
    let schemas = json!({ "Thing": { "type": "integer", "format": "int32", "maximum": 9 } });
    assert_judges(schemas, &[json!(9)], &[json!(10)]);
}

#[test]
fn members_beside_a_reference_have_no_effect() {
    let schemas = json!({
        "Thing": { "$ref": "#/components/schemas/Name", "maxLength": 1 },
        "Name": { "type": "string" },
    });
    assert_judges(schemas, &[json!("long")], &[json!(1)]);
}

#[test]
fn cycles_stay_references() {
    let schemas = json!({ "Thing": { "type": "object", "properties": {
        "next": { "$ref": "#/components/schemas/Thing" }, "id": { "type": "integer" },
    } } });
    assert_judges(
        schemas,
        &[json!({ "next": { "next": { "id": 1 } } })],
        &[json!({ "next": { "next": { "id": "1" } } })],
    );
}

#[test]
fn names_with_odd_characters_are_found() {
    let schemas = json!({
        "Thing": { "type": "array", "items": { "$ref": "#/components/schemas/a b~1%c" } },
        "a b/%c": { "type": "integer" },
    });
    assert_judges(schemas, &[json!([1])], &[json!(["1"])]);
}

#[test]
fn references_into_a_component_are_followed() {
    let schemas = json!({
        "Thing": { "$ref": "#/components/schemas/Other/properties/id" },
        "Other": { "type": "object", "properties": { "id": { "type": "integer" } } },
    });
    assert_judges(schemas, &[json!(1)], &[json!("1")]);
}

#[test]
fn a_discriminator_chooses_the_branch() {
    let schemas = json!({
        "Thing": {
            "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
            "discriminator": { "propertyName": "kind", "mapping": { "feline": "#/components/schemas/Cat" } },
        },
        "Cat": { "type": "object", "properties": { "kind": { "type": "string" }, "lives": { "type": "integer" } } },
        "Dog": { "type": "object", "properties": { "kind": { "type": "string" }, "lives": { "type": "string" } } },
    });
    assert_judges(
        schemas,
        &[
            json!({ "kind": "feline", "lives": 9 }),
            json!({ "kind": "Dog", "lives": "one" }),
            json!({ "kind": "Dog" }),
        ],
        &[
            json!({ "kind": "feline", "lives": "one" }),
            json!({ "kind": "Cat" }),
            json!({ "lives": 9 }),
        ],
    );
}

#[test]
fn required_depends_on_the_direction() {
    let root = document(json!({
        "Thing": { "type": "object", "required": ["id", "secret"], "properties": {
            "id": { "$ref": "#/components/schemas/Id" },
            "secret": { "type": "string", "writeOnly": true },
        } },
        "Id": { "type": "string", "readOnly": true },
    }));
    let fits = |direction, value: Value| {
        let schema = to_json_schema_for(&root, "/components/schemas/Thing", direction);
        accepts(&schema, &value)
    };
    assert!(fits(Direction::Request, json!({ "secret": "s" })));
    assert!(!fits(Direction::Request, json!({ "id": "1" })));
    assert!(fits(Direction::Response, json!({ "id": "1" })));
    assert!(!fits(Direction::Response, json!({ "secret": "s" })));
    assert!(fits(Direction::Either, json!({})));
    assert!(!fits(Direction::Both, json!({ "id": "1" })));
}

#[test]
fn only_what_is_reached_is_defined() {
    let root = document(json!({
        "Thing": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } },
        "Part": { "type": "string" },
        "Other": { "type": "string" },
    }));
    let schema = to_json_schema(&root, "/components/schemas/Thing");
    let names: Vec<&String> = schema["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Part", "Thing"]);
}

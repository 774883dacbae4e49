//! L3xx: schemas.

use std::collections::{HashMap, HashSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::names::{field_name, type_name, variant_name};
use super::rule::{Hit, Rule};
use super::shape::Shape;
use super::view::{Node, Place, Schema, View};
use crate::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L301",
        name: "schema-name-clash",
        severity: Error,
        suppressible: false,
        what: "Two component schemas have the same type name, once written in `UpperCamelCase`.",
        why: "one module cannot have two types of one name",
        check: schema_name_clash,
    },
    Rule {
        code: "L302",
        name: "inline-object",
        severity: Warning,
        suppressible: true,
        what: "An object schema with properties stands inline, without a name.",
        why: "its type gets a made-up name that changes with its surroundings, and breaks callers then",
        check: inline_object,
    },
    Rule {
        code: "L303",
        name: "inline-name-clash",
        severity: Error,
        suppressible: false,
        what: "An inline schema gets the made-up name of a component schema.",
        why: "generated code compiles and silently decodes the one as the other",
        check: inline_name_clash,
    },
    Rule {
        code: "L304",
        name: "inline-enum",
        severity: Warning,
        suppressible: true,
        what: "A string enum stands inline, without a name.",
        why: "its type gets a made-up name, and the same list in two places becomes two types",
        check: inline_enum,
    },
    Rule {
        code: "L305",
        name: "not",
        severity: Error,
        suppressible: false,
        what: "A schema uses `not`.",
        why: "no Rust type can leave values out; the generator stops at it",
        check: not,
    },
    Rule {
        code: "L306",
        name: "enum-variant-clash",
        severity: Warning,
        suppressible: true,
        what: "Two values of a string enum get the same variant name.",
        why: "the later one gets a number, which says nothing and changes with the order of the list",
        check: enum_variant_clash,
    },
    Rule {
        code: "L307",
        name: "duplicate-enum-value",
        severity: Error,
        suppressible: false,
        what: "An enum lists a value twice.",
        why: "one enum cannot have two variants of one name",
        check: duplicate_enum_value,
    },
    Rule {
        code: "L308",
        name: "nullable-enum-without-null",
        severity: Warning,
        suppressible: true,
        what: "A schema is `nullable`, but its enum does not list null.",
        why: "by OpenAPI 3.0.3 null is then not allowed, though the document says it is; tools disagree",
        check: nullable_enum_without_null,
    },
    Rule {
        code: "L309",
        name: "number-enum",
        severity: Warning,
        suppressible: true,
        what: "An enum lists numbers.",
        why: "its values have no names, and a new value breaks decoding",
        check: number_enum,
    },
    Rule {
        code: "L316",
        name: "closed-response-object",
        severity: Warning,
        suppressible: true,
        what: "A schema in a response has `additionalProperties: false`.",
        why: "decoding fails on the day the API adds a member",
        check: closed_response_object,
    },
    Rule {
        code: "L317",
        name: "required-not-declared",
        severity: Warning,
        suppressible: true,
        what: "A schema requires a property it does not declare.",
        why: "the generated type has no such member; most often one of the names is misspelt",
        check: required_not_declared,
    },
    Rule {
        code: "L319",
        name: "read-write-shared",
        severity: Warning,
        suppressible: true,
        what: "A schema with `readOnly` or `writeOnly` properties is used in requests and in responses.",
        why: "one type serves both directions, so the compiler cannot keep the property out of the wrong one",
        check: read_write_shared,
    },
    Rule {
        code: "L320",
        name: "contradictory-bounds",
        severity: Warning,
        suppressible: true,
        what: "A lower bound is above the upper one.",
        why: "no value can satisfy both",
        check: contradictory_bounds,
    },
    Rule {
        code: "L321",
        name: "exclusive-without-bound",
        severity: Error,
        suppressible: false,
        what: "`exclusiveMinimum` or `exclusiveMaximum` stands without the bound it is about.",
        why: "it has no effect in OpenAPI 3.0, where it is a boolean beside the bound; the generator stops at it",
        check: exclusive_without_bound,
    },
    Rule {
        code: "L322",
        name: "property-name-clash",
        severity: Error,
        suppressible: false,
        what: "Two properties of an object have the same name in `snake_case`.",
        why: "one struct cannot have two fields of one name",
        check: property_name_clash,
    },
];

fn schema_name_clash(view: &View<'_>) -> Vec<Hit> {
    let mut first: HashMap<String, (&str, String)> = HashMap::new();
    let mut hits = Vec::new();
    for (name, schema) in view.components("schemas") {
        let rust = type_name(name);
        match first.get(&rust) {
            Some((earlier, place)) => hits.push(
                Hit::at_key(&schema.pointer, format!("schemas `{earlier}` and `{name}` both become the type `{rust}`"))
                    .related(place, "the other schema")
                    .help("rename one of them; names that differ in case or punctuation only are the same"),
            ),
            None => {
                first.insert(rust, (name, schema.pointer));
            }
        }
    }
    hits
}

fn inline_object(view: &View<'_>) -> Vec<Hit> {
    // Objects in parameters are written as flat parameters and need no type.
    let flat: HashSet<String> = view
        .parameters
        .iter()
        .map(|p| format!("{}/schema", p.pointer))
        .collect();
    let inline = view
        .written()
        .filter(|schema| is_inline(schema) && has_properties(&schema.node));
    inline
        .filter(|schema| !flat.contains(&schema.node.pointer))
        .map(|schema| {
            Hit::at(&schema.node.pointer, "this object schema has no name")
                .help("move it to `components/schemas` under the name its type shall have, and refer to it: `$ref: '#/components/schemas/…'`")
        })
        .collect()
}

fn is_inline(schema: &Schema<'_>) -> bool {
    matches!(schema.place, Place::Root | Place::Part | Place::Branch)
}

fn has_properties(schema: &Node<'_>) -> bool {
    schema
        .object("properties")
        .is_some_and(|properties| !properties.is_empty())
}

fn inline_enum(view: &View<'_>) -> Vec<Hit> {
    let inline = view.written().filter(|schema| is_inline(schema));
    inline
        // A single value is a constant, for example the tag of a branch; and an open list, an
        // enum or any string, is named by the choice around it.
        .filter(|schema| schema.node.strings("enum").len() > 1 && !is_named_by_choice(view, schema))
        .map(|schema| {
            Hit::at(schema.node.pointer_of("enum"), "this enum has no name")
                .help("move the schema to `components/schemas` under the name its type shall have, and refer to it: `$ref: '#/components/schemas/…'`")
        })
        .collect()
}

/// The schema is a branch of a component that otherwise allows plain strings.
fn is_named_by_choice(view: &View<'_>, schema: &Schema<'_>) -> bool {
    let parent = schema.parent.map(|parent| &view.schemas[parent]);
    let choice =
        parent.filter(|parent| schema.place == Place::Branch && parent.place == Place::Component);
    let is_plain =
        |branch: &Node<'_>| branch.str("type") == Some("string") && branch.get("enum").is_none();
    choice.is_some_and(|choice| choice.node.items("anyOf").iter().any(is_plain))
}

fn inline_name_clash(view: &View<'_>) -> Vec<Hit> {
    let mut names = InlineNames {
        components: view
            .components("schemas")
            .into_iter()
            .map(|(name, node)| (type_name(name), node))
            .collect(),
        reported: HashSet::new(),
        hits: Vec::new(),
    };
    for (name, schema) in view.components("schemas") {
        names.parts(name, &schema);
    }
    for operation in &view.operations {
        let id = operation.id_or_derived();
        for parameter in &operation.parameters {
            if let Some(schema) = parameter.definition.child("schema") {
                names.visit(&format!("{id}-{}", parameter.name()), &schema);
            }
        }
        let bodies = operation
            .body
            .iter()
            .map(|body| (format!("{id}-body"), body));
        let responses = operation
            .responses
            .iter()
            .map(|(_, response)| (format!("{id}-response"), response));
        for (name, holder) in bodies.chain(responses) {
            for (_, media_type) in holder.members("content") {
                if let Some(schema) = media_type.child("schema") {
                    names.visit(&name, &schema);
                }
            }
        }
    }
    names.hits
}

/// Follows the names the type generator makes up for inline schemas.
struct InlineNames<'a> {
    components: HashMap<String, Node<'a>>,
    reported: HashSet<String>,
    hits: Vec<Hit>,
}

impl<'a> InlineNames<'a> {
    fn visit(&mut self, name: &str, schema: &Node<'a>) {
        if schema.reference().is_some() {
            return;
        }
        let rust = type_name(name);
        if let Some(component) = self.components.get(&rust).filter(|_| needs_type(schema))
            && self.reported.insert(schema.pointer.clone())
        {
            self.hits.push(
                Hit::at(&schema.pointer, format!("this inline schema becomes the type `{rust}`, as a component schema does"))
                    .related(&component.pointer, "the component schema")
                    .help("refer to the component if it is what is meant; otherwise move the inline schema to `components/schemas` under a name of its own"),
            );
        }
        self.parts(name, schema);
    }

    fn parts(&mut self, name: &str, schema: &Node<'a>) {
        for (property, node) in schema.members("properties") {
            self.visit(&format!("{name}_{}", property.to_snake_case()), &node);
        }
        if let Some(items) = schema.child("items") {
            self.visit(&format!("{name}Item"), &items);
        }
        if let Some(values) = schema.child("additionalProperties") {
            let name = if has_properties(schema) {
                format!("{name}_extraValue")
            } else {
                format!("{name}Value")
            };
            self.visit(&name, &values);
        }
        for member in schema.items("allOf") {
            self.parts(name, &member);
        }
        for key in ["oneOf", "anyOf"] {
            for (index, branch) in schema.items(key).iter().enumerate() {
                self.parts(&format!("{name}Variant{index}"), branch);
            }
        }
    }
}

/// The schema becomes a type of its own, not one of the standard library.
fn needs_type(schema: &Node<'_>) -> bool {
    let keys = [
        "enum",
        "oneOf",
        "anyOf",
        "allOf",
        "pattern",
        "minLength",
        "maxLength",
    ];
    has_properties(schema) || keys.iter().any(|key| schema.get(key).is_some())
}

fn not(view: &View<'_>) -> Vec<Hit> {
    let negated = view.written().filter_map(|schema| schema.node.child("not"));
    negated
        .map(|not| {
            Hit::at_key(&not.pointer, "`not` cannot be represented").help(
                "describe what is allowed instead, or say it in the `description` and remove `not`",
            )
        })
        .collect()
}

fn enum_variant_clash(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in view.written() {
        let values = schema.node.items("enum");
        let mut first: HashMap<String, (&str, &Node<'_>)> = HashMap::new();
        for (text, node) in values
            .iter()
            .filter_map(|node| Some((node.value.as_str()?, node)))
        {
            let name = variant_name(text);
            match first.get(&name) {
                // Equal values are the business of `duplicate-enum-value`.
                Some((earlier, _)) if *earlier == text => {}
                Some((earlier, other)) => hits.push(
                    Hit::at(&node.pointer, format!("enum values `{earlier}` and `{text}` both become the variant `{name}`"))
                        .related(&other.pointer, "the other value")
                        .help("if the API takes both for the same, list one only: values that are not listed are still read and sent; otherwise leave it so and ignore the rule with the reason"),
                ),
                None => {
                    first.insert(name, (text, node));
                }
            }
        }
    }
    hits
}

fn duplicate_enum_value(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in view.written() {
        let mut first: HashMap<String, String> = HashMap::new();
        for value in schema.node.items("enum") {
            let text = value.value.to_string();
            match first.get(&text) {
                Some(place) => hits.push(
                    Hit::at(
                        &value.pointer,
                        format!("enum value `{text}` is listed twice"),
                    )
                    .related(place, "first listed here")
                    .help("remove one of the two"),
                ),
                None => {
                    first.insert(text, value.pointer);
                }
            }
        }
    }
    hits
}

fn nullable_enum_without_null(view: &View<'_>) -> Vec<Hit> {
    let nullable = view
        .written()
        .filter(|schema| schema.node.is_true("nullable"));
    nullable
        .filter(|schema| {
            let values = schema.node.get("enum").and_then(Value::as_array);
            values.is_some_and(|values| !values.contains(&Value::Null))
        })
        .map(|schema| {
            Hit::at(
                schema.node.pointer_of("enum"),
                "the schema is nullable, but its enum does not list null",
            )
            .help("add `null` to the list if null is sent, or remove `nullable`")
        })
        .collect()
}

fn number_enum(view: &View<'_>) -> Vec<Hit> {
    let listed = view.written().filter(|schema| {
        let values = schema.node.get("enum").and_then(Value::as_array);
        values.is_some_and(|values| values.iter().any(Value::is_number))
    });
    listed
        .map(|schema| {
            Hit::at(schema.node.pointer_of("enum"), "this enum lists numbers")
                .help("remove `enum`, and tell in the `description` what each number means")
        })
        .collect()
}

fn closed_response_object(view: &View<'_>) -> Vec<Hit> {
    let closed = view.written().filter(|schema| {
        schema.direction.received
            && schema.node.get("additionalProperties") == Some(&Value::Bool(false))
    });
    closed
        .map(|schema| {
            Hit::at(schema.node.pointer_of("additionalProperties"), "an object in a response refuses members that are not declared")
                .help("remove `additionalProperties: false`; if requests need it, split the schema into one for each direction")
        })
        .collect()
}

fn required_not_declared(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in view
        .written()
        .filter(|schema| schema.node.get("required").is_some())
    {
        let shapes = enclosing_shapes(view, schema);
        // A choice may declare it in its branches; a typed map declares every name.
        let is_open = |shape: &Shape<'_>| shape.open_ended;
        if shapes[0].open_ended && shapes.iter().any(is_open)
            || schema.node.object("additionalProperties").is_some()
        {
            continue;
        }
        for required in schema.node.items("required") {
            let name = required.value.as_str().unwrap_or_default();
            if !shapes
                .iter()
                .any(|shape| shape.properties.contains_key(name))
            {
                hits.push(
                    Hit::at(&required.pointer, format!("`{name}` is required but not declared"))
                        .help(format!("declare it under `properties`, for example `{name}: {{type: string}}`, or remove it from `required`")),
                );
            }
        }
    }
    hits
}

/// The shape of a schema and of those it is an `allOf` member or a branch of.
fn enclosing_shapes<'a>(view: &View<'a>, schema: &Schema<'a>) -> Vec<Shape<'a>> {
    let mut shapes = vec![Shape::of(view, &schema.node)];
    let mut current = schema;
    while matches!(current.place, Place::AllOf | Place::Branch)
        && let Some(parent) = current.parent
    {
        current = &view.schemas[parent];
        shapes.push(Shape::of(view, &current.node));
    }
    shapes
}

fn read_write_shared(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in view
        .written()
        .filter(|schema| schema.direction.sent && schema.direction.received)
    {
        let properties = schema.node.members("properties").into_iter();
        let one_way: Vec<(&str, &str)> = properties
            .filter_map(|(name, property)| Some((name, one_way(&view.resolve(&property)?)?)))
            .collect();
        let Some((first, _)) = one_way.first() else {
            continue;
        };
        let list: Vec<String> = one_way
            .iter()
            .map(|(name, way)| format!("`{name}` ({way})"))
            .collect();
        let properties = schema
            .node
            .child("properties")
            .map(|properties| properties.pointer_of(first));
        hits.push(
            Hit::at_key(properties.unwrap_or_default(), format!("a schema used in requests and responses has one-way properties: {}", list.join(", ")))
                .help("split it: one schema for what is sent, one for what is received, each with the properties of its direction only"),
        );
    }
    hits
}

fn one_way(property: &Node<'_>) -> Option<&'static str> {
    ["readOnly", "writeOnly"]
        .into_iter()
        .find(|flag| property.is_true(flag))
}

fn contradictory_bounds(view: &View<'_>) -> Vec<Hit> {
    const BOUNDS: [(&str, &str); 4] = [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ];
    let mut hits = Vec::new();
    for schema in view.written() {
        for (lower, upper) in BOUNDS {
            let bound = |key| schema.node.get(key).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (bound(lower), bound(upper))
                && least > most
            {
                hits.push(
                    Hit::at(
                        schema.node.pointer_of(lower),
                        format!("`{lower}` {least} is above `{upper}` {most}"),
                    )
                    .related(schema.node.pointer_of(upper), "the upper bound")
                    .help("correct one of the two"),
                );
            }
        }
    }
    hits
}

fn exclusive_without_bound(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in view.written() {
        for (exclusive, bound) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if schema.node.is_true(exclusive) && schema.node.get(bound).is_none() {
                hits.push(
                    Hit::at_key(
                        schema.node.pointer_of(exclusive),
                        format!("`{exclusive}` without `{bound}` bounds nothing"),
                    )
                    .help(format!(
                        "add the bound, for example `{bound}: 0`, or remove `{exclusive}`"
                    )),
                );
            }
        }
    }
    hits
}

fn property_name_clash(view: &View<'_>) -> Vec<Hit> {
    let mut reported = HashSet::new();
    let mut hits = Vec::new();
    for schema in view.written().filter(|schema| schema.place != Place::AllOf) {
        let shape = Shape::of(view, &schema.node);
        let mut first: HashMap<String, (&str, String)> = HashMap::new();
        for (name, property) in shape.properties {
            let field = field_name(name);
            let Some((earlier, place)) = first.get(&field) else {
                first.insert(field, (name, property.pointer));
                continue;
            };
            if reported.insert(property.pointer.clone()) {
                hits.push(
                    Hit::at_key(&property.pointer, format!("`{earlier}` and `{name}` both become the field `{field}`"))
                        .related(place, "the other member")
                        .help("declare the one that clients need; the other is then ignored when it is received"),
                );
            }
        }
    }
    hits
}

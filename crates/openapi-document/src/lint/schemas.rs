//! L3xx: schemas.

use std::collections::{BTreeMap, HashMap, HashSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::names::{method_name, type_name, variant_name};
use super::rule::{Hit, Rule};
use super::shape::{Shape, are_apart, captures};
use super::view::{Node, Place, Schema, View};
use crate::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L301",
        name: "schema-name-clash",
        severity: Error,
        suppressible: false,
        what: "Two component schemas have the same type name, once written in UpperCamelCase.",
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
        code: "L310",
        name: "indistinct-one-of",
        severity: Error,
        suppressible: true,
        what: "A `oneOf` without discriminator has a branch whose values can be taken for an earlier branch.",
        why: "values are decoded as the first branch that fits, so members of the right one are lost in silence",
        check: indistinct_one_of,
    },
    Rule {
        code: "L311",
        name: "overlapping-any-of",
        severity: Warning,
        suppressible: true,
        what: "An `anyOf` has an object branch whose values can be taken for an earlier branch.",
        why: "values are decoded as the first branch that fits, so members of the other one are lost",
        check: overlapping_any_of,
    },
    Rule {
        code: "L312",
        name: "discriminator-property-missing",
        severity: Error,
        suppressible: false,
        what: "A branch under a discriminator does not declare the discriminating property.",
        why: "nothing in a value of that branch says which branch it is",
        check: discriminator_property_missing,
    },
    Rule {
        code: "L313",
        name: "discriminator-branch",
        severity: Error,
        suppressible: false,
        what: "A branch under a discriminator is inline or no object, or a mapping leads to no branch.",
        why: "a discriminator chooses among named object schemas only",
        check: discriminator_branch,
    },
    Rule {
        code: "L314",
        name: "discriminator-without-branches",
        severity: Warning,
        suppressible: true,
        what: "A schema has a discriminator but neither `oneOf` nor `anyOf`.",
        why: "values are decoded as this schema alone, so the members of the more special ones are lost",
        check: discriminator_without_branches,
    },
    Rule {
        code: "L315",
        name: "contradictory-all-of",
        severity: Error,
        suppressible: true,
        what: "Members of an `allOf` contradict each other in their type or in that of a property.",
        why: "no value can be all of them, so nothing could ever be decoded",
        check: contradictory_all_of,
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
        code: "L318",
        name: "infinite-schema",
        severity: Error,
        suppressible: false,
        what: "A schema requires itself, directly or over others.",
        why: "every value would have to hold another one without end, so there is none",
        check: infinite_schema,
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
        why: "no value fits",
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
        what: "Two properties of an object have the same name in snake_case.",
        why: "one struct cannot have two fields of one name",
        check: property_name_clash,
    },
];

/// The schemas that are more than a reference.
fn written<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v Schema<'a>> {
    view.schemas
        .iter()
        .filter(|schema| schema.node.reference().is_none())
}

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
    let inline = written(view).filter(|schema| is_inline(schema) && has_properties(&schema.node));
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
    let inline = written(view).filter(|schema| is_inline(schema));
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
    let negated = written(view).filter_map(|schema| schema.node.child("not"));
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
    for schema in written(view) {
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
    for schema in written(view) {
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
    let nullable = written(view).filter(|schema| schema.node.is_true("nullable"));
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
    let listed = written(view).filter(|schema| {
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

fn indistinct_one_of(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in written(view).filter(|schema| schema.node.get("discriminator").is_none()) {
        let branches = schema.node.items("oneOf");
        if let Some((left, right)) = captured_pair(view, &branches) {
            hits.push(
                Hit::at(&branches[right].pointer, format!("a value of {} can be taken for {}", branch_name(&branches, right), branch_name(&branches, left)))
                    .related(&branches[left].pointer, "the branch that is tried first")
                    .help("add a `discriminator`; or put the branch with more required properties first; or give each branch a required property the others do not have, or a one-value `enum`"),
            );
        }
    }
    hits
}

fn overlapping_any_of(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in written(view).filter(|schema| schema.node.get("discriminator").is_none()) {
        let mut branches = schema.node.items("anyOf");
        branches.retain(|branch| Shape::of(view, branch).kind == Some("object"));
        if let Some((left, right)) = captured_pair(view, &branches) {
            hits.push(
                Hit::at(&branches[right].pointer, format!("a value of {} can be taken for {}", branch_name(&branches, right), branch_name(&branches, left)))
                    .related(&branches[left].pointer, "the branch that is tried first")
                    .help("use `allOf` if a value has the members of all of them, or `oneOf` with a `discriminator` if of one of them"),
            );
        }
    }
    hits
}

/// The first two branches of which the earlier one takes values of the later one.
fn captured_pair<'a>(view: &View<'a>, branches: &[Node<'a>]) -> Option<(usize, usize)> {
    let pairs = (0..branches.len()).flat_map(|right| (0..right).map(move |left| (left, right)));
    pairs
        .into_iter()
        .find(|(left, right)| captures(view, &branches[*left], &branches[*right]))
}

fn branch_name(branches: &[Node<'_>], index: usize) -> String {
    match branches[index]
        .reference()
        .and_then(|r| r.rsplit('/').next())
    {
        Some(name) => format!("`{name}`"),
        None => format!("branch {}", index + 1),
    }
}

/// The discriminator of a schema, its property name, and the branches it chooses among.
fn discriminated<'a>(schema: &Schema<'a>) -> Option<(Node<'a>, &'a str, Vec<Node<'a>>)> {
    let discriminator = schema.node.child("discriminator")?;
    let property = discriminator.str("propertyName")?;
    let mut branches = schema.node.items("oneOf");
    branches.extend(schema.node.items("anyOf"));
    Some((discriminator, property, branches))
}

fn discriminator_property_missing(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (discriminator, property, branches) in written(view).filter_map(discriminated) {
        for (index, branch) in branches.iter().enumerate() {
            let shape = Shape::of(view, branch);
            let is_object = shape.kind == Some("object") && branch.reference().is_some();
            if is_object && !shape.open_ended && !shape.properties.contains_key(property) {
                hits.push(
                    Hit::at(
                        &branch.pointer,
                        format!(
                            "{} does not declare the discriminating property `{property}`",
                            branch_name(&branches, index)
                        ),
                    )
                    .related(
                        discriminator.pointer_of("propertyName"),
                        "the property is named here",
                    )
                    .help(format!(
                        "declare it there as a required property: `{property}: {{type: string}}`"
                    )),
                );
            }
        }
    }
    hits
}

fn discriminator_branch(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (discriminator, _, branches) in written(view).filter_map(discriminated) {
        for branch in &branches {
            let kind = Shape::of(view, branch).kind;
            if branch.reference().is_none() {
                hits.push(
                    Hit::at(&branch.pointer, "this branch under a discriminator has no name")
                        .help("move it to `components/schemas` and refer to it: `$ref: '#/components/schemas/…'`"),
                );
            } else if let Some(kind) = kind.filter(|kind| *kind != "object") {
                hits.push(
                    Hit::at(&branch.pointer, format!("this branch under a discriminator is of type {kind}"))
                        .help("remove the discriminator, or make the branch an object that has its property"),
                );
            }
        }
        let targets: Vec<&str> = branches.iter().filter_map(Node::reference).collect();
        for (value, target) in discriminator.members("mapping") {
            let name = target.value.as_str().unwrap_or_default();
            let leads_to =
                |branch: &&str| **branch == *name || branch.rsplit('/').next() == Some(name);
            if !branches.is_empty() && !targets.iter().any(leads_to) {
                hits.push(
                    Hit::at(
                        &target.pointer,
                        format!("`{value}` is mapped to `{name}`, which is no branch"),
                    )
                    .help("add the schema to the branches, or remove the entry"),
                );
            }
        }
    }
    hits
}

fn discriminator_without_branches(view: &View<'_>) -> Vec<Hit> {
    let lone = written(view)
        .filter_map(discriminated)
        .filter(|(_, _, branches)| branches.is_empty());
    lone.map(|(discriminator, property, _)| {
        Hit::at_key(&discriminator.pointer, format!("the discriminator `{property}` chooses among nothing"))
            .help("make a schema of its own for the choice, `{oneOf: [{$ref: …}, …], discriminator: …}`, and use that where any of them can stand")
    })
    .collect()
}

fn contradictory_all_of(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in written(view) {
        let mut kinds: Vec<(&str, Node<'_>)> = Vec::new();
        let mut properties: BTreeMap<&str, Node<'_>> = BTreeMap::new();
        if let Some(kind) = schema.node.str("type") {
            kinds.push((kind, schema.node.clone()));
        }
        properties.extend(schema.node.members("properties"));
        for member in schema.node.items("allOf") {
            let shape = Shape::of(view, &member);
            if let Some(kind) = shape.kind {
                let other = kinds.iter().find(|(other, _)| differ(kind, other));
                if let Some((other, place)) = other {
                    hits.push(contradiction(
                        &member,
                        format!("of type {kind}, another part is of type {other}"),
                        place,
                    ));
                }
                kinds.push((kind, member.clone()));
            }
            for (name, property) in shape.properties {
                let Some(other) = properties.get(name) else {
                    properties.insert(name, property);
                    continue;
                };
                if other.pointer != property.pointer && contradict(view, &property, other) {
                    let what =
                        format!("one whose property `{name}` contradicts that of another part");
                    hits.push(contradiction(&member, what, other));
                }
            }
        }
    }
    hits
}

fn contradiction(member: &Node<'_>, what: String, other: &Node<'_>) -> Hit {
    Hit::at(&member.pointer, format!("this member of `allOf` is {what}"))
        .related(&other.pointer, "what it contradicts")
        .help("use `oneOf` if a value is one of them, or correct the type that is wrong")
}

fn differ(left: &str, right: &str) -> bool {
    let numeric = |kind| matches!(kind, "integer" | "number");
    left != right && !(numeric(left) && numeric(right))
}

fn contradict<'a>(view: &View<'a>, left: &Node<'a>, right: &Node<'a>) -> bool {
    are_apart(&Shape::of(view, left), &Shape::of(view, right))
}

fn closed_response_object(view: &View<'_>) -> Vec<Hit> {
    let closed = written(view).filter(|schema| {
        schema.directions.response
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
    for schema in written(view).filter(|schema| schema.node.get("required").is_some()) {
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

fn infinite_schema(view: &View<'_>) -> Vec<Hit> {
    let components: BTreeMap<&str, Node<'_>> = view.components("schemas").into_iter().collect();
    let mut infinite: HashSet<&str> = components.keys().copied().collect();
    loop {
        let finite: Vec<&str> = infinite
            .iter()
            .copied()
            .filter(|name| is_finite(&components[name], &infinite))
            .collect();
        if finite.is_empty() {
            break;
        }
        for name in finite {
            infinite.remove(name);
        }
    }
    let in_cycle = components.iter().filter(|(name, _)| {
        infinite.contains(*name) && reaches_itself(name, &components, &infinite)
    });
    in_cycle
        .map(|(name, schema)| {
            Hit::at_key(&schema.pointer, format!("a `{name}` cannot exist without another `{name}` inside it"))
                .help("take the recursive property out of `required`, make it `nullable`, or make it an array")
        })
        .collect()
}

/// Whether a value can be written down, given the components that cannot.
fn is_finite(schema: &Node<'_>, infinite: &HashSet<&str>) -> bool {
    if let Some(name) = component_name(schema) {
        return !infinite.contains(name);
    }
    schema.is_true("nullable")
        || needed(schema).iter().all(|part| is_finite(part, infinite))
            && ["oneOf", "anyOf"].iter().all(|key| {
                let branches = schema.items(key);
                branches.is_empty() || branches.iter().any(|branch| is_finite(branch, infinite))
            })
}

/// The parts every value of the schema has.
fn needed<'a>(schema: &Node<'a>) -> Vec<Node<'a>> {
    let properties = schema.child("properties");
    let required = schema.strings("required").into_iter();
    let mut parts: Vec<Node<'a>> = required
        .filter_map(|name| properties.as_ref()?.child(name))
        .collect();
    parts.extend(schema.items("allOf"));
    if schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) > 0 {
        parts.extend(schema.child("items"));
    }
    parts
}

fn component_name<'a>(schema: &Node<'a>) -> Option<&'a str> {
    schema.reference()?.strip_prefix("#/components/schemas/")
}

fn reaches_itself(
    name: &str,
    components: &BTreeMap<&str, Node<'_>>,
    infinite: &HashSet<&str>,
) -> bool {
    let mut seen = HashSet::new();
    let mut waiting = vec![components[name].clone()];
    while let Some(schema) = waiting.pop() {
        if let Some(target) = component_name(&schema) {
            if target == name {
                return true;
            }
            if infinite.contains(target) && seen.insert(target) {
                waiting.extend(components.get(target).cloned());
            }
            continue;
        }
        waiting.extend(needed(&schema));
        waiting.extend(schema.items("oneOf"));
        waiting.extend(schema.items("anyOf"));
    }
    false
}

fn read_write_shared(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for schema in
        written(view).filter(|schema| schema.directions.request && schema.directions.response)
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
    for schema in written(view) {
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
    for schema in written(view) {
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
    for schema in written(view).filter(|schema| schema.place != Place::AllOf) {
        let shape = Shape::of(view, &schema.node);
        let mut first: HashMap<String, (&str, String)> = HashMap::new();
        if let Some(map) = schema
            .node
            .child("additionalProperties")
            .filter(|map| map.value.is_object())
            && has_properties(&schema.node)
        {
            first.insert("extra".to_owned(), ("additionalProperties", map.pointer));
        }
        for (name, property) in shape.properties {
            let field = method_name(name);
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

//! L5xx: examples, defaults and descriptions.

use super::rule::{Hit, Rule};
use super::samples::Role;
use super::view::View;
use crate::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L501",
        name: "body-example-invalid",
        severity: Warning,
        suppressible: true,
        what: "The example of a body does not fit its schema.",
        why: "readers copy examples, and mock servers respond with them; one of the two is wrong",
        check: body_example_invalid,
    },
    Rule {
        code: "L502",
        name: "parameter-example-invalid",
        severity: Warning,
        suppressible: true,
        what: "The example of a parameter or header does not fit its schema.",
        why: "readers copy examples; one of the two is wrong",
        check: parameter_example_invalid,
    },
    Rule {
        code: "L503",
        name: "schema-example-invalid",
        severity: Warning,
        suppressible: true,
        what: "The example of a schema does not fit it.",
        why: "readers copy examples, and mock servers respond with them; one of the two is wrong",
        check: schema_example_invalid,
    },
    Rule {
        code: "L504",
        name: "default-invalid",
        severity: Error,
        suppressible: true,
        what: "The default of a schema does not fit it.",
        why: "the generated type would start out with a value it cannot hold",
        check: default_invalid,
    },
    Rule {
        code: "L505",
        name: "enum-value-invalid",
        severity: Warning,
        suppressible: true,
        what: "A value of an enum does not fit the rest of its schema.",
        why: "it can never be used",
        check: enum_value_invalid,
    },
    Rule {
        code: "L506",
        name: "operation-undescribed",
        severity: Warning,
        suppressible: true,
        what: "An operation has neither `summary` nor `description`.",
        why: "its method and its page in the reference say nothing",
        check: operation_undescribed,
    },
];

fn body_example_invalid(view: &View<'_>) -> Vec<Hit> {
    misfits(
        view,
        Role::Body,
        "example",
        "correct the example, or the schema if the API really responds so",
    )
}

fn parameter_example_invalid(view: &View<'_>) -> Vec<Hit> {
    misfits(
        view,
        Role::Parameter,
        "example",
        "correct the example, or the schema if the API really takes it",
    )
}

fn schema_example_invalid(view: &View<'_>) -> Vec<Hit> {
    misfits(
        view,
        Role::Schema,
        "example",
        "correct the example, or the schema if the API really uses such values",
    )
}

fn default_invalid(view: &View<'_>) -> Vec<Hit> {
    misfits(
        view,
        Role::Default,
        "default",
        "correct the default, or remove it if it is only what servers do",
    )
}

fn enum_value_invalid(view: &View<'_>) -> Vec<Hit> {
    misfits(
        view,
        Role::Enum,
        "enum value",
        "correct the value or the type; unquoted YAML words such as 1, true and null are no strings",
    )
}

fn misfits(view: &View<'_>, role: Role, what: &str, help: &str) -> Vec<Hit> {
    let found = view.misfits().iter().filter(|misfit| misfit.role == role);
    found
        .map(|misfit| {
            let hit = Hit::at(
                &misfit.pointer,
                format!("{what} does not fit its schema: {}", misfit.message),
            );
            // A value that stands inside its schema needs no second arrow.
            let hit = if misfit.pointer.starts_with(&misfit.schema) {
                hit
            } else {
                hit.related(&misfit.schema, "the schema")
            };
            hit.help(help)
        })
        .collect()
}

fn operation_undescribed(view: &View<'_>) -> Vec<Hit> {
    let has_text = |operation: &super::view::Operation<'_>, key| {
        operation
            .node
            .str(key)
            .is_some_and(|text| !text.trim().is_empty())
    };
    let silent = view
        .operations
        .iter()
        .filter(|o| !has_text(o, "summary") && !has_text(o, "description"));
    silent
        .map(|operation| {
            Hit::at_key(&operation.node.pointer, format!("{} is not described", operation.title()))
                .help("add a `summary` in the imperative, for example `summary: List the meetings of a workspace`")
        })
        .collect()
}

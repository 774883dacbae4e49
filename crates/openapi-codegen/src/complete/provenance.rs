//! What the vendor does not document: marks in the documentation, and the feature that inferred
//! operations stand behind.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Attribute, Item, parse_quote};

use super::{
    builders::self_name,
    context::Context,
    operations::strings,
    package::quoted,
    prose::{line, list, said},
};
use crate::{markdown::cell, plan::Method};

/// The feature without which methods of inferred operations are not compiled.
pub(super) const NAME: &str = "inferred";

pub(super) const FEATURE: &str =
    "# Methods of operations that the vendor does not document: they may not exist, or may differ.
inferred = []
";

pub(super) fn is_inferred(object: &Value) -> bool {
    object["x-provenance"] == "inferred"
}

/// The documentation of something, with a mark where it is inferred. The mark stands in front,
/// where lists of items show it, and its reason after the first paragraph.
pub(super) fn mark(text: &str, object: &Value, what: &str) -> String {
    if !is_inferred(object) {
        return text.to_owned();
    }
    let mut note = format!("The vendor does not document this {what}{}.", basis(object));
    if what == "operation" {
        note.push_str(&format!(
            " It needs the feature `{NAME}`, which is on by default."
        ));
    }
    let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    // A list, a table or a fence would not be one any more behind the mark.
    let is_plain = first.starts_with(|c: char| c.is_alphabetic() || matches!(c, '`' | '\\'))
        && !first.contains("```")
        && !first.contains("~~~");
    let parts = if is_plain {
        [&format!("**Inferred.** {first}"), note.as_str(), rest]
    } else {
        [&format!("**Inferred.** {note}"), text, ""]
    };
    parts.join("\n\n").trim_end().to_owned()
}

/// The documentation of a value of an enum, with a mark where the schema says that it is inferred.
pub(super) fn mark_value(text: &str, schema: &Value, value: &str) -> String {
    if !strings(&schema["x-inferred-values"]).contains(&value) {
        return text.to_owned();
    }
    format!("**Inferred.** {text}\n\nThe vendor does not document this value.")
}

/// What an inference stands on, in brackets.
pub(super) fn basis(object: &Value) -> String {
    match line(object, "x-provenance-basis") {
        Some(basis) => format!(" (basis: {})", basis.trim_end_matches('.')),
        None => String::new(),
    }
}

/// The columns of the operation table.
pub(super) fn columns(object: &Value) -> Option<TokenStream> {
    let provenance = match object["x-provenance"].as_str()? {
        "inferred" => quote!(.provenance(Provenance::Inferred)),
        "documented" => quote!(.provenance(Provenance::Documented)),
        _ => return None,
    };
    let basis = object["x-provenance-basis"]
        .as_str()
        .filter(|_| is_inferred(object))
        .map(str::trim)
        .map(|basis| quote!(.provenance_basis(Some(#basis))));
    let sources = match &object["x-source"] {
        Value::String(source) => vec![source.as_str()],
        list => strings(list),
    };
    let sources = (!sources.is_empty()).then(|| quote!(.sources(&[#(#sources),*])));
    Some(quote!(#provenance #basis #sources))
}

/// What keeps the items of an inferred operation behind the feature.
pub(super) fn gate(operation: &Value) -> Option<Attribute> {
    is_inferred(operation).then(attribute)
}

/// The gate of what only inferred operations need, where there are no others.
pub(super) fn gate_of_all(context: &Context<'_>) -> Option<Attribute> {
    let inferred = inferred(context).len();
    (inferred > 0 && inferred == context.plan.methods.len()).then(attribute)
}

fn attribute() -> Attribute {
    parse_quote!(#[cfg(feature = #NAME)])
}

/// Puts the builders of inferred operations behind the feature.
pub(super) fn gate_builders(context: &Context<'_>, mut builders: Vec<Item>) -> Vec<Item> {
    let methods = context.methods_by_builder();
    let gate = |name: &str| gate(context.operation(methods.get(name)?));
    for item in &mut builders {
        match item {
            Item::Struct(item) => item.attrs.extend(gate(&item.ident.to_string())),
            Item::Impl(item) => item.attrs.extend(gate(&self_name(item))),
            _ => {}
        }
    }
    builders
}

/// The methods of inferred operations, in the order of the document.
pub(super) fn inferred<'a>(context: &Context<'a>) -> Vec<&'a Method> {
    let methods = context.plan.methods.iter();
    methods
        .filter(|method| is_inferred(context.operation(method)))
        .collect()
}

/// Whether a program calls an inferred operation, or a text links to its method: both need the
/// feature.
pub(super) fn needs_feature(context: &Context<'_>, text: &str) -> bool {
    let mut methods = inferred(context).into_iter();
    methods.any(|method| {
        let name = &method.name;
        text.contains(&format!(".{name}(")) || text.contains(&format!("Client::{name})"))
    })
}

/// What stands in the place of a file that needs the feature. Short, so that `cargo fmt` leaves its line
/// as it is.
const INSTEAD: &str = "Needs the feature `inferred`.";

/// The attributes, without their brackets, that make the documentation of an item of a file.
pub(super) fn doc_of_file(context: &Context<'_>, text: &str, file: &str) -> Vec<String> {
    let doc = format!("doc = include_str!({file:?})");
    if !needs_feature(context, text) {
        return vec![doc];
    }
    vec![
        format!("cfg_attr(feature = {NAME:?}, {doc})"),
        format!("cfg_attr(not(feature = {NAME:?}), doc = {INSTEAD:?})"),
    ]
}

/// How many methods stand behind the feature, for the head of the README.
pub(super) fn readme_note(context: &Context<'_>) -> String {
    let inferred = inferred(context).len();
    if inferred == 0 {
        return String::new();
    }
    let total = context.plan.methods.len();
    let how_many = match (inferred, total) {
        (1, 1) => "The only method is inferred".to_owned(),
        (1, _) => format!("1 of the {total} methods is inferred"),
        _ if inferred == total => format!("All {total} methods are inferred"),
        _ => format!("{inferred} of the {total} methods are inferred"),
    };
    let of_it = if inferred == 1 {
        "its operation. It needs"
    } else {
        "their operations. They need"
    };
    format!(
        "> **{how_many}**: the vendor does not document {of_it} the feature\n\
         > `{NAME}`, which is on by default; see [What is inferred](#what-is-inferred).\n\n"
    )
}

pub(super) fn feature_row(context: &Context<'_>) -> String {
    match inferred(context).len() {
        0 => String::new(),
        1 => format!(
            "| `{NAME}` | yes | the method of the operation that the vendor does not document |\n"
        ),
        count => format!(
            "| `{NAME}` | yes | the {count} methods of operations that the vendor does not document |\n"
        ),
    }
}

pub(super) fn readme_section(context: &Context<'_>) -> String {
    let mut by_basis: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for method in inferred(context) {
        let basis = said(context.operation(method), "x-provenance-basis");
        let methods = by_basis.entry(basis.unwrap_or("not stated")).or_default();
        methods.push(&method.name);
    }
    if by_basis.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "## What is inferred\n\nThe server may not have these operations, or its responses may differ from the types.\n\
         Their documentation, and that of inferred types, properties and parameters, starts with **Inferred**;\n\
         `Operation::provenance()` returns it in code. Without the feature `{NAME}` these methods do not exist, so the\n\
         compiler finds each call of one:\n\n```toml\n{} = {{ version = {}, default-features = false, features = [\"compression\", \"rustls\", \"tracing\"] }}\n```\n\n\
         | basis | methods |\n| --- | --- |\n",
        context.settings.crate_name,
        quoted(&context.settings.version),
    );
    for (basis, methods) in by_basis {
        text.push_str(&format!(
            "| {} | {} |\n",
            cell(basis),
            list(&methods, "and")
        ));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_mark_stands_in_front_and_its_reason_behind_the_first_paragraph() {
        let object = json!({ "x-provenance": "inferred", "x-provenance-basis": "the <guide>." });
        assert_eq!(
            mark("A name.\n\nIt is long.", &object, "member"),
            "**Inferred.** A name.\n\nThe vendor does not document this member \
             (basis: the \\<guide\\>).\n\nIt is long."
        );
        assert_eq!(
            mark(
                "- one\n- two",
                &json!({ "x-provenance": "inferred" }),
                "schema"
            ),
            "**Inferred.** The vendor does not document this schema.\n\n- one\n- two"
        );
        let documented = json!({ "x-provenance": "documented" });
        assert_eq!(mark("A name.", &documented, "member"), "A name.");
    }
}

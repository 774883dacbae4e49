//! The module `types`: what typify made, made fit for publication.

use std::collections::BTreeSet;

use quote::{format_ident, quote};
use serde_json::Value;
use syn::{
    Expr, Fields, GenericArgument, Ident, ImplItem, Item, ItemMod, ItemStruct, PathArguments, Type,
    Visibility, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    context::Context,
    fields::{argument_of, is_patch, is_required_nullable, type_name, wire_name},
    map_field,
    prose::{self, derives, has, sentence, set_doc},
    provenance, scalars,
    shape::missing,
    union,
};
use crate::{
    Error,
    markdown::{self, code},
    naming,
    plan::Envelope,
};

/// Completes the items of the module and adds the types of our own.
pub(super) fn complete(context: &Context<'_>, mut items: Vec<Item>) -> Result<Vec<Item>, Error> {
    read_names_back(context, &items)?;
    map_field::put_back(&context.plan.renamed_properties, &mut items)?;
    items.retain(|item| !is_of_builders(item));
    for item in &mut items {
        ThreeStates.visit_item_mut(item);
        FullDefault.visit_item_mut(item);
        match item {
            Item::Struct(item) => complete_struct(context, item),
            Item::Enum(item) => {
                document(context, &mut item.attrs, &item.ident.to_string());
                publish(&mut item.attrs);
                item.attrs.push(parse_quote!(#[non_exhaustive]));
                for variant in &mut item.variants {
                    for field in &mut variant.fields {
                        if is_patch(&field.ty) {
                            three_state_attributes(field);
                        }
                    }
                    if !has(&variant.attrs, "doc") {
                        let text = format!("The form `{}`.", variant.ident);
                        set_doc(&mut variant.attrs, &text);
                    }
                }
            }
            Item::Mod(module) => complete_module(module),
            _ => {}
        }
    }
    items.extend(scalars::conversions(&items));
    let from_str: Vec<Item> = items.iter().filter_map(from_str).collect();
    items.extend(from_str);
    items.extend(own_types(context));
    Ok(items)
}

/// Holds the names that the stages go by against those that came out: an object has a struct of its
/// name, and what is written here was not written by typify.
fn read_names_back(context: &Context<'_>, items: &[Item]) -> Result<(), Error> {
    let made: BTreeSet<String> = items.iter().filter_map(item_name).collect();
    let plan = context.plan;
    let ours = |name: &str| {
        plan.open_enums.contains_key(name)
            || plan.unions.contains_key(name)
            || plan.envelopes.contains_key(name)
            || plan.aliases.contains_key(name)
    };
    let schemas = context.lowered.document["components"]["schemas"].as_object();
    for (name, schema) in schemas.into_iter().flatten() {
        let ty = naming::pascal(name);
        let is_object = schema["properties"]
            .as_object()
            .is_some_and(|p| !p.is_empty());
        if ours(name) && made.contains(&ty) {
            return Err(Error::Shape(format!(
                "the type `{ty}` of `{name}` is there twice"
            )));
        }
        if is_object && !ours(name) && !made.contains(&ty) {
            return Err(missing(&format!("the type `{ty}` of `{name}`")));
        }
    }
    Ok(())
}

fn item_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Where a text is all that a type holds, it is made of a `String`; a literal does as well.
fn from_str(item: &Item) -> Option<Item> {
    let Item::Impl(item) = item else {
        return None;
    };
    let (path, _) = item.trait_.as_ref()?;
    let from = path.segments.last().filter(|last| last.ident == "From")?;
    let PathArguments::AngleBracketed(arguments) = &from.arguments else {
        return None;
    };
    let [GenericArgument::Type(source)] = Vec::from_iter(&arguments.args)[..] else {
        return None;
    };
    let name = type_name(&item.self_ty).filter(|name| name != "String")?;
    (type_name(source)? == "String").then(|| {
        let name = format_ident!("{name}");
        parse_quote! {
            impl ::std::convert::From<&str> for #name {
                fn from(value: &str) -> Self {
                    Self::from(value.to_owned())
                }
            }
        }
    })
}

fn complete_struct(context: &Context<'_>, item: &mut ItemStruct) {
    let name = item.ident.to_string();
    document(context, &mut item.attrs, &name);
    publish(&mut item.attrs);
    if let Fields::Named(fields) = &mut item.fields {
        item.attrs.push(parse_quote!(#[non_exhaustive]));
        for field in &mut fields.named {
            let text = member_doc(context, &name, wire_name(field).as_deref());
            set_doc(&mut field.attrs, &text);
            if is_patch(&field.ty) {
                three_state_attributes(field);
            } else if is_required_nullable(field) {
                require_in_schema(field);
            }
        }
    }
}

/// schemars takes every `Option` for a member that may be left out. `Patch` has the same schema and
/// is no `Option`.
fn require_in_schema(field: &mut syn::Field) {
    if let Some(inner) = argument_of(&field.ty, "Option") {
        let inner = quote!(#inner).to_string().replace(' ', "");
        let with = format!("::openapi_client_runtime::Patch<{inner}>");
        field
            .attrs
            .push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #with))]));
    }
}

/// The documentation of a type, from its schema.
fn document(context: &Context<'_>, attributes: &mut Vec<syn::Attribute>, name: &str) {
    let Some((component, schema)) = context.schema_of(name) else {
        if !has(attributes, "doc") || is_placeholder(attributes, name) {
            set_doc(attributes, "An unnamed part of a larger schema.");
        }
        return;
    };
    let bases = &context.plan.bases;
    let text = match bases.iter().find(|(_, part)| *part == component) {
        Some((base, _)) => format!(
            "{}\n\nThe properties that all variants of [`{}`] share.",
            type_doc(base, schema),
            naming::pascal(base)
        ),
        None => type_doc(component, schema),
    };
    set_doc(attributes, &text);
}

/// Whether a type is documented by its name alone.
fn is_placeholder(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            path,
            value:
                Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }),
            ..
        }) => path.is_ident("doc") && text.value().trim() == format!("`{name}`"),
        _ => false,
    })
}

pub(super) fn type_doc(component: &str, schema: &Value) -> String {
    let mut text = match prose::paragraphs(schema, "description") {
        Some(description) => description,
        None => format!("The schema {}.", code(component)),
    };
    if schema["deprecated"] == true {
        text.push_str("\n\nDeprecated by the API.");
    }
    provenance::mark(&text, schema, "schema")
}

pub(super) fn member_doc(context: &Context<'_>, type_name: &str, wire: Option<&str>) -> String {
    let Some(wire) = wire else {
        return "Properties that the document does not list.".to_owned();
    };
    let Some((component, schema)) = context.schema_of(type_name) else {
        return format!("The property {}.", code(wire));
    };
    let Some(property) = context.property(schema, wire) else {
        return format!("The property {}.", code(wire));
    };
    let mut text = match context.description(property) {
        Some(description) => markdown::block(description),
        None => format!("The property {}.", code(wire)),
    };
    if let Some(default) = property.get("default").filter(|default| !default.is_null())
        && !context.is_required(schema, wire)
    {
        let default = code(&default.to_string());
        let meaning = if context.plan.filled_in.contains(component) {
            "used here when the response omits it"
        } else {
            "used by the API when this is not set"
        };
        text.push_str(&format!("\n\nDefault: {default}, {meaning}."));
    }
    for (side, meaning) in [
        ("readOnly", "Only in responses."),
        ("writeOnly", "Only in requests."),
    ] {
        if context.says(property, side) {
            text.push_str(&format!("\n\n{meaning}"));
        }
    }
    if crate::lower::resolve(context.root, property)["x-shown-once"] == true {
        text.push_str(SHOWN_ONCE);
    }
    if property["deprecated"] == true {
        text.push_str("\n\nDeprecated by the API.");
    }
    provenance::mark(&text, property, "property")
}

const SHOWN_ONCE: &str = "\n\n**Shown once:** the API never returns it again. \
    [Take it](openapi_client_runtime::OneTimeSecret::take), or \
    [save it](openapi_client_runtime::OneTimeSecret::save), before the response is dropped.";

/// What every published type gets.
fn publish(attributes: &mut Vec<syn::Attribute>) {
    if derives(attributes, "Serialize") || derives(attributes, "Deserialize") {
        attributes.push(parse_quote!(
            #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        ));
    }
}

/// typify writes a builder for each struct; values are made by [`setters`].
fn is_of_builders(item: &Item) -> bool {
    match item {
        Item::Mod(module) => module.ident == "builder",
        Item::Impl(item) if item.trait_.is_none() => matches!(
            item.items.as_slice(),
            [ImplItem::Fn(function)] if function.sig.ident == "builder"
        ),
        _ => false,
    }
}

fn complete_module(module: &mut ItemMod) {
    let Some((_, items)) = &mut module.content else {
        return;
    };
    match module.ident.to_string().as_str() {
        "defaults" => module.vis = Visibility::Inherited,
        "error" => {
            set_doc(&mut module.attrs, "Errors of conversions into the types.");
            for item in items {
                if let Item::Struct(item) = item {
                    set_doc(
                        &mut item.attrs,
                        "Why a value cannot be converted to the type: one sentence with the name of the property.",
                    );
                }
            }
        }
        _ => {}
    }
}

/// `Option<Patch<T>>` would lose the null that `Patch` is there to keep.
struct ThreeStates;

impl VisitMut for ThreeStates {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Some(inner) = argument_of(ty, "Option")
            && is_patch(inner)
        {
            *ty = inner.clone();
        }
    }
}

/// A schema may be called `Default`; the trait is then named by its full path.
struct FullDefault;

impl VisitMut for FullDefault {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let is_trait = path.leading_colon.is_none()
            && path
                .segments
                .first()
                .is_some_and(|first| first.ident == "Default");
        if is_trait && path.segments.len() > 1 {
            let segments = &path.segments;
            *path = parse_quote!(::std::default::#segments);
        }
    }
}

fn three_state_attributes(field: &mut syn::Field) {
    let wire = wire_name(field).unwrap_or_default();
    field
        .attrs
        .retain(|attribute| !attribute.path().is_ident("serde"));
    field.attrs.push(parse_quote!(#[serde(
        rename = #wire,
        default,
        skip_serializing_if = "::openapi_client_runtime::Patch::is_absent"
    )]));
}

/// Open enums, discriminated unions and envelopes.
fn own_types(context: &Context<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for (name, open) in &context.plan.open_enums {
        items.extend(open_enum(context, name, open));
    }
    for (name, union) in &context.plan.unions {
        items.extend(union::items(context, name, union));
    }
    for (name, envelope) in &context.plan.envelopes {
        items.push(envelope_item(name, envelope));
    }
    items
}

fn open_enum(context: &Context<'_>, component: &str, open: &crate::plan::OpenEnum) -> Vec<Item> {
    let name = format_ident!("{}", naming::pascal(component));
    let (_, schema) = context
        .schema_of(&name.to_string())
        .unwrap_or(("", &Value::Null));
    let doc = format!(
        "{}\n\nThe API may add values; an unknown value is kept unchanged.",
        type_doc(component, schema)
    );
    open_enum_items(&name, &doc, schema, open)
}

/// An open enum with this documentation; its values are described beside their list in `schema`.
pub(super) fn open_enum_items(
    name: &Ident,
    doc: &str,
    schema: &Value,
    open: &crate::plan::OpenEnum,
) -> Vec<Item> {
    let type_doc = prose::doc(doc);
    let idents = naming::variants(&open.values);
    let unknown = format_ident!(
        "{}",
        ["Unknown", "Unrecognized", "OtherValue"]
            .into_iter()
            .find(|candidate| !idents.iter().any(|ident| ident == candidate))
            .unwrap_or("UnlistedValue")
    );
    let docs = open.values.iter().map(|value| {
        let text = match prose::paragraphs(&schema["x-enum-descriptions"], value) {
            Some(text) => sentence(&text),
            None => format!("{} on the wire.", code(value)),
        };
        prose::doc(&provenance::mark_value(&text, schema, value))
    });
    let docs: Vec<_> = docs.collect();
    let values = &open.values;
    let idents: Vec<_> = idents
        .iter()
        .map(|ident| format_ident!("{ident}"))
        .collect();
    let default = open.default.as_ref().and_then(|value| {
        let ident = &idents[values.iter().position(|known| known == value)?];
        Some(quote!(, default = #ident))
    });
    let item: Item = parse_quote! {
        #(#type_doc)*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum #name {
            #(#(#docs)* #idents,)*
            /// A value that the document does not list.
            #unknown(::openapi_client_runtime::UnknownValue),
        }
    };
    let body = quote!(#name { #(#idents = #values),* }, unknown = #unknown #default);
    vec![
        item,
        parse_quote!(::openapi_client_runtime::open_enum!(#body);),
    ]
}

fn envelope_item(component: &str, envelope: &Envelope) -> Item {
    let name = format_ident!("{}", naming::pascal(component));
    let docs = prose::doc(&envelope.doc);
    let variants = envelope.variants.iter().map(|variant| {
        let ident = format_ident!("{}", variant.name);
        let doc = match markdown::line(&variant.description).as_str() {
            "" => format!("Status {}.", variant.status),
            said => format!("Status {}: {}", variant.status, sentence(said)),
        };
        let doc = prose::doc(&doc);
        if let Some(ty) = variant.schema.as_ref().map(union::rust_type) {
            quote!(#(#doc)* #ident(#ty))
        } else {
            quote!(#(#doc)* #ident)
        }
    });
    parse_quote! {
        #(#docs)*
        #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
        #[serde(tag = "status", content = "body")]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
        }
    }
}

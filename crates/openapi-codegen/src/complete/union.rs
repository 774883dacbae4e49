//! Unions that a member tells apart, written with `tagged_union!` of the runtime.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Item, Type, parse_quote};

use super::{
    context::Context,
    prose::{doc, list},
    types::type_doc,
};
use crate::{
    markdown::code,
    naming,
    plan::{Tag, Union},
};

/// A variant of the enum.
struct Variant {
    ident: Ident,
    ty: Type,
    doc: String,
    /// The tag values that select it; none where it is tried after all others.
    values: Vec<Value>,
    /// The type that it is made of.
    from: Option<Type>,
}

/// The enum with its conversions.
pub(super) fn items(context: &Context<'_>, component: &str, union: &Union) -> Vec<Item> {
    let name = format_ident!("{}", naming::pascal(component));
    let variants = variants(context, component, union);
    let (_, schema) = context
        .schema_of(&name.to_string())
        .unwrap_or(("", &Value::Null));
    let docs = doc(&format!(
        "{}\n\nThe property {} selects the variant; an unknown variant keeps its JSON.",
        type_doc(component, schema),
        code(member(&union.tag))
    ));
    let written = variants.iter().map(
        |Variant {
             ident,
             ty,
             doc: text,
             ..
         }| {
            let docs = doc(text);
            quote!(#(#docs)* #ident(#ty))
        },
    );
    let mut items: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#written,)*
                /// An unknown variant, unchanged.
                Unknown(::serde_json::Value),
            }
        },
        read_and_write(&name, &union.tag, &variants),
    ];
    for Variant { ident, from, .. } in &variants {
        if let Some(from) = from {
            items.push(parse_quote! {
                impl ::std::convert::From<#from> for #name {
                    fn from(value: #from) -> Self {
                        Self::#ident(value.into())
                    }
                }
            });
        }
    }
    items
}

fn variants(context: &Context<'_>, component: &str, union: &Union) -> Vec<Variant> {
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let tagged = union.variants.iter().map(|variant| {
        let name = naming::pascal(&variant.component);
        let ty = format_ident!("{name}");
        let shown: Vec<String> = variant.values.iter().map(shown).collect();
        Variant {
            ident: free(&mut taken, &name),
            ty: if variant.boxed {
                parse_quote!(::std::boxed::Box<#ty>)
            } else {
                parse_quote!(#ty)
            },
            doc: format!("{} is {}.", code(member(&union.tag)), list(&shown, "or")),
            values: variant.values.clone(),
            from: Some(parse_quote!(#ty)),
        }
    });
    let mut variants: Vec<Variant> = tagged.collect();
    for other in &union.others {
        let branch = context.branch(component, other.index);
        let ty = rust_type(branch);
        variants.push(Variant {
            ident: free(&mut taken, &other.name),
            doc: format!(
                "Tried when {} selects no other variant.",
                code(member(&union.tag))
            ),
            values: Vec::new(),
            from: crate::lower::referenced(branch).map(|_| ty.clone()),
            ty,
        });
    }
    variants
}

/// The name, or with a number where a variant has it already.
fn free(taken: &mut BTreeSet<String>, wanted: &str) -> Ident {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}{number}");
        number += 1;
    }
    format_ident!("{name}")
}

fn read_and_write(name: &Ident, tag: &Tag, variants: &[Variant]) -> Item {
    let tag = match tag {
        Tag::Member(member) => quote!(#member),
        Tag::At(pointer) => quote!(at #pointer),
    };
    let (others, tagged): (Vec<&Variant>, Vec<&Variant>) = variants
        .iter()
        .partition(|variant| variant.values.is_empty());
    let tagged = tagged.into_iter().map(
        |Variant {
             ident, ty, values, ..
         }| {
            let values = values.iter().map(literal);
            quote!(#ident(#ty) = [#(#values),*])
        },
    );
    let others = (!others.is_empty()).then(|| {
        let others = others
            .iter()
            .map(|Variant { ident, ty, .. }| quote!(#ident(#ty)));
        quote!(else { #(#others),* })
    });
    parse_quote! {
        ::openapi_client_runtime::tagged_union!(#name, #tag { #(#tagged),* } #others);
    }
}

/// The member as a person names it.
fn member(tag: &Tag) -> &str {
    match tag {
        Tag::Member(name) | Tag::At(name) => name,
    }
}

/// A tag value as a person writes it.
fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn literal(value: &Value) -> TokenStream {
    match value {
        Value::String(text) => quote!(#text),
        Value::Bool(flag) => quote!(#flag),
        other => {
            let number = Literal::i64_suffixed(other.as_i64().unwrap_or_default());
            quote!(#number)
        }
    }
}

/// The Rust type of a body; hoisting has named everything but lists and scalars.
pub(super) fn rust_type(schema: &Value) -> Type {
    if let Some(component) = crate::lower::referenced(schema) {
        let ident = format_ident!("{}", naming::pascal(component));
        return parse_quote!(#ident);
    }
    if let Some(existing) = existing(&schema["x-rust-type"]) {
        return existing;
    }
    match schema["type"].as_str() {
        Some("array") => {
            let items = rust_type(&schema["items"]);
            parse_quote!(::std::vec::Vec<#items>)
        }
        Some("string") => parse_quote!(::std::string::String),
        Some("boolean") => parse_quote!(bool),
        Some("integer") => parse_quote!(i64),
        Some("number") => parse_quote!(f64),
        _ => parse_quote!(::serde_json::Value),
    }
}

/// A type that lowering has chosen.
fn existing(rust_type: &Value) -> Option<Type> {
    let path: syn::Path = syn::parse_str(rust_type["path"].as_str()?).ok()?;
    let none = rust_type["parameters"].as_array().is_none_or(Vec::is_empty);
    none.then(|| parse_quote!(::#path))
}

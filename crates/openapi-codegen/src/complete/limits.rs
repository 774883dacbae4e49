//! Limits of bodies, as statics of the module `operations`.
//!
//! They stand in the public document: lowering takes them off the types, so that what is received
//! never fails for them.

use std::collections::BTreeSet;

use openapi_document::inheritance::separate;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Map, Value};

use super::context::Context;
use crate::{
    lower::{BodyKind, body_kind, discriminated, referenced, resolve},
    naming,
    plan::{Method, RequestBody, Tag},
};

/// What is limited in the bodies of a document.
pub(super) struct Limits<'a> {
    context: &'a Context<'a>,
    /// The components of the document; what all children of a base have goes by its own name.
    schemas: Map<String, Value>,
    /// Components that JSON bodies hold, and that have limits somewhere inside.
    limited: BTreeSet<String>,
}

impl<'a> Limits<'a> {
    pub(super) fn of(context: &'a Context<'a>) -> Self {
        let plan = context.plan;
        let schemas = context.root.pointer("/components/schemas");
        let mut schemas = schemas
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        separate(&mut schemas, &plan.bases);
        let mut limits = Self {
            context,
            schemas,
            limited: BTreeSet::new(),
        };
        loop {
            let further = limits.schemas.iter().filter(|(name, schema)| {
                plan.in_json.contains(*name)
                    && !limits.limited.contains(*name)
                    && limits.holds(schema)
            });
            let further: Vec<String> = further.map(|(name, _)| name.clone()).collect();
            if further.is_empty() {
                return limits;
            }
            limits.limited.extend(further);
        }
    }

    /// One static for each limited component; they refer to each other.
    pub(super) fn statics(&self) -> TokenStream {
        let statics = self.limited.iter().filter_map(|name| {
            let ident = ident(name);
            let limits = self.tree(&self.schemas[name])?;
            Some(quote!(static #ident: BodyLimits = #limits;))
        });
        statics.collect()
    }

    /// What the statics and columns name.
    pub(super) fn import(&self) -> Option<TokenStream> {
        let mut methods = self.context.plan.methods.iter();
        let is_used =
            !self.limited.is_empty() || methods.any(|method| self.column(method).is_some());
        is_used.then(|| {
            quote!(
                #[allow(unused_imports)]
                use ::openapi_client_runtime::{BodyLimits, Number};
            )
        })
    }

    /// The column of the operation table.
    pub(super) fn column(&self, method: &Method) -> Option<TokenStream> {
        let media_type = &method
            .request
            .as_ref()
            .filter(|request| method.takes_body() && is_json(request))?
            .media_type;
        let body = &self.context.operation(method)["requestBody"];
        let content = &resolve(self.context.root, body)["content"];
        let limits = self.reference(&content[media_type.as_str()]["schema"])?;
        Some(quote!(.body_limits(Some(#limits))))
    }

    fn holds(&self, schema: &Value) -> bool {
        match referenced(schema) {
            Some(name) => self.limited.contains(name),
            None => self.tree(schema).is_some(),
        }
    }

    /// The limits of a schema at the place that refers to it.
    fn reference(&self, schema: &Value) -> Option<TokenStream> {
        let Some(name) = referenced(schema) else {
            return self.tree(schema).map(|limits| quote!(&#limits));
        };
        let ident = ident(name);
        self.limited.contains(name).then(|| quote!(&#ident))
    }

    /// The limits of a schema, if it has any.
    fn tree(&self, schema: &Value) -> Option<TokenStream> {
        if let Some(name) = referenced(schema) {
            let ident = ident(name);
            // A component that is another name for one.
            return self.limited.contains(name).then(|| quote!(#ident));
        }
        schema.as_object()?;
        let calls = [
            bounds(schema),
            lengths(schema),
            sizes(schema),
            self.members(schema),
            self.items(schema),
            self.branches(schema),
            self.kinds(schema),
        ];
        let calls: TokenStream = calls.into_iter().collect();
        (!calls.is_empty()).then(|| quote!(BodyLimits::new() #calls))
    }

    fn members(&self, schema: &Value) -> TokenStream {
        let others = self.reference(&schema["additionalProperties"]);
        let properties = schema["properties"].as_object().into_iter().flatten();
        let members = properties.filter_map(|(name, property)| {
            // Where the others have limits, it must be said that this one has none.
            let none = || others.is_some().then(|| quote!(&BodyLimits::new()));
            let limits = self.reference(property).or_else(none)?;
            Some(quote!((#name, #limits)))
        });
        let members: Vec<TokenStream> = members.collect();
        let named = (!members.is_empty()).then(|| quote!(.members(&[#(#members),*])));
        let others = others.map(|limits| quote!(.other_members(#limits)));
        quote!(#named #others)
    }

    fn items(&self, schema: &Value) -> TokenStream {
        let items = self.reference(&schema["items"]);
        items.map_or_else(TokenStream::new, |limits| quote!(.items(#limits)))
    }

    /// Those of `allOf`; which branch of a union a value is, only a discriminator tells.
    fn branches(&self, schema: &Value) -> TokenStream {
        let branches = schema["allOf"].as_array().into_iter().flatten();
        let all: Vec<_> = branches
            .filter_map(|branch| self.reference(branch))
            .collect();
        if all.is_empty() {
            return TokenStream::new();
        }
        quote!(.all(&[#(#all),*]))
    }

    fn kinds(&self, schema: &Value) -> TokenStream {
        let Some(union) = discriminated(schema) else {
            return TokenStream::new();
        };
        let Tag::Member(tag) = &union.tag else {
            return TokenStream::new();
        };
        let limited = |name: &str| self.limited.contains(name);
        let variants = union.variants.iter();
        let kinds: Vec<_> = variants
            .filter(|variant| limited(&variant.component))
            .map(|variant| {
                let values = variant.values.iter().filter_map(Value::as_str);
                let ident = ident(&variant.component);
                quote!((&[#(#values),*], &#ident))
            })
            .collect();
        if kinds.is_empty() {
            return TokenStream::new();
        }
        quote!(.kinds(#tag, &[#(#kinds),*]))
    }
}

fn is_json(request: &RequestBody) -> bool {
    body_kind(&request.media_type) == BodyKind::Json
}

fn ident(component: &str) -> Ident {
    format_ident!("LIMITS_OF_{}", naming::shouty(component))
}

fn bounds(schema: &Value) -> TokenStream {
    let bound = |keyword: &str, flag: &str, calls: [&str; 2]| {
        let value = number(&schema[keyword])?;
        let call = format_ident!("{}", calls[usize::from(schema[flag] == true)]);
        Some(quote!(.#call(#value)))
    };
    let least = bound("minimum", "exclusiveMinimum", ["minimum", "above"]);
    let most = bound("maximum", "exclusiveMaximum", ["maximum", "below"]);
    let step = schema["multipleOf"].as_f64();
    let step = step.map(|step| quote!(.multiple_of(#step)));
    quote!(#least #most #step)
}

/// Limits of strings.
fn lengths(schema: &Value) -> TokenStream {
    let length = |keyword: &str| usize::try_from(schema[keyword].as_u64()?).ok();
    let least = length("minLength").filter(|least| *least > 0);
    let least = least.map(|least| quote!(.min_length(#least)));
    let most = length("maxLength").map(|most| quote!(.max_length(#most)));
    let pattern = schema["pattern"].as_str().map(pattern);
    quote!(#least #most #pattern)
}

/// A pattern is compiled once; the lint has refused what is none.
fn pattern(text: &str) -> TokenStream {
    quote! {
        .pattern(#text, |text| {
            static PATTERN: ::std::sync::LazyLock<Option<::regress::Regex>> =
                ::std::sync::LazyLock::new(|| ::regress::Regex::new(#text).ok());
            PATTERN.as_ref().is_none_or(|pattern| pattern.find(text).is_some())
        })
    }
}

/// A bound, exact where it is an integer.
fn number(value: &Value) -> Option<TokenStream> {
    let integer = value
        .as_i64()
        .map(i128::from)
        .or(value.as_u64().map(i128::from));
    if let Some(integer) = integer {
        let integer = Literal::i128_unsuffixed(integer);
        return Some(quote!(Number::Integer(#integer)));
    }
    let float = value.as_f64()?;
    Some(quote!(Number::Float(#float)))
}

fn sizes(schema: &Value) -> TokenStream {
    let size = |(keyword, call): (&str, &str)| {
        let size = usize::try_from(schema[keyword].as_u64()?).ok()?;
        let call = format_ident!("{call}");
        (size > 0 || keyword.starts_with("max")).then(|| quote!(.#call(#size)))
    };
    let sizes = [
        ("minItems", "min_items"),
        ("maxItems", "max_items"),
        ("minProperties", "min_members"),
        ("maxProperties", "max_members"),
    ];
    let sizes = sizes.into_iter().filter_map(size);
    let unique = (schema["uniqueItems"] == true).then(|| quote!(.unique_items()));
    quote!(#(#sizes)* #unique)
}

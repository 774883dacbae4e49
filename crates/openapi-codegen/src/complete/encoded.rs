//! How values are written that stand in a query, a form or a header in a way of their own.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Expr, parse_quote};

use super::context::Context;
use crate::{
    lower::{BodyKind, body_kind, resolve},
    naming::essence,
    plan::{Method, QueryEncoding, QueryStyle},
};

/// The style as the runtime names it.
pub(super) fn style(encoding: QueryEncoding) -> TokenStream {
    let style = match encoding.style {
        QueryStyle::FormJoined => quote!(FormJoined),
        QueryStyle::SpaceDelimited => quote!(SpaceDelimited),
        QueryStyle::PipeDelimited => quote!(PipeDelimited),
        QueryStyle::DeepObject => quote!(DeepObject),
        QueryStyle::Form => quote!(Form),
    };
    quote!(::openapi_client_runtime::QueryStyle::#style)
}

/// The call that lets reserved characters through.
pub(super) fn allow_reserved(encoding: QueryEncoding) -> Option<TokenStream> {
    encoding.allow_reserved.then(|| quote!(.allow_reserved()))
}

/// The fields of a form whose `encoding` says how they are written.
pub(super) fn form_fields(context: &Context<'_>, method: &Method) -> Vec<Expr> {
    let Some(request) = &method.request else {
        return Vec::new();
    };
    if essence(&request.media_type) != "application/x-www-form-urlencoded" {
        return Vec::new();
    }
    let body = resolve(context.root, &context.operation(method)["requestBody"]);
    let encodings = body["content"][request.media_type.as_str()]["encoding"].as_object();
    let fields = encodings.into_iter().flatten();
    fields
        .map(|(name, object)| {
            let encoding = QueryEncoding::of(object);
            let allow_reserved = allow_reserved(encoding);
            let is_json = object["contentType"]
                .as_str()
                .is_some_and(|media_type| body_kind(media_type) == BodyKind::Json);
            if is_json {
                parse_quote!(::openapi_client_runtime::FormField::json(#name)#allow_reserved)
            } else {
                let style = style(encoding);
                parse_quote!(::openapi_client_runtime::FormField::styled(#name, #style)#allow_reserved)
            }
        })
        .collect()
}

/// What a caller has to know of a value that is written by hand: a list or an object in a header or
/// a cookie, which goes out as the text that it is given.
pub(super) fn note(root: &Value, parameter: &Value) -> String {
    if !matches!(parameter["in"].as_str(), Some("header" | "cookie")) {
        return String::new();
    }
    let schema = resolve(root, &parameter["schema"]);
    let text = match (schema["type"].as_str(), parameter["explode"] == true) {
        (Some("array"), _) => "the items of the list, joined with commas",
        (Some("object"), true) => "`name=value` for each member, joined with commas",
        (Some("object"), false) => "the name and the value of each member, joined with commas",
        _ => return String::new(),
    };
    format!(" The text is sent as it is: {text}.")
}

//! What a field of a struct says: its name in JSON, its type without wrappers, its default.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Field, GenericArgument, PathArguments, Type};

/// The name on the wire, or `None` for a flattened map.
pub(super) fn wire_name(field: &Field) -> Option<String> {
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("serde")) {
        let mut renamed = None;
        let mut flattened = false;
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                renamed = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.path.is_ident("flatten") {
                flattened = true;
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<Expr>()?;
            }
            Ok(())
        });
        if flattened {
            return None;
        }
        if renamed.is_some() {
            return renamed;
        }
    }
    field
        .ident
        .as_ref()
        .map(|ident| ident.to_string().trim_start_matches("r#").to_owned())
}

/// What serde takes where the member of a field is missing.
pub(super) fn default_of(field: &Field) -> Option<TokenStream> {
    let serde = field.attrs.iter().filter(|a| a.path().is_ident("serde"));
    let mut found = None;
    for attribute in serde {
        let _ = attribute.parse_nested_meta(|meta| {
            let value = if meta.input.peek(syn::Token![=]) {
                Some(meta.value()?.parse::<Expr>()?)
            } else {
                None
            };
            if meta.path.is_ident("default") {
                found = Some(
                    if let Some(Expr::Lit(syn::ExprLit {
                        lit: syn::Lit::Str(path),
                        ..
                    })) = value
                    {
                        let path: syn::Path = path.parse()?;
                        quote!(#path())
                    } else {
                        quote!(::std::default::Default::default())
                    },
                );
            }
            Ok(())
        });
    }
    found
}

/// typify asks for the member of such a field, null or not.
pub(super) fn is_required_nullable(field: &Field) -> bool {
    let mut serde = field.attrs.iter().filter(|a| a.path().is_ident("serde"));
    serde.any(|attribute| {
        let mut found = false;
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("deserialize_with");
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<Expr>()?;
            }
            Ok(())
        });
        found
    })
}

pub(super) fn is_patch(ty: &Type) -> bool {
    argument_of(ty, "Patch").is_some()
}

pub(super) fn argument_of<'t>(ty: &'t Type, generic: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == generic)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The last segment of the path that a type is.
pub(super) fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

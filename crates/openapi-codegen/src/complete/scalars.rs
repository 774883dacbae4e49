//! Unions of scalars, such as an id that is a text or a number: they print as their value, and go
//! where a text is asked for, above all into paths.

use proc_macro2::Ident;
use syn::{Fields, GenericArgument, Item, ItemEnum, PathArguments, Type, parse_quote};

const TEXT: &str = "std::string::String";
const ANYTHING: &str = "serde_json::Value";

/// The missing implementations of `Display`, and of the conversions from and into a `String`.
pub(super) fn conversions(items: &[Item]) -> Vec<Item> {
    let mut made = Vec::new();
    for item in items {
        let Item::Enum(item) = item else { continue };
        let Some(variants) = scalars(item) else {
            continue;
        };
        let name = &item.ident;
        if !implements(items, name, "Display", None) {
            made.push(display(name, &variants));
        }
        made.extend(into_text(name));
        let text = variants.iter().find(|(_, kind)| kind == TEXT);
        if let Some((variant, _)) = text.filter(|_| !implements(items, name, "From", Some(TEXT))) {
            made.push(parse_quote! {
                impl ::std::convert::From<::std::string::String> for #name {
                    fn from(value: ::std::string::String) -> Self {
                        Self::#variant(value)
                    }
                }
            });
        }
    }
    made
}

/// The variants of a union of scalars, with the paths of their types. Anything that a newer server may
/// send instead (a `Value`) counts as one.
fn scalars(item: &ItemEnum) -> Option<Vec<(Ident, String)>> {
    const SCALARS: &[&str] = &[
        TEXT,
        ANYTHING,
        "serde_json::Number",
        "bool",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "u8",
        "u16",
        "u32",
        "u64",
    ];
    let variants = item.variants.iter().map(|variant| {
        let Fields::Unnamed(fields) = &variant.fields else {
            return None;
        };
        let mut fields = fields.unnamed.iter();
        let (field, None) = (fields.next()?, fields.next()) else {
            return None;
        };
        let kind = path(&field.ty)?;
        let known = SCALARS.contains(&kind.as_str());
        known.then(|| (variant.ident.clone(), kind))
    });
    let variants: Vec<_> = variants.collect::<Option<_>>()?;
    variants
        .iter()
        .any(|(_, kind)| kind != ANYTHING)
        .then_some(variants)
}

fn display(name: &Ident, variants: &[(Ident, String)]) -> Item {
    let variants = variants.iter().map(|(variant, _)| variant);
    parse_quote! {
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    #(Self::#variants(value) => ::std::fmt::Display::fmt(value, f),)*
                }
            }
        }
    }
}

fn into_text(name: &Ident) -> [Item; 2] {
    [
        parse_quote! {
            impl ::std::convert::From<#name> for ::std::string::String {
                fn from(value: #name) -> Self {
                    value.to_string()
                }
            }
        },
        parse_quote! {
            impl ::std::convert::From<&#name> for ::std::string::String {
                fn from(value: &#name) -> Self {
                    value.to_string()
                }
            }
        },
    ]
}

/// Whether a type implements a trait, for the argument `of` where one is asked for.
fn implements(items: &[Item], name: &Ident, wanted: &str, of: Option<&str>) -> bool {
    items.iter().any(|item| {
        let Item::Impl(item) = item else {
            return false;
        };
        let last = item
            .trait_
            .as_ref()
            .and_then(|(path, _)| path.segments.last());
        let Some(last) = last.filter(|last| last.ident == wanted) else {
            return false;
        };
        let argument = match &last.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                Some(GenericArgument::Type(argument)) => path(argument),
                _ => None,
            },
            _ => None,
        };
        let fits = of.is_none_or(|of| argument.as_deref() == Some(of));
        fits && path(&item.self_ty).is_some_and(|own| *name == own)
    })
}

/// The path of a type without arguments; a component may be called `Value` too.
fn path(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let segments = &path.path.segments;
    let plain = segments.iter().all(|segment| segment.arguments.is_empty());
    let names = segments.iter().map(|segment| segment.ident.to_string());
    plain.then(|| names.collect::<Vec<_>>().join("::"))
}

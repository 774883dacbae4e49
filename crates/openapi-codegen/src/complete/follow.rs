//! The way to the resource that another leads to, from `x-follow`.

use quote::{format_ident, quote};
use syn::{Fields, Item, ItemImpl, Type, parse_quote};

use super::{
    context::{Context, Parameter},
    fields::argument_of,
    members::{Types, borrowed},
    pagination::answers,
    prose::doc,
    shape::missing,
};
use crate::{Error, markdown::code, naming, plan::Method};

/// What `x-follow` says of a method.
pub(super) struct Follow<'a> {
    parameter: Parameter<'a>,
    member: &'a str,
}

impl<'a> Follow<'a> {
    pub(super) fn of(context: &Context<'a>, method: &Method) -> Option<Self> {
        let object = &context.operation(method)["x-follow"];
        let name = object["parameter"].as_str()?;
        let mut parameters = context.parameters(method).into_iter();
        Some(Self {
            parameter: parameters.find(|own| own.object["name"] == *name)?,
            member: object["member"].as_str()?,
        })
    }
}

/// Adds `follow` behind the builder of each method that has it.
pub(super) fn add_follows(
    context: &Context<'_>,
    types: &[Item],
    builders: Vec<Item>,
) -> Result<Vec<Item>, Error> {
    let types = Types::of(types);
    let methods = context.methods_by_builder();
    let mut added = Vec::new();
    for builder in &builders {
        let Item::Impl(item) = builder else { continue };
        // An implementation of a trait, or the methods that something else has added.
        let Some((value, error)) = answers(item) else {
            continue;
        };
        let method = methods.get(&super::builders::self_name(item));
        let Some((method, follow)) = method.and_then(|m| Some((m, Follow::of(context, m)?))) else {
            continue;
        };
        let field = field(&builders, item, &follow)
            .ok_or_else(|| missing(&format!("the parameter `{}`", follow.parameter.ident)))?;
        added.push(method_of(&follow, item));
        added.push(
            implementation(&types, method, &follow, item, (value, error), &field)
                .ok_or_else(|| missing(&format!("the member that `{}` follows", method.name)))?,
        );
    }
    let mut items = builders;
    items.extend(added);
    Ok(items)
}

/// How a builder holds the parameter.
struct Field {
    ty: Type,
    optional: bool,
}

fn field(builders: &[Item], item: &ItemImpl, follow: &Follow<'_>) -> Option<Field> {
    let name = super::builders::self_name(item);
    let fields = builders.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => match &item.fields {
            Fields::Named(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    })?;
    let is_own = |ident: &syn::Ident| *ident == follow.parameter.ident;
    let mut fields = fields.named.iter();
    let field = fields.find(|field| field.ident.as_ref().is_some_and(is_own))?;
    let ty = argument_of(&field.ty, "Result")?;
    let inner = argument_of(ty, "Option");
    Some(Field {
        ty: inner.unwrap_or(ty).clone(),
        optional: inner.is_some(),
    })
}

fn method_of(follow: &Follow<'_>, item: &ItemImpl) -> Item {
    let (generics, builder) = (&item.generics, &item.self_ty);
    let text = doc(&format!(
        "Fetches the resource that the response refers to: while the response has {}, the request \
         is sent again with this value as {}, at most five times by default (see \
         [`max_steps`](openapi_client_runtime::Follow::max_steps)). A loop is an error. \
         [`send`](Self::send) returns the first response.",
        code(&follow.member.trim_start_matches('/').replace('/', ".")),
        code(follow.parameter.object["name"].as_str().unwrap_or_default()),
    ));
    parse_quote! {
        impl #generics #builder {
            #(#text)*
            pub fn follow(self) -> ::openapi_client_runtime::Follow<Self> {
                ::openapi_client_runtime::Follow::new(self)
            }
        }
    }
}

fn implementation(
    types: &Types<'_>,
    method: &Method,
    follow: &Follow<'_>,
    item: &ItemImpl,
    (value, error): (Type, Type),
    field: &Field,
) -> Option<Item> {
    let (generics, builder) = (&item.generics, &item.self_ty);
    let lifetime = &generics.lifetimes().next()?.lifetime;
    let operation = format_ident!("{}", naming::shouty(&method.name));
    let ident = format_ident!("{}", follow.parameter.ident);
    let (hops, _) = types.follow(&value, follow.member)?;
    let lead = borrowed(&hops);
    let ty = &field.ty;
    let wrap = field.optional.then(|| quote!(.map(Some)));
    let message = format!("parameter `{ident}`: the value in the response is not valid for it");
    Some(parse_quote! {
        impl #generics ::openapi_client_runtime::Followable for #builder {
            type Value = #value;
            type Error = #error;
            type Call = ::openapi_client_runtime::FollowCall<#lifetime, #value, #error>;

            fn operation(&self) -> &'static ::openapi_client_runtime::Operation {
                &crate::operations::#operation
            }

            fn target(&self) -> ::std::option::Option<::std::string::String> {
                ::openapi_client_runtime::pagination::given(&self.#ident)
            }

            fn next_target(page: &Self::Value) -> ::std::option::Option<::std::string::String> {
                #lead.map(|value| value.to_string())
            }

            fn with_target(mut self, id: &str) -> Self {
                self.#ident = id.parse::<#ty>() #wrap .map_err(|_| #message.to_owned());
                self
            }

            fn fetch(self) -> Self::Call {
                ::std::boxed::Box::pin(self.send())
            }
        }
    })
}

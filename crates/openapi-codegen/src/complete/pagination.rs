//! Streams beside the methods of paged lists, from `x-pagination`.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{ImplItem, Item, ItemImpl, Type, parse_quote};

use super::{
    context::{Context, Parameter},
    fields::argument_of,
    members::{Hop, Types, borrowed, moved},
    prose::doc,
    shape::missing,
};
use crate::{
    Error,
    lower::{BodyKind, body_kind},
    naming,
    plan::Method,
};

/// Roles of members, as the runtime names them.
const MEMBERS: [&str; 7] = ["items", "total", "limit", "offset", "page", "next", "more"];
const STYLES: [&str; 4] = ["offset", "page", "cursor", "link"];

/// How a method pages. The lint has refused what makes no sense; where the style is none of ours,
/// `x-pagination` is the word of another vocabulary.
pub(super) struct Paging<'a> {
    style: &'a str,
    /// Query parameters by role.
    parameters: BTreeMap<&'a str, Parameter<'a>>,
    /// JSON pointers by role.
    members: BTreeMap<&'a str, &'a str>,
}

impl<'a> Paging<'a> {
    pub(super) fn of(context: &Context<'a>, method: &Method) -> Option<Self> {
        let object = &context.operation(method)["x-pagination"];
        let style = object["style"].as_str().filter(|s| STYLES.contains(s))?;
        // Siblings of other media types give the list in a form that has no parts.
        let mut successes = method
            .responses
            .iter()
            .filter(|r| r.status.starts_with('2'));
        let in_json = |name: &String| body_kind(name) == BodyKind::Json;
        if !successes.all(|response| response.media_types.iter().all(in_json)) {
            return None;
        }
        let own = context.parameters(method);
        let mut parameters = BTreeMap::new();
        for (role, name) in object["parameters"].as_object().into_iter().flatten() {
            let same = |p: &&Parameter<'_>| p.object["name"] == *name && p.object["in"] == "query";
            parameters.insert(role.as_str(), own.iter().find(same)?.clone());
        }
        if style != "link" && !parameters.contains_key(style) {
            return None;
        }
        let members = object["members"].as_object().into_iter().flatten();
        Some(Self {
            style,
            parameters,
            members: members
                .filter_map(|(role, pointer)| Some((role.as_str(), pointer.as_str()?)))
                .filter(|(role, _)| MEMBERS.contains(role))
                .collect(),
        })
    }

    /// The column of the operation table.
    pub(super) fn column(&self) -> TokenStream {
        let style = format_ident!("{}", naming::pascal(self.style));
        let parameters = self.parameters.iter().map(|(role, parameter)| {
            let call = format_ident!("{role}_parameter");
            let name = parameter.object["name"].as_str().unwrap_or_default();
            quote!(.#call(#name))
        });
        let members = self.members.iter().map(|(role, pointer)| {
            let call = format_ident!("{role}");
            quote!(.#call(#pointer))
        });
        let first = self.first_page().map(|number| quote!(.first_page(#number)));
        quote! {
            .pagination(Some(
                Pagination::new(PaginationStyle::#style) #(#parameters)* #(#members)* #first .build()
            ))
        }
    }

    /// The number of the first page, where it is not 1.
    fn first_page(&self) -> Option<u64> {
        let schema = &self.parameters.get("page")?.object["schema"];
        let number = schema["default"].as_u64().or(schema["minimum"].as_u64())?;
        (self.style == "page" && number != 1).then_some(number)
    }

    /// How large the pages are, as far as the document says.
    fn size(&self) -> String {
        let Some(limit) = self.parameters.get("limit") else {
            return String::new();
        };
        let schema = &limit.object["schema"];
        let number = |key: &str| schema[key].as_u64();
        let setter = format!("[`{0}`](Self::{0})", limit.ident);
        match (number("default"), number("maximum")) {
            (Some(default), Some(most)) => {
                format!(
                    " A page has {default} items by default; {setter} changes this, up to {most}."
                )
            }
            (Some(default), None) => {
                format!(" A page has {default} items by default; {setter} changes this.")
            }
            (None, Some(most)) => {
                format!(" {setter} sets the page size, up to {most}.")
            }
            (None, None) => format!(" {setter} sets the page size."),
        }
    }
}

/// Adds the streams behind the builder of each paged method.
pub(super) fn add_streams(
    context: &Context<'_>,
    types: &[Item],
    builders: Vec<Item>,
) -> Result<Vec<Item>, Error> {
    let types = Types::of(types);
    let methods = context.methods_by_builder();
    let mut items = Vec::with_capacity(builders.len());
    for builder in builders {
        let streams = match &builder {
            Item::Impl(item) => paged(context, &methods, item)
                .map(|(method, paging)| streams(&types, method, &paging, item)),
            _ => None,
        };
        items.push(builder);
        if let Some(streams) = streams {
            items.extend(streams?);
        }
    }
    Ok(items)
}

fn paged<'a, 'm>(
    context: &Context<'a>,
    methods: &BTreeMap<String, &'m Method>,
    item: &ItemImpl,
) -> Option<(&'m Method, Paging<'a>)> {
    let method = methods.get(&super::builders::self_name(item))?;
    Some((method, Paging::of(context, method)?))
}

fn streams(
    types: &Types<'_>,
    method: &Method,
    paging: &Paging<'_>,
    item: &ItemImpl,
) -> Result<Vec<Item>, Error> {
    let found = Found::of(types, paging, item)
        .ok_or_else(|| missing(&format!("the list in the pages of `{}`", method.name)))?;
    Ok(vec![
        methods_of(paging, item),
        implementation(method, paging, item, &found),
    ])
}

fn methods_of(paging: &Paging<'_>, item: &ItemImpl) -> Item {
    let (generics, builder) = (&item.generics, &item.self_ty);
    let stream = doc(&format!(
        "Fetches one page after another, and returns the items of all pages in the order of the \
         server.{}\n\nA list can be resumed where it stopped: see \
         [`Items::resume`](openapi_client_runtime::pagination::Items::resume).",
        paging.size()
    ));
    let pages = doc(
        "Like [`stream`](Self::stream), but returns whole pages with their statuses and headers.",
    );
    parse_quote! {
        impl #generics #builder {
            #(#stream)*
            pub fn stream(self) -> ::openapi_client_runtime::pagination::Items<Self> {
                self.pages().items()
            }

            #(#pages)*
            pub fn pages(self) -> ::openapi_client_runtime::pagination::Pages<Self> {
                ::openapi_client_runtime::pagination::Pages::new(self)
            }
        }
    }
}

fn implementation(method: &Method, paging: &Paging<'_>, item: &ItemImpl, found: &Found) -> Item {
    let (generics, builder) = (&item.generics, &item.self_ty);
    let lifetime = generics.lifetimes().next().map_or_else(
        || quote!('static),
        |parameter| {
            let lifetime = &parameter.lifetime;
            quote!(#lifetime)
        },
    );
    let operation = format_ident!("{}", naming::shouty(&method.name));
    let given = if let Some(parameter) = paging.parameters.get(paging.style) {
        let field = format_ident!("{}", parameter.ident);
        quote!(::openapi_client_runtime::pagination::given(&self.#field))
    } else {
        quote!(::std::option::Option::None)
    };
    let Found {
        page,
        error,
        item,
        items,
        facts,
    } = found;
    let (count, list) = (borrowed(items), moved(items));
    let facts = facts.iter().map(|(role, hops)| {
        let call = format_ident!("{role}");
        let value = borrowed(hops);
        quote!(.#call(#value))
    });
    parse_quote! {
        impl #generics ::openapi_client_runtime::pagination::Paged for #builder {
            type Page = #page;
            type Item = #item;
            type Error = #error;
            type Call = ::openapi_client_runtime::pagination::PageCall<#lifetime, #page, #error>;

            fn operation(&self) -> &'static ::openapi_client_runtime::Operation {
                &crate::operations::#operation
            }

            fn given(&self) -> ::std::option::Option<::std::string::String> {
                #given
            }

            fn options_mut(&mut self) -> &mut CallOptions {
                &mut self.call_options
            }

            fn fetch(self) -> Self::Call {
                ::std::boxed::Box::pin(self.send())
            }

            fn facts(page: &Self::Page) -> ::openapi_client_runtime::pagination::PageFacts {
                ::openapi_client_runtime::pagination::PageFacts::new(
                    #count.map_or(0, |items| items.len())
                )
                #(#facts)*
            }

            fn items(page: Self::Page) -> ::std::vec::Vec<Self::Item> {
                #list.unwrap_or_default()
            }
        }
    }
}

/// Where the types of one method hold what the document names.
struct Found {
    page: Type,
    error: Type,
    item: Type,
    /// The way to the list.
    items: Vec<Hop>,
    /// The ways to the other members, by role.
    facts: Vec<(&'static str, Vec<Hop>)>,
}

impl Found {
    fn of(types: &Types<'_>, paging: &Paging<'_>, item: &ItemImpl) -> Option<Self> {
        let (page, error) = answers(item)?;
        let (items, list) = types.follow(&page, paging.members.get("items")?)?;
        let mut item = argument_of(&list, "Vec")?.clone();
        types.qualify(&mut item);
        let facts = MEMBERS[1..].iter().filter_map(|role| {
            let pointer = paging.members.get(role)?;
            Some(types.follow(&page, pointer).map(|(hops, _)| (*role, hops)))
        });
        Some(Self {
            facts: facts.collect::<Option<_>>()?,
            page,
            error,
            item,
            items,
        })
    }
}

/// `Page` and `E` of `send() -> Result<ResponseValue<Page>, Error<E>>`.
pub(super) fn answers(item: &ItemImpl) -> Option<(Type, Type)> {
    let send = item.items.iter().find_map(|member| match member {
        ImplItem::Fn(function) if function.sig.ident == "send" => Some(function),
        _ => None,
    })?;
    let syn::ReturnType::Type(_, result) = &send.sig.output else {
        return None;
    };
    let syn::Type::Path(path) = &**result else {
        return None;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    let mut arguments = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    let page = argument_of(arguments.next()?, "ResponseValue")?.clone();
    let error = argument_of(arguments.next()?, "Error")?.clone();
    Some((page, error))
}

//! How a value that is sent is made: `new` takes what is required, setters take the rest.
//!
//! Setters never fail, and take what a caller has: numbers and booleans as they are, all else that
//! turns into the type. What a document limits is checked when the value is sent.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::walk;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Field, Fields, GenericArgument, Ident, Item, ItemStruct, PathArguments, Type, parse_quote,
};

use super::{
    context::Context,
    fields::{argument_of, default_of, is_patch, is_required_nullable, wire_name},
    prose,
    types::member_doc,
};
use crate::naming;

/// Gives the structs that requests hold `new` and setters.
pub(super) fn add(context: &Context<'_>, types: Vec<Item>) -> Vec<Item> {
    let by_hand: BTreeSet<String> = types.iter().filter_map(default_by_hand).collect();
    let with_setters = types.into_iter().flat_map(|item| {
        let more = match &item {
            Item::Struct(item) => {
                let has_default = prose::derives(&item.attrs, "Default")
                    || by_hand.contains(&item.ident.to_string());
                implementation(context, item, has_default)
            }
            _ => Vec::new(),
        };
        std::iter::once(item).chain(more)
    });
    with_setters.collect()
}

/// The type of an `impl Default`.
fn default_by_hand(item: &Item) -> Option<String> {
    let Item::Impl(item) = item else { return None };
    let (path, _) = item.trait_.as_ref()?;
    let is_default = path.segments.last()?.ident == "Default";
    let Type::Path(ty) = &*item.self_ty else {
        return None;
    };
    is_default.then(|| ty.path.segments.last().map(|last| last.ident.to_string()))?
}

fn implementation(context: &Context<'_>, item: &ItemStruct, has_default: bool) -> Vec<Item> {
    let name = item.ident.to_string();
    let component = context.component_of(&name);
    let plan = context.plan;
    let component = component.filter(|component| {
        plan.in_json.contains(*component) || plan.in_other_places.contains(*component)
    });
    let (Some(component), Fields::Named(fields)) = (component, &item.fields) else {
        return Vec::new();
    };
    let members: Vec<Member<'_>> = fields.named.iter().filter_map(Member::of).collect();
    let names = Names::of(&members);
    let new = constructor(context, component, &members, has_default);
    let setters = members
        .iter()
        .filter(|member| !member.is_read_only(context, &name))
        .map(|member| member.setters(context, &name, &names));
    let ident = &item.ident;
    let own = parse_quote! {
        impl #ident {
            #new
            #(#setters)*
        }
    };
    let takes_nothing = members.iter().all(|member| member.kind != Kind::Required);
    let default = (takes_nothing && !has_default).then(|| {
        parse_quote! {
            impl Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    [Some(own), default].into_iter().flatten().collect()
}

/// A member of a struct, and how a value gets into it.
struct Member<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    /// The name in JSON; none for the map that takes the rest.
    wire: Option<String>,
    kind: Kind,
    /// What the member is where nobody sets it.
    default: TokenStream,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Required,
    /// Left out, or a value.
    Optional,
    /// Left out, null, or a value.
    Patch,
    /// Left out where it is empty, or where it is its default.
    Defaulted,
}

impl<'a> Member<'a> {
    fn of(field: &'a Field) -> Option<Self> {
        let wire = wire_name(field);
        let default = default_of(field);
        let (kind, default) = if is_patch(&field.ty) {
            let absent = quote!(::openapi_client_runtime::Patch::Absent);
            (Kind::Patch, absent)
        } else if let Some(default) = default {
            (Kind::Defaulted, default)
        } else if wire.is_none() && entries(&field.ty).is_some() {
            (Kind::Defaulted, quote!(::std::default::Default::default()))
        } else if argument_of(&field.ty, "Option").is_some() && !is_required_nullable(field) {
            (Kind::Optional, quote!(None))
        } else {
            (Kind::Required, TokenStream::new())
        };
        let kind = match kind {
            Kind::Defaulted if argument_of(&field.ty, "Option").is_some() => Kind::Optional,
            kind => kind,
        };
        Some(Self {
            ident: field.ident.as_ref()?,
            ty: &field.ty,
            wire,
            kind,
            default,
        })
    }

    /// The type that a setter is about: without the wrapper that says that it may be left out.
    fn inner(&self) -> &'a Type {
        let wrapper = match self.kind {
            Kind::Optional => "Option",
            Kind::Patch => "Patch",
            Kind::Required | Kind::Defaulted => return self.ty,
        };
        argument_of(self.ty, wrapper).unwrap_or(self.ty)
    }

    /// A value of the inner type as what the member holds.
    fn wrapped(&self, value: &TokenStream) -> TokenStream {
        match self.kind {
            Kind::Optional => quote!(Some(#value)),
            Kind::Patch => quote!(::openapi_client_runtime::Patch::Value(#value)),
            Kind::Required | Kind::Defaulted => value.clone(),
        }
    }

    fn is_read_only(&self, context: &Context<'_>, type_name: &str) -> bool {
        let property = self.wire.as_deref().and_then(|wire| {
            let (_, schema) = context.schema_of(type_name)?;
            context.property(schema, wire)
        });
        self.kind != Kind::Required
            && property.is_some_and(|property| context.says(property, "readOnly"))
    }

    fn setters(&self, context: &Context<'_>, type_name: &str, names: &Names) -> TokenStream {
        let ident = self.ident;
        let setter = names.setter(ident);
        let text = member_doc(context, type_name, self.wire.as_deref());
        let first = text.split("\n\n").next().unwrap_or_default();
        let doc = prose::doc(first);
        let (ty, value) = argument(self.inner());
        let value = self.wrapped(&value);
        let set = quote! {
            #(#doc)*
            #[must_use]
            pub fn #setter(mut self, value: #ty) -> Self {
                self.#ident = #value;
                self
            }
        };
        let more = match self.kind {
            Kind::Required | Kind::Defaulted => TokenStream::new(),
            Kind::Optional => self.maybe(&setter, &names.maybe(ident), &quote!(value)),
            Kind::Patch => {
                let patch = quote!(::openapi_client_runtime::Patch);
                let value = quote!(value.map_or(#patch::Absent, #patch::Value));
                let maybe = self.maybe(&setter, &names.maybe(ident), &value);
                let null = names.null(ident);
                let doc = prose::doc(&format!("Sets [`{setter}`](Self::{setter}) to null."));
                quote! {
                    #maybe
                    #(#doc)*
                    #[must_use]
                    pub fn #null(mut self) -> Self {
                        self.#ident = #patch::Null;
                        self
                    }
                }
            }
        };
        quote!(#set #more)
    }

    fn maybe(&self, setter: &Ident, maybe: &Ident, value: &TokenStream) -> TokenStream {
        let ident = self.ident;
        let boxed = argument_of(self.inner(), "Box");
        let inner = boxed.unwrap_or(self.inner());
        let boxing = boxed.map(|_| quote!(let value = value.map(Box::new);));
        let text =
            format!("[`{setter}`](Self::{setter}), if there is a value; it is left out otherwise.");
        let doc = prose::doc(&text);
        quote! {
            #(#doc)*
            #[must_use]
            pub fn #maybe(mut self, value: Option<#inner>) -> Self {
                #boxing
                self.#ident = #value;
                self
            }
        }
    }
}

/// The names of setters: those of the members, but for what has a meaning of its own. Where a name is
/// taken, an underscore is put behind it.
struct Names {
    setters: BTreeMap<String, Ident>,
    taken: BTreeSet<String>,
}

impl Names {
    fn of(members: &[Member<'_>]) -> Self {
        let mut taken = BTreeSet::new();
        let mut setters = BTreeMap::new();
        for member in members {
            let name = member.ident.to_string();
            let setter = free(&taken, &naming::setter(&name));
            taken.insert(setter.clone());
            setters.insert(name, format_ident!("{setter}"));
        }
        Self { setters, taken }
    }

    fn setter(&self, member: &Ident) -> Ident {
        let own = self.setters.get(&member.to_string());
        own.unwrap_or(member).clone()
    }

    fn maybe(&self, member: &Ident) -> Ident {
        self.prefixed("maybe", member)
    }

    fn null(&self, member: &Ident) -> Ident {
        self.prefixed("null", member)
    }

    fn prefixed(&self, prefix: &str, member: &Ident) -> Ident {
        let name = member.to_string();
        let name = name.trim_start_matches("r#").trim_end_matches('_');
        format_ident!("{}", free(&self.taken, &format!("{prefix}_{name}")))
    }
}

fn free(taken: &BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    while taken.contains(&name) {
        name.push('_');
    }
    name
}

/// `new`, with what is required in the order of the document.
fn constructor(
    context: &Context<'_>,
    component: &str,
    members: &[Member<'_>],
    has_default: bool,
) -> TokenStream {
    let order = order(context, component);
    let place = |member: &&Member<'_>| {
        let wire = member.wire.as_deref();
        order.iter().position(|name| Some(name.as_str()) == wire)
    };
    let mut required: Vec<&Member<'_>> = members
        .iter()
        .filter(|member| member.kind == Kind::Required)
        .collect();
    required.sort_by_key(|member| place(member).unwrap_or(usize::MAX));
    if required.is_empty() && has_default {
        return quote! {
            /// Nothing set.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }
        };
    }
    let arguments = required.iter().map(|member| {
        let (ident, (ty, _)) = (member.ident, argument(member.ty));
        quote!(#ident: #ty)
    });
    let fields = members.iter().map(|member| {
        let (ident, default) = (member.ident, &member.default);
        match (member.kind, is_taken_as_it_is(member.ty)) {
            (Kind::Required, true) => quote!(#ident),
            (Kind::Required, false) => {
                let value = converted(member.ty, &quote!(#ident));
                quote!(#ident: #value)
            }
            _ => quote!(#ident: #default),
        }
    });
    let doc = prose::doc(if required.is_empty() {
        "Nothing set."
    } else {
        "With what is required."
    });
    let allow = (required.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        #(#doc)*
        #[must_use]
        #allow
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#fields,)* }
        }
    }
}

/// The names of the members of a component, in the order of the document.
fn order(context: &Context<'_>, component: &str) -> Vec<String> {
    let pointer = openapi_document::pointer::join("/components/schemas", component);
    let parts = walk::common_parts(&context.lowered.document, &pointer);
    let properties = parts
        .iter()
        .filter_map(|part| part.schema["properties"].as_object());
    properties
        .flat_map(|properties| properties.keys().cloned())
        .collect()
}

/// What a setter takes for a type, and what it makes of `value`.
fn argument(ty: &Type) -> (TokenStream, TokenStream) {
    let value = converted(ty, &quote!(value));
    if is_plain(ty) {
        return (quote!(#ty), value);
    }
    let taken = if let Some(item) = argument_of(ty, "Vec") {
        let item = turned_into(item);
        quote!(impl IntoIterator<Item = #item>)
    } else if let Some((key, value)) = entries(ty) {
        let (key, value) = (turned_into(key), turned_into(value));
        quote!(impl IntoIterator<Item = (#key, #value)>)
    } else if let Some(inner) = argument_of(ty, "Box") {
        quote!(impl Into<#inner>)
    } else if argument_of(ty, "Option").is_some() {
        // Null or a value: `None` has to say of which type it is.
        quote!(#ty)
    } else {
        quote!(impl Into<#ty>)
    };
    (taken, value)
}

/// What turns into a type; a number is taken as it is, so that a literal has a type.
fn turned_into(ty: &Type) -> TokenStream {
    if is_plain(ty) {
        quote!(#ty)
    } else {
        quote!(impl Into<#ty>)
    }
}

fn converted(ty: &Type, value: &TokenStream) -> TokenStream {
    if is_taken_as_it_is(ty) {
        return value.clone();
    }
    if let Some(item) = argument_of(ty, "Vec") {
        let map = (!is_plain(item)).then(|| quote!(.map(Into::into)));
        return quote!(#value.into_iter()#map.collect());
    }
    if let Some((_, inner)) = entries(ty) {
        let entry = if is_plain(inner) {
            quote!((key.into(), value))
        } else {
            quote!((key.into(), value.into()))
        };
        return quote!(#value.into_iter().map(|(key, value)| #entry).collect());
    }
    if argument_of(ty, "Box").is_some() {
        return quote!(Box::new(#value.into()));
    }
    quote!(#value.into())
}

fn is_taken_as_it_is(ty: &Type) -> bool {
    is_plain(ty) || argument_of(ty, "Option").is_some()
}

/// Key and value of a map.
fn entries(ty: &Type) -> Option<(&Type, &Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if !["HashMap", "BTreeMap", "Map"].contains(&last.ident.to_string().as_str()) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match Vec::from_iter(&arguments.args)[..] {
        [GenericArgument::Type(key), GenericArgument::Type(value)] => Some((key, value)),
        _ => None,
    }
}

/// Numbers and booleans.
fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 11] = [
        "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64",
    ];
    let Type::Path(path) = ty else { return false };
    let ident = path.path.get_ident();
    ident.is_some_and(|ident| PLAIN.contains(&ident.to_string().as_str()))
}

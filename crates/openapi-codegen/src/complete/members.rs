//! The way from a Rust type to the member that a JSON pointer names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Fields, Ident, Item, ItemStruct, Type, Visibility, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::fields::{argument_of, wire_name};

/// One step from a value to a part of it.
pub(super) enum Hop {
    Field(Ident),
    /// The only field of a tuple.
    Inner,
    Option,
    Box,
    Patch,
}

/// An `Option` of a reference to what the hops lead to, from the variable `page`.
pub(super) fn borrowed(hops: &[Hop]) -> TokenStream {
    hops.iter()
        .fold(quote!(Some(page)), |value, hop| match hop {
            Hop::Field(name) => quote!(#value.map(|part| &part.#name)),
            Hop::Inner => quote!(#value.map(|part| &part.0)),
            Hop::Option => quote!(#value.and_then(|part| part.as_ref())),
            Hop::Box => quote!(#value.map(|part| &**part)),
            Hop::Patch => quote!(#value.and_then(|part| part.value())),
        })
}

/// The same by value.
pub(super) fn moved(hops: &[Hop]) -> TokenStream {
    hops.iter()
        .fold(quote!(Some(page)), |value, hop| match hop {
            Hop::Field(name) => quote!(#value.map(|part| part.#name)),
            Hop::Inner => quote!(#value.map(|part| part.0)),
            Hop::Option => quote!(#value.flatten()),
            Hop::Box => quote!(#value.map(|part| *part)),
            Hop::Patch => quote!(#value.and_then(|part| part.into_value())),
        })
}

/// The types of the module `types`.
pub(super) struct Types<'t> {
    structs: BTreeMap<String, &'t ItemStruct>,
    names: BTreeSet<String>,
}

impl<'t> Types<'t> {
    pub(super) fn of(items: &'t [Item]) -> Self {
        let mut types = Self {
            structs: BTreeMap::new(),
            names: BTreeSet::new(),
        };
        for item in items {
            match item {
                Item::Struct(item) => {
                    types.names.insert(item.ident.to_string());
                    types.structs.insert(item.ident.to_string(), item);
                }
                Item::Enum(item) => {
                    types.names.insert(item.ident.to_string());
                }
                Item::Type(item) => {
                    types.names.insert(item.ident.to_string());
                }
                _ => {}
            }
        }
        types
    }

    /// Follows a pointer from a type, and gives the way and the type at its end, both without the
    /// wrappers around them.
    pub(super) fn follow(&self, from: &Type, pointer: &str) -> Option<(Vec<Hop>, Type)> {
        let mut hops = Vec::new();
        let mut ty = self.unwrap(from.clone(), &mut hops);
        for name in pointer.split('/').skip(1) {
            let name = name.replace("~1", "/").replace("~0", "~");
            let field = self.field(self.struct_of(&ty)?, &name, &mut hops)?;
            ty = self.unwrap(field, &mut hops);
        }
        Some((hops, ty))
    }

    /// The type of a member, also of one in a struct that serde flattens.
    fn field(&self, item: &ItemStruct, wire: &str, hops: &mut Vec<Hop>) -> Option<Type> {
        let named = |field: &&syn::Field| wire_name(field).as_deref() == Some(wire);
        if let Some(field) = item.fields.iter().find(named) {
            hops.push(Hop::Field(field.ident.clone()?));
            return Some(field.ty.clone());
        }
        for field in item.fields.iter().filter(|f| wire_name(f).is_none()) {
            let before = hops.len();
            hops.push(Hop::Field(field.ident.clone()?));
            let ty = self.unwrap(field.ty.clone(), hops);
            let inner = self.struct_of(&ty);
            if let Some(found) = inner.and_then(|inner| self.field(inner, wire, hops)) {
                return Some(found);
            }
            hops.truncate(before);
        }
        None
    }

    /// Takes the wrappers off a type.
    fn unwrap(&self, mut ty: Type, hops: &mut Vec<Hop>) -> Type {
        loop {
            let (hop, inner) = if let Some(inner) = argument_of(&ty, "Option") {
                (Hop::Option, inner.clone())
            } else if let Some(inner) = argument_of(&ty, "Box") {
                (Hop::Box, inner.clone())
            } else if let Some(inner) = argument_of(&ty, "Patch") {
                (Hop::Patch, inner.clone())
            } else if let Some(inner) = self.struct_of(&ty).and_then(public_inner) {
                (Hop::Inner, inner.clone())
            } else {
                return ty;
            };
            hops.push(hop);
            ty = inner;
        }
    }

    /// The struct of the document that a type names: `Pet` or `types::Pet`, never `::std::..`.
    fn struct_of(&self, ty: &Type) -> Option<&'t ItemStruct> {
        let Type::Path(path) = ty else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        let is_own = path.path.leading_colon.is_none();
        self.structs.get(&name).copied().filter(|_| is_own)
    }

    /// Names the types of the document by their module, as other modules see them.
    pub(super) fn qualify(&self, ty: &mut Type) {
        Qualify(&self.names).visit_type_mut(ty);
    }
}

/// What a newtype holds, where everybody may take it out.
fn public_inner(item: &ItemStruct) -> Option<&Type> {
    match &item.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let field = fields.unnamed.first()?;
            matches!(field.vis, Visibility::Public(_)).then_some(&field.ty)
        }
        _ => None,
    }
}

struct Qualify<'a>(&'a BTreeSet<String>);

impl VisitMut for Qualify<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let bare = path.leading_colon.is_none() && path.segments.len() == 1;
        if bare && self.0.contains(&path.segments[0].ident.to_string()) {
            let segment = &path.segments[0];
            *path = parse_quote!(types::#segment);
        }
    }
}

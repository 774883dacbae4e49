//! Gives properties the name back that typify would have given to the map beside them.

use std::collections::BTreeMap;

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{
    Ident, Item, ItemStruct,
    visit_mut::{self, VisitMut},
};

use super::fields::{type_name, wire_name};
use crate::{Error, lower::MAP, naming};

/// What lowering called the properties, with the names that they have.
type Properties = BTreeMap<String, String>;

/// Fields of one struct: what typify called them, with the names that they get.
type Renames = BTreeMap<String, Ident>;

/// The field of each property is called as its name asks for, and the map beside it otherwise.
pub(super) fn put_back(properties: &Properties, items: &mut [Item]) -> Result<(), Error> {
    if properties.is_empty() {
        return Ok(());
    }
    let structs = items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some((item.ident.to_string(), renames(properties, item)?)),
        _ => None,
    });
    let structs: BTreeMap<String, Renames> = structs.collect();
    for item in items {
        rename_fields(&structs, item);
        let tokens = with_own_names(properties, item.to_token_stream());
        *item = syn::parse2(tokens).map_err(|error| Error::Shape(error.to_string()))?;
    }
    Ok(())
}

/// Nothing where none of the properties is in the struct.
fn renames(properties: &Properties, item: &ItemStruct) -> Option<Renames> {
    let mut renames = Renames::new();
    let mut map = None;
    for field in &item.fields {
        let ident = field.ident.as_ref()?.to_string();
        match wire_name(field) {
            Some(name) => {
                if let Some(own) = properties.get(&name) {
                    renames.insert(ident, format_ident!("{}", naming::field(own)));
                }
            }
            None if ident == MAP => map = Some(ident),
            None => {}
        }
    }
    if renames.is_empty() {
        return None;
    }
    if let Some(map) = map {
        let taken = |name: &str| {
            item.fields
                .iter()
                .any(|f| f.ident.as_ref().is_some_and(|i| i == name))
        };
        let numbered = (2..).map(|number| format!("extra_members{number}"));
        let mut names = std::iter::once("extra_members".to_owned()).chain(numbered);
        let free = names.find(|name| !taken(name)).unwrap_or_default();
        renames.insert(map, format_ident!("{free}"));
    }
    Some(renames)
}

/// Renames the fields in all that belongs to their struct: its declaration, its builder and their
/// implementations.
fn rename_fields(structs: &BTreeMap<String, Renames>, item: &mut Item) {
    let owner = match item {
        Item::Mod(module) => {
            let items = module.content.iter_mut().flat_map(|(_, items)| items);
            items.for_each(|item| rename_fields(structs, item));
            return;
        }
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Impl(item) => type_name(&item.self_ty),
        _ => None,
    };
    if let Some(renames) = owner.and_then(|owner| structs.get(&owner)) {
        Fields(renames).visit_item_mut(item);
    }
}

struct Fields<'a>(&'a Renames);

impl VisitMut for Fields<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if let Some(renamed) = self.0.get(&ident.to_string()) {
            *ident = renamed.clone();
        }
        visit_mut::visit_ident_mut(self, ident);
    }
}

/// Texts say the names that go over the wire. What lowering called a property stands nowhere else.
fn with_own_names(properties: &Properties, tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let inner = with_own_names(properties, group.stream());
                TokenTree::Group(Group::new(group.delimiter(), inner))
            }
            TokenTree::Literal(literal) => TokenTree::Literal(renamed(properties, literal)),
            other => other,
        })
        .collect()
}

fn renamed(properties: &Properties, literal: Literal) -> Literal {
    let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else {
        return literal;
    };
    let text = text.value();
    let changed = properties
        .iter()
        .fold(text.clone(), |text, (name, own)| text.replace(name, own));
    if changed == text {
        literal
    } else {
        Literal::string(&changed)
    }
}

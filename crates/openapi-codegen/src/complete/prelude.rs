//! Short names for what every Rust module knows, and for what stands beside an item.

use std::collections::BTreeSet;

use syn::{
    Item, LitStr, Meta, Path, QSelf,
    visit_mut::{self, VisitMut},
};

/// What the prelude of Rust brings into every module: the module of `std`, and the name.
const PRELUDE: [(&str, &str); 14] = [
    ("boxed", "Box"),
    ("clone", "Clone"),
    ("convert", "From"),
    ("convert", "Into"),
    ("convert", "TryFrom"),
    ("convert", "TryInto"),
    ("default", "Default"),
    ("iter", "IntoIterator"),
    ("ops", "FnOnce"),
    ("option", "Option"),
    ("result", "Result"),
    ("string", "String"),
    ("string", "ToString"),
    ("vec", "Vec"),
];

/// Shortens the paths in the items of a module; `types` where it is the module of that name.
pub(super) fn shorten(items: &mut [Item], is_types: bool) {
    let taken: BTreeSet<String> = items.iter().filter_map(name).collect();
    let mut shorten = Shorten {
        taken,
        is_types,
        depth: 0,
    };
    for item in items {
        shorten.visit_item_mut(item);
    }
}

fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Mod(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        // `open_enum!` and its like are named by an item beside them.
        _ => return None,
    })
}

struct Shorten {
    /// The names of the module's own items.
    taken: BTreeSet<String>,
    is_types: bool,
    /// How many modules are around.
    depth: usize,
}

impl Shorten {
    /// How many segments at the front of a path say nothing.
    fn needless(&self, path: &Path) -> usize {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names.as_slice() {
            [std, module, name, ..] if *std == "std" => {
                let known = PRELUDE.contains(&(module, name)) && !self.taken.contains(*name);
                if known { 2 } else { 0 }
            }
            [root, types, _, ..]
                if *root == "crate" && *types == "types" && self.is_types && self.depth == 0 =>
            {
                2
            }
            _ => 0,
        }
    }

    /// Shortens a path, and says by how many segments.
    fn path(&self, path: &mut Path) -> usize {
        let needless = self.needless(path);
        if needless > 0 {
            path.leading_colon = None;
            path.segments = std::mem::take(&mut path.segments)
                .into_iter()
                .skip(needless)
                .collect();
        }
        needless
    }

    /// In `<T as ::std::convert::TryInto<U>>::Error`, `position` counts the segments of the trait.
    fn qualified(&mut self, qself: &mut Option<QSelf>, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let needless = self.path(path);
        if let Some(qself) = qself {
            self.visit_type_mut(&mut qself.ty);
            qself.position = qself.position.saturating_sub(needless);
        }
    }
}

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        self.path(path);
    }

    fn visit_type_path_mut(&mut self, ty: &mut syn::TypePath) {
        self.qualified(&mut ty.qself, &mut ty.path);
    }

    fn visit_expr_path_mut(&mut self, expression: &mut syn::ExprPath) {
        self.qualified(&mut expression.qself, &mut expression.path);
    }

    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        self.depth += 1;
        visit_mut::visit_item_mod_mut(self, module);
        self.depth -= 1;
    }

    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        super::statements::visit_arguments(self, macro_);
    }

    /// `serde(skip_serializing_if = "::std::option::Option::is_none")` names a function in a text.
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        let Meta::List(list) = &mut attribute.meta else {
            return;
        };
        if !list.path.is_ident("serde") {
            return;
        }
        let tokens = std::mem::take(&mut list.tokens).into_iter();
        list.tokens = tokens.map(|token| self.token(token)).collect();
    }
}

impl Shorten {
    fn token(&self, token: proc_macro2::TokenTree) -> proc_macro2::TokenTree {
        let proc_macro2::TokenTree::Literal(literal) = &token else {
            return token;
        };
        let text = syn::parse_str::<LitStr>(&literal.to_string());
        let Some(mut path) = text.ok().and_then(|text| text.parse::<Path>().ok()) else {
            return token;
        };
        if self.needless(&path) == 0 {
            return token;
        }
        self.path(&mut path);
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let literal = proc_macro2::Literal::string(&names.join("::"));
        literal.into()
    }
}

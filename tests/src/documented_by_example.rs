//! The documentation of the runtime: each public item shows how it is used.
//!
//! An item shows it in its own documentation, or in that of its methods. That the examples compile
//! is for `cargo test --doc` to say.

use std::{collections::BTreeMap, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, Ident, ImplItem, Item, Lit, Meta, TraitItem, Type, Visibility, parse::Parser,
};

use crate::rust_source::{self, is_hidden};

/// Items that the example of another one shows: the item, and whose example that is.
const SHOWN_BY: &[(&str, &str)] = &[
    ("ApiKeyLocation", "Api"),
    ("CallbackError", "Authorization"),
    ("ClientAuthentication", "OAuthEndpoints"),
    ("ErrorMembers", "Api"),
    ("Followable", "Follow"),
    ("Next", "Middleware"),
    ("OAuthErrorCode", "OAuthError"),
    ("Outcome", "Event"),
    ("Paged", "Pages"),
    ("PaginationStyle", "Pagination"),
    ("Payload", "WebhookEvent"),
    ("FieldSource", "Envelope"),
    ("HttpRequest", "Middleware"),
    ("Number", "BodyLimits"),
    ("Provenance", "Operation"),
    ("RateLimit", "Api"),
    ("JsonValue", "RawRequest"),
    ("RequestBody", "Operation"),
    ("Requirement", "Operation"),
    ("ResponseSpec", "Operation"),
    ("Retry", "Operation"),
    ("Scheme", "Api"),
    ("SchemeKind", "Api"),
    ("SecurityRequirement", "Operation"),
    ("Server", "Operation"),
    ("SignatureEncoding", "SignatureScheme"),
    ("StatusRange", "Operation"),
    ("TokenStoreError", "TokenStore"),
    ("TokenTypeHint", "OAuth"),
    ("WaitReason", "Event"),
    ("WebhookErrorKind", "WebhookError"),
];

/// What the documentation of items says that users never write.
const NOT_FOR_USERS: &str = "Only generated code names it";

/// Each public item of the runtime in the workspace at `root` shows how it is used.
///
/// # Errors
///
/// The items that do not, and what to do.
pub fn check(root: &Path) -> Result<(), String> {
    let runtime = root.join("crates/openapi-client-runtime");
    check_crate(&runtime, SHOWN_BY)
}

/// Each public item of the crate in a folder has an example, is shown by that of another one, or
/// says that users never write it.
///
/// # Errors
///
/// The items for which none of this is so.
pub fn check_crate(folder: &Path, shown_by: &[(&str, &str)]) -> Result<(), String> {
    let documented = Documented::read(folder)?;
    let complaints: Vec<String> = documented
        .without_example(shown_by)
        .chain(documented.faults(shown_by))
        .collect();
    if complaints.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the documentation does not show how everything is used:\n  {}\nwrite an example, or list \
         the item in `SHOWN_BY` of tests/src/documented_by_example.rs",
        complaints.join("\n  ")
    ))
}

/// The public items of a crate, by name.
struct Documented(BTreeMap<String, Entry>);

#[derive(Default)]
struct Entry {
    module: String,
    /// The documentation of the item and of its methods.
    docs: String,
}

impl Documented {
    fn read(folder: &Path) -> Result<Self, String> {
        let mut documented = Self(BTreeMap::new());
        let modules = rust_source::modules(folder)?;
        for module in &modules {
            for (name, docs) in module.items.iter().flat_map(public) {
                let module = module.path.clone();
                let other = documented.0.insert(name.clone(), Entry { module, docs });
                if let Some(other) = other {
                    let module = other.module;
                    return Err(format!(
                        "two public items are called `{name}`, one in `{module}`"
                    ));
                }
            }
        }
        for item in modules.iter().flat_map(|module| &module.items) {
            documented.add_methods(item);
        }
        Ok(documented)
    }

    fn add_methods(&mut self, item: &Item) {
        let Item::Impl(block) = item else { return };
        let Type::Path(own) = &*block.self_ty else {
            return;
        };
        let name = own.path.segments.last().map(|last| last.ident.to_string());
        let entry = name.and_then(|name| self.0.get_mut(&name));
        let (Some(entry), false) = (entry, is_hidden(&block.attrs)) else {
            return;
        };
        entry.docs.push_str(&docs(&block.attrs));
        for item in &block.items {
            if let ImplItem::Fn(method) = item
                && is_public(&method.vis, &method.attrs)
            {
                entry.docs.push_str(&docs(&method.attrs));
            }
        }
    }

    fn without_example(&self, shown_by: &[(&str, &str)]) -> impl Iterator<Item = String> {
        let shown = |name: &str| shown_by.iter().any(|(item, _)| *item == name);
        self.0
            .iter()
            .filter(move |(name, entry)| {
                !shown(name) && !entry.has_example() && !entry.is_for_generated_code()
            })
            .map(|(name, entry)| format!("`{name}` (module `{}`) has no example", entry.module))
    }

    /// What is wrong with the list itself.
    fn faults(&self, shown_by: &[(&str, &str)]) -> impl Iterator<Item = String> {
        shown_by.iter().filter_map(|(item, by)| {
            let Some(entry) = self.0.get(*item) else {
                return Some(format!("`{item}` is listed and is no public item"));
            };
            if entry.has_example() {
                return Some(format!("`{item}` is listed and has an example of its own"));
            }
            let examples = self.0.get(*by).map(Entry::examples).unwrap_or_default();
            (!names(&examples, item))
                .then(|| format!("`{item}` is listed, and no example of `{by}` names it"))
        })
    }
}

impl Entry {
    fn has_example(&self) -> bool {
        !self.examples().is_empty()
    }

    fn is_for_generated_code(&self) -> bool {
        let words: Vec<&str> = self.docs.split_whitespace().collect();
        words.join(" ").contains(NOT_FOR_USERS)
    }

    /// The code that is compiled, of all examples.
    fn examples(&self) -> String {
        let mut code = String::new();
        let mut is_compiled = None;
        for line in self.docs.lines().map(str::trim) {
            match (line.strip_prefix("```"), is_compiled) {
                (Some(marks), None) => is_compiled = Some(compiles(marks)),
                (Some(_), Some(_)) => is_compiled = None,
                (None, Some(true)) => code.extend([line, "\n"]),
                (None, _) => {}
            }
        }
        code
    }
}

/// Whether a block with these marks is Rust that must compile.
fn compiles(marks: &str) -> bool {
    let known = |mark: &str| matches!(mark.trim(), "" | "rust" | "no_run" | "should_panic");
    marks.split(',').all(known)
}

fn names(code: &str, item: &str) -> bool {
    let is_apart = |c: char| !c.is_alphanumeric() && c != '_';
    code.split(is_apart).any(|word| word == item)
}

fn is_public(vis: &Visibility, attrs: &[Attribute]) -> bool {
    matches!(vis, Visibility::Public(_)) && !is_hidden(attrs)
}

/// The public items that an item makes, with their documentation.
fn public(item: &Item) -> Vec<(String, String)> {
    let one = |ident: &Ident, vis: &Visibility, attrs: &[Attribute]| {
        let shown = is_public(vis, attrs).then(|| (ident.to_string(), docs(attrs)));
        shown.into_iter().collect()
    };
    match item {
        Item::Struct(item) => one(&item.ident, &item.vis, &item.attrs),
        Item::Enum(item) => one(&item.ident, &item.vis, &item.attrs),
        Item::Type(item) => one(&item.ident, &item.vis, &item.attrs),
        Item::Fn(item) => one(&item.sig.ident, &item.vis, &item.attrs),
        Item::Trait(item) => {
            let mut found = one(&item.ident, &item.vis, &item.attrs);
            for (_, own) in &mut found {
                own.extend(item.items.iter().map(docs_of_method));
            }
            found
        }
        Item::Macro(item) => match &item.ident {
            Some(name) if item.attrs.iter().any(|a| a.path().is_ident("macro_export")) => {
                let shown =
                    (!is_hidden(&item.attrs)).then(|| (name.to_string(), docs(&item.attrs)));
                shown.into_iter().collect()
            }
            _ => written_by(item.mac.tokens.clone()),
        },
        _ => Vec::new(),
    }
}

fn docs_of_method(item: &TraitItem) -> String {
    match item {
        TraitItem::Fn(method) if !is_hidden(&method.attrs) => docs(&method.attrs),
        _ => String::new(),
    }
}

/// The text of documentation, a line for each line of it.
fn docs(attrs: &[Attribute]) -> String {
    attrs.iter().filter_map(line).collect()
}

fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    match (&doc.value, doc.path.is_ident("doc")) {
        (Expr::Lit(value), true) => match &value.lit {
            Lit::Str(text) => Some(format!("{}\n", text.value())),
            _ => None,
        },
        _ => None,
    }
}

/// The public types that a macro of the crate writes whole, with their documentation.
fn written_by(tokens: TokenStream) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut attributes = TokenStream::new();
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, tree) in trees.iter().enumerate() {
        let word = |offset: usize| trees.get(index + offset).map(ToString::to_string);
        match tree {
            TokenTree::Punct(mark) if mark.as_char() == '#' => attributes.extend([tree.clone()]),
            TokenTree::Group(group) => {
                let is_attribute = index > 0 && trees[index - 1].to_string() == "#";
                if is_attribute {
                    attributes.extend([tree.clone()]);
                } else {
                    found.extend(written_by(group.stream()));
                    attributes = TokenStream::new();
                }
            }
            TokenTree::Ident(vis) if vis == "pub" => {
                let kind = word(1).unwrap_or_default();
                if let (Some(TokenTree::Ident(name)), "struct" | "enum" | "trait") =
                    (trees.get(index + 2), kind.as_str())
                {
                    let attributes = std::mem::take(&mut attributes);
                    let attributes = Attribute::parse_outer.parse2(attributes);
                    found.push((name.to_string(), docs(&attributes.unwrap_or_default())));
                }
            }
            _ => attributes = TokenStream::new(),
        }
    }
    found
}

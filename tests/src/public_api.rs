//! What a crate promises its users: its public items, read from its source.
//!
//! Everything that a user can name is listed, one block an item: fields, variants, methods,
//! implemented traits. What is hidden from documentation is listed too, because published crates call it,
//! and so is what macros make. Bodies, private items and documentation are not.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Fields, Generics, ImplItem, Item, ItemImpl, Meta, Signature, TraitItem, Visibility,
    punctuated::Punctuated,
};

use crate::rust_source::{self, is_hidden, is_test};

/// The public items of each module: path of the module (`lib` for the root) to text.
pub type Modules = BTreeMap<String, String>;

/// Lists the public items of the crate in a folder.
///
/// # Errors
///
/// When a source file is missing or is not Rust.
pub fn list(crate_folder: &Path) -> Result<Modules, String> {
    let listed = |module: rust_source::Module| {
        let mut listing = Listing::default();
        for item in &module.items {
            listing.item(item);
        }
        (module.path, listing.text())
    };
    let modules = rust_source::all_modules(crate_folder)?
        .into_iter()
        .map(listed);
    Ok(modules.filter(|(_, text)| !text.is_empty()).collect())
}

/// An item with what belongs to it.
#[derive(Debug, Default)]
struct Block {
    members: Vec<String>,
    functions: BTreeSet<String>,
    traits: BTreeSet<String>,
}

#[derive(Default)]
struct Listing {
    blocks: BTreeMap<String, Block>,
    /// Heads of types by their name, for the impls that follow them.
    heads: BTreeMap<String, String>,
    private: BTreeSet<String>,
    impls: Vec<ItemImpl>,
}

impl Listing {
    fn add(&mut self, head: &str) -> &mut Block {
        self.blocks.entry(head.to_owned()).or_default()
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Mod(item) if is_listed(&item.vis, &item.attrs) => {
                self.add(&format!("mod {}{}", item.ident, marks(&item.attrs)));
            }
            Item::Struct(item) => {
                let head = head("struct", &item.ident, &item.generics, &item.attrs);
                self.named(
                    &item.ident,
                    &item.vis,
                    &item.attrs,
                    &head,
                    fields(&item.fields),
                );
            }
            Item::Enum(item) => {
                let variants = item.variants.iter().map(|variant| {
                    let inner = one_line(&variant.fields);
                    format!("{}{inner}{}", variant.ident, marks(&variant.attrs))
                });
                let head = head("enum", &item.ident, &item.generics, &item.attrs);
                self.named(
                    &item.ident,
                    &item.vis,
                    &item.attrs,
                    &head,
                    variants.collect(),
                );
            }
            Item::Fn(item) if is_listed(&item.vis, &item.attrs) => {
                self.add(&format!("{}{}", signature(&item.sig), marks(&item.attrs)));
            }
            Item::Const(item) if is_listed(&item.vis, &item.attrs) => {
                self.add(&format!(
                    "const {}: {}{}",
                    item.ident,
                    short(&item.ty),
                    marks(&item.attrs)
                ));
            }
            Item::Static(item) if is_listed(&item.vis, &item.attrs) => {
                self.add(&format!(
                    "static {}: {}{}",
                    item.ident,
                    short(&item.ty),
                    marks(&item.attrs)
                ));
            }
            Item::Type(item) if is_listed(&item.vis, &item.attrs) => {
                let head = format!(
                    "type {}{} = {}{}",
                    item.ident,
                    short(&item.generics),
                    short(&item.ty),
                    marks(&item.attrs)
                );
                self.add(&head);
            }
            Item::Use(item) if is_listed(&item.vis, &item.attrs) => {
                self.add(&format!("use {}{}", short(&item.tree), marks(&item.attrs)));
            }
            Item::Trait(item) if is_listed(&item.vis, &item.attrs) => {
                let bounds = short(&item.supertraits);
                let colon = if bounds.is_empty() { "" } else { ": " };
                let head = format!(
                    "trait {}{}{colon}{bounds}{}",
                    item.ident,
                    short(&item.generics),
                    marks(&item.attrs)
                );
                let members = item.items.iter().filter_map(trait_member).collect();
                self.add(&head).members = members;
            }
            Item::Macro(item) => self.macro_item(item),
            Item::Impl(item) => self.impls.push(item.clone()),
            _ => {}
        }
    }

    fn named(
        &mut self,
        ident: &syn::Ident,
        vis: &Visibility,
        attrs: &[Attribute],
        head: &str,
        members: Vec<String>,
    ) {
        if !is_listed(vis, attrs) {
            self.private.insert(ident.to_string());
            return;
        }
        self.heads.insert(ident.to_string(), head.to_owned());
        let block = self.add(head);
        block.members = members;
        block.traits.extend(derives(attrs));
    }

    /// A macro by the items that it makes, an exported one by what it matches too; a call of a macro as
    /// it stands.
    fn macro_item(&mut self, item: &syn::ItemMacro) {
        if is_test(&item.attrs) {
            return;
        }
        let Some(name) = &item.ident else {
            let name = short(&item.mac.path);
            let arguments = without_docs(&item.mac.tokens);
            self.add(&format!("{name}! {arguments}"));
            return;
        };
        let is_exported = item.attrs.iter().any(|a| a.path().is_ident("macro_export"));
        let mut members = Vec::new();
        for rule in rules(&item.mac.tokens) {
            if is_exported {
                members.push(short(&rule.matcher));
            }
            members.extend(made(&rule.body));
        }
        if !members.is_empty() {
            self.add(&format!("macro {name}!{}", marks(&item.attrs)))
                .members = members;
        }
    }

    fn text(mut self) -> String {
        for item in std::mem::take(&mut self.impls) {
            self.implementation(&item);
        }
        let mut text = String::new();
        for (head, block) in &self.blocks {
            text.push_str(&format!("{head}\n"));
            for member in block.members.iter().chain(&block.functions) {
                text.push_str(&format!("  {member}\n"));
            }
            if !block.traits.is_empty() {
                let traits: Vec<&str> = block.traits.iter().map(String::as_str).collect();
                text.push_str(&format!("  : {}\n", traits.join(", ")));
            }
        }
        text
    }

    fn implementation(&mut self, item: &ItemImpl) {
        let own = short(&item.self_ty);
        let name = own.split(['<', ' ']).next().unwrap_or(&own).to_owned();
        if is_test(&item.attrs) || self.private.contains(&name) {
            return;
        }
        let head = match self.heads.get(&name) {
            Some(head) => head.clone(),
            None => format!("impl for {own}"),
        };
        let limits = cfg(&item.attrs);
        if let Some((path, _)) = &item.trait_ {
            let implemented = format!("{}{limits}", short(path));
            self.add(&head).traits.insert(implemented);
            return;
        }
        let members: Vec<String> = item.items.iter().filter_map(inherent).collect();
        if !members.is_empty() {
            let members = members
                .into_iter()
                .map(|member| format!("{member}{limits}"));
            self.add(&head).functions.extend(members);
        }
    }
}

fn inherent(item: &ImplItem) -> Option<String> {
    match item {
        ImplItem::Fn(item) if is_listed(&item.vis, &item.attrs) => {
            Some(format!("{}{}", signature(&item.sig), marks(&item.attrs)))
        }
        ImplItem::Const(item) if is_listed(&item.vis, &item.attrs) => {
            Some(format!("const {}: {}", item.ident, short(&item.ty)))
        }
        _ => None,
    }
}

fn trait_member(item: &TraitItem) -> Option<String> {
    match item {
        TraitItem::Fn(item) => Some(format!("{}{}", signature(&item.sig), marks(&item.attrs))),
        TraitItem::Const(item) => Some(format!("const {}: {}", item.ident, short(&item.ty))),
        TraitItem::Type(item) => Some(format!("type {}", item.ident)),
        _ => None,
    }
}

fn head(kind: &str, ident: &syn::Ident, generics: &Generics, attrs: &[Attribute]) -> String {
    format!("{kind} {ident}{}{}", short(generics), marks(attrs))
}

/// Public fields; `..` where there are others.
fn fields(fields: &Fields) -> Vec<String> {
    let mut listed = Vec::new();
    let mut others = false;
    for (index, field) in fields.iter().enumerate() {
        if is_listed(&field.vis, &field.attrs) {
            let name = field
                .ident
                .as_ref()
                .map_or(index.to_string(), ToString::to_string);
            listed.push(format!(
                "{name}: {}{}",
                short(&field.ty),
                marks(&field.attrs)
            ));
        } else {
            others = true;
        }
    }
    if others {
        listed.push("..".to_owned());
    }
    listed
}

/// The fields of a variant.
fn one_line(fields: &Fields) -> String {
    let shown: Vec<String> = fields
        .iter()
        .map(|field| match &field.ident {
            Some(name) => format!("{name}: {}", short(&field.ty)),
            None => short(&field.ty),
        })
        .collect();
    match fields {
        Fields::Named(_) => format!(" {{ {} }}", shown.join(", ")),
        Fields::Unnamed(_) => format!("({})", shown.join(", ")),
        Fields::Unit => String::new(),
    }
}

fn signature(signature: &Signature) -> String {
    let mut signature = signature.clone();
    // `mut` concerns the body only.
    for input in &mut signature.inputs {
        match input {
            syn::FnArg::Receiver(receiver) if matches!(receiver.kind, syn::ReceiverKind::Value) => {
                receiver.mutability = None;
            }
            syn::FnArg::Typed(typed) => {
                if let syn::Pat::Ident(pattern) = &mut *typed.pat {
                    pattern.mutability = None;
                }
            }
            syn::FnArg::Receiver(_) => {}
        }
    }
    short(&signature)
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_listed(vis: &Visibility, attrs: &[Attribute]) -> bool {
    is_public(vis) && !is_test(attrs)
}

/// The attributes that users notice.
fn marks(attrs: &[Attribute]) -> String {
    let mut marks = String::new();
    if is_hidden(attrs) && !is_test(attrs) {
        marks.push_str(" [hidden]");
    }
    for attribute in attrs {
        let path = attribute.path();
        if path.is_ident("deprecated") {
            marks.push_str(" [deprecated]");
        } else if path.is_ident("non_exhaustive") {
            marks.push_str(" [non_exhaustive]");
        } else if path.is_ident("default") {
            marks.push_str(" [default]");
        }
    }
    marks + &cfg(attrs)
}

fn cfg(attrs: &[Attribute]) -> String {
    let limits = attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    limits
        .map(|attribute| format!(" [{}]", short(&attribute.meta)))
        .collect()
}

/// Derived traits; those of a feature with its name.
fn derives(attrs: &[Attribute]) -> Vec<String> {
    let list = |meta: &Meta| -> Vec<String> {
        let Meta::List(list) = meta else {
            return Vec::new();
        };
        let paths = list.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated);
        paths.iter().flatten().map(last).collect()
    };
    let mut found = Vec::new();
    for attribute in attrs {
        if attribute.path().is_ident("derive") {
            found.extend(list(&attribute.meta));
        } else if attribute.path().is_ident("cfg_attr") {
            let metas = attribute
                .parse_args_with(Punctuated::<Meta, syn::Token![,]>::parse_terminated)
                .unwrap_or_default();
            let condition = metas.first().map(short).unwrap_or_default();
            for meta in metas.iter().filter(|meta| meta.path().is_ident("derive")) {
                let names = list(meta).into_iter();
                found.extend(names.map(|name| format!("{name} [cfg({condition})]")));
            }
        }
    }
    found
}

fn last(path: &syn::Path) -> String {
    path.segments.last().map(short).unwrap_or_default()
}

/// One rule of a macro.
struct Rule {
    matcher: TokenTree,
    body: TokenStream,
}

/// The rules of `macro_rules!`: pattern, arrow, body.
fn rules(tokens: &TokenStream) -> Vec<Rule> {
    let trees: Vec<_> = tokens.clone().into_iter().collect();
    let is = |index: usize, wanted: &str| {
        trees
            .get(index)
            .is_some_and(|tree: &TokenTree| tree.to_string() == wanted)
    };
    let starts = (0..trees.len()).filter(|index| is(index + 1, "=") && is(index + 2, ">"));
    let rule = |index: usize| match trees.get(index + 3)? {
        TokenTree::Group(body) => Some(Rule {
            matcher: trees[index].clone(),
            body: body.stream(),
        }),
        _ => None,
    };
    starts.filter_map(rule).collect()
}

/// The public items that the body of a rule makes, one line each with what belongs to it; none where
/// it is no list of items.
fn made(body: &TokenStream) -> Vec<String> {
    let Ok(file) = syn::parse2::<syn::File>(once(body.clone())) else {
        return Vec::new();
    };
    let mut listing = Listing::default();
    for item in &file.items {
        listing.item(item);
    }
    let text = listing.text();
    text.lines().map(|line| format!("=> {line}")).collect()
}

/// The body of a rule with each variable as its name, and each repetition once.
fn once(tokens: TokenStream) -> TokenStream {
    let mut written = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match trees.next() {
                Some(TokenTree::Group(repeated)) => {
                    written.extend(once(repeated.stream()));
                    // Up to the sign that says how often.
                    let is_end =
                        |tree: &TokenTree| ["*", "+", "?"].contains(&tree.to_string().as_str());
                    for behind in trees.by_ref() {
                        if is_end(&behind) {
                            break;
                        }
                    }
                }
                Some(variable) => written.extend([variable]),
                None => {}
            },
            TokenTree::Group(group) => {
                let inner = once(group.stream());
                let group = proc_macro2::Group::new(group.delimiter(), inner);
                written.extend([TokenTree::Group(group)]);
            }
            other => written.extend([other]),
        }
    }
    written
}

/// The arguments of a macro without documentation.
fn without_docs(tokens: &TokenStream) -> String {
    let mut kept = TokenStream::new();
    let mut trees = tokens.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        let is_attribute = tree.to_string() == "#"
            && trees
                .peek()
                .is_some_and(|next| next.to_string().starts_with("[doc"));
        if is_attribute {
            trees.next();
        } else {
            kept.extend([tree]);
        }
    }
    short(&kept)
}

/// Tokens as a person writes them, with the usual paths shortened.
fn short(tokens: &impl ToTokens) -> String {
    const PATHS: [&str; 13] = [
        "std::string::",
        "std::vec::",
        "std::option::",
        "std::result::",
        "std::convert::",
        "std::collections::",
        "std::primitive::",
        "std::fmt::",
        "std::default::",
        "std::ops::",
        "std::str::",
        "openapi_client_runtime::",
        "crate::",
    ];
    let mut words = Vec::new();
    flatten(tokens.to_token_stream(), &mut words);
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 && is_apart(&words[index - 1], word) {
            text.push(' ');
        }
        text.push_str(word);
    }
    for path in PATHS {
        text = text.replace(&format!("::{path}"), "").replace(path, "");
    }
    // Whether a list ends with a comma depends on the width of the source.
    text.replace(",)", ")")
        .replace(", }", " }")
        .trim_end_matches(',')
        .to_owned()
}

/// All tokens in a row, operators of several characters as one.
fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    let mut joint = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                words.push(open.to_owned());
                flatten(group.stream(), words);
                words.push(close.to_owned());
                words.retain(|word| !word.is_empty());
                joint = false;
            }
            TokenTree::Punct(punct) => {
                let longer = words.last().map(|last| format!("{last}{punct}"));
                match longer {
                    Some(longer) if joint && OPERATORS.contains(&longer.as_str()) => {
                        words.pop();
                        words.push(longer);
                    }
                    _ => words.push(punct.to_string()),
                }
                joint = punct.spacing() == Spacing::Joint;
            }
            other => {
                match words.last_mut() {
                    Some(quote) if quote == "'" => quote.push_str(&other.to_string()),
                    _ => words.push(other.to_string()),
                }
                joint = false;
            }
        }
    }
}

const OPERATORS: [&str; 5] = ["::", "->", "=>", "..", "=="];

/// Whether a person puts a blank between two tokens of a signature.
fn is_apart(before: &str, after: &str) -> bool {
    let is_word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    match (before, after) {
        ("(" | "[" | "<" | "::" | "&" | "!" | "?" | "$" | "#" | ".." | "*", _)
        | (_, ")" | "]" | ">" | "," | ";" | ":" | "?" | "!") => false,
        (before, "::" | "(" | "[" | "<") => !(is_word(before) || before == ">"),
        _ => true,
    }
}

//! Completion: from progenitor's file to the files of a crate.

mod access;
mod builders;
mod calls;
mod client;
mod context;
mod defaults;
mod encoded;
mod example;
mod fields;
mod first_call;
mod follow;
mod form;
mod guide;
mod limits;
mod links;
mod map_field;
mod members;
mod mock;
mod oauth;
mod operations;
mod package;
mod pagination;
mod prelude;
mod prose;
mod provenance;
mod sample;
mod scalars;
mod servers;
mod setters;
mod shape;
mod statements;
mod timestamps;
mod transport;
mod types;
mod union;
mod webhooks;

use std::collections::BTreeMap;

use openapi_document::Document;
use proc_macro2::TokenStream;
use syn::{
    File, Item, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{Error, Settings, characters::visible, lower::Lowered};
use context::Context;

/// Files of a crate, by path relative to its folder, with `/` as separator.
pub type Files = BTreeMap<String, String>;

/// Makes a whole crate.
pub(crate) fn complete(
    document: &Document,
    lowered: &Lowered,
    generated: File,
    settings: &Settings,
) -> Result<Files, Error> {
    let context = Context::new(document, lowered, settings);
    let mut modules = modules(&context, generated, "crate")?;
    modules.insert("mock", print(items(mock::module(&context))?, "crate")?);
    let mut files = package::files(&context, &modules)?;
    for (name, text) in modules {
        files.insert(format!("src/{name}.rs"), text);
    }
    Ok(files)
}

/// Makes the module that calls every method for the sake of tests.
pub(crate) fn calls(
    document: &Document,
    lowered: &Lowered,
    settings: &Settings,
) -> Result<Files, Error> {
    let context = Context::new(document, lowered, settings);
    Ok(Files::from([(
        "mod.rs".to_owned(),
        calls::module(&context)?,
    )]))
}

/// Makes the modules of a crate as one module of another crate, whose path is `root`.
pub(crate) fn embed(
    document: &Document,
    lowered: &Lowered,
    generated: File,
    settings: &Settings,
    root: &str,
) -> Result<String, Error> {
    let context = Context::new(document, lowered, settings);
    let mut text = String::new();
    for (name, module) in modules(&context, generated, root)? {
        let module = module.lines().skip(1).collect::<Vec<_>>().join("\n");
        text.push_str(&format!("pub mod {name} {{\n{module}\n}}\n"));
    }
    let exports = package::exports(&context);
    let file: File = syn::parse_str(&format!("{exports}\n{text}"))
        .map_err(|error| Error::Shape(error.to_string()))?;
    // The paths of the modules were moved to `root` already.
    print_as_written(file.items, "crate")
}

/// The modules of the crate: name to source.
fn modules(
    context: &Context<'_>,
    generated: File,
    root: &str,
) -> Result<BTreeMap<&'static str, String>, Error> {
    let parts = shape::split(generated)?;
    let types = setters::add(context, types::complete(context, parts.types)?);
    let mut builders: Vec<Item> = vec![
        parse_quote!(
            #[allow(unused_imports)]
            use ::openapi_client_runtime::{ByteStream, CallOptions, Error, ResponseValue, encode_path};
        ),
        parse_quote!(
            #[allow(unused_imports)]
            use crate::types;
        ),
    ];
    let requests = builders::complete(context, parts.builders)?;
    let client = items(client::module(context, &requests)?)?;
    let requests = pagination::add_streams(context, &types, requests)?;
    let requests = follow::add_follows(context, &types, requests)?;
    builders.extend(provenance::gate_builders(context, requests));
    let operations = items(operations::module(context))?;
    let mut modules = BTreeMap::from([
        ("builder", print(builders, root)?),
        ("client", print(client, root)?),
        ("operations", print(operations, root)?),
        ("types", print_types(types, root)?),
    ]);
    if let Some(links) = links::module(context) {
        modules.insert("links", print(items(links)?, root)?);
    }
    if let Some(webhooks) = webhooks::module(context)? {
        modules.insert("webhooks", print(items(webhooks)?, root)?);
    }
    Ok(modules)
}

fn items(tokens: TokenStream) -> Result<Vec<Item>, Error> {
    let file: File = syn::parse2(tokens).map_err(|error| Error::Shape(error.to_string()))?;
    Ok(file.items)
}

/// Formats items as a module of the crate whose root is `root`.
fn print(mut items: Vec<Item>, root: &str) -> Result<String, Error> {
    prelude::shorten(&mut items, false);
    print_as_written(items, root)
}

/// As [`print`], for the module `types`.
fn print_types(mut items: Vec<Item>, root: &str) -> Result<String, Error> {
    prelude::shorten(&mut items, true);
    print_as_written(items, root)
}

fn print_as_written(mut items: Vec<Item>, root: &str) -> Result<String, Error> {
    for item in &mut items {
        Paths { root }.visit_item_mut(item);
    }
    let file = File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    };
    let text = prettyplease::unparse(&file);
    let text =
        progenitor_impl::space_out_items(text).map_err(|error| Error::Shape(error.to_string()))?;
    let text = visible(&text);
    Ok(format!("{}{text}", package::RUST_HEADER))
}

/// Names the runtime where progenitor names its own client, and moves `crate`
/// to where the modules will stand.
struct Paths<'a> {
    root: &'a str,
}

impl VisitMut for Paths<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let Some(first) = path.segments.first() else {
            return;
        };
        if first.ident == "progenitor_client" {
            let rest = path.segments.iter().skip(1);
            *path = parse_quote!(::openapi_client_runtime::#(#rest)::*);
        } else if first.ident == "reqwest" {
            // What is of reqwest is the runtime's affair.
            let rest: Vec<_> = path.segments.iter().skip(1).collect();
            *path = match rest.as_slice() {
                [header, ..] if header.ident == "header" => {
                    parse_quote!(::openapi_client_runtime::http::#(#rest)::*)
                }
                _ => parse_quote!(::openapi_client_runtime::#(#rest)::*),
            };
        } else if first.ident == "crate" && path.segments.len() > 1 {
            // The `crate` of `pub(crate)` stays: it is no place to look something up.
            self.move_root(path);
        }
    }

    fn visit_item_use_mut(&mut self, item: &mut syn::ItemUse) {
        if let syn::UseTree::Path(tree) = &mut item.tree
            && tree.ident == "crate"
            && self.root != "crate"
        {
            let rest = &tree.tree;
            if let Ok(root) = self.root.parse::<TokenStream>() {
                item.tree = parse_quote!(#root::#rest);
            }
        }
    }

    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        self.visit_path_mut(&mut macro_.path);
        statements::visit_arguments(self, macro_);
    }

    /// `schemars(with = "crate::types::Pet")` names a type in a text.
    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if let syn::Meta::List(list) = &mut attribute.meta
            && self.root != "crate"
        {
            let moved = list
                .tokens
                .to_string()
                .replace("crate::", &format!("{}::", self.root));
            if let Ok(tokens) = moved.parse() {
                list.tokens = tokens;
            }
        }
    }
}

impl Paths<'_> {
    fn move_root(&self, path: &mut syn::Path) {
        if self.root == "crate" {
            return;
        }
        if let Ok(root) = syn::parse_str::<syn::Path>(self.root) {
            let root = root.segments.iter();
            let rest = path.segments.iter().skip(1);
            *path = parse_quote!(#(#root)::* :: #(#rest)::*);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proc_macro2::{Delimiter, Spacing, TokenTree};
    use quote::quote;

    use super::*;

    /// A mini document with what progenitor makes of it, as text.
    fn generated(name: &str) -> (Document, Lowered, String) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lowering");
        let document = Document::open(&folder.join(format!("{name}.yaml"))).unwrap();
        let lowered = crate::lower::lower(document.root()).unwrap();
        let file = crate::generate::generate(&lowered).unwrap();
        (document, lowered, quote!(#file).to_string())
    }

    fn completed(document: &Document, lowered: &Lowered, text: &str) -> Result<Files, Error> {
        let file: File = syn::parse_str(text).unwrap();
        complete(document, lowered, file, &Settings::new("spaces-client"))
    }

    /// Each token on a line of its own, but for those that belong together.
    fn one_a_line(tokens: TokenStream) -> String {
        let mut text = String::new();
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    text.push_str(&format!("{open}\n{}{close}\n", one_a_line(group.stream())));
                }
                TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint => {
                    text.push(punct.as_char());
                }
                other => text.push_str(&format!("{other}\n")),
            }
        }
        text
    }

    #[test]
    fn spaces_of_the_generator_change_nothing() {
        for name in [
            "carry_cookies_in_headers",
            "formats",
            "header_parameters",
            "keep_null_apart",
            "split_multipart_bodies",
            "style_query_parameters",
        ] {
            let (document, lowered, text) = generated(name);
            let plain = completed(&document, &lowered, &text).unwrap();
            let tokens = text.parse().unwrap();
            let spaced = completed(&document, &lowered, &one_a_line(tokens)).unwrap();
            assert_eq!(spaced, plain, "{name}");
        }
    }

    #[test]
    fn what_the_generator_writes_otherwise_is_refused() {
        let (document, lowered, text) = generated("header_parameters");
        assert!(completed(&document, &lowered, &text).is_ok());
        for (known, other) in [
            ("\"api-version\"", "\"api-edition\""),
            ("OperationInfo {", "Operation {"),
            (". pre (", ". before ("),
            (". exec (", ". run ("),
            ("with_capacity", "with_room"),
            ("as_u16", "as_u32"),
            ("baseurl", "address"),
            ("conversion to `", "making a `"),
            (". headers (", ". all_headers ("),
            (
                "was not initialized\" . to_string ()",
                "was not initialized\"",
            ),
        ] {
            assert!(text.contains(known), "{known} is not there");
            // Whatever is parsed may have lost its meaning, but must not pass.
            let changed = text.replace(known, other);
            let result = completed(&document, &lowered, &changed);
            assert!(
                matches!(result, Err(Error::Shape(_))),
                "{known} is not missed"
            );
        }
    }
}

//! Who imports whom inside of a crate, read from its source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, ItemUse, UseTree};

use crate::rust_source::{self, Module, is_test};

/// What one module takes from another one of the same crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module that imports, such as `call.core`; `lib` for the root.
    pub from: String,
    /// The module that has what is imported, whatever re-exports stand between.
    pub to: String,
    /// The file of `from`.
    pub file: PathBuf,
    /// The line of the import, counted from 1.
    pub line: usize,
    /// The import as it was written, in one piece.
    pub path: String,
}

/// The modules of a crate, and their imports of each other; tests inside of them are left out.
#[derive(Debug)]
pub struct Graph {
    /// All modules, such as `call.core`.
    pub modules: BTreeSet<String>,
    /// What they import of each other.
    pub imports: Vec<Import>,
}

impl Graph {
    /// Reads the crate in a folder.
    ///
    /// # Errors
    ///
    /// When a source file is missing or is not Rust.
    pub fn of(crate_folder: &Path) -> Result<Self, String> {
        let modules = rust_source::all_modules(crate_folder)?;
        let names = Names::of(&modules);
        let mut imports = Vec::new();
        for module in &modules {
            let text = std::fs::read_to_string(&module.file)
                .map_err(|error| format!("cannot read {}: {error}", module.file.display()))?;
            for path in paths_in(&module.items) {
                let Some(to) = names.owner(&module.path, &path.segments) else {
                    continue;
                };
                if to != module.path {
                    imports.push(Import {
                        from: module.path.clone(),
                        to,
                        file: module.file.clone(),
                        line: line_of(&text, &path),
                        path: path.segments.join("::"),
                    });
                }
            }
        }
        Ok(Self {
            modules: modules.into_iter().map(|module| module.path).collect(),
            imports,
        })
    }

    /// The modules that lead back to themselves, group by group. What a module and one inside of it
    /// take from each other is no circle: they are one thing in two files.
    #[must_use]
    pub fn circles(&self) -> Vec<BTreeSet<String>> {
        let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for import in &self.imports {
            if !is_inside(&import.from, &import.to) && !is_inside(&import.to, &import.from) {
                targets.entry(&import.from).or_default().insert(&import.to);
            }
        }
        let reach = |start: &str| {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut open = vec![start];
            while let Some(module) = open.pop() {
                for next in targets.get(module).into_iter().flatten() {
                    if reached.insert(next) {
                        open.push(next);
                    }
                }
            }
            reached
        };
        let reached: BTreeMap<&str, BTreeSet<&str>> = targets
            .keys()
            .map(|module| (*module, reach(module)))
            .collect();
        let circle_of = |module: &str| -> BTreeSet<String> {
            let leads_back =
                |other: &&&str| reached.get(**other).is_some_and(|set| set.contains(module));
            let own = reached[module].iter().filter(leads_back);
            own.map(|other| (*other).to_owned()).collect()
        };
        let circles: BTreeSet<BTreeSet<String>> = reached
            .iter()
            .filter(|(module, set)| set.contains(*module))
            .map(|(module, _)| circle_of(module))
            .collect();
        circles.into_iter().collect()
    }
}

/// Whether a module stands inside of another one.
fn is_inside(inner: &str, outer: &str) -> bool {
    outer == "lib"
        || inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// Layers from the lowest to the highest; each lists modules, which stand for what is inside of them
/// too, unless that is listed itself.
pub type Layers<'a> = &'a [&'a [&'a str]];

/// The layer of a module, counted from 0.
#[must_use]
pub fn layer_of(layers: Layers<'_>, module: &str) -> Option<usize> {
    let covers = |name: &str| name == module || (name != "lib" && is_inside(module, name));
    let listed = layers.iter().enumerate();
    let listed = listed.flat_map(|(layer, names)| names.iter().map(move |name| (layer, *name)));
    let fitting = listed.filter(|(_, name)| covers(name));
    fitting
        .max_by_key(|(_, name)| name.len())
        .map(|(layer, _)| layer)
}

/// A path that begins at the crate or at the module it stands in.
struct Written {
    segments: Vec<String>,
    /// Whether it stands in a `use`.
    is_use: bool,
}

/// All paths in the items of a module, but for those of its tests and of modules inside of it.
fn paths_in(items: &[Item]) -> Vec<Written> {
    let mut paths = Vec::new();
    for item in items {
        match item {
            Item::Mod(_) => {}
            Item::Use(item) if is_test(&item.attrs) => {}
            Item::Use(item) => paths.extend(leaves(item).into_iter().map(|leaf| Written {
                segments: leaf.path,
                is_use: true,
            })),
            other => {
                let mut found = Vec::new();
                in_tokens(other.to_token_stream(), &mut found);
                paths.extend(found.into_iter().map(|segments| Written {
                    segments,
                    is_use: false,
                }));
            }
        }
    }
    paths
}

/// One name that a `use` brings in.
struct Leaf {
    path: Vec<String>,
    /// What it goes by from then on.
    name: String,
}

/// Each name of a `use`, with its whole path.
fn leaves(item: &ItemUse) -> Vec<Leaf> {
    fn walk(tree: &UseTree, prefix: &[String], found: &mut Vec<Leaf>) {
        let mut leaf = |own: &syn::Ident, name: &syn::Ident| {
            let own = Some(own.to_string()).filter(|own| own != "self");
            let path = [prefix, own.as_slice()].concat();
            let name = match (name.to_string().as_str(), path.last()) {
                ("self", Some(last)) => last.clone(),
                (name, _) => name.to_owned(),
            };
            found.push(Leaf { path, name });
        };
        match tree {
            UseTree::Path(path) => {
                let prefix = [prefix, &[path.ident.to_string()]].concat();
                walk(&path.tree, &prefix, found);
            }
            UseTree::Name(name) => leaf(&name.ident, &name.ident),
            UseTree::Rename(rename) => leaf(&rename.ident, &rename.rename),
            UseTree::Glob(_) => found.push(Leaf {
                path: prefix.to_vec(),
                name: "*".to_owned(),
            }),
            UseTree::Group(group) => {
                for tree in &group.items {
                    walk(tree, prefix, found);
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(&item.tree, &[], &mut found);
    found
}

/// Paths that begin with `crate` or `super`, also inside of macros; `$crate` is another crate's word.
fn in_tokens(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon = |index: usize| matches!(trees.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut index = 0;
    while index < trees.len() {
        match &trees[index] {
            TokenTree::Group(group) => in_tokens(group.stream(), found),
            TokenTree::Ident(ident) if *ident == "crate" || *ident == "super" => {
                let is_dollar = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '$');
                let is_foreign = index > 0 && is_dollar(&trees[index - 1]);
                let mut segments = vec![ident.to_string()];
                while is_colon(index + 1) && is_colon(index + 2) {
                    let Some(TokenTree::Ident(next)) = trees.get(index + 3) else {
                        break;
                    };
                    segments.push(next.to_string());
                    index += 3;
                }
                if !is_foreign && segments.len() > 1 {
                    found.push(segments);
                }
            }
            _ => {}
        }
        index += 1;
    }
}

/// The modules of a crate, and what they hand on from each other.
struct Names {
    modules: BTreeSet<String>,
    /// Module and name, and the path that stands for it there.
    handed_on: BTreeMap<(String, String), Vec<String>>,
}

impl Names {
    fn of(modules: &[Module]) -> Self {
        let mut handed_on = BTreeMap::new();
        for module in modules {
            for item in &module.items {
                let Item::Use(item) = item else { continue };
                for leaf in leaves(item) {
                    handed_on.insert((module.path.clone(), leaf.name), leaf.path);
                }
            }
        }
        Self {
            modules: modules.iter().map(|module| module.path.clone()).collect(),
            handed_on,
        }
    }

    /// The module that has what a path in `module` names; `None` for a path out of the crate.
    fn owner(&self, module: &str, path: &[String]) -> Option<String> {
        self.owner_within(module, path, 8)
    }

    fn owner_within(&self, module: &str, path: &[String], depth: usize) -> Option<String> {
        let mut rest = path;
        let mut here = match path.first()?.as_str() {
            "crate" => "lib".to_owned(),
            "super" => parent(module),
            "self" => module.to_owned(),
            name => {
                rest = &path[1..];
                Some(child(module, name)).filter(|child| self.modules.contains(child))?
            }
        };
        if matches!(path[0].as_str(), "crate" | "super" | "self") {
            rest = &path[1..];
        }
        while let Some(name) = rest.first() {
            if name == "super" {
                here = parent(&here);
            } else if self.modules.contains(&child(&here, name)) {
                here = child(&here, name);
            } else {
                let handed = self.handed_on.get(&(here.clone(), name.clone()));
                let further = handed.filter(|_| depth > 0);
                let further = further.and_then(|path| self.owner_within(&here, path, depth - 1));
                return Some(further.unwrap_or(here));
            }
            rest = &rest[1..];
        }
        Some(here)
    }
}

fn child(module: &str, name: &str) -> String {
    match module {
        "lib" => name.to_owned(),
        module => format!("{module}.{name}"),
    }
}

fn parent(module: &str) -> String {
    match module.rsplit_once('.') {
        Some((parent, _)) => parent.to_owned(),
        None => "lib".to_owned(),
    }
}

/// The line in which a path ends.
fn line_of(text: &str, path: &Written) -> usize {
    let line_at = |offset: usize| text[..offset].matches('\n').count() + 1;
    if !path.is_use {
        let written = path.segments.join("::");
        return text.find(&written).map_or(1, line_at);
    }
    let wanted = path.segments.last().map_or("", String::as_str);
    for (start, _) in text.match_indices("use ") {
        let Some(length) = text[start..].find(';') else {
            continue;
        };
        let statement = &text[start..=start + length];
        let Ok(item) = syn::parse_str::<ItemUse>(statement) else {
            continue;
        };
        if leaves(&item).iter().any(|leaf| leaf.path == path.segments) {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let ends = |offset: usize| !statement[offset + wanted.len()..].starts_with(is_word);
            let place = statement
                .rmatch_indices(wanted)
                .map(|(offset, _)| offset)
                .find(|offset| ends(*offset) && !statement[..*offset].ends_with(is_word));
            return line_at(start + place.unwrap_or(0));
        }
    }
    1
}

//! The modules of a crate, read from its source.

use std::{
    fs,
    path::{Path, PathBuf},
};

use quote::ToTokens;
use syn::{Attribute, Item};

/// A module, without those inside of it.
pub struct Module {
    /// Its path, such as `oauth.tokens`; `lib` for the root.
    pub path: String,
    /// What stands in it.
    pub items: Vec<Item>,
}

/// The modules of the crate in a folder, but for those that users never see.
///
/// Private modules are among them: what is public in them is there to be re-exported.
///
/// # Errors
///
/// When a source file is missing or is not Rust.
pub fn modules(crate_folder: &Path) -> Result<Vec<Module>, String> {
    let source = crate_folder.join("src");
    let root = parse(&source.join("lib.rs"))?;
    let mut modules = Vec::new();
    collect(&source, "lib", root, &mut modules)?;
    Ok(modules)
}

fn collect(
    folder: &Path,
    path: &str,
    items: Vec<Item>,
    modules: &mut Vec<Module>,
) -> Result<(), String> {
    for item in &items {
        let Item::Mod(module) = item else { continue };
        if is_hidden(&module.attrs) {
            continue;
        }
        let name = module.ident.to_string();
        let path = match path {
            "lib" => name.clone(),
            parent => format!("{parent}.{name}"),
        };
        let items = match &module.content {
            Some((_, items)) => items.clone(),
            None => parse(&file_of(folder, &name))?,
        };
        collect(&folder.join(&name), &path, items, modules)?;
    }
    modules.push(Module {
        path: path.to_owned(),
        items,
    });
    Ok(())
}

fn parse(path: &Path) -> Result<Vec<Item>, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let file = syn::parse_file(&text)
        .map_err(|error| format!("{} is not Rust: {error}", path.display()))?;
    Ok(file.items)
}

fn file_of(folder: &Path, module: &str) -> PathBuf {
    let file = folder.join(format!("{module}.rs"));
    if file.exists() {
        file
    } else {
        folder.join(module).join("mod.rs")
    }
}

/// Hidden from users, or there for the crate's own tests.
#[must_use]
pub fn is_hidden(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string();
        matches!(text.replace(' ', "").as_str(), "doc(hidden)" | "cfg(test)")
    })
}

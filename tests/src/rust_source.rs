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
    /// The file that it stands in.
    pub file: PathBuf,
    /// What stands in it.
    pub items: Vec<Item>,
}

/// The modules of the crate in a folder, but for its tests; what users do not see is among them.
///
/// # Errors
///
/// When a source file is missing or is not Rust.
pub fn all_modules(crate_folder: &Path) -> Result<Vec<Module>, String> {
    collected(crate_folder, is_test)
}

/// The modules of the crate in a folder, but for those that users never see.
///
/// Private modules are among them: what is public in them is there to be re-exported.
///
/// # Errors
///
/// When a source file is missing or is not Rust.
pub fn modules(crate_folder: &Path) -> Result<Vec<Module>, String> {
    collected(crate_folder, is_hidden)
}

fn collected(folder: &Path, left_out: fn(&[Attribute]) -> bool) -> Result<Vec<Module>, String> {
    let source = folder.join("src");
    let root = [source.join("lib.rs"), source.join("main.rs")];
    let root = root.iter().find(|file| file.exists()).unwrap_or(&root[0]);
    let mut modules = Vec::new();
    let place = Place {
        folder: source.clone(),
        file: root.clone(),
        path: "lib".to_owned(),
    };
    collect(place, parse(root)?, left_out, &mut modules)?;
    Ok(modules)
}

/// Where a module stands, and where those inside of it do.
struct Place {
    folder: PathBuf,
    file: PathBuf,
    path: String,
}

fn collect(
    place: Place,
    items: Vec<Item>,
    left_out: fn(&[Attribute]) -> bool,
    modules: &mut Vec<Module>,
) -> Result<(), String> {
    for item in &items {
        let Item::Mod(module) = item else { continue };
        if left_out(&module.attrs) {
            continue;
        }
        let name = module.ident.to_string();
        let path = match place.path.as_str() {
            "lib" => name.clone(),
            parent => format!("{parent}.{name}"),
        };
        let (file, items) = if let Some((_, items)) = &module.content {
            (place.file.clone(), items.clone())
        } else {
            let file = file_of(&place.folder, &name);
            let items = parse(&file)?;
            (file, items)
        };
        let folder = place.folder.join(&name);
        collect(Place { folder, file, path }, items, left_out, modules)?;
    }
    modules.push(Module {
        path: place.path,
        file: place.file,
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

/// There for the crate's own tests alone.
#[must_use]
pub fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attribute| {
        let text = attribute
            .meta
            .to_token_stream()
            .to_string()
            .replace(' ', "");
        text == "cfg(test)" || text.starts_with("cfg(all(test,")
    })
}

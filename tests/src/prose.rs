//! Documentation for people: the files that it links to and the commands that it shows exist.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use quote::ToTokens;
use serde_json::Value;

use crate::{
    document::text,
    packages::{self, cargo_metadata},
};

/// Every Markdown file of the workspace at `root` names files and commands that exist.
///
/// # Errors
///
/// What does not, with file and line.
pub fn check(root: &Path) -> Result<(), String> {
    let commands = Commands::read(root)?;
    let mut complaints = Vec::new();
    for path in documents(root) {
        let prose = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let shown = path.strip_prefix(root).unwrap_or(&path).display();
        for (number, line) in prose.lines().enumerate() {
            let faults = links(line)
                .filter_map(|link| dead(&path, link))
                .chain(commands.faults(line));
            complaints.extend(faults.map(|fault| format!("{shown}:{}: {fault}", number + 1)));
        }
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the documentation names what is not there:\n  {}\nmend the documentation (for generated READMEs the generator, then `cargo xtask codegen`)",
            complaints.join("\n  ")
        ))
    }
}

/// Markdown that belongs to the workspace.
fn documents(root: &Path) -> Vec<PathBuf> {
    const OTHERS: [&str; 3] = ["target", "node_modules", "snapshots"];
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path.is_dir() && !name.starts_with('.') && !OTHERS.contains(&&*name) {
                folders.push(path);
            } else if path.extension() == Some("md".as_ref()) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Targets of Markdown links within the repository.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split(')').next()?.split('#').next()?;
        let is_elsewhere = target.contains("://") || target.contains("::") || target.is_empty();
        // `](Self::send)` and the like are links of rustdoc.
        (!is_elsewhere && target.contains(['.', '/'])).then_some(target)
    })
}

fn dead(document: &Path, link: &str) -> Option<String> {
    let folder = document.parent().unwrap_or(Path::new(""));
    (!folder.join(link).exists()).then(|| format!("the link `{link}` leads nowhere"))
}

/// What can be typed after `cargo`.
struct Commands {
    /// Commands of `cargo xtask`, and their options.
    xtask: BTreeSet<String>,
    options: BTreeSet<String>,
    packages: BTreeSet<String>,
    /// Names of tests and examples.
    targets: BTreeSet<String>,
}

impl Commands {
    fn read(root: &Path) -> Result<Self, String> {
        let metadata = cargo_metadata(root)?;
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let (mut names, mut targets) = (BTreeSet::new(), BTreeSet::new());
        for package in packages {
            names.insert(text(package, "name").to_owned());
            let own = package["targets"].as_array().into_iter().flatten();
            targets.extend(own.map(|target: &Value| text(target, "name").to_owned()));
        }
        let (mut xtask, mut options) = (BTreeSet::new(), BTreeSet::new());
        for item in arguments(root)? {
            match &item {
                syn::Item::Enum(item) if item.ident == "Command" => {
                    let variants = item.variants.iter();
                    xtask.extend(variants.map(|v| v.ident.to_string().to_lowercase()));
                }
                syn::Item::Struct(item) => options.extend(item.fields.iter().flat_map(longs)),
                _ => {}
            }
        }
        Ok(Self {
            xtask,
            options,
            packages: names,
            targets,
        })
    }

    fn faults(&self, line: &str) -> Vec<String> {
        let mut faults = Vec::new();
        for command in line.split("cargo ").skip(1) {
            let words: Vec<&str> = command
                .split(['`', '#', '|'])
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            faults.extend(self.command_faults(&words));
        }
        faults
    }

    fn command_faults(&self, words: &[&str]) -> Vec<String> {
        // Words in capitals stand for what the reader puts there.
        let is_given = |word: &str| word.chars().any(|c| c.is_ascii_lowercase());
        let known = |set: &BTreeSet<String>, word: &str| set.contains(word) || !is_given(word);
        let mut faults = Vec::new();
        if let ["xtask", command, options @ ..] = words {
            if !known(&self.xtask, command) {
                faults.push(format!("there is no `cargo xtask {command}`"));
            }
            for option in options.iter().filter_map(|word| word.strip_prefix("--")) {
                if !known(&self.options, option) {
                    faults.push(format!(
                        "`cargo xtask {command}` has no option `--{option}`"
                    ));
                }
            }
            return faults;
        }
        for pair in words.windows(2) {
            let (set, what) = match pair[0] {
                "-p" | "--package" => (&self.packages, "package"),
                "--test" | "--example" => (&self.targets, "test or example"),
                _ => continue,
            };
            if !known(set, pair[1]) {
                faults.push(format!("the workspace has no {what} `{}`", pair[1]));
            }
        }
        faults
    }
}

/// The source of the arguments of `cargo xtask`, and of options that others lend it.
fn arguments(root: &Path) -> Result<Vec<syn::Item>, String> {
    let own = root.join("xtask/src/arguments.rs");
    let lent = root.join("crates/openapi-mock/src/cli/mod.rs");
    let mut items = Vec::new();
    for path in std::iter::once(&own).chain(lent.exists().then_some(&lent)) {
        let source = fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let source = syn::parse_file(&source).map_err(|error| error.to_string())?;
        items.extend(source.items);
    }
    Ok(items)
}

/// The long names of an option of clap: its field's, or the one it is given.
fn longs(field: &syn::Field) -> Vec<String> {
    let attributes = field.attrs.iter().map(|a| a.to_token_stream().to_string());
    let text: String = attributes.filter(|text| text.contains("long")).collect();
    let given = text
        .split("long = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let own = field.ident.as_ref().map(ToString::to_string);
    match (given, own) {
        (Some(given), _) => vec![given.to_owned()],
        (None, Some(own)) if !text.is_empty() => vec![own.replace('_', "-")],
        _ => Vec::new(),
    }
}

/// All examples of published packages are compiled by `cargo test`, so they only have to be there.
///
/// # Errors
///
/// A published package without a compiled example in its README or folder of examples.
pub fn examples(root: &Path) -> Result<(), String> {
    for package in packages::published(root)? {
        let readme = fs::read_to_string(package.folder.join("README.md")).unwrap_or_default();
        let source = fs::read_to_string(package.folder.join("src/lib.rs")).unwrap_or_default();
        let compiled = source.contains("include_str!(\"../README.md\")");
        if !compiled || !readme.contains("```rust") {
            return Err(format!(
                "{}: its README shows no example that `cargo test` compiles",
                package.name
            ));
        }
    }
    Ok(())
}

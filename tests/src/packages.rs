//! What is published: packages that a stranger finds, understands and can build.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::document::{strings, text};

/// A package that is published.
#[derive(Debug, Clone)]
pub struct Package {
    /// The name.
    pub name: String,
    /// The folder of its manifest.
    pub folder: PathBuf,
    /// What `cargo metadata` says of it.
    pub metadata: Value,
}

/// The packages of the workspace at `root` that are not kept from publishing.
///
/// # Errors
///
/// What cargo complains of.
pub fn published(root: &Path) -> Result<Vec<Package>, String> {
    let metadata = cargo_metadata(root)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let published = packages.filter(|package| package["publish"].is_null());
    Ok(published
        .map(|package| Package {
            name: text(package, "name").to_owned(),
            folder: Path::new(text(package, "manifest_path"))
                .parent()
                .unwrap_or(root)
                .to_owned(),
            metadata: package.clone(),
        })
        .collect())
}

/// What cargo says of the workspace at `root`.
///
/// # Errors
///
/// What cargo complains of.
pub fn cargo_metadata(root: &Path) -> Result<Value, String> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version=1"];
    let output = cargo(root, &arguments)?;
    serde_json::from_str(&output).map_err(|error| error.to_string())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|error| error.to_string());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "`cargo {}` fails:\n{complaint}",
        arguments.join(" ")
    ))
}

/// The files that `cargo package` would put into a package.
///
/// # Errors
///
/// What cargo complains of.
pub fn files(root: &Path, package: &Package) -> Result<Vec<String>, String> {
    let arguments = [
        "package",
        "--list",
        "--allow-dirty",
        "--offline",
        "-p",
        &package.name,
    ];
    let output = cargo(root, &arguments)?;
    Ok(output.lines().map(|line| line.replace('\\', "/")).collect())
}

/// What the package registry demands, and what its readers expect.
pub fn faults(package: &Package) -> Vec<String> {
    let metadata = &package.metadata;
    let mut faults = Vec::new();
    for key in ["description", "license", "readme", "rust_version"] {
        if text(metadata, key).trim().is_empty() {
            faults.push(format!("`{key}` is missing"));
        }
    }
    let description = text(metadata, "description");
    if description.contains('\n') || description.ends_with('.') || description.len() > 120 {
        faults.push(
            "`description` should be one line of at most 120 characters without a full stop"
                .to_owned(),
        );
    }
    let keywords = strings(&metadata["keywords"]);
    if keywords.is_empty() || keywords.len() > 5 {
        faults.push(format!(
            "there are {} keywords instead of 1 to 5",
            keywords.len()
        ));
    }
    for keyword in keywords {
        let starts = keyword.starts_with(|c: char| c.is_ascii_alphanumeric());
        let fits = keyword
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c));
        if keyword.len() > 20 || !starts || !fits {
            faults.push(format!("the keyword `{keyword}` would be refused: at most 20 ASCII letters, digits, `-`, `_` and `+`"));
        }
    }
    let categories = strings(&metadata["categories"]).len();
    if categories == 0 || categories > 5 {
        faults.push(format!(
            "there are {categories} categories instead of 1 to 5"
        ));
    }
    faults.extend(dependency_faults(metadata));
    faults
}

/// A package from the registry finds its dependencies by version, never by folder.
fn dependency_faults(metadata: &Value) -> Vec<String> {
    let dependencies = metadata["dependencies"].as_array().into_iter().flatten();
    dependencies
        .filter(|dependency| dependency["kind"] != "dev" && text(dependency, "req") == "*")
        .map(|dependency| {
            let name = text(dependency, "name");
            format!("the dependency `{name}` has no version, so the package cannot be published")
        })
        .collect()
}

/// Every published package of the workspace is complete.
///
/// # Errors
///
/// What is missing, package by package.
pub fn check(root: &Path) -> Result<(), String> {
    let mut complaints = Vec::new();
    for package in published(root)? {
        let mut faults = faults(&package);
        let files = files(root, &package)?;
        for wanted in ["Cargo.toml", "README.md", "src/lib.rs"] {
            if !files.iter().any(|file| file == wanted) {
                faults.push(format!("`{wanted}` is not in the package"));
            }
        }
        faults.extend(included(&package, &files));
        let complaint = |fault: &String| format!("{}: {fault}", package.name);
        complaints.extend(faults.iter().map(complaint));
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(format!(
        "packages are not fit to be published:\n  {}\nmend their Cargo.toml (for generated crates: codegen.toml, then `cargo xtask codegen`)",
        complaints.join("\n  ")
    ))
}

/// Files that the source includes and the package lacks.
fn included(package: &Package, files: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| {
        file.starts_with("src/") && Path::new(file).extension() == Some("rs".as_ref())
    }) {
        let source = std::fs::read_to_string(package.folder.join(file)).unwrap_or_default();
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        for rest in source.split("include_str!(\"").skip(1) {
            let Some((path, _)) = rest.split_once("\")") else {
                continue;
            };
            let mut target = folder.to_owned();
            for part in path.split('/') {
                match part {
                    ".." => {
                        target.pop();
                    }
                    "." => {}
                    name => target.push(name),
                }
            }
            let target = target.to_string_lossy().replace('\\', "/");
            if !files.contains(&target) {
                faults.push(format!(
                    "{file} includes `{target}`, which is not in the package"
                ));
            }
        }
    }
    faults
}

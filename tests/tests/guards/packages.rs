//! Packages: what is published is complete. `tests/packages.sh` compiles it as well.

use std::{collections::BTreeSet, path::Path};

use guards::{packages, workspace};
use serde_json::json;

#[test]
fn published_packages_are_complete() {
    if let Err(complaint) = packages::check(&workspace::root()) {
        panic!("{complaint}");
    }
}

#[test]
fn every_generated_client_is_published_with_what_it_stands_on() {
    let root = workspace::root();
    let published = packages::published(&root).unwrap();
    let stood_on = ["openapi-client-runtime", "openapi-document", "openapi-mock"];
    let mut expected = stood_on.map(str::to_owned).to_vec();
    let apis = workspace::all_apis(&root).unwrap();
    expected.extend(apis.into_iter().map(|api| api.settings.crate_name));
    for name in expected {
        assert!(
            published.iter().any(|package| package.name == name),
            "{name} is kept from publishing by `publish` in its Cargo.toml"
        );
    }
}

/// The launcher of `cargo xtask` is a workspace of its own, so that it works without `generated/`.
#[test]
fn the_launcher_builds_what_the_workspace_builds() {
    let root = workspace::root();
    let known = locked(&root.join("Cargo.lock"));
    let launcher = locked(&root.join("xtask/launcher/Cargo.lock"));
    let others: Vec<&String> = launcher
        .difference(&known)
        .filter(|package| !package.starts_with("xtask-launcher "))
        .collect();
    assert!(
        others.is_empty(),
        "xtask/launcher/Cargo.lock has packages that Cargo.lock has not: {others:?}; run \
         `cp Cargo.lock xtask/launcher/ && cargo metadata --format-version=1 --manifest-path \
         xtask/launcher/Cargo.toml > /dev/null` and commit what it writes"
    );
}

/// Name and version of each package of a lock file.
fn locked(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lock: toml::Value = toml::from_str(&text).unwrap();
    let packages = lock["package"].as_array().unwrap();
    packages
        .iter()
        .map(|package| format!("{} {}", package["name"], package["version"]).replace('"', ""))
        .collect()
}

/// Faults are found: each of them in a package that is complete otherwise.
#[test]
fn faults_are_found() {
    let root = workspace::root();
    let published = packages::published(&root).unwrap();
    let complete = published.first().unwrap();
    assert_eq!(packages::faults(complete), [] as [String; 0]);
    for (key, value, complaint) in [
        ("license", json!(null), "`license` is missing"),
        ("description", json!("Ends badly."), "without a full stop"),
        ("keywords", json!([]), "0 keywords"),
        (
            "keywords",
            json!(["a", "b", "c", "d", "e", "f"]),
            "6 keywords",
        ),
        (
            "keywords",
            json!(["much-too-long-to-be-one"]),
            "would be refused",
        ),
        ("categories", json!([]), "0 categories"),
        (
            "dependencies",
            json!([{ "name": "x", "req": "*", "kind": null }]),
            "`x` has no version",
        ),
    ] {
        let mut package = complete.clone();
        package.metadata[key] = value;
        let faults = packages::faults(&package);
        assert!(
            faults.iter().any(|fault| fault.contains(complaint)),
            "{faults:?}"
        );
    }
}

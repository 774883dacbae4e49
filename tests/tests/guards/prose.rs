//! Prose: the files and commands that the documentation names exist.

use guards::{prose, workspace};

#[test]
fn links_and_commands_exist() {
    if let Err(complaint) = prose::check(&workspace::root()) {
        panic!("{complaint}");
    }
}

#[test]
fn published_readmes_show_compiled_examples() {
    if let Err(complaint) = prose::examples(&workspace::root()) {
        panic!("{complaint}");
    }
}

#[test]
fn dead_links_and_commands_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "Cargo.toml",
        "[workspace]\n[package]\nname = \"pets\"\nversion = \"1.0.0\"\n",
    );
    write("src/lib.rs", "");
    write(
        "xtask/src/arguments.rs",
        "enum Command { Lint(Lint) } struct Lint { #[arg(long = \"api\")] apis: Vec<String>, #[arg(long)] dry_run: bool }",
    );
    write(
        "README.md",
        "[here](src/lib.rs) [gone](src/gone.rs#x) [out](https://example.com/x.rs) [doc](crate::X)\n\
         `cargo xtask lint --api NAME --dry-run` then `cargo xtask lint --loudly` or `cargo xtask polish`\n\
         `cargo test -p pets`, `cargo test -p cats --test NAME`, `cargo run --example first`\n",
    );
    let complaint = prose::check(folder.path()).unwrap_err();
    let found: Vec<&str> = complaint
        .lines()
        .filter_map(|line| line.trim().strip_prefix("README.md:"))
        .collect();
    assert_eq!(
        found,
        [
            "1: the link `src/gone.rs` leads nowhere",
            "2: `cargo xtask lint` has no option `--loudly`",
            "2: there is no `cargo xtask polish`",
            "3: the workspace has no package `cats`",
            "3: the workspace has no test or example `first`",
        ]
    );
}

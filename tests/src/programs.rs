//! The Rust programs in READMEs and guides. `build.rs` takes them out of the texts of the clients, so
//! that the binary `programs` runs each of them as it stands; the guard of that name calls it, and
//! sees to it that no other text has a program that nothing runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A program in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The file, below the root of the workspace.
    pub file: String,
    /// Which of the file's programs it is, from 1.
    pub number: usize,
    /// The line on which it begins.
    pub line: usize,
    /// What rustdoc is told of it, such as `no_run`.
    pub attributes: Vec<String>,
    /// The code, with the lines that rustdoc hides.
    pub code: String,
}

impl Program {
    /// What the program is called, such as `README.md#1`.
    pub fn name(&self) -> String {
        format!("{}#{}", self.file, self.number)
    }

    /// The functions that stand in no other item.
    pub fn functions(&self) -> Vec<Function> {
        let mut lines = self.code.lines();
        let mut found = Vec::new();
        while let Some(line) = lines.next() {
            let start = line.strip_prefix("pub ").unwrap_or(line);
            let is_async = start.starts_with("async fn ");
            let Some(rest) = start.trim_start_matches("async ").strip_prefix("fn ") else {
                continue;
            };
            let mut signature = rest.to_owned();
            while !signature.contains('{') {
                let Some(more) = lines.next() else { break };
                signature.push_str(more.trim());
            }
            let name = signature.split(['(', '<']).next().unwrap_or_default();
            let parameters = signature.split_once('(').map_or("", |(_, rest)| rest);
            let parameters = parameters.split(')').next().unwrap_or_default();
            let parameters = parameters.trim().trim_end_matches(',');
            found.push(Function {
                name: name.to_owned(),
                parameters: parameters.to_owned(),
                is_async,
            });
        }
        found
    }

    /// The functions that nothing in the program calls.
    pub fn uncalled(&self) -> Vec<String> {
        let functions = self.functions().into_iter().map(|function| function.name);
        functions
            .filter(|name| name != "main")
            .filter(|name| {
                let calls = self.code.matches(&format!("{name}(")).count();
                let definitions = self.code.matches(&format!("fn {name}(")).count();
                calls <= definitions
            })
            .collect()
    }
}

/// A function of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters, as they stand.
    pub parameters: String,
    /// Whether it is asynchronous.
    pub is_async: bool,
}

/// The texts that tell users of the clients how to use them, and the page of the runtime whose program
/// takes what a client gives.
pub fn texts_of_clients(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![
        root.join("README.md"),
        root.join("crates/openapi-client-runtime/docs/pagination.md"),
    ];
    for client in entries(&root.join("generated")) {
        found.push(client.join("README.md"));
        found.extend(markdown(&client.join("docs")));
    }
    found.retain(|path| path.is_file());
    found
}

/// All other texts of the workspace that programs may stand in. The pages in `openapi/` are those
/// that become part of a client.
pub fn other_texts(root: &Path) -> Vec<PathBuf> {
    let mut found = markdown(root);
    found.extend(markdown(&root.join("docs")));
    found.extend(markdown(&root.join("tests/foreign")));
    for package in entries(&root.join("crates")) {
        found.extend(markdown(&package));
        found.extend(markdown(&package.join("docs")));
        found.extend(markdown(&package.join("src")));
    }
    let clients = texts_of_clients(root);
    found.retain(|path| !clients.contains(path));
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = entries(folder);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found
}

/// The Rust programs of a text.
pub fn programs(root: &Path, path: &Path) -> Vec<Program> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let file = path.strip_prefix(root).unwrap_or(path);
    programs_of(&file.to_string_lossy().replace('\\', "/"), &text)
}

fn programs_of(file: &str, text: &str) -> Vec<Program> {
    let mut found: Vec<Program> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(label) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let block = lines.by_ref().map(|(_, line)| line);
        let block: Vec<&str> = block
            .take_while(|line| line.trim_start() != "```")
            .collect();
        let attributes: Vec<String> = label.split([',', ' ']).map(str::to_owned).collect();
        if !attributes.iter().any(|attribute| attribute == "rust") {
            continue;
        }
        let code: Vec<&str> = block.into_iter().map(shown).collect();
        found.push(Program {
            file: file.to_owned(),
            number: found.len() + 1,
            line: index + 2,
            attributes,
            code: code.join("\n"),
        });
    }
    found
}

/// A line of an example without the mark by which rustdoc hides it.
fn shown(line: &str) -> &str {
    match line.trim_start() {
        "#" => "",
        hidden if hidden.starts_with("# ") => hidden.strip_prefix("# ").unwrap_or(hidden),
        other if other.starts_with("##") => other.strip_prefix('#').unwrap_or(other),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, programs_of};

    const TEXT: &str = "# Title

```sh
cargo run
```

```rust,no_run
# use pets::Client;
async fn print_all(
    client: &pets::Client,
) -> Result<(), Error> {
    client.list().await
}
#
# fn helper() {}
# helper();
```

- in a list

  ```rust
  let x = 1;
  ```
";

    #[test]
    fn programs_come_out_as_rustdoc_sees_them() {
        let found = programs_of("a.md", TEXT);
        assert_eq!(found.len(), 2);
        let (first, second) = (&found[0], &found[1]);
        assert_eq!((first.name().as_str(), first.line), ("a.md#1", 8));
        assert_eq!(first.attributes, ["rust", "no_run"]);
        assert!(
            first
                .code
                .starts_with("use pets::Client;\nasync fn print_all(")
        );
        assert!(first.code.ends_with("}\n\nfn helper() {}\nhelper();"));
        assert_eq!(
            first.functions()[0],
            Function {
                name: "print_all".to_owned(),
                parameters: "client: &pets::Client".to_owned(),
                is_async: true,
            }
        );
        assert_eq!(first.uncalled(), ["print_all"]);
        assert_eq!(second.code.trim(), "let x = 1;");
        assert!(second.uncalled().is_empty());
    }
}

//! Lowering, rule by rule: the mini documents of `lowering/`, the clients that
//! are made of them, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use openapi_codegen::{Error, Files, RULES, Settings, generate, generate_module, lowered_document};
use openapi_document::Document;

const UPDATE: &str = "UPDATE_LOWERING=1 cargo test -p guards --test lowering_documents";

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The mini documents by name.
fn documents() -> BTreeMap<String, Document> {
    documents_in("lowering")
}

fn documents_in(path: &str) -> BTreeMap<String, Document> {
    fs::read_dir(folder(path))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let document =
                Document::open(&path).unwrap_or_else(|report| panic!("{}", report.render(false)));
            (name, document)
        })
        .collect()
}

fn settings(name: &str) -> Settings {
    Settings::new(format!("{}-client", name.replace('_', "-")))
}

/// What an error says, with the report of a document rendered.
fn words(error: &Error) -> String {
    match error {
        Error::Document(report) => report.render(false),
        other => other.to_string(),
    }
}

#[test]
fn clients_of_the_mini_documents_are_up_to_date() {
    let mut files = BTreeMap::new();
    let mut modules =
        format!("//! The clients of the mini documents, written by\n//! `{UPDATE}`.\n\n");
    let module = |name: &str, document: &Document| {
        generate_module(
            document,
            &settings(name),
            &format!("crate::clients::{name}"),
        )
    };
    for (name, document) in documents() {
        let code =
            module(&name, &document).unwrap_or_else(|error| panic!("{name}: {}", words(&error)));
        files.insert(format!("{name}.rs"), code);
    }
    // Of those that are expected to fail, some are refused: there is no client to hold against them.
    for (name, document) in documents_in("lowering/expected_failures") {
        if let Ok(code) = module(&name, &document) {
            files.insert(format!("{name}.rs"), code);
        }
    }
    for file in files.keys() {
        let name = file.trim_end_matches(".rs");
        writeln!(modules, "#[rustfmt::skip]\npub(crate) mod {name};").unwrap();
    }
    files.insert("mod.rs".to_owned(), modules);
    let clients = folder("tests/lowering/clients");
    if std::env::var_os("UPDATE_LOWERING").is_some() {
        update(&clients, &files);
    }
    let mut stale: Vec<String> = files
        .iter()
        .filter_map(|(name, code)| {
            let present = fs::read_to_string(clients.join(name)).unwrap_or_default();
            first_difference(&present, code).map(|line| format!("{name}:{line}"))
        })
        .collect();
    stale.extend(
        strays(&clients, &files)
            .iter()
            .map(|path| format!("{} is left over", path.display())),
    );
    assert!(
        stale.is_empty(),
        "the clients of the mini documents are out of date; run `{UPDATE}` and commit what it writes\n{}",
        stale.join("\n")
    );
}

/// The first line in which two texts differ, counted from one, with both forms.
fn first_difference(present: &str, expected: &str) -> Option<String> {
    if present == expected {
        return None;
    }
    let common = present
        .lines()
        .zip(expected.lines())
        .take_while(|(one, other)| one == other)
        .count();
    let line = |text: &str| {
        text.lines()
            .nth(common)
            .unwrap_or("(end of file)")
            .to_owned()
    };
    Some(format!(
        "{}: `{}` should be `{}`",
        common + 1,
        line(present),
        line(expected)
    ))
}

fn strays(clients: &Path, files: &Files) -> Vec<PathBuf> {
    fs::read_dir(clients)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !files.contains_key(path.file_name().unwrap().to_str().unwrap()))
        .collect()
}

fn update(clients: &Path, files: &Files) {
    for stray in strays(clients, files) {
        fs::remove_file(stray).unwrap();
    }
    for (name, code) in files {
        let path = clients.join(name);
        if fs::read_to_string(&path).ok().as_ref() != Some(code) {
            fs::write(path, code).unwrap();
        }
    }
}

#[test]
fn every_rule_applies_in_the_document_of_its_name() {
    let documents = documents();
    for rule in RULES {
        let document = documents
            .get(rule.name)
            .unwrap_or_else(|| panic!("add tests/lowering/{}.yaml: {}", rule.name, rule.what));
        let generated = generate(document, &settings(rule.name)).unwrap();
        assert!(
            generated.summary.rules.contains_key(rule.name),
            "{} does not apply in its document; it applies {:?}",
            rule.name,
            generated.summary.rules
        );
    }
}

#[test]
fn a_crate_with_webhooks_has_them_behind_a_feature() {
    let documents = documents();
    let files = |name: &str| generate(&documents[name], &settings(name)).unwrap().files;
    let with = files("webhooks");
    let manifest: toml::Table = with["Cargo.toml"].parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    for (feature, brings) in [
        ("webhooks", &["openapi-client-runtime/webhooks"][..]),
        ("axum", &["webhooks", "openapi-client-runtime/axum"]),
    ] {
        let listed: Vec<_> = features[feature].as_array().unwrap().iter().collect();
        let listed: Vec<_> = listed.iter().map(|value| value.as_str().unwrap()).collect();
        assert_eq!(listed, brings);
        assert!(with["README.md"].contains(&format!("| `{feature}` |")));
    }
    let gate = "#[cfg(feature = \"webhooks\")]";
    let (_, gated) = with["src/lib.rs"].split_once(gate).unwrap();
    assert!(gated.contains("pub mod webhooks;"));
    let without = files("inheritance");
    assert!(!without.contains_key("src/webhooks.rs"));
    assert!(without.values().all(|text| !text.contains("webhooks")));
}

/// The names that an attribute stands before, each as its declaration begins.
fn gated<'a>(source: &'a str, gate: &str) -> Vec<&'a str> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let gates = lines.iter().enumerate().filter(|(_, line)| **line == gate);
    gates
        .filter_map(|(index, _)| {
            let mut below = lines[index + 1..].iter().copied();
            below.find(|line| !line.starts_with("#["))
        })
        .collect()
}

#[test]
fn what_is_inferred_is_behind_a_feature_that_is_on_by_default() {
    let documents = documents();
    let files = |name: &str| generate(&documents[name], &settings(name)).unwrap().files;
    let with = files("inferred");
    let manifest: toml::Table = with["Cargo.toml"].parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    assert!(features["inferred"].as_array().unwrap().is_empty());
    let default = features["default"].as_array().unwrap();
    assert!(default.iter().any(|name| name.as_str() == Some("inferred")));
    let gate = "#[cfg(feature = \"inferred\")]";
    assert_eq!(
        gated(&with["src/client.rs"], gate),
        [
            "use crate::builder;",
            "pub fn list_parcels(&self) -> builder::ListParcels<'_> {",
            "pub fn send_parcel(&self) -> builder::SendParcel<'_> {",
        ]
    );
    assert_eq!(
        gated(&with["src/builder.rs"], gate),
        [
            "pub struct ListParcels<'a> {",
            "impl<'a> ListParcels<'a> {",
            "impl<'a> ListParcels<'a> {",
            "impl<'a> ::openapi_client_runtime::pagination::Paged for ListParcels<'a> {",
            "pub struct SendParcel<'a> {",
            "impl<'a> SendParcel<'a> {",
        ]
    );
    // The programs of the README call what the feature brings.
    let readme = "#![cfg_attr(feature = \"inferred\", doc = include_str!(\"../README.md\"))]";
    assert!(with["src/lib.rs"].contains(readme));
    assert!(with["README.md"].contains("| the list on the start page. | `list_parcels` |"));
    let without = files("inheritance");
    assert!(without.values().all(|text| !text.contains("inferred")));
}

/// The README counts in words that fit the number.
#[test]
fn one_inferred_method_is_one() {
    let text = fs::read_to_string(folder("lowering/inferred.yaml")).unwrap();
    let mark = "      summary: Send a parcel\n      x-provenance: inferred\n";
    assert!(text.contains(mark));
    let one = text.replace(mark, "      summary: Send a parcel\n");
    let (before, after) = one.split_once("    post:\n").unwrap();
    let (_, after) = after.split_once("components:\n").unwrap();
    let only = format!("{before}components:\n{after}");
    for (text, head, row) in [
        (
            &text,
            "**All 2 methods are inferred**: the vendor does not document their operations. They need the feature",
            "| the 2 methods of operations that the vendor does not document |",
        ),
        (
            &one,
            "**1 of the 2 methods is inferred**: the vendor does not document its operation. It needs the feature",
            "| the method of the operation that the vendor does not document |",
        ),
        (
            &only,
            "**The only method is inferred**: the vendor does not document its operation. It needs the feature",
            "| the method of the operation that the vendor does not document |",
        ),
    ] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("openapi.yaml");
        fs::write(&path, text).unwrap();
        let document = Document::open(&path).unwrap();
        let files = generate(&document, &settings("inferred")).unwrap().files;
        let readme = &files["README.md"];
        assert!(readme.contains(head) && readme.contains(row), "{readme}");
    }
}

/// The program of the module `links` has values with which there is a link, whatever the examples of the
/// document are. `links_take_the_values_of_their_examples` calls it.
#[test]
fn the_example_of_links_has_values_that_make_a_link() {
    let files = generate(&documents()["links"], &settings("links"))
        .unwrap()
        .files;
    let call =
        "links::Profile::new(\"value\", [\"value\"]).page(1).tab(\"posts\").size(\"size\").url()?;";
    let has = |source: &String| source.contains(call);
    assert_eq!(
        files.values().filter(|source| has(source)).count(),
        1,
        "{}",
        files["src/lib.rs"]
    );
}

#[test]
fn what_is_inferred_says_so_before_all_else() {
    let documents = documents();
    let files = generate(&documents["inferred"], &settings("inferred"))
        .unwrap()
        .files;
    for (file, text) in [
        ("src/client.rs", "/// **Inferred.** List parcels."),
        (
            "src/builder.rs",
            "/// **Inferred.** Request of [`Client::list_parcels`]",
        ),
        (
            "src/builder.rs",
            "/// **Inferred.** The parameter `offset`.",
        ),
        ("src/builder.rs", "/// **Inferred.** Sets the request body."),
        ("src/operations.rs", "/// **Inferred.** `GET /parcels`"),
        ("src/types.rs", "/// **Inferred.** A page of parcels."),
        ("src/types.rs", "/// **Inferred.** Grams."),
        ("src/types.rs", "/// **Inferred.** Larger than a door."),
    ] {
        assert!(files[file].contains(text), "{text} is missing in {file}");
    }
    assert!(files["src/types.rs"].contains("/// What is sent.\n"));
}

/// The codes of the findings that stop a document with these rules listed.
fn codes_with(document: &Document, name: &str, rules: &[&str]) -> Vec<String> {
    let mut settings = settings(name);
    settings.lowering = Some(rules.iter().map(|&rule| rule.to_owned()).collect());
    match generate(document, &settings) {
        Ok(_) => Vec::new(),
        Err(Error::Document(report)) => report
            .iter()
            .map(|finding| finding.code().to_owned())
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_list_of_rules_must_be_exact() {
    let documents = documents();
    let name = "carry_cookies_in_headers";
    let document = &documents[name];
    let rules = generate(document, &settings(name)).unwrap().summary.rules;
    let listed: Vec<&str> = rules.keys().copied().collect();
    assert_eq!(codes_with(document, name, &listed), [""; 0]);
    let short: Vec<&str> = listed
        .iter()
        .copied()
        .filter(|&rule| rule != name)
        .collect();
    assert_eq!(codes_with(document, name, &short), ["G302"]);
    let long = [&listed[..], &["join_header_lists"]].concat();
    assert_eq!(codes_with(document, name, &long), ["G301"]);
    let unknown = [&listed[..], &["carry_cakes_in_headers"]].concat();
    assert_eq!(codes_with(document, name, &unknown), ["G303"]);
}

/// The builder calls of the README's first program, and the method that it calls.
fn first_call(document: &Document, name: &str, settings: &Settings) -> (Vec<String>, String) {
    let files =
        generate(document, settings).unwrap_or_else(|error| panic!("{name}: {}", words(&error)));
    let readme = &files.files["README.md"];
    let (_, program) = readme.split_once("```rust,no_run\n").unwrap();
    let (program, _) = program.split_once("```").unwrap();
    let program = program.replace(char::is_whitespace, "");
    let (_, chain) = program.split_once("Client::builder()").unwrap();
    let (chain, rest) = chain.split_once(".build()?").unwrap();
    let calls = chain.split(')').filter_map(|call| call.strip_prefix('.'));
    let calls = calls.filter_map(|call| Some(call.split_once('(')?.0.to_owned()));
    let (_, method) = rest.split_once("client.").unwrap();
    (
        calls.collect(),
        method.split('(').next().unwrap().to_owned(),
    )
}

/// The first call has the credentials of one way into its operation, and an address unless the
/// operation has one.
#[test]
fn the_first_call_fits_its_operation() {
    let document = &documents()["security_alternatives"];
    for (operation, calls) in [
        ("either", &["base_url", "token"][..]),
        ("both", &["base_url", "key", "app_id"]),
        ("apps", &["base_url", "app"]),
        ("optional", &["base_url", "token"]),
        ("inherited", &["base_url", "basic"]),
        ("open", &["base_url"]),
    ] {
        let mut settings = settings("pets");
        settings.first_call = Some(operation.to_owned());
        let (found, method) = first_call(document, operation, &settings);
        assert_eq!(
            (found.as_slice(), method.as_str()),
            (
                &calls.iter().map(|&c| c.to_owned()).collect::<Vec<_>>()[..],
                operation
            )
        );
    }
    for (name, calls, method) in [
        ("servers", &["environment", "key"][..], "ping"),
        ("servers_of_operations", &[][..], "list_pets"),
        ("no_security", &["base_url"], ""),
    ] {
        let (found, called) = first_call(&documents()[name], name, &settings(name));
        assert_eq!(found, calls, "{name}");
        assert!(method.is_empty() || called == method, "{name}: {called}");
    }
}

#[test]
fn the_first_call_chooses_an_environment_that_has_its_operation() {
    let document = &documents()["servers"];
    for (operation, environment) in [
        ("ping", "Live"),
        ("preview", "BetaTest"),
        ("shards", "Live"),
    ] {
        let mut settings = settings("pets");
        settings.first_call = Some(operation.to_owned());
        let readme = &generate(document, &settings).unwrap().files["README.md"];
        let chosen = format!(".environment(Environment::{environment})");
        assert!(readme.contains(&chosen), "{operation}: {readme}");
    }
}

/// Whatever the document, nothing that would refuse the first call is in its way.
#[test]
fn the_first_call_of_every_mini_document_is_let_in() {
    use openapi_document::lint::names::method_name;
    for (name, document) in documents() {
        let root = document.root();
        let (calls, called) = first_call(&document, &name, &settings(&name));
        let calls: Vec<&str> = calls
            .iter()
            .map(String::as_str)
            .filter(|call| !matches!(*call, "base_url" | "environment"))
            .collect();
        let items = root["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        let mut found = operations.filter(|operation| {
            let id = operation["operationId"].as_str().map(method_name);
            id.is_some_and(|id| called == id || called.starts_with(&format!("{id}_as_")))
        });
        let Some(operation) = found.next() else {
            continue;
        };
        let security = operation.get("security").or(root.get("security"));
        let ways: Vec<Vec<String>> = security
            .and_then(|all| all.as_array())
            .into_iter()
            .flatten()
            .map(|way| {
                way.as_object()
                    .unwrap()
                    .keys()
                    .map(|scheme| method_name(scheme))
                    .collect()
            })
            .collect();
        let fits = if ways.is_empty() {
            calls.is_empty()
        } else {
            ways.iter().any(|way| *way == calls)
        };
        assert!(
            fits,
            "{name}: `{called}` is called with {calls:?}, and takes one of {ways:?}"
        );
    }
}

/// Documents of `lowering/refused/`: the file's name starts with the code, and
/// the line in question ends with `# here`.
#[test]
fn what_cannot_be_represented_is_refused_with_its_position() {
    for entry in fs::read_dir(folder("lowering/refused")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (code, _) = name.split_once('-').unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let line = 1 + text
            .lines()
            .position(|line| line.contains("# here"))
            .unwrap();
        let document = Document::open(&path).unwrap();
        let error = generate(&document, &settings("refused")).unwrap_err();
        let Error::Document(report) = &error else {
            panic!("{name}: {error}");
        };
        let found: Vec<_> = report
            .iter()
            .map(|finding| (finding.code(), finding.line()))
            .collect();
        assert_eq!(found, [(code, line)], "{name}\n{}", words(&error));
    }
}

/// One line a method: what becomes of each operation of the Configuration API.
#[test]
fn methods_of_the_configuration_document() {
    let document = Document::open(&folder("../openapi/configuration/openapi.yaml")).unwrap();
    let lowered = lowered_document(&document).unwrap();
    let mut lines = String::new();
    for (path, item) in lowered["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let request = match operation.get("requestBody") {
                Some(body) => content(body),
                None => "-".to_owned(),
            };
            let responses: Vec<String> = operation["responses"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(status, response)| format!("{status} {}", content(response)))
                .collect();
            writeln!(
                lines,
                "{name}: {verb} {path} | {request} | {}",
                responses.join(", ")
            )
            .unwrap();
        }
    }
    insta::with_settings!({ snapshot_path => "../snapshots/lowering", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("configuration", lines);
    });
}

/// The schema of a body with its media type, short.
fn content(body: &serde_json::Value) -> String {
    let Some((media_type, media)) = body["content"]
        .as_object()
        .and_then(|content| content.iter().next())
    else {
        return "nothing".to_owned();
    };
    let schema = &media["schema"];
    let what = match (schema["$ref"].as_str(), schema["type"].as_str()) {
        (Some(reference), _) => reference.rsplit('/').next().unwrap().to_owned(),
        (None, Some("array")) => format!(
            "[{}]",
            schema["items"]["$ref"]
                .as_str()
                .map_or("items", |r| r.rsplit('/').next().unwrap())
        ),
        (None, Some(kind)) => kind.to_owned(),
        (None, None) => "any".to_owned(),
    };
    match media_type.as_str() {
        "application/json" => what,
        other => format!("{what} as {other}"),
    }
}

//! The layers of each crate: modules import downwards, and not in circles.

use std::collections::BTreeSet;

use guards::layers::{Graph, Layers, layer_of};
use guards::workspace;

/// The layers of a crate, and what is left of an earlier shape.
struct Shape<'a> {
    folder: &'a str,
    layers: Layers<'a>,
    /// Groups of modules that import each other in circles. They may only become fewer and smaller.
    circles: &'a [&'a [&'a str]],
}

const RUNTIME: Shape<'_> = Shape {
    folder: "crates/openapi-client-runtime",
    layers: &[
        &["values"],
        &["facts"],
        &["error"],
        &["wire"],
        &["call"],
        &["features"],
        &["builder"],
        &["lib", "__private", "guide", "fuzzing"],
    ],
    circles: &[],
};

const DOCUMENT: Shape<'_> = Shape {
    folder: "crates/openapi-document",
    layers: &[
        &[
            "finding",
            "inheritance",
            "judge",
            "nearest",
            "pointer",
            "printable",
            "source",
        ],
        &["grammar", "node", "union", "violation", "walk"],
        &[
            "codes", "files", "folders", "json", "report", "scalar", "yaml",
        ],
        &["model"],
        &["servers"],
        &["lint"],
        &["meta", "reference", "trial", "version", "vocabulary"],
        &["bundle"],
        &["document"],
        &["provenance"],
        &["lib"],
    ],
    circles: &[
        &[
            "codes", "files", "folders", "json", "report", "scalar", "yaml",
        ],
        &["lint.samples", "lint.view"],
    ],
};

const CODEGEN: Shape<'_> = Shape {
    folder: "crates/openapi-codegen",
    layers: &[
        &["attempt", "characters", "codes", "error", "naming", "plan"],
        &["markdown", "settings"],
        &["lower"],
        &["blame", "complete"],
        &["generate", "staging", "write"],
        &["apis", "pipeline"],
        &["lib"],
    ],
    circles: &[
        &[
            "complete.access",
            "complete.builders",
            "complete.client",
            "complete.defaults",
            "complete.first_call",
            "complete.follow",
            "complete.guide",
            "complete.links",
            "complete.mock",
            "complete.oauth",
            "complete.operations",
            "complete.package",
            "complete.pagination",
            "complete.provenance",
            "complete.types",
            "complete.union",
            "complete.webhooks",
        ],
        &[
            "lower.bodies",
            "lower.normalize",
            "lower.rewrite",
            "lower.schemas",
            "lower.titles",
        ],
        &["staging", "write"],
    ],
};

const DIFF: Shape<'_> = Shape {
    folder: "crates/openapi-diff",
    layers: &[
        &["rule", "rust", "subject", "verdict"],
        &["found", "joined"],
        &["compare", "pairs"],
        &["table"],
        &["change"],
        &["accepted", "base", "git", "render"],
        &["lib"],
    ],
    circles: &[
        &["base", "git"],
        // Operations hold schemas, and schemas are told apart by the operations that use them.
        &[
            "compare.bodies",
            "compare.composition",
            "compare.limits",
            "compare.members",
            "compare.operations",
            "compare.parameters",
            "compare.responses",
            "compare.schemas",
            "compare.security",
            "compare.servers",
            "compare.texts",
            "compare.values",
            "pairs",
        ],
    ],
};

const MOCK: Shape<'_> = Shape {
    folder: "crates/openapi-mock",
    layers: &[
        &[
            "bounded", "change", "document", "media", "random", "reason", "request", "spec",
        ],
        &["schema", "violation", "writing"],
        &["reply"],
        &["api", "delivery", "route", "sample", "stand_in"],
        &["call", "error", "redact", "retry_after"],
        &["challenge", "refusal"],
        &["negotiation"],
        &["answer", "check"],
        &["prefer"],
        &[
            "access", "control", "expect", "faults", "limits", "log", "mock", "oauth", "state",
            "webhooks",
        ],
        &["server"],
        &["cli", "guide", "lib"],
    ],
    circles: &[
        &["api", "route", "stand_in"],
        &["challenge", "refusal"],
        &["check.coerce", "check.style"],
        &[
            "expect.expectations",
            "expect.journal",
            "faults",
            "limits",
            "log",
            "mock",
            "webhooks.hub",
        ],
        &["oauth.authorize", "oauth.token"],
        &["schema", "violation"],
        &["state.collection", "state.key", "state.links"],
        &["state.data", "state.handler", "state.uploads"],
    ],
};

const DOCS: Shape<'_> = Shape {
    folder: "crates/openapi-docs",
    layers: &[
        &[
            "address", "markdown", "search", "servers", "shape", "source", "usage", "write",
        ],
        &["error_codes", "facts", "origin", "sample"],
        &["api"],
        &["permissions", "retry", "view"],
        &["access", "kind", "layout"],
        &["pages", "tree"],
        &["content"],
        &["curl"],
        &["page"],
        &["site"],
        &["lib"],
    ],
    circles: &[],
};

const XTASK: Shape<'_> = Shape {
    folder: "xtask",
    layers: &[
        &["arguments"],
        &["output"],
        &["codegen", "diff", "docs", "lint", "mock", "provenance"],
        &["lib"],
    ],
    circles: &[],
};

const GUARDS: Shape<'_> = Shape {
    folder: "tests",
    layers: &[
        &[
            "calls",
            "mutation",
            "programs",
            "recorder",
            "rust_source",
            "snapshot",
            "workspace",
        ],
        &[
            "document",
            "documented_by_example",
            "drift",
            "layers",
            "public_api",
        ],
        &["instances", "operation_table", "packages", "wording"],
        &["parity", "prose"],
        &["forms", "wire"],
        &["walk"],
        &["clients"],
        &["conformance"],
        &["lib"],
    ],
    circles: &[&[
        "conformance.call",
        "conformance.case",
        "conformance.client",
        "conformance.expect",
        "conformance.list",
        "conformance.operation",
        "conformance.play",
        "conformance.webhook",
    ]],
};

/// What is wrong with the imports of a crate, one line each.
fn faults(shape: &Shape<'_>) -> Vec<String> {
    let root = workspace::root();
    let graph = Graph::of(&root.join(shape.folder)).unwrap();
    let mut faults = Vec::new();
    for module in &graph.modules {
        if layer_of(shape.layers, module).is_none() && !is_empty(&graph, module) {
            faults.push(format!(
                "{}: the module `{module}` stands in no layer: list it in tests/tests/guards/layers.rs",
                shape.folder
            ));
        }
    }
    for import in &graph.imports {
        let (from, to) = (
            layer_of(shape.layers, &import.from),
            layer_of(shape.layers, &import.to),
        );
        if let (Some(from), Some(to)) = (from, to)
            && from < to
            && import.to != "lib"
        {
            let file = import.file.strip_prefix(&root).unwrap_or(&import.file);
            faults.push(format!(
                "{}:{}: `{}` leads up from `{}` to `{}`: move what is shared down, or the code that \
                 needs it up",
                file.display(),
                import.line,
                import.path,
                import.from,
                import.to
            ));
        }
    }
    let listed: BTreeSet<BTreeSet<String>> = shape
        .circles
        .iter()
        .map(|circle| circle.iter().map(ToString::to_string).collect())
        .collect();
    let found: BTreeSet<BTreeSet<String>> = graph.circles().into_iter().collect();
    for circle in found.difference(&listed) {
        faults.push(format!("{}: {}", shape.folder, in_circle(&graph, circle)));
    }
    for circle in listed.difference(&found) {
        faults.push(format!(
            "{}: {circle:?} is no circle of its own any more: take it off the list",
            shape.folder
        ));
    }
    faults
}

/// A module that only holds others is as high as they are.
fn is_empty(graph: &Graph, module: &str) -> bool {
    let inner = format!("{module}.");
    graph.modules.iter().any(|other| other.starts_with(&inner))
}

fn in_circle(graph: &Graph, circle: &BTreeSet<String>) -> String {
    let inside = |module: &String| circle.contains(module);
    let imports = graph.imports.iter();
    let imports = imports.filter(|import| inside(&import.from) && inside(&import.to));
    let lines: Vec<String> = imports
        .map(|import| format!("\n  {} line {}: {}", import.from, import.line, import.path))
        .collect();
    format!(
        "these modules import each other in a circle; cut one of these imports:{}",
        lines.join("")
    )
}

#[test]
fn of_every_crate() {
    let shapes = [RUNTIME, DOCUMENT, CODEGEN, DIFF, DOCS, MOCK, XTASK, GUARDS];
    let faults: Vec<String> = shapes.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A crate that nobody lists would be free of the rule.
#[test]
fn of_no_crate_is_missing() {
    let crates = workspace::root().join("crates");
    let folders = std::fs::read_dir(crates).unwrap().flatten();
    let folders: BTreeSet<String> = folders
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| format!("crates/{}", entry.file_name().to_string_lossy()))
        .collect();
    let listed =
        [RUNTIME, DOCUMENT, CODEGEN, DIFF, DOCS, MOCK].map(|shape| shape.folder.to_owned());
    assert_eq!(folders, BTreeSet::from(listed));
}

/// The test must see what it forbids, however the import is written.
#[test]
fn of_a_crate_that_breaks_them() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    std::fs::create_dir_all(source.join("low")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(source.join(name), text).unwrap();
    write(
        "lib.rs",
        "mod low;\nmod high;\npub use high::{Top as Renamed};\n",
    );
    write(
        "low/mod.rs",
        "mod nested;\npub struct Bottom;\n#[cfg(test)]\nmod tests { use crate::high::Top; }\n",
    );
    write(
        "low/nested.rs",
        "use super::{Bottom,\n    super::high::{Top}};\nfn f(_: Bottom, _: Top) {\n    crate::high::g(matches!(1, _ if crate::high::h()));\n}\n",
    );
    write(
        "high.rs",
        "use crate::low::Bottom;\npub struct Top;\npub fn g(_: Bottom) {}\npub fn h() -> bool { true }\n",
    );
    let graph = Graph::of(folder.path()).unwrap();
    let layers: Layers<'_> = &[&["low"], &["high"], &["lib"]];
    let up: Vec<String> = graph
        .imports
        .iter()
        .filter(|import| layer_of(layers, &import.from) < layer_of(layers, &import.to))
        .map(|import| {
            format!(
                "{} {} {} {}",
                import.from, import.to, import.line, import.path
            )
        })
        .collect();
    assert_eq!(
        up,
        [
            "low.nested high 2 super::super::high::Top",
            "low.nested high 4 crate::high::g",
            "low.nested high 4 crate::high::h",
        ]
    );
    let circle = BTreeSet::from(["high".to_owned(), "low".to_owned()]);
    assert!(
        graph.circles().is_empty(),
        "nested and high are none: high imports low"
    );
    write("low/mod.rs", "pub struct Bottom;\nuse crate::Renamed;\n");
    assert_eq!(Graph::of(folder.path()).unwrap().circles(), [circle]);
}

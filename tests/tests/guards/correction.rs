//! The recipe "Correct an operation that the vendor has published", tried on a made-up correction:
//! the guards show what was corrected, and nothing else.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use guards::{document, mutation::Copy, operation_table, public_api, snapshot, workspace};
use openapi_codegen::{Files, generate};
use openapi_document::ProvenanceReport;
use serde_json::Value;

const API: &str = "contio";
const PATHS: &str = "openapi/contio/paths/workspaces.yaml";
const SCHEMAS: &str = "openapi/contio/schemas/workspaces.yaml";

/// What the guards keep snapshots of.
struct Seen {
    table: String,
    public: BTreeMap<String, String>,
    /// Addresses that the methods send to.
    sent: String,
    provenance: Value,
}

impl Seen {
    fn of(root: &Path) -> Self {
        let mut apis = workspace::all_apis(root).unwrap();
        apis.retain(|api| api.name == API);
        let document = document::open(&apis[0]).unwrap();
        let files = generate(&document, &apis[0].settings).unwrap().files;
        Self {
            table: operation_table::table(document.root()),
            public: public_items(&files),
            sent: addresses(&files["src/builder.rs"]),
            provenance: ProvenanceReport::of(&document).to_json(),
        }
    }

    /// The lines of each snapshot that are gone and new.
    fn changes(&self, now: &Self) -> String {
        let mut text = changed("operation table", &self.table, &now.table);
        for (module, before) in &self.public {
            let title = format!("public API, {module}");
            text.push_str(&changed(&title, before, &now.public[module]));
        }
        text.push_str(&changed("wire", &self.sent, &now.sent));
        text.push_str("== provenance\n");
        for (kind, before) in self.provenance["all"].as_object().unwrap() {
            text.push_str(&counted(kind, before, &now.provenance["all"][kind]));
        }
        text
    }
}

fn public_items(files: &Files) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    for (name, text) in files.iter().filter(|(name, _)| name.starts_with("src/")) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    public_api::list(folder.path()).unwrap()
}

/// The address of each method: the only text that begins with the place of the base URL.
fn addresses(builders: &str) -> String {
    let addresses = builders.split("\"{}/").skip(1);
    let addresses = addresses.filter_map(|rest| rest.split('"').next());
    addresses.map(|path| format!("/{path}\n")).collect()
}

fn changed(title: &str, before: &str, now: &str) -> String {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    for line in before.lines() {
        *counts.entry(line).or_default() -= 1;
    }
    for line in now.lines() {
        *counts.entry(line).or_default() += 1;
    }
    let mut text = String::new();
    for (sign, lines) in [("-", before.lines()), ("+", now.lines())] {
        for line in lines {
            let left = counts.entry(line).or_default();
            let step = if sign == "-" { 1 } else { -1 };
            if left.signum() == -step {
                *left += step;
                writeln!(text, "{sign}{line}").unwrap();
            }
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("== {title}\n{text}")
}

fn counted(kind: &str, before: &Value, now: &Value) -> String {
    let difference = |key: &str| now[key].as_i64().unwrap() - before[key].as_i64().unwrap();
    match ["documented", "inferred", "unmarked"].map(difference) {
        [0, 0, 0] => String::new(),
        [documented, inferred, unmarked] => {
            format!(
                "{kind}: documented {documented:+}, inferred {inferred:+}, unmarked {unmarked:+}\n"
            )
        }
    }
}

/// The vendor publishes `list_workspaces`, under another path and with another name of a member.
#[test]
fn of_an_inferred_operation_shows_in_its_own_rows_alone() {
    let copy = Copy::of(&workspace::root());
    let before = Seen::of(copy.root());
    copy.edit(
        "openapi/contio/openapi.yaml",
        "  /v1/partner/admin/workspaces:\n",
        "  /v1/partner/admin/provisioned-workspaces:\n",
    );
    copy.edit(
        PATHS,
        "    x-provenance: inferred\n    x-provenance-basis: >-\n      release notes 1.7.0 and the method \
         getWorkspaces of the vendor's SDK; page sizes as in other admin lists\n",
        "    x-provenance: documented\n    x-source: API description 1.11.0\n",
    );
    let basis = "  x-provenance-basis: in the types of the vendor's SDK and the release notes 1.7.0, but not in \
                 the API description\n";
    let schema = "  description: A workspace that the partner provisioned.\n";
    copy.edit(
        SCHEMAS,
        &format!("{schema}  x-provenance: inferred\n{basis}"),
        &format!("{schema}  x-provenance: documented\n  x-source: API description 1.11.0\n"),
    );
    copy.edit(SCHEMAS, "    - user_count\n", "    - member_count\n");
    copy.edit(SCHEMAS, "    user_count:\n", "    member_count:\n");
    copy.edit(PATHS, "user_count:", "member_count:");
    let now = Seen::of(copy.root());
    snapshot::assert("correction", "list_workspaces", &before.changes(&now));
}

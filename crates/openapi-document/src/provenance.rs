//! What a document says of where its statements come from (`x-provenance`), counted.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::Document;
use crate::model::{Model, Provenance};
use statement::{Found, Kind};

mod statement;

/// How much of a document the vendor documents, and how much is inferred: by tag and in all.
///
/// What has no `x-provenance` of its own is as what it stands in: a property as its schema, a
/// parameter, a request body or a response as its operation. What stands in nothing that says it
/// counts as `unmarked`. A schema counts with each tag whose operations use it, and once in all; a
/// shared parameter or response counts wherever it is used.
///
/// [`Display`](fmt::Display) writes tables for people, [`to_json`](Self::to_json) the same for
/// machines.
///
/// ```
/// use openapi_document::{Document, ProvenanceReport};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("openapi.yaml");
/// # std::fs::write(&path, "openapi: 3.0.3
/// # info: {title: Pets, version: 1.0.0}
/// # paths:
/// #   /pets:
/// #     get:
/// #       operationId: list_pets
/// #       x-provenance: inferred
/// #       x-provenance-basis: the picture on the start page
/// #       responses: {'200': {description: Pets.}}")?;
/// let report = ProvenanceReport::of(&Document::open(&path)?);
/// assert_eq!(report.to_json()["all"]["operations"]["inferred"], 1);
/// assert!(report.to_string().contains("the picture on the start page: list_pets"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ProvenanceReport {
    title: String,
    version: String,
    /// By tag, in the order of the document.
    tags: Vec<(String, Row)>,
    all: Row,
    /// Inferred operations by what the inference stands on.
    bases: BTreeMap<String, Vec<String>>,
}

/// Counts of one kind of statement.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    documented: usize,
    inferred: usize,
    unmarked: usize,
}

/// Counts by kind.
type Row = BTreeMap<Kind, Counts>;

/// The kinds that a tag has of its own; events belong to the document as a whole.
const COLUMNS: [Kind; 6] = [
    Kind::Operation,
    Kind::Parameter,
    Kind::RequestBody,
    Kind::Response,
    Kind::Schema,
    Kind::Property,
];

/// What operations without a tag, and inferences without a basis, are listed under.
const NO_TAG: &str = "(no tag)";
const NO_BASIS: &str = "(no basis given)";

impl ProvenanceReport {
    /// Counts what a document says.
    pub fn of(document: &Document) -> Self {
        let model = Model::of(document.root());
        let declared = model.tags.iter();
        let mut by_tag: IndexMap<&str, Found> = declared
            .map(|tag| (tag.name.as_str(), Found::new()))
            .collect();
        let mut bases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut all = Found::new();
        for operation in &model.operations {
            let tag = operation.tags.first().map_or(NO_TAG, String::as_str);
            let found = by_tag.entry(tag).or_default();
            statement::operation(&model, operation, found);
            if operation.origin.provenance == Some(Provenance::Inferred) {
                let basis = operation.origin.basis.as_deref();
                let basis = basis.map_or(NO_BASIS, str::trim).trim_end_matches('.');
                let names = bases.entry(basis.to_owned()).or_default();
                names.push(operation.name());
            }
        }
        for found in by_tag.values() {
            all.extend(found.clone());
        }
        statement::shared(&model, &mut all);
        Self {
            title: model.info.title.clone(),
            version: model.info.version.clone(),
            tags: by_tag
                .into_iter()
                .filter(|(_, found)| !found.is_empty())
                .map(|(tag, found)| (tag.to_owned(), row(&found)))
                .collect(),
            all: row(&all),
            bases,
        }
    }

    /// The report as one JSON object: `title`, `version`, `tags` (each with its `name` and the
    /// counts of each kind), `all`, and `inferred_operations` by `basis`.
    pub fn to_json(&self) -> Value {
        let tags = self.tags.iter().map(|(name, row)| {
            let mut tag = Map::from_iter([("name".to_owned(), json!(name))]);
            tag.extend(row_json(row, &COLUMNS));
            Value::Object(tag)
        });
        let bases = self
            .bases
            .iter()
            .map(|(basis, names)| json!({ "basis": basis, "operations": names }));
        let mut all = row_json(&self.all, &COLUMNS);
        all.extend(row_json(&self.all, &[Kind::Event]));
        json!({
            "title": self.title,
            "version": self.version,
            "tags": tags.collect::<Vec<_>>(),
            "all": all,
            "inferred_operations": bases.collect::<Vec<_>>(),
        })
    }
}

fn row(found: &Found) -> Row {
    let mut row = Row::new();
    for ((kind, _), provenance) in found {
        let counts = row.entry(*kind).or_default();
        *match provenance {
            Some(Provenance::Documented) => &mut counts.documented,
            Some(Provenance::Inferred) => &mut counts.inferred,
            None => &mut counts.unmarked,
        } += 1;
    }
    row
}

fn row_json(row: &Row, kinds: &[Kind]) -> Map<String, Value> {
    let entries = kinds.iter().map(|kind| {
        let counts = row.get(kind).copied().unwrap_or_default();
        let counts = json!({
            "documented": counts.documented,
            "inferred": counts.inferred,
            "unmarked": counts.unmarked,
        });
        (kind.name().replace(' ', "_"), counts)
    });
    entries.collect()
}

impl fmt::Display for ProvenanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}\n", self.title, self.version)?;
        self.table(f)?;
        if let Some(events) = self.all.get(&Kind::Event) {
            let Counts {
                documented,
                inferred,
                ..
            } = events;
            writeln!(f, "\nevents: {documented} documented, {inferred} inferred")?;
        }
        for (kind, counts) in &self.all {
            if counts.unmarked > 0 {
                let name = kind.name();
                writeln!(f, "\n{name} without a word on it: {}", counts.unmarked)?;
            }
        }
        if !self.bases.is_empty() {
            writeln!(f, "\ninferred operations, by what they stand on:")?;
        }
        for (basis, names) in &self.bases {
            let basis = basis.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(f, "  {} {basis}: {}", names.len(), names.join(", "))?;
        }
        Ok(())
    }
}

impl ProvenanceReport {
    /// One line a tag and one for all, two columns a kind: documented and inferred.
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.tags.iter().map(|(name, _)| name.chars().count());
        let width = names.max().unwrap_or_default().max("tag".len());
        let heads = COLUMNS.map(|kind| format!("{:>16}", kind.name()));
        writeln!(f, "{:width$}{}", "", heads.concat())?;
        let halves = format!("{:>8}{:>8}", "doc.", "inf.").repeat(COLUMNS.len());
        writeln!(f, "{:width$}{halves}", "tag")?;
        let tags = self.tags.iter().map(|(name, row)| (name.as_str(), row));
        for (name, row) in tags.chain([("all", &self.all)]) {
            write!(f, "{name:width$}")?;
            for kind in COLUMNS {
                let counts = row.get(&kind).copied().unwrap_or_default();
                write!(f, "{:>8}{:>8}", counts.documented, counts.inferred)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PETS: &str = "
openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
tags: [{name: Unused}, {name: Pets}]
paths:
  /pets/{id}:
    parameters:
      - {$ref: '#/components/parameters/Id'}
      - {name: q, in: query, x-provenance: documented, schema: {type: string}}
    get:
      operationId: get_pet
      tags: [Pets]
      x-provenance: inferred
      x-provenance-basis: a guess.
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses:
        '200':
          description: A pet.
          x-provenance: documented
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
        default: {description: Other.}
    put:
      x-provenance: documented
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                pet: {$ref: '#/components/schemas/Pet'}
                why: {type: string, x-provenance: inferred}
      responses: {'204': {description: Done.}}
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: string}}
  schemas:
    Pet:
      type: object
      x-provenance: documented
      properties:
        parents: {type: array, items: {$ref: '#/components/schemas/Pet'}}
        chip:
          type: object
          x-provenance: inferred
          properties: {number: {type: string}, owner: {type: string, x-provenance: documented}}
    Loose: {type: object, properties: {any: {type: string}}}
x-event-delivery:
  events: {born: {x-provenance: inferred, payload: {$ref: '#/components/schemas/Pet'}}}
";

    fn report(text: &str) -> ProvenanceReport {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openapi.yaml");
        std::fs::write(&path, text).unwrap();
        ProvenanceReport::of(&Document::open(&path).unwrap())
    }

    /// Documented, inferred and unmarked.
    fn counts(row: &Value, kind: &str) -> [u64; 3] {
        ["documented", "inferred", "unmarked"].map(|key| row[kind][key].as_u64().unwrap())
    }

    #[test]
    fn what_says_nothing_is_as_what_it_stands_in() {
        let report = report(PETS).to_json();
        let [pets, untagged] = report["tags"].as_array().unwrap().as_slice() else {
            panic!("{report:#}");
        };
        assert_eq!(
            (&pets["name"], &untagged["name"]),
            (&json!("Pets"), &json!(NO_TAG))
        );
        assert_eq!(counts(pets, "operations"), [0, 1, 0]);
        // The operation's own `q` counts, not that of the path item.
        assert_eq!(counts(pets, "parameters"), [0, 2, 0]);
        assert_eq!(counts(untagged, "parameters"), [2, 0, 0]);
        assert_eq!(counts(pets, "responses"), [1, 1, 0]);
        assert_eq!(counts(untagged, "request_bodies"), [1, 0, 0]);
        // `parents` and `owner`; `chip` and `number` in it.
        assert_eq!(counts(pets, "properties"), [2, 2, 0]);
        assert_eq!(counts(untagged, "properties"), [3, 3, 0]);
    }

    #[test]
    fn shared_schemas_count_once_in_all() {
        let report = report(PETS).to_json();
        let all = &report["all"];
        assert_eq!(counts(all, "operations"), [1, 1, 0]);
        assert_eq!(counts(all, "schemas"), [1, 0, 1]);
        assert_eq!(counts(all, "properties"), [3, 3, 1]);
        assert_eq!(counts(all, "events"), [0, 1, 0]);
        assert_eq!(
            report["inferred_operations"],
            json!([{ "basis": "a guess", "operations": ["get_pet"] }])
        );
    }

    #[test]
    fn tables_are_aligned() {
        let text = report(PETS).to_string();
        let table: Vec<&str> = text.lines().skip(2).take(5).collect();
        let widths: Vec<usize> = table.iter().map(|line| line.len()).collect();
        assert_eq!(widths, [widths[0]; 5], "{text}");
        assert!(text.contains("schemas without a word on it: 1\n"), "{text}");
        assert!(text.ends_with("  1 a guess: get_pet\n"), "{text}");
    }
}

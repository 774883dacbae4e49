//! The guide tells of everything that there is.

use std::path::Path;

use openapi_mock::{Document, MockServer};
use serde_json::Value;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

/// What the control endpoint says of itself, below a name: the part before the colon.
async fn told(name: &str) -> Vec<String> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/meetings.yaml");
    let server = MockServer::start(Document::open(document).unwrap())
        .await
        .unwrap();
    let all = reqwest::get(format!("{}/_mock", server.url()))
        .await
        .unwrap();
    let all: Value = all.json().await.unwrap();
    let lines = all[name].as_array().unwrap().iter();
    let heads = lines.map(|line| {
        line.as_str()
            .unwrap()
            .split(": ")
            .next()
            .unwrap()
            .to_owned()
    });
    heads.collect()
}

#[tokio::test]
async fn every_fault_is_in_its_table() {
    let table = page("faults.md");
    for written in told("faults").await {
        let name = written.split(['=', ',']).next().unwrap();
        let row = [format!("| `{name}`"), format!("| `{name}=")];
        assert!(
            row.iter().any(|row| table.contains(row)),
            "{written} is not in faults.md"
        );
    }
}

#[tokio::test]
async fn every_control_endpoint_is_in_its_table() {
    let table = page("control.md");
    for endpoint in told("endpoints").await {
        let row = [format!("| `{endpoint}`"), format!("| `{endpoint}?")];
        assert!(
            row.iter().any(|row| table.contains(row)),
            "{endpoint} is not in control.md"
        );
    }
}

#[test]
fn every_reason_to_refuse_is_in_its_table() {
    let vocabulary = include_str!("../../../openapi-document/schemas/vocabulary.json");
    let vocabulary: Value = serde_json::from_str(vocabulary).unwrap();
    let names = &vocabulary["x-refusal"]["schema"]["$defs"]["plain"]["enum"];
    let table = page("requests.md");
    for name in names.as_array().unwrap() {
        let name = format!("`{}`", name.as_str().unwrap());
        assert!(table.contains(&name), "{name} is not in requests.md");
    }
}

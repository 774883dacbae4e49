//! The access log.

use std::sync::{Arc, Mutex};

use openapi_mock::MockServer;

use crate::common::{document, get};

#[tokio::test]
async fn every_request_has_a_line() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let written = Arc::clone(&lines);
    let server = MockServer::builder()
        .mount("reports", document())
        .log(move |entry| written.lock().unwrap().push(entry.to_string()))
        .start()
        .await
        .unwrap();
    let host = server.url().trim_end_matches("/reports").to_owned();
    for path in [
        "/reports/report?site-key=s3cret",
        "/reports/nowhere",
        "/other",
        "/reports/_mock",
    ] {
        reqwest::get(format!("{host}{path}")).await.unwrap();
    }
    let reset = reqwest::Client::new().get(format!("{host}/reports/report"));
    assert!(reset.header("x-mock-fault", "reset").send().await.is_err());

    let lines = lines.lock().unwrap();
    let lines: Vec<String> = lines.iter().map(|line| without_times(line)).collect();
    assert_eq!(
        lines,
        [
            "GET /reports/report?site-key=[redacted] read_report 200 \
             note this is what the document shows, it does not tell what read_report reads",
            "GET /reports/nowhere - 404 refused unknown-path: the document has no path /nowhere",
            "GET /other - 404 refused unknown-path: nothing is mounted there",
            "GET /reports/_mock - 200",
            "GET /reports/report read_report - fault reset",
        ]
    );
}

/// A line without when, and how long.
fn without_times(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    let unit = words.iter().position(|word| *word == "ms").unwrap();
    words.drain(unit - 1..=unit);
    words.remove(0);
    words.join(" ")
}

#[tokio::test]
async fn a_path_cannot_forge_a_line() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let written = Arc::clone(&lines);
    let server = crate::common::builder()
        .log(move |entry| written.lock().unwrap().push(entry.to_string()))
        .start()
        .await
        .unwrap();
    get(&server, "/a%0d%0aGET%20/b", "").await;
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1);
    assert!(!lines[0].contains(['\r', '\n']), "{lines:?}");
}

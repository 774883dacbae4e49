//! Conformance: the rules of the runtime, as data.

use std::{
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
};

use guards::{conformance, workspace};
use tracing_subscriber::{filter::LevelFilter, util::SubscriberInitExt};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_case() {
    let cases = conformance::read(&workspace::root().join("tests/conformance")).unwrap();
    assert_eq!(cases.len(), 427, "a case has come or gone");
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = subscriber.set_default();
    let mut complaints = Vec::new();
    for case in &cases {
        if let Err(complaint) = case.play().await {
            complaints.push(format!("{}: {complaint}", case.name));
        }
        let log = std::mem::take(&mut *log.0.lock().unwrap());
        if let Err(complaint) = case.check_log(&String::from_utf8_lossy(&log)) {
            complaints.push(format!("{}: {complaint}", case.name));
        }
    }
    drop(guard);
    assert!(
        complaints.is_empty(),
        "{} of {} cases of tests/conformance fail; mend the runtime, or the case if the rule has changed:\n{}",
        complaints.len(),
        cases.len(),
        complaints.join("\n")
    );
}

#[test]
fn names_of_cases_are_different() {
    let cases = conformance::read(&workspace::root().join("tests/conformance")).unwrap();
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    let twice: Vec<&[&str]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

async fn assert_fails(path: &Path, case: &str, complaint: &str) {
    let file = format!(r#"{{"about": "x", "cases": [{{{case}}}]}}"#);
    std::fs::write(path, file).unwrap();
    let cases = conformance::read(path.parent().unwrap()).unwrap();
    let found = cases[0].play().await.unwrap_err();
    assert!(found.contains(complaint), "{found}");
}

/// A case that expects something else must fail, and a file that says nothing known is refused.
#[tokio::test]
async fn cases_can_fail() {
    let folder = tempfile::tempdir().unwrap();
    let schema = workspace::root().join("tests/conformance/schema.json");
    std::fs::copy(schema, folder.path().join("schema.json")).unwrap();
    let path = folder.path().join("wrong.json");
    let call = r#""call": {"operation": "list_clients", "path": {"app_id": "a"}}"#;
    let reply = r#""replies": [{"status": 200, "json": []}]"#;
    for (expect, complaint) in [
        (
            r#"{"sent": 0, "value": []}"#,
            "the number of requests is 1 instead of 0",
        ),
        (r#"{"sent": 1, "value": [1]}"#, "the value is Array []"),
        (
            r#"{"sent": 1, "error": {"kind": "api"}}"#,
            "the call succeeds",
        ),
        (
            r#"{"sent": [{"path": "/config/b/clients"}], "value": []}"#,
            "the path is",
        ),
        (
            r#"{"sent": [{"headers": {"authorization": null}}], "value": []}"#,
            "the authorization is",
        ),
    ] {
        let case = format!(r#""name": "x", {call}, {reply}, "expect": {expect}"#);
        assert_fails(&path, &case, complaint).await;
    }
    let twice = r#""replies": [{"status": 503, "headers": {"Retry-After": "2"}}, {"status": 204}]"#;
    let client = r#""paused": true, "client": {"retry": {}}"#;
    for (expect, complaint) in [
        (
            r#"{"sent": 2, "delays_ms": [1990], "value": null}"#,
            "the delay is 200",
        ),
        (
            r#"{"sent": 2, "took_ms": [0, 1990], "value": null}"#,
            "the time is 200",
        ),
        (
            r#"{"sent": 2, "same_headers": ["x-none"], "value": null}"#,
            "a request has no x-none",
        ),
        (
            r#"{"sent": 2, "different_headers": ["user-agent"], "value": null}"#,
            "the number of different values is 1 instead of 2",
        ),
        (
            r#"{"sent": [{}, {"origin": "https://elsewhere"}], "value": null}"#,
            "the origin is",
        ),
        (
            r#"{"sent": 2, "error": {"kind": "api", "attempts": 2}}"#,
            "the call succeeds",
        ),
    ] {
        let operation = r#"{"id": "x", "method": "GET", "path": "/x", "responses": {"204": []}}"#;
        let call = format!(r#""call": {{"operation": {operation}}}"#);
        let case = format!(r#""name": "x", {client}, {call}, {twice}, "expect": {expect}"#);
        assert_fails(&path, &case, complaint).await;
    }
    let delivery = r#"{"headers": {"X": "0"}, "body": "a", "expect": {"secret": 0}}"#;
    let webhook = format!(
        r#""webhook": {{"scheme": {{"header": "X"}}, "secrets": ["x"], "deliveries": [{delivery}]}}"#
    );
    let case = format!(r#""name": "x", {webhook}"#);
    assert_fails(&path, &case, "delivery 1: it is refused").await;
    std::fs::write(
        &path,
        r#"{"about": "x", "cases": [{"name": "x", "expekt": {}}]}"#,
    )
    .unwrap();
    let refused = conformance::read(folder.path()).unwrap_err();
    assert!(refused.contains("wrong.json, at `/cases/0`"), "{refused}");
}

/// A file without cases shows nothing, and neither does a case that expects nothing.
#[test]
fn nothing_is_no_case() {
    let folder = tempfile::tempdir().unwrap();
    let schema = workspace::root().join("tests/conformance/schema.json");
    std::fs::copy(schema, folder.path().join("schema.json")).unwrap();
    let call = r#""call": {"operation": "list_clients"}"#;
    let two = r#""calls": [{"operation": "list_clients"}, {"operation": "list_clients"}]"#;
    let scheme = r#""scheme": {"header": "X"}, "secrets": ["x"]"#;
    for cases in [
        String::new(),
        format!(r#"{{"name": "x", {call}}}"#),
        format!(r#"{{"name": "x", {call}, "expect": {{}}}}"#),
        format!(r#"{{"name": "x", {call}, "expect": {{"sent": 1}}}}"#),
        format!(r#"{{"name": "x", {call}, "expect": {{"sent": 1, "error": {{}}}}}}"#),
        format!(r#"{{"name": "x", {two}, "expect": {{"sent": 2, "each": []}}}}"#),
        format!(r#"{{"name": "x", {two}, "expect": {{"sent": 2, "each": [{{}}, {{}}]}}}}"#),
        format!(r#"{{"name": "x", "webhook": {{{scheme}, "deliveries": []}}}}"#),
        format!(r#"{{"name": "x", "webhook": {{{scheme}, "deliveries": [{{"expect": {{}}}}]}}}}"#),
    ] {
        let file = format!(r#"{{"about": "x", "cases": [{cases}]}}"#);
        std::fs::write(folder.path().join("empty.json"), &file).unwrap();
        let refused = conformance::read(folder.path()).unwrap_err();
        assert!(
            refused.contains("empty.json, at `/cases"),
            "{file}: {refused}"
        );
    }
}

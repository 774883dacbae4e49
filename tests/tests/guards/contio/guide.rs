//! The page for those who come from the vendor's SDK, held against that SDK and this client; and the
//! page about the SDK's faults, held against the tests that it names.

use std::{collections::BTreeSet, fs, path::Path};

use contio_client::operations::OPERATIONS;
use guards::workspace;
use serde_json::Value;

const PAGE: &str =
    include_str!("../../../../openapi/contio/guide/coming-from-the-typescript-sdk.md");
const FAULTS: &str = "docs/contio-sdk-faults.md";

/// What `@contio/partner-sdk` 1.9.0 has, as the run beside it knows it.
const METHODS: &str = include_str!("../../../foreign/contio_sdk/methods.json");

/// What else it exports, but for types.
const NAMES: [&str; 12] = [
    "ContioPartnerSDK",
    "PartnerUserClient",
    "PartnerAdminClient",
    "OAuthClient",
    "ApiKeyClient",
    "ContioAPIError",
    "WebhookVerifier",
    "WebhookEventHandler",
    "WEBHOOK_EVENTS",
    "baseURL",
    "defaultTimezone",
    "idempotencyKey",
];

/// What it does beyond one call for one method.
const HABITS: [&str; 23] = [
    "retry",
    "429",
    "other 4xx",
    "timeout",
    "error type",
    "auto refresh",
    "token store",
    "OAuth calls",
    "time zone",
    "idempotency",
    "collect-all",
    "merged meeting",
    "chat shaping",
    "upload",
    "download",
    "SSO link",
    "deep links",
    "webhook verify",
    "webhook dispatch",
    "Express middleware",
    "deep links it lacks",
    "event constants",
    "local development",
];

/// The texts between backticks.
fn code(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn everything_of_the_sdk_is_on_the_page() {
    let known = code(PAGE);
    let methods: Value = serde_json::from_str(METHODS).unwrap();
    let lists = [&methods["calls"], &methods["silent"]];
    let rows = lists.into_iter().flat_map(|list| list.as_array().unwrap());
    let mut missing = Vec::new();
    for row in rows.filter(|row| row["method"] != "new") {
        let name = row["method"].as_str().unwrap();
        let full = format!("{}.{name}", row["on"].as_str().unwrap());
        if !known.contains(name) && !known.contains(&*full) {
            missing.push(full);
        }
    }
    let others = NAMES.iter().filter(|name| !known.contains(**name));
    missing.extend(others.map(ToString::to_string));
    assert_eq!(missing, [""; 0]);
    for habit in HABITS {
        let row = format!("\n| {habit}");
        assert!(PAGE.contains(&row), "there is no row for {habit:?}");
    }
}

/// Page and run beside the SDK do not contradict each other.
#[test]
fn the_page_says_what_the_run_beside_the_sdk_does() {
    let methods: Value = serde_json::from_str(METHODS).unwrap();
    let mut compared = 0;
    for call in methods["calls"].as_array().unwrap() {
        let [on, name, ours] =
            ["on", "method", "ours"].map(|member| call[member].as_str().unwrap());
        let full = format!("`{on}.{name}`");
        let rows: Vec<&str> = PAGE
            .lines()
            .filter(|line| line.starts_with('|') && line.contains(&full))
            .collect();
        let operation = ours.split(' ').next().unwrap();
        let link = format!("(crate::Client::{operation})");
        compared += rows.len();
        assert!(
            rows.is_empty() || rows.iter().any(|row| row.contains(&link)),
            "{full} is {operation}, and not {rows:?}"
        );
    }
    assert_eq!(compared, 128, "a row has come or gone");
}

/// Links to methods lead somewhere (rustdoc sees to the other links), and no operation is left out.
#[test]
fn every_operation_is_on_the_page_and_nothing_else() {
    let linked: BTreeSet<&str> = PAGE
        .split("](crate::Client::")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|name| !["builder", "from_env"].contains(name))
        .collect();
    let all: BTreeSet<&str> = OPERATIONS.iter().map(|one| one.id()).collect();
    assert_eq!(linked.difference(&all).collect::<Vec<_>>(), [&""; 0]);
    let missing: Vec<_> = all.difference(&linked).collect();
    assert_eq!(missing, [&""; 0]);
}

/// A row of the table of faults: its number, and the tests that stand for it, by their files.
fn proofs(row: &str) -> (usize, Vec<(&str, &str)>) {
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
    let number = cells[0].trim().parse().unwrap();
    let mut found = Vec::new();
    for link in cells.last().unwrap().split("](../").skip(1) {
        let (file, names) = link.split_once(')').unwrap();
        found.extend(code(names).into_iter().map(|name| (file, name)));
    }
    (number, found)
}

fn is_there(root: &Path, file: &str, name: &str) -> bool {
    let text = fs::read_to_string(root.join(file)).unwrap_or_default();
    if Path::new(file)
        .extension()
        .is_some_and(|kind| kind == "json")
    {
        return text.contains(&format!("\"name\": \"{name}\""));
    }
    let Some(at) = text.find(&format!("fn {name}()")) else {
        return false;
    };
    let above = text[..at].rsplit("\n\n").next().unwrap_or_default();
    above.contains("#[test]") || above.contains("#[tokio::test")
}

#[test]
fn every_fault_of_the_sdk_has_a_test_that_exists() {
    let root = workspace::root();
    let page = fs::read_to_string(root.join(FAULTS)).unwrap();
    let rows = page.lines().filter(|line| {
        line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit())
    });
    let rows: Vec<_> = rows.map(proofs).collect();
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=44).collect::<Vec<_>>());
    for (number, proofs) in &rows {
        assert!(!proofs.is_empty(), "row {number} names no test");
        for (file, name) in proofs {
            assert!(
                is_there(&root, file, name),
                "row {number}: {file} has no test `{name}`"
            );
        }
    }
}

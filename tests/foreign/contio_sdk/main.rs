//! The vendor's SDK and our client send the same requests to our mock server, or it is written down why
//! not: `methods.json` says which methods are compared and with which arguments, `docs/contio-sdk.md`
//! shows what was seen.
//!
//! Needs Node.js and the SDK, so `cargo test` leaves it out: `tests/foreign/run` installs both and runs
//! it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod browser;
mod compare;
mod deliveries;
mod inputs;
mod links;
mod methods;
mod ours;
mod reasons;
mod sdk;
mod stage;
mod table;

use methods::Table;
use stage::Stage;

// The SDK is waited for, so the mock server needs another thread.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the vendor's SDK: run tests/foreign/run"]
async fn the_page_about_the_sdk_says_what_is_sent() {
    let table = Table::read();
    let mut stage = Stage::set_up().await;
    assert_eq!(table.names(), stage.public_methods());

    let mut seen = Vec::new();
    for row in &table.calls {
        seen.push(stage.compare(row).await);
    }
    let complaints = reasons::complaints(&table, &seen);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));

    for row in &table.silent {
        links::assert_same(row, &stage.call_silent(row));
    }
    let verdicts = deliveries::judge_all(&mut stage.sdk).await;
    table::assert_page(&[
        ("everywhere", table::everywhere(&table)),
        ("calls", table::calls(&table, &seen)),
        ("deliveries", table::deliveries(&verdicts)),
        ("silent", table::silent(&table)),
    ]);
}

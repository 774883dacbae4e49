//! The vendor's SDK and our client send the same requests to our mock server, or it is written down why
//! not.
//!
//! Needs Node.js and the SDK, so `cargo test` leaves it out: `tests/foreign/run` installs both and runs
//! it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod browser;
mod compare;
mod methods;
mod ours;
mod sdk;
mod stage;

use methods::Table;
use stage::Stage;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the vendor's SDK: run tests/foreign/run"]
async fn every_method_sends_what_ours_sends() {
    let table = Table::read();
    let mut stage = Stage::set_up().await;
    for row in &table.calls {
        let seen = stage.compare(row).await;
        println!("{}.{} | {} | {} | {} | {:?}", row.on, row.method, row.ours, seen.answer, 
            seen.differences.iter().map(ToString::to_string).filter(|d| !d.contains("`accept`")).collect::<Vec<_>>().join("; "), seen.failure);
    }
    for row in table.silent.iter().filter(|row| row.arguments.is_some()) {
        println!("{}.{} {:?}", row.on, row.method, stage.call_silent(row));
    }
}

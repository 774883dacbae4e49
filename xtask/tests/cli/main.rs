//! The command line as its users meet it: the real program, run in folders of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bounds;
mod diff;
mod docs;
mod documents;
mod hostile;
mod interrupted;
mod large;
mod mock;
mod output;
mod place;
mod provenance;
#[path = "../../../crates/openapi-mock/tests/it/running.rs"]
mod running;
mod settings;
mod workspace;

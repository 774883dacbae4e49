//! The guards over this workspace, one file a guard.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod configo;
mod conformance;
mod contio;
mod correction;
mod documented_by_example;
mod drift;
mod layers;
mod mock;
mod model;
mod mutations;
mod operation_table;
mod packages;
mod parity;
mod programs;
mod prose;
mod provenance;
mod public_api;
mod redaction;
mod sizes;
mod walk;
mod wire;
mod wording;

//! The guards of this workspace: each holds two things together that must not drift apart.
//!
//! A guard is a function that says what is wrong, why it matters and which command mends it. The
//! tests run the guards over this workspace, and over copies with something broken in them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a guard that cannot do its work must fail"
)]

pub mod calls;
pub mod clients;
pub mod conformance;
pub mod document;
pub mod documented_by_example;
pub mod drift;
pub mod forms;
pub mod instances;
pub mod layers;
pub mod mutation;
pub mod operation_table;
pub mod packages;
pub mod parity;
pub mod programs;
pub mod prose;
pub mod public_api;
pub mod recorder;
pub mod rust_source;
pub mod snapshot;
pub mod walk;
pub mod wire;
pub mod wording;
pub mod workspace;

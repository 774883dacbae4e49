//! The guards of this workspace: each holds two things together that must not drift apart.
//!
//! A guard is a function over the root of a workspace that says what is wrong, why it matters and
//! which command mends it. The tests run the guards over this workspace, and over copies with
//! something broken in them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a guard that cannot do its work must fail"
)]

pub mod calls;
pub mod drift;
pub mod recorder;
pub mod workspace;

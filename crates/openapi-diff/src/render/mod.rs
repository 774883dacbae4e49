//! Changes as people and programs read them.

mod json;
mod markdown;
mod text;

pub use json::SCHEMA;

//! Stable codes of what generation itself refuses.

/// Two operations would become one method.
pub const METHOD_NAME: &str = "G101";
/// Success bodies that cannot be told apart by the client.
pub const MIXED_STREAM: &str = "G102";
/// The generator behind the client refuses the construct.
pub const GENERATOR_REFUSES: &str = "G201";
/// The generator behind the client panicked.
pub const GENERATOR_PANICS: &str = "G202";
/// What the generator made does not have the expected shape.
pub const UNEXPECTED_OUTPUT: &str = "G203";
/// A lowering rule is listed in `codegen.toml` but applied nowhere.
pub const NEVER_APPLIED: &str = "G301";
/// A lowering rule applied but is not listed in `codegen.toml`.
pub const NOT_LISTED: &str = "G302";
/// `codegen.toml` lists a lowering rule that does not exist.
pub const UNKNOWN_RULE: &str = "G303";
/// `codegen.toml` cannot be used.
pub const SETTINGS: &str = "G304";
/// A generated crate is not what its document gives.
pub const OUT_OF_DATE: &str = "G401";
/// The command could not run.
pub const CANNOT_RUN: &str = "G402";

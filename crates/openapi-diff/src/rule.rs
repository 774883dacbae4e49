//! What a rule is: a kind of change with its verdicts.

use std::fmt;

use serde::Serialize;

use crate::verdict::Ways;

/// A kind of change, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Stable code, such as `C101`. It never changes its meaning.
    pub code: &'static str,
    /// What it is about.
    pub area: Area,
    /// What has changed, in a few words.
    pub what: &'static str,
    /// For HTTP callers.
    pub http: Ways,
    /// For users of the generated Rust crate.
    pub rust: Ways,
    /// What authors of the document can do; empty where there is nothing to do.
    pub advice: &'static str,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Paths, methods and operations.
    Operations,
    /// Parameters.
    Parameters,
    /// Bodies of requests.
    Bodies,
    /// Responses and their headers.
    Responses,
    /// Schemas.
    Schemas,
    /// Credentials, scopes and trust.
    Security,
    /// Servers and environments.
    Servers,
    /// Events and links.
    Events,
    /// Rate limits, retries, pagination and so on.
    Settings,
    /// Texts, examples, deprecation, provenance.
    Texts,
}

impl Area {
    /// All areas, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Operations,
        Self::Parameters,
        Self::Bodies,
        Self::Responses,
        Self::Schemas,
        Self::Security,
        Self::Servers,
        Self::Events,
        Self::Settings,
        Self::Texts,
    ];

    /// As a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Operations => "Paths and operations",
            Self::Parameters => "Parameters",
            Self::Bodies => "Request bodies",
            Self::Responses => "Responses and headers",
            Self::Schemas => "Schemas",
            Self::Security => "Security",
            Self::Servers => "Servers",
            Self::Events => "Events and links",
            Self::Settings => "Settings",
            Self::Texts => "Texts, examples, deprecation and provenance",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// The rules of a file, as constants and as the list `RULES`: code, what has changed, verdicts for HTTP
/// callers, verdicts for Rust users, advice.
macro_rules! define_rules {
    ($area:ident; $($name:ident = $code:literal, $what:literal, $http:expr, $rust:expr, $advice:literal;)*) => {
        $(pub(super) const $name: &$crate::rule::Rule = &$crate::rule::Rule {
            code: $code,
            area: $crate::rule::Area::$area,
            what: $what,
            http: $http,
            rust: $rust,
            advice: $advice,
        };)*
        pub(super) const RULES: &[&$crate::rule::Rule] = &[$($name),*];
    };
}
pub(crate) use define_rules;

//! The stable codes of reading, resolving and validating.

use std::fmt::Write;

use crate::finding::{Finding, Severity};
use crate::report::{Diagnostic, Place};

/// A stable code for one kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The code, for example `D010`. It never changes its meaning.
    pub id: &'static str,
    /// How bad the problem is.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
}

impl Code {
    pub(crate) fn at(&self, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, place, message).with_why(self.why)
    }

    pub(crate) fn finding(
        &self,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Finding {
        let finding = match self.severity {
            Severity::Error => Finding::error(self.id, pointer, message),
            Severity::Warning => Finding::warning(self.id, pointer, message),
        };
        finding.why(self.why)
    }
}

macro_rules! codes {
    ($($name:ident = $id:literal, $severity:ident, $title:literal, $why:literal;)*) => {
        $(pub(crate) const $name: Code = Code {
            id: $id,
            severity: Severity::$severity,
            title: $title,
            why: $why,
        };)*
        const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    FILE_MISSING = "D001", Error, "the document does not exist",
        "there is nothing to read";
    FILE_UNREADABLE = "D002", Error, "a file cannot be read",
        "a document is only as complete as its files";
    NOT_A_FILE = "D003", Error, "a path names a folder or a device",
        "a document is a file, so that it can be read again and its lines be shown";
    EMPTY = "D004", Error, "a file is empty",
        "an empty file is most often the result of an interrupted write or a wrong path";
    NOT_TEXT = "D005", Error, "a file is not UTF-8 text",
        "OpenAPI documents are UTF-8 (RFC 8259, section 8.1); guessing another encoding would corrupt names";
    TOO_LARGE = "D006", Error, "a file is too large",
        "the limit keeps a wrong path from filling the memory";
    SYNTAX = "D007", Error, "a file is not well-formed YAML or JSON",
        "nothing behind this place could be read, so there may be further problems in this file";
    TOO_DEEP = "D008", Error, "a file is nested too deeply",
        "no API description needs such depth, and tools that read it may exhaust their stack";
    SEVERAL_DOCUMENTS = "D009", Error, "a file holds several YAML documents",
        "OpenAPI tools read the first one only, so that the rest would be lost without a word";
    DUPLICATE_KEY = "D010", Error, "a key stands twice in one object",
        "most parsers keep only the last one: a whole operation can vanish without a word";
    KEY_NOT_TEXT = "D011", Error, "a key is not a string",
        "OpenAPI is defined on JSON, where every key is a string";
    NUMBER = "D012", Error, "a number that JSON lacks, or that tools read differently",
        "JSON has no such number, or YAML tools disagree about its value";
    ALIAS = "D013", Error, "an alias cannot be followed",
        "an alias stands for a copy of an anchored value that must be complete and of bounded size";
    MERGE_KEY = "D014", Error, "a merge key is used",
        "`<<` is not part of YAML 1.2 and OpenAPI tools disagree about it";
    TAG = "D015", Error, "a YAML tag is not supported",
        "OpenAPI allows only what JSON can express; custom tags mean something to one program only";

    SWAGGER_2 = "D101", Error, "the document is Swagger 2.0",
        "Swagger 2.0 has another structure throughout, so nothing else was checked";
    TOO_NEW = "D102", Error, "the document is OpenAPI 3.1 or later",
        "3.1 changed the meaning of schemas; reading it as 3.0 would produce wrong types";
    NO_VERSION = "D103", Error, "the version of OpenAPI is missing or unknown",
        "the version decides how everything else is read, so nothing else was checked";
    LATER_KEYWORD = "D104", Error, "a construct of OpenAPI 3.1 in a 3.0 document",
        "3.0 tools ignore it or fail on it, so clients and servers would understand the document differently";

    REF_REMOTE = "D201", Error, "a reference to a URL",
        "the document would change without a commit, and could not be read offline";
    REF_ABSOLUTE = "D202", Error, "a reference to an absolute path",
        "it resolves on one machine only";
    REF_FILE = "D203", Error, "a referenced file cannot be found",
        "the document is incomplete without it";
    REF_POINTER = "D204", Error, "a reference leads nowhere",
        "the document is incomplete without its target";
    REF_CYCLE = "D205", Error, "references lead in a circle",
        "following them never arrives at a definition";
    REF_MISPLACED = "D206", Error, "a reference where OpenAPI allows none",
        "tools read it as a plain member or ignore it";
    REF_KIND = "D207", Error, "a reference to something of another kind",
        "the target cannot stand in this place";
    REF_SIBLING = "D208", Warning, "members beside a reference",
        "OpenAPI 3.0 ignores everything beside `$ref`, so the member has no effect";
    REF_SIBLING_NOTE = "D209", Warning, "notes beside a reference",
        "OpenAPI 3.0 ignores everything beside `$ref`, so the text is lost";
    NAME_CLASH = "D210", Warning, "two definitions with one name",
        "in one document each schema has a name of its own, and clients take the names of their types from it";
    MAPPING = "D211", Error, "a discriminator maps to a schema that does not exist",
        "a value with this tag could not be decoded";
    REF_NOT_TEXT = "D212", Error, "a reference is not a string",
        "`$ref` holds a URI reference";
    REF_OUTSIDE = "D213", Error, "a reference leads out of the folder of the document",
        "a document that somebody else wrote could show any file of this machine, or put it into what is made of it";
    REF_CHAIN = "D214", Error, "a chain of references is too long",
        "what it ends in is looked up again and again; no document needs more than a few steps";
    REF_COPIES = "D215", Error, "references copy too much",
        "the limit keeps a small document from filling the memory";

    UNKNOWN_KEY = "D301", Error, "an unknown key",
        "most tools ignore keys they do not know, so that what it says is lost without a word";
    MISSING_KEY = "D302", Error, "a required key is missing",
        "OpenAPI 3.0 requires it";
    WRONG_TYPE = "D303", Error, "a value has the wrong type",
        "OpenAPI 3.0 fixes the type of this value";
    WRONG_VALUE = "D304", Error, "a value is not allowed",
        "OpenAPI 3.0 restricts the values here";
    CONTRADICTION = "D305", Error, "members exclude each other",
        "it is not defined which of them counts";
    COMPONENT_NAME = "D306", Error, "a component has an illegal name",
        "component names are made of letters, digits, `.`, `-` and `_`, so that they can be referenced everywhere";
    MODEL = "D307", Error, "the document does not fit the typed model",
        "the document cannot be processed further";

    UNKNOWN_EXTENSION = "D401", Warning, "an unknown extension",
        "these tools ignore it; a misspelt extension has no effect";
    MISPLACED_EXTENSION = "D402", Warning, "an extension in the wrong place",
        "it is ignored here, so what it says has no effect";
    WRONG_EXTENSION = "D403", Warning, "an extension with a wrong value",
        "it is ignored, so what it says has no effect";
}

/// All codes of [`Document::open`](crate::Document::open), in order.
///
/// The codes of [`lint`](crate::lint()) are listed by [`lint::rules`](crate::lint::rules).
pub fn codes() -> &'static [Code] {
    ALL
}

/// The table of [`codes`] in Markdown, as it stands in the docs of this crate.
pub fn codes_table() -> String {
    let mut table = String::from("| code | severity | what | why |\n|---|---|---|---|\n");
    for code in ALL {
        let severity = match code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Code { id, title, why, .. } = code;
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{id}` | {severity} | {title} | {why} |");
    }
    table
}

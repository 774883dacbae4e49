//! Reading `$ref`: from its text to the file and pointer it means.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::codes::{self, Code};

/// References that may lead on to each other before there is a definition.
pub(crate) const LONGEST_CHAIN: usize = 64;

/// The parts of a reference that this crate follows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// The file part, relative to the file the reference stands in; empty for the same file.
    pub(crate) file: Cow<'a, str>,
    /// JSON pointer into that file.
    pub(crate) pointer: Cow<'a, str>,
}

/// A reference that this crate does not follow.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl<'a> Reference<'a> {
    /// Reads a URI reference (RFC 3986) whose fragment is a JSON pointer.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Refused> {
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        let file = decode(file);
        let scheme = scheme(&file);
        if file.starts_with("//") || scheme.is_some_and(|scheme| !is_local(scheme)) {
            return Err(Refused {
                code: codes::REF_REMOTE,
                message: format!("`{text}` refers to another server"),
                help: "copy the file beside this one, with its source and date in a comment, and \
                       refer to the copy by a relative path"
                    .to_owned(),
            });
        }
        if scheme.is_some() || file.starts_with('/') || file.contains('\\') {
            return Err(Refused {
                code: codes::REF_ABSOLUTE,
                message: format!("`{text}` is not a relative path"),
                help: "write the path relative to this file, with `/` between folders".to_owned(),
            });
        }
        let pointer = decode(fragment);
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(Refused {
                code: codes::REF_POINTER,
                message: format!("`#{fragment}` is not a JSON pointer"),
                help: format!("a pointer starts with `/`: `{file}#/{fragment}`"),
            });
        }
        Ok(Self { file, pointer })
    }

    /// The path of the file meant by this reference in the file `from`.
    pub(crate) fn path(&self, from: &Path) -> PathBuf {
        if self.file.is_empty() {
            return from.to_owned();
        }
        let folder = from.parent().unwrap_or(Path::new(""));
        crate::files::normalized(&folder.join(&*self.file))
    }
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text)
        .decode_utf8()
        .unwrap_or(Cow::Borrowed(text))
}

/// What stands before the first colon, if it can be a scheme (RFC 3986, section 3.1).
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then_some(scheme)
}

/// Whether a scheme means this machine: `file`, or a drive of Windows.
fn is_local(scheme: &str) -> bool {
    scheme.len() == 1 || scheme.eq_ignore_ascii_case("file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        for (text, file, pointer) in [
            ("%2e%2E/a.yaml", "../a.yaml", ""),
            ("#/a/b", "", "/a/b"),
            ("a.yaml", "a.yaml", ""),
            ("../a%20b.yaml#/~1x%7By%7D", "../a b.yaml", "/~1x{y}"),
            ("a.yaml#", "a.yaml", ""),
        ] {
            let reference = Reference::parse(text).unwrap();
            assert_eq!((&*reference.file, &*reference.pointer), (file, pointer));
        }
    }

    #[test]
    fn what_is_not_followed_is_refused() {
        for (text, code) in [
            ("https://example.com/a.yaml", "D201"),
            ("//example.com/a.yaml", "D201"),
            ("file:///a.yaml", "D202"),
            ("File:a.yaml", "D202"),
            ("C:/a.yaml", "D202"),
            ("c%3A%5Ca.yaml", "D202"),
            ("/a.yaml", "D202"),
            ("%2Fa.yaml", "D202"),
            ("..%5Ca.yaml", "D202"),
            ("schemas\\a.yaml", "D202"),
            ("a.yaml#b", "D204"),
        ] {
            assert_eq!(Reference::parse(text).unwrap_err().code.id, code, "{text}");
        }
    }
}

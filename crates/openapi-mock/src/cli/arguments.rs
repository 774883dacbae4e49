//! What the user may ask for.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Parser;
use openapi_document::OpenOptions;

use super::Options;

const AFTER_HELP: &str = "\
Several documents stand below prefixes, named by --mount or like their files; `openapi.yaml` is named
like its folder. One alone stands at the root.

Exit codes:
  0  it was stopped by Ctrl-C or SIGTERM
  1  a document has problems
  2  the command could not run: wrong arguments, a file that cannot be read, a port that is taken

Addresses, credentials and a first request go to standard output, all else to standard error.";

/// A file name that says nothing of the API in it.
const EVERYDAY: [&str; 4] = ["api", "index", "openapi", "swagger"];

/// A mock server that behaves as OpenAPI 3.0 documents say
#[derive(Debug, Parser)]
#[command(name = "openapi-mock", version, after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Documents to serve, YAML or JSON
    #[arg(value_name = "FILE", required_unless_present = "mounts")]
    files: Vec<PathBuf>,
    /// Serve a document under a name of your choice; may be repeated
    #[arg(long = "mount", value_name = "NAME=FILE", value_parser = named)]
    mounts: Vec<(String, PathBuf)>,
    /// Let references lead into this folder too, besides that of each document; may be repeated
    #[arg(long, value_name = "DIR")]
    allow_ref_outside: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) options: Options,
}

impl Arguments {
    /// The documents, each with the name that it is mounted under.
    pub(super) fn documents(&self) -> Vec<(String, PathBuf)> {
        if let ([alone], []) = (self.files.as_slice(), self.mounts.as_slice()) {
            return vec![(String::new(), alone.clone())];
        }
        let of_files = self.files.iter().map(|file| (name(file), file.clone()));
        of_files.chain(self.mounts.iter().cloned()).collect()
    }

    /// How the documents are opened.
    pub(super) fn opening(&self) -> OpenOptions {
        let folders = self.allow_ref_outside.iter();
        folders.fold(OpenOptions::new(), |options, folder| {
            options.allow_ref_outside(folder)
        })
    }
}

/// The name that a file has by itself.
fn name(file: &Path) -> String {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let text = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let stem = text(absolute.file_stem());
    if EVERYDAY.contains(&stem.as_str()) {
        text(absolute.parent().and_then(Path::file_name))
    } else {
        stem
    }
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let Some((name, file)) = text.split_once('=') else {
        return Err("write the name, an equals sign and the file".to_owned());
    };
    let fits = |character: char| character.is_ascii_alphanumeric() || "-_.~/".contains(character);
    if let Some(wrong) = name.chars().find(|character| !fits(*character)) {
        return Err(format!(
            "{wrong:?} cannot stand in a name: use ASCII letters, digits, `-`, `_`, `.` and `~`"
        ));
    }
    Ok((name.to_owned(), PathBuf::from(file)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::Parser;

    use super::Arguments;

    fn documents(arguments: &[&str]) -> Vec<(String, PathBuf)> {
        let all = ["openapi-mock"].iter().chain(arguments);
        Arguments::try_parse_from(all).unwrap().documents()
    }

    fn pair(name: &str, file: &str) -> (String, PathBuf) {
        (name.to_owned(), PathBuf::from(file))
    }

    #[test]
    fn one_alone_stands_at_the_root() {
        assert_eq!(documents(&["a/pets.yaml"]), [pair("", "a/pets.yaml")]);
    }

    #[test]
    fn several_are_named_like_their_files_or_as_told() {
        assert_eq!(
            documents(&["a/pets.yaml", "shop/openapi.yaml", "--mount", "v2/x=y.json"]),
            [
                pair("pets", "a/pets.yaml"),
                pair("shop", "shop/openapi.yaml"),
                pair("v2/x", "y.json")
            ]
        );
        assert_eq!(documents(&["--mount", "x=y.json"]), [pair("x", "y.json")]);
    }

    #[test]
    fn names_that_no_path_takes_are_refused() {
        for (text, complaint) in [("pets.yaml", "an equals sign"), ("a b=pets.yaml", "' '")] {
            let parsed = Arguments::try_parse_from(["openapi-mock", "--mount", text]);
            let error = parsed.unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}

//! What the user may ask for.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use openapi_document::{Document, OpenOptions, Report};

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  something was found: problems in a document, generated code out of date
  2  the command could not run: wrong arguments, a file that cannot be read or written

Of several APIs all are attempted, and the worst code counts.
Results go to standard output, problems to standard error.";

const PROVENANCE_HELP: &str = "\
What has no `x-provenance` of its own is as what it stands in: a property as its schema, a parameter
or a response as its operation. A schema counts with each tag that uses it, and once in all. With
`--format json` there is one object for each document, or the problems that keep one from being read.

Exit codes:
  0  all documents were counted
  1  a document has problems
  2  the command could not run: wrong arguments, a file that cannot be read";

const DOCS_HELP: &str = "\
The folder is replaced as a whole, in one step, and only if it is empty or was written by this command.
What `lint` finds is listed on the pages. With `--format json` there is one object with what was written, or the
problems that kept it from being written. The command `openapi-docs` does the same for documents that are in no
workspace.

Exit codes:
  0  the site was written
  1  a document has errors, and nothing was changed
  2  the command could not run: wrong arguments, a file that cannot be read or written";

const MOCK_HELP: &str = "\
Several APIs stand below their names, as in http://127.0.0.1:4010/NAME; one alone at the root. The
command `openapi-mock` does the same for documents that are in no workspace.

Exit codes:
  0  it was stopped by Ctrl-C or SIGTERM
  1  a document has problems
  2  the command could not run: wrong arguments, a port that is taken

Addresses, credentials and a first request go to standard output, all else to standard error. With
`--format json` problems go to standard output and all else to standard error.";

const DIFF_HELP: &str = "\
`--base` is a file, a folder with `openapi/NAME/openapi.yaml` or `openapi.yaml` in it, or a revision of
git; a branch that has the name of a file is `refs/heads/BRANCH`. A revision is read beside the checkout,
which stays as it is. Without `--base`, it is the last commit, `HEAD`.

Changes that are meant stand in `openapi/NAME/accepted-changes.toml`; they count for a revision. An entry
that matches no change is an error where `--base` names a revision, such as that of the last release.

Exit codes:
  0  the documents were compared
  1  `--fail-on` found changes that nobody has accepted, or an entry of the accepted ones matches none;
     or a document has problems
  2  the command could not run: wrong arguments, no such revision, a file that cannot be read

Changes go to standard output, problems to standard error.";

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "From OpenAPI documents to client crates",
    after_help = EXIT_CODES
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Root of the workspace to work on [default: the one this command was built in]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,
    /// Let references lead into this folder too, besides that of the root document; may be repeated
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) allow_ref_outside: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Generate the client crates from the documents
    #[command(after_help = EXIT_CODES)]
    Codegen(Codegen),
    /// Check the documents
    #[command(after_help = EXIT_CODES)]
    Lint(Lint),
    /// Say what changed in the documents, and what it means for HTTP callers and Rust users
    #[command(after_help = DIFF_HELP)]
    Diff(Diff),
    /// Count what the vendors document and what is inferred
    #[command(after_help = PROVENANCE_HELP)]
    Provenance(Provenance),
    /// Write the reference: a site of the documents, to be read in a browser
    #[command(after_help = DOCS_HELP)]
    Docs(Docs),
    /// Serve the documents: mock servers to try clients against
    #[command(after_help = MOCK_HELP)]
    Mock(Mock),
}

#[derive(Debug, Args)]
pub(crate) struct Codegen {
    /// Generate this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "document")]
    pub(crate) apis: Vec<String>,
    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    pub(crate) check: bool,
    /// Generate from any OpenAPI 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE", requires = "crate_name", requires = "out")]
    pub(crate) document: Option<PathBuf>,
    /// Name of the package to generate, such as `pets-client`
    #[arg(long, value_name = "NAME", requires = "document")]
    pub(crate) crate_name: Option<String>,
    /// Folder to generate the package in
    #[arg(long, value_name = "DIR", requires = "document")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Check this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "document")]
    pub(crate) apis: Vec<String>,
    /// Check any OpenAPI 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Provenance {
    /// Count in this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "document")]
    pub(crate) apis: Vec<String>,
    /// Count in any OpenAPI 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Compare this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "against")]
    pub(crate) apis: Vec<String>,
    /// What to compare with: a revision of git, a folder or a file [default: HEAD]
    #[arg(long, value_name = "REV|DIR|FILE")]
    pub(crate) base: Option<String>,
    /// The new document, in place of those of the workspace; any OpenAPI 3.0 document
    #[arg(long, value_name = "FILE", requires = "base")]
    pub(crate) against: Option<PathBuf>,
    /// Exit with 1 where there are such changes that nobody has accepted
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
}

/// Which changes are a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Those that break HTTP callers or Rust users
    Breaking,
    /// All
    Any,
}

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Write about this API of the workspace; may be repeated [default: all]
    #[arg(long = "api", value_name = "NAME", conflicts_with = "document")]
    pub(crate) apis: Vec<String>,
    /// Write about any OpenAPI 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    /// Folder to write to [default: `target/reference` of the workspace]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Mock {
    /// APIs of the workspace to serve [default: all]
    #[arg(value_name = "API")]
    pub(crate) apis: Vec<String>,
    #[command(flatten)]
    pub(crate) options: openapi_mock::cli::Options,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: excerpts of the source, reasons and advice
    Text,
    /// For editors and CI: one JSON array of problems and nothing else, empty where all is well;
    /// `provenance` and `diff` put their results there
    Json,
    /// For a pull request; only `diff` has it
    Markdown,
}

impl Arguments {
    /// What the parser of arguments cannot check.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let is_diff = matches!(self.command, Command::Diff(_));
        if self.format == Format::Markdown && !is_diff {
            return Err("only `diff` has `--format markdown`");
        }
        Ok(())
    }
}

/// The workspace that a command works on, and where its documents may refer to.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    given: Option<PathBuf>,
    allowed: Vec<PathBuf>,
}

impl Workspace {
    /// The workspace at `given`, or the one that this program was built in. References of documents
    /// may lead into the folders in `allowed`.
    pub(crate) fn at(given: Option<PathBuf>, allowed: Vec<PathBuf>) -> Self {
        let built_in = || {
            let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
            xtask.parent().unwrap_or(xtask).to_owned()
        };
        let root = match &given {
            // The runtime's folder is written down, so it must hold from everywhere.
            Some(folder) => std::path::absolute(folder).unwrap_or_else(|_| folder.clone()),
            None => built_in(),
        };
        Self {
            root,
            given,
            allowed,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Opens a document, of the workspace or not.
    pub(crate) fn open(&self, path: &Path) -> Result<Document, Report> {
        let options = self
            .allowed
            .iter()
            .fold(OpenOptions::new(), |options, folder| {
                options.allow_ref_outside(folder)
            });
        options.open(path)
    }

    /// Folders that references of documents may lead into, too.
    pub(crate) fn allowed(&self) -> &[PathBuf] {
        &self.allowed
    }

    /// A path as the user would type it from the root of the workspace.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.display().to_string()
    }

    /// A command line of this program that can be pasted into a shell.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let given = self.given.iter().map(|given| ("--workspace", given));
        let allowed = self.allowed.iter();
        let allowed = allowed.map(|folder| ("--allow-ref-outside", folder));
        let options: Vec<_> = given
            .chain(allowed)
            .map(|(option, path)| (option, path.to_string_lossy()))
            .collect();
        let mut words = words.to_vec();
        for (option, path) in &options {
            words.extend([*option, path]);
        }
        let mut line = String::from("cargo xtask");
        for word in words {
            // Only a NUL byte cannot be quoted, and no argument holds one.
            let word = shlex::try_quote(word).unwrap_or_else(|_| word.into());
            line.push(' ');
            line.push_str(&word);
        }
        line
    }
}

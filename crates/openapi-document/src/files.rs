//! The files a document is made of: found, checked, parsed once, and kept.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::codes;
use crate::folders::Folders;
use crate::node::{Node, Size, Span};
use crate::report::{Diagnostic, Place};
use crate::source::SourceFile;
use crate::{json, yaml};

/// Largest file that is read, in bytes (64 MiB).
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What all files of a document may hold together, in bytes (256 MiB).
const MAX_TOTAL_BYTES: u64 = 4 * MAX_BYTES;

/// Number of a file in [`Files`].
pub(crate) type FileId = u32;

/// The files that were read, in the order of reading; the first is the root document.
#[derive(Debug, Default)]
pub(crate) struct Files {
    sources: Vec<Arc<SourceFile>>,
    /// `None` for a file that could not be read as YAML or JSON.
    trees: Vec<Option<Arc<Node>>>,
    /// As people know them.
    paths: Vec<PathBuf>,
    /// Where they lie, which references are relative to.
    places: Vec<PathBuf>,
    /// By canonical path, so that a file reached through a link is read once, and by the paths it
    /// was asked for, which is quicker.
    known: HashMap<PathBuf, FileId>,
    folders: Folders,
    names: Names,
    /// Bytes that were read so far.
    bytes: u64,
    /// Size of all trees.
    size: Size,
}

/// Why there is nothing to read at a path.
pub(crate) enum Unloaded {
    /// It leads out of the folders that references may lead into.
    Outside,
    Unreadable(std::io::Error),
}

impl Files {
    /// No files yet; references may lead into `folders`, and people know files by `names`.
    pub(crate) fn within(folders: Folders, names: Names) -> Self {
        Self {
            folders,
            names,
            ..Self::default()
        }
    }

    /// Reads the root document at `path`. Problems of its content go to `problems`.
    ///
    /// # Errors
    ///
    /// If there is no such file.
    pub(crate) fn load_root(
        &mut self,
        path: &Path,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<FileId, std::io::Error> {
        self.read(path, None, problems)
    }

    /// Reads the file at `path`, or finds it among those already read. Problems of its content go
    /// to `problems`, each once. `from` is the reference that named it.
    ///
    /// # Errors
    ///
    /// If there is no such file, or if references may not lead there; everything else has a place
    /// and goes to `problems`.
    pub(crate) fn load(
        &mut self,
        path: &Path,
        from: &Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<FileId, Unloaded> {
        if let Some(id) = self.known.get(path) {
            return Ok(*id);
        }
        // Before anything else, so that nobody learns what there is outside.
        if !self.folders.hold(path) {
            return Err(Unloaded::Outside);
        }
        self.read(path, Some(from), problems)
            .map_err(Unloaded::Unreadable)
    }

    fn read(
        &mut self,
        path: &Path,
        from: Option<&Place>,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<FileId, std::io::Error> {
        let canonical = path.canonicalize()?;
        if let Some(id) = self.known.get(&canonical).copied() {
            self.known.insert(path.to_owned(), id);
            return Ok(id);
        }
        let id = FileId::try_from(self.sources.len()).map_err(std::io::Error::other)?;
        let shown = self.shown(path);
        let left = MAX_TOTAL_BYTES.saturating_sub(self.bytes);
        let (source, tree) = match read_text(&canonical, &shown, left) {
            Ok(text) => {
                self.bytes += text.len() as u64;
                let source = Arc::new(SourceFile::new(shown.clone(), text));
                let (tree, found) = if is_json(path) {
                    json::parse(&source, id)
                } else {
                    yaml::parse(&source, id)
                };
                problems.extend(found);
                (source, tree)
            }
            Err(problem) => {
                let problem = *problem;
                problems.push(match from {
                    Some(place) => problem.with_related(place.clone(), "", "referred to here"),
                    None => problem,
                });
                (
                    Arc::new(SourceFile::new(shown.clone(), String::new())),
                    None,
                )
            }
        };
        if let Some(tree) = &tree {
            self.size.add(tree.size());
        }
        self.sources.push(source);
        self.trees.push(tree.map(Arc::new));
        self.paths.push(shown);
        self.places.push(shown_path(path));
        self.known.insert(canonical, id);
        self.known.insert(path.to_owned(), id);
        Ok(id)
    }

    /// The path of a file as people know it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        self.names.shown(path)
    }

    /// The content of a file; `None` if it could not be read.
    pub(crate) fn tree(&self, file: FileId) -> Option<Arc<Node>> {
        self.trees.get(file as usize)?.clone()
    }

    /// How large the trees of all files are together.
    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// As people know it.
    pub(crate) fn path(&self, file: FileId) -> &Path {
        &self.paths[file as usize]
    }

    /// Where it lies.
    pub(crate) fn lies_at(&self, file: FileId) -> &Path {
        &self.places[file as usize]
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place {
            source: Arc::clone(&self.sources[span.file as usize]),
            span: span.start..span.end,
        }
    }

    /// The text of `span` as it was written.
    pub(crate) fn text(&self, span: Span) -> &str {
        let text = self.sources[span.file as usize].text();
        text.get(span.start..span.end).unwrap_or_default()
    }

    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
}

/// Folders that people know by other names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Vec<(PathBuf, PathBuf)>);

impl Names {
    pub(crate) fn new(names: Vec<(PathBuf, PathBuf)>) -> Self {
        Self(names)
    }

    /// The path of a file as people know it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        let path = normalized(path);
        let mut names = self.0.iter();
        let renamed = names.find_map(|(folder, name)| {
            let rest = path.strip_prefix(normalized(folder)).ok()?;
            Some(name.join(rest))
        });
        renamed.unwrap_or_else(|| shown_path(&path))
    }
}

/// A problem of a file that cannot be opened at all, so that there is no text to show. People know the
/// file by the path `shown`.
pub(crate) fn cannot_open(shown: &Path, error: &std::io::Error) -> Diagnostic {
    let name = shown.display();
    if error.kind() == ErrorKind::NotFound {
        return codes::FILE_MISSING
            .at(whole_file(shown), format!("there is no file `{name}`"))
            .with_help("check the path; it is relative to the current directory");
    }
    codes::FILE_UNREADABLE
        .at(
            whole_file(shown),
            format!("`{name}` cannot be read: {error}"),
        )
        .with_help("check the permissions of the file and its folders")
}

fn whole_file(shown: &Path) -> Place {
    Place {
        source: Arc::new(SourceFile::new(shown.to_owned(), String::new())),
        span: 0..0,
    }
}

fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Reads the file at `path`, of which people know the path `shown`, if the document may still hold
/// `left` bytes.
fn read_text(path: &Path, shown: &Path, left: u64) -> Result<String, Box<Diagnostic>> {
    let name = shown.display();
    let problem = |code: &codes::Code, message: String, help: &str| {
        Box::new(code.at(whole_file(shown), message).with_help(help))
    };
    let cannot_open = |error: std::io::Error| Box::new(cannot_open(shown, &error));
    let metadata = fs::metadata(path).map_err(cannot_open)?;
    if metadata.is_dir() {
        return Err(problem(
            &codes::NOT_A_FILE,
            format!("`{name}` is a folder"),
            "name a file in it, for example `openapi.yaml`",
        ));
    }
    // Opening a pipe or a device could wait for ever.
    if !metadata.is_file() {
        return Err(problem(
            &codes::NOT_A_FILE,
            format!("`{name}` is a pipe, a socket or a device"),
            "save the document as a file, and name that",
        ));
    }
    let most = MAX_BYTES.min(left);
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(cannot_open)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(problem(
            &codes::TOO_LARGE,
            format!("`{name}` is larger than {} MiB", MAX_BYTES >> 20),
            "split the document into files that refer to each other with `$ref`",
        ));
    }
    if bytes.len() as u64 > left {
        return Err(problem(
            &codes::TOO_LARGE,
            format!(
                "with `{name}` the files of this document are larger than {} MiB together",
                MAX_TOTAL_BYTES >> 20
            ),
            "make documents of their own of parts of the API",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        problem(
            &codes::NOT_TEXT,
            format!("`{name}` is not UTF-8: the byte at offset {at} is not part of a character"),
            "save the file as UTF-8, without UTF-16 or a regional encoding",
        )
    })?;
    if let Some(at) = text.find('\0') {
        return Err(problem(
            &codes::NOT_TEXT,
            format!("`{name}` is not a text: there is a NUL byte at offset {at}"),
            "save the file as UTF-8; NUL bytes are a sign of UTF-16 or of a binary file",
        ));
    }
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let only_comments = |text: &str| {
        text.lines()
            .map(str::trim)
            .all(|line| line.is_empty() || line == "---" || line.starts_with('#'))
    };
    if only_comments(&text) {
        return Err(problem(
            &codes::EMPTY,
            format!("`{name}` is empty"),
            "write the document, or restore the file",
        ));
    }
    Ok(text)
}

/// The path as people know it: without `.` and `..` where they cancel out, and relative to the
/// current directory if it lies below.
pub(crate) fn shown_path(path: &Path) -> PathBuf {
    let path = normalized(path);
    match std::env::current_dir() {
        Ok(current) => path
            .strip_prefix(current)
            .map_or_else(|_| path.clone(), Path::to_owned),
        Err(_) => path,
    }
}

/// Cancels `.` and `..` by text alone, as tools that resolve references as URIs do: a folder that
/// is a symbolic link is left the way it was entered.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shortened_by_text() {
        for (path, expected) in [
            ("a/./b/../c.yaml", "a/c.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("a/../../b.yaml", "../b.yaml"),
            ("/a/../b.yaml", "/b.yaml"),
        ] {
            assert_eq!(normalized(Path::new(path)), Path::new(expected));
        }
    }
}

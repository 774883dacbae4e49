//! Reading a revision by plumbing commands: nothing of the checkout, the index or the network is touched.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::base::BaseError;

/// Git in a folder.
#[derive(Debug)]
pub(crate) struct Git {
    folder: PathBuf,
}

/// A commit, and where the workspace lies in it.
#[derive(Debug)]
pub(crate) struct Tree {
    commit: String,
    /// With a slash at its end, or empty.
    prefix: String,
    /// As the user named it.
    name: String,
}

/// A file of a commit.
#[derive(Debug)]
pub(crate) struct File {
    id: String,
    /// From the workspace.
    pub(crate) path: String,
}

impl Git {
    pub(crate) fn at(folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { folder }
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            // A partial clone fetches what it lacks, and would wait for a network.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }

    /// What a command prints; nothing where it fails.
    fn ask(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, BaseError> {
        let output = self.command(arguments).output().map_err(BaseError::NoGit)?;
        Ok(output.status.success().then_some(output.stdout))
    }

    fn line(&self, arguments: &[&str]) -> Result<Option<String>, BaseError> {
        let printed = self.ask(arguments)?;
        Ok(printed.map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned()))
    }

    /// Finds a commit by a name such as `HEAD`, `v1.2` or `main~3`.
    pub(crate) fn tree(&self, name: &str) -> Result<Tree, BaseError> {
        let Some(prefix) = self.line(&["rev-parse", "--show-prefix"])? else {
            let folder = self.folder.clone();
            return Err(BaseError::NoRepository { folder });
        };
        let commit = format!("{name}^{{commit}}");
        let commit = self.line(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ])?;
        let name = name.to_owned();
        if let Some(commit) = commit {
            return Ok(Tree {
                commit,
                prefix,
                name,
            });
        }
        let shallow = self.line(&["rev-parse", "--is-shallow-repository"])?;
        Err(match shallow.as_deref() {
            Some("true") => BaseError::Shallow { name },
            _ => BaseError::Missing { name },
        })
    }

    /// The files of a folder; links and submodules are no files.
    pub(crate) fn files(&self, tree: &Tree, folder: &str) -> Result<Vec<File>, BaseError> {
        let path = format!("{}{folder}", tree.prefix);
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", &tree.commit];
        if !path.is_empty() {
            arguments.extend(["--", &path]);
        }
        let listed = self.ask(&arguments)?;
        let listed = listed.ok_or_else(|| BaseError::Git(format!("`{path}` cannot be listed")))?;
        let entries = listed.split(|byte| *byte == 0);
        let files: Vec<File> = entries
            .filter_map(|entry| file(std::str::from_utf8(entry).ok()?, &tree.prefix))
            .collect();
        if files.is_empty() {
            let name = tree.name.clone();
            return Err(BaseError::NotThere { name, path });
        }
        Ok(files)
    }

    /// Hands the content of each file on.
    pub(crate) fn contents(
        &self,
        files: &[File],
        mut take: impl FnMut(&File, &[u8]) -> io::Result<()>,
    ) -> Result<(), BaseError> {
        let mut child = self
            .command(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(BaseError::NoGit)?;
        let ids: String = files.iter().map(|file| format!("{}\n", file.id)).collect();
        let mut input = child.stdin.take();
        // Written beside reading: with many files, both pipes would fill up.
        let writer = std::thread::spawn(move || {
            input
                .as_mut()
                .map_or(Ok(()), |input| input.write_all(ids.as_bytes()))
        });
        let mut output = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        let mut result = Ok(());
        for file in files {
            result = content(&mut output)
                .and_then(|content| take(file, &content).map_err(BaseError::Copy));
            if result.is_err() {
                break;
            }
        }
        drop(output);
        let _ = writer.join();
        let _ = child.wait();
        result
    }
}

fn gone() -> BaseError {
    BaseError::Git("`cat-file` ended early".to_owned())
}

/// An entry of `ls-tree`: mode, type and id, a tab, the path.
fn file(entry: &str, prefix: &str) -> Option<File> {
    let (about, path) = entry.split_once('\t')?;
    let mut about = about.split(' ');
    let (mode, kind, id) = (about.next()?, about.next()?, about.next()?);
    let is_file = kind == "blob" && mode.starts_with("100");
    is_file.then_some(())?;
    Some(File {
        id: id.to_owned(),
        path: path.strip_prefix(prefix)?.to_owned(),
    })
}

/// An answer of `cat-file`: id, type and size, a line feed, the content, a line feed.
fn content(output: &mut impl BufRead) -> Result<Vec<u8>, BaseError> {
    let mut header = String::new();
    output.read_line(&mut header).map_err(|_| gone())?;
    let size = header
        .trim_end()
        .rsplit(' ')
        .next()
        .and_then(|size| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| {
        BaseError::Git("a file of the revision is not in this clone; fetch it first".to_owned())
    })?;
    let mut content = Vec::new();
    output
        .take(size)
        .read_to_end(&mut content)
        .map_err(|_| gone())?;
    let mut end = [0];
    output.read_exact(&mut end).map_err(|_| gone())?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_taken() {
        let path = |entry: &str| file(entry, "sub/").map(|file| file.path);
        assert_eq!(
            path("100644 blob ab\tsub/a b.yaml").as_deref(),
            Some("a b.yaml")
        );
        assert_eq!(path("100755 blob ab\tsub/a\tb").as_deref(), Some("a\tb"));
        assert_eq!(path("120000 blob ab\tsub/link"), None);
        assert_eq!(path("160000 commit ab\tsub/module"), None);
        assert_eq!(path("100644 blob ab\tother/a"), None);
    }

    #[test]
    fn an_answer_is_read_to_its_end() {
        let mut answers = &b"ab blob 3\na\nb\ncd missing\n"[..];
        assert_eq!(content(&mut answers).unwrap(), b"a\nb");
        assert!(content(&mut answers).is_err());
    }
}

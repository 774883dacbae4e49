//! Saving a reply as a file: whole or not at all.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;

use super::ByteStream;
use crate::{Error, ErrorKind, Failure};

/// How many names are tried for a file before giving up.
const NAMES: u32 = 10_000;

impl ByteStream {
    /// Saves it as the file `path`, which must not be there yet, and says how many bytes it were.
    ///
    /// The bytes go into a temporary file beside it, which gets its name when all of them are on
    /// disk. When the call fails or its future is dropped, nothing is left behind.
    ///
    /// # Errors
    ///
    /// When the file is there already (nothing is read then), when it cannot be written
    /// ([`ErrorKind::LocalIo`]), and when the connection breaks before the end of the body.
    ///
    /// ```
    /// use futures_util::stream;
    /// use openapi_client_runtime::{ByteStream, ErrorKind};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let minutes = || ByteStream::new(stream::iter([Ok("a,b\n".into())]));
    /// let path = folder.path().join("minutes.csv");
    /// assert_eq!(minutes().save_to(&path).await?, 4);
    /// let again = minutes().save_to(&path).await;
    /// assert_eq!(again.err().map(|error| error.kind()), Some(ErrorKind::LocalIo));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        // A look ahead that saves the download; only the last step decides.
        if path.symlink_metadata().is_ok() {
            return Err(self.fail(unwritable(path, &io::ErrorKind::AlreadyExists.into())));
        }
        let (saved, length) = self.save_beside(path).await?;
        match saved.persist_noclobber(path) {
            Ok(()) => Ok(length),
            Err(error) => Err(self.fail(unwritable(path, &error.error))),
        }
    }

    /// As [`ByteStream::save_to`], but replaces what stands there, in one step: whoever opens the
    /// file sees the old content or the new one.
    ///
    /// # Errors
    ///
    /// As with [`ByteStream::save_to`], except that the file may be there; it is kept then.
    pub async fn save_over(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let (saved, length) = self.save_beside(path).await?;
        match saved.persist(path) {
            Ok(()) => Ok(length),
            Err(error) => Err(self.fail(unwritable(path, &error.error))),
        }
    }

    /// Saves it in `folder` under [the name that the server gives it](ByteStream::file_name), or
    /// `download` where it gives none, and says where. Nothing is overwritten: where the name is
    /// taken, ` (1)` is added to it, and so on.
    ///
    /// # Errors
    ///
    /// As with [`ByteStream::save_to`].
    pub async fn save_in(mut self, folder: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let folder = folder.as_ref();
        let name = self.file_name().unwrap_or("download").to_owned();
        let (mut saved, _) = self.save_beside(&folder.join(&name)).await?;
        for number in 0..NAMES {
            let path = folder.join(&*numbered(&name, number));
            match saved.persist_noclobber(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    saved = error.path;
                }
                Err(error) => return Err(self.fail(unwritable(&path, &error.error))),
            }
        }
        let path = folder.join(&name);
        Err(self.fail(unwritable(&path, &io::ErrorKind::AlreadyExists.into())))
    }

    /// Saves it under a temporary name in the folder of `path`.
    async fn save_beside(&mut self, path: &Path) -> Result<(TempPath, u64), Error> {
        let refused = |error: io::Error| unwritable(path, &error);
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let temporary = temporary_in(folder.unwrap_or(Path::new(".")));
        let temporary = temporary.map_err(|error| self.fail(refused(error)))?;
        let (file, temporary) = temporary.into_parts();
        let mut file = File::from_std(file);
        let length = self.write_to(&mut file, &refused).await?;
        let synced = file.sync_all().await;
        synced.map_err(|error| self.fail(refused(error)))?;
        Ok((temporary, length))
    }
}

fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".download-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: the umask takes its part of these.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// `minutes.csv`, `minutes (1).csv`, `minutes (2).csv`, ...
fn numbered(name: &str, number: u32) -> Cow<'_, str> {
    if number == 0 {
        return Cow::Borrowed(name);
    }
    let dot = name.rfind('.').filter(|dot| *dot > 0);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    Cow::Owned(format!("{stem} ({number}){extension}"))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    let reason = match error.kind() {
        io::ErrorKind::AlreadyExists => format!(
            "the file `{path}` is there already: choose another name, or replace it with \
             `save_over`"
        ),
        _ => format!("the file `{path}` cannot be written: {error}"),
    };
    Failure::new(ErrorKind::LocalIo, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_before_the_extension() {
        assert_eq!(numbered("a.csv", 0), "a.csv");
        assert_eq!(numbered("a.csv", 1), "a (1).csv");
        assert_eq!(numbered("a", 12), "a (12)");
    }
}

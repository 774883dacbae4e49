//! Files that only their owner can read, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes the file in one step, in place of what stands there.
#[cfg(feature = "token-file")]
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    beside(folder, content)?.persist(path)?;
    sync_folder(folder)
}

/// Writes the file in one step, unless something stands there.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    beside(folder, content)?.persist_noclobber(path)?;
    sync_folder(folder)
}

/// Opens a file to read it, without waiting for whoever writes into a pipe, and not through a
/// symbolic link.
#[cfg(all(feature = "token-file", unix))]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NONBLOCK.union(OFlags::NOFOLLOW);
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

#[cfg(all(feature = "token-file", not(unix)))]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A temporary file with mode 0600 and all of the content on disk; removed again unless it gets its
/// name.
fn beside(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    make_private_folder(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".private-")
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// The new name must outlive a loss of power too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

//! Tokens in a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_core::future::BoxFuture;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::store::{TokenStore, TokenStoreError};
use super::tokens::Tokens;
use crate::values::private_file;

/// Keeps tokens in a file that only its owner can read.
///
/// - On Unix the file has mode 0600, and a folder that must be made has 0700. Refused are a file that
///   others can read or write, a file or folder of another user (a folder may be root's), and a
///   folder that everybody can write to, such as `/tmp`. On Windows nothing of this is checked: the
///   access rights are those that the folder hands down, so choose one in the user's profile.
/// - What is no regular file, such as a pipe or a symbolic link, is refused without being opened.
/// - A save replaces the file in one step: it holds the old tokens or the new ones, never half.
/// - A file that is damaged, or is no token file at all, is an error and stays as it is.
///
/// Programs that share a file see each other's tokens, but do not wait for each other: where two
/// renew them at once, the one whose refresh token is refused goes on with those of the other.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use openapi_client_runtime::{FileStore, TokenStore, Tokens};
///
/// # let folder = tempfile::tempdir()?;
/// # let home = folder.path();
/// let store = FileStore::new(home.join(".my-tool/tokens.json"));
/// assert_eq!(store.load().await?, None);
/// store.save(&Tokens::new("2YotnFZFEjr1zCsicMWpAA")).await?;
/// assert!(store.load().await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    turns: Arc<Turns>,
}

/// Brings work on other threads into the order in which it was asked for.
#[derive(Debug, Default)]
struct Turns {
    asked: Mutex<u64>,
    done: Mutex<u64>,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<T> {
    version: u32,
    tokens: T,
}

const VERSION: u32 = 1;

impl FileStore {
    /// Keeps tokens in the file at `path`, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into().into(),
            turns: Arc::default(),
        }
    }

    /// Runs `write` unless a later one was faster: what was asked for last must win.
    fn in_turn(
        &self,
        write: impl FnOnce(&Path) -> Result<(), TokenStoreError> + Send + 'static,
    ) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        let (path, turns) = (Arc::clone(&self.path), Arc::clone(&self.turns));
        let turn = {
            let mut asked = turns.asked.lock().unwrap_or_else(PoisonError::into_inner);
            *asked += 1;
            *asked
        };
        Box::pin(on_thread(move || {
            let mut done = turns.done.lock().unwrap_or_else(PoisonError::into_inner);
            if *done > turn {
                return Ok(());
            }
            write(&path)?;
            *done = turn;
            Ok(())
        }))
    }
}

impl TokenStore for FileStore {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
        let path = Arc::clone(&self.path);
        Box::pin(on_thread(move || read(&path)))
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
        let tokens = tokens.clone();
        self.in_turn(move |path| {
            read(path)?;
            write(path, &tokens).map_err(|error| failed("cannot be written", path, &error))
        })
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        self.in_turn(|path| match read(path)? {
            None => Ok(()),
            Some(_) => {
                fs::remove_file(path).map_err(|error| failed("cannot be removed", path, &error))
            }
        })
    }
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TokenStoreError> + Send + 'static,
) -> Result<T, TokenStoreError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|_| Err(TokenStoreError::new("the program is ending")))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> TokenStoreError {
    TokenStoreError::new(format!("{} {what}: {error}", path.display()))
}

fn refused(path: &Path, reason: &str) -> TokenStoreError {
    TokenStoreError::new(format!("{} {reason}", path.display()))
}

fn read(path: &Path) -> Result<Option<Tokens>, TokenStoreError> {
    let Some(mut file) = open(path)? else {
        return Ok(None);
    };
    let unreadable = |error: io::Error| failed("cannot be read", path, &error);
    let metadata = file.metadata().map_err(unreadable)?;
    check_file(&metadata).map_err(|reason| refused(path, &reason))?;
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    // Room for one byte more, which is how the end is found without growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    match serde_json::from_slice::<Content<Tokens>>(&bytes) {
        Ok(content) if content.version == VERSION => Ok(Some(content.tokens)),
        _ => Err(TokenStoreError::new(format!(
            "{} is damaged, or no token file of this version; it was left as it is: remove it and \
             sign in again",
            path.display()
        ))),
    }
}

/// Opens the file, if there is one, in a folder where nobody else can put one.
fn open(path: &Path) -> Result<Option<File>, TokenStoreError> {
    let unreadable = |error: io::Error| failed("cannot be read", path, &error);
    let is_missing = |error: &io::Error| error.kind() == ErrorKind::NotFound;
    let folder = private_file::folder_of(path);
    match fs::metadata(folder) {
        Err(error) if is_missing(&error) => return Ok(None),
        metadata => {
            check_folder(&metadata.map_err(unreadable)?)
                .map_err(|reason| refused(path, &reason))?;
        }
    }
    // Looked at before it is opened too: opening a pipe may wait where there is no other way.
    match fs::symlink_metadata(path) {
        Err(error) if is_missing(&error) => return Ok(None),
        metadata => {
            check_kind(&metadata.map_err(unreadable)?).map_err(|reason| refused(path, reason))?;
        }
    }
    match private_file::open(path) {
        Err(error) if is_missing(&error) => Ok(None),
        file => file.map(Some).map_err(unreadable),
    }
}

fn check_kind(metadata: &fs::Metadata) -> Result<(), &'static str> {
    if metadata.is_symlink() {
        return Err("is a symbolic link, which a save would replace: name the file itself");
    }
    if metadata.is_file() {
        Ok(())
    } else {
        Err("is no regular file: keep the tokens elsewhere")
    }
}

/// Whether the file is one that only this user can have written.
#[cfg(unix)]
fn check_file(metadata: &fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    check_kind(metadata)?;
    if metadata.uid() != own_id() {
        return Err(
            "belongs to another user, whose tokens they may be: remove it and sign in again"
                .to_owned(),
        );
    }
    let mode = metadata.mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    Err(format!(
        "is open to others (mode {mode:03o}), who may have read the tokens: revoke them, and close \
         it with `chmod 600`"
    ))
}

/// Whether nobody else can put a file into the folder, or take one away. A group may: many systems
/// give each user one of their own.
#[cfg(unix)]
fn check_folder(metadata: &fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o002 != 0 {
        return Err(format!(
            "stands in a folder that everybody can write to (mode {mode:04o}), and put a file of \
             theirs in its place: keep the tokens in a folder of your own"
        ));
    }
    if ![own_id(), ROOT].contains(&metadata.uid()) {
        return Err(
            "stands in a folder of another user, who can put another file in its place: keep the \
             tokens in a folder of your own"
                .to_owned(),
        );
    }
    Ok(())
}

#[cfg(unix)]
const ROOT: u32 = 0;

#[cfg(unix)]
fn own_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn check_file(metadata: &fs::Metadata) -> Result<(), String> {
    check_kind(metadata).map_err(str::to_owned)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn check_folder(_: &fs::Metadata) -> Result<(), String> {
    Ok(())
}

fn write(path: &Path, tokens: &Tokens) -> io::Result<()> {
    let version = VERSION;
    let content = Zeroizing::new(serde_json::to_vec(&Content { version, tokens })?);
    private_file::replace(path, &content)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn store() -> (tempfile::TempDir, FileStore, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/tokens.json");
        (folder, FileStore::new(&path), path)
    }

    #[tokio::test]
    async fn tokens_are_kept_replaced_and_forgotten() {
        let (_folder, store, path) = store();
        assert_eq!(store.load().await.unwrap(), None);
        store.clear().await.unwrap();
        for token in ["first", "second"] {
            let tokens = Tokens::new(token)
                .with_refresh_token("r")
                .with_scopes(["a"]);
            store.save(&tokens).await.unwrap();
            assert_eq!(FileStore::new(&path).load().await.unwrap(), Some(tokens));
        }
        let names = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "nothing is left beside the file");
        store.clear().await.unwrap();
        assert_eq!(store.load().await.unwrap(), None);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, store, path) = store();
        store.save(&Tokens::new("hunter2")).await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        for error in refusals(&store).await {
            assert!(error.contains("mode 640"), "{error}");
        }
        assert!(fs::read_to_string(&path).unwrap().contains("hunter2"));
    }

    async fn refusals(store: &FileStore) -> [String; 3] {
        [
            store.load().await.unwrap_err(),
            store.save(&Tokens::new("new")).await.unwrap_err(),
            store.clear().await.unwrap_err(),
        ]
        .map(|error| error.to_string())
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_no_regular_file_is_refused_without_waiting() {
        let (folder, own, target) = store();
        own.save(&Tokens::new("mine")).await.unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let dangling = folder.path().join("dangling");
        std::os::unix::fs::symlink(folder.path().join("nothing"), &dangling).unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for (path, reason) in [
            (&link, "symbolic link"),
            (&dangling, "symbolic link"),
            (&pipe, "no regular file"),
            (&socket, "no regular file"),
            (&target.parent().unwrap().to_path_buf(), "no regular file"),
        ] {
            let store = FileStore::new(path);
            let refused = tokio::time::timeout(std::time::Duration::from_secs(5), refusals(&store));
            for error in refused.await.expect("no waiting for a writer") {
                assert!(error.contains(reason), "{error}");
            }
        }
        assert!(own.load().await.unwrap().is_some());
        // Nor does opening wait, should the file have become a pipe by then.
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let opened = private_file::open(&pipe).map(|file| file.metadata());
            sender.send(opened.unwrap().map(|pipe| check_file(&pipe)))
        });
        let opened = receiver.recv_timeout(std::time::Duration::from_secs(5));
        assert!(opened.unwrap().unwrap().is_err());
        assert!(private_file::open(&link).is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_folder_that_everybody_can_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        for mode in [0o777, 0o1777, 0o702] {
            let (folder, _, _) = store();
            let path = folder.path().join("tokens.json");
            let store = FileStore::new(&path);
            store.save(&Tokens::new("mine")).await.unwrap();
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            for error in refusals(&store).await {
                assert!(error.contains(&format!("(mode {mode:04o})")), "{error}");
            }
            fs::remove_file(&path).unwrap();
            let unsaved = store.save(&Tokens::new("new")).await;
            assert!(unsaved.is_err() && !path.exists());
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o770)).unwrap();
            store.save(&Tokens::new("new")).await.unwrap();
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_or_folder_of_another_user_is_refused() {
        use std::os::unix::fs::chown;
        let (folder, _, _) = store();
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        if own_id() == ROOT {
            let path = folder.path().join("tokens.json");
            FileStore::new(&path)
                .save(&Tokens::new("theirs"))
                .await
                .unwrap();
            chown(&path, Some(12_345), None).unwrap();
            files.push((path, "belongs to another user"));
            let (theirs, _, path) = store();
            folders.push(theirs);
            FileStore::new(&path)
                .save(&Tokens::new("theirs"))
                .await
                .unwrap();
            chown(path.parent().unwrap(), Some(12_345), None).unwrap();
            files.push((path, "a folder of another user"));
        } else {
            files.push((PathBuf::from("/etc/passwd"), "belongs to another user"));
        }
        for (path, reason) in files {
            for error in refusals(&FileStore::new(&path)).await {
                assert!(error.contains(reason), "{error}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_token_file_stays_as_it_is() {
        for junk in [
            "",
            "{\"version\":1,\"tokens\":{\"access_tok",
            "{\"version\":2,\"tokens\":{}}",
        ] {
            let (folder, _, _) = store();
            let path = folder.path().join("tokens.json");
            let mut file = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
            file.write_all(junk.as_bytes()).unwrap();
            file.persist(&path).unwrap();
            let store = FileStore::new(&path);
            for error in refusals(&store).await {
                assert!(error.contains("damaged"), "{error}");
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), junk);
        }
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_an_error_that_names_the_file() {
        let (folder, _, _) = store();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let store = FileStore::new(blocked.join("tokens.json"));
        let error = store
            .save(&Tokens::new("hunter2"))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("tokens.json") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn the_last_save_wins() {
        let (_folder, store, _) = store();
        let all = (0..50)
            .map(|n| Tokens::new(format!("t{n}")))
            .collect::<Vec<_>>();
        let mut saves: Vec<_> = all.iter().map(|tokens| store.save(tokens)).collect();
        // Begun in the other order than asked for.
        saves.reverse();
        for saved in futures_util::future::join_all(saves).await {
            saved.unwrap();
        }
        assert_eq!(store.load().await.unwrap().as_ref(), all.last());
    }
}

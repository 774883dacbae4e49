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
use crate::private_file;

/// Keeps tokens in a file that only its owner can read.
///
/// - On Unix the file has mode 0600, and a folder that must be made has 0700; a file that others can
///   read or write is refused. On Windows nothing of this is checked: the access rights are those
///   that the folder hands down, so choose one in the user's profile.
/// - A save replaces the file in one step: it holds the old tokens or the new ones, never half.
/// - A file that is damaged, or is no token file at all, is an error and stays as it is.
///
/// Programs that share a file see each other's tokens, but do not wait for each other.
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

fn read(path: &Path) -> Result<Option<Tokens>, TokenStoreError> {
    let unreadable = |error: io::Error| failed("cannot be read", path, &error);
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(unreadable)?,
    };
    let metadata = file.metadata().map_err(unreadable)?;
    check_private(path, &metadata)?;
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

#[cfg(unix)]
fn check_private(path: &Path, metadata: &fs::Metadata) -> Result<(), TokenStoreError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    Err(TokenStoreError::new(format!(
        "{} is open to others (mode {mode:03o}), who may have read the tokens: revoke them, and \
         close it with `chmod 600`",
        path.display()
    )))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn check_private(_: &Path, _: &fs::Metadata) -> Result<(), TokenStoreError> {
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
        for error in [
            store.load().await.unwrap_err(),
            store.save(&Tokens::new("new")).await.unwrap_err(),
            store.clear().await.unwrap_err(),
        ] {
            assert!(error.to_string().contains("mode 640"), "{error}");
        }
        assert!(fs::read_to_string(&path).unwrap().contains("hunter2"));
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
            for error in [
                store.load().await.unwrap_err(),
                store.save(&Tokens::new("new")).await.unwrap_err(),
                store.clear().await.unwrap_err(),
            ] {
                assert!(error.to_string().contains("damaged"), "{error}");
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

//! Secrets that an API shows once.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::Secret;
use crate::values::private_file;

/// A secret that the API shows this once and never again, such as the one of a new application.
///
/// It can be taken out once, by [`take`](Self::take), [`save`](Self::save) or
/// [`save_with`](Self::save_with). All clones share the one value, so that no copy of a reply holds
/// it for longer than its taker; what is never taken is overwritten with the last clone. No
/// formatter prints it. It serialises to the plain string until it is taken, and not at all after
/// that.
///
/// ```
/// use openapi_client_runtime::{OneTimeSecret, Secret};
///
/// let secret = OneTimeSecret::from("hunter2"); // as a reply holds it
/// assert_eq!(format!("{secret:?}"), "OneTimeSecret([redacted])");
/// assert_eq!(secret.take(), Some(Secret::from("hunter2")));
/// assert_eq!(secret.take(), None);
/// ```
#[derive(Clone)]
pub struct OneTimeSecret(Arc<Mutex<Option<Secret>>>);

impl OneTimeSecret {
    /// The secret, the first time; `None` after that, also for clones.
    pub fn take(&self) -> Option<Secret> {
        self.held().take()
    }

    /// Takes the secret and saves it, and nothing else, as the file `path`, which must not be there
    /// yet.
    ///
    /// On Unix only the owner can read the file (mode 0600), and a folder that must be made is
    /// closed to others too (0700); on Windows the access rights are those that the folder hands
    /// down. The file is there whole or not at all. The call returns when all is on disk, and blocks
    /// until then.
    ///
    /// # Errors
    ///
    /// When something stands at `path` already ([`io::ErrorKind::AlreadyExists`]), it cannot be
    /// written, or the secret was taken before. The secret is still there after a failed save: take
    /// it, or save it elsewhere.
    ///
    /// ```
    /// use openapi_client_runtime::OneTimeSecret;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("client-secret");
    /// # std::fs::write(&path, "of another application")?;
    /// let secret = OneTimeSecret::from("hunter2");
    /// assert!(secret.save(&path).is_err()); // something stands there: nothing is lost
    /// secret.save(path.with_extension("new"))?;
    /// assert_eq!(secret.take(), None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.save_with(path, str::to_owned)
    }

    /// As [`save`](Self::save), with the text that the file gets: the secret beside what belongs to
    /// it, such as the name of the application.
    ///
    /// # Errors
    ///
    /// As with [`save`](Self::save).
    ///
    /// ```
    /// use openapi_client_runtime::OneTimeSecret;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("credentials.txt");
    /// let (client_id, secret) = ("4711", OneTimeSecret::from("hunter2")); // members of a reply
    /// secret.save_with(&path, |secret| {
    ///     format!("client_id={client_id}\nclient_secret={secret}\n")
    /// })?;
    /// let saved = std::fs::read_to_string(&path)?;
    /// assert_eq!(saved, "client_id=4711\nclient_secret=hunter2\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn save_with(
        &self,
        path: impl AsRef<Path>,
        text: impl FnOnce(&str) -> String,
    ) -> io::Result<()> {
        let path = path.as_ref();
        let missing = || unsaved(path, &taken());
        let secret = self.held().clone().ok_or_else(missing)?;
        // Not under the lock: it is code of the caller.
        let content = Zeroizing::new(text(secret.expose()));
        let mut held = self.held();
        if held.is_none() {
            return Err(missing());
        }
        private_file::create(path, content.as_bytes()).map_err(|error| unsaved(path, &error))?;
        *held = None;
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Option<Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const TAKEN: &str = "the secret was taken before, and the API does not show it again";

fn taken() -> io::Error {
    io::Error::other(TAKEN)
}

fn unsaved(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    let reason = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "something stands there already, which is not overwritten: choose another name".into()
        }
        _ => error.to_string(),
    };
    let reason = format!("the secret cannot be saved as `{path}`: {reason}");
    io::Error::new(error.kind(), reason)
}

impl fmt::Debug for OneTimeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeSecret([redacted])")
    }
}

impl From<Secret> for OneTimeSecret {
    fn from(secret: Secret) -> Self {
        Self(Arc::new(Mutex::new(Some(secret))))
    }
}

impl From<String> for OneTimeSecret {
    fn from(value: String) -> Self {
        Secret::from(value).into()
    }
}

impl From<&str> for OneTimeSecret {
    fn from(value: &str) -> Self {
        Secret::from(value).into()
    }
}

/// Compares what is still there, in time that depends on the lengths only.
impl PartialEq for OneTimeSecret {
    fn eq(&self, other: &Self) -> bool {
        // One lock after the other: both may be the same.
        let own = self.held().clone();
        own == *other.held()
    }
}

impl Serialize for OneTimeSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &*self.held() {
            Some(secret) => secret.serialize(serializer),
            None => Err(S::Error::custom(TAKEN)),
        }
    }
}

impl<'de> Deserialize<'de> for OneTimeSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Secret::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for OneTimeSecret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Secret::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Secret::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_once_over_all_clones() {
        let secret: OneTimeSecret = serde_json::from_str("\"hunter2\"").unwrap();
        let clone = secret.clone();
        assert_eq!(secret, clone);
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"hunter2\"");
        assert!(!format!("{secret:?} {:#?}", Some(&clone)).contains("hunter2"));
        let takers: Vec<_> = [secret.clone(), clone]
            .map(|secret| std::thread::spawn(move || secret.take()))
            .into_iter()
            .filter_map(|taker| taker.join().unwrap())
            .collect();
        assert_eq!(takers, [Secret::from("hunter2")]);
        let unprintable = serde_json::to_string(&secret).unwrap_err().to_string();
        assert_eq!(unprintable, TAKEN);
        assert_ne!(secret, OneTimeSecret::from("hunter2"));
    }

    #[test]
    fn it_is_saved_once_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/secret");
        let secret = OneTimeSecret::from("hunter2");
        secret.save(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "hunter2");
        let again = secret.save(folder.path().join("other")).unwrap_err();
        assert!(again.to_string().ends_with(TAKEN), "{again}");

        let other = OneTimeSecret::from("other");
        let error = other.save(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert!(error.to_string().contains("choose another name"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "hunter2");
        assert_eq!(other.take(), Some(Secret::from("other")));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_what_is_saved() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/secret");
        OneTimeSecret::from("hunter2").save(&path).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let names = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "nothing is left beside the file");
    }

    #[test]
    fn a_failed_save_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let secret = OneTimeSecret::from("hunter2");
        let error = secret.save(blocked.join("secret")).unwrap_err().to_string();
        assert!(error.contains("secret cannot be saved"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let panics = std::panic::AssertUnwindSafe(|| {
            secret.save_with(folder.path().join("text"), |_| panic!("no text"))
        });
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(secret.take(), Some(Secret::from("hunter2")));
    }
}

//! Where tokens are kept between two runs of a program.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use futures_core::future::BoxFuture;

use super::tokens::Tokens;

/// Keeps the tokens of one user, or of the application itself. Keep those of another user in another
/// store: a web application makes one for each, over a table with a row per user.
///
/// ```
/// use futures_core::future::BoxFuture;
/// use openapi_client_runtime::{TokenStore, TokenStoreError, Tokens};
///
/// # struct Database;
/// # impl Database {
/// #     async fn get(&self, _: u64) -> Result<Option<Tokens>, std::io::Error> { Ok(None) }
/// #     async fn put(&self, _: u64, _: Option<&Tokens>) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// struct OfUser { database: Database, user: u64 }
///
/// impl TokenStore for OfUser {
///     fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
///         Box::pin(async {
///             let row = self.database.get(self.user).await;
///             row.map_err(|error| TokenStoreError::new(format!("the database fails: {error}")))
///         })
///     }
///
///     fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
///         Box::pin(async {
///             let written = self.database.put(self.user, Some(tokens)).await;
///             written.map_err(|error| TokenStoreError::new(format!("the database fails: {error}")))
///         })
///     }
///
///     fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
///         Box::pin(async {
///             let gone = self.database.put(self.user, None).await;
///             gone.map_err(|error| TokenStoreError::new(format!("the database fails: {error}")))
///         })
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// The tokens saved last, or `None` when nobody is signed in.
    ///
    /// # Errors
    ///
    /// When what is kept cannot be read. That is no reason to answer `None`: the next save would
    /// overwrite it.
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>>;

    /// Keeps these tokens instead of all earlier ones.
    ///
    /// # Errors
    ///
    /// When they are not safely kept. The session has them still, and saves them again before the
    /// next call.
    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>>;

    /// Forgets the tokens.
    ///
    /// # Errors
    ///
    /// When they may still be there.
    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>>;
}

/// Why a store failed. [`TokenStore`] has an example.
#[derive(Debug)]
pub struct TokenStoreError {
    reason: String,
}

impl TokenStoreError {
    /// `reason` says what failed and what to do, and nothing secret: it becomes part of the error
    /// of a call.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

impl fmt::Display for TokenStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for TokenStoreError {}

/// Keeps tokens in memory, for as long as the store lives.
///
/// ```
/// use std::sync::Arc;
/// use openapi_client_runtime::{MemoryStore, TokenStore, Tokens};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), openapi_client_runtime::TokenStoreError> {
/// // Kept beside the session, to look at in a test: `oauth.session(Arc::clone(&store))`.
/// let store = Arc::new(MemoryStore::from(Tokens::new("2YotnFZFEjr1zCsicMWpAA")));
/// assert!(store.load().await?.is_some());
/// store.clear().await?;
/// assert_eq!(store.load().await?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Option<Tokens>>);

impl MemoryStore {
    /// A store that holds nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn put(&self, tokens: Option<Tokens>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tokens;
    }
}

/// A store that holds tokens already.
impl From<Tokens> for MemoryStore {
    fn from(tokens: Tokens) -> Self {
        Self(Mutex::new(Some(tokens)))
    }
}

impl TokenStore for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
        let tokens = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Box::pin(async { Ok(tokens) })
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
        Box::pin(async {
            self.put(Some(tokens.clone()));
            Ok(())
        })
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        Box::pin(async {
            self.put(None);
            Ok(())
        })
    }
}

/// A store can be kept and looked at beside the session.
impl<S: TokenStore + ?Sized> TokenStore for std::sync::Arc<S> {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
        S::load(self)
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
        S::save(self, tokens)
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        S::clear(self)
    }
}

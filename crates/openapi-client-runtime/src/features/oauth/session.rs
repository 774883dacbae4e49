//! A login that keeps itself fresh.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use tokio::time::sleep;

use super::client::{OAuth, is_invalid_grant, not_renewed, untyped};
use super::error::OAuthError;
use super::flight::Flight;
use super::store::{TokenStore, TokenStoreError};
use super::tokens::Tokens;
use crate::values::time::CENTURY;
use crate::{AccessToken, Bearer, Error, ErrorKind, Failure, TokenSource};

type Outcome = Result<Arc<Tokens>, Failure>;

/// The tokens of one user, or of the application itself, for all calls of a client.
///
/// - A token is renewed some time before its end
///   ([`OAuthConfig::refresh_margin`](crate::OAuthConfig::refresh_margin)), and once when the server
///   refuses it with 401.
/// - However many calls need that at once, it is done once, and all of them get its outcome: the new
///   token, or the error. The call after a failure tries again.
/// - The work belongs to the session. A call that is dropped in the middle loses nothing: the next
///   one goes on where it stopped, so that a rotated refresh token is not lost.
/// - New tokens are saved before they are used. When the store fails, the calls that wait fail; the
///   session has the tokens still and saves them before the next call.
/// - Before it renews a token, the session looks whether another process has put a newer one into
///   the store. It looks again, for a moment, when the server refuses the refresh token: another
///   process may have used it first, and the session goes on with what that one got. A server that
///   ends the login when a refresh token comes twice ends it for both; there, give each process a
///   login of its own.
///
/// Clones share everything. [`OAuth`] shows how a user signs in for the first time; later, and until
/// the user signs out, the store has the tokens:
///
/// ```no_run
/// use openapi_client_runtime::{Core, CoreBuilder, Credential, OAuth, OAuthSession, TokenStore};
///
/// async fn client(
///     builder: CoreBuilder,
///     oauth: &OAuth,
///     store: impl TokenStore,
/// ) -> Result<Option<(Core, OAuthSession)>, Box<dyn std::error::Error>> {
///     let session = oauth.session(store);
///     if session.tokens().await?.is_none() {
///         return Ok(None); // nobody has signed in
///     }
///     let core = builder.credential("user", Credential::bearer(session.clone())).build()?;
///     Ok(Some((core, session)))
/// }
/// ```
#[derive(Clone)]
pub struct OAuthSession {
    work: Arc<Work>,
    // Not inside of `work`: the flight holds that, and would hold itself.
    flight: Arc<Flight<Outcome>>,
}

struct Work {
    oauth: OAuth,
    grant: Grant,
    store: Arc<dyn TokenStore>,
    state: Mutex<State>,
}

/// Where new tokens come from.
enum Grant {
    RefreshToken,
    ClientCredentials(BTreeSet<String>),
}

#[derive(Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// Whether the store was asked.
    loaded: bool,
    /// Whether the store does not hold what is here.
    unsaved: bool,
    /// Whether the server refused the access token.
    refused: bool,
    /// Counts the changes, so that work that took long does not undo what came meanwhile.
    version: u64,
}

impl OAuth {
    /// A session of one user, whose tokens are in `store`, or come there with
    /// [`OAuthSession::sign_in`]. It keeps them fresh and signs the calls of a client.
    pub fn session(&self, store: impl TokenStore) -> OAuthSession {
        OAuthSession::of_user(self.patient(), Arc::new(store))
    }

    /// A session of the application itself, which gets its tokens as it needs them. `store` keeps
    /// them for the next run; [`MemoryStore`](crate::MemoryStore) does where that is of no use.
    ///
    /// ```
    /// use openapi_client_runtime::{CoreBuilder, Credential, MemoryStore, OAuth};
    ///
    /// fn as_the_application(builder: CoreBuilder, oauth: &OAuth) -> CoreBuilder {
    ///     let session = oauth.client_session(["reports:read"], MemoryStore::new());
    ///     builder.credential("application", Credential::bearer(session))
    /// }
    /// ```
    pub fn client_session(
        &self,
        scopes: impl IntoIterator<Item = impl Into<String>>,
        store: impl TokenStore,
    ) -> OAuthSession {
        let scopes = scopes.into_iter().map(Into::into).collect();
        OAuthSession::of_client(self.patient(), scopes, Arc::new(store))
    }

    /// The same without a time limit: a session limits how long its callers wait, not how long a
    /// reply may lie there when nobody does.
    fn patient(&self) -> Self {
        let mut patient = self.clone();
        patient.wire.timeout = Some(CENTURY);
        patient
    }
}

impl OAuthSession {
    pub(super) fn of_user(oauth: OAuth, store: Arc<dyn TokenStore>) -> Self {
        Self::new(oauth, Grant::RefreshToken, store)
    }

    pub(super) fn of_client(
        oauth: OAuth,
        scopes: BTreeSet<String>,
        store: Arc<dyn TokenStore>,
    ) -> Self {
        Self::new(oauth, Grant::ClientCredentials(scopes), store)
    }

    fn new(oauth: OAuth, grant: Grant, store: Arc<dyn TokenStore>) -> Self {
        let work = Work {
            oauth,
            grant,
            store,
            state: Mutex::default(),
        };
        Self {
            work: Arc::new(work),
            flight: Arc::default(),
        }
    }

    /// Takes the tokens of a user who has signed in, and saves them.
    ///
    /// # Errors
    ///
    /// When they cannot be saved; the session has them all the same.
    pub async fn sign_in(&self, tokens: Tokens) -> Result<(), Error> {
        self.set(Some(Arc::new(tokens))).await
    }

    /// Forgets the tokens, here and in the store. The server learns of it by
    /// [`OAuth::revoke`] alone.
    ///
    /// # Errors
    ///
    /// When the store may still have them.
    ///
    /// ```
    /// use openapi_client_runtime::{OAuth, OAuthSession, TokenTypeHint};
    ///
    /// async fn sign_out(oauth: &OAuth, session: &OAuthSession) -> Result<(), Box<dyn std::error::Error>> {
    ///     let tokens = session.tokens().await?;
    ///     session.sign_out().await?;
    ///     if let Some(token) = tokens.as_ref().and_then(|tokens| tokens.refresh_token()) {
    ///         oauth.revoke(token, Some(TokenTypeHint::RefreshToken)).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.set(None).await
    }

    async fn set(&self, tokens: Option<Arc<Tokens>>) -> Result<(), Error> {
        self.work.state().set(tokens);
        self.flight.forget();
        self.work.sync().await.map_err(untyped)
    }

    /// The tokens as they are, fresh or not; `None` when nobody is signed in.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn tokens(&self) -> Result<Option<Tokens>, Error> {
        if !self.work.state().loaded {
            self.work.look_into_store().await.map_err(untyped)?;
        }
        Ok(self.work.state().tokens.as_deref().cloned())
    }

    /// Tokens that are good now: those at hand, or those that the work in flight brings.
    async fn current(&self) -> Outcome {
        if let Some(tokens) = self.work.ready() {
            return Ok(tokens);
        }
        let start = || Arc::clone(&self.work).good_tokens().boxed();
        let patience = self.work.oauth.timeout();
        self.flight.join(patience, start).await.unwrap_or_else(|| {
            let reason = "the access token could not be renewed in time";
            Err(Failure::new(ErrorKind::Timeout, reason))
        })
    }

    async fn other_than(&self, refused: &AccessToken) -> Result<Option<AccessToken>, Failure> {
        if !self.work.refuse(refused) {
            return Ok(None);
        }
        // The work in flight may have looked at the token just before it was refused.
        for _ in 0..2 {
            let tokens = self.current().await?;
            if tokens.access_token() != refused.secret() {
                return Ok(Some(tokens.to_access_token()));
            }
        }
        Ok(None)
    }
}

/// Signs the calls of a client.
impl From<OAuthSession> for Bearer {
    fn from(session: OAuthSession) -> Self {
        Self::source(session)
    }
}

impl TokenSource for OAuthSession {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, Failure>> {
        Box::pin(async { Ok(self.current().await?.to_access_token()) })
    }

    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, Failure>> {
        Box::pin(self.other_than(refused))
    }
}

impl fmt::Debug for OAuthSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthSession")
            .field("oauth", &self.work.oauth)
            .finish_non_exhaustive()
    }
}

impl State {
    fn set(&mut self, tokens: Option<Arc<Tokens>>) {
        self.tokens = tokens;
        self.loaded = true;
        self.unsaved = true;
        self.refused = false;
        self.version += 1;
    }
}

impl Work {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tokens that can be used without any work.
    fn ready(&self) -> Option<Arc<Tokens>> {
        let state = self.state();
        if state.unsaved {
            None
        } else {
            self.good(&state)
        }
    }

    fn good(&self, state: &State) -> Option<Arc<Tokens>> {
        let tokens = state.tokens.as_ref().filter(|_| !state.refused)?;
        let now = self.oauth.now();
        let is_over = if self.can_renew(tokens) {
            tokens.is_due(now, self.oauth.refresh_margin())
        } else {
            tokens.is_expired(now)
        };
        (!is_over).then(|| Arc::clone(tokens))
    }

    fn can_renew(&self, tokens: &Tokens) -> bool {
        match self.grant {
            Grant::RefreshToken => tokens.refresh_token().is_some(),
            Grant::ClientCredentials(_) => true,
        }
    }

    /// Notes that the server refused a token; `false` when there will be no other.
    fn refuse(&self, refused: &AccessToken) -> bool {
        let mut state = self.state();
        let Some(tokens) = state.tokens.clone() else {
            return false;
        };
        if tokens.access_token() == refused.secret() {
            state.refused = self.can_renew(&tokens);
            return state.refused;
        }
        true
    }

    /// The work of a flight.
    async fn good_tokens(self: Arc<Self>) -> Outcome {
        if !self.state().loaded {
            self.look_into_store().await?;
        }
        self.sync().await?;
        if let Some(tokens) = self.good(&self.state()) {
            return Ok(tokens);
        }
        self.look_into_store().await?;
        loop {
            let (tokens, version) = {
                let state = self.state();
                if let Some(tokens) = self.good(&state) {
                    return Ok(tokens);
                }
                (state.tokens.clone(), state.version)
            };
            let renewed = match self.renewed(tokens.as_deref()).await? {
                Ok(renewed) => Arc::new(renewed),
                Err(error) => {
                    if is_invalid_grant(&error) && self.was_overtaken(version).await? {
                        continue;
                    }
                    return Err(not_renewed(error));
                }
            };
            {
                let mut state = self.state();
                if state.version != version {
                    // Somebody signed in or out meanwhile: what was renewed is of the session before.
                    return state.tokens.clone().ok_or_else(nobody_signed_in);
                }
                state.set(Some(Arc::clone(&renewed)));
            }
            self.sync().await?;
            return Ok(renewed);
        }
    }

    /// What the server says to the request for new tokens, or why it was not asked.
    async fn renewed(
        &self,
        tokens: Option<&Tokens>,
    ) -> Result<Result<Tokens, OAuthError>, Failure> {
        match (&self.grant, tokens) {
            (Grant::ClientCredentials(scopes), _) => Ok(self.oauth.tokens_of_client(scopes).await),
            (Grant::RefreshToken, None) => Err(nobody_signed_in()),
            (Grant::RefreshToken, Some(tokens)) if tokens.refresh_token().is_none() => {
                let reason = "the access token has expired, and there is no refresh token to renew \
                              it with: sign in again";
                Err(Failure::new(ErrorKind::SignInRequired, reason))
            }
            (Grant::RefreshToken, Some(tokens)) => Ok(self.oauth.refresh(tokens).await),
        }
    }

    /// Whether another session or process has used the refresh token first, and has put those that
    /// it got into the store. It may still be about to.
    async fn was_overtaken(&self, version: u64) -> Result<bool, Failure> {
        for wait in [0, 100, 400, 1000] {
            sleep(Duration::from_millis(wait)).await;
            self.look_into_store().await?;
            if self.state().version != version {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes over what another session or process has saved.
    async fn look_into_store(&self) -> Result<(), Failure> {
        let version = self.state().version;
        let stored = self
            .store
            .load()
            .await
            .map_err(|e| store_failed("read", &e))?;
        let mut state = self.state();
        if state.version != version || state.unsaved {
            return Ok(());
        }
        state.loaded = true;
        let Some(stored) = stored else {
            return Ok(());
        };
        let is_known = state.tokens.as_ref().is_some_and(|own| {
            own.access_token() == stored.access_token()
                && own.refresh_token() == stored.refresh_token()
        });
        if !is_known {
            state.set(Some(Arc::new(stored)));
            state.unsaved = false;
        }
        Ok(())
    }

    /// Brings the store up to date. It also undoes what an older save has overwritten meanwhile.
    async fn sync(&self) -> Result<(), Failure> {
        let mut written = None;
        loop {
            let (tokens, version) = {
                let mut state = self.state();
                if written.is_some() {
                    state.unsaved = written != Some(state.version);
                }
                if !state.unsaved {
                    return Ok(());
                }
                (state.tokens.clone(), state.version)
            };
            let saved = match &tokens {
                Some(tokens) => self.store.save(tokens).await,
                None => self.store.clear().await,
            };
            saved.map_err(|error| store_failed("written", &error))?;
            written = Some(version);
        }
    }
}

fn nobody_signed_in() -> Failure {
    let reason = "nobody is signed in: give the session the tokens of a user with \
                  `OAuthSession::sign_in`";
    Failure::new(ErrorKind::SignInRequired, reason)
}

fn store_failed(what: &str, error: &TokenStoreError) -> Failure {
    Failure::credential(format!("the token store cannot be {what}: {error}"))
}

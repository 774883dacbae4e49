//! Credentials that tests make, and take back.

use std::collections::BTreeSet;
use std::time::Duration;

use openapi_document::model::SchemeKind;

use super::store::{CLIENT, Client, Standing, Token};
use super::{Access, Credentials};
use crate::api::is_token;
use crate::mock::Mock;

/// The document has no security scheme of this name and kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document has no {kind} scheme `{wanted}`; {}", told(.known))]
pub struct UnknownScheme {
    wanted: String,
    kind: &'static str,
    known: Vec<String>,
}

fn told(known: &[String]) -> String {
    match known {
        [] => "it has none at all".to_owned(),
        known => format!("it has {}", known.join(", ")),
    }
}

/// # Credentials
///
/// Operations are only answered to callers whose credentials the document asks for.
impl Mock {
    /// The credentials that are accepted from the start, and the bad ones that are known.
    pub fn credentials(&self) -> &Credentials {
        &self.access().credentials
    }

    /// The good credentials that the first alternative of an operation asks for; none where it asks
    /// for none, or where there is no such operation.
    pub fn credentials_for(&self, operation_id: &str) -> Vec<&super::Credential> {
        let api = self.api();
        let operation = api.find(operation_id).map(|number| &api.operations[number]);
        let first = operation.and_then(|operation| operation.security.first());
        let schemes = first.into_iter().flat_map(|set| set.keys());
        schemes
            .filter_map(|scheme| self.credentials().good(scheme))
            .collect()
    }

    /// Begins to make an access token for a bearer or OAuth 2.0 scheme. Unless said otherwise it has
    /// all scopes, is trusted, belongs to `mock-client` and lasts.
    ///
    /// # Errors
    ///
    /// [`UnknownScheme`], which names those that there are.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn shown(server: &openapi_mock::MockServer) -> Result<(), openapi_mock::UnknownScheme> {
    /// let short = server
    ///     .issue_token("userToken")?
    ///     .scopes(["meetings:read"])
    ///     .lifetime(Duration::from_secs(60))
    ///     .issue();
    /// server.revoke(&short);
    /// # Ok(())
    /// # }
    /// ```
    pub fn issue_token(&self, scheme: &str) -> Result<TokenBuilder<'_>, UnknownScheme> {
        self.known(scheme, "bearer", is_token)?;
        let access = self.access();
        let good = self.credentials().bearer(scheme).unwrap_or_default();
        let all = access.fixed.tokens.get(good);
        let scopes = all.map(|token| token.scopes.clone()).unwrap_or_default();
        Ok(TokenBuilder {
            access,
            token: Token::access(scheme, CLIENT, scopes),
        })
    }

    /// Accepts another API key.
    ///
    /// # Errors
    ///
    /// [`UnknownScheme`], which names those that there are.
    pub fn add_api_key(&self, scheme: &str, key: &str) -> Result<(), UnknownScheme> {
        let is_key = |kind: &SchemeKind| matches!(kind, SchemeKind::ApiKey { .. });
        self.known(scheme, "API key", is_key)?;
        let key = (scheme.to_owned(), key.to_owned());
        self.access().store().fixed.keys.insert(key, Standing::Good);
        Ok(())
    }

    /// Accepts another pair of Basic credentials, or other ones for a known user: those of a trusted
    /// client with these features (`x-client-features`). All Basic schemes take it.
    pub fn add_basic<F: Into<String>>(
        &self,
        user: &str,
        password: &str,
        features: impl IntoIterator<Item = F>,
    ) {
        let client = Client {
            secret: Some(password.to_owned()),
            features: features.into_iter().map(Into::into).collect(),
            trusted: true,
            standing: Standing::Good,
            redirect_uris: Vec::new(),
            any_loopback: true,
        };
        let mut store = self.access().store();
        store.fixed.clients.insert(user.to_owned(), client);
    }

    /// Takes back a token, an API key, or the Basic credentials of a user; whether it was known.
    pub fn revoke(&self, credential: &str) -> bool {
        let mut store = self.access().store();
        store.set_standing(credential, Standing::Revoked)
    }

    /// Brings a token, an API key, or the Basic credentials of a user to their end; whether it was
    /// known.
    pub fn expire(&self, credential: &str) -> bool {
        let mut store = self.access().store();
        store.set_standing(credential, Standing::Expired)
    }

    fn known(
        &self,
        wanted: &str,
        kind: &'static str,
        fits: impl Fn(&SchemeKind) -> bool,
    ) -> Result<(), UnknownScheme> {
        let schemes = self.api().model().security_schemes.iter();
        let fitting = schemes.filter(|(_, scheme)| fits(&scheme.kind));
        let known: Vec<String> = fitting.map(|(name, _)| name.clone()).collect();
        if known.iter().any(|name| name == wanted) {
            return Ok(());
        }
        Err(UnknownScheme {
            wanted: wanted.to_owned(),
            kind,
            known,
        })
    }
}

/// Makes an access token. [`Mock::issue_token`] has an example.
#[must_use]
pub struct TokenBuilder<'a> {
    access: &'a Access,
    token: Token,
}

impl std::fmt::Debug for TokenBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenBuilder")
            .field("schemes", &self.token.schemes)
            .field("scopes", &self.token.scopes)
            .finish_non_exhaustive()
    }
}

impl TokenBuilder<'_> {
    /// With these scopes and no others.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.token.scopes = scopes.into_iter().map(Into::into).collect::<BTreeSet<_>>();
        self
    }

    /// Ends after this time, by the clock of tokio, which tests can pause.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.token = self.token.lasting(lifetime);
        self
    }

    /// For an application that is not trusted (`x-trusted-only`).
    pub fn untrusted(mut self) -> Self {
        self.token.trusted = false;
        self
    }

    /// For this client, whose features it has, such as `mock-featureless`.
    pub fn client(mut self, id: &str) -> Self {
        id.clone_into(&mut self.token.client);
        self
    }

    /// On behalf of this user; of `mock-user` unless said.
    pub fn subject(mut self, subject: &str) -> Self {
        self.token.subject = Some(subject.to_owned());
        self
    }

    /// The token.
    pub fn issue(mut self) -> String {
        let text = self.access.random.text("mock-at-");
        let mut store = self.access.store();
        self.token.family = store.new_family();
        store.issue(text.clone(), self.token);
        text
    }
}

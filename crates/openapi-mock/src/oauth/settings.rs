//! What tests may change about the authorization server.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Server;
use crate::access::{Client, Standing, USER};
use crate::mock::Mock;

/// Who answers when an application asks for access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Consent {
    /// The mock agrees by itself, so that tests need no browser.
    #[default]
    Automatic,
    /// A person, on a page with two buttons.
    Page,
    /// The mock refuses by itself (`access_denied`).
    Deny,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) consent: Consent,
    /// As the document says, where a test says nothing.
    pub(super) token_lifetime: Option<Duration>,
    pub(super) code_lifetime: Option<Duration>,
    pub(super) pkce: Option<bool>,
    pub(super) user: Map<String, Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            consent: Consent::Automatic,
            token_lifetime: None,
            code_lifetime: None,
            pkce: None,
            user: user(),
        }
    }
}

/// The user whose access is given, as OpenID Connect names what is known of people.
fn user() -> Map<String, Value> {
    let claims = json!({
        "sub": USER,
        "name": "Mia Mock",
        "given_name": "Mia",
        "family_name": "Mock",
        "preferred_username": "mia.mock",
        "locale": "en",
        "email": "mia.mock@example.com",
        "email_verified": true,
    });
    claims.as_object().cloned().unwrap_or_default()
}

impl Mock {
    /// The OAuth 2.0 server of the mock, to change how it behaves.
    ///
    /// It stands where the flows of the document's security schemes and `x-oauth` say, by path: the
    /// paths of `https://auth.example.com/oauth2/token` and `/oauth2/token` are the same. From the
    /// start it knows the clients `mock-client`, whose secret is `mock-secret`, and `mock-public`,
    /// which has none; users are sent back to any address on this machine.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn shown(server: &openapi_mock::MockServer) {
    /// use openapi_mock::Consent;
    ///
    /// server
    ///     .oauth()
    ///     .consent(Consent::Deny)
    ///     .token_lifetime(Duration::from_secs(30))
    ///     .add_client("my-app", Some("s3cret"), ["https://app.example.com/callback"]);
    /// # }
    /// ```
    pub fn oauth(&self) -> OAuthServer<'_> {
        OAuthServer { mock: self }
    }
}

/// Changes how the OAuth 2.0 server of a mock behaves, from now on. [`Mock::oauth`] has an example.
#[derive(Debug, Clone, Copy)]
pub struct OAuthServer<'a> {
    mock: &'a Mock,
}

impl OAuthServer<'_> {
    /// Who answers when an application asks for access; the mock by itself, unless set.
    pub fn consent(&self, consent: Consent) -> &Self {
        self.change(|settings| settings.consent = consent)
    }

    /// How long access tokens last that are given out from now on; unless set, as long as the document
    /// says (`x-oauth`), or an hour.
    pub fn token_lifetime(&self, lifetime: Duration) -> &Self {
        self.change(|settings| settings.token_lifetime = Some(lifetime))
    }

    /// How long authorization codes last; unless set, as long as the document says (`x-oauth`), or a
    /// minute.
    pub fn code_lifetime(&self, lifetime: Duration) -> &Self {
        self.change(|settings| settings.code_lifetime = Some(lifetime))
    }

    /// Whether clients have to use PKCE (RFC 7636) where the document knows it; unless set, they only
    /// have to where the document says so (`pkceRequired` of `x-oauth`).
    pub fn require_pkce(&self, required: bool) -> &Self {
        self.change(|settings| settings.pkce = Some(required))
    }

    /// What is known of the user who gives access, as claims of OpenID Connect such as `email`. Each
    /// replaces the one of its name.
    pub fn user<N: Into<String>>(&self, claims: impl IntoIterator<Item = (N, Value)>) -> &Self {
        let claims = claims.into_iter().map(|(name, value)| (name.into(), value));
        self.change(|settings| settings.user.extend(claims))
    }

    /// Registers a client, or another one under a known id. Without a secret it is public. Users are
    /// only sent back to exactly these addresses; those on this machine may have any port. The client
    /// has all features and is trusted.
    pub fn add_client<'u>(
        &self,
        id: &str,
        secret: Option<&str>,
        redirect_uris: impl IntoIterator<Item = &'u str>,
    ) -> &Self {
        let client = Client {
            secret: secret.map(str::to_owned),
            features: self.mock.access().all_features(),
            trusted: true,
            standing: Standing::Good,
            redirect_uris: redirect_uris.into_iter().map(str::to_owned).collect(),
            any_loopback: false,
        };
        let mut store = self.mock.access().store();
        store.fixed.clients.insert(id.to_owned(), client);
        drop(store);
        self
    }

    fn change(&self, change: impl FnOnce(&mut Settings)) -> &Self {
        let server: &Server = self.mock.oauth_server();
        change(&mut server.state().settings);
        self
    }
}

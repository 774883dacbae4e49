//! Credentials that are an OAuth session, with the tokens of a case.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openapi_client_runtime::{
    CoreBuilder, Credential, MemoryStore, OAuthConfig, OAuthEndpoints, OAuthSession, Tokens,
};
use serde::Deserialize;
use tokio::time::Instant;

/// The application, and the tokens that its session begins with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    client_id: String,
    pub(super) client_secret: String,
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    /// Negative for a token that has ended.
    expires_in: Option<i64>,
    scopes: Option<Vec<String>>,
    /// Whether it is a session of the application itself.
    #[serde(default)]
    of_client: bool,
}

/// What the document says of the authorization server of a case.
pub(super) const fn endpoints() -> OAuthEndpoints {
    OAuthEndpoints::new()
        .authorization_code("/oauth2/authorize", "/oauth2/token")
        .client_credentials("/oauth2/token")
}

impl Session {
    /// Signs in with what `builder` says of the client.
    pub(super) async fn credential(
        &self,
        scheme: &str,
        builder: &CoreBuilder,
    ) -> Result<Credential, String> {
        let start = Instant::now();
        let config = OAuthConfig::new(&self.client_id)
            .client_secret(self.client_secret.as_str())
            .clock(move || epoch() + start.elapsed());
        let oauth = builder.oauth(scheme, config);
        let oauth = oauth.map_err(|error| error.to_string())?;
        let store = MemoryStore::new();
        let session = if self.of_client {
            let scopes = self.scopes.clone().unwrap_or_default();
            oauth.client_session(scopes, store)
        } else {
            oauth.session(store)
        };
        self.sign_in(&session).await?;
        Ok(Credential::bearer(session))
    }

    async fn sign_in(&self, session: &OAuthSession) -> Result<(), String> {
        let Some(token) = &self.access_token else {
            return Ok(());
        };
        let mut tokens = Tokens::new(token.as_str());
        if let Some(token) = &self.refresh_token {
            tokens = tokens.with_refresh_token(token.as_str());
        }
        if let Some(seconds) = self.expires_in {
            let away = Duration::from_secs(seconds.unsigned_abs());
            let end = if seconds < 0 {
                epoch() - away
            } else {
                epoch() + away
            };
            tokens = tokens.with_expires_at(end);
        }
        if let Some(scopes) = &self.scopes {
            tokens = tokens.with_scopes(scopes);
        }
        session.sign_in(tokens).await.map_err(|e| e.to_string())
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        let tokens = self.access_token.iter().chain(&self.refresh_token);
        tokens.chain([&self.client_secret]).cloned().collect()
    }
}

/// When cases begin.
fn epoch() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

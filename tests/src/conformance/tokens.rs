//! A source that hands out the tokens of a case.

use std::sync::Mutex;

use futures_util::future::BoxFuture;
use openapi_client_runtime::{AccessToken, Failure, TokenSource};
use serde::Deserialize;

use super::stage::wait;

/// The tokens, one after the other; each further one is there after the one before was refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tokens {
    #[serde(rename = "tokens")]
    pub(super) secrets: Vec<String>,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    renewal_fails: bool,
    #[serde(default)]
    after_ms: u64,
}

pub(super) struct Source {
    told: Tokens,
    refused: Mutex<usize>,
}

impl Source {
    pub(super) fn new(told: Tokens) -> Self {
        Self {
            told,
            refused: Mutex::default(),
        }
    }

    fn current(&self) -> Option<AccessToken> {
        let token = self.told.secrets.get(*self.refused.lock().unwrap())?;
        Some(with_scopes(token, self.told.scopes.as_deref()))
    }
}

pub(super) fn with_scopes(token: &str, scopes: Option<&[String]>) -> AccessToken {
    let token = AccessToken::new(token);
    match scopes {
        Some(scopes) => token.with_scopes(scopes),
        None => token,
    }
}

impl TokenSource for Source {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, Failure>> {
        Box::pin(async {
            wait(self.told.after_ms).await;
            let closed = || Failure::credential("the vault is closed: open it");
            self.current().ok_or_else(closed)
        })
    }

    fn renew<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, Failure>> {
        Box::pin(async move {
            if self.told.renewal_fails {
                return Err(Failure::credential("the login has ended: sign in again"));
            }
            if self.current().as_ref() == Some(refused) {
                *self.refused.lock().unwrap() += 1;
            }
            Ok(self.current())
        })
    }
}

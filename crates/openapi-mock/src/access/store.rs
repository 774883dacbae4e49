//! What a mock accepts, and what it did accept once.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::bounded::Bounded;

/// How many tokens that were issued are remembered.
const TOKENS: usize = 10_000;

/// Whether a credential still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    Expired,
    Revoked,
}

/// An application that calls the API: its id is the user name of Basic credentials and the
/// `client_id` of OAuth 2.0.
#[derive(Clone)]
pub(crate) struct Client {
    /// Public clients have none.
    pub(crate) secret: Option<String>,
    pub(crate) features: BTreeSet<String>,
    pub(crate) trusted: bool,
    pub(crate) standing: Standing,
    /// Where users may be sent back to, exactly as registered.
    pub(crate) redirect_uris: Vec<String>,
    /// Whether users may also be sent to any address of this machine.
    pub(crate) any_loopback: bool,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Access,
    Refresh,
}

#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// The security schemes that take it.
    pub(crate) schemes: Vec<String>,
    pub(crate) client: String,
    /// The user who gave it; nobody where a client asked for itself.
    pub(crate) subject: Option<String>,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) trusted: bool,
    pub(crate) standing: Standing,
    pub(crate) issued: SystemTime,
    /// For ever, where there is none.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) expires: Option<Instant>,
    /// What one consent gave has one family, so that it can be taken back together.
    pub(crate) family: u64,
}

impl Token {
    /// A good access token that lasts.
    pub(crate) fn access(scheme: &str, client: &str, scopes: BTreeSet<String>) -> Self {
        Self {
            kind: TokenKind::Access,
            schemes: vec![scheme.to_owned()],
            client: client.to_owned(),
            subject: Some(USER.to_owned()),
            scopes,
            trusted: true,
            standing: Standing::Good,
            issued: SystemTime::now(),
            lifetime: None,
            expires: None,
            family: 0,
        }
    }

    pub(crate) fn lasting(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        // What ends later than clocks can tell does not end.
        self.expires = Instant::now().checked_add(lifetime);
        self
    }

    /// The standing now.
    pub(crate) fn standing(&self) -> Standing {
        let ended = self.expires.is_some_and(|end| end <= Instant::now());
        match self.standing {
            Standing::Good if ended => Standing::Expired,
            standing => standing,
        }
    }
}

/// The user of all tokens that a user gives.
pub(crate) const USER: &str = "mock-user";

/// The id of the client that may do everything.
pub(crate) const CLIENT: &str = "mock-client";

/// The secret of all clients that are there from the start.
pub(crate) const SECRET: &str = "mock-secret";

#[derive(Clone, Default)]
pub(crate) struct Fixed {
    pub(crate) clients: HashMap<String, Client>,
    /// By scheme and value.
    pub(crate) keys: HashMap<(String, String), Standing>,
    pub(crate) tokens: HashMap<String, Token>,
}

pub(crate) struct Store {
    /// What is there from the start, and what tests add by name.
    pub(crate) fixed: Fixed,
    issued: Bounded<Token>,
    families: u64,
}

impl Store {
    pub(crate) fn new(fixed: Fixed) -> Self {
        Self {
            fixed,
            issued: Bounded::new(TOKENS),
            families: 0,
        }
    }

    /// The number of a family that has no member yet.
    pub(crate) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(crate) fn issue(&mut self, text: String, token: Token) {
        self.issued.insert(text, token);
    }

    pub(crate) fn token(&self, text: &str) -> Option<&Token> {
        let fixed = self.fixed.tokens.get(text);
        fixed.or_else(|| self.issued.get(text))
    }

    pub(crate) fn token_mut(&mut self, text: &str) -> Option<&mut Token> {
        let fixed = self.fixed.tokens.get_mut(text);
        fixed.or_else(|| self.issued.get_mut(text))
    }

    /// Takes back all that one consent gave.
    pub(crate) fn revoke_family(&mut self, family: u64) {
        let members = self.issued.values_mut();
        for token in members.filter(|token| token.family == family) {
            token.standing = Standing::Revoked;
        }
    }

    /// Changes the standing of a token, an API key or the client of this name; whether there is one.
    pub(crate) fn set_standing(&mut self, credential: &str, standing: Standing) -> bool {
        let mut found = false;
        if let Some(token) = self.token_mut(credential) {
            token.standing = standing;
            found = true;
        }
        if let Some(client) = self.fixed.clients.get_mut(credential) {
            client.standing = standing;
            found = true;
        }
        for ((_, value), known) in &mut self.fixed.keys {
            if value == credential {
                *known = standing;
                found = true;
            }
        }
        found
    }
}

//! The client of a case.

use std::collections::BTreeMap;
use std::time::Duration;

use openapi_client_runtime::{
    Api, ApiKeyLocation, Bearer, Core, CoreBuilder, Credential, ErrorMembers, RateLimit,
    RateLimiting, RetryPolicy, Scheme, SchemeKind,
};
use serde::Deserialize;

use crate::clients;

use super::operation::{Requirement, Statuses, alternatives, forever, list, texts};
use super::session::{Session, endpoints};
use super::tokens::{Source, Tokens, with_scopes};

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ClientSettings {
    /// The API whose client it is, by its folder in `openapi/`.
    api: Option<String>,
    pub(super) credentials: Option<BTreeMap<String, Given>>,
    schemes: Option<BTreeMap<String, SchemeOf>>,
    #[serde(default)]
    security: Vec<Vec<Requirement>>,
    features: Option<Vec<String>>,
    trusted: Option<bool>,
    response_body_limit: Option<usize>,
    user_agent: Option<String>,
    user_agent_template: Option<String>,
    library: Option<(String, String)>,
    #[serde(default)]
    base_path: String,
    /// Where the API is, for cases without a server.
    base_url: Option<String>,
    retry: Option<Retrying>,
    retry_budget: Option<u32>,
    retry_statuses: Option<Statuses>,
    timeout_ms: Option<u64>,
    attempt_timeout_ms: Option<u64>,
    #[serde(default)]
    rate_limits: Vec<Limit>,
    rate_limiting: Option<Limiting>,
    follow_redirects: Option<u32>,
    max_queued_writes: Option<usize>,
    error_members: Option<Members>,
    #[serde(default)]
    trace_query: Vec<String>,
    #[serde(default)]
    trace_headers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Given {
    Basic {
        user: String,
        password: String,
    },
    Key {
        key: String,
    },
    Token {
        token: String,
        scopes: Option<Vec<String>>,
    },
    Source(Tokens),
    Session {
        session: Session,
    },
}

#[derive(Clone, Debug, Deserialize)]
struct SchemeOf {
    r#type: String,
    r#in: Option<String>,
    name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Limit {
    name: String,
    path_prefix: String,
    requests: u32,
    window_seconds: u64,
    per: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Limiting {
    Off,
    Wait,
    FailFast,
}

#[derive(Clone, Debug, Deserialize)]
struct Members {
    code: Vec<String>,
    message: Vec<String>,
    #[serde(default)]
    request_id: Vec<String>,
}

/// What is left out is the runtime's default.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Retrying {
    max_attempts: Option<u32>,
    base_delay_ms: Option<u64>,
    max_delay_ms: Option<u64>,
    max_retry_after_ms: Option<u64>,
}

impl Retrying {
    pub(super) fn policy(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::new();
        if let Some(attempts) = self.max_attempts {
            policy = policy.max_attempts(attempts);
        }
        if let Some(delay) = self.base_delay_ms {
            policy = policy.base_delay(Duration::from_millis(delay));
        }
        if let Some(delay) = self.max_delay_ms {
            policy = policy.max_delay(Duration::from_millis(delay));
        }
        if let Some(wait) = self.max_retry_after_ms {
            policy = policy.max_retry_after(Duration::from_millis(wait));
        }
        policy
    }
}

impl ClientSettings {
    /// Where the API is, for cases without a server.
    pub(super) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or("http://localhost")
    }

    /// The client for an API at `url`. Calls are repeated only where the case says how.
    pub(super) fn builder(&self, url: &str) -> CoreBuilder {
        let policy = match &self.retry {
            Some(retry) => retry.policy(),
            None => RetryPolicy::none(),
        };
        let mut builder = Core::builder(self.api())
            .base_url(format!("{url}{}", self.base_path))
            .retry(policy)
            .trace_query(&self.trace_query)
            .trace_headers(&self.trace_headers);
        for (scheme, credential) in self.given() {
            builder = builder.credential(scheme, credential);
        }
        if let Some(features) = &self.features {
            builder = builder.granted("features", features);
        }
        if let Some(trusted) = self.trusted {
            builder = builder.granted("trust", trusted.then_some("trusted"));
        }
        if let Some(agent) = &self.user_agent {
            builder = builder.user_agent(agent);
        }
        if let Some((name, version)) = &self.library {
            builder = builder.library(name, version);
        }
        self.limited(builder)
    }

    fn limited(&self, mut builder: CoreBuilder) -> CoreBuilder {
        if let Some(limit) = self.response_body_limit {
            builder = builder.response_body_limit(limit);
        }
        if let Some(budget) = self.retry_budget {
            builder = builder.retry_budget(budget);
        }
        if let Some(timeout) = self.timeout_ms {
            builder = builder.timeout(Duration::from_millis(timeout));
        }
        if let Some(timeout) = self.attempt_timeout_ms {
            builder = builder.attempt_timeout(Duration::from_millis(timeout));
        }
        if let Some(redirects) = self.follow_redirects {
            builder = builder.follow_redirects(redirects);
        }
        if let Some(writes) = self.max_queued_writes {
            builder = builder.max_queued_writes(writes);
        }
        if let Some(limiting) = self.rate_limiting {
            builder = builder.rate_limiting(match limiting {
                Limiting::Off => RateLimiting::Off,
                Limiting::Wait => RateLimiting::Wait,
                Limiting::FailFast => RateLimiting::FailFast,
            });
        }
        builder
    }

    /// The credentials of the case, by scheme.
    pub(super) fn given(&self) -> Vec<(&str, Credential)> {
        let Some(credentials) = &self.credentials else {
            return vec![("basicAuth", Credential::basic("client", "s3cr3t"))];
        };
        let credentials = credentials.iter();
        credentials
            .filter_map(|(scheme, given)| Some((scheme.as_str(), given.credential()?)))
            .collect()
    }

    /// Signs in wherever a credential is a session; `builder` must know where requests go.
    pub(super) async fn sign_in(&self, mut builder: CoreBuilder) -> Result<CoreBuilder, String> {
        for (scheme, given) in self.credentials.iter().flatten() {
            if let Given::Session { session } = given {
                let credential = session.credential(scheme, &builder).await?;
                builder = builder.credential(scheme, credential);
            }
        }
        Ok(builder)
    }

    /// The client of the workspace that stands behind it, and whose operations have names.
    pub(super) fn peer(&self) -> Result<&'static clients::Client, String> {
        clients::find(self.api.as_deref().unwrap_or("configuration"))
    }

    /// An API of this workspace, or one made for the case.
    fn api(&self) -> &'static Api {
        let is_usual = self.schemes.is_none()
            && self.rate_limits.is_empty()
            && self.retry_statuses.is_none()
            && self.user_agent_template.is_none()
            && self.error_members.is_none();
        if let (true, Ok(peer)) = (is_usual, self.peer()) {
            return peer.api;
        }
        let mut api = Api::new("things-client", "1.2.3")
            .schemes(self.schemes())
            .security(alternatives(&self.security))
            .rate_limits(list(self.rate_limits.iter().map(Limit::limit)));
        if let Some(statuses) = &self.retry_statuses {
            api = api.retry_statuses(statuses.build());
        }
        if let Some(template) = &self.user_agent_template {
            api = api.user_agent(forever(template));
        }
        if let Some(members) = &self.error_members {
            let named = ErrorMembers::new(texts(&members.code), texts(&members.message));
            api = api.error_members(named.request_id(texts(&members.request_id)));
        }
        Box::leak(Box::new(api))
    }

    fn schemes(&self) -> &'static [Scheme] {
        let Some(schemes) = &self.schemes else {
            let basic = Scheme::new("basicAuth", SchemeKind::HttpBasic, "basic_auth");
            return list([basic]);
        };
        list(schemes.iter().map(|(name, scheme)| {
            let kind = match scheme.r#type.as_str() {
                "basic" => SchemeKind::HttpBasic,
                "bearer" => SchemeKind::HttpBearer,
                "oauth2" => SchemeKind::OAuth2,
                _ => SchemeKind::ApiKey {
                    location: match scheme.r#in.as_deref() {
                        Some("query") => ApiKeyLocation::Query,
                        Some("cookie") => ApiKeyLocation::Cookie,
                        _ => ApiKeyLocation::Header,
                    },
                    name: forever(scheme.name.as_deref().unwrap_or_default()),
                },
            };
            let described = Scheme::new(forever(name), kind, forever(name));
            match kind {
                SchemeKind::OAuth2 => described.oauth(endpoints()),
                _ => described,
            }
        }))
    }

    /// What must not be printed: plain, and the password as Basic credentials hold it.
    pub(super) fn secrets(&self) -> Vec<String> {
        let Some(credentials) = &self.credentials else {
            return vec!["s3cr3t".to_owned(), "Y2xpZW50OnMzY3IzdA".to_owned()];
        };
        let secrets = credentials.values().flat_map(|given| match given {
            Given::Basic { password, .. } => vec![password.clone()],
            Given::Key { key } => vec![key.clone()],
            Given::Token { token, .. } => vec![token.clone()],
            Given::Source(source) => source.secrets.clone(),
            Given::Session { session } => session.secrets(),
        });
        secrets.collect()
    }
}

impl Limit {
    fn limit(&self) -> RateLimit {
        let window = std::time::Duration::from_secs(self.window_seconds);
        RateLimit::new(forever(&self.name), self.requests, window)
            .for_paths(forever(&self.path_prefix))
            .counted_per(forever(&self.per))
    }
}

impl Given {
    /// `None` for a session, which begins with a client.
    fn credential(&self) -> Option<Credential> {
        Some(match self {
            Self::Basic { user, password } => Credential::basic(user, password.as_str()),
            Self::Key { key } => Credential::api_key(key.as_str()),
            Self::Token { token, scopes } => {
                Credential::bearer(with_scopes(token, scopes.as_deref()))
            }
            Self::Source(tokens) => Credential::bearer(Bearer::source(Source::new(tokens.clone()))),
            Self::Session { .. } => return None,
        })
    }
}

//! What a token endpoint gives.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{AccessToken, ErrorKind, Failure, Secret};

/// The tokens of one user, or of the application itself (RFC 6749, section 5.1).
///
/// They serialise with their secrets in plain text, because a [`TokenStore`](crate::TokenStore) must
/// be able to keep them; `Debug` shows none.
///
/// ```
/// use openapi_client_runtime::Tokens;
///
/// let tokens = Tokens::new("2YotnFZFEjr1zCsicMWpAA").with_refresh_token("tGzv3JOkF0XG5Qx2TlKWIA");
/// let kept = serde_json::to_string(&tokens)?;
/// assert_eq!(serde_json::from_str::<Tokens>(&kept)?, tokens);
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Tokens {
    access_token: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<Secret>,
    #[serde(
        default,
        with = "unix_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    obtained_at: Option<SystemTime>,
    #[serde(
        default,
        with = "unix_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    expires_at: Option<SystemTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<BTreeSet<String>>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    extra: Map<String, Value>,
}

impl Tokens {
    /// An access token and nothing else, for tokens that come from elsewhere.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            id_token: None,
            obtained_at: None,
            expires_at: None,
            scopes: None,
            extra: Map::new(),
        }
    }

    /// With a refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// With the end of the access token.
    #[must_use]
    pub fn with_expires_at(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// With the scopes that were granted.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The access token.
    pub const fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// The refresh token, where one was given.
    pub const fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// The ID token of OpenID Connect, where one was given. Nothing here verifies it.
    pub const fn id_token(&self) -> Option<&Secret> {
        self.id_token.as_ref()
    }

    /// The type of the access token, by which it is used: other types are refused.
    pub const fn token_type(&self) -> &'static str {
        "Bearer"
    }

    /// When the access token ends, where the server said it.
    pub const fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// The scopes that were granted, where they are known.
    pub const fn scopes(&self) -> Option<&BTreeSet<String>> {
        self.scopes.as_ref()
    }

    /// What else the server said, such as the workspace that the tokens are for.
    pub const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }

    /// The credential that calls are signed with.
    pub fn to_access_token(&self) -> AccessToken {
        let token = AccessToken::new(self.access_token.clone());
        match &self.scopes {
            Some(scopes) => token.with_scopes(scopes),
            None => token,
        }
    }

    /// Whether the access token has come to its end.
    pub(super) fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it is time for another: `margin` before the end, but not in the first half of the
    /// token's life, or short-lived tokens would be renewed without end.
    pub(super) fn is_due(&self, now: SystemTime, margin: Duration) -> bool {
        let Some(end) = self.expires_at else {
            return false;
        };
        let life = self
            .obtained_at
            .and_then(|start| end.duration_since(start).ok());
        let margin = life.map_or(margin, |life| margin.min(life / 2));
        end.checked_sub(margin).is_none_or(|due| due <= now)
    }

    /// What a refresh gave, with what it left as it was: the refresh token (RFC 6749, section 6), the
    /// scopes, and whatever only the first reply said.
    pub(super) fn renewing(mut self, old: &Self) -> Self {
        self.refresh_token = self.refresh_token.or_else(|| old.refresh_token.clone());
        self.id_token = self.id_token.or_else(|| old.id_token.clone());
        self.scopes = self.scopes.or_else(|| old.scopes.clone());
        let mut extra = old.extra.clone();
        extra.append(&mut self.extra);
        self.extra = extra;
        self
    }
}

/// Further members may hold anything, so only how many there are is shown.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("id_token", &self.id_token)
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .field("extra", &format_args!("[{} members]", self.extra.len()))
            .finish_non_exhaustive()
    }
}

/// The reply of a token endpoint, as servers really write it.
#[derive(Deserialize)]
pub(super) struct TokenReply {
    access_token: Secret,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default, deserialize_with = "lenient_seconds")]
    expires_in: Option<Duration>,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    id_token: Option<Secret>,
    #[serde(default)]
    scope: Option<ScopeReply>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// Scopes as text with blanks between (RFC 6749, section 3.3), or as the list that some servers send.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ScopeReply {
    Text(String),
    List(Vec<String>),
}

impl ScopeReply {
    pub(super) fn into_set(self) -> BTreeSet<String> {
        match self {
            Self::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
            Self::List(list) => list.into_iter().collect(),
        }
    }
}

impl TokenReply {
    /// `asked_at` is when the request went out: a lifetime that counts from then never ends late.
    pub(super) fn into_tokens(
        self,
        asked_at: SystemTime,
        requested: Option<BTreeSet<String>>,
    ) -> Result<Tokens, Failure> {
        let unfit = |reason: &'static str| Err(Failure::new(ErrorKind::Decode, reason));
        let token_type = self.token_type.as_deref().unwrap_or("Bearer");
        if !token_type.eq_ignore_ascii_case("bearer") {
            return unfit("its `token_type` is not `Bearer`, the only one that can be used here");
        }
        if !self
            .access_token
            .expose()
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
        {
            return unfit("its `access_token` holds a character that headers cannot carry");
        }
        if self.access_token.expose().is_empty() {
            return unfit("its `access_token` is empty");
        }
        let given = |token: Option<Secret>| token.filter(|token| !token.expose().is_empty());
        Ok(Tokens {
            access_token: self.access_token,
            refresh_token: given(self.refresh_token),
            id_token: given(self.id_token),
            obtained_at: Some(asked_at),
            expires_at: self.expires_in.and_then(|life| asked_at.checked_add(life)),
            scopes: self.scope.map(ScopeReply::into_set).or(requested),
            extra: self.extra,
        })
    }
}

/// A lifetime as a number or as numeric text; anything else is as good as none, since a refused
/// token is renewed all the same.
fn lenient_seconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(seconds.and_then(|seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).ok()))
}

/// Times as whole seconds since 1970, for stores.
mod unix_seconds {
    use super::{
        Deserialize, Deserializer, Duration, Serialize, Serializer, SystemTime, UNIX_EPOCH,
    };

    #[expect(clippy::ref_option, reason = "serde asks for this signature")]
    pub(super) fn serialize<S: Serializer>(
        time: &Option<SystemTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let seconds = time.map(|time| {
            time.duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs()
        });
        seconds.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SystemTime>, D::Error> {
        let seconds = Option::<u64>::deserialize(deserializer)?;
        Ok(seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: SystemTime = UNIX_EPOCH;

    fn read(json: &str) -> Result<Tokens, String> {
        let reply: TokenReply = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let requested = Some(BTreeSet::from(["asked".to_owned()]));
        let tokens = reply.into_tokens(NOW, requested);
        tokens.map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_sample_of_rfc_6749_section_5_1() {
        let tokens = read(
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,
                "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#
                .replace("\"example\"", "\"bearer\"")
                .as_str(),
        )
        .unwrap();
        assert_eq!(tokens.access_token().expose(), "2YotnFZFEjr1zCsicMWpAA");
        assert_eq!(
            tokens.refresh_token().unwrap().expose(),
            "tGzv3JOkF0XG5Qx2TlKWIA"
        );
        assert_eq!(tokens.expires_at(), Some(NOW + Duration::from_secs(3600)));
        assert_eq!(tokens.scopes().unwrap().first().unwrap(), "asked");
        assert_eq!(tokens.extra()["example_parameter"], "example_value");
        assert_eq!(tokens.extra().len(), 1);
    }

    #[test]
    fn servers_are_taken_as_they_are() {
        let life = |json: &str| {
            let json = format!(r#"{{"access_token":"a","expires_in":{json}}}"#);
            let end = read(&json).unwrap().expires_at();
            end.map(|end| end.duration_since(NOW).unwrap().as_secs())
        };
        assert_eq!(life("60"), Some(60));
        assert_eq!(life("\"60\""), Some(60));
        assert_eq!(life("60.0"), Some(60));
        assert_eq!(life("-5"), Some(0));
        for none in ["null", "\"soon\"", "1e300", "[]"] {
            assert_eq!(life(none), None, "{none}");
        }
        let tokens = read(r#"{"access_token":"a","scope":["x","y"],"refresh_token":""}"#).unwrap();
        assert_eq!(tokens.scopes().unwrap().len(), 2);
        assert_eq!(tokens.refresh_token(), None);
        let tokens =
            read(r#"{"access_token":"a","scope":" x  y ","token_type":"BEARER"}"#).unwrap();
        assert_eq!(tokens.scopes().unwrap().len(), 2);
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_being_quoted() {
        for (json, reason) in [
            (
                r#"{"access_token":"hunter2","token_type":"mac"}"#,
                "token_type",
            ),
            (r#"{"access_token":"hunter2\n"}"#, "headers cannot carry"),
            (r#"{"access_token":""}"#, "empty"),
            (r#"{"refresh_token":"hunter2"}"#, "access_token"),
        ] {
            let refused = read(json).unwrap_err();
            assert!(
                refused.contains(reason) && !refused.contains("hunter2"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_refresh_changes_what_it_says_and_keeps_the_rest() {
        let old = read(
            r#"{"access_token":"1","refresh_token":"r1","scope":"a","id_token":"i","team":7}"#,
        );
        let kept = TokenReply::deserialize(serde_json::json!({ "access_token": "2" })).unwrap();
        let kept = kept
            .into_tokens(NOW, None)
            .unwrap()
            .renewing(&old.clone().unwrap());
        assert_eq!(kept.refresh_token().unwrap().expose(), "r1");
        assert_eq!(kept.id_token().unwrap().expose(), "i");
        assert_eq!(kept.scopes().unwrap().first().unwrap(), "a");
        assert_eq!(kept.extra()["team"], 7);
        let json = r#"{"access_token":"2","refresh_token":"r2","scope":"b","team":8}"#;
        let rotated = read(json).unwrap().renewing(&old.unwrap());
        assert_eq!(rotated.refresh_token().unwrap().expose(), "r2");
        assert_eq!(rotated.scopes().unwrap().first().unwrap(), "b");
        assert_eq!(rotated.extra()["team"], 8);
    }

    #[test]
    fn short_lives_are_not_eaten_up_by_the_margin() {
        let at = |seconds: u64| NOW + Duration::from_secs(seconds);
        let margin = Duration::from_secs(60);
        let long = read(r#"{"access_token":"a","expires_in":3600}"#).unwrap();
        assert!(!long.is_due(at(3539), margin) && long.is_due(at(3540), margin));
        assert!(!long.is_expired(at(3599)) && long.is_expired(at(3600)));
        let short = read(r#"{"access_token":"a","expires_in":30}"#).unwrap();
        assert!(!short.is_due(at(14), margin) && short.is_due(at(15), margin));
        let endless = read(r#"{"access_token":"a"}"#).unwrap();
        assert!(!endless.is_due(at(1 << 40), margin) && !endless.is_expired(at(1 << 40)));
        let given = Tokens::new("a").with_expires_at(at(100));
        assert!(!given.is_due(at(39), margin) && given.is_due(at(40), margin));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let tokens = read(
            r#"{"access_token":"hunter2","refresh_token":"hunter2","id_token":"hunter2","x":"hunter2"}"#,
        );
        let shown = format!(
            "{:?} {:#?}",
            tokens,
            tokens.clone().unwrap().to_access_token()
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_object_with_a_token_is_read_and_kept(
            extra in "[a-z]{1,8}", text in ".{0,20}", life in any::<i64>(),
        ) {
            let json = serde_json::json!({ "access_token": "a", "expires_in": life, format!("x_{extra}"): text });
            let tokens = read(&json.to_string()).unwrap();
            let kept = serde_json::to_string(&tokens).unwrap();
            prop_assert_eq!(serde_json::from_str::<Tokens>(&kept).unwrap(), tokens);
        }
    }
}

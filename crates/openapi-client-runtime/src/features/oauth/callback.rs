//! What comes back with the user: a code or an error, once the state was checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use super::error::OAuthErrorBody;
use super::metadata::is_issuer;
use crate::Secret;

/// An authorization code that came with the right state. It is good for one exchange.
///
/// ```
/// use openapi_client_runtime::{Authorization, AuthorizationCode};
///
/// /// `kept` is what the session of this user's browser holds, as JSON.
/// fn code(kept: &str, callback: &str) -> Result<AuthorizationCode, Box<dyn std::error::Error>> {
///     let kept: Authorization = serde_json::from_str(kept)?;
///     Ok(kept.code_from(callback)?)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizationCode(pub(super) Secret);

/// Why a callback gives no code. [`Authorization::code_from`](crate::Authorization::code_from) has an
/// example.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallbackError {
    /// The authorization server said no, or the user did (RFC 6749, section 4.1.2.1).
    Refused(Box<OAuthErrorBody>),
    /// There is no `state`: the callback answers no request of ours.
    StateMissing,
    /// The `state` is that of another request: an attack (RFC 6749, section 10.12), or the user has
    /// started twice.
    StateMismatch,
    /// There is neither `code` nor `error`.
    CodeMissing,
    /// A parameter stands there twice, so that its meaning depends on who reads it.
    Duplicate {
        /// The name of the parameter.
        parameter: &'static str,
    },
    /// The URL is not the redirect URI of the request.
    WrongRedirectUri,
    /// The callback is of another authorization server than the one that was asked, or does not
    /// say which, although that server says so of itself (RFC 9207): an attack, where a client
    /// works with several servers.
    WrongIssuer,
}

impl CallbackError {
    /// What the authorization server said, where it refused.
    pub fn refusal(&self) -> Option<&OAuthErrorBody> {
        match self {
            Self::Refused(body) => Some(body),
            _ => None,
        }
    }
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(body) => write!(f, "the authorization server refused: {body}"),
            Self::StateMissing => f.write_str(
                "the callback has no `state`, so that it answers no request of this client: start \
                 again",
            ),
            Self::StateMismatch => f.write_str(
                "the `state` of the callback is not the one of this request: it may be an attack, \
                 or the answer to an earlier request; start again",
            ),
            Self::CodeMissing => f.write_str("the callback has neither `code` nor `error`"),
            Self::Duplicate { parameter } => {
                write!(f, "the callback has `{parameter}` more than once")
            }
            Self::WrongRedirectUri => f.write_str(
                "the callback came to another address than the redirect URI of the request; behind \
                 a proxy, give the query alone",
            ),
            Self::WrongIssuer => f.write_str(
                "the callback is not of the authorization server that was asked (its `iss` is \
                 missing or another one): it may be an attack; start again",
            ),
        }
    }
}

impl std::error::Error for CallbackError {}

const PARAMETERS: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];

/// The authorization server that was asked, where it is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Issuer {
    pub(super) name: String,
    /// Whether it says of itself that its callbacks have `iss`.
    pub(super) names_itself: bool,
}

/// Reads a callback, given whole or as its query. Nothing of it is believed before the state.
pub(super) fn read(
    callback: &str,
    redirect_uri: &str,
    state: &Secret,
    issuer: Option<&Issuer>,
) -> Result<AuthorizationCode, CallbackError> {
    let mut found = parameters(query(callback, redirect_uri)?.as_bytes())?;
    let given = found.remove("state").ok_or(CallbackError::StateMissing)?;
    if Secret::from(given) != *state {
        return Err(CallbackError::StateMismatch);
    }
    let named = found.remove("iss");
    if let Some(issuer) = issuer {
        let fits = named.map_or(!issuer.names_itself, |named| {
            is_issuer(&named, &issuer.name)
        });
        if !fits {
            return Err(CallbackError::WrongIssuer);
        }
    }
    if let Some(code) = found.remove("error") {
        let [description, uri] = ["error_description", "error_uri"].map(|name| found.remove(name));
        let body = OAuthErrorBody::new(&code, description, uri);
        return Err(CallbackError::Refused(Box::new(body)));
    }
    match found.remove("code") {
        Some(code) if !code.is_empty() => Ok(AuthorizationCode(code.into())),
        _ => Err(CallbackError::CodeMissing),
    }
}

/// The query of a callback. Of a whole URL the rest must be that of the redirect URI.
fn query(callback: &str, redirect_uri: &str) -> Result<String, CallbackError> {
    let callback = callback.trim();
    let Ok(url) = Url::parse(callback) else {
        let query = match callback.split_once('?') {
            Some((path, query)) if path.is_empty() || path.starts_with('/') => query,
            _ => callback,
        };
        return Ok(query.split('#').next().unwrap_or_default().to_owned());
    };
    let place = |mut url: Url| {
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    let expected = Url::parse(redirect_uri).map_err(|_| CallbackError::WrongRedirectUri)?;
    let query = url.query().unwrap_or_default().to_owned();
    if place(url) == place(expected) {
        Ok(query)
    } else {
        Err(CallbackError::WrongRedirectUri)
    }
}

fn parameters(query: &[u8]) -> Result<BTreeMap<&'static str, String>, CallbackError> {
    let mut found = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query) {
        let Some(parameter) = PARAMETERS.into_iter().find(|known| *known == name) else {
            continue;
        };
        if found.insert(parameter, value.into_owned()).is_some() {
            return Err(CallbackError::Duplicate { parameter });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REDIRECT: &str = "https://client.example.com/cb?tenant=7";

    fn code(callback: &str) -> Result<String, CallbackError> {
        code_of(None, callback)
    }

    fn code_of(issuer: Option<&Issuer>, callback: &str) -> Result<String, CallbackError> {
        let code = read(callback, REDIRECT, &Secret::from("xyz"), issuer)?;
        Ok(code.0.expose().to_owned())
    }

    #[test]
    fn the_issuer_is_compared_where_both_sides_name_one() {
        let honest = "iss=https%3A%2F%2Fhonest.example.com";
        let evil = "iss=https%3A%2F%2Fevil.example.com";
        let issuer = |names_itself| Issuer {
            name: "https://honest.example.com".to_owned(),
            names_itself,
        };
        for (issuer, iss, fits) in [
            (None, evil, true),
            (None, "", true),
            (Some(issuer(false)), honest, true),
            (Some(issuer(false)), "", true),
            (Some(issuer(false)), evil, false),
            (Some(issuer(false)), "iss=", false),
            (Some(issuer(true)), honest, true),
            (Some(issuer(true)), "", false),
            (Some(issuer(true)), evil, false),
        ] {
            for rest in ["state=xyz&code=a", "state=xyz&error=access_denied"] {
                let answer = code_of(issuer.as_ref(), &format!("{rest}&{iss}"));
                let refused = matches!(answer, Err(CallbackError::WrongIssuer));
                assert_eq!(refused, !fits, "{issuer:?} {iss} {rest}");
            }
        }
        let twice = code_of(
            Some(&issuer(true)),
            &format!("state=xyz&code=a&{honest}&{evil}"),
        );
        assert!(matches!(
            twice,
            Err(CallbackError::Duplicate { parameter: "iss" })
        ));
    }

    #[test]
    fn a_code_is_found_in_every_form_of_callback() {
        for callback in [
            // RFC 6749, section 4.1.2, with the query of the redirect URI.
            "https://client.example.com/cb?tenant=7&code=SplxlOBeZQQYbYS6WxSbIA&state=xyz",
            "https://client.example.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz#_=_",
            "/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz",
            "?state=xyz&code=SplxlOBeZQQYbYS6WxSbIA",
            "state=xyz&code=SplxlOBeZQQYbYS6WxSbIA&iss=https://server.example.com",
            " state=xyz&code=SplxlOBeZQQYbYS6WxSbIA\n",
        ] {
            assert_eq!(
                code(callback).unwrap(),
                "SplxlOBeZQQYbYS6WxSbIA",
                "{callback}"
            );
        }
        assert_eq!(code("code=a%2Fb+c%3F&state=xyz").unwrap(), "a/b c?");
    }

    #[test]
    fn everything_else_is_an_error_of_its_own() {
        type Check = fn(&CallbackError) -> bool;
        let cases: [(&str, Check); 9] = [
            ("code=a", |e| matches!(e, CallbackError::StateMissing)),
            ("code=a&state=xyZ", |e| {
                matches!(e, CallbackError::StateMismatch)
            }),
            ("error=access_denied&state=no", |e| {
                matches!(e, CallbackError::StateMismatch)
            }),
            ("state=xyz", |e| matches!(e, CallbackError::CodeMissing)),
            ("code=&state=xyz", |e| {
                matches!(e, CallbackError::CodeMissing)
            }),
            ("code=a&code=a&state=xyz", |e| {
                matches!(e, CallbackError::Duplicate { parameter: "code" })
            }),
            ("code=a&state=no&state=xyz", |e| {
                matches!(e, CallbackError::Duplicate { parameter: "state" })
            }),
            ("https://client.example.com.evil/cb?code=a&state=xyz", |e| {
                matches!(e, CallbackError::WrongRedirectUri)
            }),
            ("http://client.example.com/cb?code=a&state=xyz", |e| {
                matches!(e, CallbackError::WrongRedirectUri)
            }),
        ];
        for (callback, expected) in cases {
            let error = code(callback).unwrap_err();
            assert!(expected(&error), "{callback}: {error:?}");
            assert!(!error.to_string().contains("xyz"), "{error}");
        }
    }

    #[test]
    fn refusals_are_typed() {
        let callback = "https://client.example.com/cb?error=access_denied&error_description=not%0Anow&state=xyz";
        let error = code(callback).unwrap_err();
        let body = error.refusal().unwrap();
        assert_eq!(body.code(), &crate::OAuthErrorCode::AccessDenied);
        let text = "the authorization server refused: access_denied: not now";
        assert_eq!(error.to_string(), text);
    }

    proptest! {
        #[test]
        fn a_code_comes_back_as_it_was_given(value in "\\PC{1,40}", noise in "[a-z]{1,6}=[a-z]{0,6}") {
            prop_assume!(!PARAMETERS.contains(&noise.split('=').next().unwrap_or_default()));
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("code", &value).append_pair("state", "xyz").finish();
            for callback in [format!("{query}&{noise}"), format!("https://client.example.com/cb?{noise}&{query}")] {
                prop_assert_eq!(&code(&callback).unwrap(), &value);
            }
        }

        #[test]
        fn no_other_state_is_taken(state in "\\PC{0,12}", junk in "\\PC{0,60}") {
            prop_assume!(state != "xyz");
            let state: String = form_urlencoded::byte_serialize(state.as_bytes()).collect();
            let code_first = code(&format!("code=a&state={state}"));
            prop_assert!(code_first.is_err());
            prop_assume!(!junk.contains("xyz"));
            prop_assert!(code(&junk).is_err());
        }
    }
}

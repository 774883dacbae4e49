//! Clients at the endpoints that they call themselves (RFC 6749, section 2.3).

use std::borrow::Cow;

use form_urlencoded::parse;
use openapi_document::model::ClientAuthentication;

use super::error::Error;
use super::parameters::Parameters;
use crate::access::{Client, Standing, Store, presented_basic};
use crate::request::Request;

/// Who a client is, after it has proved it in one of the ways that the document takes.
pub(super) fn authenticate(
    store: &Store,
    taken: &[ClientAuthentication],
    request: &Request,
    form: &Parameters,
) -> Result<String, Error> {
    let proof = Proof::of(request, form)?;
    let Some(client) = store.fixed.clients.get(proof.id.as_ref()) else {
        return Err(Error::invalid_client("the client is not known"));
    };
    proof.check(client, taken)?;
    Ok(proof.id.into_owned())
}

struct Proof<'a> {
    id: Cow<'a, str>,
    secret: Option<Cow<'a, str>>,
    way: ClientAuthentication,
}

impl<'a> Proof<'a> {
    fn of(request: &Request, form: &'a Parameters) -> Result<Self, Error> {
        let header = presented_basic(request).map_err(Error::invalid_client)?;
        let in_body = (form.get("client_id"), form.get("client_secret"));
        match (header, in_body) {
            (Some(_), (_, Some(_))) => Err(Error::invalid_request(
                "the client proves who it is twice, in the header and in the body",
            )),
            (Some((id, secret)), (named, None)) => {
                let id = decoded(&id);
                if named.is_some_and(|named| named != id) {
                    let text = "`client_id` is another one than that of the header";
                    return Err(Error::invalid_request(text));
                }
                Ok(Self {
                    id: Cow::Owned(id),
                    secret: Some(Cow::Owned(decoded(&secret))),
                    way: ClientAuthentication::Basic,
                })
            }
            (None, (Some(id), secret)) => Ok(Self {
                id: Cow::Borrowed(id),
                secret: secret.map(Cow::Borrowed),
                way: match secret {
                    Some(_) => ClientAuthentication::Body,
                    None => ClientAuthentication::None,
                },
            }),
            (None, (None, _)) => Err(Error::invalid_client(
                "the client does not say who it is: there is neither `Authorization: Basic` nor \
                 `client_id`",
            )),
        }
    }

    fn check(&self, client: &Client, taken: &[ClientAuthentication]) -> Result<(), Error> {
        let public = client.secret.is_none() || taken == [ClientAuthentication::None];
        let refused = match (&self.secret, public) {
            (Some(_), true) => Some("this client is public: it must not send a secret"),
            (None, false) => Some("this client has a secret, and has to prove that it knows it"),
            (Some(_), false) if !taken.contains(&self.way) => Some(match self.way {
                ClientAuthentication::Body => {
                    "the document takes the secret in `Authorization: Basic`, not in the body"
                }
                _ => "the document takes `client_id` and `client_secret` in the body, not Basic",
            }),
            (Some(secret), false) if client.secret.as_deref() != Some(secret) => {
                Some("the secret is not that of this client")
            }
            _ if client.standing != Standing::Good => Some("the client was shut out"),
            _ => None,
        };
        refused.map_or(Ok(()), |why| Err(Error::invalid_client(why)))
    }
}

/// Id and secret are form-encoded before they become Basic credentials (RFC 6749, section 2.3.1).
fn decoded(text: &str) -> String {
    // Neither `&` nor `=` stands in an encoded text; in a plain one they are part of it.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    let mut pairs = parse(escaped.as_bytes());
    pairs
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decoded;

    #[test]
    fn encoded_texts_are_decoded_and_plain_ones_stay() {
        assert_eq!(decoded("a%3Ab+c%2Bd"), "a:b c+d");
        assert_eq!(decoded("mock-client"), "mock-client");
        assert_eq!(decoded("a=b&c"), "a=b&c");
        assert_eq!(decoded(""), "");
    }

    proptest! {
        #[test]
        fn what_clients_encode_comes_back(text in "\\PC{0,40}") {
            let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            prop_assert_eq!(decoded(&encoded), text);
        }
    }
}

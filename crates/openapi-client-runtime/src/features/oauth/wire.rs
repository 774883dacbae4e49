//! Calls to the endpoints of an authorization server.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::error::OAuthError;
use crate::call::core::Target;
use crate::call::request::Request;
use crate::{
    CallOptions, ClientAuthentication, Core, Error, Failure, Method, Operation, OperationBuilder,
    RawResponse, RequestBody, ResponseSpec, ResponseValue, Secret, StatusRange,
};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &[&str] = &["application/json"];
const RESPONSES: &[ResponseSpec] = &[
    ResponseSpec::new(StatusRange::Class(2), JSON),
    ResponseSpec::new(StatusRange::Class(4), JSON),
    ResponseSpec::new(StatusRange::Class(5), JSON),
];

const fn post(id: &'static str, name: &'static str) -> OperationBuilder {
    Operation::new(id, Method::Post, name)
        .request(RequestBody::new(FORM))
        .responses(RESPONSES)
}

/// Sending a user to the authorization endpoint: nothing of it is sent by us.
pub(super) static AUTHORIZE: Operation =
    Operation::new("oauth_authorize", Method::Get, "authorization endpoint").build();
pub(super) static TOKEN: Operation = post("oauth_token", "token endpoint").build();
pub(super) static REVOKE: Operation = post("oauth_revoke", "revocation endpoint").build();
pub(super) static INTROSPECT: Operation =
    post("oauth_introspect", "introspection endpoint").build();
pub(super) static METADATA: Operation =
    Operation::new("oauth_metadata", Method::Get, "metadata endpoint")
        .responses(RESPONSES)
        .build();

/// The parameters of a request, in the order they were given.
pub(super) type Form<'a> = Vec<(&'a str, &'a str)>;

/// The transport of the client's own calls, and the client as the server knows it.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) core: Core,
    pub(super) client_id: String,
    pub(super) client_secret: Option<Secret>,
    pub(super) authentication: ClientAuthentication,
    /// The time of a call; that of the client's own calls where there is none.
    pub(super) timeout: Option<Duration>,
}

impl Wire {
    /// Posts a form and reads the JSON that comes back.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        url: &Url,
        form: Form<'_>,
    ) -> Result<ResponseValue<T>, OAuthError> {
        let response = self.send(operation, self.request(url, form)?).await?;
        let value = ResponseValue::from_response(response).await;
        value.map_err(forget_payload)
    }

    /// Posts a form to which the answer is a status.
    pub(super) async fn tell(
        &self,
        operation: &'static Operation,
        url: &Url,
        form: Form<'_>,
    ) -> Result<(), OAuthError> {
        let response = self.send(operation, self.request(url, form)?).await?;
        drop(response);
        Ok(())
    }

    /// Reads JSON without authenticating.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        url: &Url,
    ) -> Result<T, OAuthError> {
        let request = Request::new(Method::Get, url.as_str().to_owned());
        let response = self.send(operation, request).await?;
        let value = ResponseValue::from_response(response).await;
        value.map(ResponseValue::into_inner)
    }

    async fn send(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<RawResponse, OAuthError> {
        let mut options = CallOptions::new();
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout).attempt_timeout(timeout);
        }
        let sent = self
            .core
            .send_to(Target::Endpoint, request, operation, options);
        let response = sent.await?;
        match response.status().as_u16() {
            200..=299 => Ok(response),
            400..=599 => {
                let body = ResponseValue::from_response(response).await?;
                Err(in_words_of_the_server(Error::ErrorResponse(body)).in_operation(operation))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }

    fn request<'a>(&'a self, url: &Url, mut form: Form<'a>) -> Result<Request, Failure> {
        let mut request = Request::new(Method::Post, url.as_str().to_owned());
        let headers = &mut request.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        match (self.authentication, &self.client_secret) {
            (ClientAuthentication::Basic, Some(secret)) => {
                headers.insert(AUTHORIZATION, basic(&self.client_id, secret)?);
            }
            (ClientAuthentication::Body, Some(secret)) => {
                form.push(("client_id", &self.client_id));
                form.push(("client_secret", secret.expose()));
            }
            _ => form.push(("client_id", &self.client_id)),
        }
        request.body = Some(encode(&form).into());
        Ok(request)
    }
}

/// RFC 6749, section 2.3.1: id and secret are form-encoded before they become Basic credentials, so
/// that both may hold any character.
fn basic(id: &str, secret: &Secret) -> Result<HeaderValue, Failure> {
    let mut pair = Zeroizing::new(String::with_capacity(
        3 * (id.len() + secret.expose().len()) + 1,
    ));
    pair.extend(form_urlencoded::byte_serialize(id.as_bytes()));
    pair.push(':');
    pair.extend(form_urlencoded::byte_serialize(secret.expose().as_bytes()));
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    let value = Zeroizing::new(format!("Basic {}", *encoded));
    let mut value = HeaderValue::from_str(&value)
        .map_err(|_| Failure::invalid("the client's credentials cannot travel in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The body, overwritten when it is dropped. It never grows, so no copies of it are left behind.
fn encode(form: &Form<'_>) -> Bytes {
    let most = form
        .iter()
        .map(|(name, value)| 3 * (name.len() + value.len()) + 2);
    let mut text = Zeroizing::new(String::with_capacity(most.sum()));
    form_urlencoded::Serializer::new(&mut *text).extend_pairs(form);
    Bytes::from_owner(text)
}

/// Code and message of an OAuth error stand where RFC 6749 says, whatever the rest of the API does.
fn in_words_of_the_server(mut error: OAuthError) -> OAuthError {
    let words = error.body().map(|body| {
        let code = body.code().as_str().to_owned();
        (code, body.description().map(str::to_owned))
    });
    if let (Some((code, message)), Some(reply)) = (words, error.reply_mut()) {
        let rare = reply.rare_mut();
        (rare.code, rare.message) = (Some(code), message);
    }
    error
}

/// A reply that should have held tokens may hold them all the same.
fn forget_payload(mut error: OAuthError) -> OAuthError {
    if let Some(reply) = error.reply_mut() {
        reply.rare_mut().excerpt = Bytes::new();
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Api;

    static API: Api = Api::new("x", "1.0.0");

    fn sent(authentication: ClientAuthentication, secret: Option<&str>) -> (String, String) {
        let wire = Wire {
            core: Core::builder(&API)
                .base_url("http://localhost")
                .build()
                .unwrap(),
            client_id: "s6BhdRkqt3".to_owned(),
            client_secret: secret.map(Secret::from),
            authentication,
            timeout: None,
        };
        let url = Url::parse("http://localhost/token").unwrap();
        let form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", "tGzv3JOkF0XG5Qx2TlKWIA"),
        ];
        let request = wire.request(&url, form).unwrap();
        assert!(!format!("{request:?}").contains("gX1fBat3bV"));
        let header = request.headers.get(AUTHORIZATION);
        let header = header
            .map_or("", |value| value.to_str().unwrap())
            .to_owned();
        let body = request.body.unwrap().as_bytes().unwrap().to_vec();
        (header, String::from_utf8(body).unwrap())
    }

    #[test]
    fn clients_authenticate_as_in_rfc_6749_section_2_3_1() {
        let (header, body) = sent(ClientAuthentication::Basic, Some("gX1fBat3bV"));
        assert_eq!(header, "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
        assert_eq!(
            body,
            "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA"
        );
        let (header, body) = sent(ClientAuthentication::Body, Some("7Fjfp0ZBr1KtDRbnfVdmIw"));
        assert_eq!(header, "");
        assert!(body.ends_with("&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"));
        let (header, body) = sent(ClientAuthentication::Basic, None);
        assert_eq!(header, "");
        assert!(body.ends_with("WIA&client_id=s6BhdRkqt3"));
    }

    #[test]
    fn basic_credentials_are_form_encoded_first() {
        let header = basic("a:b", &Secret::from("p%w d+é")).unwrap();
        let pair = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        let pair = STANDARD.decode(pair).unwrap();
        assert_eq!(pair, b"a%3Ab:p%25w+d%2B%C3%A9");
        assert!(header.is_sensitive());
    }
}

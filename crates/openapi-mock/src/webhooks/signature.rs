//! Signing, written from the vocabulary alone: so it can judge those who verify.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use openapi_document::model::{self, SignatureEncoding};
use sha2::Sha256;

/// How deliveries are signed.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    header: HeaderName,
    base64: bool,
    prefix: String,
    separator: Option<String>,
    timestamp: Option<Timestamp>,
}

/// Where the time of signing stands, where it is signed.
#[derive(Debug, Clone)]
enum Timestamp {
    Header(HeaderName),
    /// In the header of the signature, after this text.
    Part(String),
}

impl Signature {
    /// Nothing where what is declared names a header that is none.
    pub(super) fn new(declared: &model::Signature) -> Option<Self> {
        let header = |name: &String| HeaderName::try_from(name).ok();
        let in_header = declared.timestamp_header.as_ref().and_then(header);
        let in_part = declared.timestamp_prefix.clone();
        // A receiver may not expect a prefix that is optional.
        let prefix = declared.prefix.clone();
        let prefix = prefix.filter(|_| declared.prefix_required);
        Some(Self {
            header: header(&declared.header)?,
            base64: declared.encoding == SignatureEncoding::Base64,
            prefix: prefix.unwrap_or_default(),
            separator: declared.separator.clone(),
            timestamp: in_header
                .map(Timestamp::Header)
                .or(in_part.map(Timestamp::Part)),
        })
    }

    /// The headers that prove the origin of a body, signed at this time in seconds since 1970.
    pub(super) fn sign(&self, secret: &str, seconds: u64, body: &[u8]) -> HeaderMap {
        let seconds = seconds.to_string();
        let mut message = Vec::with_capacity(body.len() + 16);
        if self.timestamp.is_some() {
            message.extend_from_slice(seconds.as_bytes());
            message.push(b'.');
        }
        message.extend_from_slice(body);
        let signature = format!("{}{}", self.prefix, self.encoded(secret, &message));
        let mut lines = Vec::new();
        match &self.timestamp {
            None => lines.push((&self.header, signature)),
            Some(Timestamp::Header(name)) => {
                lines.push((name, seconds));
                lines.push((&self.header, signature));
            }
            Some(Timestamp::Part(prefix)) => {
                let separator = self.separator.as_deref().unwrap_or(",");
                let line = format!("{prefix}{seconds}{separator}{signature}");
                lines.push((&self.header, line));
            }
        }
        let written = lines.into_iter().filter_map(|(name, value)| {
            let value = HeaderValue::try_from(value).ok()?;
            Some((name.clone(), value))
        });
        written.collect()
    }

    fn encoded(&self, secret: &str, message: &[u8]) -> String {
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return String::new();
        };
        mac.update(message);
        let bytes = mac.finalize().into_bytes();
        if self.base64 {
            return STANDARD.encode(bytes);
        }
        hex::encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn signed(object: &Value, secret: &str, body: &str) -> Vec<(String, String)> {
        let declared = serde_json::from_value(object.clone()).unwrap();
        let signature = Signature::new(&declared).unwrap();
        let headers = signature.sign(secret, 1_700_000_000, body.as_bytes());
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let pairs = headers.iter();
        pairs
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }

    fn line(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_vectors_of_rfc_4231_and_github() {
        // RFC 4231, section 4.3.
        let plain = json!({"scheme": "hmac-sha256", "header": "X-Signature"});
        assert_eq!(
            signed(&plain, "Jefe", "what do ya want for nothing?"),
            [line(
                "x-signature",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            )]
        );
        // From GitHub's page on validating webhook deliveries.
        let github = json!({"scheme": "hmac-sha256", "header": "X-Hub-Signature-256",
            "prefix": "sha256=", "message": "body"});
        assert_eq!(
            signed(&github, "It's a Secret to Everybody", "Hello, World!"),
            [line(
                "x-hub-signature-256",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
            )]
        );
    }

    #[test]
    fn a_timestamp_is_signed_with_the_body() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
        let hex = "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163";
        let apart = json!({"scheme": "hmac-sha256", "header": "X-Signature",
            "message": "timestamp.body", "timestampHeader": "X-Timestamp",
            "prefix": "sha256=", "prefixRequired": false});
        assert_eq!(
            signed(&apart, "secret", "{}"),
            [line("x-timestamp", "1700000000"), line("x-signature", hex)]
        );
        let together = json!({"scheme": "hmac-sha256", "header": "S", "encoding": "base64",
            "message": "timestamp.body", "separator": ";", "prefix": "v1=",
            "timestampPrefix": "t="});
        let base64 = STANDARD.encode(hex::decode(hex).unwrap());
        assert_eq!(
            signed(&together, "secret", "{}"),
            [line("s", &format!("t=1700000000;v1={base64}"))]
        );
    }

    #[test]
    fn other_schemes_are_none_of_this() {
        let signed_by = |scheme: &str| {
            let signature = json!({"scheme": scheme, "header": "S"});
            let document = json!({"x-event-delivery": {"events": {}, "signature": signature}});
            model::Model::of(&document).events.unwrap().signature
        };
        assert!(signed_by("hmac-sha256").is_some());
        assert!(signed_by("ed25519").is_none());
    }
}

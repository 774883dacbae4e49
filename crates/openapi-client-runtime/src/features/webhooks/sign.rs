//! Signing, for tests and for whoever plays the API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::scheme::{SignatureScheme, TimestampPlace};
use super::{WebhookError, WebhookErrorKind, header, usable};
use crate::Secret;

/// Signs deliveries as the API does, for tests and mock servers.
///
/// ```
/// use std::time::SystemTime;
/// use openapi_client_runtime::webhooks::{SignatureScheme, Signer};
///
/// static SCHEME: SignatureScheme =
///     SignatureScheme::hmac_sha256("X-Signature").prefix("sha256=");
///
/// let signer = Signer::new(&SCHEME, ["Jefe"])?;
/// let headers = signer.sign(SystemTime::now(), b"what do ya want for nothing?")?;
/// assert_eq!(
///     headers["x-signature"],
///     "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
/// );
/// # Ok::<(), openapi_client_runtime::webhooks::WebhookError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Signer {
    scheme: &'static SignatureScheme,
    secrets: Vec<Secret>,
}

impl Signer {
    /// Signs with each of the secrets, as an API does while a secret is replaced.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::UnusableSecret`] when there is no secret, or one is empty.
    pub fn new<I>(scheme: &'static SignatureScheme, secrets: I) -> Result<Self, WebhookError>
    where
        I: IntoIterator,
        I::Item: Into<Secret>,
    {
        let secrets = usable(secrets)?;
        Ok(Self { scheme, secrets })
    }

    /// The headers of a delivery that is sent at this time. Several signatures share one header
    /// line where the scheme separates them, and have a line each where it does not.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::MalformedHeader`] when the scheme's names or prefixes cannot stand in a
    /// header.
    pub fn sign(&self, at: SystemTime, body: &[u8]) -> Result<HeaderMap, WebhookError> {
        let scheme = self.scheme;
        let seconds = at
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs()
            .to_string();
        let timestamp = scheme.timestamp.map(|_| seconds.as_str());
        let mut headers = HeaderMap::new();
        let mut parts = Vec::new();
        match scheme.timestamp {
            Some(TimestampPlace::Header(name)) => append(&mut headers, name, &seconds)?,
            Some(TimestampPlace::Part(prefix)) => parts.push(format!("{prefix}{seconds}")),
            None => {}
        }
        let macs = self
            .secrets
            .iter()
            .filter_map(|secret| SignatureScheme::mac(secret, timestamp, body));
        let prefix = if scheme.prefix_required {
            scheme.prefix
        } else {
            ""
        };
        parts.extend(macs.map(|mac| {
            let text = header::encode(scheme.encoding, &mac);
            format!("{prefix}{text}")
        }));
        if let Some(separator) = scheme.separator {
            parts = vec![parts.join(separator.encode_utf8(&mut [0; 4]))];
        }
        for part in parts {
            append(&mut headers, scheme.header, &part)?;
        }
        Ok(headers)
    }
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), WebhookError> {
    let pair = HeaderName::try_from(name)
        .ok()
        .zip(HeaderValue::try_from(value).ok());
    let Some((key, value)) = pair else {
        let text = format!(
            "the signature scheme cannot be written: `{name}` is no header, or its value would be none"
        );
        return Err(WebhookError::new(WebhookErrorKind::MalformedHeader, text));
    };
    headers.append(key, value);
    Ok(())
}

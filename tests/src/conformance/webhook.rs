//! Deliveries of webhooks, and which of them are believed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use openapi_client_runtime::webhooks::{
    Delivery, ReplayCache, SignatureEncoding, SignatureScheme, Verifier, WebhookError,
};
use serde::Deserialize;

use super::equal;
use super::operation::forever;
use super::play::Printed;

/// Deliveries to one receiver, in the order they come.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Webhook {
    scheme: Scheme,
    pub(super) secrets: Vec<String>,
    body_limit: Option<usize>,
    replay_cache: Option<usize>,
    deliveries: Vec<Told>,
}

#[derive(Clone, Debug, Deserialize)]
struct Scheme {
    header: String,
    prefix: Option<String>,
    optional_prefix: Option<String>,
    separator: Option<char>,
    timestamp_header: Option<String>,
    timestamp_part: Option<String>,
    tolerance: Option<u64>,
    #[serde(default)]
    base64: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Told {
    /// Seconds since 1970 by the receiver's clock.
    #[serde(default)]
    at: u64,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    base64: Option<String>,
    expect: Expected,
}

#[derive(Clone, Debug, Deserialize)]
struct Expected {
    /// Which of the secrets it was signed with.
    secret: Option<usize>,
    refused: Option<String>,
    #[serde(default)]
    says: Vec<String>,
}

impl Webhook {
    /// Verifies all deliveries.
    ///
    /// # Errors
    ///
    /// What is not as expected.
    pub(super) fn play(&self) -> Result<(), String> {
        let printed = Printed::default();
        let mut found = self.verify(&printed)?.into_iter();
        for (number, told) in self.deliveries.iter().enumerate() {
            let found = found.next().ok_or("a delivery got lost")?;
            told.expect
                .check(found)
                .map_err(|complaint| format!("delivery {}: {complaint}", number + 1))?;
        }
        let printed = printed.all();
        match self
            .secrets
            .iter()
            .find(|s| !s.is_empty() && printed.contains(*s))
        {
            Some(secret) => Err(format!("{secret:?} is shown in: {printed}")),
            None => Ok(()),
        }
    }

    /// What comes of each delivery: the number of its secret, or an error.
    pub(super) fn verify(
        &self,
        printed: &Printed,
    ) -> Result<Vec<Result<Option<usize>, WebhookError>>, String> {
        let clock = Arc::new(AtomicU64::new(0));
        let now = Arc::clone(&clock);
        let verifier = self.verifier(move || at(now.load(Ordering::SeqCst)));
        let verifier = match verifier {
            Ok(verifier) => verifier,
            Err(error) => return Ok(vec![Err(error)]),
        };
        printed.add(&verifier);
        let mut found = Vec::new();
        for told in &self.deliveries {
            clock.store(told.at, Ordering::SeqCst);
            let (headers, body) = (told.headers()?, told.body());
            let result = verifier.verify(&headers, &body);
            printed.add(&result);
            if let Err(error) = &result {
                printed.text(&error.to_string());
            }
            found.push(result.map(|delivery: Delivery<'_>| delivery.secret_index()));
        }
        Ok(found)
    }

    fn verifier(
        &self,
        clock: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Result<Verifier, WebhookError> {
        let scheme = Box::leak(Box::new(self.scheme.scheme()));
        let mut verifier = Verifier::new(scheme, self.secrets.iter().cloned())?.clock(clock);
        if let Some(limit) = self.body_limit {
            verifier = verifier.body_limit(limit);
        }
        if let Some(capacity) = self.replay_cache {
            verifier = verifier.replay_cache(ReplayCache::new(capacity));
        }
        Ok(verifier)
    }
}

impl Scheme {
    fn scheme(&self) -> SignatureScheme {
        let mut scheme = SignatureScheme::hmac_sha256(forever(&self.header));
        if let Some(prefix) = &self.prefix {
            scheme = scheme.prefix(forever(prefix));
        }
        if let Some(prefix) = &self.optional_prefix {
            scheme = scheme.optional_prefix(forever(prefix));
        }
        if let Some(separator) = self.separator {
            scheme = scheme.separator(separator);
        }
        if let Some(header) = &self.timestamp_header {
            scheme = scheme.timestamp_header(forever(header));
        }
        if let Some(prefix) = &self.timestamp_part {
            scheme = scheme.timestamp_part(forever(prefix));
        }
        if let Some(seconds) = self.tolerance {
            scheme = scheme.tolerance(std::time::Duration::from_secs(seconds));
        }
        if self.base64 {
            scheme = scheme.encoding(SignatureEncoding::Base64);
        }
        scheme
    }
}

impl Told {
    fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            let value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn body(&self) -> Vec<u8> {
        match &self.base64 {
            Some(bytes) => STANDARD.decode(bytes).unwrap(),
            None => self.body.clone().into_bytes(),
        }
    }
}

impl Expected {
    fn check(&self, found: Result<Option<usize>, WebhookError>) -> Result<(), String> {
        let error = match (found, &self.refused) {
            (Ok(secret), None) => return equal("secret", &self.secret, &secret),
            (Err(error), Some(_)) => error,
            (Ok(_), Some(_)) => return Err("it is believed".to_owned()),
            (Err(error), None) => return Err(format!("it is refused: {error}")),
        };
        let kind = self.refused.as_deref().unwrap_or_default();
        equal("kind", &kind, &error.kind().as_str())?;
        let printed = error.to_string();
        match self.says.iter().find(|part| !printed.contains(*part)) {
            Some(part) => Err(format!("{part:?} is missing in: {printed}")),
            None => Ok(()),
        }
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

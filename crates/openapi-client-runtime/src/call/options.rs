//! What can be set for one call.

use std::fmt;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::call::page_step::PageStep;
use crate::{Failure, Form, RetryPolicy};

/// Headers that say where a message goes and where it ends, and cookies, which may be credentials.
const RESERVED: &[&str] = &[
    "connection",
    "content-length",
    "cookie",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Options of one call; what is not set is as the client has it.
///
/// ```
/// use std::time::Duration;
/// use openapi_client_runtime::{CallOptions, RetryPolicy};
///
/// let options = CallOptions::new()
///     .timeout(Duration::from_secs(5))
///     .retry(RetryPolicy::none());
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until a call gets them"]
pub struct CallOptions(Option<Box<Set>>);

/// What was set. Most calls set nothing, and hold no room for it.
#[derive(Clone, Default)]
pub(crate) struct Set {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    idempotency_key: Option<String>,
    /// Whether a success is left to its consumer unread.
    pub(crate) streams: bool,
    /// The body, where it is a form with parts; made anew for each attempt.
    pub(crate) form: Option<Form>,
    /// Whether the body goes out whatever the document limits.
    pub(crate) skips_limits: bool,
    headers: Vec<(String, String)>,
    page: Option<PageStep>,
}

impl CallOptions {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, change: impl FnOnce(&mut Set)) -> Self {
        change(self.0.get_or_insert_default());
        self
    }

    pub(crate) fn set(&self) -> Option<&Set> {
        self.0.as_deref()
    }

    pub(crate) fn own_idempotency_key(&self) -> Option<&str> {
        self.set()?.idempotency_key.as_deref()
    }

    /// A success is left to its consumer unread.
    pub(crate) fn streaming(self) -> Self {
        self.with(|set| set.streams = true)
    }

    /// Time of the whole call, with all its attempts and the waits between them.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|set| set.timeout = Some(timeout))
    }

    /// Time of one attempt, from sending to the last byte of the reply (to its head, where the
    /// operation answers with a byte stream).
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.with(|set| set.attempt_timeout = Some(timeout))
    }

    /// How often and how patiently the call is retried.
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.with(|set| set.retry = Some(policy))
    }

    /// The idempotency key of the call, where the operation takes one. Without this each call gets
    /// a random one, which all of its attempts share; give your own to retry a call that an
    /// earlier run of your program began.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.with(|set| set.idempotency_key = Some(key.into()))
    }

    /// Sends the body even where it does not keep to the limits of the document, such as a length or a
    /// pattern. For values that came from the server, which may have been made before a limit was.
    pub fn skip_limits(self) -> Self {
        self.with(|set| set.skips_limits = true)
    }

    /// A request header that the document does not know, or another value for one that it knows.
    /// Credentials cannot be set this way: such headers are replaced, and a `Cookie` is refused, as
    /// are headers by which messages are told apart, such as `Host` and `Content-Length`.
    ///
    /// ```
    /// use openapi_client_runtime::CallOptions;
    ///
    /// let options = CallOptions::new()
    ///     .idempotency_key("order-4711") // the same in each run of the program
    ///     .header("X-Tenant", "north");
    /// # let _ = options;
    /// ```
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|set| set.headers.push((name.into(), value.into())))
    }

    /// The form that the parameters of a generated request make; only generated code calls it.
    #[doc(hidden)]
    pub fn with_form(self, form: Form) -> Self {
        self.with(|set| set.form = Some(form))
    }

    /// Asks for another page of a list than the request does. That is another request, so the
    /// caller's idempotency key is not for it.
    pub(crate) fn set_page(&mut self, page: PageStep) {
        let set = self.0.get_or_insert_default();
        set.page = Some(page);
        set.idempotency_key = None;
    }

    /// Which page of a list the call asks for, where it is another than that of its request.
    pub(crate) fn page(&self) -> Option<&PageStep> {
        self.set()?.page.as_ref()
    }

    /// Puts the headers of this call on its request.
    pub(crate) fn put_headers(&self, headers: &mut HeaderMap) -> Result<(), Failure> {
        for (name, value) in self.set().into_iter().flat_map(|set| &set.headers) {
            let name = HeaderName::try_from(name)
                .map_err(|_| Failure::invalid(format!("{name:?} is not a header name")))?;
            if RESERVED.contains(&name.as_str()) {
                return Err(Failure::invalid(format!(
                    "header `{name}` cannot be set for a call: the client sees to it itself"
                )));
            }
            let value = HeaderValue::try_from(value).map_err(|_| {
                Failure::invalid(format!(
                    "the value of header `{name}` holds a character that headers cannot carry"
                ))
            })?;
            headers.insert(name, value);
        }
        Ok(())
    }
}

/// Headers may hold anything, so only their names are shown.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CallOptions");
        if let Some(set) = self.set() {
            let headers: Vec<&str> = set.headers.iter().map(|(name, _)| name.as_str()).collect();
            shown
                .field("timeout", &set.timeout)
                .field("attempt_timeout", &set.attempt_timeout)
                .field("retry", &set.retry)
                .field("has_idempotency_key", &set.idempotency_key.is_some())
                .field("headers", &headers);
        }
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_header_goes_out_whole_or_not_at_all(name in "[ -~\\PC]{0,9}|[a-z-]{1,9}", value in ".{0,20}") {
            let mut headers = HeaderMap::new();
            let options = CallOptions::new().header(&name, &value);
            match options.put_headers(&mut headers) {
                Ok(()) => {
                    let (sent_name, sent) = headers.iter().next().unwrap();
                    prop_assert_eq!(sent_name.as_str(), name.to_ascii_lowercase());
                    prop_assert_eq!(sent.as_bytes(), value.as_bytes());
                    prop_assert!(!value.contains(['\r', '\n', '\0']));
                }
                Err(failure) => {
                    prop_assert!(!failure.reason().contains('\n'));
                    prop_assert!(headers.is_empty());
                }
            }
        }
    }
}

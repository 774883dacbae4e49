//! Headers that a client sends with every operation that has a parameter for them.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::Operation;
use crate::error::build_error::Fault;

/// The headers by name, checked.
#[derive(Clone, Default)]
pub(crate) struct DefaultHeaders(HeaderMap);

impl DefaultHeaders {
    /// Sets a header, in place of an earlier value of it.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let fault = |reason| Fault::DefaultHeader {
            name: name.to_owned(),
            reason,
        };
        let header = HeaderName::try_from(name).map_err(|_| fault("is not a header name"))?;
        if value.is_empty() {
            return Err(fault("was set to an empty text"));
        }
        if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(fault(
                "was set to a value with a character that is not printable ASCII",
            ));
        }
        // Blanks at the ends are no part of a header's value (RFC 9110, section 5.5).
        if value.trim() != value {
            return Err(fault("was set to a value that begins or ends with a blank"));
        }
        let value = HeaderValue::from_str(value)
            .map_err(|_| fault("was set to a value that headers cannot carry"))?;
        self.0.insert(header, value);
        Ok(())
    }

    /// Puts what the operation takes into the places that its call left empty.
    pub(crate) fn fill(&self, headers: &mut HeaderMap, operation: &Operation) {
        for name in operation.default_headers() {
            let Ok(name) = HeaderName::try_from(*name) else {
                continue;
            };
            if let Some(value) = self.0.get(&name) {
                headers.entry(name).or_insert_with(|| value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;
    use proptest::prelude::*;

    #[test]
    fn only_what_the_operation_takes_and_the_call_left_out_is_filled_in() {
        static WITH: Operation = Operation::new("a", Method::Get, "/a")
            .default_headers(&["X-Zone"])
            .build();
        static WITHOUT: Operation = Operation::new("b", Method::Get, "/b").build();
        let mut defaults = DefaultHeaders::default();
        defaults.set("x-zone", "UTC").unwrap();
        defaults.set("X-Zone", "Europe/Berlin").unwrap();
        let mut headers = HeaderMap::new();
        defaults.fill(&mut headers, &WITHOUT);
        assert!(headers.is_empty());
        defaults.fill(&mut headers, &WITH);
        assert_eq!(headers["x-zone"], "Europe/Berlin");
        headers.insert("x-zone", HeaderValue::from_static("EST"));
        defaults.fill(&mut headers, &WITH);
        assert_eq!(headers.get_all("x-zone").iter().count(), 1);
        assert_eq!(headers["x-zone"], "EST");
    }

    proptest! {
        #[test]
        fn a_value_is_kept_as_it_is_or_refused(value in "\\PC{0,8}|[ -~\t\r\n]{0,8}") {
            let mut defaults = DefaultHeaders::default();
            match defaults.set("x-zone", &value) {
                Ok(()) => prop_assert_eq!(defaults.0["x-zone"].to_str().unwrap(), value.trim()),
                Err(fault) => {
                    let fit = !value.is_empty() && value.trim() == value;
                    prop_assert!(!fit || value.chars().any(|c| !(' '..='~').contains(&c)));
                    let text = crate::BuildError(fault).to_string();
                    prop_assert!(value.len() < 3 || !text.contains(&value), "{}", text);
                }
            }
        }
    }
}

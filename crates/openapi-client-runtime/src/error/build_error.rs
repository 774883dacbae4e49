//! Configurations that are refused.

use std::fmt;

use crate::error::failure::innermost;
use crate::values::one_line::OneLine;

/// Why a client cannot be built. `Display` says what is wrong and what to do.
///
/// ```
/// use openapi_client_runtime::{Api, Core};
///
/// # static API: Api = Api::new("things-client", "1.0.0");
/// match Core::builder(&API).base_url("api.example.com").build() {
///     Ok(core) => println!("calls go to {}", core.base_url()),
///     Err(error) => {
///         assert_eq!(
///             error.to_string(),
///             "the base URL cannot be read: relative URL without a base; it must look like \
///              https://host/path"
///         );
///     }
/// }
/// ```
#[derive(Debug)]
pub struct BuildError(pub(crate) Fault);

#[derive(Debug)]
pub(crate) enum Fault {
    NoBaseUrl,
    BaseUrlSyntax {
        error: url::ParseError,
    },
    BaseUrl {
        reason: &'static str,
    },
    InsecureHttp,
    NoTls,
    UnknownScheme {
        name: String,
        known: Vec<&'static str>,
    },
    Credential {
        scheme: &'static str,
        reason: &'static str,
    },
    #[cfg(feature = "oauth")]
    OAuth {
        scheme: &'static str,
        reason: String,
    },
    DefaultHeader {
        name: String,
        reason: &'static str,
    },
    UserAgent,
    Library {
        what: &'static str,
    },
    ProductNotTaken,
    LibraryNotTaken,
    #[cfg_attr(
        not(any(feature = "rustls", feature = "native-tls")),
        expect(dead_code)
    )]
    Certificate,
    HttpClient {
        error: reqwest::Error,
    },
    Environment {
        name: String,
        reason: String,
    },
}

impl From<Fault> for BuildError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fault::NoBaseUrl => f.write_str("no base URL is set: call `base_url`"),
            Fault::BaseUrlSyntax { error } => write!(
                f,
                "the base URL cannot be read: {error}; it must look like https://host/path"
            ),
            Fault::BaseUrl { reason } => write!(f, "the base URL {reason}"),
            Fault::InsecureHttp => f.write_str(
                "the base URL is http:// and not on this machine, so that credentials would \
                 travel in the clear: use https://, or call `allow_insecure_http`",
            ),
            Fault::NoTls => f.write_str(
                "https:// and certificates need TLS: enable the feature `rustls` or `native-tls`",
            ),
            Fault::UnknownScheme { name, known } => write!(
                f,
                "the API has no security scheme `{name}`; it has `{}`",
                known.join("`, `")
            ),
            Fault::Credential { scheme, reason } => {
                write!(
                    f,
                    "the credential does not fit the scheme `{scheme}`: {reason}"
                )
            }
            #[cfg(feature = "oauth")]
            Fault::OAuth { scheme, reason } => {
                write!(
                    f,
                    "OAuth 2.0 with the scheme `{scheme}` is not possible: {reason}"
                )
            }
            Fault::DefaultHeader { name, reason } => {
                write!(
                    f,
                    "the header `{name}`, which the client sends with its calls, {reason}"
                )
            }
            Fault::UserAgent => f.write_str(
                "the user agent is empty or holds a character that headers cannot carry; it must \
                 look like my-tool/1.2",
            ),
            Fault::Library { what } => write!(
                f,
                "the library's {what} is blank or holds a character that has no place in the user \
                 agent (a line break, one of , ; ( ) {{ }} \" \\, or one outside ASCII); it must look \
                 like {}",
                if *what == "name" {
                    "my-library"
                } else {
                    "1.2.3"
                }
            ),
            Fault::ProductNotTaken => f.write_str(
                "the API prescribes the user agent, with a place for a library and none for a \
                 product: call `library` with name and version instead of `user_agent`",
            ),
            Fault::LibraryNotTaken => f.write_str(
                "the API's user agent has no place for a library: call `user_agent` with a product \
                 such as my-tool/1.2 instead of `library`",
            ),
            Fault::Certificate => f.write_str(
                "a root certificate cannot be read: it must be PEM, with lines BEGIN CERTIFICATE \
                 and END CERTIFICATE",
            ),
            Fault::HttpClient { error } => {
                let cause = OneLine(&innermost(error)).to_string();
                write!(f, "the HTTP client cannot be set up: {cause}")
            }
            Fault::Environment { name, reason } => {
                write!(f, "the environment variable {name} {reason}")
            }
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Fault::BaseUrlSyntax { error } => Some(error),
            Fault::HttpClient { error } => Some(error),
            _ => None,
        }
    }
}

//! The setters of a client's builder that hand their argument on to the runtime.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::prose;
use crate::markdown::code;

/// A setter: its name, its documentation, and its argument with its type.
type Setter = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const DURATION: &str = "::std::time::Duration";

/// Those that every client has.
const EVERY: &[Setter] = &[
    (
        "connect_timeout",
        "Bounds the time until a connection stands.",
        Some(("limit", DURATION)),
    ),
    (
        "read_timeout",
        "Bounds the time between two pieces of an answer.",
        Some(("limit", DURATION)),
    ),
    (
        "attempt_timeout",
        "Bounds the time of one attempt of a call; without it, only that of the whole call counts.",
        Some(("limit", DURATION)),
    ),
    (
        "timeout",
        "Bounds the time of a whole call, with all its attempts and the waits between them.",
        Some(("limit", DURATION)),
    ),
    (
        "retry",
        "Sets how often and how patiently calls are repeated.",
        Some(("policy", "::openapi_client_runtime::RetryPolicy")),
    ),
    (
        "retry_budget",
        "Sets what all calls of the client and its clones may spend on repeats: a repeat costs 5, after a timeout 10, and a success gives 1 back.",
        Some(("budget", "u32")),
    ),
    (
        "response_body_limit",
        "Bounds the size in bytes of an answer that is decoded.",
        Some(("bytes", "usize")),
    ),
    (
        "follow_redirects",
        "Follows up to `max` redirections in an attempt; without this, none. Credentials never go to another scheme, host or port.",
        Some(("max", "u32")),
    ),
    (
        "middleware",
        "Adds a step that every request goes through; the first one added is the outermost.",
        Some(("middleware", "impl ::openapi_client_runtime::Middleware")),
    ),
    (
        "observer",
        "Adds somebody who is told of calls and attempts, for metrics.",
        Some(("observer", "impl ::openapi_client_runtime::Observer")),
    ),
    (
        "trace_headers",
        "Shows the values of these headers in traces. Headers for credentials are never shown.",
        Some(("names", "impl IntoIterator<Item = impl Into<String>>")),
    ),
    (
        "trace_query",
        "Shows the values of these query parameters in traces. Parameters for credentials are never shown.",
        Some(("names", "impl IntoIterator<Item = impl Into<String>>")),
    ),
    (
        "add_root_certificate",
        "Trusts a further root certificate, in PEM.",
        Some(("pem", "impl Into<Vec<u8>>")),
    ),
    (
        "http_client",
        "Brings an HTTP client along. Timeouts and certificates are then its own.",
        Some(("client", "::openapi_client_runtime::reqwest::Client")),
    ),
    (
        "allow_insecure_http",
        "Allows `http://` to other than loopback addresses: credentials then travel in the clear.",
        None,
    ),
];

/// Those of clients whose document uses an extension.
const SOME: &[(&str, Setter)] = &[
    (
        "x-client-features",
        (
            "features",
            "Names the features of the API client whose credentials are used.\n\nCalls that none of them allows are then refused before they are sent, naming the features that would do.",
            Some(("features", "impl IntoIterator<Item = impl Into<String>>")),
        ),
    ),
    (
        "x-trusted-only",
        (
            "trusted",
            "Says whether the application behind the credentials is one that the vendor trusts. Where it is said to be none, calls for trusted applications only are refused before they are sent.",
            Some(("trusted", "bool")),
        ),
    ),
    (
        "x-rate-limit",
        (
            "rate_limiting",
            "Sets what the client does about the limits of the API: it waits, unless told otherwise.",
            Some(("mode", "::openapi_client_runtime::RateLimiting")),
        ),
    ),
    (
        "x-serialize-by",
        (
            "max_queued_writes",
            "How many writes may wait for one that must not overlap with them.",
            Some(("limit", "usize")),
        ),
    ),
];

const PRODUCT: Setter = (
    "user_agent",
    "Puts the caller's product, such as `my-tool/1.2`, before ours in `User-Agent`.",
    Some(("product", "impl Into<String>")),
);

/// The setters of a client whose document uses the extensions that `uses` is true for.
pub(super) fn setters(root: &Value, uses: impl Fn(&str) -> bool) -> TokenStream {
    let some = SOME
        .iter()
        .filter(|(extension, _)| uses(extension))
        .map(|(_, setter)| setter);
    let setters: TokenStream = some.chain(EVERY).map(setter).collect();
    let caller = match root["x-user-agent"].as_str() {
        Some(template) if template.contains("{library}") => library(template),
        _ => setter(&PRODUCT),
    };
    quote!(#setters #caller)
}

/// Who calls, where the API demands to know it.
fn library(template: &str) -> TokenStream {
    let example = template
        .replace("{library}", "my-library")
        .replace("{version}", "1.2.3");
    let docs = prose::doc(&format!(
        "Names the library or program that calls in `User-Agent`, as the API demands: \
         {}. Without this it is this crate and its version.\n\n\
         `build` refuses a name or version that is blank, or holds what would end its place in the \
         header, such as a comma, a parenthesis or a line break.",
        code(&example)
    ));
    quote! {
        #(#docs)*
        pub fn library(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
            self.core = self.core.library(name, version);
            self
        }
    }
}

fn setter((name, docs, argument): &Setter) -> TokenStream {
    let docs = prose::doc(docs);
    let name = format_ident!("{name}");
    let (parameter, value) = match argument {
        Some((argument, ty)) => {
            let argument = format_ident!("{argument}");
            // A constant of this file; a type that does not parse shows in every test.
            let ty: TokenStream = ty.parse().unwrap_or_default();
            (quote!(, #argument: #ty), quote!(#argument))
        }
        None => (TokenStream::new(), TokenStream::new()),
    };
    quote! {
        #(#docs)*
        pub fn #name(mut self #parameter) -> Self {
            self.core = self.core.#name(#value);
            self
        }
    }
}

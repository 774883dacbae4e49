//! The setters of a client's builder that hand their argument on to the runtime.

use proc_macro2::{Ident, TokenStream};
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
        "Limits the time to connect.",
        Some(("limit", DURATION)),
    ),
    (
        "read_timeout",
        "Limits the time between two chunks of a response.",
        Some(("limit", DURATION)),
    ),
    (
        "attempt_timeout",
        "Limits the time of each attempt of a call. Without it, only the limit of the whole call applies.",
        Some(("limit", DURATION)),
    ),
    (
        "timeout",
        "Limits the time of a whole call, with all attempts and the waits between them.",
        Some(("limit", DURATION)),
    ),
    (
        "retry",
        "Sets how often and with which delays calls are retried.",
        Some(("policy", "::openapi_client_runtime::RetryPolicy")),
    ),
    (
        "retry_budget",
        "Sets the retry budget that the client shares with its clones: a retry costs 5, a retry after a timeout 10, and a success gives 1 back.",
        Some(("budget", "u32")),
    ),
    (
        "response_body_limit",
        "Limits the size in bytes of a response that is decoded.",
        Some(("bytes", "usize")),
    ),
    (
        "follow_redirects",
        "Follows up to `max` redirects in an attempt. Without this, none. Credentials never go to another scheme, host or port.",
        Some(("max", "u32")),
    ),
    (
        "middleware",
        "Adds middleware for all requests. The first one added is the outermost.",
        Some(("middleware", "impl ::openapi_client_runtime::Middleware")),
    ),
    (
        "observer",
        "Registers an observer of calls and attempts, for metrics.",
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
        "Trusts an additional root certificate, in PEM.",
        Some(("pem", "impl Into<Vec<u8>>")),
    ),
    (
        "proxy_from_env",
        "Whether calls over `https://` go through the proxy that the environment names in `HTTPS_PROXY` or `ALL_PROXY`, but for the hosts in `NO_PROXY`. They do, unless set otherwise.",
        Some(("honoured", "bool")),
    ),
    (
        "http_client",
        "Changes the HTTP client that requests are sent with, for proxies of your own, client certificates and the like. What `adjust` sets wins over the settings here, but for redirections, which are followed as [`follow_redirects`](Self::follow_redirects) says or not at all.",
        Some((
            "adjust",
            "impl Fn(::openapi_client_runtime::reqwest_0_13::ClientBuilder) -> ::openapi_client_runtime::reqwest_0_13::ClientBuilder + Send + Sync + 'static",
        )),
    ),
    (
        "allow_insecure_http",
        "Allows `http://` to addresses other than loopback. Credentials are then sent unencrypted.",
        None,
    ),
];

/// Those of clients whose document uses an extension.
const SOME: &[(&str, Setter)] = &[
    (
        "x-client-features",
        (
            "features",
            "Sets the features of the API client whose credentials are used.\n\nCalls that need another feature are then refused before they are sent; the error names the features that allow them.",
            Some(("features", "impl IntoIterator<Item = impl Into<String>>")),
        ),
    ),
    (
        "x-trusted-only",
        (
            "trusted",
            "Sets whether the credentials belong to an application that the vendor trusts. With `false`, calls that need a trusted application are refused before they are sent.",
            Some(("trusted", "bool")),
        ),
    ),
    (
        "x-rate-limit",
        (
            "rate_limiting",
            "Sets what the client does at the rate limits of the API. By default it waits.",
            Some(("mode", "::openapi_client_runtime::RateLimiting")),
        ),
    ),
    (
        "x-serialize-by",
        (
            "max_queued_writes",
            "Sets how many writes may wait for another write that they must not overlap.",
            Some(("limit", "usize")),
        ),
    ),
];

const PRODUCT: Setter = (
    "user_agent",
    "Adds the product of the caller, such as `my-tool/1.2`, before ours in `User-Agent`.",
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
        "Sets the name and version of the calling library in `User-Agent`, as the API requires: \
         {}. By default they are those of this crate.\n\n\
         `build` refuses a name or version that is blank, or contains a character with a meaning in \
         this header, such as a comma, a parenthesis or a line break.",
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
    let call = call(&name, &value);
    // The version of reqwest is no promise of a client.
    let gate = (name == "http_client").then(|| quote!(#[cfg(feature = "reqwest-0_13")]));
    quote! {
        #(#docs)*
        #gate
        pub fn #name(mut self #parameter) -> Self {
            self.core = self.core.#call;
            self
        }
    }
}

/// What a setter calls: mostly the method of its name; for what a requirement is about, the one method
/// that stands for all of them.
fn call(name: &Ident, value: &TokenStream) -> TokenStream {
    if name == "features" {
        quote!(granted("features", #value))
    } else if name == "trusted" {
        quote!(granted("trust", #value.then_some("trusted")))
    } else {
        quote!(#name(#value))
    }
}

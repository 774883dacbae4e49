//! L63x: security schemes of type `oauth2`, as far as clients get their tokens from them.

use std::collections::HashMap;

use super::names::method_name;
use super::rule::{Hit, Rule};
use super::view::{Node, View};
use crate::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L631",
        name: "oauth-without-flow",
        severity: Error,
        suppressible: false,
        what: "`x-oauth` stands on a scheme without the flow `authorizationCode` or `clientCredentials`.",
        why: "`x-oauth` completes what these flows say; without one of them a client gets no tokens",
        check: oauth_without_flow,
    },
    Rule {
        code: "L632",
        name: "oauth-url-unusable",
        severity: Error,
        suppressible: false,
        what: "A URL of an OAuth flow or of `x-oauth` is neither `https://...` nor a path from the root such as `/oauth2/token`.",
        why: "secrets are sent to this URL, so it must be clear which host it names: a relative one such as `oauth2/token` would depend on how the URL of the server ends",
        check: oauth_url_unusable,
    },
    Rule {
        code: "L633",
        name: "client-credentials-of-public-client",
        severity: Error,
        suppressible: false,
        what: "A scheme offers the flow `clientCredentials`, but its `clientAuthentication` is `none`.",
        why: "only a client with a secret may get tokens of its own (RFC 6749, section 4.4)",
        check: client_credentials_of_public_client,
    },
    Rule {
        code: "L634",
        name: "oauth-flow-outdated",
        severity: Warning,
        suppressible: true,
        what: "A scheme offers the flow `implicit` or `password` only.",
        why: "RFC 9700 advises against `implicit` (section 2.1.2) and forbids `password` (section 2.4), so clients support neither",
        check: oauth_flow_outdated,
    },
    Rule {
        code: "L635",
        name: "credential-method-clash",
        severity: Error,
        suppressible: false,
        what: "Two security schemes give the builder of the client a method of the same name.",
        why: "the generated code would not compile",
        check: credential_method_clash,
    },
    Rule {
        code: "L636",
        name: "oauth-word-without-code",
        severity: Error,
        suppressible: false,
        what: "`x-oauth` speaks of codes, refresh tokens or required PKCE, but the scheme has no flow `authorizationCode` that knows them.",
        why: "only the flow `authorizationCode` has codes, refresh tokens and PKCE",
        check: oauth_word_without_code,
    },
];

const FLOWS: [&str; 2] = ["authorizationCode", "clientCredentials"];
const FLOW_URLS: [&str; 3] = ["authorizationUrl", "tokenUrl", "refreshUrl"];
const OTHER_URLS: [&str; 4] = ["revocationUrl", "introspectionUrl", "metadataUrl", "issuer"];

fn schemes<'a>(view: &View<'a>) -> Vec<(&'a str, Node<'a>)> {
    let schemes = view.components("securitySchemes").into_iter();
    schemes
        .filter_map(|(name, scheme)| Some((name, view.resolve(&scheme)?)))
        .collect()
}

/// The flows of a scheme that a client can use.
fn flows<'a>(scheme: &Node<'a>) -> Vec<Node<'a>> {
    let is_oauth = scheme.str("type") == Some("oauth2");
    let flows = scheme.child("flows").filter(|_| is_oauth);
    let flows = flows.into_iter();
    flows
        .flat_map(|flows| FLOWS.map(|flow| flows.child(flow)))
        .flatten()
        .collect()
}

fn oauth_without_flow(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (name, scheme) in schemes(view) {
        if let Some(oauth) = scheme.child("x-oauth")
            && flows(&scheme).is_empty()
        {
            let message = format!(
                "`x-oauth` on the scheme `{name}`, which has neither the flow `authorizationCode` nor `clientCredentials`"
            );
            let help = "describe the scheme with `type: oauth2` and `flows: {authorizationCode: ...}`, or remove `x-oauth`";
            hits.push(Hit::at_key(&oauth.pointer, message).help(help));
        }
    }
    hits
}

fn oauth_url_unusable(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (_, scheme) in schemes(view) {
        let of_flows = flows(&scheme);
        let of_flows = of_flows
            .iter()
            .flat_map(|flow| FLOW_URLS.map(|key| flow.child(key)));
        let oauth = scheme.child("x-oauth");
        let others = oauth
            .iter()
            .flat_map(|oauth| OTHER_URLS.map(|key| oauth.child(key)));
        for url in of_flows.chain(others).flatten() {
            let text = url.value.as_str().unwrap_or_default();
            if let Err(reason) = usable(text) {
                let help = "write `https://host/path`, or a path from the root such as `/oauth2/token`, which goes to the server of the calls";
                hits.push(Hit::at(&url.pointer, format!("this URL {reason}")).help(help));
            }
        }
    }
    hits
}

fn usable(url: &str) -> Result<(), &'static str> {
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("holds a blank");
    }
    if url.contains('#') {
        return Err("has a fragment, which RFC 6749 (section 3.1) forbids");
    }
    if url.contains(['{', '}']) {
        return Err("holds a `{variable}`, which OpenAPI knows in the URLs of servers only");
    }
    if url.starts_with('/') && !url.starts_with("//") {
        return Ok(());
    }
    let lower = url.to_ascii_lowercase();
    let (authority, secure) = match (
        lower.strip_prefix("https://"),
        lower.strip_prefix("http://"),
    ) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        _ => return Err("is neither absolute nor a path from the root"),
    };
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    if host.is_empty() {
        return Err("has no host");
    }
    if authority.contains('@') {
        return Err("holds a user name");
    }
    let is_local = host == "localhost" || host.starts_with("127.");
    if secure || is_local {
        Ok(())
    } else {
        Err("is http://, so that secrets would travel in the clear")
    }
}

fn client_credentials_of_public_client(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (name, scheme) in schemes(view) {
        let flow = scheme
            .child("flows")
            .and_then(|flows| flows.child("clientCredentials"));
        let method = scheme
            .child("x-oauth")
            .and_then(|oauth| oauth.child("clientAuthentication"));
        if let (Some(flow), Some(method)) = (flow, method)
            && method.value == "none"
        {
            let message = format!("the scheme `{name}` says that its clients have no secret");
            hits.push(
                Hit::at(&method.pointer, message)
                    .related(&flow.pointer, "this flow needs one")
                    .help("write `basic` or `body`, or remove the flow"),
            );
        }
    }
    hits
}

fn oauth_word_without_code(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (name, scheme) in schemes(view) {
        let Some(oauth) = scheme.child("x-oauth") else {
            continue;
        };
        let flow = scheme.child("flows");
        let has_code = flow.is_some_and(|flows| flows.child("authorizationCode").is_some());
        let words: &[&str] = match (has_code, oauth.str("pkce")) {
            (true, Some("none")) => &["pkceRequired"],
            (true, _) => &[],
            (false, _) => &["codeLifetime", "refreshTokenLifetime", "pkceRequired"],
        };
        for word in words.iter().filter_map(|word| oauth.child(word)) {
            if word.value == false {
                continue;
            }
            let reason = if has_code {
                "says `pkce: none`"
            } else {
                "has no flow `authorizationCode`"
            };
            let message = format!(
                "`{}` has no effect: the scheme `{name}` {reason}",
                word.pointer.rsplit('/').next().unwrap_or_default()
            );
            let help = "remove it, or describe the flow `authorizationCode`, with `pkce: S256` where PKCE is required";
            hits.push(Hit::at_key(&word.pointer, message).help(help));
        }
    }
    hits
}

fn oauth_flow_outdated(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (name, scheme) in schemes(view) {
        let offered: Vec<&str> = scheme
            .members("flows")
            .iter()
            .map(|(flow, _)| *flow)
            .collect();
        let outdated = !offered.is_empty() && flows(&scheme).is_empty();
        if scheme.str("type") == Some("oauth2") && outdated {
            let message = format!("clients cannot get tokens for the scheme `{name}` themselves");
            let help = "add the flow `authorizationCode` or `clientCredentials` where the API has it; without it, callers bring a token along";
            hits.push(Hit::at_key(scheme.pointer_of("flows"), message).help(help));
        }
    }
    hits
}

fn credential_method_clash(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut taken: HashMap<String, Node<'_>> = HashMap::new();
    for (name, scheme) in view.components("securitySchemes") {
        let method = method_name(name);
        let resolved = view.resolve(&scheme);
        let oauth = resolved.filter(|scheme| !flows(scheme).is_empty());
        let oauth = oauth.map(|_| format!("{method}_oauth"));
        for method in std::iter::once(method).chain(oauth) {
            let Some(other) = taken.get(&method) else {
                taken.insert(method, scheme.clone());
                continue;
            };
            hits.push(
                Hit::at_key(
                    &scheme.pointer,
                    format!("two security schemes need the method `{method}` on the builder of the client"),
                )
                .related(&other.pointer, "the other scheme")
                .help("rename one of the schemes"),
            );
        }
    }
    hits
}

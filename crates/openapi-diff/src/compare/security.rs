//! C7xx: security schemes, and what operations need.

use std::collections::BTreeSet;

use openapi_document::lint::names;
use openapi_document::model::{
    Flow, FlowKind, OAuthDetails, Operation, Requirement, SchemeKind, SecurityScheme,
};

use serde_json::{Map, Value};

use super::{At, Comparison, said, texts};
use crate::rule::define_rules;
use crate::rust;
use crate::verdict::{UNNOTICED, additive, both, breaking, neutral};

define_rules! { Security;
    SCHEME_ADDED = "C701", "a security scheme was added", both(additive("there are more credentials")),
        both(rust::CREDENTIAL_NEW), "";
    SCHEME_REMOVED = "C702", "a security scheme was removed",
        both(breaking("callers that have such credentials are refused")), both(rust::CREDENTIAL_GONE), "";
    SCHEME_KIND_CHANGED = "C703", "the kind of a security scheme changed",
        both(breaking("callers need other credentials")), both(rust::CREDENTIAL_OTHER), "";
    KEY_PLACE_CHANGED = "C704", "the place or the name of an API key changed",
        both(breaking("the server looks for it elsewhere")), both(rust::FOLLOWS), "";
    TOKEN_FORMAT_CHANGED = "C705", "the documented format of tokens changed",
        both(neutral("callers do not look into tokens")), both(rust::DOCUMENTATION), "";
    FLOW_ADDED = "C706", "an OAuth 2.0 flow was added", both(additive("there is another way to get a token")),
        both(additive("the client offers it")), "";
    FLOW_REMOVED = "C707", "an OAuth 2.0 flow was removed",
        both(breaking("callers that use it get no token")),
        both(breaking("the client no longer offers it")), "";
    FLOW_URL_CHANGED = "C708", "an OAuth 2.0 URL changed",
        both(breaking("requests to the old URL fail")), both(rust::FOLLOWS), "";
    SCOPE_ADDED = "C709", "a scope was added", both(additive("callers may ask for it")),
        both(additive("there is a new scope")), "";
    SCOPE_REMOVED = "C710", "a scope was removed", both(breaking("callers that ask for it are refused")),
        both(breaking("the scope is gone")), "";
    SCOPE_TEXT_CHANGED = "C711", "the description of a scope changed", both(UNNOTICED),
        both(rust::DOCUMENTATION), "";
    OAUTH_CHANGED = "C712", "a detail of OAuth 2.0 (`x-oauth`) changed",
        both(breaking("the way to get, refresh or check tokens changes")), both(rust::FOLLOWS), "";
    OAUTH_SAID = "C714", "a detail of OAuth 2.0 (`x-oauth`) was added", both(neutral("it only says more")),
        both(rust::FOLLOWS), "";
    FLOW_URL_SAID = "C715", "an OAuth 2.0 URL was added", both(additive("callers may use it")),
        both(rust::FOLLOWS), "";
    DISCOVERY_CHANGED = "C713", "the `OpenID` Connect discovery URL changed",
        both(breaking("requests to the old URL fail")), both(rust::FOLLOWS), "";
    NOW_NEEDED = "C720", "an operation needs credentials, and needed none",
        both(breaking("callers without credentials get 401")), both(rust::CALL_REFUSED), "";
    NO_LONGER_NEEDED = "C721", "an operation needs no credentials any more",
        both(additive("callers may call it without")), both(rust::CALL_ALLOWED), "";
    ALTERNATIVE_ADDED = "C722", "an alternative of credentials was added",
        both(additive("callers have a choice")), both(rust::CALL_ALLOWED), "";
    ALTERNATIVE_REMOVED = "C723", "an alternative of credentials was removed",
        both(breaking("callers that have only these get 401")), both(rust::CALL_REFUSED),
        "Accept both for a time.";
    SCOPE_NEEDED = "C724", "an operation needs another scope",
        both(breaking("tokens without it get 403")), both(rust::CALL_REFUSED), "";
    SCOPE_NOT_NEEDED = "C725", "an operation no longer needs a scope",
        both(additive("tokens without it are enough")), both(rust::CALL_ALLOWED), "";
    TRUST_NEEDED = "C726", "only trusted applications may call an operation",
        both(breaking("other applications get 403")), both(rust::CALL_REFUSED), "";
    TRUST_NOT_NEEDED = "C727", "any application may call an operation",
        both(additive("other applications may call it")), both(rust::CALL_ALLOWED), "";
    FEATURE_ALLOWED = "C728", "another feature of an API client suffices",
        both(additive("more clients may call it")), both(rust::CALL_ALLOWED), "";
    FEATURE_NOT_ALLOWED = "C729", "a feature of an API client no longer suffices",
        both(breaking("clients that have only this one get 403")), both(rust::CALL_REFUSED), "";
    FEATURES_NEEDED = "C730", "an operation needs a feature, and needed none",
        both(breaking("clients without one get 403")), both(rust::CALL_REFUSED), "";
    FEATURES_NOT_NEEDED = "C731", "an operation needs no feature any more",
        both(additive("every client may call it")), both(rust::CALL_ALLOWED), "";
}

fn builder_method(name: &str) -> String {
    format!("ClientBuilder::{}", names::method_name(name))
}

pub(super) fn schemes(comparison: &mut Comparison<'_>) {
    let (old, new) = (
        &comparison.old.security_schemes,
        &comparison.new.security_schemes,
    );
    let holder = "/components/securitySchemes";
    for (name, scheme) in old {
        if let Some(after) = new.get(name) {
            pair(comparison, name, scheme, after);
        } else {
            let message = format!("the security scheme `{name}` was removed");
            let at = At::new(&scheme.pointer, holder);
            comparison
                .add(SCHEME_REMOVED, at, message)
                .symbol(builder_method(name));
        }
    }
    for (name, scheme) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let message = format!("the security scheme `{name}` was added");
        let at = At::new(holder, &scheme.pointer);
        comparison
            .add(SCHEME_ADDED, at, message)
            .symbol(builder_method(name));
    }
}

fn pair(comparison: &mut Comparison<'_>, name: &str, old: &SecurityScheme, new: &SecurityScheme) {
    use SchemeKind::{ApiKey, Basic, Bearer, Http, OAuth2, OpenIdConnect};
    let SecurityScheme {
        pointer,
        description,
        kind,
    } = old;
    let at = At::new(pointer, &new.pointer);
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    match (kind, &new.kind) {
        (Basic, Basic) => {}
        (Bearer(old), Bearer(new)) => {
            comparison.differ(
                TOKEN_FORMAT_CHANGED,
                at,
                "bearerFormat",
                [old.as_ref(), new.as_ref()],
            );
        }
        (Http(old), Http(new)) if old.eq_ignore_ascii_case(new) => {}
        (
            ApiKey { location, name },
            ApiKey {
                location: new_location,
                name: new_name,
            },
        ) => {
            let places = [(location, name), (new_location, new_name)]
                .map(|(location, name)| Some(format!("{name} ({location})")));
            comparison.differ(KEY_PLACE_CHANGED, at, "name", places);
        }
        (
            OAuth2 { flows, details },
            OAuth2 {
                flows: new_flows,
                details: new_details,
            },
        ) => {
            self::flows(comparison, at, flows, new_flows);
            self::details(comparison, at, [details.as_ref(), new_details.as_ref()]);
        }
        (OpenIdConnect { url }, OpenIdConnect { url: new }) => {
            let urls = [Some(url), Some(new)];
            comparison.differ(DISCOVERY_CHANGED, at, "openIdConnectUrl", urls);
        }
        (before, after) => {
            let kinds = [Some(kind_name(before)), Some(kind_name(after))];
            if let Some(found) = comparison.differ(SCHEME_KIND_CHANGED, at, "type", kinds) {
                found.symbol(builder_method(name));
            }
        }
    }
}

/// Compares the members of `x-oauth`.
fn details(comparison: &mut Comparison<'_>, at: At<'_>, pair: [Option<&OAuthDetails>; 2]) {
    let pair = pair.map(|details| details.and_then(said));
    let [old, new] =
        [&pair[0], &pair[1]].map(|details| details.as_ref().and_then(Value::as_object));
    let keys = [old, new].into_iter().flatten().flat_map(Map::keys);
    for key in keys.collect::<BTreeSet<_>>() {
        let values = [old, new].map(|details| details.and_then(|details| details.get(key)));
        let rule = if values[0].is_none() {
            OAUTH_SAID
        } else {
            OAUTH_CHANGED
        };
        comparison.differ(rule, at, &format!("x-oauth/{key}"), values);
    }
}

fn kind_name(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Basic => "http basic".to_owned(),
        SchemeKind::Bearer(_) => "http bearer".to_owned(),
        SchemeKind::Http(scheme) => format!("http {scheme}"),
        SchemeKind::ApiKey { .. } => "apiKey".to_owned(),
        SchemeKind::OAuth2 { .. } => "oauth2".to_owned(),
        SchemeKind::OpenIdConnect { .. } => "openIdConnect".to_owned(),
    }
}

fn flows(comparison: &mut Comparison<'_>, at: At<'_>, old: &[Flow], new: &[Flow]) {
    let place = |holder: &str, kind: FlowKind| format!("{holder}/flows/{}", kind.as_str());
    for flow in old {
        if let Some(after) = new.iter().find(|other| other.kind == flow.kind) {
            let (old_at, new_at) = (place(at.old, flow.kind), place(at.new, flow.kind));
            self::flow(comparison, At::new(&old_at, &new_at), flow, after);
        } else {
            let message = format!("the flow `{}` was removed", flow.kind.as_str());
            let old_at = place(at.old, flow.kind);
            comparison.add(FLOW_REMOVED, At::new(&old_at, at.new), message);
        }
    }
    for flow in new {
        if !old.iter().any(|other| other.kind == flow.kind) {
            let message = format!("the flow `{}` was added", flow.kind.as_str());
            let new_at = place(at.new, flow.kind);
            comparison.add(FLOW_ADDED, At::new(at.old, &new_at), message);
        }
    }
}

fn flow(comparison: &mut Comparison<'_>, at: At<'_>, old: &Flow, new: &Flow) {
    let Flow {
        kind: _,
        authorization_url,
        token_url,
        refresh_url,
        scopes,
    } = old;
    let urls = [
        (
            "authorizationUrl",
            [authorization_url, &new.authorization_url],
        ),
        ("tokenUrl", [token_url, &new.token_url]),
        ("refreshUrl", [refresh_url, &new.refresh_url]),
    ];
    for (keyword, urls) in urls {
        let rule = if urls[0].is_none() {
            FLOW_URL_SAID
        } else {
            FLOW_URL_CHANGED
        };
        comparison.differ(rule, at, keyword, urls.map(Option::as_ref));
    }
    for (scope, text) in scopes {
        let old_at = super::entry(at.old, "scopes", scope);
        if let Some(after) = new.scopes.get(scope) {
            let new_at = super::entry(at.new, "scopes", scope);
            let both = At::new(&old_at, &new_at);
            let pair = [Some(text.as_str()), Some(after.as_str())];
            texts::text(comparison, SCOPE_TEXT_CHANGED, both, "", pair);
        } else {
            let message = format!("the scope `{scope}` was removed");
            comparison.add(SCOPE_REMOVED, At::new(&old_at, at.new), message);
        }
    }
    for scope in new
        .scopes
        .keys()
        .filter(|scope| !scopes.contains_key(*scope))
    {
        let message = format!("the scope `{scope}` was added");
        let new_at = super::entry(at.new, "scopes", scope);
        comparison.add(SCOPE_ADDED, At::new(at.old, &new_at), message);
    }
}

pub(super) fn operation(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &Operation,
    new: &Operation,
) {
    requirements(comparison, at, &old.security, &new.security);
    let rules = [SCOPE_NEEDED, SCOPE_NOT_NEEDED];
    let scopes = [&old.required_scopes, &new.required_scopes];
    comparison.lists(rules, at, "x-required-scopes", scopes[0], scopes[1]);
    let trusted = [old.trusted_only, new.trusted_only];
    let texts = [
        "only trusted applications may call it",
        "any application may call it",
    ];
    comparison.flag(
        [TRUST_NEEDED, TRUST_NOT_NEEDED],
        at,
        "x-trusted-only",
        trusted,
        texts,
    );
    features(comparison, at, &old.client_features, &new.client_features);
}

fn features(comparison: &mut Comparison<'_>, at: At<'_>, old: &[String], new: &[String]) {
    let keyword = "x-client-features";
    if old.is_empty() != new.is_empty() {
        let texts = [
            "a feature is needed, and none was",
            "no feature is needed any more",
        ];
        let needed = [!old.is_empty(), !new.is_empty()];
        let found = comparison.flag(
            [FEATURES_NEEDED, FEATURES_NOT_NEEDED],
            at,
            keyword,
            needed,
            texts,
        );
        let shown = |list: &[String]| (!list.is_empty()).then(|| list.join(", "));
        if let Some(found) = found {
            found.values(shown(old), shown(new));
        }
        return;
    }
    comparison.lists(
        [FEATURE_ALLOWED, FEATURE_NOT_ALLOWED],
        at,
        keyword,
        old,
        new,
    );
}

/// Compares the alternatives, by the schemes that each of them names.
fn requirements(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    old: &[Requirement],
    new: &[Requirement],
) {
    let is_open = |all: &[Requirement]| all.is_empty() || all.iter().any(Requirement::is_empty);
    let (was_open, is_open) = (is_open(old), is_open(new));
    let keyword = "security";
    let texts = [
        "credentials are needed, and none were",
        "no credentials are needed any more",
    ];
    let needed = [!was_open, !is_open];
    comparison.flag([NOW_NEEDED, NO_LONGER_NEEDED], at, keyword, needed, texts);
    let named = |all: &[Requirement]| -> Vec<Requirement> {
        all.iter().filter(|one| !one.is_empty()).cloned().collect()
    };
    let (old, new) = (named(old), named(new));
    let schemes = |one: &Requirement| one.keys().cloned().collect::<BTreeSet<String>>();
    let find = |all: &[Requirement], wanted: &Requirement| {
        all.iter().position(|one| schemes(one) == schemes(wanted))
    };
    let (old_at, new_at) = super::under(at, keyword, !old.is_empty(), !new.is_empty());
    let at = At::new(&old_at, &new_at);
    for one in &old {
        match find(&new, one) {
            Some(after) => scopes(comparison, at, one, &new[after]),
            None if is_open && !was_open => {}
            None => {
                let message = format!("{} is no longer enough", shown(one));
                comparison
                    .add(ALTERNATIVE_REMOVED, at, message)
                    .values(Some(shown(one)), None::<&str>);
            }
        }
    }
    for one in new.iter().filter(|one| find(&old, one).is_none()) {
        if was_open && !is_open {
            continue;
        }
        let message = format!("{} is enough, too", shown(one));
        comparison
            .add(ALTERNATIVE_ADDED, at, message)
            .values(None::<&str>, Some(shown(one)));
    }
}

/// Schemes as people read them: `apiKey with clientId`.
fn shown(one: &Requirement) -> String {
    let names: Vec<String> = one.keys().map(|name| format!("`{name}`")).collect();
    names.join(" with ")
}

fn scopes(comparison: &mut Comparison<'_>, at: At<'_>, old: &Requirement, new: &Requirement) {
    for (scheme, before) in old {
        let Some(after) = new.get(scheme) else {
            continue;
        };
        for scope in after.iter().filter(|scope| !before.contains(scope)) {
            let message = format!("the scope `{scope}` of `{scheme}` is needed");
            comparison
                .add(SCOPE_NEEDED, at, message)
                .values(None::<&str>, Some(scope));
        }
        for scope in before.iter().filter(|scope| !after.contains(scope)) {
            let message = format!("the scope `{scope}` of `{scheme}` is no longer needed");
            comparison
                .add(SCOPE_NOT_NEEDED, at, message)
                .values(Some(scope), None::<&str>);
        }
    }
}

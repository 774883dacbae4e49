//! Scopes and features that operations ask for.

use indexmap::IndexMap;
use openapi_document::model::{Operation, SchemeKind};

use crate::api::Api;

/// A column: a scope, or a feature of an API client.
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    pub(crate) meaning: Option<&'a str>,
    pub(crate) is_feature: bool,
}

/// Whether operations differ in scopes, features or trust.
pub(crate) fn has_matrix(api: &Api) -> bool {
    !columns(api).is_empty()
        || api
            .model
            .operations
            .iter()
            .any(|operation| operation.trusted_only)
}

/// All scopes and features that operations name, declared ones first.
pub(crate) fn columns(api: &Api) -> Vec<Column<'_>> {
    let mut found: IndexMap<&str, Option<&str>> = IndexMap::new();
    for scheme in api.model.security_schemes.values() {
        if let SchemeKind::OAuth2 { flows, .. } = &scheme.kind {
            for (scope, meaning) in flows.iter().flat_map(|flow| &flow.scopes) {
                found.insert(
                    scope,
                    Some(meaning.as_str()).filter(|meaning| !meaning.is_empty()),
                );
            }
        }
    }
    let mut features: IndexMap<&str, ()> = IndexMap::new();
    for operation in &api.model.operations {
        for scope in scopes(operation) {
            found.entry(scope).or_default();
        }
        features.extend(
            operation
                .client_features
                .iter()
                .map(|feature| (feature.as_str(), ())),
        );
    }
    let scopes = found.into_iter().map(|(name, meaning)| Column {
        name,
        meaning,
        is_feature: false,
    });
    let features = features.into_keys().map(|name| Column {
        name,
        meaning: None,
        is_feature: true,
    });
    scopes.chain(features).collect()
}

/// Whether an operation asks for what a column is about.
pub(crate) fn asks_for(operation: &Operation, column: &Column<'_>) -> bool {
    if column.is_feature {
        operation
            .client_features
            .iter()
            .any(|feature| feature == column.name)
    } else {
        scopes(operation).contains(&column.name)
    }
}

/// The scopes of which a token has to have all: those of `security`, where it has but one
/// alternative, and those of `x-required-scopes`.
pub(crate) fn scopes(operation: &Operation) -> Vec<&str> {
    let only = match operation.security.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let mut scopes: Vec<&str> = Vec::new();
    let standard = only
        .into_iter()
        .flat_map(|requirement| requirement.values().flatten());
    for scope in standard.chain(&operation.required_scopes) {
        if !scopes.contains(&scope.as_str()) {
            scopes.push(scope);
        }
    }
    scopes
}

//! What a document says of itself: title, tags, servers, security schemes.

use indexmap::IndexMap;
use serde_json::Value;

use crate::model::content::Location;
use crate::model::node::Node;
use crate::model::security::{Flow, FlowKind, Requirement, SchemeKind, SecurityScheme};
use crate::model::server::{Server, ServerVariable};
use crate::model::{Contact, ExternalDocs, Info, License, Tag};

pub(super) fn info(document: &Node<'_>) -> Info {
    let Some(info) = document.child("info") else {
        return Info::default();
    };
    Info {
        title: string(&info, "title"),
        version: string(&info, "version"),
        description: info.text("description"),
        terms_of_service: info.text("termsOfService"),
        contact: info.child("contact").map(|contact| Contact {
            name: contact.text("name"),
            url: contact.text("url"),
            email: contact.text("email"),
        }),
        license: info.child("license").map(|license| License {
            name: string(&license, "name"),
            url: license.text("url"),
        }),
        external_docs: external_docs(document),
    }
}

pub(super) fn tags(document: &Node<'_>) -> Vec<Tag> {
    let tags = document.items("tags").into_iter();
    let tags = tags.filter_map(|tag| {
        Some(Tag {
            name: tag.text("name")?,
            description: tag.text("description"),
            external_docs: external_docs(&tag),
            pointer: tag.pointer,
        })
    });
    tags.collect()
}

pub(super) fn external_docs(node: &Node<'_>) -> Option<ExternalDocs> {
    let docs = node.child("externalDocs")?;
    Some(ExternalDocs {
        url: docs.text("url")?,
        description: docs.text("description"),
    })
}

/// The servers that a document, a path or an operation lists.
pub(super) fn servers(holder: &Node<'_>) -> Vec<Server> {
    holder.items("servers").into_iter().map(server).collect()
}

pub(crate) fn server(server: Node<'_>) -> Server {
    Server {
        url: string(&server, "url"),
        description: server.text("description"),
        environment: server.text("x-environment"),
        variables: variables(&server),
        pointer: server.pointer,
    }
}

fn variables(server: &Node<'_>) -> IndexMap<String, ServerVariable> {
    let variables = server.members("variables").into_iter();
    let variables = variables.map(|(name, variable)| {
        let variable = ServerVariable {
            default: string(&variable, "default"),
            values: variable.texts("enum"),
            description: variable.text("description"),
        };
        (name.to_owned(), variable)
    });
    variables.collect()
}

pub(super) fn security_schemes(document: &Node<'_>) -> IndexMap<String, SecurityScheme> {
    let components = document.child("components");
    let schemes = components.map(|components| components.members("securitySchemes"));
    let schemes = schemes.into_iter().flatten().filter_map(|(name, scheme)| {
        let scheme = scheme.resolved(document.value)?;
        let kind = scheme_kind(&scheme)?;
        let description = scheme.text("description");
        let scheme = SecurityScheme {
            pointer: scheme.pointer,
            description,
            kind,
        };
        Some((name.to_owned(), scheme))
    });
    schemes.collect()
}

fn scheme_kind(scheme: &Node<'_>) -> Option<SchemeKind> {
    Some(match scheme.str("type")? {
        "apiKey" => SchemeKind::ApiKey {
            location: Location::of(scheme.str("in")?)?,
            name: scheme.text("name")?,
        },
        "http" => match scheme.str("scheme")? {
            basic if basic.eq_ignore_ascii_case("basic") => SchemeKind::Basic,
            bearer if bearer.eq_ignore_ascii_case("bearer") => {
                SchemeKind::Bearer(scheme.text("bearerFormat"))
            }
            other => SchemeKind::Http(other.to_owned()),
        },
        "oauth2" => SchemeKind::OAuth2 {
            flows: flows(scheme),
            details: scheme.read("x-oauth"),
        },
        "openIdConnect" => SchemeKind::OpenIdConnect {
            url: scheme.text("openIdConnectUrl")?,
        },
        _ => return None,
    })
}

fn flows(scheme: &Node<'_>) -> Vec<Flow> {
    let flows = scheme.members("flows").into_iter();
    let flows = flows.filter_map(|(key, flow)| {
        let kind = FlowKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == key)?;
        let scopes = flow.object("scopes").into_iter().flatten();
        let scopes = scopes.map(|(scope, text)| (scope.clone(), text.as_str().unwrap_or_default()));
        Some(Flow {
            kind,
            authorization_url: flow.text("authorizationUrl"),
            token_url: flow.text("tokenUrl"),
            refresh_url: flow.text("refreshUrl"),
            scopes: scopes
                .map(|(scope, text)| (scope, text.to_owned()))
                .collect(),
        })
    });
    flows.collect()
}

/// What an operation needs, or a document for all that say nothing else.
pub(super) fn security(holder: &Node<'_>) -> Option<Vec<Requirement>> {
    let alternatives = holder.get("security")?.as_array()?;
    let alternatives = alternatives.iter().map(|alternative| {
        let schemes = alternative.as_object().into_iter().flatten();
        let schemes = schemes.map(|(name, scopes)| {
            let scopes = scopes.as_array().into_iter().flatten();
            let scopes = scopes.filter_map(Value::as_str).map(str::to_owned);
            (name.clone(), scopes.collect())
        });
        schemes.collect()
    });
    Some(alternatives.collect())
}

/// A string that a document has to have.
fn string(node: &Node<'_>, key: &str) -> String {
    node.str(key).unwrap_or_default().to_owned()
}

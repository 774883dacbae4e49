//! The addresses of the document: the environments of a client, and the servers of operations that
//! are served elsewhere.

use openapi_document::servers::{ServerAddress, addresses, default_address, own_servers};
use serde_json::Value;

use super::{
    context::Context,
    prose::{self, sentence},
};
use crate::{markdown::code, naming, plan::Method};

/// An address of the document that users choose by name.
pub(super) struct Environment {
    pub variant: String,
    pub wire: String,
    pub url: String,
    pub doc: String,
}

/// A server of an operation, in one environment or in all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnServer {
    pub url: String,
    pub environment: Option<String>,
}

/// One environment for each address of the document's servers. Of two with one name, the first
/// counts; the lint tells of the other.
pub(super) fn environments(root: &Value) -> Vec<Environment> {
    let mut found: Vec<Environment> = Vec::new();
    for server in root["servers"].as_array().into_iter().flatten() {
        for address in addresses(server).unwrap_or_default() {
            let (variant, wire) = names(&address);
            if found.iter().all(|known| known.variant != variant) {
                found.push(Environment {
                    variant,
                    wire,
                    doc: environment_doc(server, &address),
                    url: address.url,
                });
            }
        }
    }
    found
}

/// The names of an address in Rust and in environment variables.
fn names(address: &ServerAddress) -> (String, String) {
    match (&address.name, &address.variable) {
        (Some(value), Some(_)) => (naming::variant(value), value.clone()),
        (name, _) => {
            let name = name.as_deref().unwrap_or("default");
            (naming::pascal(name), naming::snake(name))
        }
    }
}

fn environment_doc(server: &Value, address: &ServerAddress) -> String {
    let url = code(&address.url);
    match (&address.variable, &address.name) {
        (Some(variable), Some(value)) => format!("{} is {}: {url}.", code(variable), code(value)),
        _ => sentence(&prose::paragraphs(server, "description").unwrap_or(url)),
    }
}

/// The servers of an operation that the document serves elsewhere: at most one for each
/// environment, and one for all others. Empty where it is served with the rest.
pub(super) fn own(context: &Context<'_>, method: &Method) -> Vec<OwnServer> {
    let item = method.pointer.rsplit_once('/').map_or("", |(item, _)| item);
    let item = context.lookup(item).unwrap_or(&Value::Null);
    let servers = own_servers(context.root, item, context.operation(method));
    if servers.is_empty() {
        return Vec::new();
    }
    let environments = environments(context.root);
    let mut found: Vec<OwnServer> = Vec::new();
    for server in servers {
        for own in in_environments(server, &environments) {
            if found
                .iter()
                .all(|known| known.environment != own.environment)
            {
                found.push(own);
            }
        }
    }
    found
}

/// What a server of an operation is to the environments of the document.
fn in_environments(server: &Value, environments: &[Environment]) -> Vec<OwnServer> {
    let place = |address: &ServerAddress| {
        let (variant, _) = names(address);
        let mut all = environments.iter();
        let found = all.find(|known| known.variant == variant || known.url == address.url)?;
        Some(found.wire.clone())
    };
    let all = addresses(server).unwrap_or_default();
    let named: Vec<OwnServer> = all
        .iter()
        .filter_map(|address| {
            let environment = Some(place(address)?);
            let url = address.url.clone();
            Some(OwnServer { url, environment })
        })
        .collect();
    let elsewhere = server.get("x-environment").is_some() && !environments.is_empty();
    if !named.is_empty() || elsewhere {
        return named;
    }
    let general = default_address(server).ok().map(|address| OwnServer {
        url: address.url,
        environment: None,
    });
    general.into_iter().collect()
}

/// Whether only the operations of the document say where it is served.
pub(super) fn only_own(context: &Context<'_>) -> bool {
    let mut methods = context.plan.methods.iter();
    environments(context.root).is_empty() && methods.any(|method| !own(context, method).is_empty())
}

/// A call of the builder that chooses an address, for examples.
pub(super) fn address_call(context: &Context<'_>) -> String {
    address_in(environments(context.root).first())
}

/// A call of the builder that chooses an environment, or an address where there is none.
pub(super) fn address_in(environment: Option<&Environment>) -> String {
    match environment {
        Some(environment) => format!(".environment(Environment::{})", environment.variant),
        None => ".base_url(\"https://api.example.com\")".to_owned(),
    }
}

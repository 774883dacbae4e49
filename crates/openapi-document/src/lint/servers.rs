//! L118 and L119: servers that a client cannot call.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::names::{type_name, variant_name};
use super::rule::{Hit, Rule};
use super::view::{Node, View};
use crate::finding::Severity::{Error, Warning};
use crate::servers::{ServerAddress, addresses, own_servers, unfit_values};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L118",
        name: "server-left-out",
        severity: Warning,
        suppressible: true,
        what: "A client cannot call a server, or cannot tell it from another one.",
        why: "no client offers it; users have to find the address themselves",
        check: server_left_out,
    },
    Rule {
        code: "L119",
        name: "operation-without-server",
        severity: Error,
        suppressible: false,
        what: "A path or an operation has servers of its own, and a client can call none of them.",
        why: "its calls would go to the servers of the document instead, with all credentials",
        check: operation_without_server,
    },
];

const WHOLE_URL: &str =
    "write its whole URL, `https://host/path`, with each `{variable}` under `variables`";
const SAME_NAME: &str =
    "name the environment as a server of the document does, or leave `x-environment` out";

/// The environments that the servers of the document make: name in Rust, URL, and where it stands.
struct Environments(Vec<(String, String, String)>);

impl Environments {
    fn of(view: &View<'_>) -> Self {
        let mut found = Vec::new();
        for server in view.root.items("servers") {
            for address in addresses(server.value).unwrap_or_default() {
                found.push((variant(&address), address.url, server.pointer.clone()));
            }
        }
        Self(found)
    }

    /// Why a server of an operation cannot be called in any of them, and what to do.
    fn refuse(&self, server: &Value) -> Option<(String, &'static str)> {
        let found = match addresses(server) {
            Ok(found) => found,
            Err(reason) => return Some((reason, WHOLE_URL)),
        };
        let name = server["x-environment"].as_str()?;
        let is_one = |address: &ServerAddress| {
            let variant = variant(address);
            let mut all = self.0.iter();
            all.any(|(known, url, _)| *known == variant || *url == address.url)
        };
        let is_known = self.0.is_empty() || found.iter().any(is_one);
        (!is_known).then(|| {
            let reason =
                format!("is in the environment `{name}`, which no server of the document is");
            (reason, SAME_NAME)
        })
    }
}

fn variant(address: &ServerAddress) -> String {
    match (&address.name, &address.variable) {
        (Some(value), Some(_)) => variant_name(value),
        (name, _) => type_name(name.as_deref().unwrap_or("default")),
    }
}

/// The lists of servers that operations have of their own, each once.
fn own_lists<'a>(view: &View<'a>) -> Vec<(String, Node<'a>)> {
    let mut seen = HashSet::new();
    let mut lists = Vec::new();
    let items: HashMap<&str, Node<'a>> = view.paths().into_iter().collect();
    for operation in &view.operations {
        let Some(item) = items.get(operation.path) else {
            continue;
        };
        if own_servers(view.root.value, item.value, operation.node.value).is_empty() {
            continue;
        }
        let own = !operation.node.items("servers").is_empty();
        let (title, holder) = if own {
            (operation.title(), &operation.node)
        } else {
            (operation.path.to_owned(), item)
        };
        if seen.insert(holder.pointer.clone()) {
            lists.push((title, holder.clone()));
        }
    }
    lists
}

fn operation_without_server(view: &View<'_>) -> Vec<Hit> {
    let environments = Environments::of(view);
    let mut hits = Vec::new();
    for (title, holder) in own_lists(view) {
        let refused: Vec<_> = holder
            .items("servers")
            .iter()
            .map(|server| environments.refuse(server.value))
            .collect();
        let all_are = refused.iter().all(Option::is_some);
        if let (Some(Some((reason, help))), true) = (refused.first(), all_are) {
            let message = format!("no server of {title} can be called: the first one {reason}");
            hits.push(Hit::at(holder.pointer_of("servers"), message).help(format!(
                "{help}; if it is served where the others are, leave `servers` out"
            )));
        }
    }
    hits
}

fn server_left_out(view: &View<'_>) -> Vec<Hit> {
    let environments = Environments::of(view);
    let mut hits = Vec::new();
    let left_out = |server: &Node<'_>, reason: &str, help: &str| {
        Hit::at(&server.pointer, format!("this server {reason}")).help(help)
    };
    for server in view.root.items("servers") {
        // It says what a document without servers says.
        if server.str("url") == Some("/") {
            continue;
        }
        if let Err(reason) = addresses(server.value) {
            hits.push(left_out(&server, &reason, WHOLE_URL));
        }
        hits.extend(unfit(&server));
    }
    for (_, holder) in own_lists(view) {
        let servers = holder.items("servers");
        hits.extend(servers.iter().flat_map(unfit));
        let refused: Vec<_> = servers
            .iter()
            .filter_map(|server| Some((server, environments.refuse(server.value)?)))
            .collect();
        // Where all are, that is an error.
        if refused.len() < servers.len() {
            let each = refused.iter();
            hits.extend(each.map(|(server, (reason, help))| left_out(server, reason, help)));
        }
    }
    hits.extend(same_names(view, &environments));
    hits
}

/// Values of a variable with which the server cannot be called.
fn unfit(server: &Node<'_>) -> Vec<Hit> {
    unfit_values(server.value)
        .into_iter()
        .map(|unfit| {
            let place = format!("{}{}", server.pointer, unfit.pointer);
            let message = format!(
                "with the value `{}` this server {}",
                unfit.value, unfit.reason
            );
            Hit::at(place, message).help("correct the value, or take it out of `enum`")
        })
        .collect()
}

/// Two servers of one name, unless both have it from `x-environment`, which is an error of its own.
fn same_names(view: &View<'_>, environments: &Environments) -> Vec<Hit> {
    let named = |place: &str| {
        let server = view.root.value.pointer(place);
        server.is_some_and(|server| server["x-environment"].is_string())
    };
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut hits = Vec::new();
    for (variant, _, place) in &environments.0 {
        let Some(earlier) = first.get(variant.as_str()).copied() else {
            first.insert(variant, place);
            continue;
        };
        if earlier != place && named(earlier) && named(place) {
            continue;
        }
        hits.push(
            Hit::at(
                place,
                format!("this server becomes the environment `{variant}`, as another one does"),
            )
            .related(earlier, "the other server")
            .help("give each server a name of its own by `x-environment`, for example `production` and `sandbox`"),
        );
    }
    hits
}

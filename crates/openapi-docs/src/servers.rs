//! Where an API is.

use openapi_document::model::{Model, Operation, Server};

/// The servers of an operation: its own, or those of the document.
pub(crate) fn of<'m>(model: &'m Model, operation: &'m Operation) -> &'m [Server] {
    if operation.servers.is_empty() {
        &model.servers
    } else {
        &operation.servers
    }
}

/// What a server is called.
pub(crate) fn name(server: &Server) -> &str {
    server
        .environment
        .as_deref()
        .or(server.description.as_deref())
        .unwrap_or("server")
}

/// The URL with the usual value of each variable.
pub(crate) fn usual_address(server: &Server) -> String {
    server
        .variables
        .iter()
        .fold(server.url.clone(), |url, (name, variable)| {
            url.replace(&format!("{{{name}}}"), &variable.default)
        })
}

/// The usual address, if it is one of the web.
pub(crate) fn example_address(server: &Server) -> Option<String> {
    let address = usual_address(server);
    let url = url::Url::parse(&address).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && !address.contains(char::is_whitespace);
    is_web.then_some(address)
}

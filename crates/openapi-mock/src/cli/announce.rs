//! What a server says when it stands.

use std::net::IpAddr;

use super::first_request;
use crate::control;
use crate::document::Document;
use crate::mock::Mock;
use crate::server::MockServer;

/// Base URLs, credentials and a first request of each API, and how to go on.
pub(super) async fn text(server: &MockServer, documents: &[(String, Document)]) -> String {
    let mut text = String::new();
    for (mock, (_, document)) in server.mocks().zip(documents) {
        text.push_str(&api(mock, document).await);
        text.push('\n');
    }
    text.push_str("Ctrl-C stops it.\n");
    text
}

async fn api(mock: &Mock, document: &Document) -> String {
    let mut text = format!("{}\n", document.title());
    let mut line = |name: &str, value: &str| {
        text.push_str(&format!("  {name:<12} {value}\n"));
    };
    line("base URL", mock.url());
    for (index, credential) in mock.credentials().iter().enumerate() {
        let name = if index == 0 { "credentials" } else { "" };
        line(name, &credential.to_string());
    }
    if let Some(command) = first_request::curl(mock, document).await {
        line("try", &command);
    }
    if let Some(url) = control::url(mock) {
        line("control", &url);
    }
    text
}

/// The warning of a server that other machines can reach.
pub(super) fn open_to_others(host: IpAddr) -> String {
    format!(
        "warning: {host} is no loopback address, so others can reach this mock: it takes the \
         credentials that it prints from everybody, and answers everything"
    )
}

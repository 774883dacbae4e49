//! What the tests share: a document, and a client that sees bytes.

use std::io;
use std::time::Duration;

use openapi_mock::{Document, MockServer, MockServerBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Reports and orders: nothing that a mock could keep as a resource.
pub(crate) const DOCUMENT: &str = r##"{
    "openapi": "3.0.3",
    "info": {"title": "Reports", "version": "1.0.0"},
    "paths": {
        "/report": {"get": {
            "operationId": "read_report",
            "parameters": [
                {"name": "site-key", "in": "query", "schema": {"type": "string"}},
                {"name": "day", "in": "query", "schema": {"type": "string"}}
            ],
            "responses": {
                "200": {"description": "The report.", "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Report"},
                    "example": {"state": "open", "title": "May", "lines": [
                        {"kind": "sum", "text": "all"}, {"kind": "sum"}
                    ]}
                }}},
                "401": {"$ref": "#/components/responses/Failed"},
                "503": {"$ref": "#/components/responses/Failed"}
            }
        }},
        "/report/lock": {"post": {
            "operationId": "lock_report",
            "responses": {"204": {"description": "Locked."}}
        }},
        "/reports/{year}/export": {"post": {
            "operationId": "export_reports",
            "parameters": [
                {"name": "year", "in": "path", "required": true, "schema": {"type": "string"}}
            ],
            "requestBody": {"content": {"application/json": {"schema": {
                "type": "object",
                "properties": {
                    "format": {"type": "string"},
                    "password": {"type": "string"},
                    "lines": {"type": "array", "items": {"type": "integer"}}
                }
            }}}},
            "responses": {
                "200": {"description": "Done.", "content": {
                    "text/csv": {"schema": {"type": "string"}, "example": "a,b"}
                }},
                "202": {"description": "Begun.", "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Report"}
                }}}
            }
        }}
    },
    "components": {
        "securitySchemes": {"site": {"type": "apiKey", "in": "query", "name": "site-key"}},
        "responses": {"Failed": {"description": "Failed.", "content": {"application/json": {
            "schema": {"type": "object", "required": ["code"], "properties": {
                "code": {"type": "string"}, "message": {"type": "string"}
            }},
            "example": {"code": "failed", "message": "It failed."}
        }}}},
        "schemas": {
            "Report": {
                "type": "object", "required": ["state"],
                "properties": {
                    "state": {"type": "string", "enum": ["open", "closed"]},
                    "title": {"type": "string"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}
                }
            },
            "Line": {
                "type": "object", "required": ["kind"], "additionalProperties": false,
                "properties": {
                    "kind": {"type": "string", "enum": ["sum", "item"], "x-closed-enum": true},
                    "text": {"type": "string"}
                }
            }
        }
    }
}"##;

pub(crate) fn document() -> Document {
    Document::bundled(DOCUMENT).unwrap()
}

pub(crate) async fn server() -> MockServer {
    MockServer::start(document()).await.unwrap()
}

pub(crate) fn builder() -> MockServerBuilder {
    MockServer::builder().mount("", document())
}

/// What a client gets to see of a connection.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Status line and headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) end: End,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
}

pub(crate) async fn connect(server: &MockServer) -> TcpStream {
    let address = server.url().trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// Sends a GET and reads until the connection ends.
pub(crate) async fn get(server: &MockServer, path: &str, headers: &str) -> Seen {
    let text =
        format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}\r\n");
    let mut stream = connect(server).await;
    stream.write_all(text.as_bytes()).await.unwrap();
    read(stream).await
}

/// Reads until the connection ends.
pub(crate) async fn read(mut stream: TcpStream) -> Seen {
    let mut bytes = Vec::new();
    let end = timeout(LONG, stream.read_to_end(&mut bytes)).await.unwrap();
    let end = match end {
        Ok(_) => End::Closed,
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => End::Reset,
        Err(error) => panic!("{error}"),
    };
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Seen {
        head: head.to_lowercase(),
        body: body.to_owned(),
        end,
    }
}

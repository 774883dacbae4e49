//! The clients of this workspace in one list, so that a guard looks at each of them.

use futures_util::future::LocalBoxFuture;
use openapi_client_runtime::{Api, Operation, RateLimiting, RetryPolicy};

use crate::calls::{self, BoxError, Component, Outcome};
use crate::walk::probe::Probe;

/// What makes the calls of `tests/src/calls`.
pub trait Calls {
    /// Calls the method with the examples of the document.
    fn call<'a>(&'a self, method: &'a str) -> LocalBoxFuture<'a, Result<Outcome, BoxError>>;
}

/// A generated client.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// The folder of its document in `openapi/`.
    pub name: &'static str,
    /// What holds for the API as a whole.
    pub api: &'static Api,
    /// All methods.
    pub operations: &'static [&'static Operation],
    /// All component schemas with their types.
    pub components: &'static [Component],
    /// A client with credentials for every scheme that sends everything once, and at once.
    pub connect: fn(&str) -> Box<dyn Calls>,
    /// As `connect`, with a probe between client and server.
    pub connect_through: fn(&str, &Probe) -> Box<dyn Calls>,
}

impl Client {
    /// The operation behind a method.
    pub fn operation(&self, method: &str) -> Option<&'static Operation> {
        let mut operations = self.operations.iter().copied();
        operations.find(|operation| operation.id() == method)
    }
}

/// The client of the API in the folder `name` of `openapi/`.
///
/// # Errors
///
/// Where there is none.
pub fn find(name: &str) -> Result<&'static Client, String> {
    CLIENTS
        .iter()
        .find(|client| client.name == name)
        .ok_or_else(|| format!("`CLIENTS` in tests/src/clients.rs has no client of openapi/{name}"))
}

/// An entry of [`CLIENTS`]: a crate, its folder, and what its builder is told.
macro_rules! client {
    ($name:ident, $krate:ident, $($set:ident($($value:expr),+)),+) => {
        Client {
            name: stringify!($name),
            api: &$krate::operations::API,
            operations: $krate::operations::OPERATIONS,
            components: calls::$name::COMPONENTS,
            connect: |base_url| {
                let client = client!(@builder base_url, $krate, $($set($($value),+)),+).build();
                Box::new(client.expect("credentials and address can be used"))
            },
            connect_through: |base_url, probe| {
                let builder = client!(@builder base_url, $krate, $($set($($value),+)),+);
                let client = builder.middleware(probe.clone()).build();
                Box::new(client.expect("credentials and address can be used"))
            },
        }
    };
    (@builder $base_url:ident, $krate:ident, $($set:ident($($value:expr),+)),+) => {
        $krate::Client::builder()
            .base_url($base_url)
            $(.$set($($value),+))+
            .retry(RetryPolicy::none())
    };
}

/// Every client, in the order of the folders.
pub static CLIENTS: &[Client] = &[
    client!(
        configo,
        configo_client,
        access_token("access-token"),
        widget_token("widget-token")
    ),
    client!(
        configuration,
        configuration_client,
        basic_auth("k7wq2mz9p4xvt6hc3bn8rj5ydf1gs0ea", "secret")
    ),
    client!(
        contio,
        contio_client,
        user_token("access-token"),
        api_key("api-key"),
        client_id("client-id"),
        client_basic("client-id", "client-secret"),
        rate_limiting(RateLimiting::Off)
    ),
];

impl Calls for configo_client::Client {
    fn call<'a>(&'a self, method: &'a str) -> LocalBoxFuture<'a, Result<Outcome, BoxError>> {
        Box::pin(calls::configo::call(self, method))
    }
}

impl Calls for configuration_client::Client {
    fn call<'a>(&'a self, method: &'a str) -> LocalBoxFuture<'a, Result<Outcome, BoxError>> {
        Box::pin(calls::configuration::call(self, method))
    }
}

impl Calls for contio_client::Client {
    fn call<'a>(&'a self, method: &'a str) -> LocalBoxFuture<'a, Result<Outcome, BoxError>> {
        Box::pin(calls::contio::call(self, method))
    }
}

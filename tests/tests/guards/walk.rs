//! Walks: each client calls every method of its mock server, and the document judges every reply.

use guards::walk::Seen;
use guards::workspace;
use openapi_client_runtime::{Operation, RateLimiting, SecurityRequirement};

/// The walks with the client `$client`, set as said, over the document of the API `$api`.
/// `$except` are the methods that do not succeed with the examples of the document.
macro_rules! walks {
    ($($api:ident: $client:ident $(.$set:ident($value:expr))*, except $except:expr);* $(;)?) => {
        const WALKED: &[&str] = &[$(stringify!($api)),*];

        $(mod $api {
            use guards::calls::{BoxError, Outcome, $api::call};
            use guards::document;
            use guards::walk::{Walk, probe::Probe, spoil};
            use openapi_client_runtime::RetryPolicy;
            use serde_json::Value;
            use $client::mock::{Server, openapi_mock::{Quality, RateLimits}};
            use $client::{Client, mock, operations::OPERATIONS};

            use super::*;

            const EXCEPT: &[&str] = &$except;

            /// A client, the mock that it calls, and what stands between them.
            struct Stage {
                document: Value,
                client: Client,
                probe: Probe,
                server: Server,
            }

            impl Stage {
                async fn new() -> Self {
                    let probe = Probe::default();
                    let server = mock::start().await;
                    server.rate_limits(RateLimits::Off);
                    let builder = server.client_builder().retry(RetryPolicy::none());
                    let builder = builder$(.$set($value))*;
                    Self {
                        document: document::bundled(&workspace::root(), stringify!($api)).unwrap(),
                        client: builder.middleware(probe.clone()).build().unwrap(),
                        probe,
                        server,
                    }
                }

                fn walk(&self) -> Walk<'_, impl AsyncFn(&str) -> Result<Outcome, BoxError>> {
                    Walk {
                        document: &self.document,
                        operations: OPERATIONS,
                        probe: &self.probe,
                        call: async |method: &str| call(&self.client, method).await,
                    }
                }
            }

            #[tokio::test]
            async fn every_declared_reply_can_be_had() {
                let stage = Stage::new().await;
                let seen = stage.walk().every_declared_reply().await;
                let statuses = |operation: &&Operation| operation.responses().len();
                nothing_wrong(&seen, OPERATIONS.iter().map(statuses).sum());
            }

            #[tokio::test]
            async fn every_method_succeeds() {
                let stage = Stage::new().await;
                let seen = stage.walk().every_success(EXCEPT).await;
                nothing_wrong(&seen, OPERATIONS.len() - EXCEPT.len());
            }

            #[tokio::test]
            async fn nothing_is_given_away_without_credentials() {
                let stage = Stage::new().await;
                let guarded = OPERATIONS.iter().filter(|operation| asks(operation)).count();
                stage.probe.change(spoil::without_credentials);
                nothing_wrong(&stage.walk().every_refusal(401, asks).await, guarded);
            }

            #[tokio::test]
            async fn bad_credentials_are_refused() {
                let stage = Stage::new().await;
                for credential in stage.server.credentials().iter() {
                    let status = match credential.quality() {
                        Quality::Expired | Quality::Revoked => 401,
                        Quality::Featureless | Quality::Scopeless => 403,
                        _ => continue,
                    };
                    let Some((name, value)) = credential.header() else {
                        continue;
                    };
                    let concerns = |operation: &Operation| {
                        takes_always(operation, credential.scheme())
                            && (status == 401 || needs_more(operation))
                    };
                    stage.probe.change(spoil::with_header(name, &value));
                    let seen = stage.walk().every_refusal(status, concerns).await;
                    nothing_wrong(&seen, 1);
                }
            }

            #[tokio::test]
            async fn bodies_have_to_be_valid() {
                let stage = Stage::new().await;
                stage.probe.change(spoil::with_broken_json);
                nothing_wrong(&stage.walk().every_refusal(400, takes_json).await, 1);
            }

            #[tokio::test]
            async fn what_is_not_there_is_not_found() {
                let stage = Stage::new().await;
                stage.probe.change(spoil::of_nothing);
                let known = |operation: &Operation| {
                    spoil::may_be_of_nothing(&stage.document, OPERATIONS, operation)
                };
                nothing_wrong(&stage.walk().every_refusal(404, known).await, 1);
            }
        })*
    };
}

walks! {
    configo: configo_client, except [];
    configuration: configuration_client, except [];
    // Codes are made by the server, so no example holds one; the guard `contio` gets one.
    contio: contio_client.rate_limiting(RateLimiting::Off),
        except ["authorize_oauth", "exchange_oauth_token"];
}

/// A new API does not stay without walks.
#[test]
fn every_api_is_walked() {
    let apis = workspace::all_apis(&workspace::root()).unwrap();
    let names: Vec<String> = apis.into_iter().map(|api| api.name).collect();
    assert_eq!(names, WALKED, "name the new one in `walks!`");
}

fn nothing_wrong(seen: &Seen, at_least: usize) {
    let complaints = seen.complaints.iter().take(40);
    let first: Vec<&str> = complaints.map(String::as_str).collect();
    let count = seen.complaints.len();
    assert!(
        first.is_empty(),
        "{count} complaints, such as:\n{}",
        first.join("\n")
    );
    assert!(seen.replies >= at_least, "only {} replies", seen.replies);
}

/// Whether every way to call it needs credentials.
fn asks(operation: &Operation) -> bool {
    let alternatives = operation.security();
    !alternatives.is_empty() && alternatives.iter().all(|set| !set.is_empty())
}

/// Whether every way to call it takes this credential, alone or with others.
fn takes_always(operation: &Operation, scheme: &str) -> bool {
    let mut alternatives = operation.security().iter();
    let takes = |set: &&[SecurityRequirement]| set.iter().any(|one| one.scheme() == scheme);
    asks(operation) && alternatives.all(takes)
}

/// Whether a credential alone is not enough.
fn needs_more(operation: &Operation) -> bool {
    let mut needed = operation.security().iter().flat_map(|set| set.iter());
    operation.requirement("features").is_some()
        || !operation.required_scopes().is_empty()
        || needed.any(|requirement| !requirement.scopes().is_empty())
}

fn takes_json(operation: &Operation) -> bool {
    let body = operation.request();
    body.is_some_and(|body| body.media_type() == "application/json")
}

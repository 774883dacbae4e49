//! The mock servers of generated crates: each client talks to its own without being told how.

use std::collections::BTreeMap;

use configuration_client::{mock, operations, types};
use openapi_client_runtime::{Operation, RetryPolicy};

#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../../../openapi/configuration/examples/configuration_first_call.rs"]
mod first_call;

const APP: &str = "htb8fuhxnf8e38jrzub3c7pfrr";

#[tokio::test]
async fn a_client_of_the_server_is_let_in_and_understood() {
    let server = mock::start().await;
    let found = server.client().list_clients().app_id(APP).send().await;
    let clients = found.unwrap();
    assert!(!clients.is_empty());
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path(), format!("/config/{APP}/clients"));
}

#[tokio::test]
async fn the_client_can_be_built_otherwise() {
    let server = mock::start().await;
    let client = server
        .client_builder()
        .basic_auth("nobody", "nothing")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.list_clients().app_id(APP).send().await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    assert_eq!(
        error.operation().map(Operation::id),
        Some(operations::LIST_CLIENTS.id())
    );
}

#[tokio::test]
async fn the_server_can_be_set_up_and_says_why_it_does_not_start() {
    let first = mock::try_start(|builder| builder.seed(7)).await.unwrap();
    let port = first.url().rsplit(':').next().unwrap().parse().unwrap();
    let second = mock::try_start(|builder| builder.port(port)).await;
    let message = second.unwrap_err().to_string();
    assert!(message.contains("choose another port"), "{message}");

    first.shutdown().await;
    let third = mock::try_start(|builder| builder.port(port)).await.unwrap();
    assert_eq!(third.url(), first.url());
}

#[tokio::test]
async fn servers_beside_each_other_know_nothing_of_each_other() {
    let (one, other) = tokio::join!(mock::start(), mock::start());
    let send = one.client().list_clients().app_id(APP).send().await;
    send.unwrap();
    assert_eq!((one.requests().len(), other.requests().len()), (1, 0));
}

/// The example of the README, against the server that the README starts.
#[tokio::test]
async fn the_first_calls_of_a_newcomer_work() {
    let server = mock::start().await;
    first_call::tour(&server.client()).await.unwrap();
    let requests = server.requests();
    let prefix = format!("/config/{APP}/");
    let sent: Vec<String> = requests
        .iter()
        .map(|request| {
            format!(
                "{} {}",
                request.method(),
                request.path().replace(&prefix, "")
            )
        })
        .collect();
    assert_eq!(
        sent,
        [
            "GET clients",
            "GET flows/standard",
            "GET flows/standard/fields/emailAddress",
            "PUT flows/standard/fields/emailAddress",
            "GET flows/standard/fields/emailAddress",
            "GET flows/holiday",
        ]
    );
}

/// What a call makes is there, and every change moves the version of the flow.
#[tokio::test]
async fn copies_translations_and_versions_are_kept() {
    let server = mock::start().await;
    let client = server.client();
    let body = types::CopyFlowRequest::new("standard_trial");
    let copy = client.copy_flow().app_id(APP).flow("standard").body(body);
    copy.send().await.unwrap();
    let flows = client.list_flows().app_id(APP).send().await.unwrap();
    let names: Vec<&str> = flows.iter().map(|flow| flow.name.as_str()).collect();
    assert!(
        names.contains(&"standard") && names.contains(&"standard_trial"),
        "{names:?}"
    );
    let fields = async |flow: &str| {
        let fields = client
            .list_fields()
            .app_id(APP)
            .flow(flow)
            .send()
            .await
            .unwrap();
        fields
            .iter()
            .map(|field| field.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(fields("standard").await, fields("standard_trial").await);

    let version = async || {
        let flow = client.get_flow().app_id(APP).flow("standard").send().await;
        flow.unwrap().version.clone()
    };
    let first = version().await;
    let texts =
        |text: &str| types::LocaleTexts(BTreeMap::from([("en-US".to_owned(), text.to_owned())]));
    let new = types::TranslationCreate::new(texts("Help"));
    let create = client.create_translations().app_id(APP).flow("standard");
    create.body(vec![new]).send().await.unwrap();
    let second = version().await;
    assert!(second > first, "{first} {second}");
    let list = client.list_translations().app_id(APP).flow("standard");
    let list = list.send().await.unwrap().into_inner();
    let made = list
        .iter()
        .find(|one| one.values["en-US"] == "Help")
        .expect("it is listed");
    let change = types::TranslationUpdate::new(made.key.as_str(), texts("Imprint"));
    let modify = client.modify_translation().app_id(APP).flow("standard");
    modify.body(vec![change]).send().await.unwrap();
    let read = client
        .get_translation()
        .app_id(APP)
        .flow("standard")
        .key(made.key.as_str());
    assert_eq!(read.send().await.unwrap().values["en-US"], "Imprint");
    let third = version().await;
    assert!(third > second, "{second} {third}");
    let versions = client
        .list_flow_versions()
        .app_id(APP)
        .flow("standard")
        .send()
        .await;
    let versions = versions.unwrap();
    let versions: Vec<&str> = versions.iter().map(|one| one.version.as_str()).collect();
    assert_eq!(versions[..4], ["HEAD", &third, &second, &first]);
    let read = client
        .get_flow_version()
        .app_id(APP)
        .flow("standard")
        .version(third.as_str());
    assert_eq!(read.send().await.unwrap().version, third);
}

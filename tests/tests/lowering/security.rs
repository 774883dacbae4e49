//! Credentials by operation.

use crate::{client, clients, server::Server};

#[tokio::test]
async fn api_keys_go_where_the_document_says() {
    let server = Server::start().await;
    let client = clients::api_keys::Client::builder()
        .base_url(server.url())
        .header_key("k1")
        .query_key("k 2")
        .cookie_key("k3")
        .build()
        .unwrap();
    client.by_header().send().await.unwrap();
    let request = server.last();
    assert_eq!(request.header("x-api-key").unwrap(), "k1");
    assert_eq!(
        (request.line.as_str(), request.header("cookie")),
        ("GET /header", None)
    );
    client.by_query().page(2).send().await.unwrap();
    assert_eq!(server.last().line, "GET /query?page=2&api_key=k%202");
    assert_eq!(server.last().header("x-api-key"), None);
    client.by_cookie().lang("de").send().await.unwrap();
    let cookie = server.last().header("cookie").unwrap();
    assert!(
        cookie.contains("Session=k3") && cookie.contains("lang=de"),
        "{cookie}"
    );
    assert_eq!(server.last().line, "GET /cookie");
}

#[tokio::test]
async fn tokens_are_asked_for_and_kept_to_themselves() {
    let server = Server::start().await;
    let without = client!(bearer, server);
    let error = without.read_me().send().await.unwrap_err();
    assert!(
        error.is_unsent() && error.to_string().contains("token"),
        "{error}"
    );
    assert_eq!(server.count(), 0);
    let client = clients::bearer::Client::builder()
        .base_url(server.url())
        .token("hush")
        .build()
        .unwrap();
    assert!(!format!("{client:?}").contains("hush"));
    server.json(200, &"ann".into()).json(401, &"who".into());
    client.read_me().send().await.unwrap();
    assert_eq!(
        server.last().header("authorization").unwrap(),
        "Bearer hush"
    );
    let error = client.read_me().send().await.unwrap_err();
    assert!(error.is_unauthorized() && !format!("{error:?}").contains("hush"));
    assert_eq!(
        clients::bearer::operations::READ_ME.required_scopes(),
        ["profile"]
    );
}

#[tokio::test]
async fn one_alternative_is_used_and_it_is_used_whole() {
    use clients::security_alternatives::Client;
    let server = Server::start().await;
    let headers = |server: &Server| {
        let request = server.last();
        ["authorization", "x-key", "x-app-id"].map(|name| request.header(name))
    };
    let key = Some("k".to_owned());
    let token = Some("Bearer t".to_owned());

    let with_key = Client::builder()
        .base_url(server.url())
        .key("k")
        .build()
        .unwrap();
    with_key.either().send().await.unwrap();
    assert_eq!(headers(&server), [None, key.clone(), None]);
    with_key.optional().send().await.unwrap();
    assert_eq!(headers(&server), [None, None, None]);
    with_key.open().send().await.unwrap();
    assert_eq!(headers(&server), [None, None, None]);
    let error = with_key.both().send().await.unwrap_err();
    assert!(error.to_string().contains("app_id"), "{error}");
    let error = with_key.inherited().send().await.unwrap_err();
    assert!(error.to_string().contains("basic"), "{error}");
    assert_eq!(server.count(), 3);

    let all = Client::builder()
        .base_url(server.url())
        .basic("ann", "pw")
        .token("t")
        .key("k")
        .app_id("a")
        .build()
        .unwrap();
    all.either().send().await.unwrap();
    assert_eq!(headers(&server), [token.clone(), None, None]);
    all.both().send().await.unwrap();
    assert_eq!(headers(&server), [None, key, Some("a".to_owned())]);
    all.optional().send().await.unwrap();
    assert_eq!(headers(&server), [token, None, None]);
    all.inherited().send().await.unwrap();
    assert_eq!(headers(&server)[0].as_deref(), Some("Basic YW5uOnB3"));
    all.open().send().await.unwrap();
    assert_eq!(headers(&server), [None, None, None]);
}

#[tokio::test]
async fn an_open_api_asks_for_nothing() {
    let server = Server::start().await;
    let client = client!(no_security, server);
    client.read_public().send().await.unwrap();
    assert_eq!(server.last().header("authorization"), None);
    assert!(
        clients::no_security::operations::READ_PUBLIC
            .security()
            .is_empty()
    );
}

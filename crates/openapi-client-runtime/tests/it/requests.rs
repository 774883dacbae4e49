//! What leaves, and what does not.

use openapi_client_runtime::{CallOptions, Core, Error, ErrorKind, Method, Operation};
use serde_json::json;

use crate::client::{API, Put, builder, core, get_bytes, get_thing, put_thing};
use crate::server::{Server, header};

async fn accepting() -> Server {
    Server::replying("204 No Content", &[], b"").await
}

#[tokio::test]
async fn a_whole_request_on_the_wire() {
    let server = accepting().await;
    let core = builder(&format!("{}/v1/", server.url))
        .user_agent("my-tool/2")
        .build();
    let put = Put {
        tags: Some(vec!["a b", "c+d"]),
        session: Some("31d4"),
        authorization: Some("Bearer of-the-caller"),
        body: Some(json!({ "n": 1 })),
    };
    put_thing(&core.unwrap(), "a/b", put).await.unwrap();
    let request = server.request();
    let line = request.lines().next().unwrap();
    assert_eq!(line, "PUT /v1/things/a%2Fb?tag=a%20b&tag=c%2Bd HTTP/1.1");
    let credentials = "Basic dXNlcjpzM2NyM3QtbWFya2Vy";
    assert_eq!(header(&request, "authorization"), Some(credentials));
    assert_eq!(request.to_lowercase().matches("authorization:").count(), 1);
    assert_eq!(
        header(&request, "user-agent"),
        Some("my-tool/2 things-client/1.2.3")
    );
    assert_eq!(header(&request, "accept"), Some("application/json"));
    let merge = "application/merge-patch+json";
    assert_eq!(header(&request, "content-type"), Some(merge));
    assert_eq!(header(&request, "cookie"), Some("SID=31d4"));
    assert!(!request.to_lowercase().contains("openapi-cookie"));
    assert!(request.ends_with(r#"{"n":1}"#));
}

#[tokio::test]
async fn an_optional_body_is_left_out() {
    let server = accepting().await;
    put_thing(&core(&server.url), "1", Put::default())
        .await
        .unwrap();
    let request = server.request();
    assert_eq!(header(&request, "content-type"), None);
    assert!(request.ends_with("\r\n\r\n"), "{request}");
}

#[tokio::test]
async fn an_api_key_goes_into_the_query() {
    let server = Server::replying("200 OK", &[], b"x").await;
    get_bytes(&core(&server.url)).await.unwrap();
    let request = server.request();
    assert!(
        request.starts_with("GET /bytes?api_key=key-s3cr3t-marker HTTP"),
        "{request}"
    );
    assert_eq!(header(&request, "authorization"), None);
}

#[tokio::test]
async fn what_is_refused_never_arrives() {
    let server = accepting().await;
    let known = builder(&server.url)
        .granted("features", ["direct_access"])
        .build()
        .unwrap();
    let bare = Core::builder(&API).base_url(&server.url).build().unwrap();

    for id in ["", ".", ".."] {
        let error = get_thing(&known, id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(
            error.to_string().contains("path parameter `thing_id` is"),
            "{error}"
        );
    }
    let error = get_thing(&known, "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequirementNotMet);
    assert!(error.is_unsent() && error.status().is_none());
    assert_eq!(
        error.to_string(),
        "`get_thing` was not sent: it needs an API client with feature `owner`; this one was said \
         to have `direct_access`: use the credentials of another API client"
    );
    let error = get_thing(&bare, "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingCredential);
    assert_eq!(
        error.to_string(),
        "`get_thing` was not sent: it needs a credential for `basicAuth` (set it with \
         `basic_auth`); this client has no credentials"
    );
    for session in ["a; admin=1", "a\r\nX: y"] {
        let session = Some(session);
        let put = Put {
            session,
            ..Put::default()
        };
        let error = put_thing(&known, "1", put).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains("admin"), "{error}");
    }
    assert!(server.requests().is_empty());

    put_thing(&known, "1", Put::default()).await.unwrap();
    assert_eq!(server.requests().len(), 1, "allowed by its own feature");
}

static ELSEWHERE: Operation = Operation::new("get_thing", Method::Get, "/things/{id}").build();

#[tokio::test]
async fn a_request_cannot_be_aimed_elsewhere() {
    let (server, other) = (accepting().await, accepting().await);
    let (core, victim) = (core(&other.url), core(&server.url));
    // The operation of one client, built with the base URL of another.
    let url = format!("{}/things/1", victim.base_url());
    let request = core.requests().get(url).build().unwrap();
    let failure = core
        .execute(request, &ELSEWHERE, CallOptions::new())
        .await
        .unwrap_err();
    let error = Error::<()>::from(failure);
    assert!(error.is_unsent(), "{error}");
    assert!(server.requests().is_empty() && other.requests().is_empty());
}

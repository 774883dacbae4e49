//! What becomes of replies, good and bad.

use std::time::Duration;

use openapi_client_runtime::ErrorKind;
use serde_json::json;

use crate::client::{
    ApiError, MakeThingError, MakeThingSuccess, Put, Thing, builder, core, get_bytes, get_text,
    get_thing, make_thing, put_thing,
};
use crate::server::{Server, Then};

const JSON: &str = "Content-Type: application/json";
const HTML: &str = "Content-Type: text/html; charset=utf-8";

#[tokio::test]
async fn a_value_keeps_status_headers_and_request_id() {
    let headers = [JSON, "X-Correlation-Id: 7f", "X-Left: 3"];
    let server = Server::replying("200 OK", &headers, br#"{"name":"a","new":1}"#).await;
    let thing = get_thing(&core(&server.url), "1").await.unwrap();
    assert_eq!(thing.name, "a");
    assert_eq!(thing.status(), 200);
    assert_eq!(thing.headers()["x-left"], "3");
    assert_eq!(thing.request_id(), Some("7f"));
}

#[tokio::test]
async fn a_typed_error_reply() {
    let headers = [JSON, "X-Request-Id: 7f", "Retry-After: 120"];
    let body = br#"{"code":"locked","message":"somebody\nedits it"}"#;
    let server = Server::replying("409 Conflict", &headers, body).await;
    let error = get_thing(&core(&server.url), "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.is_conflict() && !error.is_unsent() && !error.is_retryable());
    let expected = ApiError {
        code: "locked".into(),
    };
    assert_eq!(error.body(), Some(&expected));
    assert_eq!(error.message(), Some("somebody\nedits it"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    assert_eq!(error.operation().unwrap().id(), "get_thing");
    assert_eq!(
        error.to_string(),
        "`get_thing` failed: the server answered 409 Conflict: somebody edits it (code locked, \
         request id 7f)"
    );
}

#[tokio::test]
async fn an_error_reply_that_is_not_json_keeps_everything_else() {
    let bodies: [&[u8]; 3] = [b"<html>Bad Gateway</html>", b"", br#"{"code":"#];
    for body in bodies {
        let headers = [HTML, "X-Request-Id: 7f"];
        let server = Server::replying("502 Bad Gateway", &headers, body).await;
        let error = get_thing(&core(&server.url), "1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap(), 502);
        assert_eq!(error.request_id(), Some("7f"));
        assert_eq!(error.raw_body().unwrap_or_default(), body);
        assert!(error.body().is_none() && error.is_retryable());
        assert!(!error.to_string().contains("<html>"), "{error}");
    }
}

#[tokio::test]
async fn an_error_without_a_body_is_not_found_fault_with() {
    let server = Server::replying("410 Gone", &[], b"").await;
    let error = get_thing(&core(&server.url), "1").await.unwrap_err();
    let text = "`get_thing` failed: the server answered 410 Gone";
    assert_eq!(error.to_string(), text);
    assert!(error.body().is_none() && error.raw_body().is_none());
}

#[tokio::test]
async fn an_undescribed_status_still_tells_what_the_server_said() {
    let body = br#"{"code":"teapot","message":"short and stout"}"#;
    let server = Server::replying("500 Oops", &[JSON], body).await;
    let error = put_thing(&core(&server.url), "1", Put::default()).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert_eq!(error.code(), Some("teapot"));
    assert!(
        error.to_string().contains("does not describe this status"),
        "{error}"
    );
}

#[tokio::test]
async fn a_success_that_cannot_be_read_says_why() {
    for (headers, body, says, path) in [
        (
            JSON,
            &b""[..],
            "its body is empty where application/json was expected",
            None,
        ),
        (
            HTML,
            b"<html>log in</html>",
            "it sent text/html where application/json was expected",
            None,
        ),
        (
            JSON,
            br#"{"name":"a","sizes":[1,"#,
            "EOF while parsing",
            None,
        ),
        (
            JSON,
            br#"{"name":"a","sizes":[1,"x"]}"#,
            "at `sizes[1]`: invalid type: string",
            Some("sizes[1]"),
        ),
    ] {
        let server = Server::replying("200 OK", &[headers, "X-Request-Id: 7f"], body).await;
        let error = get_thing(&core(&server.url), "1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.status().unwrap(), 200);
        assert_eq!(error.request_id(), Some("7f"));
        assert_eq!(error.raw_body().unwrap_or_default(), body);
        assert!(error.to_string().contains(says), "{error}");
        if path.is_some() {
            assert_eq!(error.json_path(), path);
        }
    }
}

#[tokio::test]
async fn no_content() {
    let server = Server::replying("204 No Content", &[], b"").await;
    let done = put_thing(&core(&server.url), "1", Put::default()).await;
    assert_eq!(done.unwrap().status(), 204);
}

#[tokio::test]
async fn text_in_its_charset() {
    let latin = "Content-Type: text/plain; charset=ISO-8859-1";
    let server = Server::replying("200 OK", &[latin], b"caf\xE9 \"3\"").await;
    let text = get_text::<String>(&core(&server.url)).await.unwrap();
    assert_eq!(*text, "café \"3\"");
    let exotic = "Content-Type: text/plain; charset=koi8-r";
    let server = Server::replying("200 OK", &[exotic], b"\xC1").await;
    let error = get_text::<String>(&core(&server.url)).await.unwrap_err();
    assert!(
        error.to_string().contains("\"koi8-r\" is not supported"),
        "{error}"
    );
}

#[tokio::test]
async fn envelopes_choose_the_variant_by_status() {
    let made = async |status, headers: &[&str], body: &[u8]| {
        let server = Server::replying(status, headers, body).await;
        make_thing(&core(&server.url)).await
    };
    let thing = Thing {
        name: "a".into(),
        sizes: vec![],
    };
    let ok = made("200 OK", &[JSON], br#"{"name":"a"}"#).await.unwrap();
    assert_eq!(ok.into_inner(), MakeThingSuccess::Ok(thing));
    let created = made("201 Created", &["Content-Type: text/plain"], b"t-1")
        .await
        .unwrap();
    assert_eq!(
        created.into_inner(),
        MakeThingSuccess::Created("t-1".into())
    );
    let none = made("204 No Content", &[], b"").await.unwrap();
    assert_eq!(none.into_inner(), MakeThingSuccess::NoContent);

    let taken = ApiError {
        code: "taken".into(),
    };
    let error = made("409 Conflict", &[JSON], br#"{"code":"taken"}"#)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("taken"));
    assert_eq!(error.into_body(), Some(MakeThingError::Conflict(taken)));
    let error = made("503 Busy", &[JSON], b"null").await.unwrap_err();
    assert_eq!(error.body(), Some(&MakeThingError::Other(json!(null))));
}

#[tokio::test]
async fn streams_are_not_bounded_by_the_limit() {
    let body = vec![7; 5000];
    let server = Server::replying("200 OK", &["Content-Type: application/zip"], &body).await;
    let core = builder(&server.url)
        .response_body_limit(100)
        .build()
        .unwrap();
    let stream = get_bytes(&core).await.unwrap().into_inner();
    assert_eq!(stream.read(5000).await.unwrap(), body);
    let stream = get_bytes(&core).await.unwrap().into_inner();
    let error = stream.read(4999).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Server::replying("200 OK", &[JSON], br#"{"name":"a"}"#).await;
    let location = format!("Location: {}/elsewhere?token=t0ken", target.url);
    let server = Server::replying("302 Found", &[&location], b"").await;
    let error = get_thing(&core(&server.url), "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert_eq!(
        error.to_string(),
        "`get_thing` failed: the server answered 302 Found, but the redirection was not followed"
    );
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn bodies_over_the_limit_announced_or_not() {
    let body = format!(r#"{{"name":"{}"}}"#, "x".repeat(200));
    let announced = Server::replying("200 OK", &[JSON], body.as_bytes()).await;
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{JSON}\r\n\r\n");
    let unannounced = Server::answering(head + &body, Then::Close).await;
    for server in [announced, unannounced] {
        let small = builder(&server.url)
            .response_body_limit(100)
            .build()
            .unwrap();
        let error = get_thing(&small, "1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
        assert_eq!(error.status().unwrap(), 200);
        assert!(
            error.to_string().contains("limit of this client"),
            "{error}"
        );
        let exact = builder(&server.url).response_body_limit(body.len()).build();
        assert!(get_thing(&exact.unwrap(), "1").await.is_ok());
    }
}

#[tokio::test]
async fn a_long_error_body_is_cut_but_stays_an_error_reply() {
    let body = vec![b'x'; 300_000];
    let server = Server::replying("500 Oops", &[JSON], &body).await;
    let core = builder(&server.url)
        .response_body_limit(100_000)
        .build()
        .unwrap();
    let error = get_thing(&core, "1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.raw_body().unwrap().len(), 64 * 1024);
}

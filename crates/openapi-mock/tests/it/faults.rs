//! Faults, as a raw client sees them.

use std::time::{Duration, Instant};

use openapi_mock::{Fault, MockError, MockServer};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::common::{End, LONG, Seen, connect, get, server};

/// What a GET of the report gets with faults from the header.
async fn with(server: &MockServer, faults: &str) -> Seen {
    let header = format!("x-mock-fault: {faults}\r\n");
    get(server, "/report", &header).await
}

fn json(seen: &Seen) -> Value {
    assert_eq!(seen.end, End::Closed);
    serde_json::from_str(&seen.body).unwrap()
}

#[tokio::test]
async fn a_reset_leaves_nothing_and_resets() {
    let server = server().await;
    let seen = with(&server, "reset").await;
    assert_eq!((seen.head.as_str(), seen.end), ("", End::Reset));
    let seen = with(&server, "close").await;
    assert_eq!((seen.head.as_str(), seen.end), ("", End::Closed));
    assert!(server.requests().iter().all(|r| r.status().is_none()));
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_it_is_said_to_be() {
    let server = server().await;
    let whole = get(&server, "/report", "").await.body.len();
    let seen = with(&server, "truncated").await;
    assert!(
        seen.head.contains(&format!("content-length: {whole}")),
        "{seen:?}"
    );
    assert_eq!((seen.body.len(), seen.end), (whole / 2, End::Closed));

    let seen = with(&server, "truncated-chunks").await;
    assert!(seen.head.contains("transfer-encoding: chunked"), "{seen:?}");
    let (size, rest) = seen.body.split_once("\r\n").unwrap();
    assert_eq!(usize::from_str_radix(size, 16), Ok(whole / 2));
    // One whole chunk, and not the one that ends the body.
    assert_eq!(rest.len(), whole / 2 + 2);
    assert_eq!(seen.end, End::Closed);

    let seen = with(&server, "empty, truncated").await;
    assert!(seen.head.contains("content-length: 1"), "{seen:?}");
    assert_eq!((seen.body.as_str(), seen.end), ("", End::Closed));
}

#[tokio::test]
async fn a_slow_body_is_whole_in_the_end() {
    let server = server().await;
    let begun = Instant::now();
    let seen = with(&server, "slow=20ms").await;
    assert!(begun.elapsed() >= Duration::from_millis(8 * 20));
    assert_eq!(json(&seen)["title"], "May");
    assert!(seen.head.contains("content-length"), "{seen:?}");
}

#[tokio::test]
async fn statuses_have_the_body_that_is_declared_for_them() {
    let server = server().await;
    let seen = with(&server, "status=503, retry-after=7").await;
    assert!(seen.head.starts_with("http/1.1 503"), "{seen:?}");
    assert!(seen.head.contains("retry-after: 7"), "{seen:?}");
    assert_eq!(json(&seen)["code"], "failed");

    let seen = with(&server, "status=418").await;
    assert!(seen.head.starts_with("http/1.1 418"), "{seen:?}");
    assert_eq!(json(&seen)["status"], 418);

    let seen = with(&server, "html=502").await;
    assert!(seen.head.starts_with("http/1.1 502"), "{seen:?}");
    assert!(seen.head.contains("content-type: text/html"), "{seen:?}");
    assert!(seen.body.contains("<h1>502 Bad Gateway</h1>"), "{seen:?}");

    let seen = with(&server, "expired-token").await;
    assert!(seen.head.starts_with("http/1.1 401"), "{seen:?}");
    let refusal = server.requests().pop().unwrap().refusal().unwrap();
    assert!(refusal.starts_with("expired-credentials: "), "{refusal}");
}

#[tokio::test]
async fn bodies_are_spoilt() {
    let server = server().await;
    let seen = with(&server, "content-type=text/html").await;
    assert!(seen.head.contains("content-type: text/html"), "{seen:?}");
    assert_eq!(json(&seen)["title"], "May");

    let seen = with(&server, "empty").await;
    assert!(seen.head.contains("content-length: 0"), "{seen:?}");

    let seen = with(&server, "malformed-json").await;
    assert!(!seen.body.is_empty());
    assert!(
        serde_json::from_str::<Value>(&seen.body).is_err(),
        "{seen:?}"
    );

    let body = json(&with(&server, "unknown-enum-values").await);
    assert_eq!(body["state"], "x-mock-unknown");
    assert_eq!(body["lines"][0]["kind"], "sum", "the enum is closed");

    let body = json(&with(&server, "extra-members").await);
    assert_eq!(body["x-mock-extra"], json!({"unknown": true}));
    assert_eq!(body["lines"][1], json!({"kind": "sum"}));

    let body = json(&with(&server, "missing-members").await);
    assert_eq!(body, json!({"state": "open"}));

    // All at once.
    let body = json(&with(&server, "missing-members, extra-members, latency=1ms").await);
    assert_eq!(
        body,
        json!({"state": "open", "x-mock-extra": {"unknown": true}})
    );
}

#[tokio::test]
async fn replies_without_body_stay_so() {
    let server = server().await;
    server.fault("lock_report", Fault::Truncated).unwrap();
    server.fault("lock_report", Fault::SlowBody(LONG)).unwrap();
    let url = format!("{}/report/lock", server.url());
    let reply = reqwest::Client::new().post(url).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    assert_eq!(reply.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_header_that_cannot_be_read_is_refused() {
    let server = server().await;
    let seen = with(&server, "lateny=200ms").await;
    assert!(seen.head.starts_with("http/1.1 400"), "{seen:?}");
    for part in [
        "no fault `lateny`",
        "did you mean `latency`",
        "html=502",
        "missing-members",
    ] {
        assert!(seen.head.contains(part), "{seen:?}");
    }
    let seen = get(&server, "/nowhere", "x-mock-fault: reset\r\n").await;
    assert_eq!(
        seen.end,
        End::Reset,
        "faults are met before the path is looked at"
    );
}

#[tokio::test]
async fn faults_end_when_they_are_used_up_or_taken_away() {
    let server = server().await;
    server
        .fault("read_report", Fault::status(503).times(2))
        .unwrap();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(get(&server, "/report", "").await.head[9..12].to_owned());
    }
    assert_eq!(statuses, ["503", "503", "200"]);

    server.fault_all(Fault::HtmlError(500)).unwrap();
    assert!(
        get(&server, "/nowhere", "")
            .await
            .head
            .starts_with("http/1.1 500")
    );
    server.clear_faults();
    assert!(
        get(&server, "/nowhere", "")
            .await
            .head
            .starts_with("http/1.1 404")
    );

    let error = server.fault("read_reprt", Fault::Reset).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document has no operation `read_reprt`; did you mean `read_report`?"
    );
    let error = server.fault_all(Fault::status(7)).unwrap_err();
    assert!(matches!(error, MockError::InvalidFault(_)));
}

#[tokio::test]
async fn a_connection_stays_open_for_the_next_request_unless_told() {
    let server = server().await;
    let client = reqwest::Client::new();
    let url = format!("{}/report", server.url());
    for _ in 0..3 {
        let slow = client.get(&url).header("x-mock-fault", "slow=1ms");
        assert_eq!(slow.send().await.unwrap().status(), 200);
    }
    let broken = client.get(&url).header("x-mock-fault", "truncated");
    assert!(broken.send().await.unwrap().bytes().await.is_err());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_client_that_goes_away_is_recorded_without_reply() {
    let server = server().await;
    server
        .fault("read_report", Fault::Latency(LONG * 10))
        .unwrap();
    let mut stream = connect(&server).await;
    let request = b"GET /report HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    stream.write_all(request).await.unwrap();
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let recorded = server.requests().pop().unwrap();
    assert!(recorded.duration().is_none(), "{recorded:?}");
    drop(stream);
    while recorded.duration().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(recorded.status(), None);
    assert_eq!(recorded.operation(), Some("read_report"));
}

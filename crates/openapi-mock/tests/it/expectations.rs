//! Expectations, recorded requests, and what assertions say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use openapi_mock::{CannedReply, Fault, MockServer};
use reqwest::Client;
use serde_json::{Value, json};

use crate::common::{builder, server};

async fn status(server: &MockServer, path: &str) -> u16 {
    let url = format!("{}{path}", server.url());
    reqwest::get(url).await.unwrap().status().as_u16()
}

async fn export(server: &MockServer, year: &str, body: &Value) -> reqwest::Response {
    let url = format!("{}/reports/{year}/export", server.url());
    Client::new().post(url).json(body).send().await.unwrap()
}

/// What a panic says.
fn said(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn answers_come_in_turn_and_the_last_one_stays() {
    let server = server().await;
    let report = server
        .expect("read_report")
        .unwrap()
        .respond(503, json!({"code": "down"}))
        .unwrap()
        .fault(Fault::HtmlError(502))
        .unwrap()
        .respond(200, json!({"state": "closed"}))
        .unwrap()
        .pass_through()
        .times(5);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let reply = reqwest::get(format!("{}/report", server.url()))
            .await
            .unwrap();
        seen.push((reply.status().as_u16(), reply.text().await.unwrap()));
    }
    assert_eq!(seen[0], (503, r#"{"code":"down"}"#.to_owned()));
    assert_eq!(seen[1].0, 502);
    assert_eq!(seen[2], (200, r#"{"state":"closed"}"#.to_owned()));
    assert!(seen[3].1.contains("May") && seen[3] == seen[4]);
    assert_eq!(report.calls(), 5);
    server.assert_satisfied();
    server.assert_called("read_report", 5);
    server.reset();
    assert_eq!((report.calls(), server.requests().len()), (0, 0));
}

#[tokio::test]
async fn conditions_choose_and_the_newest_wins() {
    let server = server().await;
    let begun = |title: &str| json!({"state": "open", "title": title});
    let expect = || server.expect("export_reports").unwrap();
    let answer = |title: &str| begun(title);
    let _all = expect().respond(202, answer("all")).unwrap();
    let _part = expect()
        .body_contains(json!({"lines": [1, 2]}))
        .respond(202, answer("part"))
        .unwrap();
    let _exact = expect()
        .body(json!({"format": "csv"}))
        .path("year", "20/26")
        .unwrap()
        .header("x-test", "1")
        .respond(202, answer("exact"))
        .unwrap();
    let _own = expect()
        .matching(|request| request.json().is_some_and(|body| body["format"] == "own"))
        .respond_with(|request| {
            let body = json!({"state": "open", "title": request.path()});
            CannedReply::new(202).json(body).header("x-answer", "own")
        });
    let title = async |year: &str, body: Value| {
        let reply: Value = export(&server, year, &body).await.json().await.unwrap();
        reply["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(title("2026", json!({"format": "csv"})).await, "all");
    assert_eq!(
        title("2026", json!({"format": "csv", "lines": [1, 2]})).await,
        "part"
    );
    assert_eq!(
        title("1", json!({"format": "own"})).await,
        "/reports/1/export"
    );
    let url = format!("{}/reports/20%2F26/export", server.url());
    let exact = Client::new().post(url).header("x-test", "1");
    let exact = exact.json(&json!({"format": "csv"})).send().await.unwrap();
    assert_eq!(exact.json::<Value>().await.unwrap()["title"], "exact");
    server.assert_satisfied();
}

#[tokio::test]
async fn a_query_chooses_too() {
    let server = server().await;
    let monday = server
        .expect("read_report")
        .unwrap()
        .query("day", "mon day")
        .unwrap()
        .once();
    assert_eq!(status(&server, "/report?day=tue").await, 200);
    assert_eq!(monday.calls(), 0);
    assert_eq!(status(&server, "/report?day=mon+day").await, 200);
    server.assert_satisfied();
}

#[tokio::test]
async fn parameters_that_the_operation_does_not_have_are_no_condition() {
    let server = server().await;
    let wrong = server.expect("read_report").unwrap().query("dya", "mon");
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "read_report has no query parameter `dya`; did you mean `day`?"
    );
    let wrong = server.expect("read_report").unwrap().path("day", "mon");
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "read_report has no path parameter `day`; it has none"
    );
    let any = server.expect("read_report").unwrap().unchecked();
    any.query("dya", "mon").unwrap();
}

#[tokio::test]
async fn what_the_document_does_not_allow_is_no_answer() {
    let server = server().await;
    let wrong = |operation: &str, reply: CannedReply| {
        let expectation = server.expect(operation).unwrap();
        expectation.reply(reply).unwrap_err().to_string()
    };
    let export = "export_reports";
    for (operation, reply, says) in [
        (
            "read_report",
            CannedReply::new(404),
            "declares no status 404, only 200, 401, 503",
        ),
        (
            "read_report",
            CannedReply::new(200),
            "the status 200 has a body of application/json",
        ),
        (
            "read_report",
            CannedReply::new(200).json(json!({"state": "open", "lines": [{"kind": "x"}]})),
            "body /lines/0/kind: \"x\" is not one of",
        ),
        (
            "lock_report",
            CannedReply::new(204).json(1),
            "declares no body for the status 204",
        ),
        (
            export,
            CannedReply::new(200).json(1),
            "is text/csv, not JSON",
        ),
        (
            export,
            CannedReply::new(200).body("text/html", "x"),
            "is text/csv, not text/html",
        ),
        ("read_report", CannedReply::new(99), "99 is no status"),
        (
            "lock_report",
            CannedReply::new(204).header("a b", "c"),
            "`a b` is no header",
        ),
    ] {
        let said = wrong(operation, reply);
        assert!(said.contains(says), "{said}");
        assert!(
            said.starts_with(&format!("{operation} cannot answer so: ")),
            "{said}"
        );
    }
    assert_eq!(
        server.expect("lock_reprt").unwrap_err().to_string(),
        "the document has no operation `lock_reprt`; did you mean `lock_report`?"
    );
    server.reset();

    let csv = CannedReply::new(200).body("text/csv", "a,b\n1,2");
    let _csv = server.expect(export).unwrap().reply(csv).unwrap();
    assert_eq!(super_text(&server).await, (200, "a,b\n1,2".to_owned()));
    let unchecked = server.expect(export).unwrap().unchecked();
    let _odd = unchecked.respond(599, json!({"any": "thing"})).unwrap();
    assert_eq!(
        super_text(&server).await,
        (599, r#"{"any":"thing"}"#.to_owned())
    );
    let made = server.expect(export).unwrap();
    let _made = made.respond_with(|_| CannedReply::new(202).json(json!({"state": 5})));
    let (status, text) = super_text(&server).await;
    assert_eq!(status, 500);
    assert!(
        text.contains("export_reports cannot answer so: body /state: 5"),
        "{text}"
    );
}

async fn super_text(server: &MockServer) -> (u16, String) {
    let reply = export(server, "2026", &json!({})).await;
    (reply.status().as_u16(), reply.text().await.unwrap())
}

#[tokio::test]
async fn failures_say_what_came_instead() {
    let server = server().await;
    export(
        &server,
        "2026",
        &json!({"format": "csv", "password": "s3cret"}),
    )
    .await;
    status(&server, "/report?site-key=s3cret&day=mon").await;
    status(&server, "/reprt").await;
    let expected = server.expect("export_reports").unwrap();
    let expected = expected.body_contains(json!({"format": "pdf"})).times(2);

    let text = said(|| server.assert_called("lock_report", 1));
    assert_eq!(
        text,
        "lock_report: 1 call expected, 0 came\n\
         \n\
         3 requests came:\n  \
           POST /reports/2026/export export_reports -> 200\n    \
             body: {\"format\":\"csv\",\"password\":\"[redacted]\"}\n  \
           GET /report?site-key=[redacted]&day=mon read_report -> 200\n  \
           GET /reprt (no operation) -> 404\n    \
             refused: unknown-path: the document has no path /reprt"
    );
    let text = said(|| server.assert_satisfied());
    let start = "export_reports with a body that contains {\"format\":\"pdf\"}: 2 calls expected, 0 came\n\
         GET /reprt (no operation) -> 404 was refused: unknown-path: the document has no path /reprt\n\
         \n3 requests came:\n";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(expected.calls(), 0);
    let text = said(|| server.assert_called("lock_reprt", 1));
    assert!(text.contains("did you mean `lock_report`?"), "{text}");

    server.reset();
    let text = said(|| server.assert_called("lock_report", 2));
    assert_eq!(
        text,
        "lock_report: 2 calls expected, 0 came\n\nno request came"
    );
}

#[tokio::test]
async fn a_scoped_expectation_ends_with_its_guard() {
    let server = server().await;
    let down = server.expect("read_report").unwrap();
    let down = down.respond(503, json!({"code": "down"})).unwrap().scoped();
    assert_eq!(status(&server, "/report").await, 503);
    drop(down);
    assert_eq!(status(&server, "/report").await, 200);
    let never = server.expect("lock_report").unwrap().scoped();
    let text = said(|| drop(never));
    assert!(
        text.starts_with("lock_report: at least 1 call expected, 0 came"),
        "{text}"
    );
    server.assert_satisfied();
}

#[tokio::test]
async fn early_expectations_answer_before_anything_is_checked() {
    let server = server().await;
    let early = server.expect("export_reports").unwrap().before_checks();
    let early = early.respond(202, json!({"state": "open"})).unwrap().once();
    let url = format!("{}/reports/2026/export", server.url());
    let reply = Client::new()
        .post(url)
        .body("no JSON")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 202);
    assert_eq!(early.calls(), 1);
}

#[tokio::test]
async fn as_many_requests_are_recorded_as_asked_for() {
    let server = builder().record(2).start().await.unwrap();
    for day in 1..=5 {
        status(&server, &format!("/report?day={day}")).await;
    }
    let queries: Vec<String> = server
        .requests()
        .iter()
        .map(|r| r.query().to_owned())
        .collect();
    assert_eq!(queries, ["day=4", "day=5"]);
    assert_eq!(server.requests_of("read_report").unwrap().len(), 2);
    assert!(server.requests_of("read_reports").is_err());
}

//! Several successes, several errors, ranges and defaults.

use futures_util::StreamExt;
use serde_json::json;

use crate::{
    client,
    clients::{
        fold_error_statuses as errors, fold_success_statuses as successes, not_modified,
        status_ranges as ranges,
    },
    server::Server,
};

#[tokio::test]
async fn each_success_has_its_variant() {
    use successes::types::{PutThingSuccess, Receipt, Thing};
    let server = Server::start().await;
    let client = client!(fold_success_statuses, server);
    let thing = Thing::new("a");
    let receipt: Receipt = serde_json::from_value(json!({ "number": 7 })).unwrap();
    server
        .json(200, &json!({ "name": "a" }))
        .json(201, &json!({ "number": 7 }))
        .json(202, &json!(["later"]))
        .reply(203, "text/plain", "in words")
        .reply(204, "", "");
    for expected in [
        PutThingSuccess::Ok(thing.clone()),
        PutThingSuccess::Created(receipt),
        PutThingSuccess::Accepted(vec!["later".to_owned()]),
        PutThingSuccess::NonAuthoritativeInformation("in words".to_owned()),
        PutThingSuccess::NoContent,
    ] {
        let answer = client
            .put_thing()
            .name("a")
            .body(thing.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.into_inner(), expected);
    }
}

#[tokio::test]
async fn a_success_that_is_not_declared_is_no_success() {
    let server = Server::start().await;
    let client = client!(fold_success_statuses, server);
    server.json(207, &json!({}));
    let body = successes::types::Thing::new("a");
    let error = client
        .put_thing()
        .name("a")
        .body(body)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 207);
    assert!(error.body().is_none());
}

#[tokio::test]
async fn successes_with_one_body_have_one_type() {
    let server = Server::start().await;
    let client = client!(fold_success_statuses, server);
    for status in [200, 203] {
        server.json(status, &json!({ "name": "a" }));
        let answer = client.read_thing().name("a").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.name, "a");
    }
    for status in [200, 202] {
        server.reply(status, "", "");
        let answer = client.touch_thing().name("a").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        let () = answer.into_inner();
    }
}

#[tokio::test]
async fn each_error_has_its_variant() {
    use errors::types::MakeThingError;
    let server = Server::start().await;
    let client = client!(fold_error_statuses, server);
    server
        .json(400, &json!({ "fields": { "name": "too long" } }))
        .json(409, &json!({ "message": "exists" }))
        .reply(503, "text/plain", "come back later");

    let error = client.make_thing().send().await.unwrap_err();
    let Some(MakeThingError::BadRequest(body)) = error.body() else {
        panic!("{error:?}");
    };
    assert_eq!(body.fields["name"], "too long");

    let error = client.make_thing().send().await.unwrap_err();
    assert!(
        matches!(error.body(), Some(MakeThingError::Conflict(body)) if body.message == "exists")
    );
    assert_eq!(error.message(), Some("exists"));

    let error = client.make_thing().send().await.unwrap_err();
    assert_eq!(
        error.body(),
        Some(&MakeThingError::ServiceUnavailable(
            "come back later".to_owned()
        ))
    );
}

#[tokio::test]
async fn an_error_without_a_declared_body_keeps_its_status() {
    let server = Server::start().await;
    let client = client!(fold_error_statuses, server);
    server
        .reply(404, "text/html", "<h1>no</h1>")
        .json(418, &json!({ "tea": true }));
    for status in [404, 418] {
        let error = client.make_thing().send().await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.body().is_none(), "{error:?}");
        assert!(error.raw_body().is_some());
    }
}

#[tokio::test]
async fn errors_with_one_body_have_one_type() {
    let server = Server::start().await;
    let client = client!(fold_error_statuses, server);
    for status in [404, 500] {
        server.json(status, &json!({ "message": "no" }));
        let error = client.read_thing().send().await.unwrap_err();
        assert_eq!(error.body().unwrap().message, "no");
    }
}

#[tokio::test]
async fn the_exact_status_wins_over_its_range() {
    use ranges::types::{ReadJobError, ReadJobSuccess};
    let server = Server::start().await;
    let client = client!(status_ranges, server);
    server
        .json(201, &json!({ "number": "n1" }))
        .json(226, &json!({ "id": 3 }));
    let answer = client.read_job().send().await.unwrap();
    assert!(
        matches!(answer.into_inner(), ReadJobSuccess::Created(receipt) if receipt.number == "n1")
    );
    let answer = client.read_job().send().await.unwrap();
    assert!(matches!(answer.into_inner(), ReadJobSuccess::Success(job) if job.id == 3));

    server.json(404, &json!({ "what": "job" }));
    let error = client.read_job().send().await.unwrap_err();
    assert!(matches!(error.body(), Some(ReadJobError::NotFound(missing)) if missing.what == "job"));
    server.json(422, &json!({ "message": "bad" }));
    let error = client.read_job().send().await.unwrap_err();
    assert!(
        matches!(error.body(), Some(ReadJobError::ClientError(refusal)) if refusal.message == "bad")
    );
    server.json(599, &json!({ "message": "worse" }));
    let error = client.read_job().send().await.unwrap_err();
    assert!(
        matches!(error.body(), Some(ReadJobError::ServerError(refusal)) if refusal.message == "worse")
    );
}

#[tokio::test]
async fn default_describes_what_is_not_declared() {
    let server = Server::start().await;
    let client = client!(default_response, server);
    server.json(200, &json!({ "id": 1 }));
    assert_eq!(client.read_job().send().await.unwrap().id, 1);
    for status in [404, 500] {
        server.json(status, &json!({ "message": "no" }));
        let error = client.read_job().send().await.unwrap_err();
        assert_eq!(error.body().unwrap().message, "no");
    }
}

#[tokio::test]
async fn default_alone_describes_success_and_error() {
    let server = Server::start().await;
    let client = client!(default_response, server);
    server
        .json(202, &json!({ "note": "soon" }))
        .json(409, &json!({ "note": "no" }));
    assert_eq!(client.drop_job().send().await.unwrap().note, "soon");
    let error = client.drop_job().send().await.unwrap_err();
    assert_eq!(error.body().unwrap().note, "no");
}

#[tokio::test]
async fn not_modified_is_an_outcome() {
    use not_modified::types::ReadPageSuccess;
    let server = Server::start().await;
    let client = client!(not_modified, server);
    server
        .json(200, &json!({ "title": "a" }))
        .reply(304, "", "")
        .reply(410, "", "");
    let answer = client.read_page().send().await.unwrap();
    assert!(matches!(answer.into_inner(), ReadPageSuccess::Ok(page) if page.title == "a"));
    let answer = client
        .read_page()
        .if_none_match("\"tag\"")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.into_inner(), ReadPageSuccess::NotModified);
    assert_eq!(server.last().header("if-none-match").unwrap(), "\"tag\"");
    let error = client.read_page().send().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 410);
}

#[tokio::test]
async fn nothing_changed_is_an_outcome_of_a_write() {
    use not_modified::types::{ChangePageSuccess, DeletePageSuccess, Page};
    let server = Server::start().await;
    let client = client!(not_modified, server);
    let page = Page::new("a");
    server
        .json(200, &json!({ "title": "a" }))
        .reply(304, "", "")
        .reply(409, "", "")
        .reply(204, "", "")
        .reply(304, "", "");
    let change = || client.change_page().body(page.clone()).send();
    assert_eq!(
        change().await.unwrap().into_inner(),
        ChangePageSuccess::Ok(page.clone())
    );
    let unchanged = change().await.unwrap();
    assert_eq!(unchanged.status().as_u16(), 304);
    assert_eq!(unchanged.into_inner(), ChangePageSuccess::NotModified);
    assert!(change().await.unwrap_err().is_conflict());
    for outcome in [DeletePageSuccess::NoContent, DeletePageSuccess::NotModified] {
        let answer = client.delete_page().send().await.unwrap();
        assert_eq!(answer.into_inner(), outcome);
    }
}

#[tokio::test]
async fn bytes_are_streamed_and_errors_beside_them_are_typed() {
    let server = Server::start().await;
    let client = client!(byte_streams, server);
    for status in [200, 206] {
        server.reply(status, "video/mp4", "frames");
        let answer = client.read_film().send().await.unwrap();
        let chunks: Vec<_> = answer.into_inner().collect().await;
        let bytes: Vec<u8> = chunks
            .into_iter()
            .flat_map(|chunk| chunk.unwrap().to_vec())
            .collect();
        assert_eq!(bytes, b"frames");
    }
    let accept = server.last().header("accept").unwrap();
    assert!(
        accept.contains("video/mp4") && accept.contains("application/json"),
        "{accept}"
    );
    server.json(404, &json!({ "message": "no film" }));
    let error = client.read_film().send().await.unwrap_err();
    assert_eq!(error.body().unwrap().message, "no film");
    server.reply(200, "text/event-stream", "data: 1\n\n");
    let events = client.read_events().send().await.unwrap().into_inner();
    assert_eq!(events.read(100).await.unwrap(), "data: 1\n\n");
}

#[tokio::test]
async fn words_and_scalars_are_values() {
    let server = Server::start().await;
    let client = client!(text_replies, server);
    server.reply(200, "text/plain; charset=utf-8", "per \"aspera\"\n");
    let motto = client.read_motto().send().await.unwrap();
    assert_eq!(*motto, "per \"aspera\"\n");
    server.reply(404, "text/html", "<p>none</p>");
    let error = client.read_motto().send().await.unwrap_err();
    assert_eq!(error.body().unwrap(), "<p>none</p>");
    server.json(200, &json!(9_007_199_254_740_993_i64));
    assert_eq!(
        *client.read_number().send().await.unwrap(),
        9_007_199_254_740_993
    );
}

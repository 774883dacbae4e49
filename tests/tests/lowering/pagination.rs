//! Lists that come in pages, over the wire.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join_all;
use openapi_client_runtime::pagination::{Items, Paged, PaginationStyle, Position};
use openapi_client_runtime::{CallOptions, Error, ErrorKind, RetryPolicy};
use serde_json::{Value, json};

use crate::clients::pagination::{Client, operations, types};
use crate::server::{Request, Server, page};

fn client(server: &Server) -> Client {
    let builder = Client::builder().base_url(server.url());
    builder.key("k3y").build().unwrap()
}

/// Rows with the ids of a range.
fn rows(ids: std::ops::Range<u64>) -> Vec<Value> {
    ids.map(|id| json!({ "id": id })).collect()
}

/// A list of `rows` rows that gives at most `cap` a page, and says of the total what it likes.
async fn row_server(
    count: u64,
    cap: u64,
    total: impl Fn(usize) -> Value + Send + Sync + 'static,
) -> Server {
    Server::answering(move |request| {
        let offset = request.number("offset").unwrap_or(0);
        let limit = request.number("limit").unwrap_or(25).min(cap);
        let items = rows(offset.min(count)..count.min(offset + limit));
        page(
            200,
            "",
            &json!({ "total": total(items.len()), "items": items }),
        )
    })
    .await
}

async fn ids<B: Paged<Item = types::Row>>(
    mut items: Items<B>,
) -> Result<Vec<u64>, Error<B::Error>> {
    let mut ids = Vec::new();
    while let Some(row) = items.next().await {
        ids.push(u64::try_from(row?.id).unwrap());
    }
    Ok(ids)
}

fn all(count: u64) -> Vec<u64> {
    (0..count).collect()
}

#[tokio::test]
async fn a_page_that_is_smaller_than_asked_for_loses_no_rows() {
    let server = row_server(250, 50, |_| json!(250)).await;
    let client = client(&server);
    let list = client.list_rows().limit(100).q("a b");
    assert_eq!(ids(list.stream()).await.unwrap(), all(250));
    assert_eq!(
        server.lines()[..3],
        [
            "GET /rows?limit=100&q=a%20b",
            "GET /rows?limit=100&q=a%20b&offset=50",
            "GET /rows?limit=100&q=a%20b&offset=100",
        ]
    );
}

#[tokio::test]
async fn a_wrong_total_loses_no_rows_in_silence() {
    for total in [json!(120), json!(1000), json!(-1), Value::Null] {
        let server = row_server(120, 50, move |_| total.clone()).await;
        let read = ids(client(&server).list_rows().limit(100).stream()).await;
        assert_eq!(read.unwrap(), all(120));
    }
    for total in [0, 50, 100, 119] {
        let server = row_server(120, 50, move |_| json!(total)).await;
        let read = ids(client(&server).list_rows().limit(100).stream()).await;
        let error = read.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pagination);
        assert!(
            error.to_string().contains(&format!("the total of {total}")),
            "{error}"
        );
    }
}

/// As a canned reply does it, or a server that does not look at the parameter.
#[tokio::test]
async fn one_page_for_ever_ends() {
    let canned = json!({
        "items": rows(0..2), "total": 2, "limit": 2,
        "events": rows(0..2), "pagination": { "offset": 0 },
        "data": { "rows": rows(0..2), "total": "9", "page": 0 },
    });
    let server = Server::answering(move |_| page(200, "", &canned)).await;
    let client = client(&server);
    for (read, says) in [
        (
            ids(client.list_rows().stream())
                .await
                .map_err(Error::into_untyped),
            "the items of the page before",
        ),
        (
            ids(client.list_events().stream())
                .await
                .map_err(Error::into_untyped),
            "`offset` is 0 in it, and 2 was asked for",
        ),
        (
            ids(client.list_numbered().stream())
                .await
                .map_err(Error::into_untyped),
            "`page` is 0 in it, and 1 was asked for",
        ),
    ] {
        let error = read.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pagination);
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn the_last_page_is_known_where_the_server_says_enough() {
    let server = Server::answering(|_| {
        page(
            200,
            "",
            &json!({ "items": rows(0..3), "total": 3, "limit": 25 }),
        )
    })
    .await;
    assert_eq!(
        ids(client(&server).list_rows().stream()).await.unwrap(),
        all(3)
    );
    assert_eq!(server.lines(), ["GET /rows"]);
}

#[tokio::test]
async fn short_and_empty_pages() {
    let empty = row_server(0, 50, |_| json!(7)).await;
    assert_eq!(
        ids(client(&empty).list_rows().stream()).await.unwrap(),
        all(0)
    );
    assert_eq!(empty.count(), 1);

    let server = Server::answering(|request| {
        let offset = request.number("offset").unwrap_or(0);
        let size = if offset == 10 { 3 } else { 10 };
        let items = rows(offset.min(40)..40.min(offset + size));
        page(200, "", &json!({ "items": items, "total": 40 }))
    })
    .await;
    assert_eq!(
        ids(client(&server).list_rows().stream()).await.unwrap(),
        all(40)
    );
}

#[tokio::test]
async fn a_list_starts_where_the_caller_says() {
    let server = row_server(60, 50, |_| json!(60)).await;
    let read = ids(client(&server).list_rows().offset(20).stream()).await;
    assert_eq!(read.unwrap(), (20..60).collect::<Vec<_>>());
    assert_eq!(
        server.lines()[..2],
        ["GET /rows?offset=20", "GET /rows?offset=45"]
    );
}

#[tokio::test]
async fn a_list_without_a_total_ends_at_an_empty_page() {
    let server = Server::answering(|request| {
        let events = match request.number("offset") {
            None => json!(rows(0..2)),
            Some(2) => json!(rows(2..3)),
            Some(_) => Value::Null,
        };
        page(
            200,
            "",
            &json!({ "events": events, "pagination": { "count": 2 } }),
        )
    })
    .await;
    assert_eq!(
        ids(client(&server).list_events().stream()).await.unwrap(),
        all(3)
    );
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_list_inside_of_something_else() {
    let server = Server::answering(|request| {
        let offset = request.number("turn_offset").unwrap_or(0);
        let more = offset < 2;
        page(
            200,
            "",
            &json!({
                "session": "s", "turns": [format!("turn {offset}")],
                "turn_pagination": { "total": 9, "limit": 1, "has_more": more },
            }),
        )
    })
    .await;
    let client = client(&server);
    let mut pages = client.get_session().id("a/b").pages();
    let mut turns = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert_eq!((page.status().as_u16(), page.session.as_str()), (200, "s"));
        turns.extend(page.into_inner().turns);
    }
    assert_eq!(turns, ["turn 0", "turn 1", "turn 2"]);
    assert_eq!(server.last().line, "GET /sessions/a%2Fb?turn_offset=2");
}

#[tokio::test]
async fn numbered_pages() {
    let server = Server::answering(|request| {
        let number = request.number("page").unwrap_or(0);
        let rows = rows(number * 10..25.min(number * 10 + 10));
        page(200, "", &json!({ "data": { "rows": rows, "total": "25" } }))
    })
    .await;
    let client = client(&server);
    assert_eq!(ids(client.list_numbered().stream()).await.unwrap(), all(25));
    assert_eq!(
        server.lines(),
        [
            "GET /numbered",
            "GET /numbered?page=1",
            "GET /numbered?page=2"
        ]
    );
}

fn feed(ids: &[u64], paging: &Value) -> String {
    let data: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    page(200, "", &json!({ "data": data, "paging": paging }))
}

#[tokio::test]
async fn cursors_come_back_as_they_were_given() {
    let server = Server::answering(|request| match request.query("after").as_deref() {
        None => feed(&[0, 1], &json!({ "next": "a&b=c d/é+%" })),
        Some("a&b=c d/é+%") => feed(&[], &json!({ "next": "x" })),
        Some("x") => feed(&[2], &Value::Null),
        Some(other) => panic!("{other}"),
    })
    .await;
    let client = client(&server);
    let mut items = client.list_feed().stream();
    let mut read = Vec::new();
    while let Some(item) = items.next().await {
        read.push(item.unwrap().id);
    }
    assert_eq!(read, [0, 1, 2]);
    assert_eq!(items.position(), None);
}

#[tokio::test]
async fn a_cursor_that_comes_again_is_an_error() {
    let id = AtomicU64::new(0);
    let server = Server::answering(move |_| {
        let id = id.fetch_add(1, Ordering::SeqCst);
        feed(&[id], &json!({ "next": "s3cret" }))
    })
    .await;
    let client = client(&server);
    let mut pages = client.list_feed().pages().prefetch(5);
    for _ in 0..2 {
        pages.next().await.unwrap().unwrap();
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert_eq!(error.operation().unwrap().id(), "list_feed");
    let text = format!("{error} {error:?} {pages:?}");
    assert!(
        text.contains("after 2 pages") && !text.contains("s3cret"),
        "{text}"
    );
    assert!(pages.next().await.is_none());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn links_are_followed_with_credentials() {
    let server = Server::answering(|request| {
        assert_eq!(request.header("x-key").unwrap(), "k3y");
        let host = request.header("host").unwrap();
        let (ids, next) = match request.line.as_str() {
            "GET /linked?q=x" => (0..1, json!("?q=x&page=a%2Fb")),
            "GET /linked?q=x&page=a%2Fb" => (1..2, json!(format!("http://{host}/elsewhere/3#top"))),
            "GET /elsewhere/3" => (2..3, json!("4?last")),
            "GET /elsewhere/4?last" => (3..4, Value::Null),
            other => panic!("{other}"),
        };
        page(200, "", &json!({ "rows": rows(ids), "next": next }))
    })
    .await;
    let client = client(&server);
    assert_eq!(
        ids(client.list_linked().q("x").stream()).await.unwrap(),
        all(4)
    );
}

#[tokio::test]
async fn links_out_of_the_api_are_not_followed() {
    let foreign = Server::start().await;
    let next = format!("{}/linked?s3cret", foreign.url());
    let server =
        Server::answering(move |_| page(200, "", &json!({ "rows": rows(0..2), "next": next })))
            .await;
    let base = format!("{}/api", server.url());
    let client = Client::builder().base_url(base).key("k3y").build().unwrap();
    let mut items = client.list_linked().stream();
    for _ in 0..2 {
        items.next().await.unwrap().unwrap();
    }
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.is_unsent()),
        (ErrorKind::Pagination, true)
    );
    let text = format!("{error} {error:?} {items:?}");
    assert!(
        text.contains("leads to another port") && !text.contains("s3cret"),
        "{text}"
    );
    assert_eq!((server.count(), foreign.count()), (1, 0));

    // Another path of the same server is out of the API too, also in a stored position.
    let stored =
        json!({ "operation": "list_linked", "at": { "link": format!("{}/admin", server.url()) } });
    let position: Position = serde_json::from_value(stored).unwrap();
    let mut items = client.list_linked().stream().resume(position);
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("out of the path"), "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn links_in_headers() {
    let server = Server::answering(|request| match request.query("after").as_deref() {
        None => page(
            200,
            "link: </owners/a%2Fb/versions?after=2>; rel=\"next\", </>; rel=up\r\n",
            &json!(rows(0..2)),
        ),
        Some(_) => page(200, "link: </>; rel=first\r\n", &json!(rows(2..3))),
    })
    .await;
    let client = client(&server);
    let versions = || client.list_versions().owner("a/b").stream();
    assert_eq!(ids(versions()).await.unwrap(), all(3));
    let mut first = versions();
    for _ in 0..2 {
        first.next().await.unwrap().unwrap();
    }
    let stored = serde_json::to_string(&first.position().unwrap()).unwrap();
    let rest = versions().resume(serde_json::from_str(&stored).unwrap());
    assert_eq!(ids(rest).await.unwrap(), [2]);
}

#[tokio::test]
async fn a_bare_list_of_texts() {
    let names = ["a", "b", "c", "d"];
    let server = Server::answering(move |request| {
        let skip = usize::try_from(request.number("skip").unwrap()).unwrap();
        let some: Vec<&str> = names.iter().skip(skip).take(2).copied().collect();
        page(200, "", &json!(some))
    })
    .await;
    let client = client(&server);
    let mut items = client.list_names().skip(1).stream();
    let mut read: Vec<String> = Vec::new();
    while let Some(name) = items.next().await {
        read.push(name.unwrap());
    }
    assert_eq!(read, ["b", "c", "d"]);
    // What is required must be set for streams too.
    let error = client
        .list_names()
        .stream()
        .next()
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_list_goes_on_after_an_error() {
    let down = AtomicBool::new(true);
    let server = Server::answering(move |request| {
        let offset = request.number("offset").unwrap_or(0);
        if offset == 4 && down.swap(false, Ordering::SeqCst) {
            return page(503, "", &json!({ "message": "down" }));
        }
        page(
            200,
            "",
            &json!({ "items": rows(offset.min(6)..6.min(offset + 2)) }),
        )
    })
    .await;
    let client = client(&server);
    let options = CallOptions::new()
        .retry(RetryPolicy::none())
        .header("x-run", "7");
    let list = client.list_rows().with_options(options);
    let mut items = list.clone().stream();
    for _ in 0..4 {
        items.next().await.unwrap().unwrap();
    }
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 503);
    assert_eq!(error.body().unwrap().message.as_deref(), Some("down"));
    assert!(items.next().await.is_none());
    let rest = list.stream().resume(items.position().unwrap());
    assert_eq!(ids(rest).await.unwrap(), [4, 5]);
    assert_eq!(server.last().header("x-run").as_deref(), Some("7"));
}

#[tokio::test]
async fn a_position_inside_of_a_page_is_exact() {
    let server = row_server(30, 10, |_| json!(30)).await;
    let client = client(&server);
    let mut items = client.list_rows().stream();
    for _ in 0..13 {
        items.next().await.unwrap().unwrap();
    }
    let rest = client
        .list_rows()
        .stream()
        .resume(items.position().unwrap());
    assert_eq!(ids(rest).await.unwrap(), (13..30).collect::<Vec<_>>());
    assert!(server.lines().contains(&"GET /rows?offset=13".to_owned()));
}

#[tokio::test]
async fn pages_are_fetched_ahead_as_far_as_allowed() {
    let server = row_server(1000, 10, |_| Value::Null).await;
    let client = client(&server);
    let mut pages = client.list_rows().pages();
    pages.next().await.unwrap().unwrap();
    assert_eq!(server.count(), 1);

    let mut items = client.list_rows().stream().prefetch(3);
    let mut most = 0;
    for taken in 1..=200 {
        items.next().await.unwrap().unwrap();
        // Lets the answer arrive that was asked for.
        tokio::time::sleep(std::time::Duration::from_micros(200)).await;
        let page = usize::div_ceil(taken, 10);
        let ahead = server.count() - 1 - page;
        assert!(ahead <= 3, "{ahead} pages ahead of page {page}");
        most = most.max(ahead);
    }
    assert_eq!(most, 3, "the pages were fetched ahead");
}

#[tokio::test]
async fn many_lists_are_read_at_once() {
    let server = row_server(40, 10, |_| json!(40)).await;
    let client = client(&server);
    let lists = (0..8).map(|_| ids(client.list_rows().stream().prefetch(2)));
    for read in join_all(lists).await {
        assert_eq!(read.unwrap(), all(40));
    }
}

/// A list in which rows come and go at the front while it is read.
async fn shifting_server(grows: bool) -> Server {
    let ids: Mutex<Vec<u64>> = Mutex::new((100..200).collect());
    let new = AtomicU64::new(0);
    Server::answering(move |request: &Request| {
        let mut ids = ids.lock().unwrap();
        let offset = usize::try_from(request.number("offset").unwrap_or(0)).unwrap();
        let items: Vec<Value> = ids
            .iter()
            .skip(offset)
            .take(10)
            .map(|id| json!({ "id": id }))
            .collect();
        // A list that grows with each request has no end.
        if !grows {
            ids.remove(0);
        } else if ids.len() < 120 {
            ids.insert(0, new.fetch_add(1, Ordering::SeqCst));
        }
        page(200, "", &json!({ "items": items, "total": ids.len() }))
    })
    .await
}

#[tokio::test]
async fn rows_that_move_are_given_once() {
    for grows in [true, false] {
        let server = shifting_server(grows).await;
        let client = client(&server);
        let items = client
            .list_rows()
            .stream()
            .overlap(1)
            .unique_by(|row| row.id);
        let read = ids(items).await.unwrap();
        let unique: BTreeSet<u64> = read.iter().copied().collect();
        assert_eq!(unique.len(), read.len(), "no row comes twice");
        let missed: Vec<u64> = (100..200).filter(|id| !unique.contains(id)).collect();
        assert!(missed.is_empty(), "grows: {grows}, missed: {missed:?}");
    }
}

#[test]
fn the_table_says_how_lists_are_paged() {
    let rows = operations::LIST_ROWS.pagination().unwrap();
    assert_eq!(rows.style(), PaginationStyle::Offset);
    assert_eq!(
        (
            rows.limit_parameter(),
            rows.offset_parameter(),
            rows.total(),
            rows.items()
        ),
        (
            Some("limit"),
            Some("offset"),
            Some("/total"),
            Some("/items")
        )
    );
    let numbered = operations::LIST_NUMBERED.pagination().unwrap();
    assert_eq!(
        (numbered.style(), numbered.first_page()),
        (PaginationStyle::Page, 0)
    );
    let versions = operations::LIST_VERSIONS.pagination().unwrap();
    assert_eq!((versions.items(), versions.next()), (Some(""), None));
}

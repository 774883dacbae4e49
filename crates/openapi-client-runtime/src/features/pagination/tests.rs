//! Whole walks through lists of a server that is there in memory only.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_core::stream::FusedStream;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, ready};
use http::StatusCode;
use http::header::HeaderMap;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::error::reply::Reply;
use crate::facts::api::Api;
use crate::{ErrorKind, Failure, Method};

static API: Api = Api::new("x", "1.0.0");

const fn list(id: &'static str, pagination: Pagination) -> Operation {
    Operation::new(id, Method::Get, "/things")
        .pagination(Some(pagination))
        .build()
}

static BY_OFFSET: Operation = list(
    "by_offset",
    Pagination::new(PaginationStyle::Offset)
        .offset_parameter("offset")
        .build(),
);
static BY_PAGE: Operation = list(
    "by_page",
    Pagination::new(PaginationStyle::Page)
        .page_parameter("page")
        .build(),
);
static BY_CURSOR: Operation = list(
    "by_cursor",
    Pagination::new(PaginationStyle::Cursor)
        .cursor_parameter("after")
        .build(),
);

/// What the server says, given where the page begins.
type Answer = dyn Fn(Option<&str>) -> Result<(Vec<u64>, PageFacts), Failure> + Send + Sync;

/// A request for a page of the server.
#[derive(Clone)]
struct List {
    operation: &'static Operation,
    given: Option<String>,
    options: CallOptions,
    answer: Arc<Answer>,
    asked: Arc<AtomicUsize>,
}

impl List {
    fn new(
        operation: &'static Operation,
        answer: impl Fn(Option<&str>) -> Result<(Vec<u64>, PageFacts), Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            operation,
            given: None,
            options: CallOptions::new(),
            answer: Arc::new(answer),
            asked: Arc::default(),
        }
    }

    /// The parameter as the core would send it.
    fn parameter(&self) -> Option<String> {
        let mut url = Url::parse("http://h/things").unwrap();
        let name = self.operation.pagination().unwrap().parameter().unwrap();
        match self.options.page() {
            None => return self.given.clone(),
            Some(page) => page
                .apply(&API, &Url::parse("http://h").unwrap(), &mut url)
                .unwrap(),
        }
        let mut query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        query.remove(name)
    }
}

impl Paged for List {
    type Page = (Vec<u64>, PageFacts);
    type Item = u64;
    type Error = ();
    type Call = BoxFuture<'static, Result<ResponseValue<Self::Page>, Error>>;

    fn operation(&self) -> &'static Operation {
        self.operation
    }

    fn given(&self) -> Option<String> {
        self.given.clone()
    }

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn fetch(self) -> Self::Call {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut reply = Reply::new(&API, StatusCode::OK, HeaderMap::new());
        let answer = (self.answer)(self.parameter().as_deref());
        Box::pin(ready(match answer {
            Ok(page) => {
                reply.rare_mut().rows = page.1.rows;
                Ok(ResponseValue::new(page, reply))
            }
            Err(failure) => Err(failure.into()),
        }))
    }

    fn facts(page: &Self::Page) -> PageFacts {
        page.1.clone()
    }

    fn items(page: Self::Page) -> Vec<u64> {
        page.0
    }
}

fn facts(items: &[u64]) -> PageFacts {
    PageFacts::new(items.len())
}

/// A list of the numbers below `rows`, which gives at most `most` a page.
fn offset_list(
    rows: u64,
    most: u64,
    say: impl Fn(PageFacts) -> PageFacts + Send + Sync + 'static,
) -> List {
    List::new(&BY_OFFSET, move |offset| {
        let offset: u64 = offset.map_or(0, |offset| offset.parse().unwrap());
        let items: Vec<u64> = (offset..rows)
            .take(usize::try_from(most).unwrap())
            .collect();
        let facts = say(facts(&items));
        Ok((items, facts))
    })
}

async fn all(items: Items<List>) -> Result<Vec<u64>, Error> {
    items
        .fold(Ok(Vec::new()), async |all, item| {
            let mut all = all?;
            all.push(item?);
            Ok(all)
        })
        .await
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn items(list: &List) -> Items<List> {
    Pages::new(list.clone()).items()
}

proptest! {
    /// Whether or not the server says which size it applied; a total that is too small is an error
    /// rather than a list that is.
    #[test]
    fn an_offset_list_gives_each_row_once(
        rows in 0_u64..300,
        most in 1_u64..60,
        total in proptest::option::of(0_u64..400),
        says_limit: bool,
        prefetch in 0_usize..4,
    ) {
        let list = offset_list(rows, most, move |facts| {
            let facts = facts.total(total.as_ref());
            if says_limit { facts.limit(Some(&most)) } else { facts }
        });
        let read = block_on(all(items(&list).prefetch(prefetch)));
        if total.is_some_and(|total| total < rows) {
            prop_assert_eq!(read.unwrap_err().kind(), ErrorKind::Pagination);
        } else {
            prop_assert_eq!(read.unwrap(), (0..rows).collect::<Vec<_>>());
        }
    }

    /// A server that gives one page whatever it is asked for, as a canned reply does.
    #[test]
    fn one_page_for_ever_ends(
        size in 0_u64..5,
        total in proptest::option::of(0_u64..9),
        limit in proptest::option::of(0_u64..9),
        says_offset: bool,
        made_anew: bool,
        style in 0_usize..3,
    ) {
        let operation = [&BY_OFFSET, &BY_PAGE, &BY_CURSOR][style];
        let turn = AtomicUsize::new(0);
        let list = List::new(operation, move |_| {
            let items: Vec<u64> = (0..size).collect();
            let turn = turn.fetch_add(1, Ordering::SeqCst);
            let mut facts = facts(&items).total(total.as_ref()).limit(limit.as_ref());
            facts.rows = (size > 0).then_some(if made_anew { turn as u64 } else { 0 });
            if says_offset {
                facts = facts.offset(Some(&0)).page(Some(&1));
            }
            Ok((items, facts.next((style == 2).then_some(&turn))))
        });
        // Nothing tells a page of new rows without a place from one that was asked for.
        prop_assume!(!made_anew || (style < 2 && (total.is_some() || says_offset)));
        prop_assume!(style < 2 || size > 0);
        let read = block_on(all(items(&list)));
        prop_assert!(list.asked.load(Ordering::SeqCst) <= 10);
        if let Err(error) = read {
            prop_assert_eq!(error.kind(), ErrorKind::Pagination);
            prop_assert!(!error.is_unsent());
        }
    }

    /// Pages of any size, in any order of sizes, that hold at least one row until the end.
    #[test]
    fn short_pages_lose_nothing(sizes in proptest::collection::vec(1_u64..20, 0..30), overlap in 0_u64..25) {
        let rows: u64 = sizes.iter().sum();
        let turn = AtomicUsize::new(0);
        let list = List::new(&BY_OFFSET, move |offset| {
            let offset: u64 = offset.map_or(0, |offset| offset.parse().unwrap());
            let size = sizes.get(turn.fetch_add(1, Ordering::SeqCst) % sizes.len().max(1));
            let end = rows.min(offset + size.copied().unwrap_or(0));
            let items: Vec<u64> = (offset..end).collect();
            let facts = facts(&items);
            Ok((items, facts))
        });
        let read = block_on(all(items(&list).overlap(overlap).unique_by(|row| *row))).unwrap();
        prop_assert_eq!(read, (0..rows).collect::<Vec<_>>());
    }

    /// Taken up anywhere, a list goes on with the next row.
    #[test]
    fn a_list_can_be_resumed_anywhere(rows in 0_u64..120, most in 1_u64..30, stop in 0_usize..130, style in 0..3) {
        let list = match style {
            0 => offset_list(rows, most, |facts| facts),
            1 => List::new(&BY_PAGE, move |page| {
                let page: u64 = page.map_or(1, |page| page.parse().unwrap());
                let items: Vec<u64> = ((page - 1) * most..rows).take(usize::try_from(most).unwrap()).collect();
                let facts = facts(&items).total(Some(&rows));
                Ok((items, facts))
            }),
            _ => cursor_list(rows, most),
        };
        let (mut read, position) = block_on(async {
            let mut first = items(&list);
            let mut read = Vec::new();
            while read.len() < stop && let Some(item) = first.next().await {
                read.push(item.unwrap());
            }
            (read, first.position())
        });
        if let Some(position) = position {
            let stored = serde_json::to_string(&position).unwrap();
            let rest = items(&list).resume(serde_json::from_str(&stored).unwrap());
            read.extend(block_on(all(rest)).unwrap());
        }
        prop_assert_eq!(read, (0..rows).collect::<Vec<_>>());
    }
}

/// Cursors name the first row of the next page.
fn cursor_list(rows: u64, most: u64) -> List {
    List::new(&BY_CURSOR, move |cursor| {
        let start: u64 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let end = rows.min(start + most);
        let items: Vec<u64> = (start..end).collect();
        let next = (end < rows).then(|| end.to_string());
        let facts = facts(&items).next(next.as_ref());
        Ok((items, facts))
    })
}

#[tokio::test]
async fn a_cap_below_the_limit_costs_requests_and_no_rows() {
    let list = offset_list(250, 50, |facts| facts.total(Some(&250)).limit(Some(&100)));
    assert_eq!(all(items(&list)).await.unwrap().len(), 250);
    assert_eq!(list.asked.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_single_page_takes_one_request_where_the_server_says_enough() {
    let list = offset_list(30, 50, |facts| facts.total(Some(&30)).limit(Some(&50)));
    assert_eq!(all(items(&list)).await.unwrap().len(), 30);
    assert_eq!(list.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rows_that_are_deleted_meanwhile_hide_no_others() {
    let rows: Arc<Mutex<Vec<u64>>> = Arc::new(Mutex::new((0..100).collect()));
    let shared = Arc::clone(&rows);
    let list = List::new(&BY_OFFSET, move |offset| {
        let offset: usize = offset.map_or(0, |offset| offset.parse().unwrap());
        let mut rows = shared.lock().unwrap();
        let items: Vec<u64> = rows.iter().skip(offset).take(10).copied().collect();
        // What was read is deleted, one row a page.
        rows.retain(|row| Some(row) != items.first());
        let facts = facts(&items);
        Ok((items, facts))
    });
    let read = all(items(&list).overlap(3).unique_by(|row| *row))
        .await
        .unwrap();
    assert_eq!(read, (0..100).collect::<Vec<_>>());
    *rows.lock().unwrap() = (0..100).collect();
    let naive: BTreeSet<u64> = all(items(&list)).await.unwrap().into_iter().collect();
    assert!(naive.len() < 100, "the rows do shift");
}

#[tokio::test]
async fn a_cursor_that_comes_again_ends_the_list() {
    let list = List::new(&BY_CURSOR, |cursor| {
        let next = if cursor == Some("a") { "b" } else { "a" };
        Ok((vec![1], facts(&[1]).next(Some(next))))
    });
    let mut pages = Pages::new(list.clone());
    for _ in 0..3 {
        pages.next().await.unwrap().unwrap();
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert_eq!(
        error.to_string(),
        "`by_cursor` was not sent: after 3 pages, the server leads on to one that was read before, \
         so the list would never end"
    );
    assert!(pages.is_terminated());
    assert!(pages.next().await.is_none());
    assert_eq!(list.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_page_that_comes_again_ends_the_list_with_what_it_says() {
    for prefetch in [0, 3] {
        let list = List::new(&BY_OFFSET, |_| {
            let facts = facts(&[1, 2]).total(Some(&2)).limit(Some(&2));
            Ok((vec![1, 2], facts.offset(Some(&0))))
        });
        let mut items = items(&list).prefetch(prefetch);
        for row in [1, 2] {
            assert_eq!(items.next().await.unwrap().unwrap(), row);
        }
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`by_offset` failed: the server answered 200 OK, but the page is not the one that was \
             asked for: `offset` is 0 in it, and 2 was asked for; to go on would lose items or never \
             end"
        );
        assert!(items.next().await.is_none() && items.is_terminated());
        assert_eq!(list.asked.load(Ordering::SeqCst), 2);
        assert_eq!(items.position(), Some(items_position(&list, 2)));
    }
}

#[tokio::test]
async fn an_error_ends_the_stream_which_can_be_resumed() {
    for prefetch in [0, 3] {
        let fails = AtomicUsize::new(1);
        let list = List::new(&BY_OFFSET, move |offset| {
            let offset: u64 = offset.map_or(0, |offset| offset.parse().unwrap());
            if offset == 4 && fails.swap(0, Ordering::SeqCst) == 1 {
                return Err(Failure::new(
                    ErrorKind::Timeout,
                    "no complete reply in time",
                ));
            }
            let rows: Vec<u64> = (offset..6).take(2).collect();
            let facts = facts(&rows);
            Ok((rows, facts))
        });
        let mut first = items(&list).prefetch(prefetch);
        let mut read = Vec::new();
        let error = loop {
            match first.next().await.unwrap() {
                Ok(item) => read.push(item),
                Err(error) => break error,
            }
        };
        assert_eq!((error.is_timeout(), &read[..]), (true, &[0, 1, 2, 3][..]));
        assert!(first.next().await.is_none() && first.is_terminated());
        let position = first.position().unwrap();
        assert_eq!(all(first.resume(position)).await.unwrap(), [4, 5]);
    }
}

fn items_position(list: &List, offset: u64) -> Position {
    Position::new(list.operation, position::At::Offset(offset))
}

#[tokio::test]
async fn the_position_of_a_failed_page_is_its_own() {
    let list = List::new(&BY_OFFSET, |offset| match offset {
        None => Ok((vec![0, 1], facts(&[0, 1]))),
        Some(_) => Err(Failure::new(
            ErrorKind::Connect,
            "no connection to the server",
        )),
    });
    let mut items = items(&list).prefetch(2);
    items.next().await.unwrap().unwrap();
    assert_eq!(items.position(), Some(items_position(&list, 1)));
    items.next().await.unwrap().unwrap();
    assert!(items.next().await.unwrap().is_err());
    assert_eq!(items.position(), Some(items_position(&list, 2)));
}

#[tokio::test]
async fn a_position_of_another_list_is_refused() {
    let (by_offset, by_cursor) = (offset_list(5, 2, |facts| facts), cursor_list(5, 2));
    let mut cursor = items(&by_cursor);
    cursor.next().await.unwrap().unwrap();
    let foreign = cursor.position().unwrap();
    let mut resumed = items(&by_offset).resume(foreign);
    let error = resumed.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert!(error.is_unsent() && resumed.next().await.is_none());
    assert_eq!(by_offset.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_start_that_is_no_number_is_refused() {
    let mut list = offset_list(5, 2, |facts| facts);
    list.given = Some("-3".to_owned());
    let error = items(&list).next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`offset` is no place in a list"));
    // Nor does it become one by going on from there.
    let nowhere = items(&list).position().unwrap();
    let mut resumed = items(&list).resume(nowhere);
    assert!(resumed.next().await.unwrap().unwrap_err().is_unsent());
    assert_eq!(list.asked.load(Ordering::SeqCst), 0);
    list.given = Some("3".to_owned());
    assert_eq!(all(items(&list)).await.unwrap(), [3, 4]);
}

#[tokio::test]
async fn no_more_is_fetched_ahead_than_allowed() {
    for prefetch in [0, 1, 3] {
        let list = offset_list(100, 10, |facts| facts);
        let mut pages = Pages::new(list.clone()).prefetch(prefetch);
        assert_eq!(
            list.asked.load(Ordering::SeqCst),
            0,
            "nothing before the first poll"
        );
        for taken in 1..=4 {
            pages.next().await.unwrap().unwrap();
            assert_eq!(list.asked.load(Ordering::SeqCst), taken + prefetch);
        }
    }
}

#[tokio::test]
async fn empty_pages_of_cursors_are_passed() {
    let list = List::new(&BY_CURSOR, |cursor| {
        Ok(match cursor {
            None => (vec![], facts(&[]).next(Some("a"))),
            Some("a") => (vec![7], facts(&[7]).next(Some("b"))),
            Some(_) => (vec![], facts(&[])),
        })
    });
    assert_eq!(all(items(&list)).await.unwrap(), [7]);
    assert_eq!(list.asked.load(Ordering::SeqCst), 3);
}

#[test]
fn streams_can_be_moved_between_threads() {
    fn travels<T: Send>(_: &T) {}
    let list = cursor_list(1, 1);
    travels(&Pages::new(list.clone()));
    travels(&items(&list));
}

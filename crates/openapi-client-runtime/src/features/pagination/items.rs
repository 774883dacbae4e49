//! A stream of items.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::position::At;
use super::{Paged, Pages, Position};
use crate::Error;

/// The items of a list, one by one; made by `stream` of a generated builder.
///
/// Pages are asked for as they are needed, or ahead of that as [`Items::prefetch`] allows. The
/// [module `pagination`](super) says when a list ends.
///
/// ```
/// # use openapi_client_runtime::pagination::{Items, Paged, Position};
/// # use openapi_client_runtime::Error;
/// # use std::fmt::Debug;
/// /// Takes some items, and says where the others begin.
/// async fn first_ten<B: Paged<Item: Debug>>(
///     mut items: Items<B>,
/// ) -> Result<Option<Position>, Error<B::Error>> {
///     for _ in 0..10 {
///         let Some(item) = items.next().await else { break };
///         println!("{:?}", item?);
///     }
///     Ok(items.position())
/// }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<B: Paged> {
    pages: Pages<B>,
    page: Option<Page<B::Item>>,
    /// Items of the first page that were taken before the list was resumed.
    skip: u64,
    is_wanted: Option<Filter<B::Item>>,
}

type Filter<T> = Box<dyn FnMut(&T) -> bool + Send>;

/// A page whose items are being taken.
struct Page<T> {
    at: At,
    items: std::vec::IntoIter<T>,
    taken: u64,
}

/// Nothing in it is pinned.
impl<B: Paged> Unpin for Items<B> {}

impl<B: Paged> Pages<B> {
    /// The items of the pages, one by one.
    pub fn items(self) -> Items<B> {
        Items::new(self)
    }
}

impl<B: Paged> Items<B> {
    pub(super) fn new(pages: Pages<B>) -> Self {
        Self {
            pages,
            page: None,
            skip: 0,
            is_wanted: None,
        }
    }

    /// Where the next item is, to be kept and given to [`Items::resume`]; `None` once the list has
    /// ended. After an error it is the place of the page that failed.
    pub fn position(&self) -> Option<Position> {
        match &self.page {
            Some(page) if !page.items.as_slice().is_empty() => {
                let operation = self.pages.request().operation();
                Some(Position::within(operation, &page.at, page.taken))
            }
            _ => self.pages.position(),
        }
    }

    /// Goes on from a position instead of where the request says. All other parameters should be
    /// those with which the position was reached. A position of another list is an error, which the
    /// stream gives before anything is sent.
    pub fn resume(mut self, position: Position) -> Self {
        self.page = None;
        self.skip = position.skip();
        self.pages = self.pages.resume(position);
        self
    }

    /// As [`Pages::prefetch`].
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pages = self.pages.prefetch(pages);
        self
    }

    /// As [`Pages::overlap`].
    pub fn overlap(mut self, items: u64) -> Self {
        self.pages = self.pages.overlap(items);
        self
    }

    /// Gives each item once, told apart by its key. Rows that are added while a list is read move
    /// others to the next page, where they come a second time.
    ///
    /// All keys are kept for as long as the stream lives.
    ///
    /// ```
    /// # use openapi_client_runtime::pagination::{Items, Paged};
    /// # struct Thing { id: String }
    /// fn each_once<B: Paged<Item = Thing>>(things: Items<B>) -> Items<B> {
    ///     // Neither rows that come nor up to 10 that go between two pages do any harm.
    ///     things.overlap(10).unique_by(|thing| thing.id.clone())
    /// }
    /// ```
    pub fn unique_by<K>(mut self, mut key: impl FnMut(&B::Item) -> K + Send + 'static) -> Self
    where
        K: Eq + Hash + Send + 'static,
    {
        let mut seen = HashSet::new();
        self.is_wanted = Some(Box::new(move |item| seen.insert(key(item))));
        self
    }

    /// The next item; the same as `next` of `futures::StreamExt`.
    ///
    /// # Errors
    ///
    /// As [`Pages::next`]. An error ends the stream.
    pub async fn next(&mut self) -> Option<Result<B::Item, Error<B::Error>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next item of the page at hand that is wanted.
    fn next_of_page(&mut self) -> Option<B::Item> {
        let page = self.page.as_mut()?;
        for item in page.items.by_ref() {
            page.taken += 1;
            if self
                .is_wanted
                .as_mut()
                .is_none_or(|is_wanted| is_wanted(&item))
            {
                return Some(item);
            }
        }
        None
    }

    /// Starts with the items of a page, less those that were taken before.
    fn open(&mut self, at: At, page: B::Page) {
        let mut items = B::items(page).into_iter();
        let mut taken = 0;
        while taken < self.skip && items.next().is_some() {
            taken += 1;
        }
        self.skip = 0;
        self.page = Some(Page { at, items, taken });
    }
}

impl<B: Paged> Stream for Items<B> {
    type Item = Result<B::Item, Error<B::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.next_of_page() {
                self.pages.drive(cx);
                return Poll::Ready(Some(Ok(item)));
            }
            let at = self.pages.position().map(Position::into_at);
            let page = match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => page.into_inner(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            self.open(at.unwrap_or(At::Start), page);
        }
    }
}

impl<B: Paged> FusedStream for Items<B> {
    fn is_terminated(&self) -> bool {
        let page_is_empty = |page: &Page<B::Item>| page.items.as_slice().is_empty();
        self.pages.has_ended() && self.page.as_ref().is_none_or(page_is_empty)
    }
}

impl<B: Paged> fmt::Debug for Items<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}

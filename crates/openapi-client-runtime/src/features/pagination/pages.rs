//! A stream of pages.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use futures_util::FutureExt;

use super::position::At;
use super::walk::{Next, Walk};
use super::{PageFacts, Paged, Pagination, PaginationStyle, Position, link};
use crate::{Error, ErrorKind, Failure, ResponseValue};

/// The pages of a list, each with its status and headers; made by `pages` of a generated builder.
///
/// A page is asked for when it is polled for, or ahead of that as [`Pages::prefetch`] allows.
/// Nothing runs on its own: dropping the stream drops the request under way. The [module
/// `pagination`](super) says when a list ends.
///
/// ```
/// # use openapi_client_runtime::pagination::{Paged, Pages, Position};
/// # use openapi_client_runtime::Error;
/// async fn resumable<B: Paged>(
///     mut pages: Pages<B>,
///     mut store: impl FnMut(Option<Position>),
/// ) -> Result<(), Error<B::Error>> {
///     while let Some(page) = pages.next().await {
///         let page = page?;
///         println!("{}", page.status());
///         store(pages.position()); // for `resume`, should this process end
///     }
///     Ok(())
/// }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<B: Paged> {
    request: B,
    walk: Walk,
    /// The first page that was not taken yet.
    position: Option<At>,
    /// The page to ask for next.
    ahead: Option<At>,
    call: Option<(At, B::Call)>,
    ready: VecDeque<Result<Ready<B>, Error<B::Error>>>,
    prefetch: usize,
}

/// A page that was fetched, and what comes after it.
struct Ready<B: Paged> {
    page: ResponseValue<B::Page>,
    next: Option<At>,
}

/// Nothing in it is pinned: calls may be moved.
impl<B: Paged> Unpin for Pages<B> {}

impl<B: Paged> Pages<B> {
    /// The pages that `request` asks for first, and all after it; only generated code calls it.
    #[doc(hidden)]
    pub fn new(request: B) -> Self {
        let operation = request.operation();
        // Generated code implements `Paged` for operations with a pagination only.
        let nothing = Pagination::new(PaginationStyle::Link).build();
        let pagination = operation.pagination().unwrap_or(nothing);
        let (walk, fault) = match Walk::new(pagination, request.given().as_deref()) {
            Ok(walk) => (walk, None),
            Err(reason) => (Walk::nowhere(pagination), Some(Failure::invalid(reason))),
        };
        let start = walk.start().clone();
        let mut pages = Self {
            request,
            walk,
            position: Some(start.clone()),
            ahead: Some(start),
            call: None,
            ready: VecDeque::new(),
            prefetch: 0,
        };
        pages.refuse(fault);
        pages
    }

    /// Where the first page begins that was not taken yet, to be kept and given to
    /// [`Pages::resume`]; `None` once the list has ended. After an error it is the place of the
    /// page that failed.
    pub fn position(&self) -> Option<Position> {
        let at = self.position.clone()?;
        Some(Position::new(self.request.operation(), at))
    }

    /// Goes on from a position instead of where the request says. All other parameters should be
    /// those with which the position was reached.
    ///
    /// A position between two items of a page gives the whole page; [`Items::resume`](super::Items::resume) is exact.
    /// One of another list is an error, which the stream gives before anything is sent.
    pub fn resume(mut self, position: Position) -> Self {
        let operation = self.request.operation();
        let fits = position.is_of(operation);
        let at = position.into_at();
        self.call = None;
        self.ready.clear();
        let fault = (!fits || !self.walk.knows(&at)).then(|| {
            let reason = "the position to resume from belongs to another list or to another \
                          version of this one: start from the beginning";
            Failure::new(ErrorKind::Pagination, reason)
        });
        self.walk.go_to(&at);
        self.position = Some(at.clone());
        self.ahead = Some(at);
        self.refuse(fault);
        self
    }

    /// Fetches up to so many pages ahead of the one that was taken; without this, none. They are
    /// asked for one after another, since each says where the next one is, and only while the
    /// stream is polled.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
    }

    /// Asks again for so many items at the end of each page, where the list is paged by offset.
    ///
    /// Rows that are deleted while the list is read move those behind them forward, across the end
    /// of the page read last. Up to `items` deletions between two pages then make no row be missed;
    /// rows come twice instead, until [`Items::unique_by`](super::Items::unique_by) drops them. Other styles have no use for
    /// it.
    pub fn overlap(mut self, items: u64) -> Self {
        self.walk.overlap = items;
        self
    }

    /// The next page; the same as `next` of `futures::StreamExt`.
    ///
    /// # Errors
    ///
    /// As `send` of the request, and [`ErrorKind::Pagination`] where the server leads to a page
    /// that was read before or out of the API, or gives another page than was asked for. An error
    /// ends the stream.
    pub async fn next(&mut self) -> Option<Result<ResponseValue<B::Page>, Error<B::Error>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Gets on with fetching ahead.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        self.fetch_until(self.prefetch, cx);
    }

    pub(super) fn request(&self) -> &B {
        &self.request
    }

    /// Whether all pages were taken.
    pub(super) fn has_ended(&self) -> bool {
        self.ready.is_empty() && self.call.is_none() && self.ahead.is_none()
    }

    /// Ends the stream with an error.
    fn refuse(&mut self, fault: Option<Failure>) {
        if let Some(fault) = fault {
            let error = fault.of(self.request.operation()).into();
            self.ready.push_back(Err(error));
            self.ahead = None;
        }
    }

    /// Asks for pages until so many are ready, or one is under way.
    fn fetch_until(&mut self, bound: usize, cx: &mut Context<'_>) {
        loop {
            if self.call.is_none() && self.ready.len() < bound {
                self.call = self.ahead.take().map(|at| (at.clone(), self.ask(&at)));
            }
            let Some((at, call)) = &mut self.call else {
                return;
            };
            let Poll::Ready(answer) = call.poll_unpin(cx) else {
                return;
            };
            let at = at.clone();
            self.call = None;
            match answer {
                Ok(page) => self.settle(&at, page),
                Err(error) => self.ready.push_back(Err(error)),
            }
        }
    }

    fn ask(&self, at: &At) -> B::Call {
        let mut request = self.request.clone();
        if let Some(step) = self.walk.step(at) {
            request.options_mut().set_page(step);
        }
        request.fetch()
    }

    /// Finds out what comes after a page.
    fn settle(&mut self, at: &At, page: ResponseValue<B::Page>) {
        let facts = PageFacts {
            rows: page.rows(),
            ..B::facts(&page)
        };
        let facts = self.with_link(facts, &page);
        let (next, again) = match self.walk.after(at, &facts) {
            Next::End => (None, false),
            Next::At(next) => (Some(next), false),
            Next::Again(next) => (Some(next), true),
            Next::Contradiction(reason) => return self.refuse(Some(contradicted(&reason, page))),
        };
        self.ahead.clone_from(&next);
        self.ready.push_back(Ok(Ready { page, next }));
        let pages = self.walk.pages;
        self.refuse(again.then(|| {
            let reason = format!(
                "after {pages} pages, the server leads on to one that was read before, so the list \
                 would never end"
            );
            Failure::new(ErrorKind::Pagination, reason)
        }));
    }

    /// Where pages are linked: the link to the next one, as an absolute URL.
    fn with_link(&self, facts: PageFacts, page: &ResponseValue<B::Page>) -> PageFacts {
        let Some(pagination) = self.request.operation().pagination() else {
            return facts;
        };
        if pagination.style() != PaginationStyle::Link {
            return facts;
        }
        let target = match pagination.next() {
            Some(_) => facts.next,
            None => link::next_in(page.headers()),
        };
        let next = target.map(|target| match page.url() {
            Some(url) => link::resolve(url, &target).unwrap_or(target),
            None => target,
        });
        PageFacts { next, ..facts }
    }
}

/// The page was answered, so the error has its reply.
fn contradicted<P>(reason: &str, page: ResponseValue<P>) -> Failure {
    let (_, reply) = page.into_parts();
    let reason = format!(
        "the page is not the one that was asked for: {reason}; to go on would lose items or never end"
    );
    Failure::new(ErrorKind::Pagination, reason).with_reply(reply)
}

impl<B: Paged> Stream for Pages<B> {
    type Item = Result<ResponseValue<B::Page>, Error<B::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let prefetch = self.prefetch;
        self.fetch_until(prefetch.max(1), cx);
        let Some(taken) = self.ready.pop_front() else {
            return if self.call.is_some() {
                Poll::Pending
            } else {
                Poll::Ready(None)
            };
        };
        let item = taken.map(|ready| {
            self.position = ready.next;
            ready.page
        });
        self.fetch_until(prefetch, cx);
        Poll::Ready(Some(item))
    }
}

impl<B: Paged> FusedStream for Pages<B> {
    fn is_terminated(&self) -> bool {
        self.has_ended()
    }
}

impl<B: Paged> fmt::Debug for Pages<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &self.request.operation())
            .field("position", &self.position)
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

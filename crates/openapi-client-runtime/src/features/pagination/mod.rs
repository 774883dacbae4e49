//! Lists that come in pages: streams of pages and of their items.
//!
//! The builder of an operation with `x-pagination` has two methods beside `send`: `stream` gives
//! [`Items`], `pages` gives [`Pages`]. Both send one request after another, as they are polled.
//!
//! - The next page begins behind what came, however large a page was asked for: a server that gives
//!   less costs requests, no items.
//! - A list ends at an empty page (offset, page number), without a next cursor or link, or where
//!   the page says that there are no more. A total ends it only where the page meets it exactly and
//!   is smaller than what the server gives, so a wrong total loses nothing in silence.
//! - A cursor or link that comes a second time ends the stream with an error, and so does a page that
//!   cannot be the one that was asked for: one that states another place, repeats the items of the page
//!   before, or reaches beyond the total that it states. Links are followed
//!   only below the base URL of the client.
//! - An error ends the stream too. [`Items::position`] and [`Pages::position`] say where to go on,
//!   then and at any other time.
//! - Rows that come or go while a list is read move the others across its pages: see
//!   [`Items::unique_by`] and [`Items::overlap`].

mod facts;
mod items;
mod link;
mod pages;
mod position;
mod walk;

#[cfg(test)]
mod tests;

use futures_util::future::BoxFuture;

use crate::{CallOptions, Error, Operation, ResponseValue};

pub use crate::facts::pagination::{Pagination, PaginationBuilder, PaginationStyle};
pub use facts::{PageFacts, given};
pub use items::Items;
pub use pages::Pages;
pub use position::Position;

/// A page under way. Only generated code names it.
pub type PageCall<'a, P, E> = BoxFuture<'a, Result<ResponseValue<P>, Error<E>>>;

/// A request for one page of a list. Generated builders implement it; code over lists of any kind names
/// it as a bound, as the example of [`Pages`] does.
pub trait Paged: Clone + Send {
    /// One page.
    type Page: Send;
    /// What the pages hold.
    type Item: Send;
    /// The error body of the operation.
    type Error: Send;
    /// A page under way.
    type Call: Future<Output = Result<ResponseValue<Self::Page>, Error<Self::Error>>> + Send + Unpin;

    /// The operation, which has a [`Pagination`].
    fn operation(&self) -> &'static Operation;

    /// What the caller set for the parameter that says which page is asked for.
    fn given(&self) -> Option<String>;

    /// The options of the call.
    fn options_mut(&mut self) -> &mut CallOptions;

    /// Sends the request.
    fn fetch(self) -> Self::Call;

    /// What a page says of the list.
    fn facts(page: &Self::Page) -> PageFacts;

    /// The items of a page.
    fn items(page: Self::Page) -> Vec<Self::Item>;
}

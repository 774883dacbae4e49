//! A paged list, read from its first item to its last.

use openapi_client_runtime::pagination::{
    Items, PageCall, PageFacts, Paged, Pages, Pagination, PaginationStyle, Position,
};
use openapi_client_runtime::{CallOptions, Core, Error, Operation, ResponseValue};
use serde::Deserialize;
use serde_json::Value;

use super::call::Call;
use super::operation::forever;
use super::play::Printed;

/// How an operation of a case pages its list. Its pages are objects with the members `items`,
/// `total`, `limit`, `next` and `more`, or arrays.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Paging {
    style: String,
    parameter: Option<String>,
    limit_parameter: Option<String>,
    first_page: Option<u64>,
    /// Whether the link to the next page stands in a header.
    #[serde(default)]
    in_header: bool,
}

/// How a list is read.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Reading {
    #[serde(default)]
    prefetch: usize,
    #[serde(default)]
    overlap: u64,
    /// The member by which items are told apart.
    unique_by: Option<String>,
    /// After so many items another stream goes on from the position of the first.
    resume_after: Option<usize>,
}

impl Paging {
    pub(super) fn pagination(&self) -> Pagination {
        let style = match self.style.as_str() {
            "offset" => PaginationStyle::Offset,
            "page" => PaginationStyle::Page,
            "cursor" => PaginationStyle::Cursor,
            _ => PaginationStyle::Link,
        };
        let mut pagination = Pagination::new(style)
            .items("/items")
            .total("/total")
            .limit("/limit")
            .more("/more");
        if !self.in_header {
            pagination = pagination.next("/next");
        }
        if let Some(name) = self.parameter.as_deref().map(forever) {
            pagination = match style {
                PaginationStyle::Page => pagination.page_parameter(name),
                PaginationStyle::Cursor => pagination.cursor_parameter(name),
                _ => pagination.offset_parameter(name),
            };
        }
        if let Some(name) = &self.limit_parameter {
            pagination = pagination.limit_parameter(forever(name));
        }
        if let Some(number) = self.first_page {
            pagination = pagination.first_page(number);
        }
        pagination.build()
    }
}

impl Reading {
    /// All items, as the streams of a generated builder give them.
    pub(super) async fn read(&self, listing: Listing) -> Result<Value, Error<Value>> {
        let mut items = self.items(listing.clone());
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item?);
            if Some(all.len()) == self.resume_after {
                items = self.resumed(&items, listing.clone())?;
            }
        }
        Ok(Value::Array(all))
    }

    fn items(&self, listing: Listing) -> Items<Listing> {
        let items = Pages::new(listing).items();
        let items = items.prefetch(self.prefetch).overlap(self.overlap);
        match self.unique_by.clone() {
            Some(key) => items.unique_by(move |item| item[&key].to_string()),
            None => items,
        }
    }

    /// A position survives being written down.
    fn resumed(
        &self,
        items: &Items<Listing>,
        listing: Listing,
    ) -> Result<Items<Listing>, Error<Value>> {
        let position = items.position();
        listing.printed.add(&position);
        let unusable = |error: serde_json::Error| Error::InvalidRequest(error.to_string());
        let written = serde_json::to_string(&position).map_err(unusable)?;
        let position: Option<Position> = serde_json::from_str(&written).map_err(unusable)?;
        let items = self.items(listing);
        Ok(match position {
            Some(position) => items.resume(position),
            None => items,
        })
    }
}

/// What the code of a generated builder is to a paged list.
#[derive(Clone)]
pub(super) struct Listing {
    pub(super) call: Call,
    pub(super) core: Core,
    pub(super) operation: &'static Operation,
    pub(super) options: CallOptions,
    pub(super) printed: Printed,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Page(Value);

impl Page {
    fn items(&self) -> &[Value] {
        let items = self.0.as_array().or_else(|| self.0["items"].as_array());
        items.map_or(&[], Vec::as_slice)
    }
}

impl Paged for Listing {
    type Page = Page;
    type Item = Value;
    type Error = Value;
    type Call = PageCall<'static, Page, Value>;

    fn operation(&self) -> &'static Operation {
        self.operation
    }

    fn given(&self) -> Option<String> {
        let pagination = self.operation.pagination()?;
        let name = pagination
            .offset_parameter()
            .or(pagination.page_parameter())
            .or(pagination.cursor_parameter())?;
        let mut query = self.call.query.iter();
        let (_, value) = query.find(|(own, _)| own == name)?;
        Some(value.clone())
    }

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn fetch(self) -> Self::Call {
        Box::pin(async move {
            let request = self.call.request(&self.core, self.operation)?;
            let response = self
                .core
                .execute(request, self.operation, self.options)
                .await?;
            self.printed.add(&response);
            match response.outcome() {
                200..=299 => ResponseValue::from_response(response).await,
                400..=599 => Err(Error::ErrorResponse(
                    ResponseValue::from_response(response).await?,
                )),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        })
    }

    fn facts(page: &Page) -> PageFacts {
        PageFacts::new(page.items().len())
            .offset(page.0.get("offset"))
            .page(page.0.get("page"))
            .total(page.0.get("total"))
            .limit(page.0.get("limit"))
            .next(page.0.get("next"))
            .more(page.0.get("more"))
    }

    fn items(page: Page) -> Vec<Value> {
        page.items().to_vec()
    }
}

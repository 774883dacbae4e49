//! How an operation pages its list, as the operation table has it.

/// How the next page of a list is found. [`Pagination`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaginationStyle {
    /// A parameter says how many items to skip.
    Offset,
    /// A parameter says the number of the page.
    Page,
    /// A parameter takes a text that the page before gave.
    Cursor,
    /// Each page links to the next one, in its body or in a `Link` header (RFC 8288).
    Link,
}

/// Writes [`Pagination`] and its const builder: one setter and getter per role.
macro_rules! pagination {
    ($( $(#[doc = $doc:literal])+ $name:ident; )+) => {
        /// How an operation pages its list: `x-pagination` of the document.
        ///
        /// Parameters stand in the query. Members are JSON pointers (RFC 6901) into a page.
        ///
        /// ```
        /// use openapi_client_runtime::pagination::{Pagination, PaginationStyle};
        ///
        /// // GET /things?limit=50&offset=100 -> {"total": 120, "items": [..]}
        /// const THINGS: Pagination = Pagination::new(PaginationStyle::Offset)
        ///     .limit_parameter("limit")
        ///     .offset_parameter("offset")
        ///     .items("/items")
        ///     .total("/total")
        ///     .build();
        /// assert_eq!(THINGS.total(), Some("/total"));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Pagination {
            style: PaginationStyle,
            first_page: u64,
            $( $name: Option<&'static str>, )+
        }

        impl Pagination {
            /// Starts the description of a paged list; [`PaginationBuilder::build`] ends it.
            #[expect(clippy::new_ret_no_self, reason = "the table is written as one const chain")]
            pub const fn new(style: PaginationStyle) -> PaginationBuilder {
                PaginationBuilder(Self {
                    style,
                    first_page: 1,
                    $( $name: None, )+
                })
            }

            /// How the next page is found.
            pub const fn style(&self) -> PaginationStyle {
                self.style
            }

            /// The number of the first page; 1 unless the document says otherwise.
            pub const fn first_page(&self) -> u64 {
                self.first_page
            }

            $( $(#[doc = $doc])+ pub const fn $name(&self) -> Option<&'static str> { self.$name } )+
        }

        impl PaginationBuilder {
            $( $(#[doc = $doc])+ pub const fn $name(mut self, $name: &'static str) -> Self {
                self.0.$name = Some($name);
                self
            } )+
        }
    };
}

pagination! {
    /// The parameter for the size of a page.
    limit_parameter;
    /// The parameter for the number of items to skip.
    offset_parameter;
    /// The parameter for the number of the page.
    page_parameter;
    /// The parameter for the cursor.
    cursor_parameter;
    /// The member with the items; empty where the list is the whole page.
    items;
    /// The member with the number of items on all pages.
    total;
    /// The member with the size of a page that the server applied.
    limit;
    /// The member with the number of items before the page.
    offset;
    /// The member with the number of the page.
    page;
    /// The member with the next cursor or link.
    next;
    /// The member that says whether there are more pages.
    more;
}

/// A [`Pagination`] in the making; see [`Pagination::new`]. Only generated code names it.
#[derive(Clone, Copy, Debug)]
#[must_use = "call `build` to get the description"]
pub struct PaginationBuilder(Pagination);

impl PaginationBuilder {
    /// The number of the first page.
    pub const fn first_page(mut self, number: u64) -> Self {
        self.0.first_page = number;
        self
    }

    /// Ends the chain.
    pub const fn build(self) -> Pagination {
        self.0
    }
}

impl Pagination {
    /// The parameter that says which page is asked for; links need none.
    pub(crate) const fn parameter(&self) -> Option<&'static str> {
        match self.style {
            PaginationStyle::Offset => self.offset_parameter,
            PaginationStyle::Page => self.page_parameter,
            PaginationStyle::Cursor => self.cursor_parameter,
            PaginationStyle::Link => None,
        }
    }
}

//! Where the next page is, and when there is none. Nothing here sends anything.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use super::facts::{PageFacts, count};
use super::position::At;
use crate::call::page_step::PageStep;
use crate::facts::pagination::{Pagination, PaginationStyle};

/// The way through one list.
pub(crate) struct Walk {
    pagination: Pagination,
    /// The page that the caller's request asks for as it stands.
    start: At,
    /// Items at the end of each page that are asked for again.
    pub(crate) overlap: u64,
    /// The end of what was read, in items.
    reached: u64,
    largest_page: u64,
    /// What tells the items of the page before.
    last_rows: Option<u64>,
    /// Cursors and links that were followed.
    followed: Recent,
    pub(crate) pages: u64,
}

/// What comes after a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    End,
    At(At),
    /// The server leads back to where the walk has been.
    Again(At),
    /// The page is not the one that was asked for; why.
    Contradiction(String),
}

impl Walk {
    /// The walk that starts where the caller set the parameter of the pagination style to `given`.
    ///
    /// # Errors
    ///
    /// What is wrong with `given`.
    pub(crate) fn new(pagination: Pagination, given: Option<&str>) -> Result<Self, String> {
        let number = |text: &str| {
            count(text).ok_or_else(|| {
                format!(
                    "parameter `{}` is no place in a list: set it to a whole number that is not \
                     negative",
                    pagination.parameter().unwrap_or_default()
                )
            })
        };
        let start = match (pagination.style(), given) {
            (PaginationStyle::Offset, given) => At::Offset(given.map_or(Ok(0), number)?),
            (PaginationStyle::Page, given) => {
                let first = pagination.first_page();
                let page = given.map_or(Ok(first), number)?;
                let before = (page == first).then_some(0);
                At::Page {
                    number: page,
                    before,
                }
            }
            (PaginationStyle::Cursor, Some(cursor)) => At::Cursor(cursor.to_owned()),
            (PaginationStyle::Cursor | PaginationStyle::Link, _) => At::Start,
        };
        let mut walk = Self::nowhere(pagination);
        walk.go_to(&start);
        walk.start = start;
        Ok(walk)
    }

    /// A walk whose beginning is not known.
    pub(crate) fn nowhere(pagination: Pagination) -> Self {
        Self {
            pagination,
            start: At::Start,
            overlap: 0,
            reached: 0,
            largest_page: 0,
            last_rows: None,
            followed: Recent::default(),
            pages: 0,
        }
    }

    pub(crate) fn start(&self) -> &At {
        &self.start
    }

    /// Whether a place is one of a list of this style.
    pub(crate) fn knows(&self, at: &At) -> bool {
        match at {
            At::Offset(_) => self.pagination.style() == PaginationStyle::Offset,
            At::Page { .. } => self.pagination.style() == PaginationStyle::Page,
            At::Cursor(_) => self.pagination.style() == PaginationStyle::Cursor,
            At::Link(_) => self.pagination.style() == PaginationStyle::Link,
            // Other lists begin at a number; without one, what the caller set was refused.
            At::Start => matches!(
                self.pagination.style(),
                PaginationStyle::Cursor | PaginationStyle::Link
            ),
        }
    }

    /// Forgets the way so far, and goes on from a place.
    pub(crate) fn go_to(&mut self, at: &At) {
        self.followed = Recent::default();
        self.largest_page = 0;
        self.last_rows = None;
        self.pages = 0;
        match at {
            At::Offset(offset) => self.reached = *offset,
            At::Cursor(next) | At::Link(next) => {
                self.followed.insert(next);
            }
            At::Start | At::Page { .. } => {}
        }
    }

    /// What to change in the caller's request to get the page at a place.
    pub(crate) fn step(&self, at: &At) -> Option<PageStep> {
        if *at == self.start {
            return None;
        }
        let query = |value: String| {
            let name = self.pagination.parameter()?;
            Some(PageStep::query(name, value))
        };
        match at {
            At::Start => None,
            At::Offset(offset) => query(offset.to_string()),
            At::Page { number, .. } => query(number.to_string()),
            At::Cursor(cursor) => query(cursor.clone()),
            At::Link(url) => Some(PageStep::link(url.clone())),
        }
    }

    /// What comes after the page at a place. Links must be absolute by now.
    pub(crate) fn after(&mut self, at: &At, page: &PageFacts) -> Next {
        if let Some(reason) = self.contradiction(at, page) {
            return Next::Contradiction(reason);
        }
        self.pages += 1;
        self.last_rows = page.rows;
        let next = match at {
            _ if page.more == Some(false) => None,
            At::Offset(offset) => self.next_offset(*offset, page).map(At::Offset),
            At::Page { number, before } => self.next_page(*number, *before, page),
            At::Start | At::Cursor(_) | At::Link(_) => return self.follow(page),
        };
        self.largest_page = self.largest_page.max(page.items);
        next.map_or(Next::End, Next::At)
    }

    /// Why a page cannot be the one at a place. A server that does not look at the parameter gives
    /// one and the same page for ever.
    fn contradiction(&self, at: &At, page: &PageFacts) -> Option<String> {
        let (begins, end) = match at {
            At::Offset(offset) => (page.offset.zip(Some(*offset)), Some(*offset)),
            At::Page { number, before } => (page.page.zip(Some(*number)), *before),
            At::Start | At::Cursor(_) | At::Link(_) => (None, None),
        };
        if let Some((says, asked)) = begins.filter(|(says, asked)| says != asked) {
            let parameter = self.pagination.parameter().unwrap_or_default();
            return Some(format!(
                "`{parameter}` is {says} in it, and {asked} was asked for"
            ));
        }
        // With an overlap the list is expected to change, perhaps as fast as it is read.
        if self.overlap > 0 {
            return None;
        }
        if page.rows.is_some() && page.rows == self.last_rows {
            return Some("it holds the items of the page before once more".to_owned());
        }
        // A list that says by itself whether there is more may well give a rough total.
        let total = page
            .total
            .filter(|_| page.more.is_none() && page.items > 0)?;
        let end = end?.saturating_add(page.items);
        (end > total).then(|| {
            format!("it reaches to item {end}, beyond the total of {total} that it states")
        })
    }

    /// Behind the items that came, however many were asked for.
    fn next_offset(&mut self, offset: u64, page: &PageFacts) -> Option<u64> {
        let end = offset.checked_add(page.items)?;
        if page.items == 0 || self.is_last(page, Some(end)) {
            return None;
        }
        if end <= self.reached {
            // Only items that were there before: what is behind them is still unknown.
            return Some(self.reached);
        }
        self.reached = end;
        Some(end - self.overlap.min(page.items - 1))
    }

    fn next_page(&self, number: u64, before: Option<u64>, page: &PageFacts) -> Option<At> {
        let end = before.and_then(|before| before.checked_add(page.items));
        if page.items == 0 || self.is_last(page, end) {
            return None;
        }
        Some(At::Page {
            number: number.checked_add(1)?,
            before: end,
        })
    }

    /// Whether nothing can follow a page that is not empty. A total may be wrong and a short page
    /// may stand in the middle, so neither ends a list by itself: the total must be met exactly by
    /// a page that is shorter than what the server gives.
    fn is_last(&self, page: &PageFacts, end: Option<u64>) -> bool {
        let whole_page = page.limit.unwrap_or(0).max(self.largest_page);
        let is_met = page.total.is_some() && page.total == end;
        page.more.is_none() && is_met && page.items < whole_page
    }

    fn follow(&mut self, page: &PageFacts) -> Next {
        let next = page.next.as_ref().filter(|_| page.more != Some(false));
        let Some(next) = next else {
            return Next::End;
        };
        let is_new = self.followed.insert(next);
        let at = match self.pagination.style() {
            PaginationStyle::Link => At::Link(next.clone()),
            _ => At::Cursor(next.clone()),
        };
        if is_new {
            Next::At(at)
        } else {
            Next::Again(at)
        }
    }
}

/// The texts seen last, as hashes, so that memory stays bounded however long they are.
#[derive(Default)]
struct Recent {
    hashes: HashSet<u64>,
    order: VecDeque<u64>,
    state: RandomState,
}

impl Recent {
    const MOST: usize = 1 << 16;

    /// Whether the text was not there yet.
    fn insert(&mut self, text: &str) -> bool {
        let hash = self.state.hash_one(text);
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > Self::MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFSET: Pagination = Pagination::new(PaginationStyle::Offset)
        .offset_parameter("offset")
        .build();
    const PAGE: Pagination = Pagination::new(PaginationStyle::Page)
        .page_parameter("page")
        .first_page(0)
        .build();
    const CURSOR: Pagination = Pagination::new(PaginationStyle::Cursor)
        .cursor_parameter("after")
        .build();

    fn walk(pagination: Pagination, given: Option<&str>) -> Walk {
        Walk::new(pagination, given).unwrap()
    }

    fn facts(items: usize) -> PageFacts {
        PageFacts::new(items)
    }

    fn offset(walk: &mut Walk, at: u64, page: &PageFacts) -> Option<u64> {
        match walk.after(&At::Offset(at), page) {
            Next::At(At::Offset(next)) => Some(next),
            Next::End => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_offset_grows_by_what_came() {
        let mut list = walk(OFFSET, None);
        assert_eq!(offset(&mut list, 0, &facts(50)), Some(50));
        assert_eq!(offset(&mut list, 50, &facts(3)), Some(53));
        assert_eq!(offset(&mut list, 53, &facts(0)), None);
        assert_eq!(offset(&mut list, u64::MAX, &facts(1)), None);
    }

    #[test]
    fn a_total_counts_only_where_nothing_speaks_against_it() {
        let total = |items, total: u64| facts(items).total(Some(&total));
        let mut list = walk(OFFSET, None);
        assert_eq!(
            offset(&mut list, 0, &total(50, 50)),
            Some(50),
            "a full page"
        );
        assert_eq!(offset(&mut list, 50, &total(30, 80)), None, "a short page");
        assert_eq!(offset(&mut list, 80, &total(30, 900)), Some(110), "too big");
        assert_eq!(offset(&mut list, 110, &total(30, 140)), None);
        let limited = total(30, 30).limit(Some(&50));
        assert_eq!(offset(&mut walk(OFFSET, None), 0, &limited), None);
        let more = limited.more(Some(&true));
        assert_eq!(offset(&mut walk(OFFSET, None), 0, &more), Some(30));
        let no_more = total(50, 900).more(Some(&false));
        assert_eq!(offset(&mut walk(OFFSET, None), 0, &no_more), None);
    }

    #[test]
    fn a_page_that_cannot_be_the_one_asked_for_is_told() {
        let says =
            |pagination, at: &At, page: &PageFacts| match walk(pagination, None).after(at, page) {
                Next::Contradiction(reason) => reason,
                other => panic!("{other:?}"),
            };
        let page = |number, before| At::Page { number, before };
        let reason = says(OFFSET, &At::Offset(2), &facts(2).offset(Some(&0)));
        assert_eq!(reason, "`offset` is 0 in it, and 2 was asked for");
        let reason = says(PAGE, &page(3, None), &facts(2).page(Some(&1)));
        assert_eq!(reason, "`page` is 1 in it, and 3 was asked for");
        let reason = says(OFFSET, &At::Offset(2), &facts(2).total(Some(&2)));
        assert_eq!(
            reason,
            "it reaches to item 4, beyond the total of 2 that it states"
        );
        let reason = says(PAGE, &page(1, Some(2)), &facts(2).total(Some(&3)));
        assert_eq!(
            reason,
            "it reaches to item 4, beyond the total of 3 that it states"
        );
        for (pagination, at) in [
            (OFFSET, At::Offset(0)),
            (PAGE, page(0, Some(0))),
            (CURSOR, At::Start),
        ] {
            let mut list = walk(pagination, None);
            let rows = |id: u64| PageFacts {
                rows: Some(id),
                ..facts(1).next(Some(&id))
            };
            assert!(matches!(list.after(&at, &rows(1)), Next::At(_)));
            let behind = match pagination.style() {
                PaginationStyle::Offset => At::Offset(1),
                PaginationStyle::Page => page(1, Some(1)),
                _ => At::Cursor("1".into()),
            };
            let again = rows(1).next(Some("another"));
            assert!(matches!(
                list.after(&behind, &again),
                Next::Contradiction(_)
            ));
            assert!(matches!(list.after(&behind, &rows(2)), Next::At(_)));
        }
    }

    #[test]
    fn a_page_is_taken_where_nothing_speaks_against_it() {
        let rough = facts(2).total(Some(&1)).more(Some(&true));
        assert_eq!(offset(&mut walk(OFFSET, None), 0, &rough), Some(2));
        let right = facts(2).offset(Some("4")).total(Some(&9));
        assert_eq!(offset(&mut walk(OFFSET, Some("4")), 4, &right), Some(6));
        let shrunk = facts(0).total(Some(&3));
        assert_eq!(offset(&mut walk(OFFSET, None), 6, &shrunk), None);
    }

    #[test]
    fn an_overlap_asks_again_for_the_end_of_a_page_and_still_gets_on() {
        let mut list = walk(OFFSET, None);
        list.overlap = 5;
        assert_eq!(offset(&mut list, 0, &facts(50)), Some(45));
        assert_eq!(offset(&mut list, 45, &facts(3)), Some(50), "nothing new");
        assert_eq!(offset(&mut list, 50, &facts(2)), Some(51), "a tiny page");
        assert_eq!(offset(&mut list, 51, &facts(1)), Some(52));
        assert_eq!(offset(&mut list, 52, &facts(0)), None);
    }

    #[test]
    fn pages_are_counted_from_the_first_one() {
        let mut list = walk(PAGE, None);
        let first = list.start().clone();
        let next = list.after(&first, &facts(10));
        let second = At::Page {
            number: 1,
            before: Some(10),
        };
        assert_eq!(next, Next::At(second.clone()));
        assert_eq!(list.after(&second, &facts(4).total(Some(&14))), Next::End);
        assert_eq!(list.after(&second, &facts(0)), Next::End);
        let given = walk(PAGE, Some("7"));
        let unknown = At::Page {
            number: 7,
            before: None,
        };
        assert_eq!(*given.start(), unknown);
    }

    #[test]
    fn cursors_are_followed_until_one_comes_again() {
        let mut list = walk(CURSOR, Some("a"));
        let page = |next: &str| facts(1).next(Some(next));
        let start = list.start().clone();
        let b = At::Cursor("b".into());
        assert_eq!(list.after(&start, &page("b")), Next::At(b.clone()));
        let again = Next::Again(At::Cursor("a".into()));
        assert_eq!(list.after(&b, &page("a")), again);
        assert_eq!(list.after(&b, &page("")), Next::End);
        let no_more = page("z").more(Some(&false));
        assert_eq!(list.after(&b, &no_more), Next::End);
        assert_eq!(
            list.after(&b, &facts(0).next(Some("c"))),
            Next::At(At::Cursor("c".into()))
        );
    }

    #[test]
    fn what_the_caller_set_must_be_a_place() {
        for (pagination, given) in [(OFFSET, "-1"), (PAGE, "last")] {
            let error = Walk::new(pagination, Some(given)).err().unwrap();
            assert!(error.contains("is no place in a list"), "{error}");
        }
        assert_eq!(*walk(OFFSET, Some("20")).start(), At::Offset(20));
    }

    #[test]
    fn memory_of_cursors_is_bounded() {
        let mut recent = Recent::default();
        for number in 0..=Recent::MOST {
            assert!(recent.insert(&number.to_string()));
        }
        assert_eq!(recent.hashes.len(), Recent::MOST);
        assert!(!recent.insert(&Recent::MOST.to_string()));
        assert!(recent.insert("0"), "the oldest is forgotten");
    }
}

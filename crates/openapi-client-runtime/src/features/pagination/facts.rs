//! What a page says of its list, whatever types the document gave its members.

use serde::Serialize;
use serde_json::Value;

/// What one page says of the list it belongs to. Only generated code names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    pub(crate) items: u64,
    /// What tells the items from those of another page, as `page_rows::rows_in` has it.
    pub(crate) rows: Option<u64>,
    pub(crate) total: Option<u64>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) page: Option<u64>,
    pub(crate) next: Option<String>,
    pub(crate) more: Option<bool>,
}

impl PageFacts {
    /// A page with so many items.
    #[must_use]
    pub fn new(items: usize) -> Self {
        Self {
            items: u64::try_from(items).unwrap_or(u64::MAX),
            ..Self::default()
        }
    }

    /// The number of items on all pages: a number, also one in a string. Anything else is as good
    /// as missing, here and below.
    #[must_use]
    pub fn total<T: Serialize + ?Sized>(mut self, value: Option<&T>) -> Self {
        self.total = json(value).as_ref().and_then(number);
        self
    }

    /// The size of a page that the server applied.
    #[must_use]
    pub fn limit<T: Serialize + ?Sized>(mut self, value: Option<&T>) -> Self {
        self.limit = json(value).as_ref().and_then(number);
        self
    }

    /// The number of items before the page, as the server understood it.
    #[must_use]
    pub fn offset<T: Serialize + ?Sized>(mut self, value: Option<&T>) -> Self {
        self.offset = json(value).as_ref().and_then(number);
        self
    }

    /// The number of the page, as the server understood it.
    #[must_use]
    pub fn page<T: Serialize + ?Sized>(mut self, value: Option<&T>) -> Self {
        self.page = json(value).as_ref().and_then(number);
        self
    }

    /// The next cursor or link; an empty one is none.
    #[must_use]
    pub fn next<T: Serialize + ?Sized>(mut self, value: Option<&T>) -> Self {
        self.next = json(value).as_ref().and_then(text);
        self
    }

    /// Whether there are more pages.
    #[must_use]
    pub fn more<T: Serialize + ?Sized>(mut self, value: Option<&T>) -> Self {
        self.more = json(value).as_ref().and_then(Value::as_bool);
        self
    }
}

/// The value of a parameter as a text, where the caller has set it; only generated code calls it.
#[doc(hidden)]
pub fn given<T: Serialize>(parameter: &Result<T, String>) -> Option<String> {
    text(&json(parameter.as_ref().ok())?)
}

fn json<T: Serialize + ?Sized>(value: Option<&T>) -> Option<Value> {
    serde_json::to_value(value?).ok()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => count(text),
        Value::Number(number) => count(&number.to_string()),
        _ => None,
    }
}

/// A number of items, also one that was written as `50.0`.
pub(crate) fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_many_types() {
        let total = |value: Value| PageFacts::new(0).total(Some(&value)).total;
        assert_eq!(total(7.into()), Some(7));
        assert_eq!(total(7.0.into()), Some(7));
        assert_eq!(total("7".into()), Some(7));
        for none in [
            Value::Null,
            (-1).into(),
            7.5.into(),
            "many".into(),
            true.into(),
        ] {
            assert_eq!(total(none), None);
        }
        assert_eq!(PageFacts::new(0).total(None::<&u64>).total, None);
    }

    #[test]
    fn an_empty_cursor_is_none() {
        let next = |value: Value| PageFacts::new(0).next(Some(&value)).next;
        assert_eq!(next("a".into()).as_deref(), Some("a"));
        assert_eq!(next(7.into()).as_deref(), Some("7"));
        for none in [Value::Null, "".into(), false.into()] {
            assert_eq!(next(none), None);
        }
    }

    #[test]
    fn parameters_that_were_not_set_give_nothing() {
        assert_eq!(given(&Ok(Some(50_i64))).as_deref(), Some("50"));
        assert_eq!(given(&Ok("abc")).as_deref(), Some("abc"));
        assert_eq!(given(&Ok(None::<i64>)), None);
        assert_eq!(given::<i64>(&Err("required".to_owned())), None);
    }
}

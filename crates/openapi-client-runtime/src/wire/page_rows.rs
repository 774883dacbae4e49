//! What tells the items of a page from those of another one.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use crate::facts::pagination::Pagination;

/// What tells the items in the body of a page from those of another one, all their members included.
/// Only items that are objects: texts and numbers may well come twice.
pub(crate) fn rows_in(pagination: &Pagination, body: &[u8]) -> Option<u64> {
    let page: Value = serde_json::from_slice(body).ok()?;
    let items = page.pointer(pagination.items()?)?.as_array()?;
    if items.is_empty() || !items.iter().all(Value::is_object) {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    items.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::pagination::PaginationStyle;

    #[test]
    fn rows_are_told_apart_where_they_are_objects() {
        const NESTED: Pagination = Pagination::new(PaginationStyle::Link)
            .items("/data/rows")
            .build();
        const WHOLE: Pagination = Pagination::new(PaginationStyle::Link).items("").build();
        let rows = |items: &str| {
            let nested = format!(r#"{{"total":7,"data":{{"rows":{items}}}}}"#);
            let nested = rows_in(&NESTED, nested.as_bytes());
            assert_eq!(rows_in(&WHOLE, items.as_bytes()), nested);
            nested
        };
        let one = rows(r#"[{"id":1,"name":"a"}]"#);
        assert!(one.is_some());
        assert_eq!(one, rows(r#"[ {"name":"a", "id":1} ]"#));
        assert_ne!(one, rows(r#"[{"id":2,"name":"a"}]"#));
        for none in [
            "[]",
            r#"["a","b"]"#,
            r#"[{"id":1},7]"#,
            "null",
            "7",
            "<html>",
        ] {
            assert_eq!(rows(none), None);
        }
    }
}

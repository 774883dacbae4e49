//! Which requests an expectation is about.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::request::Request;

/// A condition, and how it is told in failures.
#[derive(Clone)]
pub(super) struct Matcher {
    told: String,
    holds: Condition,
}

type Condition = Arc<dyn Fn(&Incoming<'_>) -> bool + Send + Sync>;

/// A request with the values of its path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) request: &'a Request,
    pub(super) path: &'a [(String, String)],
}

impl Matcher {
    pub(super) fn new(
        told: String,
        holds: impl Fn(&Incoming<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            told,
            holds: Arc::new(holds),
        }
    }

    pub(super) fn holds(&self, incoming: &Incoming<'_>) -> bool {
        (self.holds)(incoming)
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Matcher").field(&self.told).finish()
    }
}

/// Whether all of `part` is in `whole`: members of objects may be more, lists are as long, and
/// everything else is equal.
pub(super) fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, part)| {
            let found = whole.get(name);
            found.is_some_and(|whole| contains(whole, part))
        }),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(a, b)| contains(a, b))
        }
        (whole, part) => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::contains;

    #[test]
    fn objects_may_have_more_members() {
        let whole = json!({"name": "x", "tags": [{"id": 1, "on": true}], "none": null});
        for part in [
            json!({}),
            json!({"name": "x"}),
            json!({"tags": [{"id": 1}]}),
            json!({"none": null}),
        ] {
            assert!(contains(&whole, &part), "{part}");
        }
        for part in [
            json!({"name": "y"}),
            json!({"tags": []}),
            json!({"missing": null}),
            json!([]),
        ] {
            assert!(!contains(&whole, &part), "{part}");
        }
    }
}

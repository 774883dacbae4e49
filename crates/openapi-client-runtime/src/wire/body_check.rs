//! Refuses bodies that a server would refuse for their sizes.

use serde_json::Value;

use crate::facts::body_limits::Misfit;
use crate::{BodyLimits, Failure};

impl BodyLimits {
    /// Refuses a body that does not fit.
    pub(crate) fn check(&self, body: &Value) -> Result<(), Failure> {
        self.find(body, &mut String::new())
            .map_or(Ok(()), |misfit| {
                let Misfit { path, what } = misfit;
                let place = if path.is_empty() {
                    "its body".to_owned()
                } else {
                    format!("`{path}` in its body")
                };
                let path = (!path.is_empty()).then_some(path);
                Err(Failure::invalid(format!("{place} {what}")).at(path))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Number;
    use serde_json::json;

    /// Up to two blocks of one or two conditions, which may hold blocks themselves.
    static BLOCKS: BodyLimits = BodyLimits::new().max_items(2).items(&BLOCK);
    static BLOCK: BodyLimits = BodyLimits::new()
        .max_members(2)
        .members(&[("all", &CONDITIONS), ("name", &BodyLimits::new())])
        .other_members(
            &BodyLimits::new()
                .minimum(Number::Integer(1))
                .below(Number::Integer(10))
                .multiple_of(0.1)
                .max_length(2)
                .pattern("^[a-z]*$", is_lower),
        );
    static CONDITIONS: BodyLimits = BodyLimits::new()
        .min_items(1)
        .max_items(2)
        .unique_items()
        .items(&CONDITION);
    static CONDITION: BodyLimits = BodyLimits::new().kinds(
        "kind",
        &[
            (&["group"], &GROUP),
            (&["value", "share"], &BodyLimits::new().all(&[&SHARE])),
        ],
    );
    static GROUP: BodyLimits = BodyLimits::new().members(&[("blocks", &BLOCKS)]);
    static SHARE: BodyLimits = BodyLimits::new().members(&[(
        "is",
        &BodyLimits::new()
            .above(Number::Float(0.0))
            .maximum(Number::Integer(1)),
    )]);

    fn is_lower(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_lowercase())
    }

    fn refusal(body: &Value) -> String {
        let refused = BLOCKS.check(body).err();
        refused.map_or_else(String::new, |failure| failure.reason().to_owned())
    }

    #[test]
    fn what_fits_passes_and_so_does_what_no_limit_is_about() {
        for body in [
            json!([]),
            json!([{ "all": [{ "kind": "share", "is": 1 }, { "kind": "share", "is": 0.1 }] }]),
            json!([{ "all": [{ "kind": "group", "blocks": [{ "all": [{}] }] }], "size": 1 }]),
            json!([{ "all": [{ "kind": "new", "is": 7 }, { "is": 7 }], "name": 99 }]),
            json!([{ "all": null }, "text"]),
            json!([{ "size": 1.3, "name": "LONG" }, { "size": "ab" }]),
            json!({ "all": [1, 2, 3] }),
        ] {
            assert_eq!(refusal(&body), "", "{body}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place_and_size() {
        for (body, reason) in [
            (
                json!([{}, {}, {}]),
                "its body has 3 items, and at most 2 may be there",
            ),
            (
                json!([{}, { "all": [] }]),
                "`[1].all` in its body has 0 items, and at least 1 must be there",
            ),
            (
                json!([{ "all": [{ "a": 1 }, { "a": 1 }] }]),
                "`[0].all` in its body has the same item at [0] and [1], where no two may be the same",
            ),
            (
                json!([{ "all": [{ "kind": "group", "blocks": [{ "all": [1, 2, 3] }] }] }]),
                "`[0].all[0].blocks[0].all` in its body has 3 items, and at most 2 may be there",
            ),
            (
                json!([{ "all": [{ "kind": "value", "is": 1.5 }] }]),
                "`[0].all[0].is` in its body is 1.5, and must be at most 1",
            ),
            (
                json!([{ "all": [{ "kind": "share", "is": 0 }] }]),
                "`[0].all[0].is` in its body is 0, and must be more than 0",
            ),
            (
                json!([{ "size": 10 }]),
                "`[0].size` in its body is 10, and must be less than 10",
            ),
            (
                json!([{ "a": 1, "b": 1, "c": 1 }]),
                "`[0]` in its body has 3 members, and at most 2 may be there",
            ),
            (
                json!([{ "size": 1.25 }]),
                "`[0].size` in its body is 1.25, and must be a multiple of 0.1",
            ),
            (
                json!([{ "size": "abc" }]),
                "`[0].size` in its body has 3 characters, and at most 2 may be there",
            ),
            (
                json!([{ "size": "é" }]),
                "`[0].size` in its body does not match `^[a-z]*$`",
            ),
        ] {
            assert_eq!(refusal(&body), reason);
        }
    }

    #[test]
    fn integers_are_compared_exactly() {
        let limits = BodyLimits::new().maximum(Number::Integer(9_007_199_254_740_993));
        assert!(limits.check(&json!(9_007_199_254_740_993_u64)).is_ok());
        assert!(limits.check(&json!(9_007_199_254_740_994_u64)).is_err());
        assert!(limits.check(&json!(-1)).is_ok());
        let limits = BodyLimits::new().above(Number::Integer(u64::MAX.into()));
        assert!(limits.check(&json!(u64::MAX)).is_err());
        let floats = BodyLimits::new()
            .minimum(Number::Float(0.5))
            .below(Number::Float(1e300));
        assert!(floats.check(&json!(0.5)).is_ok() && floats.check(&json!(1)).is_ok());
        assert!(floats.check(&json!(0.499)).is_err() && floats.check(&json!(1e300)).is_err());
    }
}

//! Query parameters that bound a member of the items of a list: from here on, up to there.

use std::cmp::Ordering;

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveTime};
use openapi_document::model::{Filter, FilterBound as Side};
use serde_json::Value;

use super::shape::plain_name;
use crate::refusal::{Reason, Refusal};
use crate::sample::words;

/// Words that make a parameter the lower bound of what else it is called.
const FROM: [&str; 7] = ["from", "after", "since", "min", "minimum", "gte", "gt"];
/// Words that make it the upper bound.
const TO: [&str; 7] = ["to", "before", "until", "max", "maximum", "lte", "lt"];
/// What names of members may have beyond those of their bounds, as `created_at` and `created_after`.
const ENDINGS: [&str; 5] = ["", "at", "on", "date", "time"];

/// What a parameter bounds: as `x-filters` says, or as its name does.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Names of members; the first that an item has counts.
    members: Vec<String>,
    side: Side,
}

/// A bound that a call sets.
#[derive(Debug)]
pub(super) struct Bound {
    members: Vec<String>,
    side: Side,
    limit: Point,
}

/// What can lie before or after something else.
#[derive(Debug, Clone, Copy)]
enum Point {
    Moment(DateTime<FixedOffset>),
    Number(f64),
}

impl Said {
    pub(super) fn of(rule: &Filter) -> Self {
        Self {
            members: rule.members.clone(),
            side: rule.by,
        }
    }

    /// A parameter whose name is that of a member and a word for a side, such as `created_after`.
    pub(super) fn by_name(parameter: &str, members: &[String]) -> Option<Self> {
        let words = words::parts(parameter);
        let side = |word: &str| match word {
            word if FROM.contains(&word) => Some(Side::From),
            word if TO.contains(&word) => Some(Side::To),
            _ => None,
        };
        let (first, last) = (words.first()?, words.last()?);
        let (side, rest) = match (side(first), side(last)) {
            (None, Some(side)) => (side, &words[..words.len() - 1]),
            (Some(side), None) => (side, &words[1..]),
            _ => return None,
        };
        let rest = rest.concat();
        if rest.is_empty() {
            return None;
        }
        let fits = |member: &&String| {
            let member = plain_name(member);
            let mut endings = ENDINGS.iter();
            endings.any(|ending| {
                member == format!("{rest}{ending}") || format!("{member}{ending}") == rest
            })
        };
        let members: Vec<String> = members.iter().filter(fits).cloned().collect();
        (!members.is_empty()).then_some(Self { members, side })
    }

    pub(super) fn bound(self, parameter: &str, value: &str) -> Result<Bound, Refusal> {
        let limit = point(value, self.side).ok_or_else(|| {
            let detail = format!(
                "query parameter {parameter}: \"{value}\" is neither a date, a time nor a number"
            );
            Refusal::new(Reason::InvalidRequest, detail).about(parameter)
        })?;
        Ok(Bound {
            members: self.members,
            side: self.side,
            limit,
        })
    }
}

impl Bound {
    pub(super) fn takes(&self, item: &Value) -> bool {
        let mut held = self.members.iter().filter_map(|member| item.get(member));
        let held = held.find(|value| !value.is_null());
        let held = held.and_then(|value| match value {
            Value::String(text) => point(text, Side::From),
            Value::Number(number) => number.as_f64().map(Point::Number),
            _ => None,
        });
        let order = held.and_then(|held| held.order(self.limit));
        match self.side {
            Side::From => order.is_some_and(Ordering::is_ge),
            Side::To => order.is_some_and(Ordering::is_le),
        }
    }
}

impl Point {
    /// Nothing where the two are of different kinds.
    fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Moment(one), Self::Moment(other)) => Some(one.cmp(&other)),
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(&other),
            _ => None,
        }
    }
}

/// A time of RFC 3339, a date or a number. A date that ends something ends it with its last moment.
fn point(text: &str, side: Side) -> Option<Point> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(Point::Moment(moment));
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        let start = day.and_time(NaiveTime::MIN).and_utc().fixed_offset();
        let whole = match side {
            Side::From => Duration::zero(),
            Side::To => Duration::days(1) - Duration::nanoseconds(1),
        };
        return Some(Point::Moment(start.checked_add_signed(whole)?));
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(Point::Number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::Said;

    fn members() -> Vec<String> {
        let names = [
            "id",
            "created_at",
            "updatedAt",
            "price",
            "due_date",
            "start_time",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn takes(parameter: &str, value: &str, item: &serde_json::Value) -> bool {
        let said = Said::by_name(parameter, &members()).expect(parameter);
        said.bound(parameter, value).unwrap().takes(item)
    }

    #[test]
    fn names_say_what_is_bounded_and_from_which_side() {
        for (parameter, member) in [
            ("created_after", "created_at"),
            ("updated[lte]", "updatedAt"),
            ("min_price", "price"),
            ("priceMax", "price"),
            ("due_before", "due_date"),
            ("from_start_time", "start_time"),
        ] {
            let said = Said::by_name(parameter, &members()).expect(parameter);
            assert_eq!(said.members, [member], "{parameter}");
        }
        for parameter in [
            "start_date",
            "from",
            "to",
            "price",
            "sold_after",
            "from_price_to",
        ] {
            assert_eq!(Said::by_name(parameter, &members()), None, "{parameter}");
        }
    }

    #[test]
    fn times_and_dates_are_bounds_and_the_last_day_counts() {
        let item = |time: &str| json!({ "created_at": time });
        let noon = "2026-09-14T12:00:00Z";
        assert!(takes(
            "created_after",
            "2026-09-14T14:00:00+02:00",
            &item(noon)
        ));
        assert!(takes("created_until", "2026-09-14", &item(noon)));
        assert!(!takes("created_until", "2026-09-13", &item(noon)));
        assert!(takes("created_since", "2026-09-14", &item(noon)));
        assert!(!takes("created_since", "2030-01-01", &item(noon)));
        assert!(!takes("created_since", "2020-01-01", &json!({"id": 1})));
        let said = Said::by_name("created_after", &members()).unwrap();
        let refused = said.bound("created_after", "soon").unwrap_err();
        let mut names = refused.names();
        assert_eq!(names.next().unwrap(), "invalid-request:created_after");
    }

    proptest! {
        #[test]
        fn numbers_lie_within_or_without(price: i32, limit: i32) {
            let item = || json!({ "price": price });
            prop_assert_eq!(takes("min_price", &limit.to_string(), &item()), price >= limit);
            prop_assert_eq!(takes("max_price", &limit.to_string(), &item()), price <= limit);
        }
    }
}

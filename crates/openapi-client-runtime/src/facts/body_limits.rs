//! Limits on what is sent, which are checked before it is.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;

use serde_json::{Map, Value};

/// What a document allows in a JSON body: lengths and patterns of strings, sizes of arrays and objects,
/// bounds of numbers, and the same for what is inside. A value of another kind than a limit is about
/// meets it.
///
/// Generated crates hold one for each schema that is sent and has limits, and
/// [`Operation::body_limits`] names that of a body. They are checked before a body is sent, unless
/// [`CallOptions::skip_limits`](crate::CallOptions::skip_limits) says otherwise. What is received is
/// never held against them.
///
/// ```
/// use openapi_client_runtime::{BodyLimits, Method, Number, Operation, RequestBody};
///
/// // {"tags": ["a", "b"], "share": 0.5}
/// static THING: BodyLimits = BodyLimits::new().members(&[
///     ("tags", &BodyLimits::new().min_items(1).max_items(5).unique_items()),
///     ("share", &BodyLimits::new().above(Number::Integer(0)).maximum(Number::Integer(1))),
/// ]);
/// static MAKE_THING: Operation = Operation::new("make_thing", Method::Post, "/things")
///     .request(RequestBody::new("application/json"))
///     .body_limits(Some(&THING))
///     .build();
/// assert!(MAKE_THING.body_limits().is_some());
/// ```
///
/// [`Operation::body_limits`]: crate::Operation::body_limits
#[derive(Clone, Copy)]
#[must_use]
pub struct BodyLimits {
    least: Option<Bound>,
    most: Option<Bound>,
    multiple_of: Option<f64>,
    characters: Sizes,
    pattern: Option<Pattern>,
    items: Sizes,
    members: Sizes,
    unique_items: bool,
    of_members: &'static [(&'static str, &'static Self)],
    of_other_members: Option<&'static Self>,
    of_items: Option<&'static Self>,
    all: &'static [&'static Self],
    kinds: Option<Kinds>,
}

/// Limits by the value of a member.
type Kinds = (
    &'static str,
    &'static [(&'static [&'static str], &'static BodyLimits)],
);

/// A bound of numbers, exact where it is an integer. [`BodyLimits`] has an example.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Number {
    /// An integer.
    Integer(i128),
    /// Any other number.
    Float(f64),
}

impl Number {
    /// How a number of a body compares. Rounding keeps the order, so that no number within a bound is
    /// refused for it.
    fn compared(self, number: &serde_json::Number) -> Option<Ordering> {
        let integer = number.as_i64().map(i128::from);
        let integer = integer.or_else(|| number.as_u64().map(i128::from));
        match (self, integer) {
            (Self::Integer(bound), Some(integer)) => Some(integer.cmp(&bound)),
            (Self::Integer(bound), None) => number.as_f64()?.partial_cmp(&rounded(bound)),
            (Self::Float(bound), _) => number.as_f64()?.partial_cmp(&bound),
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "compared with what is rounded too"
)]
const fn rounded(integer: i128) -> f64 {
    integer as f64
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Float(float) => float.fmt(f),
        }
    }
}

/// A regular expression (ECMA-262), and what holds strings against it.
#[derive(Clone, Copy)]
struct Pattern {
    text: &'static str,
    matches: fn(&str) -> bool,
}

#[derive(Clone, Copy)]
struct Bound {
    value: Number,
    /// Whether the bound itself is out of bounds.
    excluded: bool,
}

#[derive(Clone, Copy)]
struct Sizes {
    least: usize,
    most: usize,
}

const ANY_SIZE: Sizes = Sizes {
    least: 0,
    most: usize::MAX,
};

/// What does not fit, and where: `blocks[2].conditions`.
pub(crate) struct Misfit {
    pub(crate) path: String,
    pub(crate) what: String,
}

impl BodyLimits {
    /// No limits.
    pub const fn new() -> Self {
        Self {
            least: None,
            most: None,
            multiple_of: None,
            characters: ANY_SIZE,
            pattern: None,
            items: ANY_SIZE,
            members: ANY_SIZE,
            unique_items: false,
            of_members: &[],
            of_other_members: None,
            of_items: None,
            all: &[],
            kinds: None,
        }
    }

    /// The least number.
    pub const fn minimum(mut self, value: Number) -> Self {
        let excluded = false;
        self.least = Some(Bound { value, excluded });
        self
    }

    /// A number that is too small itself.
    pub const fn above(mut self, value: Number) -> Self {
        let excluded = true;
        self.least = Some(Bound { value, excluded });
        self
    }

    /// The greatest number.
    pub const fn maximum(mut self, value: Number) -> Self {
        let excluded = false;
        self.most = Some(Bound { value, excluded });
        self
    }

    /// A number that is too great itself.
    pub const fn below(mut self, value: Number) -> Self {
        let excluded = true;
        self.most = Some(Bound { value, excluded });
        self
    }

    /// What a number has to be a multiple of.
    pub const fn multiple_of(mut self, value: f64) -> Self {
        self.multiple_of = Some(value);
        self
    }

    /// The least length of a string, in characters.
    pub const fn min_length(mut self, characters: usize) -> Self {
        self.characters.least = characters;
        self
    }

    /// The greatest length of a string, in characters.
    pub const fn max_length(mut self, characters: usize) -> Self {
        self.characters.most = characters;
        self
    }

    /// A regular expression that a string has to match, and what holds a string against it.
    pub const fn pattern(mut self, text: &'static str, matches: fn(&str) -> bool) -> Self {
        self.pattern = Some(Pattern { text, matches });
        self
    }

    /// The least length of a list.
    pub const fn min_items(mut self, items: usize) -> Self {
        self.items.least = items;
        self
    }

    /// The greatest length of a list.
    pub const fn max_items(mut self, items: usize) -> Self {
        self.items.most = items;
        self
    }

    /// No two items of a list are the same.
    pub const fn unique_items(mut self) -> Self {
        self.unique_items = true;
        self
    }

    /// The least number of members of an object.
    pub const fn min_members(mut self, members: usize) -> Self {
        self.members.least = members;
        self
    }

    /// The greatest number of members of an object.
    pub const fn max_members(mut self, members: usize) -> Self {
        self.members.most = members;
        self
    }

    /// Limits of members, by name.
    pub const fn members(mut self, members: &'static [(&'static str, &'static Self)]) -> Self {
        self.of_members = members;
        self
    }

    /// Limits of the members that [`members`](Self::members) does not name.
    pub const fn other_members(mut self, limits: &'static Self) -> Self {
        self.of_other_members = Some(limits);
        self
    }

    /// Limits of each item of a list.
    pub const fn items(mut self, limits: &'static Self) -> Self {
        self.of_items = Some(limits);
        self
    }

    /// Further limits, all of which hold.
    pub const fn all(mut self, limits: &'static [&'static Self]) -> Self {
        self.all = limits;
        self
    }

    /// Further limits, by the value of the member `tag`.
    pub const fn kinds(
        mut self,
        tag: &'static str,
        kinds: &'static [(&'static [&'static str], &'static Self)],
    ) -> Self {
        self.kinds = Some((tag, kinds));
        self
    }

    /// The first misfit in the value at `path`, from the outside in.
    pub(crate) fn find(&self, value: &Value, path: &mut String) -> Option<Misfit> {
        let own = match value {
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text),
            Value::Array(items) => self.list(items),
            Value::Object(members) => self.members.misfit(members.len(), "member"),
            _ => None,
        };
        if let Some(what) = own {
            let path = std::mem::take(path);
            return Some(Misfit { path, what });
        }
        let all = self.all.iter().copied().chain(self.kind(value));
        for limits in all {
            if let Some(misfit) = limits.find(value, path) {
                return Some(misfit);
            }
        }
        match value {
            Value::Array(items) => self.within_list(items, path),
            Value::Object(members) => self.within_object(members, path),
            _ => None,
        }
    }

    fn number(&self, number: &serde_json::Number) -> Option<String> {
        let is_out = |bound: &Bound, wrong: Ordering| {
            let compared = bound.value.compared(number);
            compared == Some(wrong) || (bound.excluded && compared == Some(Ordering::Equal))
        };
        if let Some(Bound { value, excluded }) = self.least.filter(|b| is_out(b, Ordering::Less)) {
            let word = if excluded { "more than" } else { "at least" };
            return Some(format!("is {number}, and must be {word} {value}"));
        }
        if let Some(Bound { value, excluded }) = self.most.filter(|b| is_out(b, Ordering::Greater))
        {
            let word = if excluded { "less than" } else { "at most" };
            return Some(format!("is {number}, and must be {word} {value}"));
        }
        let value = number.as_f64()?;
        let step = self.multiple_of.filter(|step| !is_multiple(value, *step))?;
        Some(format!("is {number}, and must be a multiple of {step}"))
    }

    /// The string itself may be a secret, so it is not shown.
    fn string(&self, text: &str) -> Option<String> {
        if let Some(what) = self.characters.misfit(text.chars().count(), "character") {
            return Some(what);
        }
        let pattern = self.pattern.filter(|pattern| !(pattern.matches)(text))?;
        Some(format!("does not match `{}`", pattern.text))
    }

    fn list(&self, items: &[Value]) -> Option<String> {
        if let Some(what) = self.items.misfit(items.len(), "item") {
            return Some(what);
        }
        if !self.unique_items {
            return None;
        }
        let mut seen = HashMap::new();
        let mut items = items.iter().enumerate();
        items.find_map(|(index, item)| {
            let first = seen.insert(item, index)?;
            let what = "where no two may be the same";
            Some(format!(
                "has the same item at [{first}] and [{index}], {what}"
            ))
        })
    }

    fn kind(&self, value: &Value) -> Option<&'static Self> {
        let (tag, kinds) = self.kinds?;
        let kind = value.get(tag)?.as_str()?;
        let mut kinds = kinds.iter();
        kinds.find_map(|(values, limits)| values.contains(&kind).then_some(*limits))
    }

    fn within_list(&self, items: &[Value], path: &mut String) -> Option<Misfit> {
        let limits = self.of_items?;
        let length = path.len();
        for (index, item) in items.iter().enumerate() {
            path.push_str(&format!("[{index}]"));
            if let Some(misfit) = limits.find(item, path) {
                return Some(misfit);
            }
            path.truncate(length);
        }
        None
    }

    fn within_object(&self, members: &Map<String, Value>, path: &mut String) -> Option<Misfit> {
        let length = path.len();
        for (name, value) in members {
            let named = self.of_members.iter().find(|(own, _)| own == name);
            let limits = named.map(|(_, limits)| *limits).or(self.of_other_members);
            let Some(limits) = limits else {
                continue;
            };
            if length > 0 {
                path.push('.');
            }
            path.push_str(name);
            if let Some(misfit) = limits.find(value, path) {
                return Some(misfit);
            }
            path.truncate(length);
        }
        None
    }
}

/// `0.3` is a multiple of `0.1`, though no floating-point number is either of them.
fn is_multiple(value: f64, step: f64) -> bool {
    let times = value / step;
    (times - times.round()).abs() <= times.abs() * f64::EPSILON * 4.0
}

impl Sizes {
    fn misfit(self, size: usize, one: &str) -> Option<String> {
        let counted = |count: usize| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {one}s"),
        };
        if size < self.least {
            let least = self.least;
            Some(format!(
                "has {}, and at least {least} must be there",
                counted(size)
            ))
        } else if size > self.most {
            let most = self.most;
            Some(format!(
                "has {}, and at most {most} may be there",
                counted(size)
            ))
        } else {
            None
        }
    }
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self::new()
    }
}

/// The same limits, not equal ones: limits may lead back to themselves.
impl PartialEq for BodyLimits {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Limits may lead back to themselves, so nothing of them is shown.
impl fmt::Debug for BodyLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyLimits").finish_non_exhaustive()
    }
}

//! Numbers within their limits.

use openapi_document::model::{Bound, Limits};
use serde_json::{Number, Value};

use super::dice::Dice;
use super::flat::Flat;
use super::words;

/// The widest step from a limit, where there is no other.
const WIDTH: f64 = 1000.0;

pub(super) fn integer(flat: &Flat<'_>, name: &str, dice: &mut Dice) -> Value {
    let (least, greatest) = limits(flat, name, 1.0);
    let step = step(flat).map_or(1.0, |step| if step.fract() == 0.0 { step } else { 1.0 });
    let (first, last) = ((least / step).ceil(), (greatest / step).floor());
    let number = whole(first, last, dice) * step;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "limits beyond 64 bits are cut to 64 bits"
    )]
    Value::from(number as i64)
}

pub(super) fn number(flat: &Flat<'_>, name: &str, dice: &mut Dice) -> Value {
    let (least, greatest) = limits(flat, name, 0.01);
    let step = step(flat).unwrap_or(0.01);
    let (first, last) = ((least / step).ceil(), (greatest / step).floor());
    let number = match first <= last {
        // Divided by a whole number where that can be, so that 0.07 stays 0.07.
        true if (1.0 / step).fract() == 0.0 => whole(first, last, dice) / (1.0 / step),
        true => whole(first, last, dice) * step,
        false => f64::midpoint(least, greatest),
    };
    Number::from_f64(number).map_or(Value::from(0), Value::Number)
}

fn whole(first: f64, last: f64, dice: &mut Dice) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "numbers this large are exact to a step"
    )]
    let number = dice.between(first as i64, last as i64) as f64;
    number
}

/// The limits of the schema, moved by `nudge` where they are excluded; the usual ones of the name
/// where it sets none.
fn limits(flat: &Flat<'_>, name: &str, nudge: f64) -> (f64, f64) {
    let [least, greatest] = bounds(flat);
    let least = least.map(|(least, out)| if out { least + nudge } else { least });
    let greatest = greatest.map(|(greatest, out)| if out { greatest - nudge } else { greatest });
    let (low, high) = words::usual_range(name);
    match (least, greatest) {
        (Some(least), Some(greatest)) => {
            let (low, high) = (low.max(least), high.min(greatest));
            if low <= high {
                (low, high)
            } else {
                (least, greatest)
            }
        }
        (Some(least), None) if least <= high => (low.max(least), high),
        (Some(least), None) => (least, least + WIDTH),
        (None, Some(greatest)) if greatest >= low => (low, high.min(greatest)),
        (None, Some(greatest)) => (greatest - WIDTH, greatest),
        (None, None) => (low, high),
    }
}

/// The bounds that the schema sets, each with whether it is out of bounds itself.
pub(super) fn bounds(flat: &Flat<'_>) -> [Option<(f64, bool)>; 2] {
    let bound = |of: fn(&Limits) -> Option<&Bound>| {
        let number = flat.get(|part| of(&part.limits)?.value.as_f64())?;
        let exclusive = flat.is(|part| of(&part.limits).is_some_and(|bound| bound.exclusive));
        Some((number, exclusive))
    };
    let least = bound(|limits| limits.minimum.as_ref());
    [least, bound(|limits| limits.maximum.as_ref())]
}

fn step(flat: &Flat<'_>) -> Option<f64> {
    let step = flat.get(|part| part.limits.multiple_of.as_ref()?.as_f64())?;
    (step > 0.0).then_some(step)
}

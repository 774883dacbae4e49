//! Days and times near a fixed day, so that runs repeat.

use chrono::{DateTime, SecondsFormat, Utc};

use super::dice::Dice;

/// Monday, 1 June 2026, 08:00:00 UTC.
const START: i64 = 1_780_300_800;
const DAY: i64 = 24 * 60 * 60;

fn moment(dice: &mut Dice) -> DateTime<Utc> {
    let minutes = dice.between(0, 40) * 15;
    let seconds = START + dice.between(-30, 30) * DAY + minutes * 60;
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

pub(super) fn date_time(dice: &mut Dice) -> String {
    moment(dice).to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn date(dice: &mut Dice) -> String {
    moment(dice).format("%Y-%m-%d").to_string()
}

pub(super) fn time(dice: &mut Dice) -> String {
    moment(dice).format("%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::START;
    use chrono::DateTime;

    #[test]
    fn the_fixed_day_is_a_monday_morning() {
        let start = DateTime::from_timestamp(START, 0).unwrap();
        assert_eq!(
            start.format("%a %F %T").to_string(),
            "Mon 2026-06-01 08:00:00"
        );
    }
}

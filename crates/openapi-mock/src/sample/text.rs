//! Texts by format, pattern and name, within their lengths.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::dice::Dice;
use super::flat::Flat;
use super::{alike, moment, pattern, words};

/// A text for a member called `name`. One that resembles `like`, where that is given.
pub(super) fn text(flat: &Flat<'_>, name: &str, like: Option<&str>, dice: &mut Dice) -> String {
    let format = flat.get(|part| part.format.as_deref());
    if let Some(text) = format.and_then(|format| formatted(format, dice)) {
        return text;
    }
    if let Some(like) = like {
        return alike::text(like, name, dice);
    }
    let wanted = flat.get(|part| part.limits.pattern.as_deref());
    if let Some(text) = wanted.and_then(|wanted| patterned(flat, wanted, dice)) {
        return text;
    }
    let text = match format {
        Some("password") => Some(words::hexadecimal(24, dice)),
        _ => words::by_name(name, dice),
    };
    let text = text.unwrap_or_else(|| words::word(dice));
    fitted(text, flat, dice)
}

/// A text that matches the pattern and has a length that is allowed.
fn patterned(flat: &Flat<'_>, pattern: &str, dice: &mut Dice) -> Option<String> {
    let (least, greatest) = lengths(flat);
    let mut tries = (0..50).map_while(|_| pattern::matching(pattern, dice));
    tries.find(|text| (least..=greatest).contains(&text.chars().count()))
}

fn lengths(flat: &Flat<'_>) -> (usize, usize) {
    let greatest = flat
        .greatest(|limits| limits.max_length)
        .unwrap_or(usize::MAX);
    (flat.least(|limits| limits.min_length), greatest)
}

/// `text` with more words where it is too short, and cut where it is too long.
fn fitted(mut text: String, flat: &Flat<'_>, dice: &mut Dice) -> String {
    let (least, greatest) = lengths(flat);
    while text.chars().count() < least {
        text.push(' ');
        text.push_str(&words::word(dice));
    }
    if text.chars().count() <= greatest {
        return text;
    }
    let cut: String = text.chars().take(greatest).collect();
    match cut.trim_end() {
        trimmed if trimmed.chars().count() >= least => trimmed.to_owned(),
        _ => cut.replace(' ', "-"),
    }
}

/// A text of a format that judges check or that says what the text is.
fn formatted(format: &str, dice: &mut Dice) -> Option<String> {
    Some(match format {
        "uuid" => uuid(dice),
        "date-time" => moment::date_time(dice),
        "date" => moment::date(dice),
        "time" => moment::time(dice),
        "duration" => format!("PT{}M", dice.between(1, 12) * 5),
        "email" | "idn-email" => words::email(dice),
        "uri" | "iri" | "url" => words::url(dice),
        "uri-reference" | "iri-reference" | "uri-template" | "json-pointer" => {
            format!("/{}", words::word(dice))
        }
        "hostname" | "idn-hostname" => format!("{}.example.com", words::word(dice)),
        "ipv4" => format!("192.0.2.{}", dice.between(1, 254)),
        "ipv6" => format!("2001:db8::{}", words::hexadecimal(4, dice)),
        "byte" => STANDARD.encode(words::word(dice)),
        "relative-json-pointer" => format!("0/{}", words::word(dice)),
        "regex" => format!("^{}$", words::word(dice)),
        "phone" => words::phone(dice),
        _ => return None,
    })
}

/// Version 4 of RFC 9562, section 5.4.
pub(super) fn uuid(dice: &mut Dice) -> String {
    let mut digits = |count| words::hexadecimal(count, dice);
    format!(
        "{}-{}-4{}-a{}-{}",
        digits(8),
        digits(4),
        digits(3),
        digits(3),
        digits(12)
    )
}

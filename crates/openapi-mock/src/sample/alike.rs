//! Texts of the same make as an example.

use super::dice::Dice;
use super::words;

/// Another text like this one: ids get other digits and letters, while paths, links, dates, versions
/// and addresses stay, which other digits would make nonsense. `name` is that of the member that
/// holds it.
pub(super) fn text(example: &str, name: &str, dice: &mut Dice) -> String {
    if example.starts_with('/') || example.contains("://") {
        return example.to_owned();
    }
    if example.contains(char::is_whitespace) {
        let named = words::by_name(name, dice);
        return named.unwrap_or_else(|| example.to_owned());
    }
    if example.contains('@') {
        return words::email(dice);
    }
    if !is_id(example) {
        return example.to_owned();
    }
    let scramble = |token| scrambled(token, dice);
    pieces(example).into_iter().map(scramble).collect()
}

/// Digits alone, or letters and digits in runs that `-` and `_` may join.
fn is_id(text: &str) -> bool {
    let has = |wanted: fn(&char) -> bool| text.chars().any(|character| wanted(&character));
    let plain = text
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    let digits_alone = text.chars().all(|character| character.is_ascii_digit());
    plain && has(char::is_ascii_digit) && (digits_alone || has(char::is_ascii_alphabetic))
}

/// Alternating runs of letters and digits, and of everything else.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = first.is_ascii_alphanumeric();
        let end = rest
            .find(|character: char| character.is_ascii_alphanumeric() != kind)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// A run with other characters of the same kinds. One without digits is a word, and stays.
fn scrambled(piece: &str, dice: &mut Dice) -> String {
    if !piece.contains(|character: char| character.is_ascii_digit()) {
        return piece.to_owned();
    }
    let hexadecimal = piece.chars().all(|character| character.is_ascii_hexdigit());
    let letters = if hexadecimal { 6 } else { 26 };
    let other = |character: char| {
        let step = |start: char, count| {
            let offset = u8::try_from(dice.below(count)).unwrap_or(0);
            char::from(start as u8 + offset)
        };
        let mut step = step;
        match character {
            '0'..='9' => step('0', 10),
            'a'..='z' => step('a', letters),
            'A'..='Z' => step('A', letters),
            other => other,
        }
    };
    piece.chars().map(other).collect()
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::sample::dice::Place;

    #[test]
    fn ids_keep_their_make() {
        let mut dice = Place::new(0, "").dice();
        let made = text("cus_8s7dfKK2", "id", &mut dice);
        assert!(made.starts_with("cus_") && made != "cus_8s7dfKK2" && made.len() == 12);
        let uuid = text("5f0c9b1e-7d3a-4c26-b8e1-f29a6d47c350", "id", &mut dice);
        assert!(
            uuid.chars().all(|c| c == '-' || c.is_ascii_hexdigit()),
            "{uuid}"
        );
        assert_eq!(text("standard", "name", &mut dice), "standard");
        assert_ne!(text("8841", "number", &mut dice), "8841");
        for stays in [
            "/config/a1/b",
            "203.0.113.0/24",
            "2026-06-01",
            "2026-06-01T09:30:00+02:00",
            "1.10.0",
        ] {
            assert_eq!(text(stays, "member", &mut dice), stays);
        }
    }
}

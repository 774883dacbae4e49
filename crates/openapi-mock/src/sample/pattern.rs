//! Texts that match a pattern.

use rand::distr::Distribution;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

use super::dice::Dice;

/// How often something is repeated at most, where the pattern sets no limit.
const MOST: u32 = 12;

/// A text that matches `pattern`; nothing where the pattern is beyond what can be turned around, such
/// as one that looks ahead.
pub(super) fn matching(pattern: &str, dice: &mut Dice) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let texts = rand_regex::Regex::with_hir(plain(&hir), MOST).ok()?;
    let text: Result<String, _> = texts.sample(&mut dice.0);
    text.ok()
}

/// A pattern that matches less: without anchors, which always hold for a text that is made from
/// start to end, of visible ASCII where that is possible, and short.
fn plain(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(Class::Unicode(class)) => {
            let visible = ClassUnicode::new([ClassUnicodeRange::new('!', '~')]);
            let mut shown = class.clone();
            shown.intersect(&visible);
            let empty = shown.ranges().is_empty();
            Hir::class(Class::Unicode(if empty { class.clone() } else { shown }))
        }
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: Some(greatest(repetition)),
            greedy: repetition.greedy,
            sub: Box::new(plain(&repetition.sub)),
        }),
        HirKind::Capture(capture) => plain(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(plain).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(plain).collect()),
    }
}

fn greatest(repetition: &Repetition) -> u32 {
    let usual = repetition.min.max(MOST);
    repetition.max.map_or(usual, |max| max.min(usual))
}

#[cfg(test)]
mod tests {
    use super::matching;
    use crate::sample::dice::Place;

    #[test]
    fn texts_match_their_patterns() {
        for pattern in [
            "^[A-Za-z0-9_]+$",
            r"^\d{4}-\d{2}$",
            "^(red|green)$",
            "^[^/]{3,200}$",
            r"^\+?[1-9]\d{1,14}$",
            "^#[0-9a-fA-F]{6}$",
        ] {
            let schema = serde_json::json!({"type": "string", "pattern": pattern});
            for place in 0..20 {
                let text = matching(pattern, &mut Place::new(0, "").item(place).dice()).unwrap();
                assert!(
                    jsonschema::is_valid(&schema, &text.clone().into()),
                    "{text} {pattern}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_turned_around_gives_nothing() {
        assert_eq!(matching("^(?=.*x)a", &mut Place::new(0, "").dice()), None);
    }
}

//! Which event a change of a resource is.

use crate::change::{Change, ChangeKind};

/// The name among `events` that tells of a change: the resource, in singular or plural, and what
/// happened to it. Nothing where the document has no such event.
pub(super) fn event<'a>(change: &Change, events: &[&'a str]) -> Option<&'a str> {
    let resource = words(&change.resource);
    let tells = |name: &str, whole: bool| {
        let name = words(name);
        let Some((kind, subject)) = name.split_last() else {
            return false;
        };
        if !verbs(change.kind).contains(&kind.as_str()) || subject.len() < resource.len() {
            return false;
        }
        let (before, subject) = subject.split_at(subject.len() - resource.len());
        same(subject, &resource) && (before.is_empty() || !whole)
    };
    let find = |whole| events.iter().copied().find(|name| tells(name, whole));
    find(true).or_else(|| find(false))
}

fn verbs(kind: ChangeKind) -> &'static [&'static str] {
    match kind {
        ChangeKind::Created => &["created", "added"],
        ChangeKind::Updated => &["updated", "changed", "modified"],
        ChangeKind::Deleted => &["deleted", "removed"],
    }
}

/// Whether two names mean the same thing, whatever their number.
fn same(left: &[String], right: &[String]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(a, b)| a == b || singular(a) == *b || *a == singular(b))
}

/// The words of a name in any spelling, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let begins = character.is_uppercase() && before.is_lowercase();
        if begins || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The singular of an English plural, as far as rules go.
pub(super) fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["ses", "xes", "zes", "ches", "shes"] {
        if word.ends_with(ending) && word.len() > ending.len() + 1 {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn found(resource: &str, kind: ChangeKind, events: &[&'static str]) -> Option<&'static str> {
        let change = Change {
            kind,
            resource: resource.to_owned(),
            path: String::new(),
            value: Value::Null,
        };
        event(&change, events)
    }

    #[test]
    fn names_are_found_in_any_spelling() {
        let created = ChangeKind::Created;
        assert_eq!(
            found("meetings", created, &["meeting.updated", "meeting.created"]),
            Some("meeting.created")
        );
        assert_eq!(
            found("entityTypes", created, &["entity_type_added"]),
            Some("entity_type_added")
        );
        assert_eq!(
            found("companies", ChangeKind::Deleted, &["CompanyRemoved"]),
            Some("CompanyRemoved")
        );
        assert_eq!(
            found("statuses", ChangeKind::Updated, &["status-changed"]),
            Some("status-changed")
        );
    }

    #[test]
    fn the_whole_name_wins_over_its_end() {
        let events = ["admin.user.created", "user.created"];
        assert_eq!(
            found("users", ChangeKind::Created, &events),
            Some("user.created")
        );
        assert_eq!(
            found("users", ChangeKind::Created, &events[..1]),
            Some("admin.user.created")
        );
        assert_eq!(found("superusers", ChangeKind::Created, &events), None);
        assert_eq!(found("users", ChangeKind::Deleted, &events), None);
        assert_eq!(
            found("users", ChangeKind::Created, &["created", "", "."]),
            None
        );
    }

    #[test]
    fn plurals_lose_their_ending() {
        for (plural, one) in [
            ("addresses", "address"),
            ("boxes", "box"),
            ("houses", "hous"),
            ("class", "class"),
            ("keys", "key"),
        ] {
            assert_eq!(singular(plural), one);
        }
    }
}

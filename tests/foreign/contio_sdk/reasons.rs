//! Whether each difference has its reason, and each reason its difference.

use crate::{
    methods::{Everywhere, Row, Table},
    stage::Seen,
};

/// What of `everywhere` is met by a row.
pub(crate) fn met<'a>(table: &'a Table, row: &Row, seen: &Seen) -> Vec<&'a Everywhere> {
    let expected = |one: &&Everywhere| one.on.as_ref().is_none_or(|on| *on == row.on);
    let known = table.everywhere.iter().filter(expected);
    known.filter(|one| seen.has(&one.difference)).collect()
}

/// The differences of a row that need a reason of their own.
pub(crate) fn own_differences(table: &Table, row: &Row, seen: &Seen) -> Vec<String> {
    let met = met(table, row, seen);
    let all = seen.differences.iter().map(ToString::to_string);
    all.filter(|found| !met.iter().any(|one| one.difference == *found))
        .collect()
}

/// What is wrong with the reasons: one that is missing, and one that has nothing to explain. Ours may
/// only fail where the SDK does, with the same request.
pub(crate) fn complaints(table: &Table, seen: &[Seen]) -> Vec<String> {
    let rows = || table.calls.iter().zip(seen);
    let mut found: Vec<String> = rows()
        .flat_map(|(row, seen)| of_row(table, row, seen))
        .collect();
    let met: Vec<_> = rows()
        .flat_map(|(row, seen)| met(table, row, seen))
        .collect();
    for one in &table.everywhere {
        if !met.iter().any(|other| std::ptr::eq(*other, one)) {
            found.push(format!(
                "`everywhere` has {:?}, and nothing is so",
                one.difference
            ));
        }
    }
    found
}

fn of_row(table: &Table, row: &Row, seen: &Seen) -> Vec<String> {
    let differences = own_differences(table, row, seen);
    let is_strange = !differences.is_empty() || seen.is_refused();
    let mut found = Vec::new();
    match &row.why {
        None if is_strange => {
            let answer = &seen.answer;
            found.push(format!(
                "no `why` for {differences:?}, answered with {answer}"
            ));
        }
        Some(_) if !is_strange => found.push("a `why`, and nothing is different".to_owned()),
        _ => {}
    }
    let may_fail = differences.is_empty() && seen.is_refused();
    let failure = seen.failure.iter().filter(|_| !may_fail);
    found.extend(failure.map(|failure| format!("ours fails: {failure}")));
    let name = format!("{}.{} beside {}", row.on, row.method, row.ours);
    found
        .into_iter()
        .map(|what| format!("{name}: {what}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Seen, Table, complaints};
    use crate::compare::Difference;

    fn table(why: &Value) -> Table {
        let table = json!({
            "everywhere": [{ "difference": "header `accept`: another value", "on": "user", "why": "So it is." }],
            "calls": [{ "on": "user", "method": "getIt", "arguments": [], "ours": "get_it", "why": why }],
            "silent": [],
        });
        serde_json::from_value(table).unwrap()
    }

    fn seen(differences: &[&str], answer: &str, failure: Option<&str>) -> Seen {
        let other = |what: &&str| Difference::Other((*what).to_owned());
        Seen {
            differences: differences.iter().map(other).collect(),
            answer: answer.to_owned(),
            failure: failure.map(str::to_owned),
        }
    }

    #[test]
    fn what_has_its_reason_is_fine() {
        let (accept, path) = ("header `accept`", "query `limit`");
        let why = json!("Because.");
        for (why, seen) in [
            (&Value::Null, seen(&[accept], "200", None)),
            (&why, seen(&[accept, path], "200", None)),
            (&why, seen(&[accept], "404", Some("not found"))),
        ] {
            assert_eq!(complaints(&table(why), &[seen]), [""; 0]);
        }
    }

    #[test]
    fn what_has_none_is_told() {
        let (accept, path) = ("header `accept`", "query `limit`");
        let why = json!("Because.");
        for (why, seen, complaint) in [
            (
                &Value::Null,
                seen(&[accept, path], "200", None),
                "no `why` for",
            ),
            (
                &Value::Null,
                seen(&[accept], "404", None),
                "answered with 404",
            ),
            (&why, seen(&[accept], "200", None), "nothing is different"),
            (
                &why,
                seen(&[path, accept], "404", Some("gone")),
                "ours fails: gone",
            ),
            (&why, seen(&[path], "200", None), "and nothing is so"),
        ] {
            let found = complaints(&table(why), &[seen]);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(complaint), "{found:?}");
        }
    }
}

//! How values that are sent are made: `new` with what is required, and setters for the rest.

use openapi_client_runtime::Patch;
use serde_json::{Value, json};

use crate::{
    client,
    clients::setters::types::{Address, Filter, Kind, Line, NewOrder},
    server::Server,
};

const CODE: &str = include_str!("clients/setters.rs");

/// The public functions of a type, each as it is declared, in one line.
fn functions(code: &str, ty: &str) -> Vec<String> {
    let start = format!("\n    impl {ty} {{\n");
    let bodies = code.split(start.as_str()).skip(1);
    let bodies = bodies.map(|rest| rest.split("\n    }\n").next().unwrap());
    let functions = bodies.flat_map(|body| body.split("pub fn ").skip(1));
    let heads = functions.map(|function| function.split(" {\n").next().unwrap());
    heads.map(in_one_line).collect()
}

fn in_one_line(code: &str) -> String {
    let words: Vec<&str> = code.split_whitespace().collect();
    let mut line = words.join(" ");
    for (broken, whole) in [("( ", "("), (", )", ")"), ("< ", "<"), (", >", ">")] {
        line = line.replace(broken, whole);
    }
    line
}

/// What `new` of a type takes; nothing where there is no `new`.
pub(crate) fn arguments_of_new(code: &str, ty: &str) -> Option<Vec<String>> {
    let mut functions = functions(code, ty).into_iter();
    let new = functions.find(|function| function.starts_with("new("))?;
    let (arguments, _) = new.strip_prefix("new(")?.split_once(") -> Self")?;
    let mut found: Vec<String> = Vec::new();
    for part in arguments.split(", ").filter(|part| !part.is_empty()) {
        match found.last_mut() {
            // A comma within a type.
            Some(last) if !part.contains(": ") => *last = format!("{last}, {part}"),
            _ => found.push(part.to_owned()),
        }
    }
    Some(found)
}

fn day() -> chrono::NaiveDate {
    "2024-02-29".parse().unwrap()
}

fn order() -> NewOrder {
    NewOrder::new(
        "Seats",
        0.5,
        None,
        Kind::Chair,
        3,
        day(),
        Address::new("Main St"),
        [Line::new("leg"), Line::new("back")],
        [("red", 2)],
        true,
    )
}

/// What the order holds beside what is required.
fn rest(order: NewOrder) -> Value {
    let required = serde_json::to_value(self::order()).unwrap();
    let mut value = serde_json::to_value(order).unwrap();
    let members = value.as_object_mut().unwrap();
    members.retain(|name, member| required.get(name) != Some(member));
    value
}

#[tokio::test]
async fn what_is_required_is_sent_as_it_was_given() {
    let server = Server::start().await;
    let client = client!(setters, server);
    server.json(201, &json!({ "number": 7 }));
    client.create_order().body(order()).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({
            "title": "Seats", "share": 0.5, "approver": null, "kind": "chair", "amount": 3,
            "day": "2024-02-29", "address": { "street": "Main St" },
            "lines": [{ "article": "leg" }, { "article": "back" }], "counts": { "red": 2 },
            "urgent": true,
        })
    );
}

#[test]
fn new_takes_what_is_required_in_the_order_of_the_document() {
    assert_eq!(
        arguments_of_new(CODE, "NewOrder").unwrap(),
        [
            "title: impl Into<String>",
            "share: f64",
            "approver: Option<String>",
            "kind: impl Into<Kind>",
            "amount: i64",
            "day: impl Into<::chrono::naive::NaiveDate>",
            "address: impl Into<Address>",
            "lines: impl IntoIterator<Item = impl Into<Line>>",
            "counts: impl IntoIterator<Item = (impl Into<String>, i64)>",
            "urgent: bool",
        ]
    );
    assert_eq!(
        arguments_of_new(CODE, "Address").unwrap(),
        ["street: impl Into<String>"]
    );
}

#[test]
fn what_is_required_may_be_set_again() {
    let order = order()
        .title(String::from("Desks"))
        .approver(Some("Ann".to_owned()))
        .kind("table")
        .lines(vec![Line::new("top")])
        .counts([("blue".to_owned(), 1), ("green".to_owned(), 2)]);
    assert_eq!(order.kind, Kind::Table);
    assert_eq!(
        rest(order),
        json!({
            "title": "Desks", "approver": "Ann", "kind": "table", "lines": [{ "article": "top" }],
            "counts": { "blue": 1, "green": 2 },
        })
    );
}

#[test]
fn what_is_optional_takes_its_value_alone() {
    let given = order()
        .note("soon")
        .tags(["a", "b"])
        .ranks([2, 1])
        .labels([("from", "shop")])
        .limits([("height", 1.5)])
        .billing(Address::new("Side St").city("Bern"));
    assert_eq!(
        rest(given),
        json!({
            "note": "soon", "tags": ["a", "b"], "ranks": [2, 1], "labels": { "from": "shop" },
            "limits": { "height": 1.5 }, "billing": { "street": "Side St", "city": "Bern" },
        })
    );
    let empty = order().tags(Vec::<String>::new()).ranks([]);
    assert_eq!(rest(empty), json!({ "tags": [], "ranks": [] }));
}

#[test]
fn a_value_that_may_not_be_there_is_left_out_or_set() {
    let number: Option<i64> = Some(5);
    let order = order().note("soon").tags(["a"]);
    let order = order.maybe_new(number).maybe_tags(None).maybe_billing(None);
    assert_eq!(rest(order), json!({ "note": "soon", "new": 5 }));
}

#[test]
fn null_is_a_third_state() {
    let discount = |order: NewOrder| order.discount;
    assert_eq!(discount(order()), Patch::Absent);
    assert_eq!(discount(order().discount(0.5)), Patch::Value(0.5));
    assert_eq!(discount(order().null_discount()), Patch::Null);
    assert_eq!(
        discount(order().maybe_discount(Some(0.5))),
        Patch::Value(0.5)
    );
    let back = order().null_discount().maybe_discount(None);
    assert_eq!(discount(back), Patch::Absent, "left out, and not null");
    assert_eq!(
        rest(order().null_words().place(Address::new("Hall"))),
        json!({ "words": null, "place": { "street": "Hall" } })
    );
    assert_eq!(
        rest(order().words(["a"]).null_place()),
        json!({ "words": ["a"], "place": null })
    );
}

#[test]
fn names_that_are_taken_have_an_underscore_behind_them() {
    let order = order()
        .new_(1)
        .type_(Kind::Table)
        .maybe_note(true)
        .maybe_note_(Some("soon".to_owned()));
    assert_eq!(
        rest(order),
        json!({ "new": 1, "type": "table", "maybe_note": true, "note": "soon" })
    );
    let back = self::order().maybe_note(true).type_(Kind::Chair);
    let back = back.maybe_maybe_note(None).maybe_type(None);
    assert_eq!(rest(back), json!({}));
}

#[test]
fn what_only_the_server_sets_has_no_setter() {
    let functions = functions(CODE, "NewOrder");
    let names = functions.iter().map(|function| function.split('(').next());
    let names: Vec<&str> = names.map(Option::unwrap).collect();
    assert!(names.contains(&"note"));
    for name in ["id", "maybe_id", "null_id"] {
        assert!(!names.contains(&name), "{name}");
    }
}

#[test]
fn members_without_a_name_are_set_together() {
    let order = order().extra([("size", json!([1, 2])), ("color", json!("red"))]);
    assert_eq!(rest(order), json!({ "size": [1, 2], "color": "red" }));
    let free = self::order().anything([("deep", json!({ "a": null }))]);
    assert_eq!(rest(free), json!({ "anything": { "deep": { "a": null } } }));
}

#[test]
fn a_value_may_hold_one_of_its_own_type() {
    let line = Line::new("leg").part_of(Line::new("seat").part_of(Line::new("chair")));
    assert_eq!(
        serde_json::to_value(line).unwrap(),
        json!({ "article": "leg", "part_of": { "article": "seat", "part_of": { "article": "chair" } } })
    );
    let order = order().before(self::order());
    assert_eq!(rest(order)["before"]["title"], "Seats");
}

#[tokio::test]
async fn objects_in_parameters_are_made_alike() {
    let server = Server::start().await;
    let client = client!(setters, server);
    let filter = Filter::new(Kind::Chair).least(2);
    client.count_orders().filter(filter).send().await.unwrap();
    assert_eq!(
        server.last().line,
        "GET /orders?filter%5Bkind%5D=chair&filter%5Bleast%5D=2"
    );
}

#[test]
fn what_is_only_received_is_not_made() {
    assert!(CODE.contains("pub struct Receipt {"));
    assert_eq!(arguments_of_new(CODE, "Receipt"), None);
    assert_eq!(functions(CODE, "Receipt"), [""; 0]);
}

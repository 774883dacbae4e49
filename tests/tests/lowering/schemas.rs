//! Schemas: what is sent of a value, and what a reply becomes.

use std::collections::BTreeMap;

use openapi_client_runtime::{ErrorKind, Patch};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    client,
    clients::{
        choose_one_of_any as any, drop_required_choices as choices, formats,
        hoist_inline_schemas as hoisted, inheritance, integer_enums as integers,
        keep_empty_lists as lists, keep_extra_members as maps, keep_null_apart as nulls,
        keep_numbers_exact as numbers, keep_property_from_map as map_fields,
        keep_unknown_members as members, move_nullable_to_references as nullable,
        open_string_enums as enums, protect_secrets as secrets, recursive_schemas as recursive,
        tag_discriminated_unions as unions, take_limits_off_types as limits,
    },
    server::Server,
};

/// What is read is written again as it was.
fn round_trip<T: DeserializeOwned + Serialize>(json: &Value) -> T {
    let value: T =
        serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(&serde_json::to_value(&value).unwrap(), json);
    value
}

#[tokio::test]
async fn inline_schemas_have_names_after_their_place() {
    use hoisted::types::{
        CreateOrderMode, CreateOrderRequest, CreateOrderRequestLinesItem,
        CreateOrderRequestLinesItemUnit, CreateOrderResponse201State,
    };
    let server = Server::start().await;
    let client = client!(hoist_inline_schemas, server);
    server.json(
        201,
        &json!({ "id": 1, "state": "parked", "totals": { "EUR": { "net": 2.5 } } }),
    );
    let line = CreateOrderRequestLinesItem::new("nut")
        .unit(CreateOrderRequestLinesItemUnit::Piece)
        .null_size();
    let answer = client
        .create_order()
        .mode(CreateOrderMode::Draft)
        .body(CreateOrderRequest::new([line]).null_ship_to())
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "POST /orders?mode=draft");
    assert_eq!(
        server.last().json(),
        json!({ "lines": [{ "article": "nut", "unit": "piece", "size": null }], "ship_to": null })
    );
    assert_eq!(answer.state, CreateOrderResponse201State::from("parked"));
    assert!((answer.totals.as_ref().unwrap()["EUR"].net - 2.5).abs() < f64::EPSILON);
}

#[tokio::test]
async fn null_is_accepted_where_a_component_allows_it() {
    let server = Server::start().await;
    let client = client!(move_nullable_to_references, server);
    server.json(200, &json!({ "address": null, "nickname": null, "mood": null, "contact": null, "mother": null }));
    let person = client.read_person().send().await.unwrap();
    assert!(person.address.is_none() && person.mood.is_none() && person.mother.is_none());
    round_trip::<nullable::types::Person>(&json!({
        "address": { "street": "a" },
        "nickname": "b",
        "mood": "brave",
        "contact": 5,
        "mother": { "address": null, "nickname": null, "mood": "glad" },
    }));
}

#[tokio::test]
async fn unions_are_told_apart_by_their_tag() {
    use unions::types::{Dog, Pet, Shape};
    let server = Server::start().await;
    let client = client!(tag_discriminated_unions, server);
    let pets = json!([
        { "petType": "dog", "name": "Rex", "lives": 9 },
        { "petType": "puppy", "name": "Tim", "owner": { "name": "Ann" } },
        { "petType": "cat", "name": "Tom", "owner": { "name": "Ann" } },
        { "petType": "newt", "legs": 4 },
    ]);
    server.json(200, &pets);
    let found = client.list_pets().send().await.unwrap().into_inner();
    assert!(matches!(&found[0], Pet::Dog(dog) if dog.name == "Rex"));
    assert!(matches!(&found[1], Pet::Dog(dog) if dog.pet_type == "puppy"));
    assert!(matches!(&found[2], Pet::Cat(cat) if cat.name == "Tom"));
    assert!(matches!(&found[3], Pet::Unknown(json) if json["legs"] == 4));

    let dog = Dog::new("dog", "Rex");
    server.json(200, &json!({ "kind": "Square", "side": 2.0 }));
    let shape = client.add_pet().body(dog).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "petType": "dog", "name": "Rex" })
    );
    assert!(matches!(&*shape, Shape::Square(square) if square.side > 1.0));
}

#[tokio::test]
async fn enums_keep_what_they_do_not_know() {
    use enums::types::{Car, Color, Fuel, Gear, Grade};
    let server = Server::start().await;
    let client = client!(open_string_enums, server);
    server.json(
        200,
        &json!({ "color": "mauve", "more": ["red", "dark_green", ""], "fuel": "hydrogen" }),
    );
    let car = client
        .read_car()
        .color(Color::DarkGreen)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(server.last().line, "GET /car?color=dark_green");
    assert_eq!(car.color.as_str(), "mauve");
    assert_eq!(
        car.more.as_ref().unwrap()[..2],
        [Color::Red, Color::DarkGreen]
    );
    assert_eq!((car.gear.clone(), Gear::default()), (None, Gear::Manual));
    assert_eq!(car.fuel, Some(Fuel::from("hydrogen")));
    client.set_car().body(car).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "color": "mauve", "more": ["red", "dark_green", ""], "fuel": "hydrogen" })
    );
    assert_eq!("A".parse::<Grade>().unwrap(), Grade::A);
    assert!(
        "C".parse::<Grade>().is_err(),
        "a closed enum takes no other value"
    );
    assert!(serde_json::from_value::<Car>(json!({ "color": 3 })).is_err());
}

#[tokio::test]
async fn secrets_are_sent_but_never_printed() {
    let server = Server::start().await;
    let client = client!(protect_secrets, server);
    server.json(
        200,
        &json!({ "token": "hush-1", "spare": ["hush-2"], "old": null }),
    );
    let short = secrets::types::Login::new("ann", "hush-0");
    let refused = client.log_in().body(short).send().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    assert!(!format!("{refused} {refused:?}").contains("hush"));
    assert_eq!(server.count(), 0);
    let login = secrets::types::Login::new("ann", "hush-0-0").null_pin();
    assert!(!format!("{login:?}").contains("hush"), "{login:?}");
    let session = client.log_in().body(login).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "user": "ann", "password": "hush-0-0", "pin": null })
    );
    assert!(!format!("{session:?}").contains("hush"), "{session:?}");
    assert_eq!(session.token.expose(), "hush-1");
    assert_eq!(session.spare.as_ref().unwrap()[0].expose(), "hush-2");
}

#[tokio::test]
async fn what_is_shown_once_is_taken_once() {
    let server = Server::start().await;
    let client = client!(protect_secrets, server);
    server.json(
        201,
        &json!({ "id": "4711", "secret": "hush-3", "recovery": ["hush-4"] }),
    );
    let app = client.create_app().send().await.unwrap().into_inner();
    assert!(!format!("{app:?}").contains("hush"), "{app:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials.txt");
    let kept = app.clone();
    app.secret
        .save_with(&path, |secret| format!("{}:{secret}", app.id))
        .unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "4711:hush-3");
    assert!(kept.secret.take().is_none() && kept.spare.is_none());
    let code = kept.recovery.unwrap()[0].take().unwrap();
    assert_eq!(code.expose(), "hush-4");
}

#[tokio::test]
async fn limits_hold_for_what_is_sent_only() {
    use limits::types::{NewWord, NewWordLevels};
    let server = Server::start().await;
    let client = client!(take_limits_off_types, server);
    server.json(
        200,
        &json!({ "text": "Überlang", "count": 0, "tags": ["a", "a"], "new": true }),
    );
    let word = client.read_word().send().await.unwrap();
    assert_eq!((word.text.as_str(), word.count), ("Überlang", Some(0)));

    for (word, place) in [
        (NewWord::new("ab"), "`text`"),
        (NewWord::new("toolong"), "`text`"),
        (NewWord::new("ABC"), "`text`"),
        (NewWord::new("abc").count(0), "`count`"),
        (NewWord::new("abc").share(0.0), "`share`"),
        (NewWord::new("abc").tags(Vec::<String>::new()), "`tags`"),
        (NewWord::new("abc").nick("abcd"), "`nick`"),
        (NewWord::new("abc").codes(["A", "a"]), "`codes[1]`"),
    ] {
        let error = client.set_word().body(word).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let text = error.to_string();
        assert!(text.contains(&format!("{place} in its body")), "{text}");
    }
    assert_eq!(server.count(), 1, "none of them was sent");
    assert!(NewWordLevels::try_from(3).is_err());
    let word = NewWord::new("abc").tags(["a"]).nick("abc").codes(["A"]);
    client.set_word().body(word).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "text": "abc", "tags": ["a"], "nick": "abc", "codes": ["A"] })
    );
}

#[tokio::test]
async fn numbers_in_unions_keep_their_digits() {
    use numbers::types::Value as Scalar;
    let server = Server::start().await;
    let client = client!(keep_numbers_exact, server);
    for json in [
        json!(5),
        json!(5.0),
        json!(9_007_199_254_740_993_i64),
        json!(true),
        json!("5"),
    ] {
        server.json(200, &json);
        let value = client.read_value().send().await.unwrap().into_inner();
        client.set_value().body(value).send().await.unwrap();
        assert_eq!(server.last().body, json.to_string());
    }
    assert!(matches!(round_trip(&json!(5)), Scalar::Number(_)));
}

/// So that an id that may be a text or a number goes into a path.
#[test]
fn unions_of_scalars_print_as_their_value() {
    use numbers::types::Value as Scalar;
    for (value, text) in [
        (Scalar::from("a b"), "a b"),
        (Scalar::Boolean(true), "true"),
        (Scalar::Number(5.into()), "5"),
        (Scalar::Unknown(json!([1])), "[1]"),
    ] {
        assert_eq!(value.to_string(), text);
        assert_eq!(String::from(&value), text);
        assert_eq!(String::from(value), text);
    }
}

#[tokio::test]
async fn unions_that_come_back_keep_what_they_do_not_know() {
    use members::types::{Answer, Question};
    let server = Server::start().await;
    let client = client!(keep_unknown_members, server);
    server.json(200, &json!({ "later": [1] }));
    let answer = client.read_answer().send().await.unwrap().into_inner();
    assert_eq!(answer, Answer::Unknown(json!({ "later": [1] })));
    assert!(matches!(
        round_trip(&json!({ "words": ["a"] })),
        Answer::Long(_)
    ));
    assert_eq!(round_trip::<Answer>(&json!(true)), Answer::Boolean(true));
    client
        .set_answer()
        .body(Question::String("a".to_owned()))
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), json!("a"));
    assert!(
        serde_json::from_value::<Question>(json!(5)).is_err(),
        "what is only sent is not open"
    );
}

#[tokio::test]
async fn any_of_several_kinds_is_the_first_that_fits() {
    use any::types::{NewValue, Value as Kind};
    let server = Server::start().await;
    let client = client!(choose_one_of_any, server);
    server.json(200, &json!({ "from": 1 }));
    let value = client.read_value().send().await.unwrap().into_inner();
    assert!(matches!(value, Kind::Range(range) if range.from == 1));
    assert_eq!(round_trip::<Kind>(&json!(5)), Kind::Integer(5));
    assert_eq!(round_trip::<Kind>(&json!([5])), Kind::Unknown(json!([5])));
    client
        .set_value()
        .body(NewValue::Array(vec!["a".to_owned()]))
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), json!(["a"]));
}

#[tokio::test]
async fn null_is_not_absent() {
    use nulls::types::{Address, Change, Mood};
    let server = Server::start().await;
    let client = client!(keep_null_apart, server);
    server.json(200, &json!({ "must": null, "name": null }));
    let change = Change::new(None)
        .null_name()
        .age(5)
        .tags([Some("a".to_owned()), None])
        .address(Address::new())
        .mood(Mood::Glad);
    let answer = client.change_person().body(change).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "must": null, "name": null, "age": 5, "tags": ["a", null], "address": {}, "mood": "glad" })
    );
    assert_eq!(answer.name, Patch::Null);
    assert_eq!(answer.age, Patch::Absent);
    for json in [
        json!({ "must": null }),
        json!({ "must": "a", "name": null, "age": null, "tags": null, "born": null, "address": null, "mood": null }),
        json!({ "must": "a", "name": "", "tags": [], "address": { "street": null }, "plain": "p" }),
        json!({ "must": "a", "born": "2024-02-03T04:05:06Z", "mood": "new" }),
    ] {
        round_trip::<Change>(&json);
    }
}

#[test]
fn null_is_not_absent_in_the_forms_of_a_union_either() {
    use nulls::types::Alert;
    round_trip::<Alert>(&json!({ "comment": null, "state": "open" }));
    round_trip::<Alert>(&json!({ "owners": [] }));
}

#[tokio::test]
async fn members_of_which_one_is_needed_may_all_be_there() {
    use choices::types::Alert;
    let server = Server::start().await;
    let client = client!(drop_required_choices, server);
    let both = json!({ "state": "open", "owners": ["ann"] });
    server.json(200, &both);
    let alert = client
        .change_alert()
        .body(Alert::new().state("open").owners(["ann"]))
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), both);
    assert_eq!(serde_json::to_value(&*alert).unwrap(), both);
}

#[tokio::test]
async fn empty_is_not_absent() {
    use lists::types::Tags;
    let server = Server::start().await;
    let client = client!(keep_empty_lists, server);
    server.json(200, &json!({ "always": [] }));
    let nothing = Tags::new(Vec::<String>::new());
    client.set_tags().body(nothing).send().await.unwrap();
    assert_eq!(server.last().json(), json!({ "always": [] }));
    server.json(200, &json!({ "always": [] }));
    let empty = Tags::new(Vec::<String>::new())
        .list(Vec::<String>::new())
        .map(BTreeMap::<String, _>::new())
        .free(serde_json::Map::new());
    client.set_tags().body(empty).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "always": [], "list": [], "map": {}, "free": {} })
    );
    for json in [
        json!({ "always": ["a"], "list": [], "objects": [], "nullables": [null, "a"], "set": [] }),
        json!({ "always": [], "map": {}, "by_name": { "a": { "name": "b" } }, "free": { "x": [1] }, "named": [] }),
        json!({ "always": [], "by_name": {}, "bare": {} }),
    ] {
        round_trip::<Tags>(&json);
    }
}

#[tokio::test]
async fn members_of_all_parts_are_members_of_the_whole() {
    use inheritance::types::{Employee, Person};
    let server = Server::start().await;
    let client = client!(inheritance, server);
    server.json(
        200,
        &json!({ "name": "Ann", "salary": 5, "changed": "2024-02-03" }),
    );
    let ann = client.read_staff().send().await.unwrap();
    assert_eq!((ann.name.as_str(), ann.salary), ("Ann", 5));
    client
        .set_staff()
        .body(Employee::new("Ann", 6).boss(Person::new("Eve")))
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "name": "Ann", "salary": 6, "boss": { "name": "Eve" } })
    );
    assert!(serde_json::from_value::<Employee>(json!({ "salary": 5 })).is_err());
}

#[tokio::test]
async fn schemas_may_hold_themselves() {
    use recursive::types::Tree;
    let server = Server::start().await;
    let client = client!(recursive_schemas, server);
    let json = json!({
        "name": "a",
        "left": { "name": "b", "right": null },
        "right": { "name": "c", "twigs": [{ "name": "d" }] },
        "grafts": { "x": { "name": "e" } },
        "nest": { "tree": { "name": "f" } },
        "rule": { "kind": "not", "rule": { "kind": "all", "rules": [{ "kind": "word", "text": "t" }, { "kind": "new" }] } },
    });
    server.json(200, &json);
    let tree = client.read_tree().send().await.unwrap().into_inner();
    assert_eq!(tree.left.as_ref().unwrap().right, Patch::Null);
    client.set_tree().body(tree).send().await.unwrap();
    assert_eq!(server.last().json(), json);
    round_trip::<Tree>(&json!({ "name": "a", "twigs": [] }));
}

#[tokio::test]
async fn numbers_of_an_enum_are_checked_when_sent_only() {
    use integers::types::{NewLevel, NewLevelStep};
    let server = Server::start().await;
    let client = client!(integer_enums, server);
    server.json(200, &json!({ "level": 30 }));
    let level = client
        .read_level()
        .floor(2)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(server.last().line, "GET /level?floor=2");
    assert_eq!(*level.level, 30);
    let error = client.read_level().floor(4).send().await.unwrap_err();
    assert!(error.to_string().contains("`floor`"), "{error}");
    assert!(NewLevelStep::try_from(2).is_err());
    client
        .set_level()
        .body(NewLevel::new(NewLevelStep::try_from(5).unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), json!({ "step": 5 }));
}

#[tokio::test]
async fn members_without_a_name_are_kept() {
    use maps::types::{Shelf, Stock};
    let server = Server::start().await;
    let client = client!(keep_extra_members, server);
    let json = json!({
        "owner": "Ann", "counts": { "nut": 3 }, "shelves": { "top": { "height": 2, "wood": "oak" } },
        "anything": [1, { "a": null }], "other": "words",
    });
    server.json(200, &json).json(200, &json!({ "top": 1 }));
    let stock = client.read_stock().send().await.unwrap().into_inner();
    assert_eq!(stock.extra["other"], "words");
    assert_eq!(stock.counts["nut"], 3);
    let counts = client.set_stock().body(stock).send().await.unwrap();
    assert_eq!(server.last().json(), json);
    assert_eq!(counts["top"], 1);
    round_trip::<Shelf>(&json!({ "wood": { "kind": "oak" } }));
    assert!(
        serde_json::from_value::<Stock>(json!({ "owner": "a", "counts": { "nut": "many" } }))
            .is_err()
    );
}

#[tokio::test]
async fn a_property_called_extra_keeps_its_name_beside_the_map() {
    use map_fields::types::{Base, Card, Made, Named, Note};
    let server = Server::start().await;
    let client = client!(keep_property_from_map, server);
    let json = json!({ "title": "t", "extra": "e", "extra_members": true, "more": 1 });
    server.json(200, &json).reply(204, "", "");
    let card: Card = client.read_card().send().await.unwrap().into_inner();
    assert_eq!(card.extra.as_deref(), Some("e"));
    assert_eq!(card.extra_members, Some(true));
    assert_eq!(card.extra_members2["more"], 1);
    client.set_card().body(card).send().await.unwrap();
    assert_eq!(server.last().json(), json);

    let built = Card::new("t").extra("e").extra_members2([("more", 1)]);
    let mut expected = json.clone();
    expected.as_object_mut().unwrap().remove("extra_members");
    assert_eq!(serde_json::to_value(built).unwrap(), expected);

    let note = json!({ "Extra": "12345", "text": null, "wood": { "kind": "oak" } });
    round_trip::<Note>(&note);
    let note: Note = serde_json::from_value(note).unwrap();
    assert_eq!(note.extra.as_str(), "12345");
    assert_eq!(note.extra_members["wood"]["kind"], "oak");
    let long = map_fields::types::Others::new().note(Note::new("123456"));
    let error = client.set_others().body(long).send().await.unwrap_err();
    let reason = "`note.Extra` in its body has 6 characters, and at most 5 may be there";
    assert!(error.to_string().contains(reason), "{error}");

    round_trip::<Named>(&json!({ "extra": { "a": 1 }, "b": "c" }));
    round_trip::<Base>(&json!({ "extra": "a" }));
    let made = json!({ "extra": "a", "size": 3, "more": "b" });
    round_trip::<Made>(&made);
    let made: Made = serde_json::from_value(made).unwrap();
    assert_eq!(made.extra_members["more"], "b");
}

#[tokio::test]
async fn formats_are_types() {
    use formats::types::Event;
    let server = Server::start().await;
    let client = client!(formats, server);
    let id = "6f1c9c52-6b1b-4f38-9f5c-2f3a1d3f1c11";
    let json = json!({
        "id": id, "at": "2024-02-03T04:05:06.789Z", "day": "2024-02-03", "host": "127.0.0.1",
        "link": "https://a.b/c?d", "mail": "a@b.c", "blob": "AAEC", "small": -1,
        "big": 9_007_199_254_740_993_i64, "share": 0.5, "sum": 1e300, "ip": "::1",
    });
    server.json(200, &json);
    let since: chrono::DateTime<chrono::Utc> = "2024-02-03T05:05:06+01:00".parse().unwrap();
    let day: chrono::NaiveDate = "2024-02-03".parse().unwrap();
    let id: uuid::Uuid = id.parse().unwrap();
    let event = client
        .read_event()
        .id(id)
        .since(since)
        .day(day)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        server.last().line,
        format!("GET /events/{id}?day=2024-02-03&since=2024-02-03T04%3A05%3A06Z")
    );
    client.set_event().id(id).body(event).send().await.unwrap();
    assert_eq!(server.last().json(), json);
    client
        .find_event()
        .at(since)
        .x_before(since)
        .x_after(since)
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().line,
        "GET /events/at/2024-02-03T04%3A05%3A06Z"
    );
    assert_eq!(
        server.last().header("x-before").unwrap(),
        "2024-02-03T04:05:06Z"
    );
    assert_eq!(
        server.last().header("x-after").unwrap(),
        "2024-02-03T04:05:06Z"
    );
    assert!(
        serde_json::from_value::<Event>(json!({ "id": "no", "at": "2024-02-03T04:05:06Z" }))
            .is_err()
    );
}

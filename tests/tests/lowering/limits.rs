//! Limits of the document on what goes out, checked before it does.

use std::fmt::Debug;

use openapi_client_runtime::{CallOptions, Error, ErrorKind};
use serde_json::{Value, json};

use crate::{
    client,
    clients::check_limits::{
        Client,
        types::{NewForm, Size},
    },
    server::Server,
};

/// A form that any of the blocks shows, each with so many conditions.
fn form(conditions: &[usize]) -> Value {
    let block = |conditions: &usize| {
        let conditions = (0..*conditions).map(|n| json!({ "variable": format!("$v{n}") }));
        json!({ "conditions": conditions.collect::<Vec<_>>() })
    };
    let blocks: Vec<Value> = conditions.iter().map(block).collect();
    json!({ "name": "Window", "visible": blocks })
}

async fn refusal(client: &Client, form: Value) -> String {
    let form: NewForm = serde_json::from_value(form).unwrap();
    refused(client.create_form().body(form).send().await)
}

/// Why a request was refused before anything was sent.
fn refused<T: Debug>(outcome: Result<T, Error<Value>>) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.is_unsent() && error.status().is_none());
    error.to_string()
}

#[tokio::test]
async fn five_blocks_of_five_conditions_are_the_most() {
    let server = Server::start().await;
    let client = client!(check_limits, server);
    server.json(201, &json!({ "name": "Window" }));
    let most: NewForm = serde_json::from_value(form(&[5; 5])).unwrap();
    client.create_form().body(most).send().await.unwrap();
    assert_eq!(server.last().json(), form(&[5; 5]));

    for (conditions, reason) in [
        (
            &[1; 6][..],
            "`visible` in its body has 6 items, and at most 5 may be there",
        ),
        (
            &[5, 5, 6],
            "`visible[2].conditions` in its body has 6 items, and at most 5 may be there",
        ),
        (
            &[5, 0],
            "`visible[1].conditions` in its body has 0 items, and at least 1 must be there",
        ),
    ] {
        let text = refusal(&client, form(conditions)).await;
        assert!(text.contains(reason), "{text}");
    }
    let mut nested = form(&[1]);
    nested["visible"][0]["conditions"][0]["unless"] = json!({ "conditions": [] });
    let text = refusal(&client, nested).await;
    assert!(
        text.contains("`visible[0].conditions[0].unless.conditions` in its body has 0 items"),
        "{text}"
    );
    assert_eq!(server.count(), 1, "nothing else was sent");
}

#[tokio::test]
async fn numbers_lists_and_maps_keep_their_bounds() {
    let server = Server::start().await;
    let client = client!(check_limits, server);
    for (member, value, reason) in [
        (
            "shares",
            json!({ "rest": 7, "a": 0 }),
            "`shares.a` in its body is 0.0, and must be more than 0",
        ),
        (
            "shares",
            json!({ "a": 1, "b": 1.5 }),
            "`shares.b` in its body is 1.5, and must be at most 1",
        ),
        (
            "shares",
            json!({ "a": 1, "b": 1, "c": 1, "d": 1 }),
            "`shares` in its body has 4 members, and at most 3 may be there",
        ),
        (
            "controls",
            json!([{ "type": "number", "width": 13 }]),
            "`controls[0].width` in its body is 13, and must be at most 12",
        ),
        (
            "controls",
            json!([{ "type": "text" }, { "type": "list", "options": ["a", "a"] }]),
            "`controls[1].options` in its body has the same item at [0] and [1]",
        ),
        (
            "nick",
            json!([]),
            "`nick` in its body has 0 items, and at least 1 must be there",
        ),
    ] {
        let text = refusal(&client, json!({ "name": "Window", member: value })).await;
        assert!(text.contains(reason), "{text}");
    }
    let tags = |tags: &[&str]| tags.iter().map(ToString::to_string).collect::<Vec<_>>();
    let twice = client.set_tags().id("1").body(tags(&["a", "b", "a"]));
    let text = twice.send().await.unwrap_err().to_string();
    assert!(text.contains("its body has the same item"), "{text}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn what_no_limit_forbids_goes_out() {
    let server = Server::start().await;
    let client = client!(check_limits, server);
    server.json(201, &json!({ "name": "far longer than any name that may be sent", "visible": [{}, {}, {}, {}, {}, {}] }));
    let free = json!({ "name": "Window", "nick": null, "shares": { "rest": 99.0, "a": 1.0 },
        "controls": [{ "type": "list", "width": 12 }, { "type": "wheel", "width": 99 }] });
    let form: NewForm = serde_json::from_value(free.clone()).unwrap();
    let made = client.create_form().body(form).send().await.unwrap();
    assert_eq!(made.visible.as_ref().unwrap().len(), 6);
    assert_eq!(server.last().json(), free);
    client.set_tags().id("1").send().await.unwrap();
}

#[tokio::test]
async fn strings_and_steps_keep_to_their_limits() {
    let server = Server::start().await;
    let client = client!(check_limits, server);
    let window = || NewForm::new("Window");
    let pattern = r"`variable` in its body does not match `^\$[a-z][a-z0-9_]*$`";
    for (form, reason) in [
        (
            NewForm::new("ü".repeat(21)),
            "`name` in its body has 21 characters, and at most 20 may be there",
        ),
        (
            window().code("a"),
            "`code` in its body has 1 character, and at least 2 must be there",
        ),
        (window().variable("width"), pattern),
        (window().variable("$Width"), pattern),
        (
            window().price(0.12),
            "`price` in its body is 0.12, and must be a multiple of 0.05",
        ),
    ] {
        let text = refused(client.create_form().body(form).send().await);
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("$Width"), "it may be a secret: {text}");
    }
    assert_eq!(server.count(), 0);

    server.json(201, &json!({ "name": "Window" }));
    let longest = NewForm::new("ü".repeat(20)).code("ab");
    let form = longest.variable("$width_2").price(0.15);
    client.create_form().body(form).send().await.unwrap();
    let sent =
        json!({ "name": "ü".repeat(20), "code": "ab", "variable": "$width_2", "price": 0.15 });
    assert_eq!(server.last().json(), sent);
}

#[tokio::test]
async fn what_came_beyond_a_limit_goes_back_only_if_the_call_says_so() {
    let server = Server::start().await;
    let client = client!(check_limits, server);
    let large = json!({ "width": 99, "label": "LARGE", "marks": ["a", "b"] });
    let size = || serde_json::from_value::<Size>(large.clone()).unwrap();
    for (size, reason) in [
        (
            size(),
            "`label` in its body has 5 characters, and at most 3 may be there",
        ),
        (
            Size::new().width(10),
            "`width` in its body is 10, and must be at most 9",
        ),
        (
            Size::new().label("L"),
            "`label` in its body does not match `^[a-z]*$`",
        ),
        (
            Size::new().marks(["a", "b"]),
            "`marks` in its body has 2 items, and at most 1 may be there",
        ),
    ] {
        let text = refused(client.set_size().id("1").body(size).send().await);
        assert!(text.contains(reason), "{text}");
    }
    assert_eq!(server.count(), 0);

    server.json(200, &large);
    let as_it_came = client.set_size().id("1").body(size());
    let options = CallOptions::new().skip_limits();
    let answer = as_it_came.with_options(options).send().await.unwrap();
    assert_eq!(server.last().json(), large);
    assert_eq!(*answer, size(), "what is received is not held against them");
}

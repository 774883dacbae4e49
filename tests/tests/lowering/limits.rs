//! Limits of the document on what goes out, checked before it does.

use openapi_client_runtime::ErrorKind;
use serde_json::{Value, json};

use crate::{
    client,
    clients::check_limits::{Client, types::NewForm},
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
    let error = client.create_form().body(form).send().await.unwrap_err();
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

    // What the server sends as well goes back as it came.
    server.json(200, &json!({ "width": 99, "marks": ["a", "b"] }));
    let size = json!({ "width": 0, "marks": ["a", "b"] });
    let size = serde_json::from_value::<crate::clients::check_limits::types::Size>(size).unwrap();
    let size = client.set_size().id("1").body(size).send().await.unwrap();
    assert_eq!(size.width, Some(99));
}

#[test]
fn patterns_are_part_of_the_types() {
    for (variable, fits) in [("$width_2", true), ("width", false), ("$Width", false)] {
        let form = NewForm::builder().name("Window").variable(
            variable
                .parse::<crate::clients::check_limits::types::NewFormVariable>()
                .ok(),
        );
        let form = form.build().unwrap();
        assert_eq!(form.variable.is_some(), fits, "{variable}");
    }
}

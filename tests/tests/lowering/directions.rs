//! What is only sent, what is only received, and defaults, which belong to the side that is read.

use serde_json::json;

use crate::{
    client,
    clients::{require_by_direction as directions, send_only_what_is_set as defaults},
    server::Server,
};

#[tokio::test]
async fn only_what_was_set_is_sent() {
    use defaults::types::{Filter, SettingsChange, SettingsChangePlace};
    let server = Server::start().await;
    let client = client!(send_only_what_is_set, server);
    let change = SettingsChange::new().loud(false);
    client.change_settings().body(change).send().await.unwrap();
    assert_eq!(server.last().json(), json!({ "loud": false }));

    let change = SettingsChange::new()
        .tags(Vec::<String>::new())
        .null_note()
        .place(SettingsChangePlace::default());
    client.change_settings().body(change).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "tags": [], "note": null, "place": {} })
    );

    server.json(200, &json!({}));
    let filter = Filter::new().limit(3);
    client.read_settings().filter(filter).send().await.unwrap();
    assert_eq!(server.last().line, "GET /settings?filter%5Blimit%5D=3");
}

#[tokio::test]
async fn a_body_that_may_be_left_out_holds_only_what_was_set() {
    use defaults::types::Replacement;
    let server = Server::start().await;
    let client = client!(send_only_what_is_set, server);
    server.json(200, &json!({ "color": "blue" }));
    let replacement = Replacement::new("sans");
    client
        .replace_settings()
        .body(replacement.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), json!({ "font": "sans" }));

    server.json(200, &json!({}));
    let look = client
        .replace_settings()
        .body(replacement.null_note())
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "font": "sans", "note": null })
    );
    // `Look` goes both ways, so nothing is filled in that would be sent back.
    assert_eq!(look.color, None);
}

#[tokio::test]
async fn a_default_stands_in_for_what_an_answer_leaves_out() {
    let server = Server::start().await;
    let client = client!(send_only_what_is_set, server);
    server.json(200, &json!({}));
    let settings = client.read_settings().send().await.unwrap();
    assert_eq!(
        (settings.size, &settings.tags[..]),
        (12, &["a".to_owned()][..])
    );
}

#[tokio::test]
async fn members_are_asked_for_where_they_can_be() {
    use directions::types::{Box as Case, Item};
    let server = Server::start().await;
    let client = client!(require_by_direction, server);
    server.json(201, &json!({ "id": "1", "name": "a" }));
    let item = Item::new("a").secret("s");
    let item = client
        .add_item()
        .body(item)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(server.last().json(), json!({ "name": "a", "secret": "s" }));
    assert_eq!((item.id.as_deref(), item.secret), (Some("1"), None));
    let nameless = serde_json::from_value::<Item>(json!({ "id": "1" }));
    assert!(nameless.is_err(), "a name is needed both ways");

    server.json(200, &json!({ "grams": 7 }));
    let case = Case::new("b", "k", Vec::<Item>::new());
    let weight = client.set_box().body(case).send().await.unwrap();
    assert_eq!(
        server.last().json(),
        json!({ "shelf": "b", "key": "k", "items": [] })
    );
    assert_eq!(weight.grams, 7, "an answer alone has it, so it is there");
}

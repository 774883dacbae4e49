//! Names, descriptions, deprecation and servers.

use serde_json::json;

use crate::{
    client,
    clients::{inferred, names, noisy_descriptions, servers, titles},
    server::Server,
};

#[tokio::test]
#[expect(
    clippy::used_underscore_items,
    reason = "`2fa` has no other name in Rust"
)]
async fn names_of_rust_and_of_nobody_are_names() {
    let server = Server::start().await;
    let client = client!(names, server);
    server.json(200, &json!({ "type": "+", "@id": "i", "+1": 1, "-1": 2, "1st": "f", "fn": { "Some": "s" },
        "größe": { "breite": 1.5 }, "vec": [{ "Err": "e" }], "extra": "x", "a {b} \"c\" \\": "braces", "me": { "super": "u" } }));
    let thing = client
        .match_()
        .self_("s")
        .in_("i")
        .type_("t")
        .page_size(5)
        .filter("f")
        ._2fa(true)
        .request("1")
        .result("2")
        .url("3")
        .value("4")
        .operation("5")
        .response("6")
        .outcome("7")
        .info("8")
        .client("9")
        .body("10")
        .x_type("11")
        .send()
        .await
        .unwrap();
    let line = server.last().line;
    assert!(line.starts_with("GET /type/s/i?"), "{line}");
    for pair in [
        "type=t",
        "page%5Bsize%5D=5",
        "%24filter=f",
        "2fa=true",
        "request=1",
        "result=2",
        "url=3",
        "value=4",
        "operation=5",
        "response=6",
        "outcome=7",
        "info=8",
        "client=9",
        "body=10",
    ] {
        assert!(
            line.split(['?', '&']).any(|part| part == pair),
            "{pair} in {line}"
        );
    }
    assert_eq!(server.last().header("x-type").unwrap(), "11");
    assert_eq!(thing.type_, names::types::Type::Plus);
    assert_eq!((thing.plus1, thing.minus1), (Some(1), Some(2)));
    assert_eq!(thing.x1st.as_deref(), Some("f"));
    assert_eq!(thing.a_b_c.as_deref(), Some("braces"));
    client.self_().self_("s").in_("i").send().await.unwrap();
    assert_eq!(server.last().line, "POST /type/s/i");
    client.clone().send().await.unwrap();
}

#[test]
fn a_name_that_starts_with_a_digit_is_a_name_like_others() {
    use names::types::{X2fa, X3d};
    assert!(!X3d::from("new").is_known());
    assert!(X3d::from("on").is_known());
    let json = json!({ "3d": "on" });
    let two: X2fa = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(two.x3d, Some(X3d::On));
    assert_eq!(serde_json::to_value(two).unwrap(), json);
}

#[tokio::test]
async fn titles_that_are_names_of_others_name_nothing() {
    use titles::types::{Code, Id, Owner, Pet, SetPetRequest};
    let server = Server::start().await;
    let client = client!(titles, server);
    server.reply(204, "", "");
    let json = json!({ "pet": { "name": "Rex", "nick": "R", "owner": { "name": "Ada" }, "id": 7, "code": "abc", "title": "Sir" } });
    let body: SetPetRequest = serde_json::from_value(json.clone()).unwrap();
    let pet: &Pet = body.pet.as_ref().unwrap();
    assert!(matches!(pet.owner, Some(Owner { .. })));
    // A branch is called by its title, where that is a name of its own.
    assert!(matches!(pet.id, Some(Id::Number(7))));
    assert!(matches!(&pet.code, Some(Code::String(code)) if code.as_str() == "abc"));
    client
        .set_pet()
        .kind("dog")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "PUT /pets?kind=dog");
    assert_eq!(server.last().json(), json);
}

#[tokio::test]
async fn media_types_and_operations_do_not_share_a_name() {
    let server = Server::start().await;
    let client = client!(sibling_names, server);
    let accepted = || server.last().header("accept").unwrap();
    drop(client.get_note_as_application_xml().send().await);
    assert_eq!(accepted(), "application/xml");
    drop(client.get_note_as_text_xml().send().await);
    assert_eq!(accepted(), "text/xml");
    drop(client.get_note_as_csv().send().await);
    assert_eq!(accepted(), "text/csv");
    drop(client.get_note_as_text_csv_header_absent().send().await);
    assert_eq!(accepted(), "text/csv; header=absent");
    client
        .set_note_from_xml()
        .body("<a/>")
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "application/xml"
    );
    client
        .set_note_from_text_xml()
        .body("<a/>")
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().header("content-type").unwrap(), "text/xml");
    drop(client.get_note_as_xml().send().await);
    assert_eq!(server.last().line, "GET /note.xml");
}

#[test]
fn every_value_of_an_enum_has_a_variant() {
    use names::types::Type;
    assert_eq!(
        Type::KNOWN,
        ["", "+", "-", "1", "self", "Unknown", ">=", "Ok", "None"]
    );
    for value in Type::KNOWN {
        assert!(Type::from(*value).is_known(), "{value}");
        assert_eq!(serde_json::to_value(Type::from(*value)).unwrap(), *value);
    }
    assert!(!Type::from("new").is_known());
}

#[tokio::test]
async fn descriptions_do_not_reach_the_code() {
    let server = Server::start().await;
    let client = client!(noisy_descriptions, server);
    server.json(200, &json!({ "a": "1", "b": "z" }));
    let noise = client.read_noise().q("a").rust("b").send().await.unwrap();
    let line = server.last().line;
    assert!(line.starts_with("GET /noise?q=a&"), "{line}");
    assert!(line.ends_with("%60=b"), "{line}");
    assert_eq!(noise.b, Some(noisy_descriptions::types::Kind::from("z")));
    assert_eq!(noise.c_panic, "\u{202e}\r\u{7}");
}

#[tokio::test]
async fn values_that_nobody_sees_come_and_go_as_they_are() {
    use noisy_descriptions::types::Kind;
    let server = Server::start().await;
    let client = client!(noisy_descriptions, server);
    for value in ["\u{202e}z\r\u{8}", "~~~\npanic!();"] {
        assert!(Kind::from(value).is_known());
        server.json(
            200,
            &json!({ "b": value, "c\n\n    panic!();\n": "\u{202e}" }),
        );
        let noise = client.read_noise().send().await.unwrap();
        assert_eq!(noise.b, Some(Kind::from(value)));
        assert_eq!(noise.c_panic, "\u{202e}");
    }
}

#[tokio::test]
#[expect(deprecated, reason = "the mark of the document is what is tested")]
async fn what_is_deprecated_still_works() {
    let server = Server::start().await;
    let client = client!(deprecated, server);
    server.json(200, &json!({ "name": "a", "nick": "b" }));
    let old = client.read_old().way("w").send().await.unwrap();
    assert_eq!(old.nick.as_deref(), Some("b"));
    assert!(crate::clients::deprecated::operations::READ_OLD.is_deprecated());
}

#[test]
fn servers_without_open_variables_are_environments() {
    use servers::Environment;
    let known: Vec<(&str, &str)> = Environment::ALL
        .iter()
        .map(|environment| (environment.name(), environment.base_url()))
        .collect();
    assert_eq!(
        known,
        [
            ("live", "https://api.example.com/v2"),
            ("beta_test", "https://beta.example.com/v2"),
            ("eu", "https://eu.example.com/v2"),
            ("us-east", "https://us-east.example.com/v2"),
        ]
    );
    assert_eq!(Environment::Live.base_url(), known[0].1);
}

#[tokio::test]
async fn paths_of_a_base_address_stay_before_the_operation() {
    let server = Server::start().await;
    let client = servers::Client::builder()
        .base_url(format!("{}/v2/", server.url()))
        .key("k3y")
        .build()
        .unwrap();
    client.ping().send().await.unwrap();
    assert_eq!(server.last().line, "GET /v2/ping");
}

#[test]
fn the_table_says_what_an_inference_stands_on() {
    use openapi_client_runtime::Provenance;
    let list = &inferred::operations::LIST_PARCELS;
    assert_eq!(list.provenance(), Provenance::Inferred);
    assert_eq!(list.provenance_basis(), Some("the list on the start page."));
    assert_eq!(list.sources(), ["screens"]);
    let send = &inferred::operations::SEND_PARCEL;
    assert_eq!(send.provenance(), Provenance::Inferred);
    assert_eq!((send.provenance_basis(), send.sources()), (None, &[][..]));
}

//! Request bodies of every kind.

use serde_json::json;

use crate::{
    client,
    clients::{
        accept_optional_bodies as optional, form_bodies as forms, lower_media_types as lowered,
        split_media_types as split,
    },
    server::Server,
};

#[tokio::test]
async fn each_response_media_type_has_a_method() {
    let server = Server::start().await;
    let client = client!(split_media_types, server);
    server.json(200, &json!([{ "article": "nut", "amount": 3 }]));
    assert_eq!(client.list_prices().send().await.unwrap()[0].amount, 3);
    assert_eq!(server.last().header("accept").unwrap(), "application/json");

    server.reply(200, "text/csv", "nut;3");
    assert_eq!(*client.list_prices_as_csv().send().await.unwrap(), "nut;3");
    assert_eq!(server.last().line, "GET /prices");
    let accept = server.last().header("accept").unwrap();
    assert!(accept.starts_with("text/csv"), "{accept}");

    server.reply(200, "application/octet-stream", "\u{1}\u{2}");
    let bytes = client
        .list_prices_as_bytes()
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(&bytes.read(10).await.unwrap()[..], [1, 2]);

    server.json(404, &json!({ "message": "none" }));
    let error = client.list_prices_as_csv().send().await.unwrap_err();
    assert_eq!(error.body().unwrap().message, "none");
}

#[tokio::test]
async fn each_request_media_type_has_a_method() {
    let server = Server::start().await;
    let client = client!(split_media_types, server);
    let price = split::types::Price::new("a b", 3);
    client.set_price().body(price.clone()).send().await.unwrap();
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "application/json"
    );
    assert_eq!(
        server.last().json(),
        json!({ "article": "a b", "amount": 3 })
    );

    client
        .set_price_from_form()
        .body(price)
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(server.last().body, "amount=3&article=a+b");

    client
        .set_price_from_text()
        .body("nut;3")
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().header("content-type").unwrap(), "text/plain");
    assert_eq!(server.last().body, "nut;3");
}

#[tokio::test]
async fn media_types_of_the_wire_are_those_of_the_document() {
    let server = Server::start().await;
    let client = client!(lower_media_types, server);
    server.reply(200, "application/vnd.people.v2+json", r#"{"name":"Ada"}"#);
    assert_eq!(
        client.read_person().send().await.unwrap().name.as_deref(),
        Some("Ada")
    );
    let accept = server.last().header("accept").unwrap();
    assert!(
        accept.contains("application/vnd.people.v2+json"),
        "{accept}"
    );
    assert!(accept.contains("application/problem+json"), "{accept}");

    server.reply(404, "application/problem+json", r#"{"title":"Nobody"}"#);
    let error = client.read_person().send().await.unwrap_err();
    assert_eq!(error.body().unwrap().title, "Nobody");

    client
        .change_person()
        .body(lowered::types::Person::new().name("Eve"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "application/merge-patch+json"
    );
    assert_eq!(server.last().json(), json!({ "name": "Eve" }));

    server.reply(200, "application/xml", "<root/>");
    assert_eq!(*client.export_xml().send().await.unwrap(), "<root/>");

    client.import_csv().body("a;b").send().await.unwrap();
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "text/csv; charset=utf-8"
    );
    assert_eq!(server.last().body, "a;b");

    client.set_picture().body("png").send().await.unwrap();
    assert_eq!(server.last().header("content-type").unwrap(), "image/png");
}

#[tokio::test]
async fn an_optional_body_that_was_left_out_is_not_sent() {
    let server = Server::start().await;
    let client = client!(accept_optional_bodies, server);
    let nothing = |server: &Server| {
        let request = server.last();
        assert_eq!(request.body, "", "{}", request.line);
        assert_eq!(request.header("content-type"), None, "{}", request.line);
    };
    client.search().send().await.unwrap();
    nothing(&server);
    client.set_tags().send().await.unwrap();
    nothing(&server);
    client.send_form().send().await.unwrap();
    nothing(&server);
    client.add_note().send().await.unwrap();
    nothing(&server);
    client.add_blob().send().await.unwrap();
    nothing(&server);
}

#[tokio::test]
async fn an_optional_body_that_was_set_is_sent() {
    let server = Server::start().await;
    let client = client!(accept_optional_bodies, server);
    let filter = optional::types::Filter::new().word("a");
    client.search().body(filter.clone()).send().await.unwrap();
    assert_eq!(server.last().json(), json!({ "word": "a" }));
    client
        .search()
        .body(optional::types::Filter::default())
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), json!({}));
    client
        .set_tags()
        .body(vec!["a".to_owned()])
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().json(), json!(["a"]));
    client.set_tags().body(Vec::new()).send().await.unwrap();
    assert_eq!(server.last().json(), json!([]));
    client.send_form().body(filter).send().await.unwrap();
    assert_eq!(server.last().body, "word=a");
    client.add_note().body("hello").send().await.unwrap();
    assert_eq!(server.last().body, "hello");
    assert_eq!(server.last().header("content-type").unwrap(), "text/plain");
    client.add_blob().body("bytes").send().await.unwrap();
    assert_eq!(server.last().body, "bytes");
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "application/octet-stream"
    );
}

#[tokio::test]
async fn forms_repeat_lists_and_leave_out_what_is_absent() {
    let server = Server::start().await;
    let client = client!(form_bodies, server);
    server.json(200, &json!("t1"));
    let grant = forms::types::Grant::new("code")
        .scope(["read all", "write"])
        .offline(true);
    assert_eq!(*client.make_token().body(grant).send().await.unwrap(), "t1");
    assert_eq!(
        server.last().body,
        "grant_type=code&offline=true&scope=read+all&scope=write"
    );
}

#[tokio::test]
async fn fields_of_a_form_are_written_as_their_encoding_says() {
    let server = Server::start().await;
    let client = client!(form_bodies, server);
    let labels = std::collections::BTreeMap::from([("on".to_owned(), "a/b".to_owned())]);
    let document = forms::types::Document::new("docs/2024 (1)")
        .tags(["a,b", "c"])
        .labels(labels)
        .rules([1, 2])
        .size(forms::types::Size::new().width(3).height(4))
        .others(["d/e", "f"]);
    client.add_document().body(document).send().await.unwrap();
    let request = server.last();
    let mut fields: Vec<&str> = request.body.split('&').collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "height=4",
            "labels%5Bon%5D=a%2Fb",
            "others=d%2Fe",
            "others=f",
            "path=docs/2024+(1)",
            "rules=%5B1%2C2%5D",
            "tags=a%2Cb,c",
            "width=3",
        ]
    );
    assert_eq!(
        request.header("content-type").unwrap(),
        "application/x-www-form-urlencoded"
    );
}

#[tokio::test]
async fn bytes_are_sent_as_they_are() {
    let server = Server::start().await;
    let client = client!(byte_streams, server);
    client.set_film().body("frames").send().await.unwrap();
    assert_eq!(server.last().body, "frames");
    assert_eq!(
        server.last().header("content-type").unwrap(),
        "application/octet-stream"
    );
}

#[tokio::test]
async fn a_required_body_that_was_not_set_is_refused_before_sending() {
    let server = Server::start().await;
    let client = client!(split_media_types, server);
    let error = client.set_price_from_text().send().await.unwrap_err();
    assert!(
        error.to_string().contains("the request body is required"),
        "{error}"
    );
    let error = client.set_price().send().await.unwrap_err();
    assert!(
        error.to_string().contains("the request body is required"),
        "{error}"
    );
    assert_eq!(server.count(), 0);
}

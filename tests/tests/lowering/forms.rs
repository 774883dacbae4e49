//! Forms with files: what each part is on the wire.

use openapi_client_runtime::{ErrorKind, Secret, Upload};

use crate::{
    client,
    clients::split_multipart_bodies::types::{Details, Format, Place, SendPhotosRequestAlbum},
    server::{Request, Server},
};

/// The parts of a form: head lines and content, without the boundary.
fn parts(request: &Request) -> Vec<String> {
    let media_type = request.header("content-type").unwrap();
    let boundary = media_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap_or_else(|| panic!("{media_type}"));
    let body = request
        .body
        .strip_suffix(&format!("--{boundary}--\r\n"))
        .unwrap_or_else(|| panic!("{}", request.body));
    body.split(&format!("--{boundary}\r\n"))
        .skip(1)
        .map(|part| part.strip_suffix("\r\n").unwrap().replace("\r\n", "|"))
        .map(|part| part.replace("Content-Disposition: form-data; ", ""))
        .collect()
}

fn place(x: f64) -> Place {
    Place::new(x)
}

#[tokio::test]
async fn each_part_goes_out_as_the_document_says() {
    let server = Server::start().await;
    server.json(201, &serde_json::json!({ "pages": 3, "author": null }));
    let client = client!(split_multipart_bodies, server);
    let details = Details::new().pages(3).null_author();
    let kept = client
        .upload_context()
        .id("a/b")
        .draft(true)
        .file(Upload::from_bytes("a;b").file_name("größe \"1\".csv"))
        .source_format(Format::Csv)
        .tags(vec!["one".to_owned(), "two\r\n".to_owned()])
        .details(details)
        .note("# Hi")
        .title("Übersicht")
        .send()
        .await
        .unwrap();
    assert_eq!(kept.pages, Some(3));
    let request = server.last();
    assert_eq!(request.line, "POST /meetings/a%2Fb/context?draft=true");
    assert_eq!(
        parts(&request),
        [
            "name=\"title\"||Übersicht",
            "name=\"file\"; filename=\"größe \\\"1\\\".csv\"|Content-Type: text/csv||a;b",
            "name=\"source_format\"||csv",
            "name=\"tags\"||one",
            "name=\"tags\"||two|",
            "name=\"details\"|Content-Type: application/vnd.details+json||{\"author\":null,\"pages\":3}",
            "name=\"note\"|Content-Type: text/markdown||# Hi",
        ]
    );
}

#[tokio::test]
async fn a_required_part_must_be_set() {
    let server = Server::start().await;
    let client = client!(split_multipart_bodies, server);
    let request = client.upload_context().id("1").source_format(Format::Md);
    let error = request.clone().send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`upload_context` was not sent: parameter `file` is required and was not set: call \
         `.file(..)`"
    );
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.md");
    let error = request.file(missing).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error
            .to_string()
            .contains("missing.md` of part `file` cannot be read")
    );
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn an_optional_form_is_left_out_or_whole() {
    let server = Server::start().await;
    let client = client!(split_multipart_bodies, server);
    client.send_photos().send().await.unwrap();
    assert_eq!(server.last().header("content-type"), None);
    assert_eq!(server.last().body, "");

    let without = client.send_photos().album(SendPhotosRequestAlbum::Public);
    let error = without.clone().send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`send_photos` was not sent: part `photos` is required beside other parts and was not set"
    );
    assert_eq!(server.count(), 1);

    let photos = vec![
        Upload::from_bytes("1"),
        Upload::from_bytes("2")
            .media_type("image/jpeg")
            .file_name("2.jpg"),
    ];
    let taken: chrono::DateTime<chrono::Utc> = "2024-02-29T12:00:00Z".parse().unwrap();
    without
        .photos(photos)
        .places(vec![place(1.5), place(2.0)])
        .taken(taken)
        .send()
        .await
        .unwrap();
    assert_eq!(
        parts(&server.last()),
        [
            "name=\"photos\"; filename=\"blob\"|Content-Type: image/png||1",
            "name=\"photos\"; filename=\"2.jpg\"|Content-Type: image/jpeg||2",
            "name=\"album\"||public",
            "name=\"places\"|Content-Type: application/json||{\"x\":1.5}",
            "name=\"places\"|Content-Type: application/json||{\"x\":2.0}",
            "name=\"taken\"||2024-02-29T12:00:00Z",
        ]
    );
}

#[tokio::test]
async fn a_form_stands_beside_other_bodies() {
    let server = Server::start().await;
    let client = client!(split_multipart_bodies, server);
    client.set_prices().body(place(1.0)).send().await.unwrap();
    assert_eq!(server.last().body, "{\"x\":1.0}");

    let request = client
        .set_prices_from_multipart()
        .body(Upload::from_bytes("x"))
        .place(place(1.0))
        .key(Secret::from("s3cr3t"))
        .count(7)
        .kind(Format::Csv);
    let shown = format!("{request:?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    request.send().await.unwrap();
    assert_eq!(server.last().line, "POST /prices");
    assert_eq!(
        parts(&server.last()),
        [
            "name=\"body\"; filename=\"blob\"|Content-Type: application/octet-stream||x",
            "name=\"place\"|Content-Type: application/json||{\"x\":1.0}",
            "name=\"key\"||s3cr3t",
            "name=\"count\"||7",
            "name=\"kind\"||csv",
        ]
    );

    // All parts are optional, the body is not.
    client.set_prices_from_multipart().send().await.unwrap();
    assert_eq!(parts(&server.last()), [""; 0]);
}

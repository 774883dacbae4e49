//! State that outlives a server.

use std::path::Path;
use std::time::Duration;

use openapi_mock::{Document, MockServer, StartError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::resources::{boards, call, get};

fn document(title: &str) -> Document {
    let mut root = boards();
    root["info"]["title"] = json!(title);
    Document::bundled(&root.to_string()).unwrap()
}

async fn start(file: &Path, title: &str) -> Result<MockServer, StartError> {
    let builder = MockServer::builder().mount("", document(title));
    builder.state_file(file).start().await
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_was_created_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let server = start(&file, "Boards").await.unwrap();
    call(&server, Method::POST, "/boards", json!({"slug": "kept"})).await;
    let note = json!({"text": "still here"});
    let note: Value = call(&server, Method::POST, "/boards/kept/notes", note)
        .await
        .json()
        .await
        .unwrap();
    let seeded = get(&server, "/boards").await;
    let gone = seeded[0]["slug"].as_str().unwrap();
    call(
        &server,
        Method::DELETE,
        &format!("/boards/{gone}"),
        Value::Null,
    )
    .await;
    let before = get(&server, "/boards").await;
    drop(server);

    let server = start(&file, "Boards").await.unwrap();
    assert_eq!(server.warnings().count(), 0);
    assert_eq!(get(&server, "/boards").await, before);
    let path = format!("/boards/kept/notes/{}", note["id"]);
    assert_eq!(get(&server, &path).await, note);
    let response = call(
        &server,
        Method::GET,
        &format!("/boards/{gone}"),
        Value::Null,
    )
    .await;
    assert_eq!(response.status(), 404);
    assert_eq!(files(folder.path()), ["state.json"]);
}

#[tokio::test]
async fn a_running_server_writes_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let server = start(&file, "Boards").await.unwrap();
    call(&server, Method::POST, "/boards", json!({"slug": "soon"})).await;
    for _ in 0..100 {
        if std::fs::read_to_string(&file).is_ok_and(|text| text.contains("soon")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was written within five seconds");
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    for (number, text) in ["{\"format\": 1, \"mocks\": {\"\": ", "no JSON at all"]
        .iter()
        .enumerate()
    {
        std::fs::write(&file, text).unwrap();
        let server = start(&file, "Boards").await.unwrap();
        let aside = format!("state.json.damaged-{}", number + 1);
        let warnings: Vec<&str> = server.warnings().collect();
        assert!(
            warnings.len() == 1 && warnings[0].contains(&aside),
            "{warnings:?}"
        );
        call(&server, Method::POST, "/boards", json!({"slug": "new"})).await;
        drop(server);
        assert_eq!(
            std::fs::read_to_string(folder.path().join(&aside)).unwrap(),
            *text
        );
        assert!(std::fs::read_to_string(&file).unwrap().contains("new"));
    }
}

#[tokio::test]
async fn the_file_of_another_document_or_format_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let server = start(&file, "Boards").await.unwrap();
    call(&server, Method::POST, "/boards", json!({"slug": "mine"})).await;
    drop(server);
    let held = std::fs::read_to_string(&file).unwrap();
    let error = start(&file, "Pets").await.unwrap_err().to_string();
    assert!(
        error.contains("holds `Boards 1`, but the document is `Pets 1`"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), held);

    std::fs::write(&file, held.replacen("\"format\": 1", "\"format\": 7", 1)).unwrap();
    let error = start(&file, "Boards").await.unwrap_err().to_string();
    assert!(
        error.contains("has format 7, this version reads 1"),
        "{error}"
    );
    let folder = start(folder.path(), "Boards")
        .await
        .unwrap_err()
        .to_string();
    assert!(folder.starts_with("cannot use the state file"), "{folder}");
}

//! Byte streams and what becomes of them.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use openapi_client_runtime::{ByteStream, ErrorKind, ResponseValue};

use crate::client::{core, get_bytes};
use crate::server::{Server, Then};

const NAMED: &str =
    "Content-Disposition: attachment; filename=\"../x\"; filename*=UTF-8''%C3%A4.csv";

async fn offering(headers: &[&str], body: &[u8]) -> ResponseValue<ByteStream> {
    let server = Server::replying("200 OK", headers, body).await;
    get_bytes(&core(&server.url)).await.unwrap()
}

/// A reply that announces ten bytes, sends five, and ends or hangs.
async fn cut_short(then: Then) -> ByteStream {
    let reply = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    let server = Server::answering(reply, then).await;
    get_bytes(&core(&server.url)).await.unwrap().into_inner()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_head_describes_the_body() {
    let reply = offering(&[NAMED, "Content-Type: text/csv; charset=utf-8"], b"a;b").await;
    assert_eq!(reply.file_name(), Some("ä.csv"));
    assert_eq!(reply.content_length(), Some(3));
    assert_eq!(reply.media_type(), Some("text/csv; charset=utf-8"));
    let bare = offering(&[], b"").await;
    assert_eq!((bare.file_name(), bare.media_type()), (None, None));
}

#[tokio::test]
async fn it_is_copied_and_counted() {
    let body = vec![b'x'; 200_000];
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let stream = offering(&[], &body).await.into_inner();
    let stream = stream.on_progress(move |read, total| kept.lock().unwrap().push((read, total)));
    let mut copy = Vec::new();
    assert_eq!(stream.copy_to(&mut copy).await.unwrap(), 200_000);
    assert_eq!(copy, body);
    let told = told.lock().unwrap();
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&(200_000, Some(200_000))));
}

#[tokio::test]
async fn a_writer_that_fails_is_an_error_of_this_side() {
    let stream = offering(&[], b"hello").await.into_inner();
    let mut room = [0; 3];
    let error = stream
        .copy_to(std::io::Cursor::new(&mut room[..]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
    assert_eq!(error.operation().unwrap().id(), "get_bytes");
    let text = error.to_string();
    assert!(text.contains("cannot be written: write zero"), "{text}");
}

#[tokio::test]
async fn a_file_is_saved_once_and_replaced_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let first = offering(&[], b"first").await.into_inner();
    assert_eq!(first.save_to(&path).await.unwrap(), 5);
    assert_eq!(fs::read(&path).unwrap(), b"first");

    let second = offering(&[], b"second").await.into_inner();
    let error = second.save_to(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
    assert!(
        error.to_string().contains("a.csv` is there already"),
        "{error}"
    );
    assert_eq!(fs::read(&path).unwrap(), b"first");

    let third = offering(&[], b"third!").await.into_inner();
    assert_eq!(third.save_over(&path).await.unwrap(), 6);
    assert_eq!(fs::read(&path).unwrap(), b"third!");
    assert_eq!(names_in(folder.path()), ["a.csv"]);
}

#[tokio::test]
async fn a_file_that_comes_up_meanwhile_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let other = path.clone();
    let stream = offering(&[], b"hello").await.into_inner();
    let stream = stream.on_progress(move |_, _| fs::write(&other, "other").unwrap());
    let error = stream.save_to(&path).await.unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"other");
    assert_eq!(names_in(folder.path()), ["a.csv"]);
}

#[tokio::test]
async fn names_of_the_server_stay_in_the_folder_and_overwrite_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (headers, name) in [
        (&[NAMED][..], "ä.csv"),
        (&[NAMED], "ä (1).csv"),
        (&[NAMED], "ä (2).csv"),
        (
            &["Content-Disposition: attachment; filename=\"../../up\""],
            "up",
        ),
        (
            &["Content-Disposition: attachment; filename=\"..\""],
            "download",
        ),
        (&[], "download (1)"),
    ] {
        let stream = offering(headers, b"x").await.into_inner();
        let path = stream.save_in(folder.path()).await.unwrap();
        assert_eq!(path, folder.path().join(name));
        assert_eq!(fs::read(&path).unwrap(), b"x");
    }
    assert_eq!(names_in(folder.path()).len(), 6);
}

#[tokio::test]
async fn what_is_cut_short_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, "old").unwrap();
    for then in [Then::Close, Then::Reset] {
        let error = cut_short(then).await.save_over(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        let error = cut_short(then).await.save_in(folder.path()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Transport);
    }
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names_in(folder.path()), ["a.csv"]);
}

#[tokio::test]
async fn what_is_dropped_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let stream = cut_short(Then::Hang).await;
    let saving = stream.save_in(folder.path());
    let in_time = tokio::time::timeout(Duration::from_millis(200), saving).await;
    assert!(in_time.is_err());
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let stream = offering(&[], b"x").await.into_inner();
    let error = stream.save_in(&missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalIo);
    assert!(
        error
            .to_string()
            .contains("missing/download` cannot be written"),
        "{error}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_saved_file_can_be_read_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (saved, plain) = (folder.path().join("saved"), folder.path().join("plain"));
    let stream = offering(&[], b"x").await.into_inner();
    stream.save_to(&saved).await.unwrap();
    fs::write(&plain, "x").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&saved), mode(&plain));
}

#[tokio::test]
async fn a_stream_can_still_be_read_chunk_by_chunk() {
    let mut stream = offering(&[NAMED], b"hello").await.into_inner();
    let mut read = Vec::new();
    while let Some(chunk) = stream.next().await {
        read.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(read, b"hello");
    assert!(format!("{stream:?}").contains("content_length: Some(5), read: 5"));
}

//! Files on their way out.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use openapi_client_runtime::{
    CallOptions, Core, Error, ErrorKind, Form, Method, Operation, RawResponse, RequestBody,
    RetryPolicy, Upload,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::client::core;
use crate::server::{Server, header};

static SEND_FORM: Operation = Operation::new("send_form", Method::Post, "/form")
    .request(RequestBody::new("multipart/form-data"))
    .build();

static PUT_FORM: Operation = Operation::new("put_form", Method::Put, "/form")
    .request(RequestBody::new("multipart/form-data"))
    .build();

async fn send_form(core: &Core, form: Form) -> Result<RawResponse, Error> {
    let url = format!("{}/form", core.base_url());
    let request = core.requests().post(url).build()?;
    let options = CallOptions::new()
        .header("Content-Type", "text/plain")
        .with_form(form);
    Ok(core.execute(request, &SEND_FORM, options).await?)
}

/// As [`send_form`], by a method that may be repeated.
async fn put_form(core: &Core, form: Form) -> Result<(), Error> {
    let url = format!("{}/form", core.base_url());
    let request = core.requests().put(url).build()?;
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(1));
    let options = CallOptions::new().retry(policy).with_form(form);
    let response = core.execute(request, &PUT_FORM, options).await?;
    match response.status().as_u16() {
        204 => Ok(()),
        _ => Err(Error::UnexpectedResponse(response)),
    }
}

async fn accepting() -> Server {
    Server::replying("204 No Content", &[], b"").await
}

#[tokio::test]
async fn a_whole_form_on_the_wire() {
    let server = accepting().await;
    let form = Form::new()
        .text("title", "Grüße")
        .upload("file", Upload::from_bytes("a;b").file_name("ä \"1\".csv"));
    send_form(&core(&server.url), form).await.unwrap();
    let request = server.request();
    let media_type = header(&request, "content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=");
    let boundary = boundary.unwrap_or_else(|| panic!("{request}"));
    assert_eq!(request.matches("content-type: ").count(), 1, "{request}");
    let body = format!(
        "--{boundary}\r\n\
         Content-Disposition: form-data; name=\"title\"\r\n\r\n\
         Grüße\r\n\
         --{boundary}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"ä \\\"1\\\".csv\"\r\n\
         Content-Type: text/csv\r\n\r\n\
         a;b\r\n\
         --{boundary}--\r\n"
    );
    assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
    let length = body.len().to_string();
    assert_eq!(header(&request, "content-length"), Some(&*length));
}

#[tokio::test]
async fn what_cannot_be_opened_is_not_sent() {
    let server = accepting().await;
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.csv");
    for (upload, words) in [
        (Upload::from_path(&missing), "missing.csv` of part `file`"),
        (Upload::from_path(folder.path()), "it is a folder"),
        (
            Upload::from_bytes("").media_type("csv"),
            "\"csv\" is no media type",
        ),
    ] {
        let form = Form::new().upload("file", upload);
        let error = send_form(&core(&server.url), form).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let text = error.to_string();
        assert!(text.starts_with("`send_form` was not sent: "), "{text}");
        assert!(text.contains(words), "{text}");
    }
    assert!(server.requests().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_refused_instead_of_waited_for() {
    let server = accepting().await;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let form = Form::new().upload("file", Upload::from_path(&pipe));
    let core = core(&server.url);
    let sent = send_form(&core, form);
    let Ok(sent) = tokio::time::timeout(Duration::from_secs(5), sent).await else {
        // Lets the thread go that waits in `open`, for which the runtime would wait in turn.
        std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        panic!("it waits for the other end of the pipe");
    };
    let text = sent.unwrap_err().to_string();
    assert!(text.contains("it is no plain file"), "{text}");
}

#[tokio::test]
async fn content_that_ends_early_or_late_is_an_error_of_this_side() {
    let server = accepting().await;
    let hello = || stream::iter([io::Result::Ok("hello")]);
    let broken = stream::iter([Ok("hello"), Err(io::ErrorKind::BrokenPipe.into())]);
    for (upload, words) in [
        (
            Upload::from_sized_stream(hello(), 6),
            "the stream of part `film` ended after 5 of 6 bytes",
        ),
        (
            Upload::from_sized_stream(hello(), 4),
            "the stream of part `film` is longer than the 4 bytes that were announced",
        ),
        (
            Upload::from_stream(broken),
            "the stream of part `film` cannot be read: broken pipe",
        ),
    ] {
        let form = Form::new().upload("film", upload);
        let error = send_form(&core(&server.url), form).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalIo, "{error}");
        assert!(
            !error.is_retryable() && error.to_string().contains(words),
            "{error}"
        );
    }
}

#[tokio::test]
async fn progress_is_told_up_to_the_end() {
    let server = accepting().await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let upload = Upload::from_bytes(vec![b'x'; 150_000])
        .on_progress(move |sent, total| kept.lock().unwrap().push((sent, total)));
    let form = Form::new().upload("file", upload);
    send_form(&core(&server.url), form).await.unwrap();
    let all = Some(150_000);
    assert_eq!(
        *told.lock().unwrap(),
        [(65_536, all), (131_072, all), (150_000, all)]
    );
}

/// Takes one request, slowly at first, and says how many bytes came.
async fn slow_server(received: Arc<AtomicU64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut buffer = vec![0; 256 * 1024];
        let mut last = Vec::new();
        while !last.ends_with(b"--\r\n\r\n0\r\n\r\n") && !last.ends_with(b"--\r\n") {
            let read = stream.read(&mut buffer).await.unwrap();
            assert_ne!(read, 0, "the request ended early");
            received.fetch_add(read as u64, Ordering::SeqCst);
            last = [
                &last[last.len().min(16)..],
                &buffer[read.saturating_sub(16)..read],
            ]
            .concat();
        }
        let reply = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        stream.write_all(reply).await.unwrap();
    });
    url
}

#[tokio::test]
async fn a_large_stream_takes_no_more_memory_than_a_small_one() {
    const CHUNK: u64 = 64 * 1024;
    const CHUNKS: u64 = 1024;
    let (made, received) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let most = Arc::new(AtomicU64::new(0));
    let counters = (Arc::clone(&made), Arc::clone(&received), Arc::clone(&most));
    let content = stream::iter(0..CHUNKS).map(move |_| {
        let (made, received, most) = &counters;
        let made = made.fetch_add(CHUNK, Ordering::SeqCst) + CHUNK;
        let waiting = made.saturating_sub(received.load(Ordering::SeqCst));
        most.fetch_max(waiting, Ordering::SeqCst);
        io::Result::Ok(Bytes::from(vec![b'x'; usize::try_from(CHUNK).unwrap()]))
    });
    let url = slow_server(Arc::clone(&received)).await;
    let upload = Upload::from_sized_stream(content, CHUNK * CHUNKS);
    let form = Form::new().upload("film", upload);
    send_form(&core(&url), form).await.unwrap();
    assert_eq!(made.load(Ordering::SeqCst), 64 << 20);
    assert!(received.load(Ordering::SeqCst) > 64 << 20);
    // Between the two stand the buffers of the kernel, a few MiB on the loopback interface.
    let most = most.load(Ordering::SeqCst);
    assert!(most < 16 << 20, "{most} bytes were under way at once");
}

const BUSY: &str = "503 Service Unavailable";

/// What stands between the head of a request and its last boundary, without the boundary.
fn parts(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let boundary = header(head, "content-type").unwrap();
    let (_, boundary) = boundary.split_once("boundary=").unwrap();
    body.replace(boundary, "x")
}

#[tokio::test]
async fn a_file_is_opened_again_for_each_attempt() {
    let server = Server::in_turn(&[BUSY, BUSY, "204 No Content"]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a;b").unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let upload = Upload::from_path(file.path())
        .file_name("a.csv")
        .on_progress(move |sent, _| kept.lock().unwrap().push(sent));
    let form = Form::new().text("title", "A").upload("file", upload);
    put_form(&core(&server.url), form).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(parts(&requests[0]).contains("a;b"), "{requests:?}");
    assert!(
        requests
            .iter()
            .all(|request| parts(request) == parts(&requests[0]))
    );
    assert_eq!(*told.lock().unwrap(), [3, 3, 3]);
}

#[tokio::test]
async fn a_file_that_is_gone_at_the_second_attempt_ends_the_call() {
    let server = Server::in_turn(&[BUSY]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_owned();
    std::fs::write(&path, "a;b").unwrap();
    let file = Mutex::new(Some(file));
    let upload = Upload::from_path(path).on_progress(move |_, _| {
        file.lock().unwrap().take();
    });
    let error = put_form(&core(&server.url), Form::new().upload("file", upload))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!((error.attempts(), error.is_unsent()), (1, false));
    assert!(
        error
            .to_string()
            .starts_with("`put_form` failed: the file `"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_is_sent_once_and_the_error_says_so() {
    let server = Server::in_turn(&[BUSY, "204 No Content"]).await;
    let film = stream::iter([io::Result::Ok("hello")]);
    let form = Form::new().upload("film", Upload::from_sized_stream(film, 5));
    let error = put_form(&core(&server.url), form).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
    let error = error.to_string();
    assert!(
        error.ends_with("not retried, because its body is a stream, which can be sent only once"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_that_was_not_begun_is_sent_after_all() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let film = stream::iter([io::Result::Ok("hello")]);
    let form = Form::new().upload("film", Upload::from_sized_stream(film, 5));
    let core = core(&format!("http://{address}"));
    let error = put_form(&core, form.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.attempts() > 1, "{error}");

    let server = accepting().await;
    put_form(&crate::client::core(&server.url), form)
        .await
        .unwrap();
    assert!(server.request().contains("hello"));
}

#[tokio::test]
async fn a_call_by_hand_sends_forms_too() {
    let server = accepting().await;
    let core = core(&server.url);
    let request = core
        .request(Method::Post, "/form")
        .json(&1)
        .credentials([""; 0]);
    let form = Form::new().text("title", "A");
    request.form(form).send_ignoring_body().await.unwrap();
    let request = server.request();
    assert!(
        parts(&request).contains("name=\"title\"\r\n\r\nA\r\n"),
        "{request}"
    );
}

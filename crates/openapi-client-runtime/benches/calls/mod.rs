//! The calls that are measured, and the server that answers them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use openapi_client_runtime::{
    Api, CallOptions, Core, Credential, Method, Operation, ResponseSpec, ResponseValue, Scheme,
    SchemeKind, SecurityRequirement, StatusRange, encode_path,
};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

static API: Api =
    Api::new("bench", "1.0.0").schemes(&[Scheme::new("basic", SchemeKind::HttpBasic, "basic")]);

static LIST: Operation = Operation::new("list_things", Method::Get, "/things/{count}")
    .security(&[&[SecurityRequirement::new("basic", &[])]])
    .responses(&[ResponseSpec::new(
        StatusRange::Class(2),
        &["application/json"],
    )])
    .build();

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
pub(crate) struct Thing {
    id: u32,
    name: String,
    tags: Vec<String>,
    size: Option<f64>,
}

/// Who makes the calls.
#[derive(Clone, Copy)]
pub(crate) enum By {
    Hand,
    Runtime,
}

impl By {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Runtime => "runtime",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "hand" => Self::Hand,
            "runtime" => Self::Runtime,
            other => panic!("nobody is called {other}"),
        }
    }
}

/// Sends `count` calls for so many items each, one after another.
pub(crate) fn run(by: By, url: &str, items: usize, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match by {
            By::Hand => {
                let client = reqwest::Client::new();
                for _ in 0..count {
                    assert_eq!(by_hand(&client, url, items).await, items);
                }
            }
            By::Runtime => {
                let core = core(url);
                for _ in 0..count {
                    assert_eq!(by_runtime(&core, items).await, items);
                }
            }
        }
    });
}

pub(crate) fn core(url: &str) -> Core {
    Core::builder(&API)
        .base_url(url)
        .credential("basic", Credential::basic("user", "password"))
        .build()
        .unwrap()
}

pub(crate) async fn by_hand(client: &reqwest::Client, url: &str, items: usize) -> usize {
    let url = format!("{url}/things/{items}");
    let sent = client.get(url).basic_auth("user", Some("password")).send();
    let reply = sent.await.unwrap().error_for_status().unwrap();
    reply.json::<Vec<Thing>>().await.unwrap().len()
}

pub(crate) async fn by_runtime(core: &Core, items: usize) -> usize {
    let url = format!(
        "{}/things/{}",
        core.base_url(),
        encode_path(&items.to_string())
    );
    let request = core.requests().get(url).build().unwrap();
    let response = core
        .execute(request, &LIST, CallOptions::new())
        .await
        .unwrap();
    let value = ResponseValue::<Vec<Thing>>::from_response::<()>(response);
    value.await.unwrap().len()
}

/// The bytes that a task holds for a call that is under way.
pub(crate) fn size_of_execute() -> usize {
    let core = core("http://127.0.0.1:1");
    size_of_val(&by_runtime(&core, 1))
}

/// A server in a process of its own, so that nothing it does is counted.
pub(crate) struct Server {
    process: Child,
    url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut url).unwrap();
        Self {
            process,
            url: url.trim().to_owned(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Answers `GET /things/{count}` until the process ends.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(answer(stream));
        }
    });
}

async fn answer(mut stream: TcpStream) {
    let mut buffer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        buffer.extend_from_slice(&chunk[..read]);
        if buffer.ends_with(b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer);
            let count = head.split(['/', ' ']).nth(3).unwrap().parse().unwrap();
            let body = things(count);
            let reply = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(reply.as_bytes()).await.unwrap();
            buffer.clear();
        }
    }
}

fn things(count: usize) -> String {
    let thing = |id| format!(r#"{{"id":{id},"name":"thing {id}","tags":["a","b"],"size":1.5}}"#);
    let things: Vec<String> = (0..count).map(thing).collect();
    format!("[{}]", things.join(","))
}

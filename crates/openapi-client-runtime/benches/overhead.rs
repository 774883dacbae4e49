//! What the runtime costs beside a call written by hand; see `README.md`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use openapi_client_runtime::{
    Api, CallOptions, Core, Credential, Method, Operation, ResponseSpec, ResponseValue, Scheme,
    SchemeKind, SecurityRequirement, StatusRange, encode_path, reqwest,
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
struct Thing {
    id: u32,
    name: String,
    tags: Vec<String>,
    size: Option<f64>,
}

fn things(count: usize) -> String {
    let thing = |id| format!(r#"{{"id":{id},"name":"thing {id}","tags":["a","b"],"size":1.5}}"#);
    let things: Vec<String> = (0..count).map(thing).collect();
    format!("[{}]", things.join(","))
}

async fn serve(mut stream: TcpStream) {
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

async fn by_hand(client: &reqwest::Client, url: &str, count: usize) -> usize {
    let url = format!("{url}/things/{count}");
    let sent = client.get(url).basic_auth("user", Some("password")).send();
    let reply = sent.await.unwrap().error_for_status().unwrap();
    reply.json::<Vec<Thing>>().await.unwrap().len()
}

async fn by_runtime(core: &Core, count: usize) -> usize {
    let url = format!(
        "{}/things/{}",
        core.base_url(),
        encode_path(&count.to_string())
    );
    let request = core.http_client().get(url).build().unwrap();
    let response = core
        .execute(request, &LIST, CallOptions::new())
        .await
        .unwrap();
    let value = ResponseValue::<Vec<Thing>>::from_response::<()>(response);
    value.await.unwrap().len()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn report(what: &str, baseline: (&str, Vec<Duration>), own: (&str, Vec<Duration>)) {
    let (base, ours) = (median(baseline.1), median(own.1));
    println!(
        "{what:<20} {} {base:>10.1?}   {} {ours:>10.1?}   ratio {:.3}",
        baseline.0,
        own.0,
        ours.as_secs_f64() / base.as_secs_f64()
    );
}

async fn calls(url: &str, what: &str, count: usize, rounds: usize) {
    let client = reqwest::Client::new();
    let core = Core::builder(&API)
        .base_url(url)
        .credential("basic", Credential::basic("user", "password"))
        .build()
        .unwrap();
    let (mut hand, mut runtime) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let start = Instant::now();
        assert_eq!(by_hand(&client, url, count).await, count);
        let by_hand = start.elapsed();
        let start = Instant::now();
        assert_eq!(by_runtime(&core, count).await, count);
        // The first rounds open connections and fill caches.
        if round >= rounds / 10 {
            hand.push(by_hand);
            runtime.push(start.elapsed());
        }
    }
    report(what, ("by hand", hand), ("runtime", runtime));
}

fn decoding(rounds: usize) {
    let body = things(500);
    let (mut plain, mut tracked) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        black_box(serde_json::from_str::<Vec<Thing>>(&body).unwrap());
        plain.push(start.elapsed());
        let start = Instant::now();
        let deserializer = &mut serde_json::Deserializer::from_str(&body);
        black_box(serde_path_to_error::deserialize::<_, Vec<Thing>>(deserializer).unwrap());
        tracked.push(start.elapsed());
    }
    report("decode, 500 things", ("plain", plain), ("tracked", tracked));
}

#[tokio::main]
async fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") {
        3000
    } else {
        10
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
    calls(&url, "call, 1 thing", 1, rounds).await;
    calls(&url, "call, 500 things", 500, rounds).await;
    decoding(rounds);
}

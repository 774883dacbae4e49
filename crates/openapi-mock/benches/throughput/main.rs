//! The mock beside Prism: requests per second, time to the first reply, memory. See `README.md`.

#![allow(missing_docs)]

mod load;
mod requests;
mod server;
mod start;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use openapi_mock::{Document, MockServer};

use crate::load::{Round, Stop};
use crate::requests::Request;
use crate::server::{Kind, Server};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures the mock beside Prism. Prints figures; passes no judgement.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure: `speed`, `start`, `memory`; all of them unless some are named
    parts: Vec<String>,
    /// The document that both serve
    #[arg(
        long,
        default_value = "../../generated/configuration-client/openapi.json"
    )]
    document: PathBuf,
    /// Operations that are called, with the examples of the document
    #[arg(long, value_delimiter = ',', default_value = "list_clients,copy_flow")]
    operations: Vec<String>,
    /// Connections that are kept, each with one request under way
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Rounds for each server and operation, turn by turn
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How long a round takes
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Requests after which memory is looked at
    #[arg(long, value_delimiter = ',', default_value = "100000,500000,1000000")]
    requests: Vec<u64>,
    /// Where Prism is; `tests/foreign/run` installs it
    #[arg(long, default_value = "../../tests/foreign/node_modules/.bin/prism")]
    prism: PathBuf,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let bench: &'static Bench = Box::leak(Box::new(Bench::new(arguments).await?));
    if bench.wants("start") {
        start::report(bench).await?;
    }
    if bench.wants("speed") {
        bench.speed().await?;
    }
    if bench.wants("memory") {
        bench.memory().await?;
    }
    Ok(())
}

/// What is measured, and how.
struct Bench {
    arguments: Arguments,
    requests: Vec<Request>,
    kinds: Vec<Kind>,
}

impl Bench {
    async fn new(arguments: Arguments) -> Result<Self> {
        let document = requests::open(&arguments.document)?;
        let taken = Document::bundled(&document.root().to_string())?;
        let mock = MockServer::start(taken).await?;
        let requests = arguments
            .operations
            .iter()
            .map(|id| requests::request(document.root(), id, &mock.credentials_for(id)));
        let mut kinds = vec![Kind::Mock];
        match arguments.prism.canonicalize() {
            Ok(prism) => kinds.push(Kind::Prism(prism)),
            Err(_) => eprintln!(
                "Prism is not at {}, so there is nothing to compare with: run `npm ci` in \
                 tests/foreign, or name it with --prism",
                arguments.prism.display()
            ),
        }
        Ok(Self {
            requests: requests.collect::<Result<_>>()?,
            arguments,
            kinds,
        })
    }

    fn wants(&self, part: &str) -> bool {
        let parts = &self.arguments.parts;
        parts.is_empty() || parts.iter().any(|wanted| wanted == part)
    }

    /// A server that has been warmed up; `node` compiles while it runs.
    async fn warm(&'static self, kind: &Kind) -> Result<Server> {
        let server = kind
            .start(&self.arguments.document, &self.requests[0])
            .await?;
        let stop = Stop::After(self.round_time());
        let connections = self.arguments.connections;
        load::run(server.address, &self.requests[..1], connections, stop).await?;
        Ok(server)
    }

    fn round_time(&self) -> Duration {
        Duration::from_secs_f64(self.arguments.seconds)
    }

    async fn speed(&'static self) -> Result<()> {
        let mut servers = Vec::new();
        for kind in &self.kinds {
            servers.push(self.warm(kind).await?);
        }
        println!(
            "\n| {} connections | requests/s | p50 ms | p99 ms | processor µs/request |\n\
             |---|---:|---:|---:|---:|",
            self.arguments.connections
        );
        for number in 0..self.requests.len() {
            let request = &self.requests[number..=number];
            let mut rounds: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
            for _ in 0..self.arguments.rounds {
                for (server, rounds) in servers.iter().zip(&mut rounds) {
                    let stop = Stop::After(self.round_time());
                    let connections = self.arguments.connections;
                    let before = server.processor_time();
                    let mut round = load::run(server.address, request, connections, stop).await?;
                    let after = server.processor_time();
                    let used = after
                        .zip(before)
                        .map(|(after, before)| after.saturating_sub(before));
                    round.processor_time = used.unwrap_or_default();
                    rounds.push(round);
                }
            }
            self.report(&request[0].name, &rounds);
        }
        for (server, kind) in servers.iter().zip(&self.kinds) {
            if let Some((now, peak)) = server.memory() {
                println!(
                    "{}: {now} KiB resident after this, {peak} KiB at most",
                    kind.name()
                );
            }
        }
        Ok(())
    }

    fn report(&self, request: &str, rounds: &[Vec<Round>]) {
        let mut speeds = Vec::new();
        for (kind, rounds) in self.kinds.iter().zip(rounds) {
            let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure).collect());
            let speed = of(Round::per_second);
            let p50 = of(|round| round.percentile(50).as_secs_f64() * 1e3);
            let p99 = of(|round| round.percentile(99).as_secs_f64() * 1e3);
            let used = of(|round| round.processor_time().as_secs_f64() * 1e6);
            println!(
                "| {}, {request} | {speed:.0} | {p50:.2} | {p99:.2} | {used:.0} |",
                kind.name()
            );
            speeds.push(speed);
        }
        if let [mock, prism] = speeds[..] {
            println!("| ratio, {request} | {:.1} | | | |", mock / prism);
        }
    }

    async fn memory(&'static self) -> Result<()> {
        let server = Kind::Mock
            .start(&self.arguments.document, &self.requests[0])
            .await?;
        println!(
            "\n| openapi-mock after requests | resident KiB | at most KiB |\n|---:|---:|---:|"
        );
        let mut sent = 0;
        let row = |sent: u64| match server.memory() {
            Some((now, peak)) => println!("| {sent} | {now} | {peak} |"),
            None => println!("| {sent} | unknown | unknown |"),
        };
        row(1);
        for target in &self.arguments.requests {
            let stop = Stop::Requests(target.saturating_sub(sent));
            let connections = self.arguments.connections;
            load::run(server.address, &self.requests, connections, stop).await?;
            sent = *target;
            row(sent);
        }
        Ok(())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

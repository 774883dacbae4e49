//! Load: connections that are kept, each with one request under way at a time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Result;
use crate::requests::Request;

/// When a connection has done its part.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    After(Duration),
    Requests(u64),
}

/// What came of a round.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) elapsed: Duration,
    /// What the server used of the processors.
    pub(crate) processor_time: Duration,
    /// One for each request, in order once the round is over.
    latencies: Vec<Duration>,
}

impl Round {
    pub(crate) fn per_second(&self) -> f64 {
        let requests = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        f64::from(requests) / self.elapsed.as_secs_f64()
    }

    /// Processor time of the server for one request.
    pub(crate) fn processor_time(&self) -> Duration {
        let requests = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        self.processor_time / requests.max(1)
    }

    /// The latency that this many of a hundred requests keep.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let index = self.latencies.len() * percent / 100;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies
            .get(index.min(last))
            .copied()
            .unwrap_or_default()
    }
}

/// Sends the requests in turn over this many connections. Fails at the first reply that has another
/// status than its request expects.
pub(crate) async fn run(
    address: SocketAddr,
    requests: &'static [Request],
    connections: usize,
    stop: Stop,
) -> Result<Round> {
    let stop = match stop {
        Stop::Requests(all) => Stop::Requests(all / connections as u64),
        after @ Stop::After(_) => after,
    };
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(connection(address, requests, start, stop));
    }
    let mut round = Round::default();
    while let Some(finished) = tasks.join_next().await {
        round.latencies.extend(finished??);
    }
    round.elapsed = start.elapsed();
    round.latencies.sort_unstable();
    Ok(round)
}

async fn connection(
    address: SocketAddr,
    requests: &[Request],
    start: Instant,
    stop: Stop,
) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(address).await?;
    let mut latencies = Vec::new();
    for request in requests.iter().cycle() {
        let over = match stop {
            Stop::After(time) => start.elapsed() >= time,
            Stop::Requests(all) => latencies.len() as u64 >= all,
        };
        if over {
            break;
        }
        let sent = Instant::now();
        let reply = connection.exchange(&request.bytes).await?;
        latencies.push(sent.elapsed());
        request.check(&reply)?;
    }
    Ok(latencies)
}

/// A reply, as far as it matters here.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    /// Sends a request and reads its reply to the end. Both servers tell the length of what they
    /// send.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Reply> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let head = loop {
            self.read().await?;
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let status = text.get(9..12).ok_or("no status")?.parse()?;
        let length = match header(&text, "content-length") {
            Some(length) => length.parse()?,
            None if status == 204 => 0,
            None => return Err(format!("a reply of unknown length:\n{text}").into()),
        };
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        Ok(Reply {
            status,
            body: self.buffer.split_off(head),
        })
    }

    async fn read(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed a connection that was in use".into()),
            _ => Ok(()),
        }
    }
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let found = lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.trim())
}

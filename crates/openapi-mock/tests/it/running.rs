//! A command that serves until it is stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Long enough for a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(30);

/// The last line of what a server says when it stands.
const STANDS: &str = "Ctrl-C stops it.\n";

/// A server in a process of its own, killed when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    /// What it said when it stood.
    pub(crate) said: String,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// What it said on standard output after it stood.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Running {
    /// Starts a command, and waits until it says that it stands.
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !said.ends_with(STANDS) {
            if stdout.read_line(&mut said).unwrap() == 0 {
                let mut stderr = String::new();
                let _ = child.stderr.take().unwrap().read_to_string(&mut stderr);
                panic!("it ended: {:?}\n{said}{stderr}", child.wait());
            }
        }
        // Nothing was read beyond that line: nobody has called yet.
        child.stdout = Some(stdout.into_inner());
        Self { child, said }
    }

    /// The value of each line of this name.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let lines = self.said.lines();
        let named = lines.filter_map(|line| line.trim_start().strip_prefix(name));
        named.map(str::trim).collect()
    }

    /// The address, such as `127.0.0.1:4010`.
    pub(crate) fn address(&self) -> &str {
        let (_, rest) = self.said.split_once("http://").unwrap();
        rest.split(['/', '\n']).next().unwrap()
    }

    /// Asks it to end.
    pub(crate) fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has ended.
    pub(crate) fn ended(mut self) -> Ended {
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut ended = Ended {
            code,
            stdout: String::new(),
            stderr: String::new(),
        };
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        stdout.unwrap().read_to_string(&mut ended.stdout).unwrap();
        stderr.unwrap().read_to_string(&mut ended.stderr).unwrap();
        ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A `GET` with these headers: status and body.
pub(crate) fn get(url: &str, headers: &[&str]) -> (u16, String) {
    send("GET", url, headers, "")
}

/// A request with these headers: status and body of the reply.
pub(crate) fn send(method: &str, url: &str, headers: &[&str], body: &str) -> (u16, String) {
    let (address, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let headers: String = headers
        .iter()
        .map(|header| format!("{header}\r\n"))
        .collect();
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

/// Waits until nobody listens at an address any more.
pub(crate) fn wait_until_closed(address: &str) {
    let start = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(start.elapsed() < PATIENCE, "{address} still listens");
        std::thread::sleep(Duration::from_millis(5));
    }
}

//! Servers under test, each a process of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::load::Connection;
use crate::requests::Request;

/// For how long a server may start.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to start.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Mock,
    Prism(PathBuf),
}

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// From the start of the process to the end of the first reply.
    pub(crate) first_reply: Duration,
    child: Child,
}

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Mock => "openapi-mock",
            Self::Prism(_) => "Prism",
        }
    }

    /// Prism without its log, since that is faster; the mock as it is.
    fn command(&self, document: &Path, port: u16) -> Command {
        let port = port.to_string();
        match self {
            Self::Mock => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_openapi-mock"));
                command.args(["--port", &port]).arg(document);
                command
            }
            Self::Prism(program) => {
                let mut command = Command::new(program);
                command.args(["mock", "--verboseLevel", "error", "--port", &port]);
                command.arg(document).env("NODE_NO_WARNINGS", "1");
                command
            }
        }
    }

    /// Starts the server and waits for its first reply, whatever it says.
    pub(crate) async fn start(&self, document: &Path, first: &Request) -> Result<Server> {
        let address = free_address()?;
        let mut command = self.command(document, address.port());
        command.stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let child = command.spawn().map_err(|error| {
            let program = command.get_program().to_string_lossy().into_owned();
            format!("{program} does not start: {error}")
        })?;
        let mut server = Server {
            address,
            first_reply: Duration::ZERO,
            child,
        };
        server.connect(start).await?.exchange(&first.bytes).await?;
        server.first_reply = start.elapsed();
        Ok(server)
    }
}

impl Server {
    async fn connect(&mut self, start: Instant) -> Result<Connection> {
        loop {
            if let Ok(connection) = Connection::open(self.address).await {
                return Ok(connection);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended before it listened: {status}").into());
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("nobody listens on {} after a minute", self.address).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The processor time that the process and its threads have used so far. Nothing where the system
    /// does not tell.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // The name of the program, in brackets, may hold spaces.
        let (_, fields) = stat.rsplit_once(')')?;
        let ticks = |field: usize| fields.split_whitespace().nth(field)?.parse::<u64>().ok();
        // `USER_HZ` is 100 on all Linux platforms.
        Some(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
    }

    /// Resident memory of the process now, and at most so far, in KiB. Nothing where the system does
    /// not tell.
    pub(crate) fn memory(&self) -> Option<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let value = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        Some((value("VmRSS:")?, value("VmHWM:")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about anything else.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

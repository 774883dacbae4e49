//! The command line of a mock server (feature `cli`): what the command `openapi-mock` is made of,
//! for commands that are to be like it.

mod announce;
mod arguments;
mod command;
mod first_request;

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use crate::document::Document;
use crate::oauth::Consent;
use crate::server::{MAX_BODY, MockServer, StartError};
use crate::state::StateFileError;

pub use command::main;

/// The options of a mock server, to be flattened into the arguments of a command.
///
/// ```
/// use clap::Parser;
/// use openapi_mock::cli::Options;
///
/// #[derive(Parser)]
/// struct Arguments {
///     #[command(flatten)]
///     options: Options,
/// }
///
/// let arguments = Arguments::parse_from(["pets", "--port", "0", "--seed", "7"]);
/// assert_eq!((arguments.options.port, arguments.options.seed), (0, 7));
/// ```
#[derive(Debug, Clone, clap::Args)]
#[non_exhaustive]
pub struct Options {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 4010)]
    pub port: u16,
    /// What made values grow from: the same number, the same values
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
    /// Keep the state in this file, so that it is there again after the next start
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Who answers when an application asks for access by OAuth 2.0
    #[arg(long, value_name = "WHO", value_enum, default_value_t = Consent::Page)]
    pub consent: Consent,
    /// Refuse applications that log in without PKCE, also where the document leaves it to them
    #[arg(long)]
    pub require_pkce: bool,
    /// Largest request body that is taken, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_BODY)]
    pub max_body: usize,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The server did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// What the mocks know at the end cannot be kept.
    #[error("the state is lost: {0}")]
    State(#[from] StateFileError),
    /// The operating system refuses what a program needs that waits for connections or signals.
    #[error("cannot wait for connections and signals: {0}")]
    System(#[from] io::Error),
}

/// Serves documents, each with the name that it is mounted under, until the process is interrupted
/// (Ctrl-C) or asked to end (SIGTERM). Says to `out` where, and to standard error what else there
/// is to say. A second signal ends it without waiting for replies that are under way.
///
/// ```no_run
/// use clap::Parser;
/// use openapi_mock::{Document, cli};
///
/// #[derive(Parser)]
/// struct Arguments {
///     #[command(flatten)]
///     options: cli::Options,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let documents = vec![("pets".to_owned(), Document::open("pets.yaml")?)];
/// cli::serve(&Arguments::parse().options, documents, std::io::stdout())?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// A [`ServeError`] when there is nothing to serve, when the address cannot be listened on, or when a
/// state file cannot be used.
pub fn serve(
    options: &Options,
    documents: Vec<(String, Document)>,
    out: impl Write,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve_until_stopped(options, documents, out))
}

async fn serve_until_stopped(
    options: &Options,
    documents: Vec<(String, Document)>,
    mut out: impl Write,
) -> Result<(), ServeError> {
    // Before anybody is told that the server stands: who reads that may stop it at once.
    let mut signals = Signals::new()?;
    let mut builder = MockServer::builder()
        .host(options.host)
        .port(options.port)
        .seed(options.seed)
        .max_body(options.max_body)
        .log(|entry| {
            // In one piece, since standard error keeps none back. Nobody needs to read it.
            let _ = io::stderr().write_all(format!("{entry}\n").as_bytes());
        });
    for (name, document) in &documents {
        builder = builder.mount(name, document.clone());
    }
    if let Some(path) = &options.state {
        builder = builder.state_file(path);
    }
    let server = builder.start().await?;
    for warning in server.warnings() {
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
    for mock in server.mocks() {
        let oauth = mock.oauth();
        oauth.consent(options.consent);
        if options.require_pkce {
            oauth.require_pkce(true);
        }
    }
    if !options.host.is_loopback() {
        let _ = writeln!(io::stderr(), "{}", announce::open_to_others(options.host));
    }
    let text = announce::text(&server, &documents).await;
    // Who closed the other end knows the address already.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    signals.wait().await;
    tokio::select! {
        () = server.shutdown() => {}
        () = signals.wait() => {}
    }
    Ok(server.save()?)
}

/// What asks the process to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What asks the process to end.
#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c()?,
            close: tokio::signal::windows::ctrl_close()?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}

//! The access log.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::expect::Recorded;
use crate::mock::Mock;

/// One request, as the access log tells it. `Display` is one line without credentials.
///
/// ```
/// # async fn shown(document: openapi_mock::Document) -> Result<(), openapi_mock::StartError> {
/// let server = openapi_mock::MockServer::builder()
///     .mount("", document)
///     .log(|entry| eprintln!("{entry}"))
///     .start()
///     .await?;
/// // 2026-11-22T05:40:28.123Z POST /pets create_pet 400 0.4 ms refused invalid-request: ...
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogEntry {
    /// When the request was complete.
    pub time: SystemTime,
    /// The method.
    pub method: String,
    /// Path and query; values of credentials are hidden.
    pub path: String,
    /// The operation that method and path lead to, if there is one.
    pub operation: Option<String>,
    /// The status of the reply; none where the connection ended without one.
    pub status: Option<u16>,
    /// How long the reply took to be made, without its way to the client.
    pub duration: Duration,
    /// Why the request was refused: a name and what is wrong.
    pub refusal: Option<String>,
    /// The faults that were asked for, as `X-Mock-Fault` spells them.
    pub faults: Vec<String>,
    /// What the reply says of itself where it is not all that the API would do.
    pub note: Option<String>,
}

impl LogEntry {
    /// What is told of a request of a mock.
    pub(crate) fn new(mock: &Mock, recorded: &Recorded) -> Self {
        let target = mock.secrets().target(mock.api(), recorded);
        let prefix = if recorded.at_root { "" } else { prefix(mock) };
        Self {
            time: recorded.time(),
            method: recorded.method().to_string(),
            path: format!("{prefix}{target}"),
            operation: recorded.operation().map(str::to_owned),
            status: recorded.status(),
            duration: recorded.duration().unwrap_or_default(),
            refusal: recorded.refusal(),
            faults: recorded.faults().to_vec(),
            note: recorded.note().map(str::to_owned),
        }
    }
}

/// What stands in front of all paths of a mock: nothing, or a slash and a name.
fn prefix(mock: &Mock) -> &str {
    let (_, below) = mock.url().split_once("://").unwrap_or_default();
    below.find('/').map_or("", |slash| &below[slash..])
}

impl fmt::Display for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::<Utc>::from(self.time).to_rfc3339_opts(SecondsFormat::Millis, true);
        let operation = self.operation.as_deref().unwrap_or("-");
        write!(f, "{time} {} {} {operation} ", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("-")?,
        }
        write!(f, " {:.1} ms", self.duration.as_secs_f64() * 1000.0)?;
        if let Some(refusal) = &self.refusal {
            write!(f, " refused {}", crate::media::one_line(refusal))?;
        }
        if !self.faults.is_empty() {
            write!(f, " fault {}", self.faults.join(", "))?;
        }
        if let Some(note) = &self.note {
            write!(f, " note {note}")?;
        }
        Ok(())
    }
}

/// Where log entries go: nowhere, unless the builder says otherwise.
#[derive(Clone, Default)]
pub(crate) struct Sink(Option<Arc<Write>>);

type Write = dyn Fn(&LogEntry) + Send + Sync;

impl Sink {
    pub(crate) fn new(write: impl Fn(&LogEntry) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(write)))
    }

    /// Writes an entry, which is only made where somebody reads it.
    pub(crate) fn write(&self, entry: impl FnOnce() -> LogEntry) {
        if let Some(write) = &self.0 {
            write(&entry());
        }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sink").field(&self.0.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_line() {
        let mut entry = LogEntry {
            time: SystemTime::UNIX_EPOCH,
            method: "POST".to_owned(),
            path: "/pets".to_owned(),
            operation: Some("create_pet".to_owned()),
            status: Some(400),
            duration: Duration::from_micros(1250),
            refusal: Some("invalid-request: body /name\n: 5".to_owned()),
            faults: vec!["latency=1ms".to_owned()],
            note: Some("nothing was kept".to_owned()),
        };
        assert_eq!(
            entry.to_string(),
            "1970-01-01T00:00:00.000Z POST /pets create_pet 400 1.2 ms \
             refused invalid-request: body /name\\n: 5 fault latency=1ms note nothing was kept"
        );
        entry.operation = None;
        entry.status = None;
        entry.refusal = None;
        entry.faults.clear();
        entry.note = None;
        assert_eq!(
            entry.to_string(),
            "1970-01-01T00:00:00.000Z POST /pets - - 1.2 ms"
        );
    }
}

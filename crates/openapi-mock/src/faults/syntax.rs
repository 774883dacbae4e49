//! Faults as a text: the header `X-Mock-Fault`, and the control endpoint.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Fault;
use crate::error::MockError;

/// Every fault: its name, how it is written, what it does.
const FAULTS: [(&str, &str, &str); 15] = [
    ("latency", "latency=200ms", "the reply comes later"),
    (
        "status",
        "status=429, retry-after=2",
        "this status with its declared body",
    ),
    ("html", "html=502", "this status with an HTML page"),
    (
        "expired-token",
        "expired-token",
        "the answer to an expired token",
    ),
    ("reset", "reset", "no reply, the connection is reset"),
    ("close", "close", "no reply, the connection is closed"),
    (
        "truncated",
        "truncated",
        "half of the body, with the length of all of it",
    ),
    (
        "truncated-chunks",
        "truncated-chunks",
        "half of the body, chunked",
    ),
    ("slow", "slow=100ms", "the body comes in pieces"),
    (
        "content-type",
        "content-type=text/html",
        "the body under a wrong name",
    ),
    ("empty", "empty", "no body"),
    ("malformed-json", "malformed-json", "a body that is no JSON"),
    (
        "unknown-enum-values",
        "unknown-enum-values",
        "enum values that are not listed",
    ),
    (
        "extra-members",
        "extra-members",
        "members that are not declared",
    ),
    (
        "missing-members",
        "missing-members",
        "optional members are left out",
    ),
];

/// What can be written, with its meaning.
pub(crate) fn syntax() -> impl Iterator<Item = (&'static str, &'static str)> {
    FAULTS
        .iter()
        .map(|(_, written, meaning)| (*written, *meaning))
}

/// Reads faults that are separated by commas.
pub(crate) fn parse(text: &str) -> Result<Vec<Fault>, MockError> {
    let mut faults = Vec::new();
    for item in text.split(',').map(str::trim) {
        let (name, value) = match item.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (item, None),
        };
        if name == "retry-after" {
            retry_after(&mut faults, item, value)?;
            continue;
        }
        let fault = fault(name, value)?.ok_or_else(|| malformed(item, name))?;
        fault.check()?;
        faults.push(fault);
    }
    Ok(faults)
}

/// A fault; nothing where the value is not one it takes.
fn fault(name: &str, value: Option<&str>) -> Result<Option<Fault>, MockError> {
    let plain = |fault| value.is_none().then_some(fault);
    Ok(match name {
        "latency" => value.and_then(duration).map(Fault::Latency),
        "status" => value
            .and_then(|value| value.parse().ok())
            .map(Fault::status),
        "html" => value
            .and_then(|value| value.parse().ok())
            .map(Fault::HtmlError),
        "slow" => value.and_then(duration).map(Fault::SlowBody),
        "content-type" => value
            .filter(|value| !value.is_empty())
            .map(|value| Fault::ContentType(value.to_owned())),
        "expired-token" => plain(Fault::ExpiredToken),
        "reset" => plain(Fault::Reset),
        "close" => plain(Fault::Close),
        "truncated" => plain(Fault::Truncated),
        "truncated-chunks" => plain(Fault::TruncatedChunks),
        "empty" => plain(Fault::EmptyBody),
        "malformed-json" => plain(Fault::MalformedJson),
        "unknown-enum-values" => plain(Fault::UnknownEnumValues),
        "extra-members" => plain(Fault::ExtraMembers),
        "missing-members" => plain(Fault::MissingMembers),
        unknown => return Err(unknown_fault(unknown)),
    })
}

/// Gives the status before it a time to wait.
fn retry_after(faults: &mut [Fault], item: &str, value: Option<&str>) -> Result<(), MockError> {
    let seconds = value.and_then(|value| value.trim_end_matches('s').parse().ok());
    let Some(Fault::Status { retry_after, .. }) = faults.last_mut() else {
        let why = "`retry-after` belongs behind a status, such as `status=429, retry-after=2`";
        return Err(MockError::InvalidFault(why.to_owned()));
    };
    let seconds = seconds.ok_or_else(|| malformed(item, "status"))?;
    *retry_after = Some(Duration::from_secs(seconds));
    Ok(())
}

fn unknown_fault(name: &str) -> MockError {
    let all: Vec<&str> = syntax().map(|(written, _)| written).collect();
    let near = openapi_document::nearest(name, FAULTS.iter().map(|(name, ..)| *name));
    let near = near.map(|near| format!("; did you mean `{near}`?"));
    MockError::InvalidFault(format!(
        "there is no fault `{name}`{} Faults are, separated by commas: {}",
        near.unwrap_or_else(|| ".".to_owned()),
        all.join(", ")
    ))
}

fn malformed(item: &str, name: &str) -> MockError {
    let written = FAULTS.iter().find(|(known, ..)| *known == name);
    let written = written.map_or(name, |(_, written, _)| written);
    MockError::InvalidFault(format!(
        "`{item}` cannot be read; it is written `{written}`"
    ))
}

/// Such as `200ms` or `1.5s`.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let number: f64 = number.trim().parse().ok()?;
    Duration::try_from_secs_f64(number * unit).ok()
}

impl FromStr for Fault {
    type Err = MockError;

    fn from_str(text: &str) -> Result<Self, MockError> {
        let mut faults = parse(text)?;
        match (faults.pop(), faults.is_empty()) {
            (Some(fault), true) => Ok(fault),
            _ => Err(MockError::InvalidFault(format!(
                "`{text}` is more than one fault"
            ))),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Latency(time) => return write!(f, "latency={}ms", time.as_millis()),
            Self::SlowBody(time) => return write!(f, "slow={}ms", time.as_millis()),
            Self::HtmlError(status) => return write!(f, "html={status}"),
            Self::ContentType(name) => return write!(f, "content-type={name}"),
            Self::Status {
                status,
                retry_after,
            } => {
                write!(f, "status={status}")?;
                let Some(time) = retry_after else {
                    return Ok(());
                };
                return write!(f, ", retry-after={}", whole_seconds(*time));
            }
            Self::ExpiredToken => "expired-token",
            Self::Reset => "reset",
            Self::Close => "close",
            Self::Truncated => "truncated",
            Self::TruncatedChunks => "truncated-chunks",
            Self::EmptyBody => "empty",
            Self::MalformedJson => "malformed-json",
            Self::UnknownEnumValues => "unknown-enum-values",
            Self::ExtraMembers => "extra-members",
            Self::MissingMembers => "missing-members",
        };
        f.write_str(name)
    }
}

/// As `Retry-After` tells a time: rounded up, so that nobody comes too early.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_fault_of_the_list_can_be_read() {
        for (name, written, _) in FAULTS {
            let fault: Fault = written.parse().unwrap();
            assert_eq!(fault.to_string(), written);
            assert!(written.starts_with(name));
        }
        assert_eq!(
            parse("latency=1.5s,status=503 , retry-after=3, reset"),
            Ok(vec![
                Fault::Latency(Duration::from_millis(1500)),
                Fault::Status {
                    status: 503,
                    retry_after: Some(Duration::from_secs(3))
                },
                Fault::Reset
            ])
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let said = |text: &str| parse(text).unwrap_err().to_string();
        assert!(said("latencey=5ms").starts_with(
            "there is no fault `latencey`; did you mean `latency`? Faults are, separated by \
             commas: latency=200ms, status=429, retry-after=2, html=502"
        ));
        assert_eq!(
            said("latency=soon"),
            "`latency=soon` cannot be read; it is written `latency=200ms`"
        );
        assert_eq!(
            said("reset=1"),
            "`reset=1` cannot be read; it is written `reset`"
        );
        assert!(said("retry-after=2").contains("behind a status"));
        assert!(said("status=1000").contains("from 200 to 599"));
        assert!(said("").contains("there is no fault ``."));
        for hostile in ["latency=-1s", "latency=1e300s", "slow=NaNs", "latency=infs"] {
            assert!(said(hostile).contains("cannot be read"), "{hostile}");
        }
        assert!("reset, close".parse::<Fault>().is_err());
    }

    proptest! {
        #[test]
        fn text_and_fault_are_the_same(status in 200_u16..600, wait in proptest::option::of(0_u64..9999), ms in 0_u64..999_999) {
            let faults = vec![
                Fault::Status { status, retry_after: wait.map(Duration::from_secs) },
                Fault::Latency(Duration::from_millis(ms)),
                Fault::SlowBody(Duration::from_millis(ms)),
                Fault::HtmlError(status),
            ];
            let text: Vec<String> = faults.iter().map(Fault::to_string).collect();
            prop_assert_eq!(parse(&text.join(", ")).unwrap(), faults);
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse(&text);
        }
    }
}

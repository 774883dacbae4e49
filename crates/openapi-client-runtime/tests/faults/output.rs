//! Nothing that these tests print, or could print, shows the token of their client.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;

use crate::TOKEN;

/// Searches the traces of all crates from here on.
pub(crate) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Search)
            .init();
    });
}

struct Search;

impl Write for Search {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        assert_clean("a trace", &String::from_utf8_lossy(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn assert_clean(what: &str, text: &str) {
    assert!(!text.contains(TOKEN), "{what} shows the token: {text}");
}

/// As `unwrap_err`, for errors whose every form is searched first.
pub(crate) trait Refused<E> {
    fn refused(self) -> E;
}

impl<T, E: Error> Refused<E> for Result<T, E> {
    fn refused(self) -> E {
        let Err(error) = self else {
            panic!("the call succeeded");
        };
        let mut cause: Option<&dyn Error> = Some(&error);
        while let Some(error) = cause {
            assert_clean("an error", &format!("{error} {error:?} {error:#?}"));
            cause = error.source();
        }
        error
    }
}

#[test]
#[should_panic(expected = "shows the token")]
fn a_leak_is_noticed() {
    let _ = Err::<(), _>(io::Error::other(format!("Bearer {TOKEN}"))).refused();
}

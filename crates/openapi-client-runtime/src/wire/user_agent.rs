//! The `User-Agent` header (RFC 9110, section 10.1.5).

use http::header::HeaderValue;

use crate::error::build_error::Fault;
use crate::facts::api::Api;

/// Where a template wants the name of the library that calls.
const LIBRARY: &str = "{library}";

/// What a caller says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    /// Stands before our own product.
    pub(crate) product: Option<String>,
    /// Name and version, for an API that demands them.
    pub(crate) library: Option<(String, String)>,
}

impl Caller {
    /// The header of every request.
    pub(crate) fn header(&self, api: &Api) -> Result<HeaderValue, Fault> {
        let ours = self.ours(api)?;
        let agent = match self.product.as_deref().map(str::trim) {
            None => ours,
            Some("") => return Err(Fault::UserAgent),
            Some(_) if prescribes_library(api) => return Err(Fault::ProductNotTaken),
            Some(product) => format!("{product} {ours}"),
        };
        if !agent.bytes().all(is_printable) {
            return Err(Fault::UserAgent);
        }
        HeaderValue::try_from(agent).map_err(|_| Fault::UserAgent)
    }

    /// Our own product, or what the API demands in its place.
    fn ours(&self, api: &Api) -> Result<String, Fault> {
        let (name, version) = match &self.library {
            None => (api.name, api.version),
            Some(_) if !prescribes_library(api) => return Err(Fault::LibraryNotTaken),
            Some((name, version)) => (checked("name", name)?, checked("version", version)?),
        };
        let Some(template) = api.user_agent else {
            return Ok(format!("{name}/{version}"));
        };
        let document_version = api.document_version.unwrap_or_default();
        // Names hold no braces, so that nothing is put in twice.
        Ok(template
            .replace("{document_version}", document_version)
            .replace(LIBRARY, name)
            .replace("{version}", version))
    }
}

fn prescribes_library(api: &Api) -> bool {
    api.user_agent
        .is_some_and(|template| template.contains(LIBRARY))
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// A name or version that ends neither the header nor its place in the template.
fn checked<'a>(what: &'static str, value: &'a str) -> Result<&'a str, Fault> {
    let value = value.trim_matches(' ');
    let ends_its_place = |c: char| matches!(c, ',' | ';' | '(' | ')' | '{' | '}' | '"' | '\\');
    let fits = value.bytes().all(is_printable) && !value.contains(ends_its_place);
    if value.is_empty() || !fits {
        return Err(Fault::Library { what });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    static PLAIN: Api = Api::new("things-client", "1.2.3").document_version("v7");
    static BOTH: Api = PLAIN.user_agent("Things/{document_version} ({library}, {version})");
    static OURS: Api = PLAIN.user_agent("Things/{version}");

    fn header(api: &Api, product: Option<&str>, library: Option<(&str, &str)>) -> String {
        let caller = Caller {
            product: product.map(str::to_owned),
            library: library.map(|(name, version)| (name.to_owned(), version.to_owned())),
        };
        match caller.header(api) {
            Ok(value) => value.to_str().unwrap().to_owned(),
            Err(fault) => crate::BuildError(fault).to_string(),
        }
    }

    #[test]
    fn the_template_is_filled_in() {
        for (api, library, agent) in [
            (&PLAIN, None, "things-client/1.2.3"),
            (&OURS, None, "Things/1.2.3"),
            (&BOTH, None, "Things/v7 (things-client, 1.2.3)"),
            (&BOTH, Some(("my shop", " 4 ")), "Things/v7 (my shop, 4)"),
        ] {
            assert_eq!(header(api, None, library), agent);
        }
        let mine = header(&OURS, Some("my-tool/1.2 (nightly)"), None);
        assert_eq!(mine, "my-tool/1.2 (nightly) Things/1.2.3");
    }

    #[test]
    fn what_would_leave_its_place_is_refused_by_name() {
        for bad in [
            "",
            "  ",
            "a\r\nb: c",
            "a\n",
            "a,b",
            "(a",
            "a)",
            "{version}",
            "zoë",
            "a\"",
            "a\\",
            "a;b",
        ] {
            let name = header(&BOTH, None, Some((bad, "1")));
            assert!(
                name.contains("library's name is blank or holds"),
                "{bad:?}: {name}"
            );
            let version = header(&BOTH, None, Some(("a", bad)));
            assert!(
                version.contains("library's version is blank or holds"),
                "{bad:?}: {version}"
            );
        }
    }

    #[test]
    fn who_says_the_other_thing_is_told_what_to_call() {
        let product = header(&BOTH, Some("my-tool/1.2"), None);
        assert!(product.contains("call `library`"), "{product}");
        let library = header(&PLAIN, None, Some(("a", "1")));
        assert!(library.contains("call `user_agent`"), "{library}");
    }
}

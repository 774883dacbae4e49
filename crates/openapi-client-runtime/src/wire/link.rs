//! Links that a person follows in a browser or an app, made from the templates of a document.

use std::collections::BTreeMap;
use std::fmt;

use iri_string::spec::UriSpec;
use iri_string::template::UriTemplateStr;
use iri_string::template::simple_context::{SimpleContext, Value};
use url::Url;

use crate::Provenance;

/// A kind of link that the document knows (`x-links`): a URI template (RFC 6570). Generated crates
/// hold one for each.
///
/// ```
/// use openapi_client_runtime::{Provenance, LinkTemplate};
///
/// static ROOM: LinkTemplate =
///     LinkTemplate::new("room", "https://app.example.com/rooms/{id}").required(&["id"]);
///
/// assert_eq!(ROOM.template(), "https://app.example.com/rooms/{id}");
/// assert_eq!(ROOM.provenance(), Provenance::Documented);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkTemplate {
    name: &'static str,
    template: &'static str,
    required: &'static [&'static str],
    provenance: Provenance,
}

impl LinkTemplate {
    /// The links of that name. The template begins with scheme and host, and has variables behind
    /// them only; their values are encoded, never taken as they are.
    pub const fn new(name: &'static str, template: &'static str) -> Self {
        Self {
            name,
            template,
            required: &[],
            provenance: Provenance::Documented,
        }
    }

    /// The variables without which there is no link.
    #[must_use]
    pub const fn required(mut self, names: &'static [&'static str]) -> Self {
        self.required = names;
        self
    }

    /// The vendor does not document the link.
    #[must_use]
    pub const fn inferred(mut self) -> Self {
        self.provenance = Provenance::Inferred;
        self
    }

    /// The name in the document.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The template, such as `https://app.example.com/m/{id}`.
    pub const fn template(&self) -> &'static str {
        self.template
    }

    /// Whether the link was documented by the vendor or inferred.
    pub const fn provenance(&self) -> Provenance {
        self.provenance
    }
}

/// A link in the making: a template and its values. Generated types have a method for each
/// variable, and hand on to this one.
///
/// Whatever the values are, the link leads to the host and below the path of its template: each
/// value is percent-encoded into one segment of the path or one value of the query.
///
/// ```
/// use openapi_client_runtime::{LinkBuilder, LinkTemplate};
///
/// static ROOM: LinkTemplate =
///     LinkTemplate::new("room", "https://app.example.com/rooms/{id}{?tab}").required(&["id"]);
///
/// let link = LinkBuilder::new(&ROOM).text("id", "a/../b?c").text("tab", "files & notes");
/// assert_eq!(
///     link.url()?.as_str(),
///     "https://app.example.com/rooms/a%2F..%2Fb%3Fc?tab=files%20%26%20notes"
/// );
///
/// let error = LinkBuilder::new(&ROOM).text("id", "..").url().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the link `room` cannot be made: `id` is `..`, which would lead elsewhere; pass the name itself"
/// );
/// # Ok::<(), openapi_client_runtime::LinkError>(())
/// ```
#[derive(Clone)]
#[must_use = "it does nothing until `url` is called"]
pub struct LinkBuilder {
    template: &'static LinkTemplate,
    values: BTreeMap<&'static str, Value>,
}

impl LinkBuilder {
    /// A link without values.
    pub fn new(template: &'static LinkTemplate) -> Self {
        Self {
            template,
            values: BTreeMap::new(),
        }
    }

    /// Sets a variable to one value; an empty one takes it back.
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if value.is_empty() {
            self.values.remove(name);
        } else {
            self.values.insert(name, Value::String(value));
        }
        self
    }

    /// Sets a variable to several values, one segment each. Empty ones are left out, so that a path
    /// can be given as what stands between its slashes; without any the variable is not set.
    pub fn list(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into);
        let values: Vec<String> = values.filter(|value: &String| !value.is_empty()).collect();
        if values.is_empty() {
            self.values.remove(name);
        } else {
            self.values.insert(name, Value::List(values));
        }
        self
    }

    /// Adds a pair to a variable that holds parameters of the query by their names. One with an
    /// empty name or value is left out.
    pub fn pair(
        mut self,
        name: &'static str,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let (key, value) = (key.into(), value.into());
        if key.is_empty() || value.is_empty() {
            return self;
        }
        match self.values.get_mut(name) {
            Some(Value::Assoc(pairs)) => pairs.push((key, value)),
            _ => {
                self.values.insert(name, Value::Assoc(vec![(key, value)]));
            }
        }
        self
    }

    /// The finished link.
    ///
    /// # Errors
    ///
    /// When a value is missing or empty that the link needs, or is `.` or `..` in its path.
    pub fn url(&self) -> Result<Url, LinkError> {
        let fault = |reason| LinkError {
            link: self.template.name,
            reason,
        };
        let missing = |name: &&&str| !self.values.contains_key(**name);
        if let Some(name) = self.template.required.iter().find(missing) {
            return Err(fault(format!(
                "`{name}` is empty, and there is no link without it"
            )));
        }
        let text = self.expanded().map_err(&fault)?;
        let url = Url::parse(&text).map_err(|error| fault(error.to_string()))?;
        // What a URL parser changes is a path that would not lead where the template says.
        if url.as_str() == text {
            Ok(url)
        } else {
            Err(fault(self.what_leads_elsewhere()))
        }
    }

    fn expanded(&self) -> Result<String, String> {
        let template = UriTemplateStr::new(self.template.template);
        let template = template.map_err(|error| error.to_string())?;
        let mut context = SimpleContext::new();
        for (name, value) in &self.values {
            context.insert(*name, value.clone());
        }
        let expanded = template.expand::<UriSpec, _>(&context);
        expanded
            .map(|text| text.to_string())
            .map_err(|error| error.to_string())
    }

    fn what_leads_elsewhere(&self) -> String {
        let dots = |text: &String| matches!(text.as_str(), "." | "..");
        let found = self.values.iter().find_map(|(name, value)| {
            let value = match value {
                Value::String(text) => Some(text).filter(|text| dots(text)),
                Value::List(items) => items.iter().find(|item| dots(item)),
                _ => None,
            };
            Some((name, value?))
        });
        match found {
            Some((name, value)) => {
                format!("`{name}` is `{value}`, which would lead elsewhere; pass the name itself")
            }
            None => "its values together would lead elsewhere than its template".to_owned(),
        }
    }
}

/// Values may be personal, such as an email address, so only the names of those set are shown.
impl fmt::Debug for LinkBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkBuilder")
            .field("template", &self.template.template)
            .field("set", &self.values.keys())
            .finish_non_exhaustive()
    }
}

/// Why a link cannot be made. `Display` says what is wrong and what to do.
///
/// ```
/// use openapi_client_runtime::{LinkBuilder, LinkTemplate};
///
/// static ROOM: LinkTemplate =
///     LinkTemplate::new("room", "https://app.example.com/rooms/{id}").required(&["id"]);
///
/// let error = LinkBuilder::new(&ROOM).url().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the link `room` cannot be made: `id` is empty, and there is no link without it"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    link: &'static str,
    reason: String,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the link `{}` cannot be made: {}",
            self.link, self.reason
        )
    }
}

impl std::error::Error for LinkError {}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    static ENTRY: LinkTemplate =
        LinkTemplate::new("entry", "https://app.example.com/p/{slug}{?hint,auto}")
            .required(&["slug"]);
    static TO_ROOM: LinkTemplate = LinkTemplate::new(
        "to_room",
        "https://app.example.com/p/x?target=room:{room}{&hint}",
    )
    .required(&["room"]);
    static OPEN: LinkTemplate =
        LinkTemplate::new("open", "https://app.example.com/open{/path*}{?query*}");
    static APP: LinkTemplate =
        LinkTemplate::new("app", "example://rooms/{room}").required(&["room"]);

    fn query(url: &Url) -> Vec<(String, String)> {
        url.query_pairs().into_owned().collect()
    }

    fn segments(url: &Url) -> Vec<String> {
        let decoded = |segment: &str| percent_decode_str(segment).decode_utf8().map(String::from);
        let segments = url.path().split('/').skip(1);
        segments.map(|segment| decoded(segment).unwrap()).collect()
    }

    #[test]
    fn what_is_empty_is_left_out_and_what_is_needed_is_asked_for() {
        let link = LinkBuilder::new(&ENTRY).text("slug", "acme");
        assert_eq!(
            link.url().unwrap().as_str(),
            "https://app.example.com/p/acme"
        );
        let link = link.text("hint", "a@b.example").text("auto", "");
        let url = "https://app.example.com/p/acme?hint=a%40b.example";
        assert_eq!(link.url().unwrap().as_str(), url);
        let shown = format!("{link:?}");
        assert!(shown.contains("hint") && !shown.contains("b.example"));
        let error = link.text("slug", "").url().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the link `entry` cannot be made: `slug` is empty, and there is no link without it"
        );
    }

    #[test]
    fn a_path_given_with_slashes_has_each_segment_once() {
        let open = |path: &str| {
            let link = LinkBuilder::new(&OPEN).list("path", path.split('/'));
            link.url().map(String::from)
        };
        let home = "https://app.example.com/open";
        assert_eq!(open("//a//b c/").unwrap(), format!("{home}/a/b%20c"));
        assert_eq!(open("").unwrap(), home);
        assert_eq!(
            open("https://evil.example/").unwrap(),
            format!("{home}/https%3A/evil.example")
        );
        for outside in ["../admin", "a/./b", ".."] {
            let error = open(outside).unwrap_err().to_string();
            assert!(
                error.contains("`path` is `.") && error.contains("lead elsewhere"),
                "{error}"
            );
        }
        // What is one value stays one, however it was encoded before.
        assert_eq!(open("%2e%2e/x").unwrap(), format!("{home}/%252e%252e/x"));
    }

    #[test]
    fn other_schemes_keep_their_values_in_place_too() {
        let app = |room: &str| LinkBuilder::new(&APP).text("room", room).url();
        assert_eq!(app("a/b#c").unwrap().as_str(), "example://rooms/a%2Fb%23c");
        assert!(app("..").is_err());
    }

    proptest! {
        #[test]
        fn parsing_a_link_gives_back_its_values(
            slug in "\\PC{1,12}|[./\\\\%?#&=+~ @:]{1,6}|.{1,12}",
            hint in "\\PC{0,12}|[./\\\\%?#&=+~ @:]{0,6}|.{0,12}",
        ) {
            let link = LinkBuilder::new(&ENTRY).text("slug", &slug).text("hint", &hint);
            if [".", ".."].contains(&slug.as_str()) {
                prop_assert!(link.url().is_err());
                return Ok(());
            }
            let url = link.url().unwrap();
            prop_assert_eq!(url.origin().ascii_serialization(), "https://app.example.com");
            prop_assert_eq!(segments(&url), ["p", slug.as_str()]);
            let expected: Vec<_> = [("hint".to_owned(), hint)].into();
            let expected: Vec<_> = expected.into_iter().filter(|(_, v)| !v.is_empty()).collect();
            prop_assert_eq!(query(&url), expected);
            prop_assert!(url.fragment().is_none());
            // No dots are left for another parser to make something of.
            prop_assert_eq!(Url::parse(url.as_str()).unwrap(), url);
        }

        #[test]
        fn a_value_behind_a_literal_stays_behind_it(
            room in "[./\\\\%?#&=+~ @:]{1,6}|.{1,12}",
            hint in ".{1,12}",
        ) {
            let link = LinkBuilder::new(&TO_ROOM).text("room", &room).text("hint", &hint);
            let url = link.url().unwrap();
            prop_assert_eq!(url.path(), "/p/x");
            let target = format!("room:{room}");
            prop_assert_eq!(query(&url), [("target".to_owned(), target), ("hint".to_owned(), hint)]);
        }

        #[test]
        fn any_path_and_query_stay_below_the_prefix(
            path in prop::collection::vec("[./\\\\%?#&a~ ]{0,4}|.{0,6}", 0..4),
            pairs in prop::collection::vec(("[./\\\\%?#&=+a ]{0,4}|.{0,6}", ".{0,6}"), 0..4),
        ) {
            let mut link = LinkBuilder::new(&OPEN).list("path", &path);
            for (key, value) in &pairs {
                link = link.pair("query", key, value);
            }
            let kept: Vec<_> = path.iter().filter(|item| !item.is_empty()).cloned().collect();
            let pairs: Vec<_> = pairs.into_iter().filter(|(k, v)| !k.is_empty() && !v.is_empty()).collect();
            match link.url() {
                Ok(url) => {
                    prop_assert_eq!(url.host_str(), Some("app.example.com"));
                    let mut found = segments(&url);
                    prop_assert_eq!(found.remove(0), "open");
                    prop_assert_eq!(found, kept);
                    prop_assert_eq!(query(&url), pairs);
                }
                Err(_) => prop_assert!(kept.iter().any(|item| item == "." || item == "..")),
            }
        }
    }
}

//! Two requests side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use contio_client::mock::openapi_mock::Recorded;
use guards::parity::same;
use serde_json::Value;

/// Headers that the transport and its version decide.
const OF_THE_TRANSPORT: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "user-agent",
];

/// In what a request of the SDK and one of ours are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Difference {
    OnlyTheirs(String),
    OnlyOurs(String),
    /// Both have it, with another value.
    Other(String),
    /// As [`Other`](Self::Other), and worth being shown.
    Instead {
        theirs: String,
        ours: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyTheirs(what) => write!(f, "{what}: the SDK only"),
            Self::OnlyOurs(what) => write!(f, "{what}: ours only"),
            Self::Other(what) => write!(f, "{what}: another value"),
            Self::Instead { theirs, ours } => write!(f, "`{theirs}` instead of `{ours}`"),
        }
    }
}

/// A request as it is compared.
#[derive(Debug)]
pub(crate) struct Sent {
    method: String,
    path: String,
    /// Headers, the query and the members of the body, each under what it is called in a difference.
    parts: BTreeMap<String, Value>,
}

impl Sent {
    /// Takes a request apart. Values that are new in each run stand in `names` with what they are, and
    /// segments of the path that are examples in `segments`, with the parameters.
    pub(crate) fn of(
        recorded: &Recorded,
        names: &[(String, &str)],
        segments: &[(String, String)],
    ) -> Self {
        let mut parts = BTreeMap::new();
        for (name, value) in recorded.query_pairs() {
            let value = ordered(&name, value);
            parts.insert(format!("query `{name}`"), text(&value, names));
        }
        for (name, value) in recorded.headers() {
            let value = value.to_str().unwrap_or("not a text");
            if !OF_THE_TRANSPORT.contains(&name.as_str()) {
                // The boundary of a form is another one each time.
                let value = value.split("; boundary=").next().unwrap_or_default();
                parts.insert(format!("header `{name}`"), text(value, names));
            }
        }
        for (name, value) in body(recorded) {
            let value = match value {
                Value::String(value) => text(&value, names),
                other => other,
            };
            parts.insert(name, value);
        }
        Self {
            method: recorded.method().to_string(),
            path: template(recorded.path(), segments),
            parts,
        }
    }

    /// What is to be told of a request of the SDK (`self`) beside one of ours.
    pub(crate) fn differences(&self, ours: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let start = |sent: &Self| format!("{} {}", sent.method, sent.path);
        if self.path != ours.path {
            let (theirs, ours) = (start(self), start(ours));
            found.push(Difference::Instead { theirs, ours });
        } else if self.method != ours.method {
            let (theirs, ours) = (self.method.clone(), ours.method.clone());
            found.push(Difference::Instead { theirs, ours });
        }
        let names: BTreeSet<&String> = self.parts.keys().chain(ours.parts.keys()).collect();
        found.extend(names.into_iter().filter_map(|name| {
            match (self.parts.get(name), ours.parts.get(name)) {
                (Some(_), None) => Some(Difference::OnlyTheirs(name.clone())),
                (None, Some(_)) => Some(Difference::OnlyOurs(name.clone())),
                (Some(one), Some(other)) if !same(one, other, false) => {
                    Some(Difference::Other(name.clone()))
                }
                _ => None,
            }
        }));
        found
    }
}

/// In whatever order: a list of scopes is a set (RFC 6749, section 3.3).
fn ordered(name: &str, value: String) -> String {
    if name != "scope" {
        return value;
    }
    let mut words: Vec<&str> = value.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

fn template(path: &str, segments: &[(String, String)]) -> String {
    let named = path.split('/').map(|segment| {
        let known = segments.iter().find(|(value, _)| value == segment);
        known.map_or(segment, |(_, name)| name)
    });
    named.collect::<Vec<_>>().join("/")
}

fn text(value: &str, names: &[(String, &str)]) -> Value {
    let known = names.iter().find(|(known, _)| known == value);
    known.map_or(value, |(_, name)| name).into()
}

/// The members of a body, or the whole of one that has none.
fn body(recorded: &Recorded) -> Vec<(String, Value)> {
    let member = |(name, value): (String, Value)| (format!("body `{name}`"), value);
    let bytes = recorded.body();
    let media_type = recorded.header("content-type").unwrap_or_default();
    if bytes.is_empty() {
        return Vec::new();
    }
    if media_type.starts_with("application/x-www-form-urlencoded") {
        let pairs = contio_client::runtime::Url::parse(&format!(
            "http://localhost/?{}",
            String::from_utf8_lossy(bytes)
        ))
        .expect("a form is a query");
        let pairs = pairs.query_pairs();
        return pairs
            .map(|(name, value)| member((name.into_owned(), value.into_owned().into())))
            .collect();
    }
    if let Some((_, boundary)) = media_type.split_once("; boundary=") {
        return parts(&String::from_utf8_lossy(bytes), boundary)
            .map(member)
            .collect();
    }
    match recorded.json() {
        // An empty object is sent all the same.
        Some(Value::Object(members)) if !members.is_empty() => {
            members.into_iter().map(member).collect()
        }
        Some(whole) => vec![("body".to_owned(), whole)],
        None => vec![("body".to_owned(), String::from_utf8_lossy(bytes).into())],
    }
}

/// The parts of a multipart form, by name: the headers in their order and the content.
fn parts<'a>(body: &'a str, boundary: &str) -> impl Iterator<Item = (String, Value)> + 'a {
    let delimiter = format!("--{boundary}");
    let parts: Vec<&str> = body.split(delimiter.as_str()).collect();
    parts.into_iter().filter_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let (_, name) = head.split_once("; name=\"")?;
        let (name, _) = name.split_once('"')?;
        let mut lines: Vec<String> = head.trim().lines().map(str::to_ascii_lowercase).collect();
        lines.sort();
        lines.push(content.trim_end().to_owned());
        Some((name.to_owned(), lines.into()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Sent, ordered, parts, template};

    fn sent(method: &str, path: &str, parts: &Value) -> Sent {
        let parts = parts.as_object().unwrap().clone();
        Sent {
            method: method.to_owned(),
            path: path.to_owned(),
            parts: parts.into_iter().collect(),
        }
    }

    fn told(theirs: &Sent, ours: &Sent) -> Vec<String> {
        let differences = theirs.differences(ours);
        differences.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_difference_is_told_once() {
        let theirs = sent(
            "PUT",
            "/a",
            &json!({ "both": 15, "changed": "x", "theirs": 1 }),
        );
        let ours = sent(
            "PATCH",
            "/a",
            &json!({ "both": 15.0, "changed": "y", "ours": 1 }),
        );
        assert_eq!(
            told(&theirs, &ours),
            [
                "`PUT` instead of `PATCH`",
                "changed: another value",
                "ours: ours only",
                "theirs: the SDK only"
            ]
        );
        assert_eq!(told(&ours, &ours), [""; 0]);
        let elsewhere = sent(
            "PATCH",
            "/b",
            &json!({ "both": 15, "changed": "y", "ours": 1 }),
        );
        assert_eq!(
            told(&elsewhere, &ours),
            ["`PATCH /b` instead of `PATCH /a`"]
        );
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        assert_eq!(ordered("scope", "b a".to_owned()), "a b");
        assert_eq!(ordered("title", "b a".to_owned()), "b a");
        let segments = [("7".to_owned(), "{id}".to_owned())];
        assert_eq!(
            template("/things/7/parts/8", &segments),
            "/things/{id}/parts/8"
        );
    }

    #[test]
    fn the_parts_of_a_form_are_told_apart() {
        let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"blob\"\r\n\
                    Content-Type: text/csv\r\n\r\n1,2\n\r\n--b\r\n\
                    Content-Disposition: form-data; name=\"title\"\r\n\r\nOrders\r\n--b--\r\n";
        let found: Vec<_> = parts(form, "b").collect();
        let head = "content-disposition: form-data; name=\"title\"";
        assert_eq!(found[1], ("title".to_owned(), json!([head, "Orders"])));
        let (name, value) = &found[0];
        assert_eq!(
            (name.as_str(), &value[1], &value[2]),
            ("file", &json!("content-type: text/csv"), &json!("1,2"))
        );
    }
}

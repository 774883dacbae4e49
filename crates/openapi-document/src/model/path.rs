//! Path templates.

use std::fmt;

/// The key of a path, taken apart.
///
/// ```
/// use openapi_document::model::{PathTemplate, Piece};
///
/// let path = PathTemplate::parse("/jobs/{id}:cancel?beta=true");
/// assert_eq!(path.text, "/jobs/{id}:cancel");
/// assert_eq!(path.parameters().collect::<Vec<_>>(), ["id"]);
/// assert_eq!(path.segments[1], [Piece::Parameter("id".into()), Piece::Literal(":cancel".into())]);
/// assert_eq!(path.marks.query, "beta=true");
/// assert_eq!(path.to_string(), "/jobs/{id}:cancel?beta=true");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PathTemplate {
    /// The template, without query and fragment.
    pub text: String,
    /// What stands between slashes; the first slash begins the first segment.
    pub segments: Vec<Vec<Piece>>,
    /// What the key says behind its template.
    pub marks: Marks,
}

/// A piece of a segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Text that is sent as it is.
    Literal(String),
    /// A parameter, by its name.
    Parameter(String),
}

/// What the key of a path says behind its template: some documents tell operations of one path apart
/// by a query (`/messages?beta=true`) or a fragment (`/#Action=CreateStack`).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks {
    /// What stands behind `?`.
    pub query: String,
    /// What stands behind `#`; it is never sent.
    pub fragment: String,
}

impl PathTemplate {
    /// Takes the key of a path apart.
    pub fn parse(key: &str) -> Self {
        let (rest, fragment) = key.split_once('#').unwrap_or((key, ""));
        let (text, query) = rest.split_once('?').unwrap_or((rest, ""));
        let inner = text.strip_prefix('/').unwrap_or(text);
        Self {
            text: text.to_owned(),
            segments: inner.split('/').map(pieces).collect(),
            marks: Marks {
                query: query.to_owned(),
                fragment: fragment.to_owned(),
            },
        }
    }

    /// The address of a callback: an expression (OpenAPI 3.0.3, Runtime Expressions), no template.
    pub(super) fn expression(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            segments: vec![vec![Piece::Literal(text.to_owned())]],
            marks: Marks::default(),
        }
    }

    /// The names of the parameters, in the order of the template.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments
            .iter()
            .flatten()
            .filter_map(|piece| match piece {
                Piece::Parameter(name) => Some(name.as_str()),
                Piece::Literal(_) => None,
            })
    }

    /// The template with every parameter under one name: two paths that differ in the names of their
    /// parameters alone are one path to a server.
    pub fn shape(&self) -> String {
        let segment = |pieces: &Vec<Piece>| -> String {
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Literal(text) => text.as_str(),
                Piece::Parameter(_) => "{}",
            });
            pieces.collect()
        };
        let segments: Vec<String> = self.segments.iter().map(segment).collect();
        format!("/{}", segments.join("/"))
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        let marks = [('?', &self.marks.query), ('#', &self.marks.fragment)];
        for (sign, mark) in marks.into_iter().filter(|(_, mark)| !mark.is_empty()) {
            write!(f, "{sign}{mark}")?;
        }
        Ok(())
    }
}

/// A `{` without its `}` is text.
fn pieces(segment: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = segment;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
    {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(Piece::Parameter(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    pieces
}

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

    /// The parameter that is all of the last segment.
    pub fn last_parameter(&self) -> Option<&str> {
        match self.segments.last()?.as_slice() {
            [Piece::Parameter(name)] => Some(name),
            _ => None,
        }
    }

    /// The template without its last segment; nothing where it has one alone.
    pub fn parent(&self) -> Option<Self> {
        let (_, kept) = self
            .segments
            .split_last()
            .filter(|(_, kept)| !kept.is_empty())?;
        let (text, _) = self.text.rsplit_once('/')?;
        Some(Self {
            text: text.to_owned(),
            segments: kept.to_vec(),
            marks: Marks::default(),
        })
    }

    /// The template with one more segment, which is a parameter.
    #[must_use]
    pub fn with_parameter(&self, name: &str) -> Self {
        let mut segments = self.segments.clone();
        segments.push(vec![Piece::Parameter(name.to_owned())]);
        Self {
            text: format!("{}/{{{name}}}", self.text),
            segments,
            marks: Marks::default(),
        }
    }

    /// Whether two templates are one path to a server: they differ in the names of their parameters
    /// alone.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = |(one, other): (&Piece, &Piece)| match (one, other) {
            (Piece::Literal(one), Piece::Literal(other)) => one == other,
            (Piece::Parameter(_), Piece::Parameter(_)) => true,
            _ => false,
        };
        let alike = |(one, other): (&Vec<Piece>, &Vec<Piece>)| {
            one.len() == other.len() && one.iter().zip(other).all(same)
        };
        let (one, other) = (&self.segments, &other.segments);
        one.len() == other.len() && one.iter().zip(other).all(alike)
    }

    /// The template and all its starts that end before a slash, shortest first.
    pub fn prefixes(&self) -> Vec<Self> {
        let mut found = vec![self.clone()];
        while let Some(parent) = found.last().and_then(Self::parent) {
            found.push(parent);
        }
        found.reverse();
        found
    }

    /// The path with a value for each parameter, as `value` writes it; a parameter without a value
    /// leaves nothing.
    ///
    /// ```
    /// use openapi_document::model::PathTemplate;
    ///
    /// let path = PathTemplate::parse("/reports/{id}.pdf");
    /// assert_eq!(path.filled(|name| (name == "id").then_some("7")), "/reports/7.pdf");
    /// ```
    pub fn filled<T: AsRef<str>>(&self, value: impl Fn(&str) -> Option<T>) -> String {
        let mut path = String::with_capacity(self.text.len());
        for pieces in &self.segments {
            path.push('/');
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => path.push_str(text),
                    Piece::Parameter(name) => {
                        path.extend(value(name).as_ref().map(AsRef::as_ref));
                    }
                }
            }
        }
        path
    }

    /// The values of the parameters, by name, if a path is one of this template; the first slash of the
    /// path is no part of its `segments`. An empty value is none, and a value ends where the fixed text
    /// behind it first stands.
    ///
    /// ```
    /// use openapi_document::model::PathTemplate;
    ///
    /// let path = PathTemplate::parse("/jobs/{id}:cancel");
    /// assert_eq!(path.values(&["jobs", "7:cancel"]), Some(vec![("id", "7")]));
    /// assert_eq!(path.values(&["jobs", "7"]), None);
    /// ```
    pub fn values<'t, T: AsRef<str>>(
        &'t self,
        segments: &'t [T],
    ) -> Option<Vec<(&'t str, &'t str)>> {
        if self.segments.len() != segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (pieces, text) in self.segments.iter().zip(segments) {
            read(pieces, text.as_ref(), &mut values)?;
        }
        Some(values)
    }

    /// How much of the template is fixed, segment by segment: of two that a path is of, the one where
    /// this is greater says more of it.
    pub fn concreteness(&self) -> Vec<(bool, usize)> {
        let length = |piece: &Piece| match piece {
            Piece::Literal(text) => text.len(),
            Piece::Parameter(_) => 0,
        };
        let concrete = |pieces: &Vec<Piece>| {
            let is_fixed = matches!(pieces.as_slice(), [Piece::Literal(_)]);
            (is_fixed, pieces.iter().map(length).sum())
        };
        self.segments.iter().map(concrete).collect()
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

/// Adds the values of the parameters of a segment; nothing where the text is no such segment.
fn read<'t>(
    pieces: &'t [Piece],
    text: &'t str,
    values: &mut Vec<(&'t str, &'t str)>,
) -> Option<()> {
    let mut rest = text;
    for (at, piece) in pieces.iter().enumerate() {
        let (name, end) = match (piece, pieces.get(at + 1)) {
            (Piece::Literal(fixed), _) => {
                rest = rest.strip_prefix(fixed.as_str())?;
                continue;
            }
            (Piece::Parameter(name), None) => (name, rest.len()),
            // Nothing tells where the first of two neighbours ends.
            (Piece::Parameter(_), Some(Piece::Parameter(_))) => return None,
            (Piece::Parameter(name), Some(Piece::Literal(fixed))) => {
                // A value has a character at least, and what is fixed at the end is the end.
                let first = rest.chars().next()?.len_utf8();
                let end = if at + 2 == pieces.len() {
                    rest.strip_suffix(fixed.as_str())?.len()
                } else {
                    first + rest[first..].find(fixed.as_str())?
                };
                (name, end)
            }
        };
        let (value, after) = rest.split_at(end);
        values.push((name, value));
        rest = after;
    }
    let filled = values.iter().all(|(_, value)| !value.is_empty());
    (rest.is_empty() && filled).then_some(())
}

//! The way over schemas that speak of one value.
//!
//! A schema may refer to others, be composed of others (`allOf`) and leave a choice (`oneOf`,
//! `anyOf`), and each of these may lead back to it: `Page` is one of several pages, each of which
//! is a `Page` with something more. Whoever follows such schemas goes by [`Walk`]. It comes to
//! each schema once, outer ones before inner ones, and needs no stack, so it ends on every
//! document.
//!
//! ```
//! use openapi_document::walk;
//! use serde_json::json;
//!
//! let document = json!({"components": {"schemas": {
//!     "Page": {"oneOf": [{"$ref": "#/components/schemas/Cats"}, {"type": "string"}]},
//!     "Cats": {"allOf": [{"$ref": "#/components/schemas/Page"}, {"type": "object"}]},
//! }}});
//! let page = "/components/schemas/Page";
//! let parts = walk::parts(&document, page);
//! let places: Vec<String> = parts.into_iter().map(|part| part.pointer).collect();
//! let cats = "/components/schemas/Cats";
//! assert_eq!(places, [page.to_owned(), cats.to_owned(), format!("{cats}/allOf/1"), format!("{page}/oneOf/1")]);
//!
//! // What every value of the schema has leaves choices out.
//! assert_eq!(walk::common_parts(&document, cats).len(), 3);
//! ```

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::pointer;

/// What references are looked up in.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A bundled document.
    Document(&'a Value),
    /// The schemas of its components alone, by name.
    Schemas(&'a Map<String, Value>),
}

impl<'a> Source<'a> {
    fn find(self, reference: &str) -> Option<&'a Value> {
        let pointer = reference.strip_prefix('#')?;
        match self {
            Self::Document(root) => pointer::find(root, pointer),
            Self::Schemas(schemas) => schemas.get(pointer.strip_prefix("/components/schemas/")?),
        }
    }
}

impl<'a> From<&'a Value> for Source<'a> {
    fn from(root: &'a Value) -> Self {
        Self::Document(root)
    }
}

impl<'a> From<&'a Map<String, Value>> for Source<'a> {
    fn from(schemas: &'a Map<String, Value>) -> Self {
        Self::Schemas(schemas)
    }
}

/// A schema that speaks of the value.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// Where it stands: behind references.
    pub pointer: String,
    /// The schema, which is no reference.
    pub schema: &'a Value,
    /// The references that led to it from the schema around it, as written.
    pub references: Vec<&'a str>,
    /// Its number in [`Walk::ways`].
    number: usize,
}

impl<'a> Part<'a> {
    /// The names of the components that the references name.
    pub fn components(&self) -> impl Iterator<Item = &'a str> {
        let references = self.references.iter();
        references.filter_map(|reference| reference.strip_prefix("#/components/schemas/"))
    }
}

/// A `oneOf` or `anyOf`.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// Where the list of branches stands.
    pub pointer: String,
    /// The schema that leaves the choice.
    pub schema: &'a Value,
    /// What there is to choose from, as written.
    pub branches: &'a [Value],
}

/// Goes over the schemas that speak of one value.
#[derive(Debug)]
pub struct Walk<'a> {
    source: Source<'a>,
    /// What comes next is last.
    waiting: Vec<Step<'a>>,
    seen: HashSet<*const Value>,
    /// For each part that was met, the one around it and what leads from there to it.
    ways: Vec<Way>,
    is_complete: bool,
}

#[derive(Debug)]
struct Way {
    from: Option<usize>,
    rest: String,
}

#[derive(Debug)]
enum Step<'a> {
    Schema(String, &'a Value, Way),
    /// Of the part with this number.
    Choice(usize, &'static str, Choice<'a>),
}

impl<'a> Walk<'a> {
    /// Begins at a schema. `pointer` is where it stands; the places of all
    /// parts that are not behind a reference start with it.
    pub fn new(
        source: impl Into<Source<'a>>,
        pointer: impl Into<String>,
        schema: &'a Value,
    ) -> Self {
        Self::from_all(source, [(pointer.into(), schema)])
    }

    /// Begins at several schemas that all speak of one value.
    pub fn from_all(
        source: impl Into<Source<'a>>,
        schemas: impl IntoIterator<Item = (String, &'a Value)>,
    ) -> Self {
        let schemas = schemas.into_iter();
        let mut waiting: Vec<_> = schemas
            .map(|(pointer, schema)| {
                let (from, rest) = (None, String::new());
                Step::Schema(pointer, schema, Way { from, rest })
            })
            .collect();
        waiting.reverse();
        Self {
            source: source.into(),
            waiting,
            seen: HashSet::new(),
            ways: Vec::new(),
            is_complete: true,
        }
    }

    /// The next schema. Where a choice is met on the way, `enter` gives the numbers of the branches
    /// to go into.
    pub fn next(&mut self, mut enter: impl FnMut(&Choice<'a>) -> Vec<usize>) -> Option<Part<'a>> {
        while let Some(step) = self.waiting.pop() {
            match step {
                Step::Choice(number, keyword, choice) => {
                    for index in enter(&choice).into_iter().rev() {
                        if let Some(branch) = choice.branches.get(index) {
                            let (from, rest) = (Some(number), format!("/{keyword}/{index}"));
                            let place = format!("{}/{index}", choice.pointer);
                            let step = Step::Schema(place, branch, Way { from, rest });
                            self.waiting.push(step);
                        }
                    }
                }
                Step::Schema(at, schema, way) => {
                    let Some(mut part) = followed(self.source, at, schema) else {
                        self.is_complete = false;
                        continue;
                    };
                    if part.schema.is_object() && self.seen.insert(part.schema) {
                        part.number = self.ways.len();
                        self.ways.push(way);
                        self.expect(&part);
                        return Some(part);
                    }
                }
            }
        }
        None
    }

    /// Whether every reference so far led somewhere.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The way to a part from where this walk began: a JSON pointer that goes through references.
    pub fn path(&self, part: &Part<'_>) -> String {
        let first = self.ways.get(part.number);
        let mut rests: Vec<&str> = std::iter::successors(first, |way| self.ways.get(way.from?))
            .map(|way| &*way.rest)
            .collect();
        rests.reverse();
        rests.concat()
    }

    fn expect(&mut self, part: &Part<'a>) {
        let schema = part.schema;
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branches) = list(keyword) {
                let choice = Choice {
                    pointer: format!("{}/{keyword}", part.pointer),
                    schema,
                    branches,
                };
                self.waiting
                    .push(Step::Choice(part.number, keyword, choice));
            }
        }
        let members = list("allOf").map_or(&[][..], Vec::as_slice);
        let members = members.iter().enumerate().map(|(index, member)| {
            let (from, rest) = (Some(part.number), format!("/allOf/{index}"));
            let place = format!("{}{rest}", part.pointer);
            Step::Schema(place, member, Way { from, rest })
        });
        self.waiting.extend(members.rev());
    }
}

/// Every branch of a choice.
pub fn all(choice: &Choice<'_>) -> Vec<usize> {
    (0..choice.branches.len()).collect()
}

/// No branch of a choice.
pub fn none(_: &Choice<'_>) -> Vec<usize> {
    Vec::new()
}

/// All schemas that may speak of a value of the schema at `pointer`: those of `allOf` and all
/// branches of choices.
pub fn parts<'a>(root: &'a Value, pointer: &str) -> Vec<Part<'a>> {
    gathered(root, pointer, all)
}

/// All schemas that speak of every value of the schema at `pointer`: without branches of choices.
pub fn common_parts<'a>(root: &'a Value, pointer: &str) -> Vec<Part<'a>> {
    gathered(root, pointer, none)
}

fn gathered<'a>(
    root: &'a Value,
    pointer: &str,
    enter: impl Fn(&Choice<'a>) -> Vec<usize>,
) -> Vec<Part<'a>> {
    let Some(schema) = pointer::find(root, pointer) else {
        return Vec::new();
    };
    let mut walk = Walk::new(root, pointer, schema);
    std::iter::from_fn(|| walk.next(&enter)).collect()
}

/// The value behind a chain of references; nothing where the chain leads nowhere or in a circle.
///
/// ```
/// use openapi_document::walk::resolve;
/// use serde_json::json;
///
/// let document = json!({"a": {"$ref": "#/b"}, "b": {"type": "string"}, "c": {"$ref": "#/c"}});
/// assert_eq!(resolve(&document, &document["a"]), Some(&document["b"]));
/// assert_eq!(resolve(&document, &document["c"]), None);
/// ```
pub fn resolve<'a>(source: impl Into<Source<'a>>, value: &'a Value) -> Option<&'a Value> {
    follow(source.into(), value, |_| {})
}

/// As [`resolve`], with the place of the value: `pointer` itself where no reference stands there.
pub fn resolve_at<'a>(root: &'a Value, pointer: &str) -> Option<(String, &'a Value)> {
    resolve_from(root, pointer, pointer::find(root, pointer)?)
}

/// What `value`, which stands at `pointer`, is or refers to, and where that stands.
pub(crate) fn resolve_from<'a>(
    root: &'a Value,
    pointer: &str,
    value: &'a Value,
) -> Option<(String, &'a Value)> {
    let part = followed(root.into(), pointer.to_owned(), value)?;
    Some((part.pointer, part.schema))
}

/// The part that `value`, which stands at a place, is or refers to.
fn followed<'a>(source: Source<'a>, pointer: String, value: &'a Value) -> Option<Part<'a>> {
    let mut references = Vec::new();
    let schema = follow(source, value, |reference| references.push(reference))?;
    let last = references.last().and_then(|last| last.strip_prefix('#'));
    Some(Part {
        pointer: last.map_or(pointer, str::to_owned),
        schema,
        references,
        number: 0,
    })
}

/// Brent's way to notice a circle: the place of comparison moves on whenever the steps since then
/// have doubled.
fn follow<'a>(
    source: Source<'a>,
    mut value: &'a Value,
    mut note: impl FnMut(&'a str),
) -> Option<&'a Value> {
    let (mut compared, mut steps, mut most) = (value, 0, 1);
    while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        note(reference);
        value = source.find(reference)?;
        if std::ptr::eq(value, compared) {
            return None;
        }
        steps += 1;
        if steps == most {
            (compared, steps, most) = (value, 0, most * 2);
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Walk, common_parts, parts, resolve, resolve_at};

    fn places(found: Vec<super::Part<'_>>) -> Vec<String> {
        found.into_iter().map(|part| part.pointer).collect()
    }

    #[test]
    fn circles_come_to_an_end() {
        let own = json!({"$ref": "#/own"});
        let root = json!({"own": {"allOf": [own, {"anyOf": [own, {"type": "object"}]}]}});
        assert_eq!(
            places(parts(&root, "/own")),
            ["/own", "/own/allOf/1", "/own/allOf/1/anyOf/1"]
        );
        assert_eq!(
            places(common_parts(&root, "/own")),
            ["/own", "/own/allOf/1"]
        );
    }

    #[test]
    fn chains_of_any_length_are_followed_without_a_stack() {
        let count = 100_000;
        let mut root = serde_json::Map::new();
        for index in 0..count {
            let next = json!({"$ref": format!("#/{}", index + 1)});
            root.insert(index.to_string(), json!({"allOf": [next]}));
        }
        root.insert(count.to_string(), json!({"type": "object"}));
        let root = Value::Object(root);
        assert_eq!(parts(&root, "/0").len(), count + 1);
    }

    #[test]
    fn chains_of_references_end_or_are_circles() {
        let mut root = json!({"end": {"type": "string"}, "lost": {"$ref": "#/nowhere"}});
        for index in 0..200 {
            let next = json!({"$ref": format!("#/{}", index + 1)});
            root[index.to_string()] = next;
        }
        root["200"] = json!({"$ref": "#/end"});
        let (place, end) = resolve_at(&root, "/0").unwrap();
        assert_eq!((place.as_str(), end), ("/end", &root["end"]));
        root["200"] = json!({"$ref": "#/150"});
        assert_eq!(resolve(&root, &root["0"]), None);
        assert_eq!(resolve(&root, &root["lost"]), None);
    }

    #[test]
    fn the_path_to_a_part_goes_through_references() {
        let root = json!({
            "a": {"allOf": [{"title": "x"}, {"$ref": "#/b"}]},
            "b": {"anyOf": [{"title": "y"}, {"allOf": [{"title": "z"}]}]},
        });
        let mut walk = Walk::new(&root, "/a", &root["a"]);
        let mut paths = Vec::new();
        while let Some(part) = walk.next(super::all) {
            paths.push((walk.path(&part), part.pointer));
        }
        let paths: Vec<_> = paths.iter().map(|(path, at)| (&**path, &**at)).collect();
        assert_eq!(
            paths,
            [
                ("", "/a"),
                ("/allOf/0", "/a/allOf/0"),
                ("/allOf/1", "/b"),
                ("/allOf/1/anyOf/0", "/b/anyOf/0"),
                ("/allOf/1/anyOf/1", "/b/anyOf/1"),
                ("/allOf/1/anyOf/1/allOf/0", "/b/anyOf/1/allOf/0"),
            ]
        );
    }

    #[test]
    fn a_choice_is_asked_for_when_it_is_reached() {
        let root = json!({
            "a": {"allOf": [{"title": "inner"}], "oneOf": [{"title": "one"}, {"title": "two"}]},
        });
        let mut walk = Walk::new(&root, "/a", &root["a"]);
        let mut titles = Vec::new();
        while let Some(part) = walk.next(|choice| vec![choice.branches.len() - 1]) {
            titles.extend(part.schema["title"].as_str());
        }
        assert_eq!(titles, ["inner", "two"]);
        assert!(walk.is_complete());
    }
}

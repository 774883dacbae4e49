//! Names for definitions that do not stand in the components of the root document.

use std::path::{Component, Path};

use crate::model::Method;
use crate::node::Node;
use crate::pointer;

/// What a definition may be called.
pub(super) struct Names {
    /// The names, the shortest first. Each tells more of where the definition stands.
    pub(super) names: Vec<String>,
    /// The shortest is the name that somebody gave to this very definition.
    pub(super) is_given: bool,
}

/// A part of a name.
struct Word {
    text: String,
    /// It names something by itself, and does not only say which part of it is meant.
    is_name: bool,
}

impl Names {
    /// The names of what `pointer` leads to in the file at `path`.
    pub(super) fn of(pointer: &str, tree: &Node, path: &Path) -> Self {
        let words = words(pointer, tree);
        let from: Vec<usize> = (0..words.len())
            .rev()
            .filter(|at| words[*at].is_name)
            .collect();
        let is_given = matches!(words.as_slice(), [] | [Word { is_name: true, .. }]);
        let join = |words: &[Word]| {
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            texts.join("_")
        };
        let mut names: Vec<String> = from.iter().map(|at| join(&words[*at..])).collect();
        let mut longest = join(&words);
        for part in places(path) {
            longest = if longest.is_empty() {
                part
            } else {
                format!("{part}_{longest}")
            };
            names.push(longest.clone());
        }
        let mut names: Vec<String> = names.iter().map(|name| legal(name)).collect();
        names.dedup();
        Self { names, is_given }
    }

    /// The first that is free; with a number if none is.
    pub(super) fn first(&self, is_free: impl Fn(&str) -> bool) -> String {
        let mut names = self.names.iter().map(String::as_str);
        if let Some(name) = names.find(|name| is_free(name)) {
            return name.to_owned();
        }
        let longest = self.names.last().map_or("unnamed", String::as_str);
        let mut number = 2_usize;
        loop {
            let name = format!("{longest}_{number}");
            if is_free(&name) {
                return name;
            }
            number += 1;
        }
    }
}

/// The name of a file and those of its folders, the innermost first.
fn places(path: &Path) -> Vec<String> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    let folders = path.parent().into_iter().flat_map(Path::components).rev();
    let folders = folders.filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    let places = stem.into_iter().chain(folders);
    places.map(std::borrow::Cow::into_owned).collect()
}

/// The parts of a pointer that say something: without media types, and with operations called as
/// their methods will be.
fn words(pointer: &str, tree: &Node) -> Vec<Word> {
    let tokens: Vec<_> = pointer::split(pointer).collect();
    let step = |node: &mut Option<&Node>, token: &_| -> Option<Option<Node>> {
        *node = node.and_then(|node| node.at(&pointer::join("", token)));
        Some(node.cloned())
    };
    let nodes: Vec<Option<Node>> = tokens
        .iter()
        .map(|token| &**token)
        .scan(Some(tree), |node, token: &str| step(node, token))
        .collect();
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).map(|token| &**token);
        let text_of = |at: usize, key: &str| nodes.get(at)?.as_ref()?.get(key)?.as_str();
        at += 1;
        match (&**token, next) {
            ("components", Some(_)) => {
                words.extend(tokens.get(at + 1).map(|name| Word::name(name)));
                at += 2;
            }
            ("properties" | "headers", Some(name)) => {
                words.push(Word::name(name));
                at += 1;
            }
            ("parameters", Some(index)) if is_number(index) => {
                words.push(Word::name(text_of(at, "name").unwrap_or("parameter")));
                at += 1;
            }
            ("responses", Some(status)) if is_status(status) => {
                words.push(Word::part(match status {
                    "200" | "201" | "2XX" => "response".to_owned(),
                    other => format!("response_{other}"),
                }));
                at += 1;
            }
            ("content", Some(_)) => at += 1,
            ("paths" | "responses" | "parameters" | "schema", _) if next.is_some() || at > 1 => {}
            ("requestBody", _) => words.push(Word::part("request")),
            (method, _)
                if Method::of(method).is_some() && text_of(at - 1, "operationId").is_some() =>
            {
                words.pop();
                words.extend(text_of(at - 1, "operationId").map(Word::name));
            }
            (method, _) if Method::of(method).is_some() => {
                let path = words.pop().map(|path| path.text).unwrap_or_default();
                words.push(Word::name(&format!("{method}_{}", legal(&path))));
            }
            ("items" | "not" | "additionalProperties" | "allOf" | "oneOf" | "anyOf", _) => {
                words.push(Word::part(&**token));
            }
            (index, _) if is_number(index) => words.push(Word::part(index)),
            (name, _) => words.push(Word::name(name)),
        }
    }
    words
}

impl Word {
    fn name(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            is_name: true,
        }
    }

    fn part(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_name: false,
        }
    }
}

fn is_number(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_status(token: &str) -> bool {
    let is_code = token.len() == 3 && token.starts_with(|first: char| first.is_ascii_digit());
    is_code || token == "default"
}

/// What is left of a name when it has to name a component.
fn legal(name: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name
        .chars()
        .map(|c| if legal(c) { c } else { '_' })
        .collect();
    match name.trim_matches('_') {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;

    const TEXT: &str = "
components:
  schemas:
    Pet:
      properties:
        owner: {type: array, items: {type: object}}
paths:
  /pets/{id}:
    get:
      operationId: readPet
      parameters: [{name: id, schema: {type: string}}]
      responses:
        '200': {content: {application/json: {schema: {type: object}}}}
        '404': {content: {application/json: {schema: {properties: {code: {}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {type: object}}}}
Pet: {allOf: [{type: object}]}
";

    #[test]
    fn names_tell_where_something_stands() {
        let source = Arc::new(SourceFile::new("a.yaml".into(), TEXT.to_owned()));
        let tree = crate::yaml::parse(&source, 0).0.unwrap();
        let schema = "content/application~1json/schema";
        for (pointer, expected) in [
            ("/components/schemas/Pet", "Pet shared_Pet api_shared_Pet"),
            (
                "/components/schemas/Pet/properties/owner/items",
                "owner_items Pet_owner_items shared_Pet_owner_items api_shared_Pet_owner_items",
            ),
            (
                &format!("/paths/~1pets~1{{id}}/get/responses/200/{schema}"),
                "readPet_response shared_readPet_response api_shared_readPet_response",
            ),
            (
                &format!("/paths/~1pets~1{{id}}/get/responses/404/{schema}/properties/code"),
                "code readPet_response_404_code shared_readPet_response_404_code \
                 api_shared_readPet_response_404_code",
            ),
            (
                &format!("/paths/~1pets~1{{id}}/put/requestBody/{schema}"),
                "put_pets__id_request shared_put_pets__id_request api_shared_put_pets__id_request",
            ),
            (
                "/paths/~1pets~1{id}/get/parameters/0/schema",
                "id readPet_id shared_readPet_id api_shared_readPet_id",
            ),
            (
                "/Pet/allOf/0",
                "Pet_allOf_0 shared_Pet_allOf_0 api_shared_Pet_allOf_0",
            ),
            ("", "shared api_shared"),
        ] {
            let names = Names::of(pointer, &tree, Path::new("../api/shared.yaml")).names;
            assert_eq!(names.join(" "), expected, "{pointer}");
        }
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_in_the_end() {
        let names = Names {
            names: vec!["Pet".to_owned(), "shared_Pet".to_owned()],
            is_given: true,
        };
        assert_eq!(names.first(|name| name != "Pet"), "shared_Pet");
        let taken = ["Pet", "shared_Pet", "shared_Pet_2"];
        assert_eq!(names.first(|name| !taken.contains(&name)), "shared_Pet_3");
    }
}

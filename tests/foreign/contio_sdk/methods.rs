//! Which methods the SDK has, what each is called with, and what ours is: `methods.json`, read with the
//! document. Both clients are given its examples.

use guards::{
    document::{self, Operation},
    workspace,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::stage::Seen;

/// The content of `methods.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// Differences that say nothing of a single method, each with its reason.
    pub(crate) everywhere: Vec<Everywhere>,
    /// Methods that send something. One may be there more than once, beside several of ours.
    pub(crate) calls: Vec<Row>,
    /// Methods that send nothing, each with what stands for it.
    pub(crate) silent: Vec<Silent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Everywhere {
    pub(crate) difference: String,
    /// What stands for it in a row, where it is not in nearly all of them.
    pub(crate) mark: Option<String>,
    pub(crate) why: String,
}

/// A method of the SDK beside one of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// The client of the SDK.
    pub(crate) on: String,
    pub(crate) method: String,
    /// What it is called with. Text that begins with `$` is a word for something of the document; see
    /// [`Inputs::resolve`].
    pub(crate) arguments: Value,
    /// Tokens that the SDK is given before.
    pub(crate) tokens: Option<Value>,
    /// Our method, and behind a space how it is called where that is not the plain way.
    pub(crate) ours: String,
    /// Why the requests differ.
    pub(crate) why: Option<String>,
}

/// A method of the SDK that sends nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Silent {
    pub(crate) on: String,
    pub(crate) method: String,
    /// What it is called with; nothing where other tests call it.
    pub(crate) arguments: Option<Value>,
    /// What takes its place here.
    pub(crate) ours: String,
}

impl Table {
    pub(crate) fn read() -> Self {
        let path = workspace::root().join("tests/foreign/contio_sdk/methods.json");
        let text = std::fs::read_to_string(path).expect("methods.json can be read");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("methods.json: {error}"))
    }

    /// Every method that is named, as `client.method`, each once.
    pub(crate) fn names(&self) -> Vec<String> {
        let calls = self.calls.iter().map(|row| (&row.on, &row.method));
        let silent = self.silent.iter().map(|row| (&row.on, &row.method));
        let mut names: Vec<_> = calls
            .chain(silent)
            .map(|(on, m)| format!("{on}.{m}"))
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Table {
    /// The differences that need a reason of their own.
    pub(crate) fn own_differences(&self, seen: &Seen) -> Vec<String> {
        let known = |difference: &String| {
            self.everywhere
                .iter()
                .any(|one| one.difference == *difference)
        };
        let all = seen.differences.iter().map(ToString::to_string);
        all.filter(|difference| !known(difference)).collect()
    }

    /// What is wrong with the reasons: one that is missing, one that has nothing to explain.
    pub(crate) fn complaints(&self, seen: &[Seen]) -> Vec<String> {
        let mut found = Vec::new();
        for (row, seen) in self.calls.iter().zip(seen) {
            let name = format!("{}.{} beside {}", row.on, row.method, row.ours);
            let differences = self.own_differences(seen);
            let strange = !differences.is_empty() || seen.is_refused();
            match (&row.why, strange) {
                (None, true) => found.push(format!(
                    "{name}: no `why` for {differences:?}, answered with {}",
                    seen.answer
                )),
                (Some(_), false) => found.push(format!("{name}: a `why`, and nothing is other")),
                _ => {}
            }
            if let Some(failure) = &seen.failure
                && !(differences.is_empty() && seen.is_refused())
            {
                found.push(format!("{name}: ours fails: {failure}"));
            }
        }
        let unmet = |one: &&Everywhere| !seen.iter().any(|seen| seen.has(&one.difference));
        let unmet = self.everywhere.iter().filter(unmet);
        found.extend(
            unmet.map(|one| format!("`everywhere` has {:?}, and nothing is so", one.difference)),
        );
        found
    }
}

impl Row {
    /// The operation that ours calls.
    pub(crate) fn operation(&self) -> &str {
        self.ours.split(' ').next().unwrap_or_default()
    }
}

/// What the document shows for the parameters and the body of an operation.
pub(crate) struct Inputs<'a> {
    root: &'a Value,
    operation: Operation<'a>,
}

impl<'a> Inputs<'a> {
    /// Those of the operation with this id.
    pub(crate) fn of(root: &'a Value, id: &str) -> Self {
        let operations = document::operations(root);
        let found = operations
            .into_iter()
            .find(|operation| operation.id() == id);
        let operation = found.unwrap_or_else(|| panic!("the document has no operation `{id}`"));
        Self { root, operation }
    }

    /// Arguments with their words replaced:
    ///
    /// | word | stands for |
    /// |---|---|
    /// | `$path.NAME`, `$query.NAME`, `$body.NAME` | the example of a parameter, or a member of that of the body |
    /// | `$query`, `$body` | all of them, as one object |
    /// | `$filters` | `$query` without the parameters of pages |
    /// | `$options` | the options of the SDK: time zone and idempotency key, where the operation has them |
    /// | `$code`, `$refresh_token` | what `issued` has under that name |
    pub(crate) fn resolve(&self, arguments: &Value, issued: &Value) -> Value {
        match arguments {
            Value::String(text) => match text.strip_prefix('$') {
                Some(word) => self.word(word, issued),
                None => arguments.clone(),
            },
            Value::Array(items) => items
                .iter()
                .map(|item| self.resolve(item, issued))
                .collect(),
            Value::Object(members) => {
                let resolved = members
                    .iter()
                    .map(|(name, value)| (name.clone(), self.resolve(value, issued)));
                Value::Object(resolved.collect())
            }
            scalar => scalar.clone(),
        }
    }

    fn word(&self, word: &str, issued: &Value) -> Value {
        match word.split_once('.') {
            Some(("body", name)) => self.body()[name].clone(),
            Some((place, name)) => self.example(place, name),
            None => match word {
                "query" => self.query(|_| true),
                "filters" => self.query(|name| !["limit", "offset"].contains(&name)),
                "body" => self.body(),
                "options" => self.options(),
                issue => issued[issue].clone(),
            },
        }
    }

    /// The id of the operation.
    pub(crate) fn operation(&self) -> &str {
        self.operation.id()
    }

    /// The example of a parameter, which is a text.
    pub(crate) fn text(&self, place: &str, name: &str) -> String {
        let example = self.example(place, name);
        example.as_str().expect("it is a text").to_owned()
    }

    /// The example of a parameter.
    fn example(&self, place: &str, name: &str) -> Value {
        self.of_place(place).remove(name).unwrap_or_else(|| {
            panic!(
                "`{}` has no {place} parameter `{name}`",
                self.operation.id()
            )
        })
    }

    /// The examples of the path parameters, each with its place in the path.
    pub(crate) fn path(&self) -> Vec<(String, String)> {
        let all = self.of_place("path").into_iter();
        all.filter_map(|(name, value)| Some((value.as_str()?.to_owned(), format!("{{{name}}}"))))
            .collect()
    }

    fn of_place(&self, place: &str) -> Map<String, Value> {
        let parameters = self.operation.parameters().into_iter();
        let those = parameters.filter(|parameter| document::text(parameter, "in") == place);
        let shown = those.filter_map(|parameter| {
            let name = document::text(parameter, "name").to_owned();
            Some((name, self.shown(parameter)?))
        });
        shown.collect()
    }

    fn query(&self, wanted: impl Fn(&str) -> bool) -> Value {
        let mut all = self.of_place("query");
        all.retain(|name, _| wanted(name));
        Value::Object(all)
    }

    /// The example of the body. A file in a form is what the SDK takes: a `Blob`.
    fn body(&self) -> Value {
        let Some(body) = self.operation.request_body() else {
            return Value::Null;
        };
        let Some((_, media)) = document::members(&body["content"]).next() else {
            return Value::Null;
        };
        let mut shown = self.shown(media).unwrap_or_default();
        let schema = document::resolve(self.root, &media["schema"]);
        for (name, part) in document::members(&schema["properties"]) {
            if document::resolve(self.root, part)["format"] == "binary" && shown.get(name).is_some()
            {
                shown[name] = json!({ "$blob": shown[name].take() });
            }
        }
        shown
    }

    fn options(&self) -> Value {
        let headers = self.of_place("header");
        let mut options = Map::new();
        for (option, header) in [
            ("timezone", "X-Client-Timezone"),
            ("idempotencyKey", "Idempotency-Key"),
        ] {
            if let Some(value) = headers.get(header) {
                options.insert(option.to_owned(), value.clone());
            }
        }
        Value::Object(options)
    }

    /// The first example of a parameter or media type, else that of its schema.
    fn shown(&self, holder: &Value) -> Option<Value> {
        let own = document::examples(self.root, holder);
        let first = own.first().map(|(_, value)| (*value).clone());
        let schema = document::resolve(self.root, &holder["schema"]);
        first.or_else(|| schema.get("example").cloned())
    }
}

//! What methods are called with: both clients are given the examples of the document.

use guards::document::{self, Operation};
use serde_json::{Map, Value, json};

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

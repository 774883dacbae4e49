//! A request as a command line for a shell.

use openapi_document::model::{
    Location, MediaType, Method, Model, Operation, Parameter, Requirement, SchemeKind, Style,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::shape::Shape;
use crate::{content, sample, servers};

/// All that is not unreserved (RFC 3986) is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Variables that every shell has: a parameter of such a name gets another.
const SHELL_VARIABLES: [&str; 8] = [
    "HOME", "IFS", "LANG", "PATH", "PWD", "SHELL", "TERM", "USER",
];

/// An argument: text that a shell takes as it is, and variables.
#[derive(Debug, Default)]
struct Word {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Variable(String),
}

impl Word {
    fn text(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    fn and(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    fn variable(mut self, name: &str) -> Self {
        self.pieces.push(Piece::Variable(variable_name(name)));
        self
    }

    fn extend(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
    }

    /// The word as a shell reads it: within double quotes where its text means nothing there.
    fn quoted(&self) -> String {
        let texts = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Variable(_) => None,
        });
        let text: String = texts.collect();
        if self
            .pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Text(_)))
        {
            return single_quoted(&text);
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_:;=./,?&{}()%~@+".contains(c);
        if text.chars().all(is_plain) {
            let pieces = self.pieces.iter().map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Variable(name) => format!("${{{name}}}"),
            });
            return format!("\"{}\"", pieces.collect::<String>());
        }
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => single_quoted(text),
            Piece::Variable(name) => format!("\"${{{name}}}\""),
        });
        pieces.collect()
    }
}

/// Text as one word. A shell can be given no NUL.
fn single_quoted(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '\0').collect();
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn variable_name(name: &str) -> String {
    let mut variable = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            variable.push('_');
        }
        variable.push(if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        });
        before = c;
    }
    let variable = variable.trim_matches('_');
    let starts_well = variable.starts_with(|c: char| c.is_ascii_uppercase());
    if !starts_well || SHELL_VARIABLES.contains(&variable) {
        return format!("THE_{variable}");
    }
    variable.to_owned()
}

/// The options of a command line, one a line.
#[derive(Debug, Default)]
struct Command {
    lines: Vec<String>,
}

impl Command {
    fn option(&mut self, option: &str, word: &Word) {
        self.lines.push(format!("{option} {}", word.quoted()));
    }

    /// A header. What is no name of one is left out: `curl` reads files for `@`.
    fn header(&mut self, name: &str, value: Word) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !name.is_empty() && name.chars().all(is_name) {
            let mut word = Word::text(format!("{name}: "));
            word.extend(value);
            self.option("--header", &word);
        }
    }
}

/// The command that makes a call of an operation, with examples for all that it needs.
pub(crate) fn command(model: &Model, operation: &Operation) -> String {
    let mut command = Command::default();
    match operation.method {
        Method::Get => command.lines.push("curl --globoff".to_owned()),
        Method::Head => command.lines.push("curl --globoff --head".to_owned()),
        method => command
            .lines
            .push(format!("curl --globoff --request {method}")),
    }
    command.option("--url", &url(model, operation));
    credentials(model, operation, &mut command);
    if let Some(template) = &model.user_agent {
        let text = template
            .replace("{library}", "curl")
            .replace("{version}", "8");
        let text = text.replace("{document_version}", &model.info.version);
        command.option("--user-agent", &Word::text(one_line(&text)));
    }
    for parameter in required(operation, Location::Header) {
        command.header(&parameter.name, parameter_word(model, parameter));
    }
    for parameter in required(operation, Location::Cookie) {
        let mut word = Word::text(format!("{}=", escaped(&parameter.name)));
        word.extend(parameter_word(model, parameter));
        command.option("--cookie", &word);
    }
    if let Some(media_type) = operation
        .body
        .as_ref()
        .and_then(|body| chosen(&body.content))
    {
        body(model, media_type, &mut command);
    }
    command.lines.join(" \\\n  ")
}

/// The media type of a body that a sample shows.
pub(crate) fn chosen(content: &[MediaType]) -> Option<&MediaType> {
    content
        .iter()
        .find(|media_type| content::is_json(&media_type.name))
        .or(content.first())
}

fn required(operation: &Operation, location: Location) -> impl Iterator<Item = &Parameter> {
    let parameters = operation
        .parameters
        .iter()
        .map(|parameter| &*parameter.definition);
    parameters.filter(move |parameter| parameter.location == location && parameter.required)
}

fn url(model: &Model, operation: &Operation) -> Word {
    let address = servers::of(model, operation)
        .first()
        .and_then(servers::example_address);
    let mut url = match address {
        Some(address) => Word::text(address.trim_end_matches('/')),
        None => Word::default().variable("BASE_URL"),
    };
    for segment in &operation.path.segments {
        url = url.and("/");
        for piece in segment {
            url.extend(path_piece(model, operation, piece));
        }
    }
    let mut sign = "?";
    if !operation.path.marks.query.is_empty() {
        url = url.and(format!("?{}", operation.path.marks.query));
        sign = "&";
    }
    for pair in query(model, operation) {
        url = url.and(sign);
        url.extend(pair);
        sign = "&";
    }
    url
}

fn path_piece(
    model: &Model,
    operation: &Operation,
    piece: &openapi_document::model::Piece,
) -> Word {
    use openapi_document::model::Piece;
    match piece {
        Piece::Literal(text) => Word::text(text.as_str()),
        Piece::Parameter(name) => {
            let parameter = operation.parameter(Location::Path, name);
            let value =
                parameter.and_then(|parameter| sample::parameter(&model.schemas, parameter));
            match value {
                Some(value) => Word::text(
                    scalars(&value)
                        .iter()
                        .map(|text| escaped(text))
                        .collect::<Vec<_>>()
                        .join(","),
                ),
                None => Word::default().variable(name),
            }
        }
    }
}

fn query(model: &Model, operation: &Operation) -> Vec<Word> {
    let mut pairs = Vec::new();
    for parameter in required(operation, Location::Query) {
        let name = escaped(&parameter.name);
        match sample::parameter(&model.schemas, parameter) {
            Some(value) => pairs.extend(query_pairs(&name, parameter, &value)),
            None => pairs.push(Word::text(format!("{name}=")).variable(&parameter.name)),
        }
    }
    for (name, scheme) in schemes(model, operation) {
        if let SchemeKind::ApiKey {
            location: Location::Query,
            name: parameter,
        } = &scheme.kind
        {
            pairs.push(Word::text(format!("{}=", escaped(parameter))).variable(name));
        }
    }
    pairs
}

fn query_pairs(name: &str, parameter: &Parameter, value: &Value) -> Vec<Word> {
    let pair = |name: &str, value: &str| Word::text(format!("{name}={}", escaped(value)));
    match value {
        Value::Object(members) if parameter.style == Style::DeepObject => members
            .iter()
            .map(|(key, value)| pair(&format!("{name}[{}]", escaped(key)), &scalar(value)))
            .collect(),
        Value::Array(items) if parameter.explode => {
            items.iter().map(|item| pair(name, &scalar(item))).collect()
        }
        value => {
            let sign = match parameter.style {
                Style::SpaceDelimited => "%20",
                Style::PipeDelimited => "%7C",
                _ => ",",
            };
            let values: Vec<String> = scalars(value).iter().map(|text| escaped(text)).collect();
            vec![Word::text(format!("{name}={}", values.join(sign)))]
        }
    }
}

fn parameter_word(model: &Model, parameter: &Parameter) -> Word {
    match sample::parameter(&model.schemas, parameter) {
        Some(value) => Word::text(one_line(&scalars(&value).join(","))),
        None => Word::default().variable(&parameter.name),
    }
}

/// A value as texts: the items of a list, keys and values of an object in turn.
fn scalars(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(scalar).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| [key.clone(), scalar(value)])
            .collect(),
        value => vec![scalar(value)],
    }
}

fn scalar(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

fn schemes<'m>(
    model: &'m Model,
    operation: &'m Operation,
) -> impl Iterator<Item = (&'m str, &'m openapi_document::model::SecurityScheme)> {
    let requirement: Option<&Requirement> = operation.security.first();
    let names = requirement
        .into_iter()
        .flat_map(|requirement| requirement.keys());
    names.filter_map(|name| Some((name.as_str(), model.security_schemes.get(name)?)))
}

fn credentials(model: &Model, operation: &Operation, command: &mut Command) {
    for (name, scheme) in schemes(model, operation) {
        match &scheme.kind {
            SchemeKind::Basic => {
                let word = Word::default().variable(&format!("{name}_username"));
                command.option(
                    "--user",
                    &word.and(":").variable(&format!("{name}_password")),
                );
            }
            SchemeKind::Bearer(_)
            | SchemeKind::OAuth2 { .. }
            | SchemeKind::OpenIdConnect { .. } => {
                command.header("Authorization", Word::text("Bearer ").variable(name));
            }
            SchemeKind::Http(scheme) => {
                command.header(
                    "Authorization",
                    Word::text(format!("{} ", one_line(scheme))).variable(name),
                );
            }
            SchemeKind::ApiKey {
                location: Location::Header,
                name: header,
            } => {
                command.header(header, Word::default().variable(name));
            }
            SchemeKind::ApiKey {
                location: Location::Cookie,
                name: cookie,
            } => {
                command.option(
                    "--cookie",
                    &Word::text(format!("{}=", escaped(cookie))).variable(name),
                );
            }
            SchemeKind::ApiKey { .. } => {}
        }
    }
}

fn body(model: &Model, media_type: &MediaType, command: &mut Command) {
    let value = sample::body(&model.schemas, &media_type.examples, media_type.schema);
    match media_type.essence().as_str() {
        "multipart/form-data" => multipart(model, media_type, value.as_ref(), command),
        "application/x-www-form-urlencoded" => {
            let fields = value.as_ref().and_then(Value::as_object);
            for (name, value) in fields.into_iter().flatten() {
                let field = format!("{}={}", escaped(name), scalar(value));
                command.option("--data-urlencode", &Word::text(field));
            }
        }
        essence => {
            if !essence.contains('*') {
                command.header("Content-Type", Word::text(one_line(&media_type.name)));
            }
            match value {
                Some(value)
                    if content::is_json(essence)
                        || value.is_string() && essence.starts_with("text/") =>
                {
                    let text = content::written(&value, essence);
                    command.option("--data-raw", &Word::text(text));
                }
                _ => command.lines.push("--data-binary @FILE".to_owned()),
            }
        }
    }
}

/// Fields of a form. Those whose name is more than a word are left out: `curl` would take them apart.
fn multipart(model: &Model, media_type: &MediaType, value: Option<&Value>, command: &mut Command) {
    let Some(schema) = media_type.schema else {
        return;
    };
    let shape = Shape::of(&model.schemas, schema);
    let is_word = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_[].".contains(c))
    };
    for (name, member) in shape.members.iter().filter(|(name, _)| is_word(name)) {
        let field = model
            .schemas
            .resolve(member.schema)
            .map(|id| &model.schemas[id]);
        let is_file = field.is_some_and(|field| field.format.as_deref() == Some("binary"));
        let given = value.and_then(|value| value.get(*name));
        if is_file && (member.required || given.is_some()) {
            command.option("--form", &Word::text(format!("{name}=@FILE")));
        } else if let Some(given) = given {
            command.option(
                "--form-string",
                &Word::text(format!("{name}={}", scalar(given))),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &str) -> Vec<String> {
        shlex::split(command).unwrap_or_default()
    }

    fn model(operation: &Value) -> Model {
        Model::of(&serde_json::json!({
            "openapi": "3.0.3",
            "info": {"title": "Pets", "version": "1"},
            "servers": [{"url": "https://api.example.com/v1/"}],
            "paths": {"/pets/{id}": {"post": operation}},
            "components": {"securitySchemes": {
                "userToken": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "evil": {"type": "apiKey", "in": "header", "name": "@/etc/passwd"},
            }},
        }))
    }

    #[test]
    fn a_call_has_what_it_needs_and_no_secrets() {
        let model = model(&serde_json::json!({
            "security": [{"userToken": [], "apiKey": []}],
            "parameters": [
                {"name": "id", "in": "path", "required": true, "example": "a/b c", "schema": {"type": "string"}},
                {"name": "q", "in": "query", "required": true, "schema": {"type": "array"}, "example": ["x", "y&z"]},
                {"name": "other", "in": "query", "schema": {"type": "string"}, "example": "left out"},
            ],
            "requestBody": {"content": {"application/json": {"example": {"name": "it's"}}}},
        }));
        let command = command(&model, &model.operations[0]);
        let words = words(&command.replace("\\\n", ""));
        assert_eq!(&words[..4], ["curl", "--globoff", "--request", "POST"]);
        assert!(
            words.contains(&"https://api.example.com/v1/pets/a%2Fb%20c?q=x&q=y%26z".to_owned()),
            "{command}"
        );
        assert!(
            command.contains("\"Authorization: Bearer ${USER_TOKEN}\""),
            "{command}"
        );
        assert!(command.contains("\"X-Key: ${API_KEY}\""), "{command}");
        assert!(
            words.contains(&"{\n  \"name\": \"it's\"\n}".to_owned()),
            "{command}"
        );
        assert!(command.contains("--data-raw"), "{command}");
    }

    #[test]
    fn hostile_texts_stay_within_their_words() {
        let hostile = "'; rm -rf ~; echo $(id) `id` \"${HOME}\" \n@/etc/passwd";
        let model = model(&serde_json::json!({
            "security": [{"evil": []}],
            "parameters": [
                {"name": "id", "in": "path", "required": true, "example": hostile, "schema": {"type": "string"}},
                {"name": "X-Text", "in": "header", "required": true, "example": hostile, "schema": {"type": "string"}},
                {"name": "@/etc/passwd", "in": "header", "required": true, "example": "x", "schema": {}},
                {"name": "$(id)", "in": "query", "required": true, "schema": {"type": "string"}},
            ],
            "requestBody": {"content": {"application/json": {"example": {"text": hostile}}}},
        }));
        let command = command(&model, &model.operations[0]);
        let words = words(&command.replace("\\\n", ""));
        let options = ["--globoff", "--request", "--url", "--header", "--data-raw"];
        let found: Vec<_> = words
            .iter()
            .filter(|word| word.starts_with('-') || word.starts_with('@'))
            .collect();
        assert!(
            found.iter().all(|word| options.contains(&word.as_str())),
            "{found:?}"
        );
        assert_eq!(words.len(), 12, "{words:?}");
        let outside = command
            .replace(r"'\''", "")
            .split('\'')
            .step_by(2)
            .collect::<String>();
        assert!(
            !outside.contains("$(") && !outside.contains('`') && !outside.contains(';'),
            "{outside}"
        );
    }

    #[test]
    fn variables_hide_none_of_the_shell() {
        let names = ["userToken", "path", "api-key", "1st", "$(id)"].map(variable_name);
        assert_eq!(
            names,
            ["USER_TOKEN", "THE_PATH", "API_KEY", "THE_1ST", "ID"]
        );
    }
}

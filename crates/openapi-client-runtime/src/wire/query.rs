//! Query parameters and form bodies.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::Error;

/// How a query parameter is written when its value is a list or an object
/// (OpenAPI 3.0.3, "Style Values"). Only generated code names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryStyle {
    /// `form` with `explode: true`: `ids=a&ids=b`; an object becomes `key=value` pairs.
    Form,
    /// `form` with `explode: false`: `ids=a,b`.
    FormJoined,
    /// `spaceDelimited`: `ids=a%20b`.
    SpaceDelimited,
    /// `pipeDelimited`: `ids=a%7Cb`.
    PipeDelimited,
    /// `deepObject`: `filter[key]=value`.
    DeepObject,
}

/// A delimiter travels through the form serializer as a noncharacter, so that it can be told from
/// the same character inside a value; [`written`] puts the real one in. A value that holds one of
/// these noncharacters is escaped until then ([`escape`]).
struct Delimiter {
    mark: char,
    /// A value that holds this character could not be told from two values.
    forbidden: Option<char>,
}

const COMMA: Delimiter = Delimiter {
    mark: mark(0),
    forbidden: None,
};
const SPACE: Delimiter = Delimiter {
    mark: mark(1),
    forbidden: Some(' '),
};
const PIPE: Delimiter = Delimiter {
    mark: mark(2),
    forbidden: Some('|'),
};

/// What the marks are in the end: the delimiters, the escape, and the reserved characters that a
/// value can hold as they are.
const WRITTEN: [&str; 15] = [
    ",", "%20", "%7C", "", ":", "/", "?", "@", "!", "$", "(", ")", "*", ";", "=",
];
/// The number of the mark behind which the number of a mark stands for the mark itself.
const ESCAPE: u8 = 3;
/// How the form serializer writes a mark, up to its number.
const ENCODED_MARK: &str = "%EF%B7%9";

/// The noncharacter with this number, below 16.
const fn mark(number: u8) -> char {
    match char::from_u32(0xFDD0 + number as u32) {
        Some(mark) => mark,
        None => char::REPLACEMENT_CHARACTER,
    }
}

/// The number of a character that is a mark.
fn number(c: char) -> Option<u8> {
    let number = u32::from(c).checked_sub(0xFDD0)?;
    u8::try_from(number)
        .ok()
        .filter(|number| usize::from(*number) < WRITTEN.len())
}

/// Text of a caller, which holds no mark.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match number(c) {
            Some(number) => escaped.push_str(&format!("{}{number:X}", mark(ESCAPE))),
            None => escaped.push(c),
        }
    }
    escaped
}

/// Escaped text whose reserved characters (RFC 3986, section 2.2) go out as they are. Encoded stay
/// those that would end the value or mean something else to whoever reads it: `&` and `#`, `+`, which
/// is a space in forms, and `[`, `]` and `'`, which have no place in a query as they are; and the
/// comma where it stands between values.
fn reserved(text: &str, with_comma: bool) -> String {
    let marked = |c: char| {
        let written = WRITTEN.iter().zip(0_u8..);
        let mut kept =
            written.filter(|(_, number)| *number > ESCAPE || (*number == 0 && with_comma));
        kept.find(|(written, _)| written.chars().eq([c]))
            .map_or(c, |(_, number)| mark(number))
    };
    text.chars().map(marked).collect()
}

/// What the form serializer wrote, with the real characters in place of the marks.
fn written(serialized: &str) -> String {
    let mut finished = String::with_capacity(serialized.len());
    let mut rest = serialized;
    while let Some((before, behind)) = rest.split_once(ENCODED_MARK) {
        finished.push_str(before);
        let digit = behind.chars().next().and_then(|digit| digit.to_digit(16));
        let number = digit.and_then(|digit| usize::try_from(digit).ok());
        match number.and_then(|number| WRITTEN.get(number)) {
            Some(&"") | None => {
                // Escaped: the number of the mark follows.
                finished.push_str(ENCODED_MARK);
            }
            Some(character) => finished.push_str(character),
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    finished.push_str(rest);
    finished
}

/// One query parameter, for [`RequestBuilder::query`]. `None` writes nothing. Only generated code
/// names it; calls by hand have [`RawRequest::query`](crate::RawRequest::query).
#[derive(Clone, Copy, Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
    style: QueryStyle,
    allow_reserved: bool,
}

impl<'a, T> QueryParam<'a, T> {
    /// A parameter in the default style, [`QueryStyle::Form`].
    pub const fn new(name: &'a str, value: &'a T) -> Self {
        Self::styled(name, value, QueryStyle::Form)
    }

    /// A parameter in the style that the document asks for.
    pub const fn styled(name: &'a str, value: &'a T, style: QueryStyle) -> Self {
        Self {
            name,
            value,
            style,
            allow_reserved: false,
        }
    }

    /// Its values are written with reserved characters as they are, where that changes nothing
    /// (OpenAPI 3.0.3, `allowReserved`).
    #[must_use]
    pub const fn allow_reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }
}

impl<T: Serialize> Serialize for QueryParam<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs = self.pairs().map_err(|reason| {
            S::Error::custom(format!("query parameter `{}` {reason}", self.name))
        })?;
        pairs.serialize(serializer)
    }
}

impl<T: Serialize> QueryParam<'_, T> {
    fn pairs(&self) -> Result<Vec<(String, String)>, String> {
        // Through text, because a number must keep the digits that its own type prints.
        let json = serde_json::to_string(self.value).map_err(|error| error.to_string())?;
        let value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        if value == Value::Null {
            return Ok(Vec::new());
        }
        match self.style {
            QueryStyle::Form => self.exploded(value),
            QueryStyle::DeepObject => self.deep(value),
            QueryStyle::FormJoined => self.joined(value, &COMMA),
            QueryStyle::SpaceDelimited => self.joined(value, &SPACE),
            QueryStyle::PipeDelimited => self.joined(value, &PIPE),
        }
    }

    fn exploded(&self, value: Value) -> Result<Vec<(String, String)>, String> {
        let name = || escape(self.name);
        match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| Ok((name(), self.scalar(item, true)?)))
                .collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(key, member)| Ok((escape(&key), self.scalar(member, true)?)))
                .collect(),
            single => Ok(vec![(name(), self.scalar(single, true)?)]),
        }
    }

    fn deep(&self, value: Value) -> Result<Vec<(String, String)>, String> {
        let Value::Object(members) = value else {
            return Err("must be an object, because its style is deepObject".to_owned());
        };
        members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(key, member)| {
                let name = escape(&format!("{}[{key}]", self.name));
                Ok((name, self.scalar(member, true)?))
            })
            .collect()
    }

    fn joined(&self, value: Value, delimiter: &Delimiter) -> Result<Vec<(String, String)>, String> {
        let with_comma = delimiter.mark != COMMA.mark;
        let text = |value| self.scalar(value, with_comma);
        let parts: Vec<String> = match value {
            Value::Array(items) => items.into_iter().map(text).collect::<Result<_, _>>()?,
            Value::Object(members) => members
                .into_iter()
                .flat_map(|(key, member)| [text(Value::String(key)), text(member)])
                .collect::<Result<_, _>>()?,
            single => vec![text(single)?],
        };
        if let Some(forbidden) = delimiter.forbidden
            && parts.iter().any(|part| part.contains(forbidden))
        {
            return Err(format!(
                "has a value with {forbidden:?}, which separates the values"
            ));
        }
        Ok(if parts.is_empty() {
            Vec::new()
        } else {
            vec![(
                escape(self.name),
                parts.join(delimiter.mark.to_string().as_str()),
            )]
        })
    }

    fn scalar(&self, value: Value, with_comma: bool) -> Result<String, String> {
        let text = scalar(value)?;
        Ok(if self.allow_reserved {
            reserved(&escape(&text), with_comma)
        } else {
            escape(&text)
        })
    }
}

fn scalar(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Err("holds null, which a query cannot say".to_owned()),
        Value::Array(_) | Value::Object(_) => {
            Err("holds a list or object inside another one, which a query cannot say".to_owned())
        }
    }
}

/// Turns what [`QueryParam`]s wrote into what every server reads: the real delimiters, and `%20` for
/// a space. Only for a query that is made of them alone, and once: to any other, a mark is a
/// character of a text.
pub(crate) fn finish(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let finished = written(query);
    url.set_query(Some(finished.as_str()).filter(|query| !query.is_empty()));
    spaces(url);
}

/// Writes `%20` rather than `+` for a space, which every server reads.
pub(crate) fn spaces(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let query = query.replace('+', "%20");
    url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
}

/// How a field of a form is written (OpenAPI 3.0.3, "Encoding Object"). Only generated code names it.
#[derive(Clone, Copy, Debug)]
pub struct FormField {
    name: &'static str,
    style: Option<QueryStyle>,
    allow_reserved: bool,
}

impl FormField {
    /// A field in a style of a query parameter.
    pub const fn styled(name: &'static str, style: QueryStyle) -> Self {
        Self {
            name,
            style: Some(style),
            allow_reserved: false,
        }
    }

    /// A field whose value is JSON text.
    pub const fn json(name: &'static str) -> Self {
        Self {
            name,
            style: None,
            allow_reserved: false,
        }
    }

    /// As [`QueryParam::allow_reserved`].
    #[must_use]
    pub const fn allow_reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }

    fn pairs(&self, value: &Value) -> Result<Vec<(String, String)>, String> {
        let text;
        let (value, style) = match self.style {
            Some(style) => (value, style),
            None if value.is_null() => return Ok(Vec::new()),
            None => {
                text = Value::String(value.to_string());
                (&text, QueryStyle::Form)
            }
        };
        QueryParam {
            name: self.name,
            value,
            style,
            allow_reserved: self.allow_reserved,
        }
        .pairs()
    }
}

/// A form whose fields are written as the document says; a field that is not among them repeats its
/// name for each item of a list.
fn form<T: Serialize + ?Sized>(body: &T, fields: &[FormField]) -> Result<String, String> {
    let json = serde_json::to_string(body).map_err(|error| error.to_string())?;
    let members: serde_json::Map<String, Value> =
        serde_json::from_str(&json).map_err(|_| "it is no object of fields".to_owned())?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &members {
        let field = fields.iter().find(|field| field.name == name);
        let pairs = match field {
            Some(field) => field.pairs(value),
            None => QueryParam::new(name, value).pairs(),
        };
        form.extend_pairs(pairs.map_err(|reason| format!("its field `{name}` {reason}"))?);
    }
    Ok(written(&form.finish()))
}

/// What request builders need beyond reqwest's own methods. Only generated code names it.
pub trait RequestBuilderExt<E>: Sized {
    /// Sends `body` as `application/x-www-form-urlencoded`; lists repeat their name.
    ///
    /// # Errors
    ///
    /// When the body is not a flat object of scalars and lists of scalars.
    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, Error<E>>;

    /// The same, with fields that are written in a way of their own.
    ///
    /// # Errors
    ///
    /// When the body is no object, or a value does not fit the way its field is written.
    fn form_encoded<T: Serialize + ?Sized>(
        self,
        body: &T,
        fields: &[FormField],
    ) -> Result<Self, Error<E>>;
}

impl<E> RequestBuilderExt<E> for RequestBuilder {
    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, Error<E>> {
        let form = serde_html_form::to_string(body).map_err(|error| unwritable(&error))?;
        Ok(with_form(self, form))
    }

    fn form_encoded<T: Serialize + ?Sized>(
        self,
        body: &T,
        fields: &[FormField],
    ) -> Result<Self, Error<E>> {
        let form = form(body, fields).map_err(|reason| unwritable(&reason))?;
        Ok(with_form(self, form))
    }
}

fn unwritable<E>(reason: &dyn std::fmt::Display) -> Error<E> {
    Error::InvalidRequest(format!("the body cannot be written as a form: {reason}"))
}

fn with_form(request: RequestBuilder, form: String) -> RequestBuilder {
    let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.header(CONTENT_TYPE, media_type).body(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::sync::LazyLock;

    /// One for all cases: a client takes long to set up.
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

    fn try_query<T: Serialize>(value: &T, style: QueryStyle) -> Result<String, String> {
        let request = HTTP
            .get("http://h/")
            .query(&QueryParam::styled("p", value, style))
            .build();
        let mut url = request.map_err(|error| format!("{error:?}"))?.url().clone();
        finish(&mut url);
        Ok(url.query().unwrap_or_default().to_owned())
    }

    fn query<T: Serialize>(value: &T, style: QueryStyle) -> String {
        try_query(value, style).unwrap()
    }

    #[test]
    fn scalars_are_written_as_their_type_prints_them() {
        use QueryStyle::Form;
        assert_eq!(query(&"a b+c&d", Form), "p=a%20b%2Bc%26d");
        assert_eq!(query(&true, Form), "p=true");
        assert_eq!(query(&0.1_f32, Form), "p=0.1");
        assert_eq!(query(&u64::MAX, Form), format!("p={}", u64::MAX));
        assert_eq!(query(&None::<u8>, Form), "");
        assert_eq!(query(&Some("x"), Form), "p=x");
    }

    #[test]
    fn every_style_writes_lists_and_objects_as_the_document_says() {
        use QueryStyle::{DeepObject, Form, FormJoined, PipeDelimited, SpaceDelimited};
        let list = ["a", "b,c"];
        assert_eq!(query(&list, Form), "p=a&p=b%2Cc");
        assert_eq!(query(&list, FormJoined), "p=a,b%2Cc");
        assert_eq!(query(&list, SpaceDelimited), "p=a%20b%2Cc");
        assert_eq!(query(&list, PipeDelimited), "p=a%7Cb%2Cc");
        let object = json!({ "g": "x", "r": 1 });
        assert_eq!(query(&object, Form), "g=x&r=1");
        assert_eq!(query(&object, FormJoined), "p=g,x,r,1");
        assert_eq!(query(&object, DeepObject), "p%5Bg%5D=x&p%5Br%5D=1");
        assert_eq!(query(&Vec::<u8>::new(), Form), "");
        assert_eq!(query(&Vec::<u8>::new(), FormJoined), "");
    }

    #[test]
    fn what_a_query_cannot_say_is_refused() {
        use QueryStyle::{DeepObject, Form, PipeDelimited, SpaceDelimited};
        for (value, style, reason) in [
            (json!([[1]]), Form, "inside another"),
            (json!([null]), Form, "null"),
            (json!(["a b"]), SpaceDelimited, "separates the values"),
            (json!(["a|b"]), PipeDelimited, "separates the values"),
            (json!([1]), DeepObject, "deepObject"),
        ] {
            let error = try_query(&value, style).unwrap_err();
            assert!(error.contains("query parameter `p`"), "{error}");
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn forms_repeat_lists() {
        #[derive(Serialize)]
        struct Form {
            name: &'static str,
            tags: Vec<&'static str>,
        }
        let form = Form {
            name: "a b",
            tags: vec!["x", "y"],
        };
        let builder = reqwest::Client::new().post("http://h/");
        let builder = RequestBuilderExt::<()>::form_urlencoded(builder, &form).unwrap();
        let request = builder.build().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap();
        assert_eq!(body, b"name=a+b&tags=x&tags=y");
    }

    /// Any text, with the runtime's own marks more often than by chance.
    fn text() -> impl Strategy<Value = String> {
        "(.|[\u{FDD0}-\u{FDDF}]|[0-3,|%+ &=]|[:/?#\\[\\]@!$'()*;]){0,12}"
    }

    #[test]
    fn no_character_of_a_value_is_a_delimiter() {
        use QueryStyle::{DeepObject, Form, FormJoined};
        let mark = "%EF%B7%9";
        assert_eq!(query(&"a\u{FDD0}b", Form), format!("p=a{mark}0b"));
        let list = ["a\u{FDD3}0b", "\u{FDD1}"];
        assert_eq!(query(&list, FormJoined), format!("p=a{mark}30b,{mark}1"));
        let object = json!({ "k\u{FDD2}": 1 });
        assert_eq!(query(&object, Form), format!("k{mark}2=1"));
        assert_eq!(query(&object, FormJoined), format!("p=k{mark}2,1"));
        assert_eq!(query(&object, DeepObject), format!("p%5Bk{mark}2%5D=1"));
    }

    fn reserved_query<T: Serialize>(value: &T, style: QueryStyle) -> String {
        let parameter = QueryParam::styled("p", value, style).allow_reserved();
        let request = HTTP.get("http://h/").query(&parameter).build();
        let mut url = request.unwrap().url().clone();
        finish(&mut url);
        url.query().unwrap_or_default().to_owned()
    }

    #[test]
    fn reserved_characters_go_out_as_they_are_where_that_changes_nothing() {
        use QueryStyle::{DeepObject, Form, FormJoined, PipeDelimited};
        assert_eq!(reserved_query(&"docs/2024", Form), "p=docs/2024");
        let all = ":/?#[]@!$&'()*+,;=";
        let kept = "p=:/?%23%5B%5D@!$%26%27()*%2B,;=";
        assert_eq!(reserved_query(&all, Form), kept);
        assert_eq!(
            reserved_query(&"50% \u{FDD5}é", Form),
            "p=50%25%20%EF%B7%95%C3%A9"
        );
        let list = ["a,b", "c/d"];
        assert_eq!(reserved_query(&list, Form), "p=a,b&p=c/d");
        assert_eq!(reserved_query(&list, FormJoined), "p=a%2Cb,c/d");
        assert_eq!(reserved_query(&list, PipeDelimited), "p=a,b%7Cc/d");
        let object = json!({ "a/b": "c/d" });
        assert_eq!(reserved_query(&object, DeepObject), "p%5Ba%2Fb%5D=c/d");
    }

    #[test]
    fn fields_of_a_form_are_written_as_the_document_says() {
        const FIELDS: &[FormField] = &[
            FormField::styled("path", QueryStyle::Form).allow_reserved(),
            FormField::styled("tags", QueryStyle::FormJoined),
            FormField::styled("meta", QueryStyle::DeepObject),
            FormField::json("rules"),
        ];
        let body = json!({
            "path": "docs/a b", "tags": ["x,y", "z"], "meta": { "k": "v/w" },
            "rules": [{ "a": 1 }], "other": ["m/n", "o"], "absent": null,
        });
        let mut pairs: Vec<String> = form(&body, FIELDS)
            .unwrap()
            .split('&')
            .map(str::to_owned)
            .collect();
        pairs.sort();
        assert_eq!(
            pairs,
            [
                "meta%5Bk%5D=v%2Fw",
                "other=m%2Fn",
                "other=o",
                "path=docs/a+b",
                "rules=%5B%7B%22a%22%3A1%7D%5D",
                "tags=x%2Cy,z",
            ]
        );
        let error = form(&json!({ "other": { "a": { "b": 1 } } }), FIELDS).unwrap_err();
        assert!(error.contains("`other`"), "{error}");
        assert!(form(&json!([1]), FIELDS).is_err());
    }

    proptest! {
        #[test]
        fn reserved_values_read_back(values in prop::collection::vec(text(), 0..5)) {
            let read = |query: &str| -> Vec<String> {
                let pairs = url::form_urlencoded::parse(query.as_bytes());
                pairs.map(|(name, value)| { assert_eq!(name, "p"); value.into_owned() }).collect()
            };
            let query = reserved_query(&values, QueryStyle::Form);
            prop_assert_eq!(&read(&query), &values);
            prop_assert!(!query.contains(['#', '[', ']', '+']), "{}", query);

            let field = FormField::styled("p", QueryStyle::Form).allow_reserved();
            let written = form(&json!({ "p": values }), &[field]).unwrap();
            prop_assert_eq!(&read(&written), &values);
        }

        #[test]
        fn reserved_joined_lists_split_at_the_comma(values in prop::collection::vec(text(), 1..5)) {
            let query = reserved_query(&values, QueryStyle::FormJoined);
            let read: Vec<String> = query.strip_prefix("p=").unwrap().split(',')
                .map(|part| percent_encoding::percent_decode_str(part).decode_utf8().unwrap().into_owned())
                .collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn exploded_lists_read_back(values in prop::collection::vec(text(), 0..5)) {
            let query = query(&values, QueryStyle::Form);
            let read: Vec<String> = url::form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| { assert_eq!(name, "p"); value.into_owned() })
                .collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn exploded_objects_read_back(members in prop::collection::btree_map(text(), text(), 0..5)) {
            let query = query(&members, QueryStyle::Form);
            let read: std::collections::BTreeMap<String, String> =
                url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            prop_assert_eq!(read, members);
        }

        #[test]
        fn joined_lists_split_at_the_written_comma(values in prop::collection::vec(text(), 1..5)) {
            let query = query(&values, QueryStyle::FormJoined);
            let read: Vec<String> = query.strip_prefix("p=").unwrap().split(',')
                .map(|part| percent_encoding::percent_decode_str(part).decode_utf8().unwrap().into_owned())
                .collect();
            prop_assert_eq!(read, values);
        }
    }
}

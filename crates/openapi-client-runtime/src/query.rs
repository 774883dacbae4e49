//! Query parameters and form bodies.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use url::Url;

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
/// the same character inside a value; [`finish`] puts the real one in. A value that holds one of
/// these noncharacters is escaped until then ([`escape`]).
struct Delimiter {
    mark: char,
    /// A value that holds this character could not be told from two values.
    forbidden: Option<char>,
}

const COMMA: Delimiter = Delimiter {
    mark: MARKS[0],
    forbidden: None,
};
const SPACE: Delimiter = Delimiter {
    mark: MARKS[1],
    forbidden: Some(' '),
};
const PIPE: Delimiter = Delimiter {
    mark: MARKS[2],
    forbidden: Some('|'),
};

/// The delimiters, and the mark behind which the number of a mark stands for the mark itself.
const MARKS: [char; 4] = ['\u{FDD0}', '\u{FDD1}', '\u{FDD2}', ESCAPE];
const ESCAPE: char = '\u{FDD3}';
/// How the form serializer writes a mark, up to its number.
const ENCODED_MARK: &str = "%EF%B7%9";
/// What the delimiters are in the end.
const WRITTEN: [&str; 3] = [",", "%20", "%7C"];

/// Text of a caller, which holds no delimiter.
fn escape(text: String) -> String {
    if !text.contains(MARKS) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        match (0_u8..).zip(MARKS).find(|(_, mark)| *mark == c) {
            Some((number, _)) => escaped.extend([ESCAPE, char::from(b'0' + number)]),
            None => escaped.push(c),
        }
    }
    escaped
}

/// One query parameter, for [`RequestBuilder::query`]. `None` writes nothing. Only generated code
/// names it; calls by hand have [`RawRequest::query`](crate::RawRequest::query).
#[derive(Clone, Copy, Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
    style: QueryStyle,
}

impl<'a, T> QueryParam<'a, T> {
    /// A parameter in the default style, [`QueryStyle::Form`].
    pub const fn new(name: &'a str, value: &'a T) -> Self {
        Self::styled(name, value, QueryStyle::Form)
    }

    /// A parameter in the style that the document asks for.
    pub const fn styled(name: &'a str, value: &'a T, style: QueryStyle) -> Self {
        Self { name, value, style }
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
        let name = || escape(self.name.to_owned());
        match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| Ok((name(), scalar(item)?)))
                .collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(key, member)| Ok((escape(key), scalar(member)?)))
                .collect(),
            single => Ok(vec![(name(), scalar(single)?)]),
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
                let name = escape(format!("{}[{key}]", self.name));
                Ok((name, scalar(member)?))
            })
            .collect()
    }

    fn joined(&self, value: Value, delimiter: &Delimiter) -> Result<Vec<(String, String)>, String> {
        let parts: Vec<String> = match value {
            Value::Array(items) => items.into_iter().map(scalar).collect::<Result<_, _>>()?,
            Value::Object(members) => members
                .into_iter()
                .flat_map(|(key, member)| [Ok(escape(key)), scalar(member)])
                .collect::<Result<_, _>>()?,
            single => vec![scalar(single)?],
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
                escape(self.name.to_owned()),
                parts.join(delimiter.mark.to_string().as_str()),
            )]
        })
    }
}

fn scalar(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(escape(text)),
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
    let mut finished = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, behind)) = rest.split_once(ENCODED_MARK) {
        finished.push_str(before);
        let digit = |text: &str| Some(text.chars().next()?.to_digit(16)? as usize);
        match digit(behind).and_then(|number| WRITTEN.get(number)) {
            Some(delimiter) => finished.push_str(delimiter),
            // Escaped: the number of the mark follows.
            None => finished.push_str(ENCODED_MARK),
        }
        rest = &behind[1..];
    }
    finished.push_str(rest);
    url.set_query(Some(finished.as_str()).filter(|query| !query.is_empty()));
    spaces(url);
}

/// Writes `%20` rather than `+` for a space, which every server reads.
pub(crate) fn spaces(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let query = query.replace('+', "%20");
    url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
}

/// What request builders need beyond reqwest's own methods. Only generated code names it.
pub trait RequestBuilderExt<E>: Sized {
    /// Sends `body` as `application/x-www-form-urlencoded`; lists repeat their name.
    ///
    /// # Errors
    ///
    /// When the body is not a flat object of scalars and lists of scalars.
    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, Error<E>>;
}

impl<E> RequestBuilderExt<E> for RequestBuilder {
    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, Error<E>> {
        let form = serde_html_form::to_string(body).map_err(|error| {
            Error::InvalidRequest(format!("the body cannot be written as a form: {error}"))
        })?;
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        Ok(self.header(CONTENT_TYPE, media_type).body(form))
    }
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
        "(.|[\u{FDD0}-\u{FDD5}]|[0-3,|%+ &=]){0,12}"
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

    proptest! {
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

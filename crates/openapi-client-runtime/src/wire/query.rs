//! Query parameters and form bodies.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use url::Url;

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

/// What stands between the values of one parameter.
struct Delimiter {
    written: &'static str,
    /// A value that holds this character could not be told from two values.
    forbidden: Option<char>,
}

const COMMA: Delimiter = Delimiter {
    written: ",",
    forbidden: None,
};
const SPACE: Delimiter = Delimiter {
    written: "%20",
    forbidden: Some(' '),
};
const PIPE: Delimiter = Delimiter {
    written: "%7C",
    forbidden: Some('|'),
};

/// All that forms encode (WHATWG URL, section 5.2).
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// The same without the reserved characters (RFC 3986, section 2.2) that `allowReserved` lets go out as
/// they are. Encoded stay those that would end the value or mean something else to whoever reads it: `&`
/// and `#`, `+`, which is a space in forms, and `[`, `]` and `'`, which have no place in a query as they
/// are.
const BUT_RESERVED: &AsciiSet = &BUT_RESERVED_AND_COMMA.remove(b',');

/// The same, where a comma stands between values.
const BUT_RESERVED_AND_COMMA: &AsciiSet = &FORM
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b';')
    .remove(b'=');

/// Pairs of a query or a form, as they go out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    written: String,
    kind: Kind,
}

/// How a space goes out: `%20`, which every server reads, or `+`, as forms have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Query,
    Form,
}

impl Pairs {
    fn of_form() -> Self {
        Self {
            written: String::new(),
            kind: Kind::Form,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    /// Adds a pair of texts.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.start(&[name]);
        self.write(value, FORM);
    }

    /// Adds a name, whose parts stand behind each other, and the sign behind it.
    fn start(&mut self, name: &[&str]) {
        if !self.written.is_empty() {
            self.written.push('&');
        }
        for part in name {
            self.write(part, FORM);
        }
        self.written.push('=');
    }

    fn write(&mut self, text: &str, encoded: &'static AsciiSet) {
        let mut pieces = text.split(' ');
        let space = match self.kind {
            Kind::Query => "%20",
            Kind::Form => "+",
        };
        if let Some(first) = pieces.next() {
            self.written.extend(utf8_percent_encode(first, encoded));
        }
        for piece in pieces {
            self.written.push_str(space);
            self.written.extend(utf8_percent_encode(piece, encoded));
        }
    }
}

/// One query parameter. `None` writes nothing. Only generated code names it; calls by hand have
/// [`RawRequest::query`](crate::RawRequest::query).
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

impl<T> QueryParam<'_, T> {
    pub(crate) const fn name(&self) -> &str {
        self.name
    }
}

impl<T: Serialize> QueryParam<'_, T> {
    /// Writes the parameter behind the others, else says why its value cannot be written.
    pub(crate) fn write(&self, pairs: &mut Pairs) -> Result<(), String> {
        // Through text, because a number must keep the digits that its own type prints.
        let json = serde_json::to_string(self.value).map_err(|error| error.to_string())?;
        let value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        let parameter = Parameter {
            name: self.name,
            style: self.style,
            allow_reserved: self.allow_reserved,
        };
        parameter.write(&value, pairs)
    }
}

/// A parameter without its value, which may be of any type.
#[derive(Clone, Copy)]
struct Parameter<'a> {
    name: &'a str,
    style: QueryStyle,
    allow_reserved: bool,
}

impl Parameter<'_> {
    fn write(&self, value: &Value, pairs: &mut Pairs) -> Result<(), String> {
        match (self.style, value) {
            (_, Value::Null) => Ok(()),
            (QueryStyle::Form, _) => self.exploded(value, pairs),
            (QueryStyle::DeepObject, Value::Object(members)) => {
                for (key, member) in members.iter().filter(|(_, member)| !member.is_null()) {
                    pairs.start(&[self.name, "[", key, "]"]);
                    self.scalar(member, BUT_RESERVED, pairs)?;
                }
                Ok(())
            }
            (QueryStyle::DeepObject, _) => {
                Err("must be an object, because its style is deepObject".to_owned())
            }
            (QueryStyle::FormJoined, _) => self.joined(value, &COMMA, pairs),
            (QueryStyle::SpaceDelimited, _) => self.joined(value, &SPACE, pairs),
            (QueryStyle::PipeDelimited, _) => self.joined(value, &PIPE, pairs),
        }
    }

    fn exploded(&self, value: &Value, pairs: &mut Pairs) -> Result<(), String> {
        match value {
            Value::Array(items) => {
                for item in items {
                    pairs.start(&[self.name]);
                    self.scalar(item, BUT_RESERVED, pairs)?;
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    pairs.start(&[key]);
                    self.scalar(member, BUT_RESERVED, pairs)?;
                }
            }
            single => {
                pairs.start(&[self.name]);
                self.scalar(single, BUT_RESERVED, pairs)?;
            }
        }
        Ok(())
    }

    fn joined(
        &self,
        value: &Value,
        delimiter: &Delimiter,
        pairs: &mut Pairs,
    ) -> Result<(), String> {
        let key;
        let parts: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(members) => {
                key = members
                    .keys()
                    .cloned()
                    .map(Value::String)
                    .collect::<Vec<_>>();
                let pairs = key.iter().zip(members.values());
                pairs.flat_map(|(key, member)| [key, member]).collect()
            }
            single => vec![single],
        };
        let kept = if delimiter.written == COMMA.written {
            BUT_RESERVED_AND_COMMA
        } else {
            BUT_RESERVED
        };
        for (index, part) in parts.into_iter().enumerate() {
            match (index, delimiter.forbidden) {
                (_, Some(forbidden)) if is_held(part, forbidden) => {
                    return Err(format!(
                        "has a value with {forbidden:?}, which separates the values"
                    ));
                }
                (0, _) => pairs.start(&[self.name]),
                _ => pairs.written.push_str(delimiter.written),
            }
            self.scalar(part, kept, pairs)?;
        }
        Ok(())
    }

    /// Writes a single value; `kept` is what is encoded where reserved characters are not.
    fn scalar(
        &self,
        value: &Value,
        kept: &'static AsciiSet,
        pairs: &mut Pairs,
    ) -> Result<(), String> {
        let encoded = if self.allow_reserved { kept } else { FORM };
        match value {
            Value::String(text) => pairs.write(text, encoded),
            Value::Bool(flag) => pairs.write(if *flag { "true" } else { "false" }, encoded),
            Value::Number(number) => pairs.write(&number.to_string(), encoded),
            Value::Null => return Err("holds null, which a query cannot say".to_owned()),
            Value::Array(_) | Value::Object(_) => {
                return Err(
                    "holds a list or object inside another one, which a query cannot say"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }
}

fn is_held(value: &Value, character: char) -> bool {
    value.as_str().is_some_and(|text| text.contains(character))
}

/// Writes `%20` rather than `+` for a space, which every server reads.
pub(crate) fn spaces(url: &mut Url) {
    let Some(query) = url.query().filter(|query| query.contains('+')) else {
        return;
    };
    let query = query.replace('+', "%20");
    url.set_query(Some(query.as_str()));
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

    fn write(&self, value: &Value, pairs: &mut Pairs) -> Result<(), String> {
        let text;
        let (value, style) = match self.style {
            Some(style) => (value, style),
            None if value.is_null() => return Ok(()),
            None => {
                text = Value::String(value.to_string());
                (&text, QueryStyle::Form)
            }
        };
        let parameter = Parameter {
            name: self.name,
            style,
            allow_reserved: self.allow_reserved,
        };
        parameter.write(value, pairs)
    }
}

/// A form of which lists repeat their name.
pub(crate) fn flat_form<T: Serialize + ?Sized>(body: &T) -> Result<String, String> {
    serde_html_form::to_string(body).map_err(|error| error.to_string())
}

/// A form whose fields are written as the document says; a field that is not among them repeats its
/// name for each item of a list.
pub(crate) fn form<T: Serialize + ?Sized>(
    body: &T,
    fields: &[FormField],
) -> Result<String, String> {
    let json = serde_json::to_string(body).map_err(|error| error.to_string())?;
    let members: serde_json::Map<String, Value> =
        serde_json::from_str(&json).map_err(|_| "it is no object of fields".to_owned())?;
    let mut form = Pairs::of_form();
    for (name, value) in &members {
        let field = fields.iter().find(|field| field.name == name);
        let written = match field {
            Some(field) => field.write(value, &mut form),
            None => QueryParam::new(name, value).write(&mut form),
        };
        written.map_err(|reason| format!("its field `{name}` {reason}"))?;
    }
    Ok(form.written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use url::form_urlencoded;

    fn try_query<T: Serialize>(value: &T, style: QueryStyle) -> Result<String, String> {
        let mut pairs = Pairs::default();
        QueryParam::styled("p", value, style).write(&mut pairs)?;
        // A URL parser must find nothing to change in it.
        let url = Url::parse(&format!("http://h/?{}", pairs.as_str())).unwrap();
        assert_eq!(url.query(), Some(pairs.as_str()));
        Ok(pairs.written)
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
        assert_eq!(flat_form(&form).unwrap(), "name=a+b&tags=x&tags=y");
    }

    /// Any text, with what means something in a query more often than by chance.
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
        let mut pairs = Pairs::default();
        let parameter = QueryParam::styled("p", value, style).allow_reserved();
        parameter.write(&mut pairs).unwrap();
        let url = Url::parse(&format!("http://h/?{}", pairs.as_str())).unwrap();
        assert_eq!(url.query(), Some(pairs.as_str()));
        pairs.written
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
                let pairs = form_urlencoded::parse(query.as_bytes());
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
            let read: Vec<String> = form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| { assert_eq!(name, "p"); value.into_owned() })
                .collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn exploded_objects_read_back(members in prop::collection::btree_map(text(), text(), 0..5)) {
            let query = query(&members, QueryStyle::Form);
            let read: std::collections::BTreeMap<String, String> =
                form_urlencoded::parse(query.as_bytes()).into_owned().collect();
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

//! Every style, as OpenAPI shows it, and written and read back.

use openapi_document::model::{self, Location};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::coerce::View;
use super::style::{Pairs, Style};
use crate::spec::Spec;

/// What a style writes: the location tells it from others of its name.
#[derive(Debug, Clone, Copy)]
struct Kind {
    location: Location,
    style: Style<'static>,
}

fn object_schema() -> Value {
    json!({"type": "object", "properties": {
        "R": {"type": "integer"}, "G": {"type": "string"}, "ok?": {"type": "boolean"},
    }})
}

fn list_schema(kind: &str) -> Value {
    json!({"type": "array", "items": {"type": kind}})
}

/// The style of a name; `header` stands for the one that headers have.
fn style(name: &str, explode: bool) -> Kind {
    let location = match name {
        "header" => Location::Header,
        "simple" | "label" | "matrix" => Location::Path,
        _ => Location::Query,
    };
    let kind = model::Style::of(name).unwrap_or(model::Style::Simple);
    let style = Style {
        name: "color",
        kind,
        explode,
    };
    Kind { location, style }
}

fn read(kind: &Kind, raw: &str, schema: &Value) -> Result<Value, String> {
    let (spec, id) = Spec::of_schema(schema);
    let view = View::of(&spec.model.schemas, [id]);
    let written = match kind.location {
        Location::Header => kind.style.header(raw, &view)?,
        Location::Path => kind.style.path(raw, &view)?,
        _ => {
            let written = kind.style.query(&mut Pairs::parse(raw), &view)?;
            written.ok_or("it is not there")?
        }
    };
    Ok(view.value(written))
}

/// The table of OpenAPI 3.0.3, "Style Examples", with what other readings of it write.
#[test]
fn the_examples_of_openapi_are_read() {
    let list = json!(["blue", "black", "brown"]);
    let object = json!({"R": 100, "G": "200", "B": "150"});
    for (name, explode, of_list, of_object) in [
        (
            "matrix",
            false,
            ";color=blue,black,brown",
            ";color=R,100,G,200,B,150",
        ),
        (
            "matrix",
            true,
            ";color=blue;color=black;color=brown",
            ";R=100;G=200;B=150",
        ),
        ("label", false, ".blue.black.brown", ".R.100.G.200.B.150"),
        ("label", false, ".blue,black,brown", ".R,100,G,200,B,150"),
        ("label", true, ".blue.black.brown", ".R=100.G=200.B=150"),
        ("simple", false, "blue,black,brown", "R,100,G,200,B,150"),
        ("simple", true, "blue,black,brown", "R=100,G=200,B=150"),
        ("header", true, "blue, black, brown", "R=100, G=200, B=150"),
        (
            "form",
            false,
            "color=blue,black,brown",
            "color=R,100,G,200,B,150",
        ),
        (
            "form",
            false,
            "color=blue%2Cblack%2Cbrown",
            "color=R%2C100,G,200,B,150",
        ),
        (
            "form",
            true,
            "color=blue&color=black&color=brown",
            "R=100&G=200",
        ),
        (
            "spaceDelimited",
            false,
            "color=blue%20black+brown",
            "color=R%20100%20G%20200%20B%20150",
        ),
        (
            "pipeDelimited",
            false,
            "color=blue|black%7Cbrown",
            "color=R|100|G|200|B|150",
        ),
        (
            "deepObject",
            true,
            "",
            "color[R]=100&color%5BG%5D=200&color[B]=150",
        ),
    ] {
        let style = style(name, explode);
        if !of_list.is_empty() {
            assert_eq!(
                read(&style, of_list, &list_schema("string")),
                Ok(list.clone()),
                "{style:?}"
            );
        }
        let found = read(&style, of_object, &object_schema());
        match of_object {
            "R=100&G=200" => assert_eq!(found, Ok(json!({"R": 100, "G": "200"}))),
            "color=R%2C100,G,200,B,150" => assert!(found.unwrap_err().contains("after each key")),
            _ => assert_eq!(found, Ok(object.clone()), "{style:?} {of_object}"),
        }
    }
}

#[test]
fn what_is_written_in_no_style_is_told() {
    let list = list_schema("string");
    for (name, raw, why) in [
        ("label", "blue", "must start with a dot"),
        ("matrix", "blue", "must start with a semicolon"),
        ("matrix", ";colour=blue", "must be written as ;color=..."),
        ("form", "other=1", "it is not there"),
    ] {
        assert_eq!(
            read(&style(name, true), raw, &list),
            Err(why.to_owned()),
            "{raw}"
        );
    }
    let single = json!({"type": "string"});
    let twice = read(&style("form", true), "color=a&color=b", &single);
    assert_eq!(twice, Err("stands 2 times, once is right".to_owned()));
}

#[test]
fn deeper_keys_become_deeper_objects() {
    let schema = json!({"type": "object", "properties": {
        "tags": list_schema("integer"), "by": {"type": "object", "properties": {"id": {"type": "integer"}}},
    }});
    let raw = "color[tags][]=1&color[tags][]=2&color[by][id]=7&color[tags]=3";
    assert_eq!(
        read(&style("deepObject", true), raw, &schema),
        Ok(json!({"tags": [1, 2, 3], "by": {"id": 7}}))
    );
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A value as RFC 6570 writes it, every character of its parts encoded.
fn write(kind: &Kind, value: &Value, encoded: fn(&str) -> String) -> String {
    let style = kind.style;
    let flat: Vec<String> = match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| [encoded(name), encoded(&text(value))])
            .collect(),
        Value::Array(items) => items.iter().map(|item| encoded(&text(item))).collect(),
        single => vec![encoded(&text(single))],
    };
    let pairs: Vec<String> = match (value, style.kind) {
        (Value::Object(_), model::Style::DeepObject) => {
            let pairs = flat.chunks(2);
            pairs
                .map(|pair| format!("color[{}]={}", pair[0], pair[1]))
                .collect()
        }
        (Value::Object(_), _) => flat.chunks(2).map(|pair| pair.join("=")).collect(),
        _ => flat.iter().map(|part| format!("color={part}")).collect(),
    };
    let exploded_object = value.is_object() && style.explode;
    match (style.kind, style.explode) {
        (model::Style::Simple, _) if exploded_object => pairs.join(","),
        (model::Style::Simple, _) => flat.join(","),
        (model::Style::Label, _) if exploded_object => format!(".{}", pairs.join(".")),
        (model::Style::Label, true) => format!(".{}", flat.join(".")),
        (model::Style::Label, false) => format!(".{}", flat.join(",")),
        (model::Style::Matrix, true) => format!(";{}", pairs.join(";")),
        (model::Style::Matrix, false) => format!(";color={}", flat.join(",")),
        (model::Style::DeepObject, _) | (_, true) => pairs.join("&"),
        (model::Style::SpaceDelimited, _) => format!("color={}", flat.join("%20")),
        (model::Style::PipeDelimited, _) => format!("color={}", flat.join("|")),
        _ => format!("color={}", flat.join(",")),
    }
}

/// A scalar, and the name of its type.
fn scalar(texts: &'static str) -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        texts.prop_map(|text| ("string", json!(text))),
        any::<i64>().prop_map(|number| ("integer", json!(number))),
        any::<bool>().prop_map(|flag| ("boolean", json!(flag))),
        (-1e9..1e9).prop_map(|number: f64| ("number", json!(number))),
    ]
}

/// A value with its schema: a scalar, a list of one type, or an object.
fn value(texts: &'static str) -> impl Strategy<Value = (Value, Value)> {
    let single = scalar(texts).prop_map(|(kind, value)| (json!({"type": kind}), value));
    let lists = prop_oneof![
        proptest::collection::vec(texts, 2..5)
            .prop_map(|items| (list_schema("string"), json!(items))),
        proptest::collection::vec(any::<i32>(), 1..5)
            .prop_map(|items| (list_schema("integer"), json!(items))),
    ];
    let object = (any::<i32>(), proptest::option::of(texts), any::<bool>());
    let object = object.prop_map(|(red, green, ok)| {
        let mut members = Map::from_iter([("R".to_owned(), json!(red))]);
        members.extend(green.map(|green| ("G".to_owned(), json!(green))));
        members.insert("ok?".to_owned(), json!(ok));
        (object_schema(), Value::Object(members))
    });
    prop_oneof![single, lists, object]
}

proptest! {
    #[test]
    fn paths_and_queries_are_read_back(
        (schema, value) in value("\\PC{1,8}"),
        name in prop_oneof![Just("simple"), Just("label"), Just("matrix"), Just("form")],
        explode in any::<bool>(),
    ) {
        let style = style(name, explode);
        let raw = write(&style, &value, encoded);
        prop_assert_eq!(read(&style, &raw, &schema), Ok(value), "{}", raw);
    }

    #[test]
    fn delimited_queries_are_read_back(
        (schema, value) in value("[^ |\\p{C}]{1,8}"),
        name in prop_oneof![Just("spaceDelimited"), Just("pipeDelimited")],
    ) {
        let style = style(name, false);
        let raw = write(&style, &value, encoded);
        prop_assert_eq!(read(&style, &raw, &schema), Ok(value), "{}", raw);
    }

    #[test]
    fn deep_objects_are_read_back(red in any::<i32>(), green in "\\PC{0,8}") {
        let value = json!({"R": red, "G": green});
        let style = style("deepObject", true);
        let raw = write(&style, &value, encoded);
        prop_assert_eq!(read(&style, &raw, &object_schema()), Ok(value), "{}", raw);
    }

    #[test]
    fn headers_are_read_back(
        (schema, value) in value("[!-+.-<>-~]{1,8}"),
        explode in any::<bool>(),
    ) {
        let style = style("header", explode);
        let raw = write(&style, &value, str::to_owned);
        prop_assert_eq!(read(&style, &raw, &schema), Ok(value), "{}", raw);
    }
}

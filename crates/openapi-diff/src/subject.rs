//! What people call the thing at a pointer.

use openapi_document::model::Method;
use openapi_document::pointer;

/// `Pet.name` for a member of a component, `GET /pets` for what stands in an operation, else the key that the
/// pointer leads through first.
pub(crate) fn of(place: &str, reaches: &[String]) -> String {
    let tokens: Vec<String> = pointer::split(place)
        .map(std::borrow::Cow::into_owned)
        .collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    match tokens.as_slice() {
        [] | ["info", ..] => "the document".to_owned(),
        ["components", _, name, rest @ ..] => format!("{name}{}", within(rest)),
        ["paths", path, method, rest @ ..] => match Method::of(method) {
            Some(method) => operation(&format!("{method} {path}"), rest),
            None => (*path).to_owned(),
        },
        ["paths", ..] => reaches
            .first()
            .cloned()
            .unwrap_or_else(|| "paths".to_owned()),
        ["x-event-delivery", "events", name, ..] => format!("event {name}"),
        [first, second, ..] => format!("{first} {second}"),
        [only] => (*only).to_owned(),
    }
}

fn operation(key: &str, rest: &[&str]) -> String {
    match rest {
        ["requestBody", "content", _, "schema", rest @ ..] => {
            format!("{key} request{}", within(rest))
        }
        ["responses", status, "content", _, "schema", rest @ ..] => {
            format!("{key} {status}{}", within(rest))
        }
        ["responses", status, ..] => format!("{key} {status}"),
        _ => key.to_owned(),
    }
}

/// Members of a schema, as they are reached: `.owner.name`, `.tags[]`.
fn within(tokens: &[&str]) -> String {
    match tokens {
        ["properties", name, rest @ ..] => format!(".{name}{}", within(rest)),
        ["items", rest @ ..] => format!("[]{}", within(rest)),
        ["additionalProperties", rest @ ..] => format!(".*{}", within(rest)),
        ["allOf" | "oneOf" | "anyOf", _, rest @ ..] => within(rest),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_called_by_their_names() {
        let called = |pointer: &str| of(pointer, &["GET /a".to_owned()]);
        assert_eq!(
            called("/components/schemas/Pet/properties/tags/items/enum"),
            "Pet.tags[]"
        );
        assert_eq!(
            called("/paths/~1pets~1{id}/get/operationId"),
            "GET /pets/{id}"
        );
        assert_eq!(
            called(
                "/paths/~1pets/post/requestBody/content/application~1json/schema/allOf/0/properties/a"
            ),
            "POST /pets request.a"
        );
        assert_eq!(called("/paths/~1pets/get/responses/404"), "GET /pets 404");
        assert_eq!(called("/paths"), "GET /a");
        assert_eq!(called(""), "the document");
        assert_eq!(called("/servers/0/url"), "servers 0");
        assert_eq!(called("/components/parameters/Limit/schema"), "Limit");
    }
}

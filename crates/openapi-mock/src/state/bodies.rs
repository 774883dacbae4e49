//! What operations say of the bodies that they take and answer with.

use http::Method;
use openapi_document::model::{StatusKey, Type};

use crate::api::{Api, Media, Operation};
use crate::media;
use crate::schema::Schema;

pub(super) fn operation_at(api: &Api, path: &str, method: &Method) -> Option<usize> {
    let mut operations = api.operations.iter();
    operations.position(|one| one.path.text == path && one.method == method)
}

/// The JSON that an operation answers with on success.
pub(super) fn answered(operation: &Operation) -> Option<(&Media, &Schema)> {
    json_of(operation, operation.success())
}

/// The JSON that an operation answers with a status.
pub(super) fn json_of(operation: &Operation, status: u16) -> Option<(&Media, &Schema)> {
    let media = operation.response(status)?.media.iter();
    let mut json = media.filter(|media| media::is_json(&media.label));
    let media = json.next()?;
    Some((media, media.schema.as_ref()?))
}

/// Where in an answer its only object stands, if it has nothing else.
pub(super) fn envelope(api: &Api, schema: &Schema) -> String {
    let known = api.schemas().properties(schema.id);
    match known.first() {
        Some((name, inner))
            if known.len() == 1 && api.schemas().kind(*inner) == Some(Type::Object) =>
        {
            openapi_document::pointer::join("", name)
        }
        _ => String::new(),
    }
}

/// The type of the JSON that an operation answers with.
pub(super) fn answered_kind(api: &Api, operation: &Operation) -> Option<Type> {
    let (_, schema) = answered(operation)?;
    api.schemas().kind(schema.id)
}

/// The type of the first body that an operation takes and that can be an object, a list or a text.
pub(super) fn sent_kind(api: &Api, operation: &Operation) -> Option<Type> {
    let body = operation.body.as_ref()?;
    let mut schemas = body.media.iter().filter_map(|media| media.schema.as_ref());
    api.schemas().kind(schemas.next()?.id)
}

pub(super) fn status_declared(operation: &Operation, status: u16) -> bool {
    let one = StatusKey::Code(status);
    operation
        .responses
        .iter()
        .any(|response| response.status == one)
}

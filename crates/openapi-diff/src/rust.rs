//! What the generated client makes of a document: all that Rust verdicts stand on.
//!
//! A verdict for Rust users is about somebody who moves from the crate of the old document to that of the
//! new one: does code that compiled still compile, and does the client still send what it sent? Whether the
//! *server* refuses more than before is the verdict for HTTP callers.
//!
//! Values that are sent are made by `new`, which takes the required properties in the order of the document,
//! and by setters: there, order and number count.
//!
//! A call is still a builder: parameters and bodies are set by name, so that their order plays no role, and
//! one that is required and not set is refused when the call is sent. As soon as calls take required things as
//! arguments, their order and number count as well: then a required parameter more, one less, another order,
//! and a change between required and optional no longer compile, and the facts below have to say so.

use std::collections::{BTreeSet, HashMap};

use heck::ToPascalCase;
use openapi_document::lint::names;
use openapi_document::model::{Model, Operation, Place, SchemaId, Schemas, StatusKey};
use openapi_document::pointer;

use crate::verdict::{Judged, additive, breaking, neutral};

/// The client sends and decodes what the document says; there is nothing to change in a program.
pub(crate) const FOLLOWS: Judged = neutral("the generated client follows; no code changes");
pub(crate) const NO_CODE: Judged = neutral("the client has no code for it");
pub(crate) const DOCUMENTATION: Judged = neutral("only the documentation changes");

pub(crate) const METHOD_GONE: Judged = breaking("its method and its builder are gone");
pub(crate) const METHOD_NEW: Judged = additive("there is a new method");
pub(crate) const METHOD_RENAMED: Judged = breaking("its method and its builder have other names");
pub(crate) const METHOD_INFERRED: Judged =
    breaking("its method is gone for those who switch the feature `inferred` off");
pub(crate) const METHOD_DOCUMENTED: Judged =
    additive("its method no longer needs the feature `inferred`");
pub(crate) const DEPRECATED: Judged = neutral("the compiler warns where it is used");

/// Setters take `impl TryInto` of the type, and go by name.
pub(crate) const SETTER_NEW: Judged = additive("there is a new setter");
pub(crate) const SETTER_GONE: Judged = breaking("its setter is gone");
pub(crate) const SETTER_RENAMED: Judged = breaking("its setter has another name");
pub(crate) const SETTER_NEEDED: Judged = breaking("`send` fails unless it is set");
pub(crate) const SETTER_OPTIONAL: Judged = additive("calls may leave it out");
pub(crate) const BODY_OPTION: Judged = breaking(
    "its setter takes an `Option<T>`, which a `T` turns into, but nothing that only turns into `T`",
);
pub(crate) const SETTER_KIND: Judged = breaking("its setter takes another type");
pub(crate) const SETTING_NEW: Judged = additive("the client has a new setting");
pub(crate) const SETTING_GONE: Judged = breaking("a setting of the client is gone");

/// Structs are `#[non_exhaustive]` with public fields; what is sent has `new` and setters.
pub(crate) const FIELD_NEW: Judged =
    additive("structs are `#[non_exhaustive]`: new fields break nobody");
pub(crate) const FIELD_NEEDED: Judged = breaking("`new` takes one more argument");
pub(crate) const ARGUMENTS_REORDERED: Judged =
    breaking("`new` takes its arguments in the order of the document");
pub(crate) const FIELD_GONE: Judged = breaking("its field and its setter are gone");
pub(crate) const FIELD_PLAIN: Judged = breaking("the field is `T` and was `Option<T>`");
pub(crate) const FIELD_OPTION: Judged = breaking("the field is `Option<T>` and was `T`");
pub(crate) const FIELD_NULL: Judged = breaking(
    "a field of `T` becomes `Option<T>`, and `Patch<T>` where it may be left out of a request",
);
pub(crate) const FIELD_NO_NULL: Judged =
    breaking("a field of `Option<T>` or `Patch<T>` loses its null");
pub(crate) const FIELD_SAME: Judged = neutral("the field is `Option<T>` in both");
pub(crate) const FIELD_UNDESCRIBED: Judged =
    breaking("the property is a field of any JSON value; a schema without fields is a map");
pub(crate) const FIELD_TYPE: Judged = breaking("the Rust type changes");
pub(crate) const FIELD_DEFAULT: Judged = breaking(
    "a field that responses may leave out is `T` where it has a default, else `Option<T>`",
);
pub(crate) const FIELD_SECRET: Judged =
    breaking("the type is `Secret` or `OneTimeSecret` on one side, and `String` on the other");
pub(crate) const EXTRA_NEW: Judged = additive("the struct has a field `extra`");
pub(crate) const EXTRA_GONE: Judged = breaking("the struct has no field `extra` any more");

/// String enums are open unless `x-closed-enum` says otherwise: they have a variant for unknown values.
pub(crate) const VARIANT_NEW: Judged =
    additive("enums are `#[non_exhaustive]`: new variants break nobody");
pub(crate) const VARIANT_GONE: Judged = breaking("its variant is gone");
pub(crate) const VARIANT_UNREADABLE: Judged =
    breaking("a closed enum fails to decode other values, in programs that are not built again");
pub(crate) const ENUM_OPENNESS: Judged =
    breaking("the enum gains or loses its variant for unknown values");
pub(crate) const BRANCH_NEW: Judged =
    additive("enums of unions are `#[non_exhaustive]`: new variants break nobody");
pub(crate) const UNION_TAGGED: Judged =
    breaking("the variants of the enum are named and told apart in another way");
pub(crate) const TYPE_NEW: Judged = additive("there is a new type");
pub(crate) const TYPE_GONE: Judged = breaking("its type is gone");
pub(crate) const TYPE_RENAMED: Judged = breaking("the type has another name");

/// Limits are checked where a body is sent; no type has any, so responses never fail for one.
pub(crate) const LIMIT_TIGHTER: Judged = breaking("the client refuses to send what it sent before");
pub(crate) const LIMIT_LOOSER: Judged = additive("the client sends more than before");
pub(crate) const LIMIT_UNCHECKED: Judged = neutral("limits of responses are not checked");

pub(crate) const RESULT_TYPE: Judged = breaking("the method returns another type");
pub(crate) const BODY_METHOD_NEW: Judged = additive("there is a new method for the media type");
pub(crate) const BODY_METHOD_GONE: Judged = breaking("the method for the media type is gone");

pub(crate) const ENVIRONMENT_NEW: Judged = additive("`Environment` has a new variant");
pub(crate) const ENVIRONMENT_GONE: Judged = breaking("a variant of `Environment` was removed");
pub(crate) const CREDENTIAL_NEW: Judged = additive("the client's builder has a new method");
pub(crate) const CREDENTIAL_GONE: Judged = breaking("the method of the client's builder is gone");
pub(crate) const CREDENTIAL_OTHER: Judged =
    breaking("the method of the client's builder takes another credential");
pub(crate) const CALL_REFUSED: Judged =
    breaking("the client refuses calls without the credential, scope or feature before sending");
pub(crate) const CALL_ALLOWED: Judged = additive("the client no longer refuses such calls");
pub(crate) const PAGES_NEW: Judged = additive("its builder has `stream()` and `pages()`");
pub(crate) const PAGES_GONE: Judged =
    breaking("its builder has no `stream()` and `pages()` any more");
pub(crate) const FOLLOW_NEW: Judged = additive("its builder has `follow()`");
pub(crate) const FOLLOW_GONE: Judged = breaking("its builder has no `follow()` any more");
pub(crate) const EVENT_NEW: Judged = additive("the enum of events has a new variant");
pub(crate) const EVENT_GONE: Judged = breaking("a variant of the enum of events is gone");
pub(crate) const LINK_NEW: Judged = additive("the module `links` has a new item");
pub(crate) const LINK_GONE: Judged = breaking("an item of the module `links` was removed");
pub(crate) const LINK_OTHER: Judged =
    breaking("the function that makes the link has other arguments");

/// The methods of the client's builder that only some documents need.
pub(crate) fn settings(model: &Model) -> BTreeSet<&'static str> {
    let any = |is: fn(&Operation) -> bool| model.operations.iter().any(is);
    let names_library = model
        .user_agent
        .as_ref()
        .is_some_and(|text| text.contains("{library}"));
    let settings = [
        ("trusted", any(|operation| operation.trusted_only)),
        (
            "features",
            any(|operation| !operation.client_features.is_empty()),
        ),
        (
            "max_queued_writes",
            any(|operation| !operation.serialize_by.is_empty()),
        ),
        ("library", names_library),
        ("user_agent", !names_library),
    ];
    settings
        .into_iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| name)
        .collect()
}

/// Formats that become types of their own; every other string is a `String`.
pub(crate) fn has_type(format: &str) -> bool {
    matches!(
        format,
        "int8"
            | "uint8"
            | "int16"
            | "uint16"
            | "int32"
            | "uint32"
            | "int64"
            | "uint64"
            | "float"
            | "double"
            | "uuid"
            | "date"
            | "date-time"
            | "ip"
            | "ipv4"
            | "ipv6"
            | "password"
            | "binary"
    )
}

/// The method that an operation becomes: `Client::get_pet`.
pub(crate) fn method(operation: &Operation) -> String {
    format!("Client::{}", method_name(operation))
}

/// A setter of the builder of an operation: `builder::GetPet::limit`.
pub(crate) fn setter(operation: &Operation, name: &str) -> String {
    let builder = names::type_name(&method_name(operation));
    format!("builder::{builder}::{}", names::method_name(name))
}

fn method_name(operation: &Operation) -> String {
    match &operation.id {
        Some(id) => names::method_name(id),
        None => names::derived_operation_id(operation.method.key(), &operation.path.text),
    }
}

/// What a method can return: for success, and for errors. One body is returned as it is, several as an enum;
/// a declared redirection is a success with a variant of its own.
pub(crate) fn results(operation: &Operation) -> [Vec<(bool, Option<SchemaId>)>; 2] {
    let mut results = [Vec::new(), Vec::new()];
    for (status, response) in &operation.responses {
        let is_redirection = matches!(status, StatusKey::Code(300..400) | StatusKey::Class(3));
        let is_success = status.is_success() || is_redirection;
        let is_error = is_error(*status);
        let body = response.content.first().and_then(|media| media.schema);
        for (list, counts) in results.iter_mut().zip([is_success, is_error]) {
            if counts && !list.contains(&(is_redirection, body)) {
                list.push((is_redirection, body));
            }
        }
    }
    // Errors without a body are read as any JSON value, as those that nobody declared.
    if results[1].iter().all(|(_, body)| body.is_none()) {
        results[1].clear();
    }
    results
}

fn is_error(status: StatusKey) -> bool {
    matches!(
        status,
        StatusKey::Code(400..) | StatusKey::Class(4 | 5) | StatusKey::Default
    )
}

/// The names of the types that schemas become.
#[derive(Debug, Default)]
pub(crate) struct TypeNames {
    /// Words for the schemas of messages, by pointer.
    roots: HashMap<String, String>,
}

impl TypeNames {
    pub(crate) fn of(model: &Model) -> Self {
        let mut roots = HashMap::new();
        for operation in &model.operations {
            let prefix = method_name(operation);
            let mut name = |id: Option<SchemaId>, words: &str| {
                if let Some(id) = id {
                    let pointer = model.schemas[id].pointer.clone();
                    roots
                        .entry(pointer)
                        .or_insert_with(|| format!("{prefix} {words}"));
                }
            };
            for parameter in &operation.parameters {
                name(parameter.schema, &parameter.name);
            }
            for media in operation.body.iter().flat_map(|body| &body.content) {
                name(media.schema, "request");
            }
            for (status, response) in &operation.responses {
                let words = match status {
                    StatusKey::Code(200) | StatusKey::Class(2) => "response".to_owned(),
                    other => format!("response {other}"),
                };
                response
                    .content
                    .iter()
                    .for_each(|media| name(media.schema, &words));
            }
        }
        Self { roots }
    }

    /// The name of the type that a schema is, or would be: `Pet`, `PetOwner`, `GetPetResponse`.
    pub(crate) fn name(&self, schemas: &Schemas, id: SchemaId) -> Option<String> {
        let mut words: Vec<String> = Vec::new();
        let mut id = id;
        loop {
            let schema = &schemas[id];
            if let Some(name) = schema.component() {
                words.push(name.to_owned());
                break;
            }
            if schema.place == Place::Root {
                words.push(self.roots.get(&schema.pointer)?.clone());
                break;
            }
            let parent = schema.parent?;
            words.extend(word(&schemas[parent].pointer, &schema.pointer));
            id = parent;
        }
        let single = words.len() == 1;
        words.reverse();
        let words = words.join(" ");
        let name = if single {
            words
        } else {
            words.to_pascal_case()
        };
        Some(names::type_name(&name))
    }
}

/// The word that a schema adds to the name of the type that it stands in; none for a component.
pub(crate) fn own_word(schemas: &Schemas, id: SchemaId) -> Option<String> {
    let schema = &schemas[id];
    match schema.parent {
        Some(parent) => Some(word(&schemas[parent].pointer, &schema.pointer).unwrap_or_default()),
        // The rest of the name is that of the operation.
        None => schema.component().is_none().then(String::new),
    }
}

/// The word for what stands in a schema, as the generator takes it for the name of its type.
fn word(outer: &str, inner: &str) -> Option<String> {
    let rest = inner.strip_prefix(outer)?;
    let tokens: Vec<_> = pointer::split(rest).collect();
    match tokens
        .iter()
        .map(|token| &**token)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["properties", name] => Some((*name).to_owned()),
        ["items"] => Some("item".to_owned()),
        ["additionalProperties"] => Some("value".to_owned()),
        ["oneOf" | "anyOf", index] => Some(format!("variant {index}")),
        _ => None,
    }
}

//! C3xx: bodies of requests, and what is written in media types anywhere.

use indexmap::IndexMap;
use openapi_document::model::{Direction, Encoding, MediaType, Operation, RequestBody, Used};

use super::{At, Comparison, entry, responses, texts};
use crate::rule::{Rule, define_rules};
use crate::rust;
use crate::verdict::{UNNOTICED, Ways, additive, both, breaking, ways};

const WRITTEN: Ways = both(breaking("the server reads the value in another way"));

define_rules! { Bodies;
    OPTIONAL_ADDED = "C301", "an optional body was added", both(additive("nobody has to use it")),
        both(rust::SETTER_NEW), "";
    REQUIRED_ADDED = "C302", "a required body was added",
        ways(breaking("callers that do not send it are refused"), UNNOTICED), both(rust::SETTER_NEEDED),
        "Make it optional.";
    REMOVED = "C303", "a body was removed", both(breaking("the body is refused or ignored")),
        both(rust::SETTER_GONE), "";
    NOW_REQUIRED = "C304", "a body became required",
        ways(breaking("callers that leave it out are refused"), UNNOTICED), both(rust::SETTER_NEEDED), "";
    NOW_OPTIONAL = "C305", "a body is no longer required",
        ways(additive("callers may leave it out"), breaking("it may be missing")),
        both(rust::BODY_OPTION), "";
    MEDIA_TYPE_ADDED = "C306", "a media type of a body was added",
        ways(additive("callers may send it"), breaking("receivers may get a body they cannot read")),
        both(rust::BODY_METHOD_NEW), "";
    MEDIA_TYPE_REMOVED = "C307", "a media type of a body was removed",
        ways(breaking("callers that send it get 415"), UNNOTICED), both(rust::BODY_METHOD_GONE), "";
    FIELD_ENCODING_CHANGED = "C308", "the media type of a form field changed", WRITTEN,
        both(rust::FOLLOWS), "";
    FIELD_STYLE_CHANGED = "C309", "the style of a form field changed", WRITTEN,
        both(rust::FOLLOWS), "";
    FIELD_EXPLODE_CHANGED = "C310", "`explode` of a form field changed",
        WRITTEN, both(rust::FOLLOWS), "";
    FIELD_RESERVED_ALLOWED = "C311", "reserved characters of a form field are sent as they are",
        WRITTEN, both(rust::FOLLOWS), "";
    FIELD_RESERVED_ESCAPED = "C312", "reserved characters of a form field are escaped", WRITTEN,
        both(rust::FOLLOWS), "";
    FIELD_HEADER_ADDED = "C313", "a header of a form part was added",
        both(additive("nobody has to use it")), both(rust::FOLLOWS), "";
    FIELD_HEADER_REMOVED = "C314", "a header of a form part was removed",
        both(breaking("the value is ignored")), both(rust::FOLLOWS), "";
}

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old_operation, new_operation]: [&Operation; 2],
    bodies: [Option<&Used<RequestBody>>; 2],
) {
    let setter = rust::setter(new_operation, "body");
    match bodies {
        [Some(old), Some(new)] => pair(comparison, old, new, &setter),
        [None, Some(new)] => {
            let (rule, needs) = if new.required {
                (REQUIRED_ADDED, "required")
            } else {
                (OPTIONAL_ADDED, "optional")
            };
            let message = format!("the {needs} body was added");
            comparison
                .add(rule, At::new(at.old, &new.at), message)
                .symbol(setter);
        }
        [Some(old), None] => {
            let setter = rust::setter(old_operation, "body");
            let at = At::new(&old.at, at.new);
            comparison
                .add(REMOVED, at, "the body was removed")
                .symbol(setter);
        }
        [None, None] => {}
    }
}

fn pair(
    comparison: &mut Comparison<'_>,
    old: &Used<RequestBody>,
    new: &Used<RequestBody>,
    setter: &str,
) {
    let RequestBody {
        pointer,
        description,
        required,
        content,
        origin,
    } = &**old;
    let at = At::new(pointer, &new.pointer);
    let required = [*required, new.required];
    let texts = ["the body is required", "the body is no longer required"];
    if let Some(found) = comparison.flag(
        [NOW_REQUIRED, NOW_OPTIONAL],
        at,
        "required",
        required,
        texts,
    ) {
        found.symbol(setter);
    }
    let direction = comparison.scope.direction;
    let rules = [MEDIA_TYPE_ADDED, MEDIA_TYPE_REMOVED];
    media_types(comparison, at, [content, &new.content], rules, direction);
    texts::description(
        comparison,
        at,
        [description.as_ref(), new.description.as_ref()],
    );
    texts::origin(comparison, at, [origin, &new.origin]);
}

/// Compares the media types of a message: `[added, removed]`.
pub(super) fn media_types(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old, new]: [&[MediaType]; 2],
    [added, removed]: [&'static Rule; 2],
    direction: Direction,
) {
    let same = |one: &MediaType, other: &MediaType| one.name.eq_ignore_ascii_case(&other.name);
    // Parameters such as `charset` make no other media type, where nothing else tells them apart.
    let find = |list: &'_ [MediaType], wanted: &MediaType| -> Option<usize> {
        let exact = list.iter().position(|media| same(media, wanted));
        exact.or_else(|| {
            list.iter()
                .position(|media| media.essence() == wanted.essence())
        })
    };
    for media in old {
        if let Some(after) = find(new, media) {
            pair_of_media(comparison, media, &new[after], direction);
        } else {
            let message = format!("the media type `{}` was removed", media.name);
            let found = comparison.add(removed, At::new(&media.pointer, at.new), message);
            found.direction = direction;
        }
    }
    for media in new.iter().filter(|media| find(old, media).is_none()) {
        let message = format!("the media type `{}` was added", media.name);
        let found = comparison.add(added, At::new(at.old, &media.pointer), message);
        found.direction = direction;
    }
}

/// Compares the media type that a parameter or header is written in: `[added, removed, changed]`.
pub(super) fn content(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old, new]: [Option<&MediaType>; 2],
    [added, removed, changed]: [&'static Rule; 3],
    direction: Direction,
) {
    match [old, new] {
        [Some(old), Some(new)] => {
            if old.essence() != new.essence() {
                let message = format!("the media type was `{}`, and is `{}`", old.name, new.name);
                let at = At::new(&old.pointer, &new.pointer);
                let found = comparison.add(changed, at, message);
                found.values(Some(&old.name), Some(&new.name)).direction = direction;
            }
            pair_of_media(comparison, old, new, direction);
        }
        [None, Some(new)] => {
            let message = format!("the value is written in `{}`", new.name);
            comparison
                .add(added, At::new(at.old, &new.pointer), message)
                .direction = direction;
        }
        [Some(old), None] => {
            let message = format!("the value is no longer written in `{}`", old.name);
            comparison
                .add(removed, At::new(&old.pointer, at.new), message)
                .direction = direction;
        }
        [None, None] => {}
    }
}

fn pair_of_media(
    comparison: &mut Comparison<'_>,
    old: &MediaType,
    new: &MediaType,
    direction: Direction,
) {
    let MediaType {
        pointer,
        name: _,
        schema,
        examples,
        encoding,
        // Told by who uses it.
        direction: _,
    } = old;
    let at = At::new(pointer, &new.pointer);
    comparison.schemas(at, [*schema, new.schema], direction);
    encodings(comparison, at, [encoding, &new.encoding], direction);
    texts::examples(comparison, at, [examples, &new.examples]);
}

/// A field without an encoding is written as usual.
fn encodings(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old, new]: [&IndexMap<String, Encoding>; 2],
    direction: Direction,
) {
    let usual = Encoding {
        content_type: None,
        style: None,
        explode: None,
        allow_reserved: false,
        headers: IndexMap::new(),
    };
    let only_new = new.keys().filter(|name| !old.contains_key(*name));
    for name in old.keys().chain(only_new) {
        let place = |holder: &str, map: &IndexMap<String, Encoding>| {
            if map.contains_key(name) {
                entry(holder, "encoding", name)
            } else {
                holder.to_owned()
            }
        };
        let (old_at, new_at) = (place(at.old, old), place(at.new, new));
        let pair = [old, new].map(|map| map.get(name).unwrap_or(&usual));
        encoding(comparison, At::new(&old_at, &new_at), pair, direction);
    }
}

fn encoding(
    comparison: &mut Comparison<'_>,
    at: At<'_>,
    [old, new]: [&Encoding; 2],
    direction: Direction,
) {
    let Encoding {
        content_type,
        style,
        explode,
        allow_reserved,
        headers,
    } = old;
    let types = [content_type.as_ref(), new.content_type.as_ref()];
    comparison.differ(FIELD_ENCODING_CHANGED, at, "contentType", types);
    comparison.differ(FIELD_STYLE_CHANGED, at, "style", [*style, new.style]);
    comparison.differ(
        FIELD_EXPLODE_CHANGED,
        at,
        "explode",
        [*explode, new.explode],
    );
    let rules = [FIELD_RESERVED_ALLOWED, FIELD_RESERVED_ESCAPED];
    let texts = [
        "reserved characters are sent as they are",
        "reserved characters are escaped",
    ];
    let reserved = [*allow_reserved, new.allow_reserved];
    comparison.flag(rules, at, "allowReserved", reserved, texts);
    let rules = [FIELD_HEADER_ADDED, FIELD_HEADER_REMOVED];
    responses::headers(comparison, at, [headers, &new.headers], rules, direction);
}

//! What a document says of its operations, ready to be asked.

use http::Method;
use indexmap::IndexMap;
use openapi_document::{pointer, walk};
use serde_json::Value;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::media;
use crate::route::{Marks, Router};
use crate::sample::Sampler;
use crate::schema::Schema;
use crate::stand_in::StandIn;

/// The methods that a path item can have, in the spelling of documents.
pub(crate) const VERBS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A document, taken apart.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) root: Arc<Value>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) router: Router,
    pub(crate) schemes: IndexMap<String, Scheme>,
    /// Makes what the document does not show.
    pub(crate) sampler: Sampler,
}

/// An operation. Its place in [`Api::operations`] is its number.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The `operationId`, or method and path where there is none.
    pub(crate) id: String,
    pub(crate) method: Method,
    /// The path template, without query and fragment.
    pub(crate) path: String,
    /// What the key of the path says behind its template.
    pub(crate) marks: Marks,
    /// Where the operation stands in the document.
    pub(crate) pointer: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// In the order of the document.
    pub(crate) responses: Vec<Response>,
    /// Alternatives, each a set of schemes with the scopes that they need. None: no credentials.
    pub(crate) security: Vec<IndexMap<String, Vec<String>>>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) style: String,
    pub(crate) explode: bool,
    pub(crate) allow_empty: bool,
    /// The media type, where `content` describes the parameter.
    pub(crate) content: Option<String>,
    pub(crate) schema: Option<Schema>,
    pub(crate) pointer: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) media: Vec<Media>,
}

/// A media type of a body.
#[derive(Debug)]
pub(crate) struct Media {
    /// As written, such as `application/json` or `image/*`.
    pub(crate) name: String,
    /// What bodies that this server makes are labelled as: `name`, or what a range stands for.
    pub(crate) label: String,
    pub(crate) schema: Option<Schema>,
    pub(crate) examples: Vec<Example>,
    pub(crate) pointer: String,
    pub(crate) stand_in: StandIn,
}

#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) value: Value,
    /// What the example answers (`x-refusal`).
    pub(crate) refusals: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: Statuses,
    pub(crate) media: Vec<Media>,
    pub(crate) headers: Vec<Header>,
}

/// The key of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statuses {
    One(u16),
    /// `4XX` is 4.
    Class(u16),
    Default,
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(status) => write!(f, "{status}"),
            Self::Class(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Option<Schema>,
    pub(crate) example: Option<Value>,
    pub(crate) tells: Option<Tells>,
}

/// What a header says has happened, so that no example of it stands for any answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// The answer is that to an earlier call (`x-tells`).
    Replay,
    /// How many requests a window takes.
    Limit,
    /// How many of them are left.
    Remaining,
    /// When there are more.
    Reset,
    /// Which pages there are.
    Pages,
}

impl Tells {
    fn of(name: &str, header: &Value) -> Option<Self> {
        if header["x-tells"] == "replayed" {
            return Some(Self::Replay);
        }
        let name = name.to_ascii_lowercase().replace('-', "");
        match name.strip_prefix('x').unwrap_or(&name) {
            "ratelimitlimit" => Some(Self::Limit),
            "ratelimitremaining" => Some(Self::Remaining),
            "ratelimitreset" => Some(Self::Reset),
            "link" => Some(Self::Pages),
            _ => None,
        }
    }
}

/// A security scheme.
#[derive(Debug)]
pub(crate) struct Scheme {
    pub(crate) kind: SchemeKind,
    /// The scheme object.
    pub(crate) object: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SchemeKind {
    Basic,
    /// HTTP bearer, OAuth 2.0 and `OpenID` Connect: a token in `Authorization`.
    Bearer,
    ApiKey {
        location: Location,
        name: String,
    },
}

impl Api {
    pub(crate) fn new(root: &Arc<Value>) -> Self {
        let operations = operations(root);
        let router = Router::new(&operations);
        Self {
            root: Arc::clone(root),
            operations,
            router,
            schemes: schemes(root),
            sampler: Sampler::new(root, 0),
        }
    }

    /// With made values that grow from a seed; 0 otherwise.
    pub(crate) fn with_seed(mut self, seed: u64) -> Self {
        self.sampler = Sampler::new(&self.root, seed);
        self
    }

    /// The number of the operation with this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.operations
            .iter()
            .position(|operation| operation.id == id)
    }

    /// The operation object, for its extensions.
    pub(crate) fn object(&self, operation: &Operation) -> &Value {
        pointer::find(&self.root, &operation.pointer).unwrap_or(&Value::Null)
    }
}

impl Operation {
    /// The response declared for a status: the status itself, its class, or the default.
    pub(crate) fn response(&self, status: u16) -> Option<&Response> {
        let declared = |wanted| {
            let mut responses = self.responses.iter();
            responses.find(|response| response.status == wanted)
        };
        declared(Statuses::One(status))
            .or_else(|| declared(Statuses::Class(status / 100)))
            .or_else(|| declared(Statuses::Default))
    }

    /// Whether a name in the query or path of a request is that of a declared parameter, or of what
    /// stands in for one: a member of an object, an API key.
    pub(crate) fn takes(&self, api: &Api, location: Location, name: &str) -> bool {
        let root = &*api.root;
        let is_meant = |parameter: &Parameter| {
            if parameter.location != location {
                return false;
            }
            let inner = name.strip_prefix(parameter.name.as_str());
            if inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('[')) {
                return true;
            }
            // The members of an object that stand for themselves.
            let spread = parameter.explode && parameter.style == "form";
            let schema = parameter.schema.as_ref().filter(|_| spread);
            let parts = schema.map(|schema| walk::parts(root, &schema.pointer));
            parts.into_iter().flatten().any(|part| {
                let open = part
                    .schema
                    .get("additionalProperties")
                    .is_some_and(|more| *more != false);
                open || part.schema["properties"].get(name).is_some()
            })
        };
        let is_key = |scheme: &Scheme| match &scheme.kind {
            SchemeKind::ApiKey {
                location: own,
                name: key,
            } => *own == location && key == name,
            _ => false,
        };
        self.parameters.iter().any(is_meant)
            || self.marks.ask_for(name)
            || api.schemes.values().any(is_key)
    }

    /// The keys of all responses, in the order of the document.
    pub(crate) fn declared_statuses(&self) -> String {
        let keys = self.responses.iter();
        let keys = keys.map(|response| response.status.to_string());
        keys.collect::<Vec<_>>().join(", ")
    }

    /// The responses that say that all went well.
    pub(crate) fn successes(&self) -> impl Iterator<Item = &Response> + Clone {
        self.responses.iter().filter(|response| {
            matches!(
                response.status,
                Statuses::One(200..300) | Statuses::Class(2)
            )
        })
    }

    /// The lowest success that is declared by number, else 200 if a class covers it, else the lowest
    /// redirection; where there is none of them, 200 if the default response covers it, and else the
    /// lowest status there is.
    pub(crate) fn success(&self) -> u16 {
        let lowest = |wanted: Range<u16>| {
            let responses = self.responses.iter();
            let numbers = responses.filter_map(|response| match response.status {
                Statuses::One(status) => Some(status),
                _ => None,
            });
            numbers.filter(|status| wanted.contains(status)).min()
        };
        let class = || self.successes().next().map(|_| 200);
        lowest(200..300)
            .or_else(class)
            .or_else(|| lowest(300..400))
            .or_else(|| self.response(200).map(|_| 200))
            .or_else(|| lowest(0..1000))
            .unwrap_or(200)
    }
}

impl Example {
    /// Whether it is the answer to a refusal.
    pub(crate) fn answers(&self, refusal: &str) -> bool {
        self.refusals.iter().any(|name| name == refusal)
    }
}

impl Media {
    /// The media type object.
    pub(crate) fn object<'a>(&self, root: &'a Value) -> &'a Value {
        pointer::find(root, &self.pointer).unwrap_or(&Value::Null)
    }

    /// Whether a value can be shown as one: a text in another format than JSON says nothing about
    /// the members that its schema names.
    pub(crate) fn can_show(&self, api: &Api, value: &Value) -> bool {
        let is_text = value.is_string() && !media::is_json(&self.label);
        is_text || self.takes(api, value)
    }

    /// Whether its schema takes a value.
    pub(crate) fn takes(&self, api: &Api, value: &Value) -> bool {
        let schema = self.schema.as_ref();
        schema.is_none_or(|schema| schema.is_valid(&api.root, value))
    }
}

/// The node behind a chain of references.
pub(crate) fn resolve<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    walk::resolve(root, node).unwrap_or(node)
}

/// The pointer behind a chain of references.
pub(crate) fn resolved_pointer(root: &Value, pointer: String) -> String {
    walk::resolve_at(root, &pointer).map_or(pointer, |(pointer, _)| pointer)
}

/// The entries of an object; none where it is no object.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The texts of a list; none where it is no list.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A member that is a text; empty where it is none.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn operations(root: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in members(&root["paths"]) {
        let place = pointer::join("/paths", path);
        let place = resolved_pointer(root, place);
        for verb in VERBS {
            let object = &resolve(root, item)[verb];
            let Ok(method) = Method::from_bytes(verb.to_uppercase().as_bytes()) else {
                continue;
            };
            if object.is_object() {
                found.push(operation(root, path, method, &place, verb));
            }
        }
    }
    found
}

fn operation(root: &Value, path: &str, method: Method, item: &str, verb: &str) -> Operation {
    let pointer = format!("{item}/{verb}");
    let object = root.pointer(&pointer).unwrap_or(&Value::Null);
    let id = match object["operationId"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("{method} {path}"),
    };
    let (template, marks) = Marks::split(path);
    let body = object.get("requestBody").map(|_| {
        let pointer = resolved_pointer(root, format!("{pointer}/requestBody"));
        let body = root.pointer(&pointer).unwrap_or(&Value::Null);
        Body {
            required: body["required"] == true,
            media: media_types(root, &pointer, true),
        }
    });
    let responses = members(&object["responses"]).map(|(status, _)| {
        let place = format!("{pointer}/responses/{status}");
        response(root, status, &resolved_pointer(root, place))
    });
    let security = object.get("security").unwrap_or(&root["security"]);
    let alternatives = security.as_array().into_iter().flatten();
    Operation {
        id,
        method,
        path: template.to_owned(),
        marks,
        parameters: parameters(root, item, &pointer),
        body,
        responses: responses.collect(),
        security: alternatives
            .map(|set| {
                let schemes = members(set);
                schemes
                    .map(|(name, scopes)| (name.clone(), strings(scopes)))
                    .collect()
            })
            .collect(),
        pointer,
    }
}

/// The parameters of an operation, and those of its path that it does not replace.
fn parameters(root: &Value, item: &str, operation: &str) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = Vec::new();
    for holder in [operation, item] {
        let holder = format!("{holder}/parameters");
        let list = root.pointer(&holder).and_then(Value::as_array);
        for index in 0..list.map_or(0, Vec::len) {
            let pointer = resolved_pointer(root, format!("{holder}/{index}"));
            let Some(parameter) = parameter(root, pointer) else {
                continue;
            };
            let known = |other: &Parameter| {
                other.name == parameter.name && other.location == parameter.location
            };
            if !found.iter().any(known) {
                found.push(parameter);
            }
        }
    }
    found
}

fn parameter(root: &Value, pointer: String) -> Option<Parameter> {
    let object = root.pointer(&pointer)?;
    let location = location(object)?;
    let (content, schema) = match members(&object["content"]).next() {
        Some((media, _)) => {
            let place = pointer::join(&format!("{pointer}/content"), media);
            (Some(media.clone()), format!("{place}/schema"))
        }
        None => (None, format!("{pointer}/schema")),
    };
    let usual = match location {
        Location::Path | Location::Header => "simple",
        Location::Query | Location::Cookie => "form",
    };
    let style = object["style"].as_str().unwrap_or(usual).to_owned();
    Some(Parameter {
        name: text(object, "name"),
        location,
        required: object["required"] == true,
        explode: object["explode"].as_bool().unwrap_or(style == "form"),
        allow_empty: object["allowEmptyValue"] == true,
        style,
        content,
        schema: Schema::request(root, schema),
        pointer,
    })
}

fn location(object: &Value) -> Option<Location> {
    match object["in"].as_str()? {
        "path" => Some(Location::Path),
        "query" => Some(Location::Query),
        "header" => Some(Location::Header),
        "cookie" => Some(Location::Cookie),
        _ => None,
    }
}

fn response(root: &Value, status: &str, pointer: &str) -> Response {
    let class = status.get(..1).and_then(|first| first.parse().ok());
    let status = match (status.parse(), class) {
        (Ok(status), _) => Statuses::One(status),
        (Err(_), Some(class)) => Statuses::Class(class),
        (Err(_), None) => Statuses::Default,
    };
    let object = root.pointer(pointer).unwrap_or(&Value::Null);
    let headers = members(&object["headers"]).map(|(name, _)| {
        let place = pointer::join(&format!("{pointer}/headers"), name);
        let place = resolved_pointer(root, place);
        let header = root.pointer(&place).unwrap_or(&Value::Null);
        Header {
            name: name.clone(),
            required: header["required"] == true,
            schema: Schema::response(root, format!("{place}/schema")),
            example: header_example(root, header),
            tells: Tells::of(name, header),
        }
    });
    Response {
        status,
        headers: headers.collect(),
        media: media_types(root, pointer, false),
    }
}

/// An example of a header, of its schema, or the value that its schema allows first.
fn header_example(root: &Value, header: &Value) -> Option<Value> {
    let mut named = members(&header["examples"]);
    let named = named.find_map(|(_, example)| resolve(root, example).get("value"));
    let schema = resolve(root, &header["schema"]);
    let example = header.get("example").or(named);
    let example = example.or_else(|| schema.get("example"));
    let example = example.or_else(|| schema.get("default"));
    example.or_else(|| schema["enum"].get(0)).cloned()
}

/// The media types of a request body or a response.
fn media_types(root: &Value, holder: &str, request: bool) -> Vec<Media> {
    let content = format!("{holder}/content");
    let all = root.pointer(&content).unwrap_or(&Value::Null);
    members(all)
        .map(|(name, object)| {
            let pointer = pointer::join(&content, name);
            let schema = format!("{pointer}/schema");
            Media {
                name: name.clone(),
                label: label(root, name, &schema),
                schema: if request {
                    Schema::request(root, schema)
                } else {
                    Schema::response(root, schema)
                },
                examples: examples(root, object),
                pointer,
                stand_in: StandIn::default(),
            }
        })
        .collect()
}

/// What a body of a range is. Where anything goes, a value is JSON; only bytes are left open.
fn label(root: &Value, range: &str, schema: &str) -> String {
    let anything = matches!(media::essence(range).as_str(), "*/*" | "application/*");
    let parts = walk::parts(root, schema);
    let is_binary = parts.iter().any(|part| part.schema["format"] == "binary");
    if anything && !parts.is_empty() && !is_binary {
        return "application/json".to_owned();
    }
    range.to_owned()
}

/// The examples of a media type, and that of its schema where there are none.
fn examples(root: &Value, media: &Value) -> Vec<Example> {
    let named = members(&media["examples"]).filter_map(|(name, example)| {
        let example = resolve(root, example);
        let refusals = match &example["x-refusal"] {
            Value::String(one) => vec![one.clone()],
            several => strings(several),
        };
        Some(Example {
            name: name.clone(),
            value: example.get("value")?.clone(),
            refusals,
        })
    });
    let mut found: Vec<Example> = named.collect();
    let schema = resolve(root, &media["schema"]);
    let single = media.get("example").or_else(|| schema.get("example"));
    if let (true, Some(value)) = (found.is_empty(), single) {
        found.push(Example {
            name: "example".to_owned(),
            value: value.clone(),
            refusals: Vec::new(),
        });
    }
    found
}

fn schemes(root: &Value) -> IndexMap<String, Scheme> {
    let declared = members(&root["components"]["securitySchemes"]);
    let known = declared.filter_map(|(name, scheme)| {
        let object = resolve(root, scheme);
        let kind = scheme_kind(object)?;
        let object = object.clone();
        Some((name.clone(), Scheme { kind, object }))
    });
    known.collect()
}

fn scheme_kind(object: &Value) -> Option<SchemeKind> {
    match object["type"].as_str()? {
        "apiKey" => Some(SchemeKind::ApiKey {
            location: location(object)?,
            name: text(object, "name"),
        }),
        "http" if text(object, "scheme").eq_ignore_ascii_case("basic") => Some(SchemeKind::Basic),
        "http" | "oauth2" | "openIdConnect" => Some(SchemeKind::Bearer),
        _ => None,
    }
}

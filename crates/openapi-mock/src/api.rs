//! What a document says of its operations, ready to be asked.

use http::Method;
use openapi_document::model::{
    self, Additional, MediaType, Model, RequestBody, Schemas, SchemeKind, SecurityScheme,
    StatusKey, Style,
};
use serde_json::Value;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::media;
use crate::route::{Marks, Router};
use crate::sample::Sampler;
use crate::schema::Schema;
use crate::spec::Spec;
use crate::stand_in::StandIn;

pub(crate) use openapi_document::model::Location;

/// A document, taken apart.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) spec: Arc<Spec>,
    /// As in the model, in its order.
    pub(crate) operations: Vec<Operation>,
    pub(crate) router: Router,
    /// Makes what the document does not show.
    pub(crate) sampler: Sampler,
}

/// An operation of the model, with what this server has for it. Its place in [`Api::operations`] is its
/// number.
#[derive(Debug)]
pub(crate) struct Operation {
    spec: Arc<Spec>,
    number: usize,
    /// The `operationId`, or method and path where there is none.
    pub(crate) id: String,
    /// The method, as requests have it.
    pub(crate) method: Method,
    /// What the key of the path says behind its template.
    pub(crate) marks: Marks,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// In the order of the document.
    pub(crate) responses: Vec<Response>,
}

impl Deref for Operation {
    type Target = model::Operation;

    fn deref(&self) -> &model::Operation {
        &self.spec.model.operations[self.number]
    }
}

#[derive(Debug)]
pub(crate) struct Parameter {
    definition: Arc<model::Parameter>,
    pub(crate) schema: Option<Schema>,
}

impl Deref for Parameter {
    type Target = model::Parameter;

    fn deref(&self) -> &model::Parameter {
        &self.definition
    }
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) media: Vec<Media>,
}

/// A media type of a body.
#[derive(Debug)]
pub(crate) struct Media {
    spec: Arc<Spec>,
    holder: Holder,
    /// Which of the media types of its holder it is.
    number: usize,
    /// What bodies that this server makes are labelled as: the name, or what a range stands for.
    pub(crate) label: String,
    pub(crate) schema: Option<Schema>,
    pub(crate) stand_in: StandIn,
}

/// What has media types.
#[derive(Debug, Clone)]
enum Holder {
    Body(Arc<RequestBody>),
    Response(Arc<model::Response>),
}

impl Deref for Media {
    type Target = MediaType;

    fn deref(&self) -> &MediaType {
        &self.holder.content()[self.number]
    }
}

/// An example of a media type, or that of its schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Example<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
    /// What the example answers (`x-refusal`).
    pub(crate) refusals: &'a [String],
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusKey,
    pub(crate) media: Vec<Media>,
    pub(crate) headers: Vec<Header>,
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
    fn of(name: &str, header: &model::Header) -> Option<Self> {
        if let Some(model::Tells::Replayed) = header.tells {
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

impl Api {
    #[cfg(test)]
    pub(crate) fn new(root: &Arc<Value>) -> Self {
        Self::of(&Arc::new(Spec::new(Value::clone(root))))
    }

    pub(crate) fn of(spec: &Arc<Spec>) -> Self {
        let operations = (0..spec.model.operations.len()).map(|number| operation(spec, number));
        let operations: Vec<Operation> = operations.collect();
        Self {
            router: Router::new(&operations),
            operations,
            sampler: Sampler::new(spec, 0),
            spec: Arc::clone(spec),
        }
    }

    /// With made values that grow from a seed; 0 otherwise.
    pub(crate) fn with_seed(mut self, seed: u64) -> Self {
        self.sampler = Sampler::new(&self.spec, seed);
        self
    }

    pub(crate) fn model(&self) -> &Model {
        &self.spec.model
    }

    pub(crate) fn schemas(&self) -> &Schemas {
        &self.spec.model.schemas
    }

    /// The security scheme of a name.
    pub(crate) fn scheme(&self, name: &str) -> Option<&SecurityScheme> {
        self.spec.model.security_schemes.get(name)
    }

    /// The number of the operation with this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.operations
            .iter()
            .position(|operation| operation.id == id)
    }

    /// The names of all API keys that are sent at a place.
    pub(crate) fn key_names(&self, place: Location) -> impl Iterator<Item = &str> {
        let schemes = self.spec.model.security_schemes.values();
        schemes.filter_map(move |scheme| match &scheme.kind {
            SchemeKind::ApiKey { location, name } if *location == place => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Operation {
    /// The response declared for a status: the status itself, its class, or the default.
    pub(crate) fn response(&self, status: u16) -> Option<&Response> {
        StatusKey::choose(&self.responses, |response| response.status, status)
    }

    /// Whether a name in the query or path of a request is that of a declared parameter, or of what
    /// stands in for one: a member of an object, an API key.
    pub(crate) fn takes(&self, api: &Api, location: Location, name: &str) -> bool {
        let schemas = api.schemas();
        let is_meant = |parameter: &Parameter| {
            if parameter.location != location {
                return false;
            }
            let inner = name.strip_prefix(parameter.name.as_str());
            if inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('[')) {
                return true;
            }
            // The members of an object that stand for themselves.
            let spread = parameter.explode && parameter.style == Style::Form;
            let schema = parameter.schema.as_ref().filter(|_| spread);
            let parts = schema.map(|schema| schemas.parts(schema.id));
            parts.into_iter().flatten().any(|part| {
                let schema = &schemas[part.id];
                let open = matches!(schema.additional, Additional::Any | Additional::Schema(_));
                open || schema.properties.contains_key(name)
            })
        };
        self.parameters.iter().any(is_meant)
            || self.marks.ask_for(name)
            || api.key_names(location).any(|key| key == name)
    }

    /// The keys of all responses, in the order of the document.
    pub(crate) fn declared_statuses(&self) -> String {
        let keys = self.responses.iter();
        let keys = keys.map(|response| response.status.to_string());
        keys.collect::<Vec<_>>().join(", ")
    }

    /// The responses that say that all went well.
    pub(crate) fn successes(&self) -> impl Iterator<Item = &Response> + Clone {
        self.responses
            .iter()
            .filter(|response| response.status.is_success())
    }

    /// The lowest success that is declared by number, else 200 if a class covers it, else the lowest
    /// redirection; where there is none of them, 200 if the default response covers it, and else the
    /// lowest status there is.
    pub(crate) fn success(&self) -> u16 {
        let lowest = |wanted: Range<u16>| {
            let responses = self.responses.iter();
            let numbers = responses.filter_map(|response| match response.status {
                StatusKey::Code(status) => Some(status),
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

impl Example<'_> {
    /// Whether it is the answer to a refusal.
    pub(crate) fn answers(&self, refusal: &str) -> bool {
        self.refusals.iter().any(|name| name == refusal)
    }
}

impl Holder {
    fn content(&self) -> &[MediaType] {
        match self {
            Self::Body(body) => &body.content,
            Self::Response(response) => &response.content,
        }
    }
}

impl Media {
    /// Whether a value can be shown as one: a text in another format than JSON says nothing about
    /// the members that its schema names.
    pub(crate) fn can_show(&self, api: &Api, value: &Value) -> bool {
        let is_text = value.is_string() && !media::is_json(&self.label);
        is_text || self.takes(api, value)
    }

    /// Whether its schema takes a value.
    pub(crate) fn takes(&self, api: &Api, value: &Value) -> bool {
        let schema = self.schema.as_ref();
        schema.is_none_or(|schema| schema.is_valid(&api.spec, value))
    }

    /// The examples by name; its lone one or that of its schema where there are none.
    pub(crate) fn examples(&self) -> impl Iterator<Item = Example<'_>> {
        let all = &self.holder.content()[self.number].examples;
        let named = all.iter().filter_map(|example| {
            Some(Example {
                name: example.name.as_deref()?,
                value: example.value.as_ref()?,
                refusals: &example.refusals,
            })
        });
        let lone = named.clone().next().is_none().then(|| {
            let lone = all.iter().find(|example| example.name.is_none());
            let lone = lone.and_then(|example| example.value.as_ref());
            let of_schema = || self.schema.as_ref()?.written(&self.spec)?.examples.first();
            let value = lone.or_else(of_schema)?;
            Some(Example {
                name: "example",
                value,
                refusals: &[],
            })
        });
        named.chain(lone.flatten())
    }
}

/// The entries of an object; none where it is no object.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Whether a scheme takes a token in `Authorization`, however clients get it.
pub(crate) fn is_token(kind: &SchemeKind) -> bool {
    !matches!(kind, SchemeKind::Basic | SchemeKind::ApiKey { .. })
}

/// The first example that is shown of a parameter or header: a lone one, one with a name, or that of
/// its schema.
pub(crate) fn shown<'a>(
    examples: &'a [model::Example],
    schema: Option<&'a model::Schema>,
) -> Option<&'a Value> {
    let lone = examples.iter().filter(|example| example.name.is_none());
    let mut values = lone
        .chain(examples)
        .filter_map(|example| example.value.as_ref());
    values.next().or_else(|| schema?.examples.first())
}

/// The value that a schema gives or lists first.
pub(crate) fn first_value(schema: &model::Schema) -> Option<&Value> {
    schema.default.as_ref().or_else(|| schema.values.first())
}

fn operation(spec: &Arc<Spec>, number: usize) -> Operation {
    let operation = &spec.model.operations[number];
    // All keys of a path item are methods.
    let method = operation.method.to_string().parse();
    let parameters = operation.parameters.iter().map(|parameter| Parameter {
        definition: Arc::clone(&parameter.definition),
        schema: parameter.schema.map(Schema::request),
    });
    let responses = operation.responses.iter();
    Operation {
        id: operation.name(),
        method: method.unwrap_or_default(),
        marks: Marks::of(&operation.path.marks),
        parameters: parameters.collect(),
        body: operation.body.as_ref().map(|body| Body {
            required: body.required,
            media: media_types(spec, &Holder::Body(Arc::clone(&body.definition))),
        }),
        responses: responses
            .map(|(status, declared)| response(spec, *status, &declared.definition))
            .collect(),
        spec: Arc::clone(spec),
        number,
    }
}

fn response(spec: &Arc<Spec>, status: StatusKey, declared: &Arc<model::Response>) -> Response {
    let headers = declared.headers.iter().map(|(name, header)| {
        // What `content` describes is no plain value.
        let schema = header.schema.filter(|_| header.media_type.is_none());
        let schema = schema.map(Schema::response);
        let written = schema.as_ref().and_then(|schema| schema.written(spec));
        let example = shown(&header.examples, written);
        let example = example.or_else(|| first_value(written?));
        Header {
            name: name.clone(),
            required: header.required,
            example: example.cloned(),
            tells: Tells::of(name, header),
            schema,
        }
    });
    Response {
        status,
        headers: headers.collect(),
        media: media_types(spec, &Holder::Response(Arc::clone(declared))),
    }
}

/// The media types of a request body or a response.
fn media_types(spec: &Arc<Spec>, holder: &Holder) -> Vec<Media> {
    let content = holder.content().iter().enumerate();
    let content = content.map(|(number, media)| Media {
        label: label(&spec.model.schemas, media),
        schema: media.schema.map(|schema| match holder {
            Holder::Body(_) => Schema::request(schema),
            Holder::Response(_) => Schema::response(schema),
        }),
        spec: Arc::clone(spec),
        holder: holder.clone(),
        number,
        stand_in: StandIn::default(),
    });
    content.collect()
}

/// What a body of a range is. Where anything goes, a value is JSON; only bytes are left open.
fn label(schemas: &Schemas, range: &MediaType) -> String {
    let anything = matches!(range.essence().as_str(), "*/*" | "application/*");
    let schema = range.schema.filter(|_| anything);
    let is_value = schema.is_some_and(|schema| {
        let mut parts = schemas.parts(schema).into_iter();
        !parts.any(|part| schemas[part.id].format.as_deref() == Some("binary"))
    });
    if is_value {
        return "application/json".to_owned();
    }
    range.name.clone()
}

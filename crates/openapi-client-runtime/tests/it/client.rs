//! A client written as the code generator writes it, by hand and in one place.

use openapi_client_runtime::{
    Api, ApiKeyLocation, ByteStream, CallOptions, Core, CoreBuilder, Credential, Error,
    ErrorMembers, Method, Operation, QueryParam, RequestBody, Requirement, ResponseSpec,
    ResponseValue, RetryPolicy, Scheme, SchemeKind, SecurityRequirement, StatusRange, encode_path,
};
use serde::{Deserialize, Serialize};

pub(crate) const SECRET: &str = "s3cr3t-marker";

pub(crate) static API: Api = Api::new("things-client", "1.2.3")
    .error_members(ErrorMembers::new(&["/code"], &["/message"]))
    .schemes(&[
        Scheme::new("basicAuth", SchemeKind::HttpBasic, "basic_auth"),
        Scheme::new(
            "key",
            SchemeKind::ApiKey {
                location: ApiKeyLocation::Query,
                name: "api_key",
            },
            "api_key",
        ),
    ]);

const BASIC: &[&[SecurityRequirement]] = &[&[SecurityRequirement::new("basicAuth", &[])]];
const KEY: &[&[SecurityRequirement]] = &[&[SecurityRequirement::new("key", &[])]];
const JSON: &[&str] = &["application/json"];
const ERRORS: ResponseSpec = ResponseSpec::new(StatusRange::Class(4), JSON);
const BROKEN: ResponseSpec = ResponseSpec::new(StatusRange::Class(5), JSON);

/// As a document calls the features of an API client.
const FEATURE: Requirement = Requirement::new("features", "an API client with feature")
    .remedy("use the credentials of another API client");

static GET_THING: Operation = Operation::new("get_thing", Method::Get, "/things/{thing_id}")
    .security(BASIC)
    .requirements(&[FEATURE.any_of(&["owner"])])
    .responses(&[
        ResponseSpec::new(StatusRange::Class(2), JSON),
        ResponseSpec::new(StatusRange::Exact(410), &[]),
        ERRORS,
        BROKEN,
    ])
    .build();

static PUT_THING: Operation = Operation::new("put_thing", Method::Put, "/things/{thing_id}")
    .security(BASIC)
    .requirements(&[FEATURE.any_of(&["owner", "direct_access"])])
    .request(RequestBody::new("application/merge-patch+json").optional())
    .responses(&[ResponseSpec::new(StatusRange::Exact(204), &[]), ERRORS])
    .cookies(&["SID"])
    .locks(&["thing_id"])
    .build();

static GET_TEXT: Operation = Operation::new("get_text", Method::Get, "/text")
    .responses(&[ResponseSpec::new(StatusRange::Class(2), &["text/plain"])])
    .build();

static GET_BYTES: Operation = Operation::new("get_bytes", Method::Get, "/bytes")
    .security(KEY)
    .responses(&[ResponseSpec::new(
        StatusRange::Class(2),
        &["application/zip"],
    )])
    .streams()
    .build();

static MAKE_THING: Operation = Operation::new("make_thing", Method::Post, "/things")
    .responses(&[
        ResponseSpec::new(StatusRange::Exact(200), JSON).envelope("Ok"),
        ResponseSpec::new(StatusRange::Exact(201), &["text/plain"]).envelope("Created"),
        ResponseSpec::new(StatusRange::Exact(204), &[]).envelope("NoContent"),
        ResponseSpec::new(StatusRange::Exact(409), JSON).envelope("Conflict"),
        ResponseSpec::new(StatusRange::Default, JSON).envelope("Other"),
    ])
    .build();

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Thing {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) sizes: Vec<u32>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct ApiError {
    pub(crate) code: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "status", content = "body")]
pub(crate) enum MakeThingSuccess {
    Ok(Thing),
    Created(String),
    NoContent,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "status", content = "body")]
pub(crate) enum MakeThingError {
    Conflict(ApiError),
    Other(serde_json::Value),
}

/// What `put_thing` sends.
#[derive(Default)]
pub(crate) struct Put<'a> {
    pub(crate) tags: Option<Vec<&'a str>>,
    pub(crate) session: Option<&'a str>,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) body: Option<serde_json::Value>,
}

pub(crate) fn builder(base_url: &str) -> CoreBuilder {
    Core::builder(&API)
        .base_url(base_url)
        .retry(RetryPolicy::none())
        .credential("basicAuth", Credential::basic("user", SECRET))
        .credential("key", Credential::api_key(format!("key-{SECRET}")))
}

pub(crate) fn core(base_url: &str) -> Core {
    builder(base_url).build().unwrap()
}

type Reply<T, E> = Result<ResponseValue<T>, Error<E>>;

pub(crate) async fn get_thing(core: &Core, id: &str) -> Reply<Thing, ApiError> {
    let operation = &GET_THING;
    let result: Result<_, Error<ApiError>> = async move {
        let id: Result<String, String> = Ok(id.to_owned());
        let id = id.map_err(Error::InvalidRequest)?;
        let url = format!("{}/things/{}", core.base_url(), encode_path(&id));
        let request = core.requests().get(url).build()?;
        let response = core.execute(request, operation, CallOptions::new()).await?;
        match response.status().as_u16() {
            200..=299 => ResponseValue::from_response(response).await,
            400..=599 => Err(Error::ErrorResponse(
                ResponseValue::from_response(response).await?,
            )),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    .await;
    result.map_err(|error| error.in_operation(operation))
}

pub(crate) async fn put_thing(core: &Core, id: &str, put: Put<'_>) -> Reply<(), ApiError> {
    let operation = &PUT_THING;
    let result: Result<_, Error<ApiError>> = async move {
        let url = format!("{}/things/{}#put", core.base_url(), encode_path(id));
        let mut headers = http::HeaderMap::new();
        if let Some(value) = put.session {
            headers.append("openapi-cookie-sid", value.to_string().try_into()?);
        }
        if let Some(value) = put.authorization {
            headers.append("Authorization", value.to_string().try_into()?);
        }
        let request = core
            .requests()
            .put(url)
            .json(&put.body)
            .query(&QueryParam::new("tag", &put.tags))
            .headers(headers)
            .build()?;
        let response = core.execute(request, operation, CallOptions::new()).await?;
        match response.status().as_u16() {
            204 => Ok(ResponseValue::empty(response)),
            400..=499 => Err(Error::ErrorResponse(
                ResponseValue::from_response(response).await?,
            )),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    .await;
    result.map_err(|error| error.in_operation(operation))
}

pub(crate) async fn get_text<T>(core: &Core) -> Reply<T, ()>
where
    T: for<'de> Deserialize<'de>,
{
    let request = core.requests().get(format!("{}/text", core.base_url()));
    let response = core
        .execute(request.build()?, &GET_TEXT, CallOptions::new())
        .await?;
    ResponseValue::from_response(response).await
}

pub(crate) async fn get_bytes(core: &Core) -> Reply<ByteStream, ()> {
    let request = core.requests().get(format!("{}/bytes", core.base_url()));
    let response = core
        .execute(request.build()?, &GET_BYTES, CallOptions::new())
        .await?;
    match response.status().as_u16() {
        200..=299 => Ok(ResponseValue::stream(response)),
        _ => Err(Error::UnexpectedResponse(response)),
    }
}

pub(crate) async fn make_thing(core: &Core) -> Reply<MakeThingSuccess, MakeThingError> {
    #[derive(Serialize)]
    struct Body {
        tags: Vec<&'static str>,
    }
    let request = core.requests().post(format!("{}/things", core.base_url()));
    let body = Body {
        tags: vec!["a", "b c"],
    };
    let request = request.form_urlencoded(&body)?.build()?;
    let response = core
        .execute(request, &MAKE_THING, CallOptions::new())
        .await?;
    match response.status().as_u16() {
        200..=299 => ResponseValue::from_response(response).await,
        400..=599 => Err(Error::ErrorResponse(
            ResponseValue::from_response(response).await?,
        )),
        _ => Err(Error::UnexpectedResponse(response)),
    }
}

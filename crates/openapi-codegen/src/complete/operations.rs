//! The module `operations`: what the document says of each operation, as data.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::{
    context::Context,
    defaults,
    limits::Limits,
    oauth::{self, OAuth},
    pagination::Paging,
    prose, provenance, servers,
};
use crate::{
    characters::folded,
    lower::{BodyKind, body_kind},
    markdown::code,
    naming,
    plan::Method,
};

/// A security scheme of the document.
#[derive(Debug, Clone)]
pub(super) struct Scheme {
    pub name: String,
    pub kind: SchemeKind,
    /// What the document says of it, as Markdown.
    pub description: Option<String>,
    pub oauth: Option<OAuth>,
}

#[derive(Debug, Clone)]
pub(super) enum SchemeKind {
    HttpBasic,
    HttpBearer,
    ApiKey {
        location: &'static str,
        name: String,
    },
    OAuth2,
    OpenIdConnect,
}

impl Scheme {
    /// The method of the client's builder that takes the credential.
    pub(super) fn builder_method(&self) -> String {
        naming::snake(&self.name)
    }
}

/// The security schemes that the document declares and the runtime knows.
pub(super) fn schemes(root: &Value) -> Vec<Scheme> {
    let declared = root
        .pointer("/components/securitySchemes")
        .and_then(Value::as_object);
    declared
        .into_iter()
        .flatten()
        .filter_map(|(name, scheme)| {
            let scheme = crate::lower::resolve(root, scheme);
            Some(Scheme {
                name: name.clone(),
                kind: scheme_kind(scheme)?,
                description: prose::paragraphs(scheme, "description"),
                oauth: oauth::read(scheme),
            })
        })
        .collect()
}

fn scheme_kind(scheme: &Value) -> Option<SchemeKind> {
    match scheme["type"].as_str()? {
        "http" => match scheme["scheme"].as_str()?.to_ascii_lowercase().as_str() {
            "basic" => Some(SchemeKind::HttpBasic),
            "bearer" => Some(SchemeKind::HttpBearer),
            _ => None,
        },
        "apiKey" => Some(SchemeKind::ApiKey {
            location: match scheme["in"].as_str()? {
                "query" => "Query",
                "cookie" => "Cookie",
                _ => "Header",
            },
            name: scheme["name"].as_str()?.to_owned(),
        }),
        "oauth2" => Some(SchemeKind::OAuth2),
        "openIdConnect" => Some(SchemeKind::OpenIdConnect),
        _ => None,
    }
}

/// The whole module.
pub(super) fn module(context: &Context<'_>) -> TokenStream {
    let api = api(context);
    let requirements = requirement_constants(context);
    let oauth = oauth::is_offered(context.root).then(|| {
        quote! {
            #[allow(unused_imports)]
            use ::openapi_client_runtime::{ClientAuthentication, OAuthEndpoints};
        }
    });
    let limits = Limits::of(context);
    let (limits_import, limits_of_bodies) = (limits.import(), limits.statics());
    let statics = context
        .plan
        .methods
        .iter()
        .map(|method| operation(context, &limits, method));
    let names = context
        .plan
        .methods
        .iter()
        .map(|method| format_ident!("{}", naming::shouty(&method.name)));
    let mut methods = context.plan.methods.iter();
    let paged = methods
        .any(|method| Paging::of(context, method).is_some())
        .then(|| {
            quote!(
                use ::openapi_client_runtime::pagination::{Pagination, PaginationStyle};
            )
        });
    let mut methods = context.plan.methods.iter();
    let server = methods
        .any(|method| !servers::own(context, method).is_empty())
        .then(|| quote!(Server,));
    quote! {
        #paged
        #[allow(unused_imports)]
        use ::openapi_client_runtime::{
            Api, ApiKeyLocation, ErrorMembers, Method, Operation, Provenance, RateLimit,
            RequestBody, ResponseSpec, Retry, RetryStatuses, Scheme, SchemeKind, SecurityRequirement,
            #server StatusRange,
        };

        #oauth
        #limits_import
        #api

        /// All operations, in the order of the document.
        pub static OPERATIONS: &[&Operation] = &[#(&#names),*];

        /// The operation of a client method, such as `list_clients`.
        pub fn find(id: &str) -> Option<&'static Operation> {
            OPERATIONS.iter().copied().find(|operation| operation.id() == id)
        }

        #(#statics)*

        #requirements
        #limits_of_bodies
    }
}

fn api(context: &Context<'_>) -> TokenStream {
    let name = &context.settings.crate_name;
    let version = context
        .root
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let prefix = context.settings.env_prefix();
    let schemes = schemes(context.root).into_iter().map(|scheme| {
        let method = scheme.builder_method();
        let name = &scheme.name;
        let kind = match &scheme.kind {
            SchemeKind::HttpBasic => quote!(SchemeKind::HttpBasic),
            SchemeKind::HttpBearer => quote!(SchemeKind::HttpBearer),
            SchemeKind::ApiKey { location, name } => {
                let location = format_ident!("{location}");
                quote!(SchemeKind::ApiKey { location: ApiKeyLocation::#location, name: #name })
            }
            SchemeKind::OAuth2 => quote!(SchemeKind::OAuth2),
            SchemeKind::OpenIdConnect => quote!(SchemeKind::OpenIdConnect),
        };
        let oauth = scheme.oauth.as_ref().map(OAuth::constant);
        let oauth = oauth.map(|endpoints| quote!(.oauth(#endpoints)));
        quote!(Scheme::new(#name, #kind, #method) #oauth)
    });
    let members = context.root.get("x-error-members").map(|members| {
        let code = strings(&members["code"]);
        let message = strings(&members["message"]);
        let request_id = strings(&members["requestId"]);
        let request_id = (!request_id.is_empty()).then(|| quote!(.request_id(&[#(#request_id),*])));
        quote!(.error_members(ErrorMembers::new(&[#(#code),*], &[#(#message),*]) #request_id))
    });
    let security = security(context, &Value::Null);
    let retry_statuses = statuses(context.root).map(|statuses| quote!(.retry_statuses(#statuses)));
    let limits = context.root["x-rate-limit"].as_array().map(|classes| {
        let classes = classes.iter().map(|class| {
            let [name, prefix, per] =
                ["name", "pathPrefix", "per"].map(|key| class[key].as_str().unwrap_or_default());
            let requests = class["requests"].as_u64().unwrap_or_default();
            let requests = u32::try_from(requests).unwrap_or(u32::MAX);
            let window = class["window"].as_u64().unwrap_or_default();
            let paths = (prefix != "/").then(|| quote!(.for_paths(#prefix)));
            quote! {
                RateLimit::new(#name, #requests, ::std::time::Duration::from_secs(#window))
                    #paths
                    .counted_per(#per)
            }
        });
        quote!(.rate_limits(&[#(#classes),*]))
    });
    let base_url_optional = servers::only_own(context).then(|| quote!(.base_url_optional()));
    let agent = context.root["x-user-agent"]
        .as_str()
        .map(|agent| quote!(.user_agent(#agent)));
    quote! {
        /// The API and its security schemes.
        pub static API: Api = Api::new(#name, env!("CARGO_PKG_VERSION"))
            .document_version(#version)
            .env_prefix(#prefix)
            .schemes(&[#(#schemes),*])
            #security
            #members
            #retry_statuses
            #limits
            #agent
            #base_url_optional;
    }
}

/// What callers need beside credentials, in words of the document.
const REQUIREMENTS: &[(&str, &str, &str, &str)] = &[
    (
        "x-client-features",
        "features",
        "an API client with feature",
        "use the credentials of another API client",
    ),
    (
        "x-trusted-only",
        "trust",
        "a trusted application",
        "ask the vendor for trust, then call `trusted(true)`",
    ),
];

fn requirement_ident(name: &str) -> proc_macro2::Ident {
    format_ident!("REQUIRED_{}", naming::shouty(name))
}

/// One constant for each requirement that an operation has.
fn requirement_constants(context: &Context<'_>) -> TokenStream {
    let methods = &context.plan.methods;
    let is_used = |extension: &str| {
        methods
            .iter()
            .any(|method| is_required(context.operation(method), extension))
    };
    let used = REQUIREMENTS
        .iter()
        .filter(|(extension, ..)| is_used(extension));
    let constants = used.map(|(_, name, noun, remedy)| {
        let ident = requirement_ident(name);
        quote! {
            const #ident: ::openapi_client_runtime::Requirement =
                ::openapi_client_runtime::Requirement::new(#name, #noun).remedy(#remedy);
        }
    });
    constants.collect()
}

fn is_required(object: &Value, extension: &str) -> bool {
    object[extension] == true || !strings(&object[extension]).is_empty()
}

fn requirements(object: &Value) -> Option<TokenStream> {
    let needed = REQUIREMENTS
        .iter()
        .filter(|(extension, ..)| is_required(object, extension));
    let needed: Vec<_> = needed
        .map(|(extension, name, ..)| {
            let ident = requirement_ident(name);
            match strings(&object[*extension]) {
                values if values.is_empty() => quote!(#ident),
                values => quote!(#ident.any_of(&[#(#values),*])),
            }
        })
        .collect();
    (!needed.is_empty()).then(|| quote!(.requirements(&[#(#needed),*])))
}

fn operation(context: &Context<'_>, limits: &Limits<'_>, method: &Method) -> TokenStream {
    let object = context.operation(method);
    let ident = format_ident!("{}", naming::shouty(&method.name));
    let verb = format_ident!("{}", naming::pascal(&method.verb));
    let id = &method.name;
    let path = &method.path;
    let doc = code(&method.request_line());
    let docs = prose::doc(&provenance::mark(&doc, object, "operation"));
    let calls = [
        (method.operation_id != method.name).then(|| {
            let document_id = &method.operation_id;
            quote!(.document_id(#document_id))
        }),
        object["tags"][0].as_str().map(|tag| {
            let tag = folded(tag);
            quote!(.tag(#tag))
        }),
        prose::said(object, "summary").map(|summary| {
            let summary = folded(summary);
            quote!(.summary(#summary))
        }),
        servers(context, method),
        security(context, object),
        requirements(object),
        list(object, "x-required-scopes", "required_scopes"),
        method.request.as_ref().map(|body| {
            let media_type = &body.media_type;
            let optional = body.optional.then(|| quote!(.optional()));
            quote!(.request(RequestBody::new(#media_type)#optional))
        }),
        limits.column(method),
        Some(responses(method)),
        (!method.cookies.is_empty()).then(|| {
            let cookies = &method.cookies;
            quote!(.cookies(&[#(#cookies),*]))
        }),
        list(object, "x-serialize-by", "locks"),
        match object["x-retry"].as_str() {
            Some("always") => Some(quote!(.retry(Some(Retry::Always)))),
            Some("never") => Some(quote!(.retry(Some(Retry::Never)))),
            _ => None,
        },
        statuses(object).map(|statuses| quote!(.retry_statuses(Some(#statuses)))),
        object["x-idempotency-key"]
            .as_str()
            .map(|header| quote!(.idempotency_key(Some(#header)))),
        streams(method).then(|| quote!(.streams())),
        Some(defaults::headers(context, method))
            .filter(|headers| !headers.is_empty())
            .map(|headers| quote!(.default_headers(&[#(#headers),*]))),
        Paging::of(context, method).map(|paging| paging.column()),
        (object["x-replaces-whole"] == true).then(|| quote!(.replaces_whole())),
        provenance::columns(object),
        (object["deprecated"] == true).then(|| quote!(.deprecated())),
    ];
    let calls = calls.into_iter().flatten();
    quote! {
        #(#docs)*
        pub static #ident: Operation = Operation::new(#id, Method::#verb, #path) #(#calls)* .build();
    }
}

/// `x-retry-statuses` of an operation or of the document: a list, or lists by what may be repeated.
fn statuses(object: &Value) -> Option<TokenStream> {
    let stated = object.get("x-retry-statuses")?;
    let list = |value: &Value| {
        let statuses = value.as_array().into_iter().flatten();
        let statuses = statuses
            .filter_map(Value::as_u64)
            .filter_map(|status| u16::try_from(status).ok());
        quote!(&[#(#statuses),*])
    };
    let usual = list(stated.get("idempotent").unwrap_or(stated));
    let others = [("any", "any"), ("safe", "reads")].map(|(key, call)| {
        let statuses = list(stated.get(key)?);
        let call = format_ident!("{call}");
        Some(quote!(.#call(#statuses)))
    });
    let others = others.iter().flatten();
    Some(quote!(RetryStatuses::new(#usual) #(#others)*))
}

/// Whether `send` gives a stream of bytes: no success of the method is decoded.
fn streams(method: &Method) -> bool {
    let mut successes = method
        .responses
        .iter()
        .filter(|response| response.status.starts_with('2') && !response.media_types.is_empty())
        .peekable();
    successes.peek().is_some()
        && successes.all(|response| {
            response.envelope.is_none()
                && response
                    .media_types
                    .iter()
                    .all(|name| body_kind(name) == BodyKind::Bytes)
        })
}

/// The servers of an operation that is served elsewhere than the others.
fn servers(context: &Context<'_>, method: &Method) -> Option<TokenStream> {
    let servers = servers::own(context, method);
    let each = servers.iter().map(|server| {
        let url = &server.url;
        let environment = server.environment.as_ref();
        let environment = environment.map(|name| quote!(.in_environment(#name)));
        quote!(Server::new(#url)#environment)
    });
    (!servers.is_empty()).then(|| quote!(.servers(&[#(#each),*])))
}

/// `security` of the operation, or that of the document.
fn security(context: &Context<'_>, object: &Value) -> Option<TokenStream> {
    let alternatives = object
        .get("security")
        .or_else(|| context.root.get("security"))?
        .as_array()?;
    let sets = alternatives.iter().map(|set| {
        let requirements = set
            .as_object()
            .into_iter()
            .flatten()
            .map(|(scheme, scopes)| {
                let scopes = strings(scopes);
                quote!(SecurityRequirement::new(#scheme, &[#(#scopes),*]))
            });
        quote!(&[#(#requirements),*])
    });
    Some(quote!(.security(&[#(#sets),*])))
}

fn list(object: &Value, extension: &str, call: &str) -> Option<TokenStream> {
    let values = strings(&object[extension]);
    let call = format_ident!("{call}");
    (!values.is_empty()).then(|| quote!(.#call(&[#(#values),*])))
}

fn responses(method: &Method) -> TokenStream {
    let specs = method.responses.iter().map(|response| {
        let range = match response.status.as_str() {
            "default" => quote!(StatusRange::Default),
            status => {
                if let Ok(code) = status.parse::<u16>() {
                    quote!(StatusRange::Exact(#code))
                } else {
                    let class = status
                        .as_bytes()
                        .first()
                        .map_or(0, |digit| digit.wrapping_sub(b'0'));
                    quote!(StatusRange::Class(#class))
                }
            }
        };
        let media_types = &response.media_types;
        let envelope = response
            .envelope
            .as_ref()
            .map(|variant| quote!(.envelope(#variant)));
        quote!(ResponseSpec::new(#range, &[#(#media_types),*])#envelope)
    });
    quote!(.responses(&[#(#specs),*]))
}

/// The texts of a list.
pub(super) fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

//! The client, its builder and its environments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Attribute, Item};

use super::{
    access,
    context::Context,
    defaults, example,
    follow::Follow,
    oauth,
    operations::{Scheme, SchemeKind, schemes},
    pagination::Paging,
    prose::{self, list, sentence},
    provenance,
    servers::{Environment, environments},
    transport,
};
use crate::{
    Error,
    markdown::{self, code, within_cell},
    naming,
    plan::Method,
};

pub(super) fn module(context: &Context<'_>, builders: &[Item]) -> Result<TokenStream, Error> {
    let title = prose::line(&context.root["info"], "title");
    let title = title.as_deref().unwrap_or("the API");
    let environments = environments(context.root);
    let environment = (!environments.is_empty()).then(|| environment_enum(&environments));
    let client_doc = prose::doc(&format!(
        "Client of {title}.\n\nCloning is cheap and shares connections, credentials and write queues."
    ));
    let methods = context
        .plan
        .methods
        .iter()
        .map(|method| client_method(context, method));
    let settings = defaults::of(context);
    let with_settings = settings
        .iter()
        .map(|setting| setting.client_method(builders))
        .collect::<Result<Vec<_>, _>>()?;
    let builder = builder(context, &environments, builders)?;
    let from_env_doc = from_env_doc(context, &environments);
    let imports = credential_imports(&schemes(context.root));
    // Nothing else names the builders.
    let gate = provenance::gate_of_all(context);
    let builders = quote!(#gate use crate::builder;);
    Ok(quote! {
        use ::openapi_client_runtime::{BuildError, Core, CoreBuilder};
        #imports

        #builders
        use crate::operations;

        #(#client_doc)*
        #[derive(Clone, Debug)]
        pub struct Client {
            pub(crate) core: Core,
        }

        impl Client {
            /// Starts a client.
            pub fn builder() -> ClientBuilder {
                ClientBuilder {
                    core: Core::builder(&operations::API),
                }
            }

            #(#from_env_doc)*
            pub fn from_env() -> Result<Self, BuildError> {
                Self::builder().from_env()?.build()
            }

            #(#with_settings)*

            /// Starts a request for an endpoint that the document does not list, with the
            /// credentials, retries, limits and errors of all other calls. `path` is relative to
            /// the base URL and starts with a slash.
            pub fn request(
                &self,
                method: ::openapi_client_runtime::Method,
                path: impl Into<String>,
            ) -> ::openapi_client_runtime::RawRequest {
                self.core.request(method, path)
            }

            #(#methods)*
        }

        #environment
        #builder
    })
}

/// What the setters of credentials name.
fn credential_imports(schemes: &[Scheme]) -> TokenStream {
    let takes_secret = |scheme: &Scheme| {
        matches!(
            scheme.kind,
            SchemeKind::HttpBasic | SchemeKind::ApiKey { .. }
        )
    };
    if schemes.is_empty() {
        return TokenStream::new();
    }
    let secret = schemes.iter().any(takes_secret);
    let secret = secret.then(|| quote!(Secret,));
    let bearer = schemes.iter().any(|scheme| !takes_secret(scheme));
    let bearer = bearer.then(|| quote!(Bearer,));
    let oauth = schemes.iter().any(|scheme| scheme.oauth.is_some());
    let oauth = oauth.then(|| quote!(OAuth, OAuthConfig,));
    quote! { use ::openapi_client_runtime::{#bearer Credential, #oauth #secret}; }
}

fn environment_enum(environments: &[Environment]) -> TokenStream {
    let variants: Vec<_> = environments
        .iter()
        .map(|e| format_ident!("{}", e.variant))
        .collect();
    let docs: Vec<Vec<Attribute>> = environments.iter().map(|e| prose::doc(&e.doc)).collect();
    let urls: Vec<_> = environments.iter().map(|e| &e.url).collect();
    let names: Vec<_> = environments.iter().map(|e| &e.wire).collect();
    quote! {
        /// The environments of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Environment {
            #(#(#docs)* #variants,)*
        }

        impl Environment {
            /// All environments of the document.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The base URL of this environment.
            pub const fn base_url(self) -> &'static str {
                match self {
                    #(Self::#variants => #urls,)*
                }
            }

            /// The name that environment variables use.
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }
        }
    }
}

fn builder(
    context: &Context<'_>,
    environments: &[Environment],
    builders: &[Item],
) -> Result<TokenStream, Error> {
    let schemes = schemes(context.root);
    let credentials = schemes.iter().map(|scheme| {
        let setter = credential_method(scheme);
        let oauth = oauth::builder_method(context, scheme);
        quote!(#setter #oauth)
    });
    let env_credentials = schemes
        .iter()
        .map(|scheme| env_credential(scheme, &schemes));
    let environment = (!environments.is_empty()).then(|| {
        quote! {
            /// Uses one of the servers in the document.
            pub fn environment(mut self, environment: Environment) -> Self {
                self.core = self.core.environment(environment.name(), environment.base_url());
                self
            }
        }
    });
    let env_environment = (!environments.is_empty()).then(|| {
        let names = environments.iter().map(|e| e.wire.as_str()).collect::<Vec<_>>().join(", ");
        quote! {
            if let Some(name) = self.core.env("ENVIRONMENT")? {
                let environment = Environment::ALL
                    .iter()
                    .copied()
                    .find(|environment| environment.name() == name)
                    .ok_or_else(|| self.core.env_error("ENVIRONMENT", concat!("must be one of ", #names)))?;
                self = self.environment(environment);
            }
        }
    });
    let setters = transport::setters(context.root, |extension| uses(context, extension));
    let mut own = Vec::new();
    let mut env_own = Vec::new();
    for setting in defaults::of(context) {
        own.push(setting.builder_method(builders)?);
        env_own.push(setting.env_statement(builders)?);
    }
    Ok(quote! {
        /// Builds a [`Client`].
        #[derive(Debug)]
        #[must_use = "a builder does nothing until `build` is called"]
        pub struct ClientBuilder {
            core: CoreBuilder,
        }

        impl ClientBuilder {
            #environment

            /// Sets the base URL, for custom hosts and tests. It overrides every server in the document.
            ///
            /// `http://` is refused except for loopback addresses, see
            /// [`allow_insecure_http`](Self::allow_insecure_http).
            pub fn base_url(mut self, url: impl Into<String>) -> Self {
                self.core = self.core.base_url(url);
                self
            }

            #(#credentials)*
            #(#own)*
            #setters

            /// Reads the environment variables of [`Client::from_env`]; settings without a
            /// variable stay unchanged.
            ///
            /// # Errors
            ///
            /// [`BuildError`] when a variable is not valid Unicode, or its value cannot be used.
            #[allow(clippy::wrong_self_convention, unused_mut)]
            pub fn from_env(mut self) -> Result<Self, BuildError> {
                #env_environment
                if let Some(url) = self.core.env("BASE_URL")? {
                    self = self.base_url(url);
                }
                #(#env_credentials)*
                #(#env_own)*
                Ok(self)
            }

            /// Builds the client.
            ///
            /// # Errors
            ///
            /// [`BuildError`] when no base URL is set, or a value cannot be used.
            pub fn build(self) -> Result<Client, BuildError> {
                Ok(Client { core: self.core.build()? })
            }
        }
    })
}

fn uses(context: &Context<'_>, extension: &str) -> bool {
    let mut methods = context.plan.methods.iter();
    context.root.get(extension).is_some()
        || methods.any(|method| context.operation(method).get(extension).is_some())
}

fn credential_method(scheme: &Scheme) -> TokenStream {
    let method = format_ident!("{}", scheme.builder_method());
    let name = &scheme.name;
    let what = match &scheme.kind {
        SchemeKind::HttpBasic => "a user name and a password (HTTP Basic, RFC 7617)".to_owned(),
        SchemeKind::HttpBearer | SchemeKind::OAuth2 | SchemeKind::OpenIdConnect => {
            "an access token (Bearer, RFC 6750) or a source of tokens".to_owned()
        }
        SchemeKind::ApiKey { location, name } => {
            format!(
                "an API key ({} in the {})",
                code(name),
                location.to_ascii_lowercase()
            )
        }
    };
    let own = code(name);
    let mut text = format!("Authenticates calls with {what}: the scheme {own} of the document.");
    if let Some(description) = &scheme.description {
        text.push_str(&format!("\n\n{description}"));
    }
    let docs = prose::doc(&text);
    match scheme.kind {
        SchemeKind::HttpBasic => quote! {
            #(#docs)*
            pub fn #method(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
                self.core = self.core.credential(#name, Credential::basic(username, password));
                self
            }
        },
        SchemeKind::ApiKey { .. } => quote! {
            #(#docs)*
            pub fn #method(mut self, key: impl Into<Secret>) -> Self {
                self.core = self.core.credential(#name, Credential::api_key(key));
                self
            }
        },
        _ => quote! {
            #(#docs)*
            pub fn #method(mut self, token: impl Into<Bearer>) -> Self {
                self.core = self.core.credential(#name, Credential::bearer(token));
                self
            }
        },
    }
}

/// Suffixes of the environment variables of one of the schemes. A token is called so once, unless
/// another scheme would then read the same variable.
fn env_suffixes(scheme: &Scheme, schemes: &[Scheme]) -> Vec<String> {
    let base = scheme.builder_method().to_ascii_uppercase();
    let is_free = || {
        let mut names = schemes.iter().map(Scheme::builder_method);
        !names.any(|name| format!("{}_TOKEN", name.to_ascii_uppercase()) == base)
    };
    match scheme.kind {
        SchemeKind::HttpBasic => vec![format!("{base}_USERNAME"), format!("{base}_PASSWORD")],
        SchemeKind::ApiKey { .. } => vec![base],
        _ if base.ends_with("TOKEN") && is_free() => vec![base],
        _ => vec![format!("{base}_TOKEN")],
    }
}

fn env_credential(scheme: &Scheme, schemes: &[Scheme]) -> TokenStream {
    let method = format_ident!("{}", scheme.builder_method());
    match env_suffixes(scheme, schemes).as_slice() {
        [username, password] => quote! {
            match (self.core.env(#username)?, self.core.env(#password)?) {
                (Some(username), Some(password)) => self = self.#method(username, password),
                (None, None) => {}
                (Some(_), None) => return Err(self.core.env_error(#password, concat!("must be set beside ", #username))),
                (None, Some(_)) => return Err(self.core.env_error(#username, concat!("must be set beside ", #password))),
            }
        },
        suffixes => {
            let suffix = suffixes.first().map(String::as_str).unwrap_or_default();
            quote! {
                if let Some(secret) = self.core.env(#suffix)? {
                    self = self.#method(secret);
                }
            }
        }
    }
}

fn from_env_doc(context: &Context<'_>, environments: &[Environment]) -> Vec<Attribute> {
    let prefix = context.settings.env_prefix();
    let mut text = "Builds a client from environment variables.\n\n".to_owned();
    for (suffix, meaning) in env_variables(context, environments) {
        let name = code(&format!("{prefix}_{suffix}"));
        text.push_str(&format!("- {name}: {meaning}\n"));
    }
    text.push_str(
        "\n# Errors\n\n[`BuildError`] when no base URL is set, or a value cannot be used.",
    );
    prose::doc(&text)
}

/// The environment variables that `from_env` reads: suffix and meaning.
fn env_variables(context: &Context<'_>, environments: &[Environment]) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    if !environments.is_empty() {
        let names: Vec<&str> = environments.iter().map(|e| e.wire.as_str()).collect();
        variables.push((
            "ENVIRONMENT".to_owned(),
            format!("one of {}.", list(&names, "or")),
        ));
    }
    variables.push((
        "BASE_URL".to_owned(),
        "a base URL; overrides the environment.".to_owned(),
    ));
    let schemes = schemes(context.root);
    for scheme in &schemes {
        for suffix in env_suffixes(scheme, &schemes) {
            variables.push((
                suffix,
                format!("credential of the scheme {}.", code(&scheme.name)),
            ));
        }
    }
    for setting in defaults::of(context) {
        variables.push((setting.env_suffix(), setting.short_meaning()));
    }
    variables
}

/// The rows of the README's table of environment variables.
pub(super) fn env_table(context: &Context<'_>) -> String {
    let prefix = context.settings.env_prefix();
    env_variables(context, &environments(context.root))
        .into_iter()
        .map(|(suffix, meaning)| {
            let name = code(&format!("{prefix}_{suffix}"));
            format!("| {} | {} |\n", within_cell(&name), within_cell(&meaning))
        })
        .collect()
}

fn client_method(context: &Context<'_>, method: &Method) -> TokenStream {
    let object = context.operation(method);
    let ident = format_ident!("{}", method.name);
    let struct_ident = format_ident!("{}", naming::pascal(&method.name));
    let docs = prose::doc(&method_doc(context, method, object));
    let gate = provenance::gate(object);
    let deprecated = (object["deprecated"] == true)
        .then(|| quote!(#[deprecated(note = "deprecated by the API")]));
    quote! {
        #(#docs)*
        #deprecated
        #gate
        pub fn #ident(&self) -> builder::#struct_ident<'_> {
            builder::#struct_ident::new(self)
        }
    }
}

fn method_doc(context: &Context<'_>, method: &Method, object: &Value) -> String {
    let request_line = code(&method.request_line());
    let mut text = match prose::line(object, "summary") {
        Some(summary) => sentence(&summary),
        None => format!("{request_line}."),
    };
    text = provenance::mark(&text, object, "operation");
    if let Some(variant) = &method.variant {
        text.push_str(&format!(
            "\n\nThis is {} with another media type ({}).",
            code(&method.operation_id),
            markdown::line(&variant.replace('_', " "))
        ));
    }
    if let Some(description) = prose::paragraphs(object, "description") {
        text.push_str(&format!("\n\n{description}"));
    }
    text.push_str(&format!("\n\n{request_line}"));
    text.push_str(&inferred_answers(context, object));
    text.push_str(&access::section(context, method, object));
    if Paging::of(context, method).is_some() {
        text.push_str(&format!(
            "\n\nThe list has pages: [`stream`](builder::{}::stream) returns the items of all pages.",
            naming::pascal(&method.name)
        ));
    }
    if Follow::of(context, method).is_some() {
        text.push_str(&format!(
            "\n\nThe response may refer to another resource: [`follow`](builder::{}::follow) fetches it.",
            naming::pascal(&method.name)
        ));
    }
    text.push_str(&errors(context, object));
    text.push_str(&format!(
        "\n\n# Example\n\n```no_run\n{}\n```",
        example::call(context, method)
    ));
    text
}

/// The successes that the vendor does not document, of an operation that it does document.
fn inferred_answers(context: &Context<'_>, object: &Value) -> String {
    if provenance::is_inferred(object) {
        return String::new();
    }
    let notes = object["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(status, _)| !is_error(status))
        .map(|(status, response)| (status, crate::lower::resolve(context.root, response)))
        .filter(|(_, response)| provenance::is_inferred(response))
        .map(|(status, response)| {
            format!(
                "\n\n**Inferred:** the response {status}{}.",
                provenance::basis(response)
            )
        });
    notes.collect()
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

/// What may go wrong, by status.
fn errors(context: &Context<'_>, object: &Value) -> String {
    let lines: Vec<String> = object["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(status, _)| is_error(status))
        .map(|(status, response)| {
            let response = crate::lower::resolve(context.root, response);
            let guess = if provenance::is_inferred(response) {
                " (inferred)"
            } else {
                ""
            };
            match prose::line(response, "description") {
                Some(description) => format!("- {status}{guess}: {}", sentence(&description)),
                None => format!("- {status}{guess}"),
            }
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\n\n# Errors\n\n{}", lines.join("\n"))
}

//! The module `mock`: a mock server of the API, and clients of it (feature `mock`).

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    context::Context,
    example,
    operations::{Scheme, SchemeKind, schemes},
    provenance,
};
use crate::plan::Method;

pub(super) const FEATURE: &str =
    "# The module `mock`: a server in this process that behaves as the document says.
mock = [\"dep:openapi-mock\"]
";

pub(super) const FEATURE_ROW: &str =
    "| `mock` | no | the module `mock`: a server for tests that behaves as the document says |\n";

/// The whole module.
pub(super) fn module(context: &Context<'_>) -> TokenStream {
    let schemes = schemes(context.root);
    let credentials = (!schemes.is_empty()).then(|| {
        quote! { let credentials = self.server.credentials(); }
    });
    let setters = schemes.iter().map(setter);
    quote! {
        use ::openapi_mock::{Document, MockServer, MockServerBuilder, StartError};

        #[doc(no_inline)]
        pub use ::openapi_mock;

        use crate::{Client, ClientBuilder};

        /// Starts a mock server on a free port of this machine.
        ///
        /// # Panics
        ///
        /// When there is no free port. [`try_start`] gives an error instead.
        pub async fn start() -> Server {
            match try_start(|builder| builder).await {
                Ok(server) => server,
                Err(error) => panic!("the mock server does not start: {error}"),
            }
        }

        /// Starts a mock server with the settings of `set_up`, such as another seed.
        ///
        /// # Errors
        ///
        /// [`StartError`] when the server cannot start with these settings.
        pub async fn try_start(
            set_up: impl FnOnce(MockServerBuilder) -> MockServerBuilder,
        ) -> Result<Server, StartError> {
            let document = Document::bundled(crate::DOCUMENT)
                .expect("the document was valid when this crate was generated");
            let builder = MockServer::builder().mount("", document);
            let server = set_up(builder).start().await?;
            Ok(Server { server })
        }

        /// A running mock server, with all methods of [`MockServer`]. Dropping it stops it.
        #[derive(Debug)]
        pub struct Server {
            server: MockServer,
        }

        impl Server {
            /// A client of this server, with valid credentials.
            ///
            /// # Panics
            ///
            /// When the TLS library of the client cannot be set up. [`Self::client_builder`]
            /// leaves that to you.
            pub fn client(&self) -> Client {
                match self.client_builder().build() {
                    Ok(client) => client,
                    Err(error) => panic!("the client of the mock server cannot be built: {error}"),
                }
            }

            /// The builder of such a client, to change something.
            pub fn client_builder(&self) -> ClientBuilder {
                let builder = Client::builder().base_url(self.server.url());
                #credentials
                #(#setters)*
                builder
            }
        }

        impl ::std::ops::Deref for Server {
            type Target = MockServer;

            fn deref(&self) -> &MockServer {
                &self.server
            }
        }
    }
}

/// Gives the builder what the server takes for a scheme.
fn setter(scheme: &Scheme) -> TokenStream {
    let name = &scheme.name;
    let method = format_ident!("{}", scheme.builder_method());
    let (kind, value) = match scheme.kind {
        SchemeKind::HttpBasic => ("basic", quote!((username, password))),
        SchemeKind::ApiKey { .. } => ("api_key", quote!(key)),
        _ => ("bearer", quote!(token)),
    };
    let kind = format_ident!("{kind}");
    let arguments = match scheme.kind {
        SchemeKind::HttpBasic => quote!(username, password),
        _ => value.clone(),
    };
    quote! {
        let builder = match credentials.#kind(#name) {
            Some(#value) => builder.#method(#arguments),
            None => builder,
        };
    }
}

pub(super) fn readme_section(module: &str) -> String {
    format!(
        "## Without an account\n\nWith the feature `mock`, `{module}::mock::start().await` starts a server in your own process that\n\
         behaves as the document says. Its `client()` is a client with valid credentials: for tests, and for a first look. For\n\
         programs in other languages, the command `openapi-mock openapi.json` starts the same server.\n\n"
    )
}

/// The documentation of the module, with an example. It runs where somebody chose the call.
pub(super) fn module_doc(context: &Context<'_>, first_call: Option<&Method>) -> String {
    let mut text =
        "A server in this process that behaves as the document says, for tests and first steps \
                    without an account (feature `mock`)."
            .to_owned();
    let Some(method) = first_call else {
        return text;
    };
    let module = context.settings.module_name();
    let call = example::statement(context, method);
    let types = if call.contains("types::") {
        format!("use {module}::types;\n")
    } else {
        String::new()
    };
    let program = format!(
        "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{ \
         let server = {module}::mock::start().await; let client = server.client(); {call} \
         println!(\"{{:#?}}\", response.into_inner()); Ok(()) }}"
    );
    let program = match syn::parse_file(&program) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => program,
    };
    // Lines that begin with `#` are compiled and not shown.
    let gate = if provenance::needs_feature(context, &call) {
        let feature = provenance::NAME;
        format!(
            "# #[cfg(not(feature = \"{feature}\"))] fn main() {{}}\n# #[cfg(feature = \"{feature}\")]\n"
        )
    } else {
        String::new()
    };
    let runs = match context.settings.first_call {
        Some(_) => "",
        None => "no_run",
    };
    text.push_str(&format!(
        "\n\n```{runs}\n{types}{gate}{}\n```",
        program.trim_end()
    ));
    text
}

//! OAuth 2.0: what a scheme says of its authorization server, and the method that starts there.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::context::Context;
use super::operations::{Scheme, schemes};
use super::prose::{self, sentence};
use super::servers::address_call;
use crate::markdown::{self, code};

/// The flows of a scheme by which a client gets tokens, and what `x-oauth` adds to them.
#[derive(Debug, Clone)]
pub(super) struct OAuth {
    /// Authorization URL and token URL.
    code: Option<(String, String)>,
    client_credentials: Option<String>,
    refresh: Option<String>,
    /// Further endpoints: the method that takes each, and its URL.
    others: Vec<(&'static str, String)>,
    authentication: Option<&'static str>,
    pkce: bool,
    /// Scopes with what they are for.
    scopes: Vec<(String, String)>,
}

/// Reads a scheme; `None` where a client cannot get tokens for it.
pub(super) fn read(scheme: &Value) -> Option<OAuth> {
    let flows = scheme.get("flows").filter(|_| scheme["type"] == "oauth2")?;
    let text = |object: &Value, key: &str| object[key].as_str().map(str::to_owned);
    let (code, client) = (&flows["authorizationCode"], &flows["clientCredentials"]);
    let extension = &scheme["x-oauth"];
    let mut scopes: Vec<(String, String)> = Vec::new();
    for (name, meaning) in [code, client]
        .into_iter()
        .filter_map(|flow| flow["scopes"].as_object())
        .flatten()
    {
        if !scopes.iter().any(|(known, _)| known == name) {
            let meaning = meaning.as_str().unwrap_or_default();
            scopes.push((name.clone(), meaning.to_owned()));
        }
    }
    let oauth = OAuth {
        code: text(code, "authorizationUrl").zip(text(code, "tokenUrl")),
        client_credentials: text(client, "tokenUrl"),
        refresh: text(code, "refreshUrl"),
        others: [
            ("revocation", "revocationUrl"),
            ("introspection", "introspectionUrl"),
            ("metadata", "metadataUrl"),
            ("issuer", "issuer"),
        ]
        .into_iter()
        .filter_map(|(method, key)| Some((method, text(extension, key)?)))
        .collect(),
        authentication: match extension["clientAuthentication"].as_str() {
            Some("body") => Some("Body"),
            Some("none") => Some("None"),
            _ => None,
        },
        pkce: extension["pkce"] != "none",
        scopes,
    };
    (oauth.code.is_some() || oauth.client_credentials.is_some()).then_some(oauth)
}

/// Whether clients get tokens by themselves for a scheme of the document.
pub(super) fn is_offered(root: &Value) -> bool {
    schemes(root).iter().any(|scheme| scheme.oauth.is_some())
}

impl OAuth {
    /// The constant that the table of schemes holds.
    pub(super) fn constant(&self) -> TokenStream {
        let code = self
            .code
            .as_ref()
            .map(|(authorization, token)| quote!(.authorization_code(#authorization, #token)));
        let client = self.client_credentials.as_ref();
        let client = client.map(|token| quote!(.client_credentials(#token)));
        let refresh = self.refresh.as_ref().map(|url| quote!(.refresh(#url)));
        let others = self.others.iter().map(|(method, url)| {
            let method = format_ident!("{method}");
            quote!(.#method(#url))
        });
        let authentication = self.authentication.map(|variant| {
            let variant = format_ident!("{variant}");
            quote!(.client_authentication(ClientAuthentication::#variant))
        });
        let without_pkce = (!self.pkce).then(|| quote!(.without_pkce()));
        let scopes = self.scopes.iter().map(|(name, _)| name);
        quote! {
            OAuthEndpoints::new()
                #code
                #client
                #refresh
                #(#others)*
                #authentication
                #without_pkce
                .scopes(&[#(#scopes),*])
        }
    }
}

/// The method of the client's builder that starts OAuth for a scheme.
pub(super) fn builder_method(context: &Context<'_>, scheme: &Scheme) -> Option<TokenStream> {
    let oauth = scheme.oauth.as_ref()?;
    let name = &scheme.name;
    let method = format_ident!("{}", method_name(scheme));
    let docs = prose::doc(&method_doc(context, scheme, oauth));
    Some(quote! {
        #(#docs)*
        pub fn #method(&self, config: OAuthConfig) -> Result<OAuth, BuildError> {
            self.core.oauth(#name, config)
        }
    })
}

fn method_name(scheme: &Scheme) -> String {
    format!("{}_oauth", scheme.builder_method())
}

fn method_doc(context: &Context<'_>, scheme: &Scheme, oauth: &OAuth) -> String {
    let mut flows = Vec::new();
    if oauth.code.is_some() {
        flows.push("authorization code");
    }
    if oauth.client_credentials.is_some() {
        flows.push("client credentials");
    }
    let mut text = format!(
        "Gets tokens for the scheme {} with OAuth 2.0 ({}).\n\nIt copies the current settings of \
         this builder, without its credentials: set the base URL first.\n\n",
        code(&scheme.name),
        flows.join(" and "),
    );
    if !oauth.scopes.is_empty() {
        text.push_str("Scopes that the document lists:\n\n");
        for (name, meaning) in &oauth.scopes {
            let meaning = match markdown::line(meaning) {
                meaning if meaning.is_empty() => meaning,
                meaning => format!(": {}", sentence(&meaning)),
            };
            text.push_str(&format!("- {}{meaning}\n", code(name)));
        }
        text.push('\n');
    }
    text.push_str(
        "# Errors\n\n[`BuildError`] when no base URL is set, the configuration cannot be used, or \
         secrets would be sent unencrypted.\n\n",
    );
    text.push_str(&format!(
        "# Example\n\n```no_run\n# async fn run() -> Result<(), Box<dyn std::error::Error>> {{\n{}# Ok(())\n# }}\n```",
        example(context, scheme, oauth)
    ));
    text
}

fn example(context: &Context<'_>, scheme: &Scheme, oauth: &OAuth) -> String {
    let module = context.settings.module_name();
    let address = address_call(context);
    let environment = if address.contains("Environment") {
        "{Client, Environment}"
    } else {
        "Client"
    };
    let (setter, method) = (scheme.builder_method(), method_name(scheme));
    let secret = match oauth.authentication {
        Some("None") => "",
        _ => ".client_secret(\"my-secret\")",
    };
    let scope = oauth.scopes.first().map(|(name, _)| format!("{name:?}"));
    let scope = scope.unwrap_or_default();
    let head = format!(
        "use {module}::{environment};\nuse {module}::runtime::{{MemoryStore, OAuthConfig}};\n\n\
         let builder = Client::builder(){address};\n"
    );
    if oauth.code.is_none() {
        let scopes = if scope.is_empty() {
            "[\"\"; 0]".to_owned()
        } else {
            format!("[{scope}]")
        };
        return format!(
            "{head}let oauth = builder.{method}(OAuthConfig::new(\"my-app\"){secret})?;\n\
             let session = oauth.client_session({scopes}, MemoryStore::new());\n\
             let client = builder.{setter}(session).build()?;\n# let _ = client;\n"
        );
    }
    let scopes = if scope.is_empty() {
        String::new()
    } else {
        format!(".scopes([{scope}])")
    };
    format!(
        "{head}let config = OAuthConfig::new(\"my-app\"){secret}\n    .redirect_uri(\"https://app.example.com/callback\");\n\
         let oauth = builder.{method}(config)?;\n\n\
         let authorization = oauth.authorize(){scopes}.start()?;\n\
         println!(\"Sign in at {{}}\", authorization.url());\n\
         println!(\"Then enter the address that you were sent back to:\");\n\
         // A web application keeps `authorization`, and takes the address from the request.\n\
         let mut address = String::new();\n\
         std::io::stdin().read_line(&mut address)?;\n\
         let code = authorization.code_from(address.trim())?;\n\n\
         let session = oauth.session(MemoryStore::new());\n\
         session.sign_in(oauth.exchange(&authorization, code).await?).await?;\n\
         let client = builder.{setter}(session).build()?;\n# let _ = client;\n"
    )
}

/// The features of a crate whose client gets tokens by itself.
pub(super) const FEATURES: &str = "# A store that keeps tokens in a file, `runtime::FileStore`.
token-file = [\"openapi-client-runtime/token-file\"]
";

/// The same, as rows of the README's table.
pub(super) const FEATURE_ROWS: &str =
    "| `token-file` | no | `runtime::FileStore`, which keeps tokens in a file of the user |\n";

/// An example as a whole program, without the lines that only rustdoc hides.
fn program(example: &str) -> String {
    let (imports, steps) = example.split_once("\n\n").unwrap_or(("", example));
    let steps: String = steps
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        })
        .collect();
    format!(
        "{imports}\n\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
         {steps}    // From here on, `client` authenticates its calls with the session.\n    let _ = client;\n    Ok(())\n}}\n"
    )
}

/// The part of the README on signing in.
pub(super) fn readme_section(context: &Context<'_>) -> String {
    let schemes = schemes(context.root);
    let Some((scheme, oauth)) = schemes
        .iter()
        .find_map(|scheme| Some((scheme, scheme.oauth.as_ref()?)))
    else {
        return String::new();
    };
    let example = program(&example(context, scheme, oauth));
    format!(
        "## Sign in\n\nThe client can get its tokens with OAuth 2.0 itself. A session renews them before they expire and \
         when the server\nrejects them, once for all waiting calls. It keeps them in a store: in memory, in a file \
         (feature `token-file`), or in\nyour own store.\n\n```rust,no_run\n{example}```\n\n"
    )
}

//! Calls for tests: every method with the document's examples, every component by name.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::{context::Context, example, items, print};
use crate::{Error, lower::resolve, naming};

/// The source of a Rust module that calls each method of the client by its name, and names the Rust
/// type of each component schema.
pub(super) fn module(context: &Context<'_>) -> Result<String, Error> {
    let client: syn::Ident = syn::parse_str(&context.settings.module_name())
        .map_err(|error| Error::Shape(error.to_string()))?;
    let mut names = Vec::new();
    let mut functions = TokenStream::new();
    for method in &context.plan.methods {
        let ident: syn::Ident =
            syn::parse_str(&method.name).map_err(|error| Error::Shape(error.to_string()))?;
        let call = example::call_with_everything(context, method);
        let call: syn::Expr = syn::parse_str(&call)
            .map_err(|error| Error::Shape(format!("the call of `{}`: {error}", method.name)))?;
        let result = if streams(context.lowered_operation(method)) {
            quote!(streamed(#call).await)
        } else {
            quote!(outcome(#call))
        };
        functions.extend(quote! {
            async fn #ident(client: &Client) -> Result<Outcome, BoxError> {
                Ok(#result)
            }
        });
        names.push(ident);
    }
    let texts = names
        .iter()
        .map(|ident| ident.to_string().replace("r#", ""));
    let components = components(context)?;
    let tokens = quote! {
        #[allow(unused_imports)]
        use #client::{Client, types};
        #[allow(unused_imports)]
        use crate::calls::{BoxError, Component, Outcome, outcome, streamed};

        /// Every component schema with its Rust type.
        pub static COMPONENTS: &[Component] = &[#(#components),*];

        /// Calls the method of this name with the examples of the document.
        ///
        /// # Errors
        ///
        /// When an example is no value of the type that the method takes.
        pub async fn call(client: &Client, method: &str) -> Result<Outcome, BoxError> {
            match method {
                #(#texts => Box::pin(#names(client)).await,)*
                other => Err(format!("the client has no method `{other}`").into()),
            }
        }

        #functions
    };
    print(items(tokens)?, "crate")
}

fn components(context: &Context<'_>) -> Result<Vec<TokenStream>, Error> {
    let schemas = context.root.pointer("/components/schemas");
    schemas
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(name, _)| !context.plan.untyped.contains(*name))
        .map(|(name, schema)| {
            let ty = rust_type(context, name, schema)?;
            Ok(quote!(Component::of::<#ty>(#name)))
        })
        .collect()
}

/// The type that a reference to the component has, seen from beside the module `types`.
pub(super) fn component_type(context: &Context<'_>, name: &str) -> Result<syn::Type, Error> {
    let schema = &context.root["components"]["schemas"][name];
    rust_type(context, name, schema)
}

fn rust_type(context: &Context<'_>, name: &str, schema: &Value) -> Result<syn::Type, Error> {
    let path = match context.plan.aliases.get(name) {
        Some(path) => path.replace("crate::types::", "types::"),
        None => format!("types::{}", naming::pascal(name)),
    };
    let nullable = resolve(context.root, schema)["nullable"] == true && !path.contains("::Option<");
    let path = if nullable {
        format!("Option<{path}>")
    } else {
        path
    };
    syn::parse_str(&path).map_err(|error| Error::Shape(format!("the type `{path}`: {error}")))
}

/// Whether a lowered operation answers with bytes.
fn streams(operation: &Value) -> bool {
    let responses = operation["responses"].as_object();
    responses.into_iter().flatten().any(|(status, response)| {
        status.starts_with('2')
            && response
                .pointer("/content/application~1octet-stream")
                .is_some()
    })
}

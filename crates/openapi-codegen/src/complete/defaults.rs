//! Settings of the client for header parameters, from `x-client-default`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Fields, Item, Type, parse_quote, visit_mut::VisitMut};

use super::{
    context::{Context, Parameter},
    fields::argument_of,
    prose::{self, sentence},
    provenance,
    shape::missing,
};
use crate::{
    Error,
    markdown::{code, within_cell},
    naming,
    plan::Method,
};

/// A header parameter that a client can be given a value for.
pub(super) struct Default<'a> {
    pub setting: String,
    pub header: String,
    parameter: Parameter<'a>,
    /// The builder of an operation that has it.
    builder: String,
}

/// The name of the setting for a parameter, where it has one.
pub(super) fn setting(parameter: &Value) -> Option<&str> {
    let fits = parameter["in"] == "header" && parameter["required"] != true;
    parameter["x-client-default"].as_str().filter(|_| fits)
}

/// The headers of a method that the client has values for.
pub(super) fn headers(context: &Context<'_>, method: &Method) -> Vec<String> {
    let parameters = context.parameters(method).into_iter();
    let with_setting = parameters.filter(|parameter| setting(&parameter.object).is_some());
    with_setting
        .filter_map(|parameter| parameter.object["name"].as_str().map(str::to_owned))
        .collect()
}

/// All settings, once each.
pub(super) fn of<'a>(context: &Context<'a>) -> Vec<Default<'a>> {
    let mut found: Vec<Default<'a>> = Vec::new();
    for method in &context.plan.methods {
        for parameter in context.parameters(method) {
            let (Some(name), Some(header)) = (
                setting(&parameter.object).map(naming::snake),
                parameter.object["name"].as_str().map(str::to_owned),
            ) else {
                continue;
            };
            if !found.iter().any(|other| other.setting == name) {
                found.push(Default {
                    setting: name,
                    header,
                    parameter,
                    builder: naming::pascal(&method.name),
                });
            }
        }
    }
    found
}

impl Default<'_> {
    /// The suffix of the environment variable.
    pub(super) fn env_suffix(&self) -> String {
        self.setting.to_ascii_uppercase()
    }

    /// What it is.
    fn meaning(&self) -> String {
        let text = prose::paragraphs(&self.parameter.object, "description");
        self.sentence(text)
    }

    /// What it is, within a line.
    pub(super) fn short_meaning(&self) -> String {
        let text = prose::line(&self.parameter.object, "description");
        self.sentence(text)
    }

    fn sentence(&self, description: Option<String>) -> String {
        let text = description.unwrap_or_else(|| format!("The header {}", code(&self.header)));
        sentence(&text)
    }

    /// The type that calls have for the parameter, as the module `client` names it.
    fn ty(&self, builders: &[Item]) -> Result<Type, Error> {
        let not_found = || missing(&format!("the parameter `{}`", self.parameter.ident));
        let field = builders.iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == self.builder => match &item.fields {
                Fields::Named(fields) => fields.named.iter().find(|field| {
                    field
                        .ident
                        .as_ref()
                        .is_some_and(|i| *i == self.parameter.ident)
                }),
                _ => None,
            },
            _ => None,
        });
        let result = field.and_then(|field| argument_of(&field.ty, "Result"));
        let ty = result.and_then(|ty| argument_of(ty, "Option"));
        let mut ty = ty.ok_or_else(not_found)?.clone();
        FromRoot.visit_type_mut(&mut ty);
        Ok(ty)
    }

    /// The method of the client's builder.
    pub(super) fn builder_method(&self, builders: &[Item]) -> Result<TokenStream, Error> {
        let (method, header, ty) = (
            format_ident!("{}", self.setting),
            &self.header,
            self.ty(builders)?,
        );
        let text = format!(
            "{}\n\nSent as {} with every operation that has this parameter, unless a call sets its own.",
            self.meaning(),
            code(header),
        );
        let object = &self.parameter.object;
        let docs = prose::doc(&provenance::mark(&text, object, "parameter"));
        Ok(quote! {
            #(#docs)*
            pub fn #method(mut self, value: impl Into<#ty>) -> Self {
                let value: #ty = value.into();
                self.core = self.core.default_header(#header, value.to_string());
                self
            }
        })
    }

    /// The method of a client that is built already.
    pub(super) fn client_method(&self, builders: &[Item]) -> Result<TokenStream, Error> {
        let (method, header, ty) = (
            format_ident!("with_{}", self.setting),
            &self.header,
            self.ty(builders)?,
        );
        let docs = prose::doc(&format!(
            "A clone with another value for [`{0}`](ClientBuilder::{0}), which shares connections, \
             credentials, limits and write queues with this one.\n\n# Errors\n\n[`BuildError`] when \
             the value cannot be sent as a header.",
            self.setting
        ));
        Ok(quote! {
            #(#docs)*
            pub fn #method(&self, value: impl Into<#ty>) -> Result<Self, BuildError> {
                let value: #ty = value.into();
                Ok(Self { core: self.core.with_default_header(#header, &value.to_string())? })
            }
        })
    }

    /// The statement by which `from_env` takes it over.
    pub(super) fn env_statement(&self, builders: &[Item]) -> Result<TokenStream, Error> {
        let (method, suffix, ty) = (
            format_ident!("{}", self.setting),
            self.env_suffix(),
            self.ty(builders)?,
        );
        Ok(quote! {
            if let Some(value) = self.core.env(#suffix)? {
                let value: #ty = value
                    .parse()
                    .map_err(|_| self.core.env_error(#suffix, "has a value that the API does not accept"))?;
                self = self.#method(value);
            }
        })
    }
}

/// Names types by the way from the root of the crate.
struct FromRoot;

impl VisitMut for FromRoot {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let is_own = path.leading_colon.is_none()
            && path.segments.len() > 1
            && path.segments[0].ident == "types";
        if is_own {
            let segments = path.segments.iter();
            *path = parse_quote!(crate::#(#segments)::*);
        }
    }
}

/// What the README says of the settings.
pub(super) fn readme_section(context: &Context<'_>) -> String {
    let rows: String = of(context)
        .iter()
        .map(|default| {
            let meaning = within_cell(&default.short_meaning());
            let header = within_cell(&code(&default.header));
            format!("| `{}` | {header} | {meaning} |\n", default.setting)
        })
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "## Set once for all calls\n\nSet these once on the client builder. A call can override them, and \
         `client.with_..(..)` returns a clone with another value.\n\n| setting | header | meaning |\n| --- | --- | --- |\n{rows}\n"
    )
}

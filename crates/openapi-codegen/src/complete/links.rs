//! The module `links`: one type for each entry of `x-links`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::{Map, Value};
use syn::Ident;

use super::{
    context::Context,
    example::rust,
    prose::{self, sentence},
    provenance,
    sample::sample,
    types::open_enum_items,
};
use crate::{
    markdown::{code, within_cell},
    naming,
    plan::OpenEnum,
};

/// The links of the document, if they are what we call so. A document of others may mean something
/// else by `x-links`.
pub(super) fn declared(root: &Value) -> Option<&Map<String, Value>> {
    let links = root["x-links"].as_object()?;
    let mut all = links.values();
    let ours = all.all(|link| link["template"].is_string());
    (ours && !links.is_empty()).then_some(links)
}

/// A parameter of a link.
struct Parameter<'a> {
    name: &'a str,
    ident: Ident,
    object: &'a Value,
    kind: Kind,
    /// The only value that it has.
    only: Option<String>,
}

enum Kind {
    Text,
    /// Text of which some values are known.
    Known(Ident),
    Integer,
    Flag,
    List,
    Map,
}

impl<'a> Parameter<'a> {
    fn of(link: &str, name: &'a str, object: &'a Value) -> Self {
        let schema = &object["schema"];
        let values = schema["enum"].as_array().map_or(&[][..], Vec::as_slice);
        let kind = match schema["type"].as_str() {
            Some("integer") => Kind::Integer,
            Some("boolean") => Kind::Flag,
            Some("array") => Kind::List,
            Some("object") => Kind::Map,
            _ if values.len() > 1 => Kind::Known(format_ident!(
                "{}",
                naming::pascal(&format!("{link}_{name}"))
            )),
            _ => Kind::Text,
        };
        let only = match values {
            [Value::String(text)] => Some(text.clone()),
            [other] => Some(other.to_string()),
            _ => None,
        };
        Self {
            name,
            ident: format_ident!("{}", naming::snake(name)),
            object,
            kind,
            only,
        }
    }

    fn is_required(&self) -> bool {
        self.object["required"] == true
    }

    fn doc(&self) -> String {
        self.marked(prose::paragraphs(self.object, "description"))
    }

    /// The same, within a line.
    fn short_doc(&self) -> String {
        let doc = self.marked(prose::line(self.object, "description"));
        doc.replace("\n\n", " ")
    }

    fn marked(&self, description: Option<String>) -> String {
        let text = description.unwrap_or_else(|| format!("Sets {}", code(self.name)));
        provenance::mark(&sentence(&text), self.object, "parameter")
    }

    /// The parameters of a function that takes the value, and the call that hands it on.
    fn function(&self) -> (TokenStream, TokenStream) {
        let (name, ident) = (self.name, &self.ident);
        if let Some(only) = &self.only {
            return (quote!(), quote!(.text(#name, #only)));
        }
        match &self.kind {
            Kind::Text => (
                quote!(#ident: impl Into<String>),
                quote!(.text(#name, #ident)),
            ),
            Kind::Known(ty) => (
                quote!(#ident: impl Into<#ty>),
                quote!(.text(#name, #ident.into().to_string())),
            ),
            Kind::Integer => (
                quote!(#ident: i64),
                quote!(.text(#name, #ident.to_string())),
            ),
            Kind::Flag => (
                quote!(#ident: bool),
                quote!(.text(#name, #ident.to_string())),
            ),
            Kind::List => (
                quote!(#ident: impl IntoIterator<Item = impl Into<String>>),
                quote!(.list(#name, #ident)),
            ),
            Kind::Map => (
                quote!(name: impl Into<String>, value: impl Into<String>),
                quote!(.pair(#name, name, value)),
            ),
        }
    }

    /// An argument for examples, with which there is a link.
    fn example(&self, context: &Context<'_>) -> String {
        let schema = &self.object["schema"];
        let listed = schema["enum"].as_array().into_iter().flatten();
        let said = self
            .object
            .get("example")
            .into_iter()
            .chain(listed)
            .cloned();
        let sampled = std::iter::once_with(|| sample(context, schema));
        let value = said.chain(sampled).find(|value| self.takes(value));
        match (&self.kind, value) {
            (Kind::Map, _) => "\"name\", \"value\"".to_owned(),
            (Kind::List, Some(Value::Array(items))) => {
                let items: Vec<String> = items.iter().map(rust).collect();
                format!("[{}]", items.join(", "))
            }
            (_, Some(value)) => rust(&value),
            (Kind::Integer, None) => "1".to_owned(),
            (Kind::Flag, None) => "true".to_owned(),
            (Kind::List, None) => format!("[{}]", rust(&self.name.into())),
            (_, None) => rust(&self.name.into()),
        }
    }

    /// Whether the method takes the value, and a link leads where it should with it.
    fn takes(&self, value: &Value) -> bool {
        let is_text = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| !matches!(text, "" | "." | ".."))
        };
        match self.kind {
            Kind::Integer => value.is_i64(),
            Kind::Flag => value.is_boolean(),
            Kind::List => value
                .as_array()
                .is_some_and(|items| !items.is_empty() && items.iter().all(is_text)),
            Kind::Text | Kind::Known(_) | Kind::Map => is_text(value),
        }
    }
}

fn parameters<'a>(name: &str, link: &'a Value) -> Vec<Parameter<'a>> {
    let declared = link["parameters"].as_object().into_iter().flatten();
    declared
        .map(|(parameter, object)| Parameter::of(name, parameter, object))
        .collect()
}

/// The whole module, where the document has links.
pub(super) fn module(context: &Context<'_>) -> Option<TokenStream> {
    let links = declared(context.root)?;
    let statics = links
        .keys()
        .map(|name| format_ident!("{}", naming::shouty(name)));
    let types = links.iter().map(|(name, link)| link_type(name, link));
    Some(quote! {
        #[allow(unused_imports)]
        use ::openapi_client_runtime::{LinkBuilder, LinkTemplate, Url};
        pub use ::openapi_client_runtime::LinkError;

        /// The templates of all links, in the order of the document.
        pub static LINKS: &[&LinkTemplate] = &[#(&#statics),*];

        #(#types)*
    })
}

fn link_type(name: &str, link: &Value) -> TokenStream {
    let parameters = parameters(name, link);
    let ty = format_ident!("{}", naming::pascal(name));
    let template = format_ident!("{}", naming::shouty(name));
    let constant = constant(name, link, &parameters, &template);
    let docs = prose::doc(&link_doc(name, link));
    let (required, optional): (Vec<_>, Vec<_>) = parameters.iter().partition(|p| p.is_required());
    let new = new_function(&template, &required);
    let setters = optional.iter().map(|parameter| setter(parameter));
    let enums = parameters
        .iter()
        .flat_map(|parameter| known(name, parameter));
    quote! {
        #constant

        #(#docs)*
        #[derive(Clone, Debug)]
        #[must_use = "it does nothing until `url` is called"]
        pub struct #ty(LinkBuilder);

        impl #ty {
            #new
            #(#setters)*

            /// The finished link.
            ///
            /// # Errors
            ///
            /// [`LinkError`] when a required value is empty, or a value would change the target.
            pub fn url(&self) -> Result<Url, LinkError> {
                self.0.url()
            }
        }

        #(#enums)*
    }
}

/// `new`, which takes what the link needs.
fn new_function(template: &Ident, required: &[&Parameter<'_>]) -> TokenStream {
    let docs = prose::doc(&new_doc(required));
    let functions = required.iter().map(|parameter| parameter.function());
    let (arguments, calls): (Vec<_>, Vec<_>) = functions.unzip();
    let arguments = arguments.iter().filter(|argument| !argument.is_empty());
    quote! {
        #(#docs)*
        pub fn new(#(#arguments),*) -> Self {
            Self(LinkBuilder::new(&#template) #(#calls)*)
        }
    }
}

/// The method that sets what may be left out.
fn setter(parameter: &Parameter<'_>) -> TokenStream {
    let (docs, ident) = (prose::doc(&parameter.doc()), &parameter.ident);
    let (argument, call) = parameter.function();
    quote! {
        #(#docs)*
        pub fn #ident(self, #argument) -> Self {
            Self(self.0 #call)
        }
    }
}

fn constant(name: &str, link: &Value, parameters: &[Parameter<'_>], ident: &Ident) -> TokenStream {
    let template = link["template"].as_str().unwrap_or_default();
    let required = parameters
        .iter()
        .filter(|parameter| parameter.is_required());
    let required = required.map(|parameter| parameter.name);
    let inferred = provenance::is_inferred(link).then(|| quote!(.inferred()));
    let docs = prose::doc(&code(template));
    quote! {
        #(#docs)*
        pub static #ident: LinkTemplate =
            LinkTemplate::new(#name, #template).required(&[#(#required),*]) #inferred;
    }
}

fn link_doc(name: &str, link: &Value) -> String {
    let mut text = match prose::line(link, "summary") {
        Some(summary) => sentence(&summary),
        None => format!("The link {}.", code(name)),
    };
    if let Some(description) = prose::paragraphs(link, "description") {
        text.push_str(&format!("\n\n{description}"));
    }
    let template = link["template"].as_str().unwrap_or_default();
    text.push_str(&format!("\n\n{}", code(template)));
    provenance::mark(&text, link, "link")
}

fn new_doc(required: &[&Parameter<'_>]) -> String {
    let mut text = "Starts building the link.".to_owned();
    let given = required.iter().filter(|parameter| parameter.only.is_none());
    let lines: Vec<String> = given
        .map(|parameter| format!("- `{}`: {}", parameter.ident, parameter.short_doc()))
        .collect();
    if !lines.is_empty() {
        text.push_str(&format!("\n\n{}", lines.join("\n")));
    }
    text
}

/// The type of a parameter of which some values are known.
fn known(link: &str, parameter: &Parameter<'_>) -> Vec<syn::Item> {
    let Kind::Known(ty) = &parameter.kind else {
        return Vec::new();
    };
    let schema = &parameter.object["schema"];
    let values = schema["enum"].as_array().into_iter().flatten();
    let open = OpenEnum {
        values: values
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        default: None,
    };
    let doc = format!(
        "Values of {} in the link {}.\n\nOther values can be given as strings.",
        code(parameter.name),
        code(link)
    );
    open_enum_items(ty, &doc, schema, &open)
}

/// A call that makes the first link, for examples.
fn example(context: &Context<'_>) -> Option<String> {
    let (name, link) = declared(context.root)?.iter().next()?;
    let mut arguments = Vec::new();
    let mut calls = String::new();
    for parameter in parameters(name, link) {
        let argument = match parameter.only {
            Some(_) => String::new(),
            None => parameter.example(context),
        };
        if !parameter.is_required() {
            calls.push_str(&format!(".{}({argument})", parameter.ident));
        } else if parameter.only.is_none() {
            arguments.push(argument);
        }
    }
    let ty = naming::pascal(name);
    Some(format!(
        "links::{ty}::new({}){calls}.url()?",
        arguments.join(", ")
    ))
}

/// The documentation of the module in a crate, with an example.
pub(super) fn module_doc(context: &Context<'_>) -> String {
    let mut text = "Links for people, to open in a browser or an app.\n\n\
        Each value is percent-encoded for its place in the template, so no value can change the \
        target of a link. Empty optional values are omitted."
        .to_owned();
    if let Some(example) = example(context) {
        let module = context.settings.module_name();
        text.push_str(&format!(
            "\n\n```\nuse {module}::links;\n\nlet link = {example};\nprintln!(\"{{link}}\");\n\
             # Ok::<(), links::LinkError>(())\n```"
        ));
    }
    text
}

/// What the README says of links.
pub(super) fn readme_section(context: &Context<'_>) -> String {
    let Some(links) = declared(context.root) else {
        return String::new();
    };
    let rows: String = links
        .iter()
        .map(|(name, link)| {
            let template = link["template"].as_str().unwrap_or_default();
            let summary = match prose::line(link, "summary") {
                Some(summary) => sentence(&summary),
                None => format!("The link {}.", code(name)),
            };
            let guess = if provenance::is_inferred(link) {
                " (inferred)"
            } else {
                ""
            };
            format!(
                "| `{}` | {}{guess} | {} |\n",
                naming::pascal(name),
                within_cell(&summary),
                within_cell(&code(template)),
            )
        })
        .collect();
    format!(
        "## Links for people\n\nThe module `links` builds links for a browser or an app. Each value is \
         percent-encoded.\n\n| link | what it opens | template |\n| --- | --- | --- |\n{rows}\n"
    )
}

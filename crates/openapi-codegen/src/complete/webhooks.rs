//! The module `webhooks`: the events of `x-event-delivery`, and how their deliveries are signed.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Attribute, Ident, Type};

use super::{
    calls,
    context::Context,
    prose::{self, sentence},
    provenance,
};
use crate::{
    Error,
    lower::{self, referenced},
    markdown::code,
    naming,
};

struct Event<'a> {
    name: &'a str,
    variant: Ident,
    payload: Type,
    doc: String,
}

/// Whether the document has events that can be made into types. A document of others may mean
/// something else by `x-event-delivery`.
pub(super) fn declared(root: &Value) -> bool {
    lower::events(root).is_some()
}

/// The whole module, where the document has webhooks.
pub(super) fn module(context: &Context<'_>) -> Result<Option<TokenStream>, Error> {
    let Some(declared) = lower::events(context.root) else {
        return Ok(None);
    };
    let webhooks = &context.root["x-event-delivery"];
    let events = events(context, declared)?;
    let envelope = envelope(&webhooks["envelope"]);
    let signatures = signatures(webhooks);
    let event = event_enum(&events);
    let reading = reading(&events, webhooks["envelope"].get("name").is_some());
    let impls = event_impls(&events, &reading);
    Ok(Some(quote! {
        #[allow(unused_imports)]
        use ::openapi_client_runtime::webhooks::{
            Envelope, Payload, FieldSource, SignatureEncoding, SignatureScheme, WebhookEvent,
        };
        #[allow(unused_imports)]
        pub use ::openapi_client_runtime::webhooks::{
            Delivery, Received, ReplayCache, Signer, UnknownEvent, Verifier, WebhookError,
            WebhookErrorKind,
        };

        #[allow(unused_imports)]
        use crate::types;

        #signatures
        #envelope
        #event
        #impls
    }))
}

fn events<'a>(
    context: &Context<'_>,
    declared: &'a serde_json::Map<String, Value>,
) -> Result<Vec<Event<'a>>, Error> {
    let names: Vec<String> = declared.keys().cloned().collect();
    let variants = naming::variants(&names);
    declared
        .iter()
        .zip(variants)
        .map(|((name, event), variant)| {
            let component = referenced(&event["payload"]).unwrap_or_default();
            Ok(Event {
                name,
                variant: format_ident!("{variant}"),
                payload: calls::component_type(context, component)?,
                doc: event_doc(name, event),
            })
        })
        .collect()
}

fn event_doc(name: &str, event: &Value) -> String {
    let summary = prose::line(event, "summary");
    let mut text = summary.map_or_else(String::new, |text| sentence(&text));
    if let Some(description) = prose::paragraphs(event, "description") {
        text.push_str(&format!("\n\n{description}"));
    }
    text.push_str(&format!("\n\n{} on the wire.", code(name)));
    provenance::mark(text.trim_start(), event, "event")
}

/// Constants of the default signature and its alternatives, and the way to a verifier.
fn signatures(webhooks: &Value) -> TokenStream {
    let default = webhooks.get("signature").map(|signature| {
        let scheme = scheme(signature);
        quote! {
            /// How deliveries are signed.
            pub static SIGNATURE: SignatureScheme = #scheme;

            /// Verifies deliveries with the scheme of [`SIGNATURE`], and any of the secrets:
            /// give the old and the new one during a rotation.
            ///
            /// # Errors
            ///
            /// When there is no secret, or one is empty.
            pub fn verifier<I>(secrets: I) -> Result<Verifier, WebhookError>
            where
                I: IntoIterator,
                I::Item: Into<::openapi_client_runtime::Secret>,
            {
                Verifier::new(&SIGNATURE, secrets)
            }
        }
    });
    let alternatives = webhooks["signatureAlternatives"].as_object();
    let alternatives = alternatives.into_iter().flatten().map(|(name, signature)| {
        let ident = format_ident!("{}", naming::shouty(&format!("signature {name}")));
        let doc = prose::doc(&format!(
            "How deliveries are signed with the alternative {}, for [`Verifier::new`].",
            code(name)
        ));
        let scheme = scheme(signature);
        quote! { #(#doc)* pub static #ident: SignatureScheme = #scheme; }
    });
    quote! { #default #(#alternatives)* }
}

fn scheme(signature: &Value) -> TokenStream {
    let text = |key: &str| signature[key].as_str();
    let header = text("header").unwrap_or_default();
    let encoding =
        (text("encoding") == Some("base64")).then(|| quote!(.encoding(SignatureEncoding::Base64)));
    let prefix = text("prefix").map(|prefix| {
        if signature["prefixRequired"] == false {
            quote!(.optional_prefix(#prefix))
        } else {
            quote!(.prefix(#prefix))
        }
    });
    let separator = text("separator")
        .and_then(|text| text.chars().next())
        .map(|separator| quote!(.separator(#separator)));
    let header_of_timestamp = text("timestampHeader").map(|name| quote!(.timestamp_header(#name)));
    let part_of_timestamp = text("timestampPrefix").map(|text| quote!(.timestamp_part(#text)));
    let tolerance = signature["tolerance"]
        .as_u64()
        .map(|seconds| quote!(.tolerance(::std::time::Duration::from_secs(#seconds))));
    quote! {
        SignatureScheme::hmac_sha256(#header)
            #encoding #prefix #separator #header_of_timestamp #part_of_timestamp #tolerance
    }
}

fn envelope(envelope: &Value) -> TokenStream {
    let facts = ["name", "id", "time"].into_iter().filter_map(|fact| {
        let place = place(&envelope[fact])?;
        let setter = format_ident!("{fact}");
        Some(quote!(.#setter(#place)))
    });
    quote! {
        /// Where deliveries have the name, id and time of their event.
        pub static ENVELOPE: Envelope = Envelope::new() #(#facts)*;
    }
}

fn place(place: &Value) -> Option<TokenStream> {
    if let Some(pointer) = place["member"].as_str() {
        return Some(quote!(FieldSource::Body(#pointer)));
    }
    let header = place["header"].as_str()?;
    Some(quote!(FieldSource::Header(#header)))
}

/// The variant for what the document does not know, named as in open enums.
fn unknown(events: &[Event<'_>]) -> Ident {
    let free = ["Unknown", "Unrecognized", "OtherEvent"]
        .into_iter()
        .find(|candidate| !events.iter().any(|event| event.variant == candidate));
    format_ident!("{}", free.unwrap_or("UnlistedEvent"))
}

fn event_enum(events: &[Event<'_>]) -> TokenStream {
    let docs: Vec<Vec<Attribute>> = events.iter().map(|event| prose::doc(&event.doc)).collect();
    let variants = events.iter().map(|event| &event.variant);
    let payloads = events.iter().map(|event| &event.payload);
    let unknown = unknown(events);
    quote! {
        /// The webhook events: one variant for each event, with its payload.
        ///
        /// The API may add events; an unknown event keeps its name and its JSON.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            #(#(#docs)* #variants(#payloads),)*
            /// An event that is not in the document.
            #unknown(UnknownEvent),
        }
    }
}

/// From a payload to an event: by its name, unless there is only one event and it is not named.
fn reading(events: &[Event<'_>], named: bool) -> TokenStream {
    if let ([only], false) = (events, named) {
        let variant = &only.variant;
        return quote!(payload.decode().map(Self::#variant));
    }
    let names = events.iter().map(|event| event.name);
    let variants = events.iter().map(|event| &event.variant);
    let unknown = unknown(events);
    quote! {
        match payload.name() {
            #(#names => payload.decode().map(Self::#variants),)*
            _ => Ok(Self::#unknown(payload.unknown())),
        }
    }
}

fn event_impls(events: &[Event<'_>], reading: &TokenStream) -> TokenStream {
    let names: Vec<&str> = events.iter().map(|event| event.name).collect();
    let variants = events.iter().map(|event| &event.variant);
    let unknown = unknown(events);
    quote! {
        impl Event {
            /// The names of all events in the document.
            pub const NAMES: &'static [&'static str] = &[#(#names),*];

            /// Reads the event of a verified delivery.
            ///
            /// # Errors
            ///
            /// When the payload does not match the document. An unknown event is not an error.
            pub fn parse(delivery: &Delivery<'_>) -> Result<Received<Self>, WebhookError> {
                delivery.event()
            }

            /// The name of the event on the wire.
            pub fn name(&self) -> &str {
                match self {
                    #(Self::#variants(_) => #names,)*
                    Self::#unknown(event) => event.name(),
                }
            }
        }

        impl WebhookEvent for Event {
            fn envelope() -> &'static Envelope {
                &ENVELOPE
            }

            fn read(payload: Payload<'_>) -> Result<Self, WebhookError> {
                #reading
            }
        }
    }
}

/// The documentation of the module in a crate, with an example.
pub(super) fn module_doc(context: &Context<'_>) -> String {
    let mut text =
        "Webhook events: verification of deliveries, and typed payloads (feature `webhooks`)."
            .to_owned();
    let webhooks = &context.root["x-event-delivery"];
    let first = lower::events(context.root).and_then(|events| events.keys().next());
    if let (Some(first), true) = (first, webhooks.get("signature").is_some()) {
        let variant = naming::variant(first);
        let module = context.settings.module_name();
        text.push_str(&format!(
            "\n\n```no_run\nuse {module}::runtime::http::HeaderMap;\nuse {module}::webhooks::{{self, Event, WebhookError}};\n\n\
             /// Needs the raw body: nothing else can be verified.\n\
             fn receive(headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {{\n    \
             let verifier = webhooks::verifier([\"the secret\"])?;\n    \
             let delivery = verifier.verify(headers, body)?;\n    \
             match Event::parse(&delivery)?.into_event() {{\n        \
             Event::{variant}(payload) => println!(\"{{payload:?}}\"),\n        \
             other => println!(\"{{}} is not handled\", other.name()),\n    }}\n    Ok(())\n}}\n```\n\n\
             With the feature `axum`, `runtime::webhooks::Webhook<Event>` is an extractor that does all this."
        ));
    }
    text
}

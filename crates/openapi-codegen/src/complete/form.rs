//! The form that the parts of a request make.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprMethodCall, Lit, parse_quote};

use crate::plan::{Method, Part, PartContent};

/// Gathers the values of the parts where progenitor would put them into the query.
pub(super) struct Form<'a> {
    method: &'a Method,
    values: Vec<(&'a Part, Expr)>,
}

impl<'a> Form<'a> {
    pub(super) fn of(method: &'a Method) -> Self {
        Self {
            method,
            values: Vec::new(),
        }
    }

    /// `request.query(&QueryParam::new("title", &title))` of a part: keeps the value and gives the
    /// request without it.
    pub(super) fn take(&mut self, call: &ExprMethodCall) -> Option<Expr> {
        let [Expr::Reference(argument)] = call.args.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        let Expr::Call(new) = &*argument.expr else {
            return None;
        };
        let (Expr::Lit(name), Expr::Reference(value)) = (new.args.first()?, new.args.get(1)?)
        else {
            return None;
        };
        let Lit::Str(name) = &name.lit else {
            return None;
        };
        let name = name.value();
        let part = self.method.parts.iter().find(|part| part.name == name)?;
        self.values.push((part, (*value.expr).clone()));
        Some((*call.receiver).clone())
    }

    /// The options of the call, with the form where there is one.
    pub(super) fn options(&self) -> Expr {
        if self.values.is_empty() {
            return parse_quote!(call_options);
        }
        // progenitor sorts parameters; a form keeps the order of the document.
        let parts = self.method.parts.iter().filter_map(|part| {
            let (_, value) = self.values.iter().find(|(own, _)| own.name == part.name)?;
            Some(addition(part, value))
        });
        let needed: Vec<&str> = self
            .method
            .parts
            .iter()
            .filter_map(only_beside_others)
            .collect();
        let check = (!needed.is_empty()).then(|| quote!(.requiring(&[#(#needed),*])?));
        parse_quote!(call_options.with_form(::openapi_client_runtime::Form::new() #(#parts)* #check))
    }
}

/// A part that may be missing together with all others only.
fn only_beside_others(part: &Part) -> Option<&str> {
    (part.needed && !part.required).then_some(part.name.as_str())
}

fn addition(part: &Part, value: &Expr) -> TokenStream {
    let name = &part.name;
    let values = match (part.required, part.is_list) {
        (true, false) => quote!([#value]),
        (false, true) => quote!(#value.into_iter().flatten()),
        (true, true) | (false, false) => quote!(#value),
    };
    let media_type = part.media_type.as_ref();
    let media_type =
        media_type.map_or_else(|| quote!(None), |media_type| quote!(Some(#media_type)));
    match part.content {
        PartContent::File => quote!(.files(#name, #values, #media_type)),
        PartContent::Text => quote!(.texts(#name, #values, #media_type)?),
        PartContent::Json => quote!(.values(#name, #values, #media_type)?),
    }
}

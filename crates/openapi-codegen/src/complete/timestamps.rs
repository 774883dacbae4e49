//! Timestamps in paths and headers, as RFC 3339 has them; `Display` of chrono does not.

use syn::{
    Expr, Ident, ItemImpl, Pat, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{context::Context, shape, statements};
use crate::{Error, lower::resolve, plan::Method};

/// Rewrites each of them, exactly once.
pub(super) fn rewrite(
    context: &Context<'_>,
    method: &Method,
    item: &mut ItemImpl,
) -> Result<(), Error> {
    let names = names(context, method);
    let expected = names.len();
    let mut timestamps = Timestamps { names, written: 0 };
    timestamps.visit_item_impl_mut(item);
    let what = format!("a text of each timestamp of `{}`", method.name);
    shape::expect(&what, timestamps.written, expected)
}

fn names(context: &Context<'_>, method: &Method) -> Vec<String> {
    let parameters = context.parameters(method).into_iter();
    let timestamps = parameters.filter(|parameter| {
        let schema = resolve(context.root, &parameter.object["schema"]);
        !matches!(parameter.object["in"].as_str(), Some("query" | "part"))
            && schema["type"] == "string"
            && schema["format"] == "date-time"
            && schema.get("enum").is_none()
    });
    timestamps.map(|parameter| parameter.ident).collect()
}

struct Timestamps {
    names: Vec<String>,
    /// How many were rewritten.
    written: usize,
}

impl VisitMut for Timestamps {
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "to_string" && variable(&call.receiver).is_some_and(|v| self.has(v)) {
            let receiver = &call.receiver;
            *call = parse_quote!(#receiver.to_rfc3339_opts(::chrono::SecondsFormat::AutoSi, true));
            self.written += 1;
        }
    }

    /// `if let Some(value) = since { ... value.to_string() ... }`.
    fn visit_expr_if_mut(&mut self, branch: &mut syn::ExprIf) {
        let Expr::Let(binding) = &*branch.cond else {
            return;
        };
        let bound = variable(&binding.expr).is_some_and(|source| self.has(source));
        let inner = held(&binding.pat).filter(|_| bound);
        let mut inner = Self {
            names: inner.map(ToString::to_string).into_iter().collect(),
            written: 0,
        };
        inner.visit_block_mut(&mut branch.then_branch);
        self.written += inner.written;
    }

    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        statements::visit_arguments(self, macro_);
    }
}

impl Timestamps {
    fn has(&self, variable: &Ident) -> bool {
        self.names.iter().any(|name| variable == name)
    }
}

fn variable(expression: &Expr) -> Option<&Ident> {
    match expression {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The variable of the pattern `Some(variable)`.
fn held(pattern: &Pat) -> Option<&Ident> {
    let Pat::TupleStruct(some) = pattern else {
        return None;
    };
    match some.elems.first() {
        Some(Pat::Ident(held)) if some.path.is_ident("Some") => Some(&held.ident),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_timestamp_is_found_however_it_is_spaced() {
        let text = "impl A { fn send(self) { \
            let url = format!(\"{}/{}/{}\",a.b,encode_path(& since . to_string ( )),encode_path(&id.to_string()),);\
            if  let Some ( value )  =  until { header_map . append(\"u\", value\n.to_string( ) .try_into()?); }\
            if let Some(value) = id { header_map.append(\"i\", value.to_string().try_into()?); } } }";
        let mut item: ItemImpl = syn::parse_str(text).unwrap();
        let names = vec!["since".to_owned(), "until".to_owned()];
        let mut timestamps = Timestamps { names, written: 0 };
        timestamps.visit_item_impl_mut(&mut item);
        assert_eq!(timestamps.written, 2);
        let written = quote!(#item).to_string();
        assert_eq!(written.matches("to_rfc3339_opts").count(), 2);
        assert_eq!(written.matches("to_string").count(), 2);
    }
}

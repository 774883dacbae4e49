//! What progenitor's statements are, told by their structure and never by their text.

use std::collections::HashSet;

use quote::{format_ident, quote};
use syn::{
    Expr, ExprMethodCall, Ident, Macro, Stmt, Token, punctuated::Punctuated, visit_mut::VisitMut,
};

/// A statement of `send`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `let mut header_map = HeaderMap::with_capacity(2);`
    HeaderMap,
    /// Progenitor's own header with the version of the API.
    ApiVersion,
    /// A header parameter that is appended, on a condition or not.
    Header,
    /// `let info = OperationInfo { .. };`
    Info,
    /// `client.pre(&mut request, &info).await?;`
    Pre,
    /// `let result = client.exec(request, &info).await;`
    Exec,
    /// `client.post(&result, &info).await?;`
    Post,
    /// Everything else stays.
    Other,
}

impl Kind {
    pub(super) fn of(statement: &Stmt) -> Self {
        match statement {
            Stmt::Local(local) => match &local.init {
                Some(init) => of_local(&init.expr),
                None => Self::Other,
            },
            Stmt::Expr(expression, _) => of_expression(expression),
            _ => Self::Other,
        }
    }
}

fn of_local(value: &Expr) -> Kind {
    match value {
        Expr::Struct(value) if ends_with(&value.path, &["OperationInfo"]) => Kind::Info,
        Expr::Call(call) if calls(call, &["HeaderMap", "with_capacity"]) => Kind::HeaderMap,
        Expr::Await(awaited) => match &*awaited.base {
            Expr::MethodCall(call) if call.method == "exec" => Kind::Exec,
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

fn of_expression(expression: &Expr) -> Kind {
    match expression {
        Expr::MethodCall(call) => of_append(call),
        // `if let Some(value) = a { header_map.append("a", ..); }`
        Expr::If(branch) => match branch.then_branch.stmts.as_slice() {
            [Stmt::Expr(only, _)] => of_expression(only),
            _ => Kind::Other,
        },
        Expr::Try(tried) => match &*tried.expr {
            Expr::Await(awaited) => match &*awaited.base {
                Expr::MethodCall(call) if call.method == "pre" => Kind::Pre,
                Expr::MethodCall(call) if call.method == "post" => Kind::Post,
                _ => Kind::Other,
            },
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

fn of_append(call: &ExprMethodCall) -> Kind {
    if call.method != "append" {
        return Kind::Other;
    }
    match call.args.first() {
        Some(Expr::Lit(_)) => Kind::Header,
        Some(Expr::Call(name)) if calls(name, &["HeaderName", "from_static"]) => {
            match name.args.first().and_then(text) {
                Some(name) if name == "api-version" => Kind::ApiVersion,
                _ => Kind::Other,
            }
        }
        _ => Kind::Other,
    }
}

/// Whether a call is of the function whose path ends in these names.
pub(super) fn calls(call: &syn::ExprCall, names: &[&str]) -> bool {
    matches!(&*call.func, Expr::Path(function) if ends_with(&function.path, names))
}

fn ends_with(path: &syn::Path, names: &[&str]) -> bool {
    let own = path.segments.iter().rev().map(|segment| &segment.ident);
    path.segments.len() >= names.len() && own.zip(names.iter().rev()).all(|(own, name)| own == name)
}

/// The text of `Err("text".to_string())`, which stands for a value that was not given.
pub(super) fn absent(value: &Expr) -> Option<String> {
    let Expr::Call(call) = value else { return None };
    let (true, Some(Expr::MethodCall(made))) = (calls(call, &["Err"]), call.args.first()) else {
        return None;
    };
    text(&made.receiver)
}

/// `let body = body.and_then(|v| types::Pet::try_from(v).map_err(..)).map_err(..)?;`
pub(super) fn builds_body(statement: &Stmt) -> bool {
    let Stmt::Local(local) = statement else {
        return false;
    };
    let is_body = matches!(&local.pat, syn::Pat::Ident(pattern) if pattern.ident == "body");
    let Some(Expr::Try(tried)) = local.init.as_ref().map(|init| &*init.expr) else {
        return false;
    };
    let Expr::MethodCall(map_err) = &*tried.expr else {
        return false;
    };
    is_body && matches!(&*map_err.receiver, Expr::MethodCall(call) if call.method == "and_then")
}

/// The value of a text that is written down.
fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// A name for a variable that nothing in the block has.
pub(super) fn unused(block: &mut syn::Block, wanted: &str) -> Ident {
    struct Names(HashSet<String>);
    impl VisitMut for Names {
        fn visit_ident_mut(&mut self, ident: &mut Ident) {
            self.0.insert(ident.to_string());
        }
    }
    let mut names = Names(HashSet::new());
    names.visit_block_mut(block);
    let mut name = wanted.to_owned();
    while names.0.contains(&name) {
        name.insert(0, '_');
    }
    format_ident!("{name}")
}

/// Visits the arguments of `format!`, which are no expressions yet.
pub(super) fn visit_arguments(visitor: &mut impl VisitMut, macro_: &mut Macro) {
    let parse = Punctuated::<Expr, Token![,]>::parse_terminated;
    if !macro_.path.is_ident("format") {
        return;
    }
    if let Ok(mut arguments) = macro_.parse_body_with(parse) {
        for argument in &mut arguments {
            visitor.visit_expr_mut(argument);
        }
        macro_.tokens = quote!(#arguments);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What progenitor writes, with other spaces, other paths and other names of variables.
    #[test]
    fn statements_are_told_by_their_structure() {
        for (text, kind) in [
            (
                "let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);",
                Kind::HeaderMap,
            ),
            (
                "let mut map=HeaderMap ::with_capacity( 1 ) ;",
                Kind::HeaderMap,
            ),
            (
                "header_map.append(::reqwest::header::HeaderName::from_static(\"api-version\"), v);",
                Kind::ApiVersion,
            ),
            (
                "header_map . append( HeaderName :: from_static ( \"api-version\" ) , v ) ;",
                Kind::ApiVersion,
            ),
            (
                "header_map.append(\"api-version\", a.to_string().try_into()?);",
                Kind::Header,
            ),
            (
                "if let Some(value) = a { header_map.append(\"a\", value.to_string().try_into()?); }",
                Kind::Header,
            ),
            (
                "let info = OperationInfo { operation_id: \"a\" };",
                Kind::Info,
            ),
            (
                "let _info = crate :: OperationInfo{operation_id:\"a\"};",
                Kind::Info,
            ),
            ("client.pre(&mut request, &info).await?;", Kind::Pre),
            ("_client . pre ( & mut request,&info ).await ? ;", Kind::Pre),
            (
                "let result = client.exec(request, &info).await;",
                Kind::Exec,
            ),
            ("client.post(&result, &info).await?;", Kind::Post),
            (
                "let request = client.client.post(url).build()?;",
                Kind::Other,
            ),
            ("let a = a.map_err(Error::InvalidRequest)?;", Kind::Other),
        ] {
            let block: syn::Block = syn::parse_str(&format!("{{ {text} }}")).unwrap();
            assert_eq!(Kind::of(&block.stmts[0]), kind, "{text}");
        }
    }

    #[test]
    fn a_value_that_was_not_given_is_known_however_it_is_spaced() {
        for text in [
            "Err(\"a was not initialized\".to_string())",
            "Err ( \"a was not initialized\" . to_string ( ) )",
        ] {
            let value: Expr = syn::parse_str(text).unwrap();
            assert_eq!(absent(&value).as_deref(), Some("a was not initialized"));
        }
        let given: Expr = syn::parse_str("Ok(None)").unwrap();
        assert_eq!(absent(&given), None);
    }
}

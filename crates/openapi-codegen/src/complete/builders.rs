//! The module `builder`: one request builder a method.

use std::collections::BTreeMap;

use quote::{format_ident, quote};
use syn::{
    Expr, ImplItem, ImplItemFn, Item, ItemImpl, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    context::Context,
    defaults,
    form::Form,
    prose::{self, has, sentence, set_doc},
    provenance,
    shape::missing,
};
use crate::{
    Error,
    lower::{carrier, resolve},
    markdown::code,
    naming,
    plan::{Method, Part, PartContent, QueryStyle},
};

pub(super) fn complete(context: &Context<'_>, mut items: Vec<Item>) -> Result<Vec<Item>, Error> {
    let methods = context.methods_by_builder();
    items.retain(|item| !matches!(item, Item::Use(_)));
    for item in &mut items {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                let method = methods.get(&name).ok_or_else(|| missing(&name))?;
                Cookies::of(context, method).visit_item_struct_mut(item);
                let text = format!(
                    "Request of [`Client::{0}`](crate::Client::{0}): set its parameters, then [`send`](Self::send) it.",
                    method.name
                );
                let text = provenance::mark(&text, context.operation(method), "operation");
                set_doc(&mut item.attrs, &text);
                item.attrs
                    .push(parse_quote!(#[must_use = "a request does nothing until it is sent"]));
                if let syn::Fields::Named(fields) = &mut item.fields {
                    fields.named.push(parse_quote!(call_options: CallOptions));
                }
            }
            Item::Impl(item) => {
                let name = self_name(item);
                let method = methods.get(&name).ok_or_else(|| missing(&name))?;
                Cookies::of(context, method).visit_item_impl_mut(item);
                Timestamps::of(context, method).visit_item_impl_mut(item);
                complete_impl(context, method, item)?;
            }
            _ => {}
        }
    }
    Ok(items)
}

pub(super) fn self_name(item: &ItemImpl) -> String {
    match &*item.self_ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn complete_impl(context: &Context<'_>, method: &Method, item: &mut ItemImpl) -> Result<(), Error> {
    let docs: BTreeMap<String, String> = parameter_docs(context, method);
    let typed_body = item
        .items
        .iter()
        .any(|member| matches!(member, ImplItem::Fn(function) if function.sig.ident == "body_map"));
    let has_body = method.takes_body();
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else {
            continue;
        };
        match function.sig.ident.to_string().as_str() {
            "new" => {
                function.vis = parse_quote!(pub(crate));
                InitialValues { method }.visit_block_mut(&mut function.block);
                ForwardOptions.visit_block_mut(&mut function.block);
            }
            "send" => complete_send(method, function)?,
            "body" if has_body => complete_body(context, method, function, typed_body),
            "body_map" if has_body => set_doc(
                &mut function.attrs,
                "Changes the request body with its builder, starting from the current value.",
            ),
            name => {
                let text = docs.get(name).cloned().unwrap_or_default();
                let text = if text.is_empty() {
                    format!("Sets the parameter `{name}`.")
                } else {
                    text
                };
                set_doc(&mut function.attrs, &text);
                Messages {
                    what: format!("parameter `{name}`"),
                }
                .visit_block_mut(&mut function.block);
            }
        }
    }
    item.items.push(parse_quote! {
        /// Sets options for this call only, such as its timeout or its retries.
        pub fn with_options(mut self, options: CallOptions) -> Self {
            self.call_options = options;
            self
        }
    });
    if docs.contains_key("operation") {
        return Ok(());
    }
    let operation = format_ident!("{}", naming::shouty(&method.name));
    item.items.push(parse_quote! {
        /// Metadata of this operation.
        pub fn operation(&self) -> &'static ::openapi_client_runtime::Operation {
            &crate::operations::#operation
        }
    });
    Ok(())
}

/// The documentation of each setter, by its name in Rust.
fn parameter_docs(context: &Context<'_>, method: &Method) -> BTreeMap<String, String> {
    context
        .parameters(method)
        .into_iter()
        .map(|parameter| {
            let object = parameter.object;
            let wire = object["name"].as_str().unwrap_or_default();
            let place = object["in"].as_str().unwrap_or_default();
            let need = if object["required"] == true {
                "Required"
            } else {
                "Optional"
            };
            let (kind, sent) = match &parameter.part {
                Some(part) => ("part", sent_as(part)),
                None => (
                    "parameter",
                    format!("{need}; sent as the {place} parameter {}.", code(wire)),
                ),
            };
            let mut text = match prose::paragraphs(&object, "description") {
                Some(description) => sentence(&description),
                None => format!("The {kind} {}.", code(wire)),
            };
            text.push_str(&format!("\n\n{sent}"));
            if let Some(setting) = defaults::setting(&object) {
                text.push_str(&format!(
                    " If not set, the value of [`{0}`](crate::ClientBuilder::{0}) is sent, if there is \
                     one.",
                    naming::snake(setting)
                ));
            }
            if object["deprecated"] == true {
                text.push_str("\n\nDeprecated by the API.");
            }
            (parameter.ident, provenance::mark(&text, &object, kind))
        })
        .collect()
}

/// What a part is on the wire, and whether it has to be there.
fn sent_as(part: &Part) -> String {
    let need = match (part.required, part.needed) {
        (true, _) => "Required",
        (false, true) => "Required beside other parts",
        (false, false) => "Optional",
    };
    let repeated = if part.is_list {
        ", once for each item"
    } else {
        ""
    };
    let what = match part.content {
        PartContent::File => "a file",
        PartContent::Text => "text",
        PartContent::Json => "JSON",
    };
    let media_type = match &part.media_type {
        Some(media_type) => format!(" of type {}", code(media_type)),
        None => String::new(),
    };
    format!(
        "{need}; sent as the part {}{repeated}: {what}{media_type}.",
        code(&part.name)
    )
}

fn complete_body(context: &Context<'_>, method: &Method, function: &mut ImplItemFn, typed: bool) {
    let request = method.request.as_ref();
    let media_type = request.map_or("", |body| body.media_type.as_str());
    let need = if request.is_some_and(|body| body.optional) {
        "Optional"
    } else {
        "Required"
    };
    let sent_as = code(media_type);
    let text = format!("Sets the request body. {need}; sent as {sent_as}.");
    let object = resolve(context.root, &context.operation(method)["requestBody"]);
    let text = provenance::mark(&text, object, "request body");
    set_doc(&mut function.attrs, &text);
    if typed {
        function.block = parse_quote!({
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|e| format!("the request body: {e}"));
            self
        });
    } else {
        Messages {
            what: "the request body".to_owned(),
        }
        .visit_block_mut(&mut function.block);
    }
}

/// Gives the headers that carry cookies the names of the cookies.
struct Cookies(BTreeMap<String, String>);

impl Cookies {
    fn of(context: &Context<'_>, method: &Method) -> Self {
        let renamed = method.cookies.iter().filter_map(|cookie| {
            let header = carrier(cookie);
            let ident = context.cookie_ident(method, &header)?;
            Some((naming::snake(&header), ident))
        });
        Self(renamed.collect())
    }
}

impl VisitMut for Cookies {
    fn visit_ident_mut(&mut self, ident: &mut syn::Ident) {
        if let Some(renamed) = self.0.get(&ident.to_string()) {
            *ident = syn::Ident::new(renamed, ident.span());
        }
    }
}

/// Writes timestamps in paths and headers as RFC 3339 has them; `Display` of
/// chrono does not.
struct Timestamps(Vec<String>);

impl Timestamps {
    fn of(context: &Context<'_>, method: &Method) -> Self {
        let names = context
            .parameters(method)
            .into_iter()
            .filter_map(|parameter| {
                let schema = resolve(context.root, &parameter.object["schema"]);
                let written = !matches!(parameter.object["in"].as_str(), Some("query" | "part"))
                    && schema["format"] == "date-time";
                written.then_some(parameter.ident)
            });
        Self(names.collect())
    }
}

impl VisitMut for Timestamps {
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let receiver = match &*call.receiver {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        if call.method == "to_string" && receiver.is_some_and(|name| self.0.contains(&name)) {
            let receiver = &call.receiver;
            *call = parse_quote!(#receiver.to_rfc3339_opts(::chrono::SecondsFormat::AutoSi, true));
        }
    }

    /// `if let Some(value) = since { ... value.to_string() ... }`.
    fn visit_expr_if_mut(&mut self, branch: &mut syn::ExprIf) {
        let Expr::Let(binding) = &*branch.cond else {
            return;
        };
        let (pattern, source) = (&binding.pat, &binding.expr);
        let bound = quote!(#pattern).to_string() == "Some (value)"
            && self.0.contains(&quote!(#source).to_string());
        let mut inner = Self(bound.then(|| "value".to_owned()).into_iter().collect());
        inner.visit_block_mut(&mut branch.then_branch);
    }

    /// The address is put together inside `format!`, which is no expression yet.
    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        let mut tokens = macro_.tokens.to_string();
        for name in &self.0 {
            tokens = tokens.replace(
                &format!("& {name} . to_string ()"),
                &format!(
                    "& {name} . to_rfc3339_opts (:: chrono :: SecondsFormat :: AutoSi , true)"
                ),
            );
        }
        if let Ok(tokens) = tokens.parse() {
            macro_.tokens = tokens;
        }
    }
}

/// `send`: the table instead of hooks, and the operation in every error.
fn complete_send(method: &Method, function: &mut ImplItemFn) -> Result<(), Error> {
    let text = format!(
        "Sends {} and decodes the response.",
        code(&method.request_line())
    );
    set_doc(&mut function.attrs, &text);
    let result = match &function.sig.output {
        syn::ReturnType::Type(_, ty) => ty.clone(),
        syn::ReturnType::Default => return Err(missing("the result of `send`")),
    };
    let mut executes = 0;
    let mut body = Vec::new();
    let statements = std::mem::take(&mut function.block.stmts);
    let sends_headers = statements
        .iter()
        .map(|statement| quote!(#statement).to_string())
        .any(|tokens| tokens.contains("header_map . append") && !is_hook(&tokens));
    for statement in statements {
        let tokens = quote!(#statement).to_string();
        if is_hook(&tokens) || (!sends_headers && tokens.starts_with("let mut header_map")) {
            continue;
        }
        executes += usize::from(tokens.contains(". exec ("));
        body.push(statement);
    }
    if executes != 1 {
        return Err(missing(&format!("one call of `exec` in `{}`", method.name)));
    }
    let mut block: syn::Block = parse_quote!({ #(#body)* });
    let operation = format_ident!("{}", naming::shouty(&method.name));
    let operation: Expr = parse_quote!(&crate::operations::#operation);
    Send {
        method,
        form: Form::of(method),
        sends_headers,
        operation: &operation,
    }
    .visit_block_mut(&mut block);
    let mut statements = block.stmts;
    // `self` is taken apart outside of the block that may fail.
    let mut destructure = statements.remove(0);
    ForwardOptions.visit_stmt_mut(&mut destructure);
    function.block = parse_quote!({
        #destructure
        let outcome: #result = async move { #(#statements)* }.await;
        outcome.map_err(|error| error.in_operation(#operation))
    });
    Ok(())
}

/// What progenitor calls around the request, and its own version header.
fn is_hook(tokens: &str) -> bool {
    tokens.starts_with("let info = OperationInfo")
        || tokens.contains("client . pre (&")
        || tokens.contains("client . post (&")
        || (tokens.starts_with("header_map . append") && tokens.contains("\"api-version\""))
}

/// Parameters may have any name, so progenitor's own variables are not taken to
/// have a certain one.
struct Send<'a> {
    method: &'a Method,
    form: Form<'a>,
    sends_headers: bool,
    /// The operation in the table.
    operation: &'a Expr,
}

impl VisitMut for Send<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let replacement = match expression {
            Expr::Field(field) => match (&*field.base, &field.member) {
                (Expr::Path(base), syn::Member::Named(member))
                    if base
                        .path
                        .get_ident()
                        .is_some_and(|i| i.to_string().ends_with("client")) =>
                {
                    match member.to_string().as_str() {
                        "baseurl" => Some(parse_quote!(#base.core.base_url())),
                        "client" => Some(parse_quote!(#base.core.http_client())),
                        _ => None,
                    }
                }
                _ => None,
            },
            Expr::MethodCall(call) if call.method == "exec" => {
                let (client, request) = (&call.receiver, &call.args[0]);
                let (operation, options) = (self.operation, self.form.options());
                Some(parse_quote!(#client.core.execute(#request, #operation, #options)))
            }
            Expr::MethodCall(call) if call.method == "as_u16" => match &*call.receiver {
                Expr::MethodCall(status) if status.method == "status" => {
                    let response = &status.receiver;
                    Some(parse_quote!(#response.outcome()))
                }
                _ => None,
            },
            Expr::MethodCall(call) if call.method == "query" => self.form.take(call),
            Expr::MethodCall(call) if call.method == "headers" && !self.sends_headers => {
                Some((*call.receiver).clone())
            }
            Expr::Call(call) => self.styled(call),
            _ => None,
        };
        if let Some(replacement) = replacement {
            *expression = replacement;
        }
    }

    /// The address is put together inside `format!`, which is no expression yet.
    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        let tokens = macro_.tokens.to_string();
        let replaced = tokens.replace(". baseurl ,", ". core . base_url () ,");
        if let Ok(tokens) = replaced.parse() {
            macro_.tokens = tokens;
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        visit_mut::visit_stmt_mut(self, statement);
        if let Stmt::Local(local) = statement {
            // Nothing changes the request after it was built.
            if has(&local.attrs, "allow") {
                local.attrs.clear();
                if let syn::Pat::Ident(pattern) = &mut local.pat {
                    pattern.mutability = None;
                }
            }
        }
    }
}

impl Send<'_> {
    /// `QueryParam::new(name, value)` of a parameter with a style of its own.
    fn styled(&self, call: &syn::ExprCall) -> Option<Expr> {
        let function = &call.func;
        if !quote!(#function).to_string().ends_with("QueryParam :: new") {
            return None;
        }
        let name = &call.args[0];
        let value = &call.args[1];
        let Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(wire),
            ..
        }) = name
        else {
            return None;
        };
        let style = match self.method.query_styles.get(&wire.value())? {
            QueryStyle::FormJoined => quote!(FormJoined),
            QueryStyle::SpaceDelimited => quote!(SpaceDelimited),
            QueryStyle::PipeDelimited => quote!(PipeDelimited),
            QueryStyle::DeepObject => quote!(DeepObject),
            QueryStyle::Form => quote!(Form),
        };
        Some(parse_quote!(::openapi_client_runtime::QueryParam::styled(
            #name, #value, ::openapi_client_runtime::QueryStyle::#style
        )))
    }
}

/// Adds the options of the call where the builder is made and where it is taken apart.
struct ForwardOptions;

impl VisitMut for ForwardOptions {
    fn visit_expr_struct_mut(&mut self, expression: &mut syn::ExprStruct) {
        if expression.path.is_ident("Self") {
            expression
                .fields
                .push(parse_quote!(call_options: CallOptions::new()));
        }
    }

    fn visit_pat_struct_mut(&mut self, pattern: &mut syn::PatStruct) {
        if pattern.path.is_ident("Self") {
            pattern.fields.push(syn::FieldPat {
                attrs: Vec::new(),
                member: parse_quote!(call_options),
                colon_token: None,
                pat: Box::new(syn::Pat::Path(parse_quote!(call_options))),
            });
        }
    }
}

/// What each parameter is before it is set.
struct InitialValues<'a> {
    method: &'a Method,
}

impl VisitMut for InitialValues<'_> {
    fn visit_field_value_mut(&mut self, value: &mut syn::FieldValue) {
        let expression = &value.expr;
        let tokens = quote!(#expression).to_string();
        if !tokens.contains("was not initialized") {
            return;
        }
        let syn::Member::Named(field) = &value.member else {
            return;
        };
        let optional = self
            .method
            .request
            .as_ref()
            .is_some_and(|body| body.optional);
        let is_body = field == "body" && self.method.takes_body();
        value.expr = if is_body && optional {
            parse_quote!(Ok(::std::default::Default::default()))
        } else if is_body {
            parse_quote!(Err(
                "the request body is required and was not set: call `.body(..)`".to_owned()
            ))
        } else {
            let message =
                format!("parameter `{field}` is required and was not set: call `.{field}(..)`");
            parse_quote!(Err(#message.to_owned()))
        };
    }
}

/// What a setter says of a value that it cannot take.
struct Messages {
    what: String,
}

impl VisitMut for Messages {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        let Some(rest) = text.strip_prefix("conversion to `") else {
            return;
        };
        let ty = rest.split('`').next().unwrap_or_default().replace(' ', "");
        let ty = ty
            .replace("::std::string::", "")
            .replace("::std::vec::", "")
            .replace("::openapi_client_runtime::", "")
            .replace("crate::types::", "")
            .replace("types::", "");
        *literal = syn::LitStr::new(
            &format!("{}: the value cannot be converted to `{ty}`", self.what),
            literal.span(),
        );
    }
}

//! The module `builder`: one request builder a method.

use std::collections::BTreeMap;

use quote::format_ident;
use syn::{
    Expr, ImplItem, ImplItemFn, Item, ItemImpl, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    context::Context,
    defaults, encoded,
    form::Form,
    prose::{self, has, sentence, set_doc},
    provenance, servers,
    shape::{expect, missing},
    statements::{self, Kind},
    timestamps,
};
use crate::{
    Error,
    lower::{carrier, resolve},
    markdown::code,
    naming,
    plan::{Method, Part, PartContent},
};

pub(super) fn complete(context: &Context<'_>, mut items: Vec<Item>) -> Result<Vec<Item>, Error> {
    let methods = context.methods_by_builder();
    items.retain(|item| !matches!(item, Item::Use(_)));
    for item in &mut items {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                let method = methods.get(&name).ok_or_else(|| missing(&name))?;
                let mut cookies = Cookies::of(context, method);
                cookies.visit_item_struct_mut(item);
                PlainBody.visit_item_struct_mut(item);
                let what = format!("the field of each cookie of `{name}`");
                expect(&what, cookies.met, cookies.renamed.len())?;
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
                timestamps::rewrite(context, method, item)?;
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
    let has_body = method.takes_body();
    let mut typed_body = false;
    item.items.retain(|member| {
        let is_map = matches!(member, ImplItem::Fn(function) if function.sig.ident == "body_map");
        typed_body |= is_map && has_body;
        !(is_map && has_body)
    });
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else {
            continue;
        };
        match function.sig.ident.to_string().as_str() {
            "new" => {
                function.vis = parse_quote!(pub(crate));
                let mut values = InitialValues {
                    method,
                    typed_body,
                    foreign: 0,
                };
                values.visit_block_mut(&mut function.block);
                let what = format!("a value of another form in `new` of `{}`", method.name);
                expect(&what, values.foreign, 0)?;
                let mut options = ForwardOptions::default();
                options.visit_block_mut(&mut function.block);
                expect(
                    &format!("`Self` in `new` of `{}`", method.name),
                    options.met,
                    1,
                )?;
            }
            "send" => complete_send(context, method, function, typed_body)?,
            "body" if has_body => complete_body(context, method, function, typed_body)?,
            name => {
                let text = docs.get(name).cloned().unwrap_or_default();
                let text = if text.is_empty() {
                    format!("Sets the parameter `{name}`.")
                } else {
                    text
                };
                set_doc(&mut function.attrs, &text);
                Messages::rewrite(format!("parameter `{name}`"), function)?;
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
            text.push_str(&encoded::note(context.root, &object));
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

fn complete_body(
    context: &Context<'_>,
    method: &Method,
    function: &mut ImplItemFn,
    typed: bool,
) -> Result<(), Error> {
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
                .map_err(|e| format!("the request body: {e}"));
            self
        });
        return Ok(());
    }
    Messages::rewrite("the request body".to_owned(), function)
}

/// progenitor keeps a body as its builder.
struct PlainBody;

impl VisitMut for PlainBody {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if let [types, builder, _] = names.as_slice()
            && types == "types"
            && builder == "builder"
        {
            let name = &path.segments[2];
            *path = parse_quote!(types::#name);
        }
    }
}

/// Gives the headers that carry cookies the names of the cookies.
struct Cookies {
    renamed: BTreeMap<String, String>,
    met: usize,
}

impl Cookies {
    fn of(context: &Context<'_>, method: &Method) -> Self {
        let renamed = method.cookies.iter().filter_map(|cookie| {
            let header = carrier(cookie);
            let ident = context.cookie_ident(method, &header)?;
            Some((naming::snake(&header), ident))
        });
        Self {
            renamed: renamed.collect(),
            met: 0,
        }
    }
}

impl VisitMut for Cookies {
    fn visit_ident_mut(&mut self, ident: &mut syn::Ident) {
        if let Some(renamed) = self.renamed.get(&ident.to_string()) {
            self.met += 1;
            *ident = syn::Ident::new(renamed, ident.span());
        }
    }
}

/// `send`: the table instead of hooks, and the operation in every error.
fn complete_send(
    context: &Context<'_>,
    method: &Method,
    function: &mut ImplItemFn,
    typed_body: bool,
) -> Result<(), Error> {
    let text = format!(
        "Sends {} and decodes the response.",
        code(&method.request_line())
    );
    set_doc(&mut function.attrs, &text);
    let result = match &function.sig.output {
        syn::ReturnType::Type(_, ty) => ty.clone(),
        syn::ReturnType::Default => return Err(missing("the result of `send`")),
    };
    let mut statements = std::mem::take(&mut function.block.stmts);
    let mut built = 0;
    for statement in statements.iter_mut().filter(|_| typed_body) {
        if statements::builds_body(statement) {
            *statement = parse_quote!(let body = body.map_err(Error::InvalidRequest)?;);
            built += 1;
        }
    }
    let what = format!("the body that is built in `{}`", method.name);
    expect(&what, built, usize::from(typed_body))?;
    let headers = expect_statements(context, method, &statements)?;
    let body = statements
        .into_iter()
        .filter(|statement| match Kind::of(statement) {
            Kind::ApiVersion | Kind::Info | Kind::Pre | Kind::Post => false,
            Kind::HeaderMap => headers > 0,
            Kind::Header | Kind::Exec | Kind::Other => true,
        });
    let mut block: syn::Block = parse_quote!({ #(#body)* });
    let operation = format_ident!("{}", naming::shouty(&method.name));
    let operation: Expr = parse_quote!(&crate::operations::#operation);
    let has_own_address = !servers::own(context, method).is_empty() || servers::only_own(context);
    let mut send = Send {
        method,
        form: Form::of(method),
        sends_headers: headers > 0,
        operation: &operation,
        fields: encoded::form_fields(context, method),
        own_address: has_own_address.then(|| statements::unused(&mut block, "address")),
        lookup: None,
        met: Met::default(),
    };
    send.visit_block_mut(&mut block);
    send.expect(context)?;
    let mut statements = block.stmts;
    // `self` is taken apart outside of the block that may fail.
    let mut destructure = statements.remove(0);
    let mut options = ForwardOptions::default();
    options.visit_stmt_mut(&mut destructure);
    expect(
        &format!("`Self` in `send` of `{}`", method.name),
        options.met,
        1,
    )?;
    function.block = parse_quote!({
        #destructure
        let outcome: #result = async move { #(#statements)* }.await;
        outcome.map_err(|error| error.in_operation(#operation))
    });
    Ok(())
}

/// Holds the statements of `send` against what progenitor is known to write; gives the number of
/// header parameters.
fn expect_statements(
    context: &Context<'_>,
    method: &Method,
    statements: &[Stmt],
) -> Result<usize, Error> {
    let headers = parameters_in(context, method, "header");
    for (kind, what, expected) in [
        (Kind::HeaderMap, "the map of headers", 1),
        (Kind::ApiVersion, "the header `api-version`", 1),
        (Kind::Header, "each header parameter", headers),
        (Kind::Info, "`OperationInfo`", 1),
        (Kind::Pre, "a call of `pre`", 1),
        (Kind::Exec, "a call of `exec`", 1),
        (Kind::Post, "a call of `post`", 1),
    ] {
        let met = statements
            .iter()
            .filter(|statement| Kind::of(statement) == kind)
            .count();
        expect(&format!("{what} in `{}`", method.name), met, expected)?;
    }
    Ok(headers)
}

/// How many parameters go to a place, as progenitor sees it.
fn parameters_in(context: &Context<'_>, method: &Method, place: &str) -> usize {
    let parameters = context.lowered_operation(method)["parameters"].as_array();
    let parameters = parameters.into_iter().flatten();
    parameters
        .filter(|parameter| parameter["in"] == place)
        .count()
}

/// How often each rewrite of `send` met what it looks for.
#[derive(Default)]
struct Met {
    addresses: usize,
    clients: usize,
    executes: usize,
    outcomes: usize,
    header_maps: usize,
    queries: usize,
    parts: usize,
    styles: usize,
}

/// Parameters may have any name, so progenitor's own variables are not taken to
/// have a certain one.
struct Send<'a> {
    method: &'a Method,
    form: Form<'a>,
    sends_headers: bool,
    /// The operation in the table.
    operation: &'a Expr,
    /// The fields of a form that are written in a way of their own.
    fields: Vec<Expr>,
    /// The variable for the address of an operation that may be served elsewhere than the others.
    own_address: Option<syn::Ident>,
    /// Looks the address up; goes before the statement that uses it.
    lookup: Option<Stmt>,
    met: Met,
}

impl VisitMut for Send<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let replacement = match expression {
            Expr::Field(field) => self.client(field),
            Expr::MethodCall(call) => self.call(call),
            Expr::Call(call) => self.styled(call),
            _ => None,
        };
        if let Some(replacement) = replacement {
            *expression = replacement;
        }
    }

    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        statements::visit_arguments(self, macro_);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        for mut statement in std::mem::take(&mut block.stmts) {
            self.visit_stmt_mut(&mut statement);
            block.stmts.extend(self.lookup.take());
            block.stmts.push(statement);
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
    /// Every rewrite met what it looks for exactly as often as the operation says.
    fn expect(&self, context: &Context<'_>) -> Result<(), Error> {
        let method = self.method;
        for (what, met, expected) in [
            ("the address", self.met.addresses, 1),
            ("the HTTP client", self.met.clients, 1),
            ("a call of `exec`", self.met.executes, 1),
            ("the status", self.met.outcomes, 1),
            ("a call of `headers`", self.met.header_maps, 1),
            (
                "each query parameter",
                self.met.queries,
                parameters_in(context, method, "query"),
            ),
            ("each part", self.met.parts, method.parts.len()),
            ("each style", self.met.styles, method.query_encodings.len()),
        ] {
            expect(&format!("{what} in `{}`", method.name), met, expected)?;
        }
        Ok(())
    }

    /// The fields of progenitor's client.
    fn client(&mut self, field: &syn::ExprField) -> Option<Expr> {
        let (Expr::Path(base), syn::Member::Named(member)) = (&*field.base, &field.member) else {
            return None;
        };
        if !base.path.get_ident()?.to_string().ends_with("client") {
            return None;
        }
        if member == "baseurl" {
            self.met.addresses += 1;
            Some(self.address(base))
        } else if member == "client" {
            self.met.clients += 1;
            Some(parse_quote!(#base.core.requests()))
        } else {
            None
        }
    }

    /// Where the request goes.
    fn address(&mut self, client: &syn::ExprPath) -> Expr {
        let Some(address) = &self.own_address else {
            return parse_quote!(#client.core.base_url());
        };
        let operation = self.operation;
        self.lookup = Some(parse_quote!(let #address = #client.core.address_of(#operation)?;));
        parse_quote!(#address)
    }

    fn call(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        match call.method.to_string().as_str() {
            "exec" => {
                self.met.executes += 1;
                let (client, request) = (&call.receiver, call.args.first()?);
                let (operation, options) = (self.operation, self.form.options());
                Some(parse_quote!(#client.core.execute(#request, #operation, #options)))
            }
            "as_u16" => match &*call.receiver {
                Expr::MethodCall(status) if status.method == "status" => {
                    self.met.outcomes += 1;
                    let response = &status.receiver;
                    Some(parse_quote!(#response.outcome()))
                }
                _ => None,
            },
            "query" => {
                self.met.queries += 1;
                let without = self.form.take(call)?;
                self.met.parts += 1;
                Some(without)
            }
            "form_urlencoded" => self.encoded(call),
            // The operation table knows what is accepted.
            "header" if sets_accept(call) => Some((*call.receiver).clone()),
            "headers" => {
                self.met.header_maps += 1;
                (!self.sends_headers).then(|| (*call.receiver).clone())
            }
            _ => None,
        }
    }

    /// `QueryParam::new(name, value)` of a parameter with a style of its own.
    fn styled(&mut self, call: &syn::ExprCall) -> Option<Expr> {
        if !statements::calls(call, &["QueryParam", "new"]) {
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
        let encoding = self.method.query_encodings.get(&wire.value())?;
        let style = encoded::style(*encoding);
        let allow_reserved = encoded::allow_reserved(*encoding);
        self.met.styles += 1;
        Some(parse_quote!(
            ::openapi_client_runtime::QueryParam::styled(#name, #value, #style)#allow_reserved
        ))
    }

    /// `request.form_urlencoded(&body)` of a form with fields that are written in a way of their own.
    fn encoded(&self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let fields = &self.fields;
        if fields.is_empty() {
            return None;
        }
        let (request, body) = (&call.receiver, call.args.first()?);
        Some(parse_quote!(#request.form_encoded(#body, &[#(#fields),*])))
    }
}

/// Whether a call is `header(ACCEPT, ..)`.
fn sets_accept(call: &syn::ExprMethodCall) -> bool {
    let name = call.args.first();
    matches!(name, Some(Expr::Path(name)) if name.path.segments.last().is_some_and(|last| last.ident == "ACCEPT"))
}

/// Adds the options of the call where the builder is made and where it is taken apart.
#[derive(Default)]
struct ForwardOptions {
    met: usize,
}

impl VisitMut for ForwardOptions {
    fn visit_expr_struct_mut(&mut self, expression: &mut syn::ExprStruct) {
        if expression.path.is_ident("Self") {
            self.met += 1;
            expression
                .fields
                .push(parse_quote!(call_options: CallOptions::new()));
        }
    }

    fn visit_pat_struct_mut(&mut self, pattern: &mut syn::PatStruct) {
        if pattern.path.is_ident("Self") {
            self.met += 1;
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
    /// Whether the body begins as an empty builder.
    typed_body: bool,
    /// Values that are neither given nor known to be missing.
    foreign: usize,
}

impl VisitMut for InitialValues<'_> {
    fn visit_field_value_mut(&mut self, value: &mut syn::FieldValue) {
        let syn::Member::Named(field) = &value.member else {
            return;
        };
        let is_body = field == "body" && self.method.takes_body();
        if statements::absent(&value.expr).is_none() && !(is_body && self.typed_body) {
            let given = match &value.expr {
                Expr::Path(_) => true,
                Expr::Call(call) => statements::calls(call, &["Ok"]),
                _ => false,
            };
            self.foreign += usize::from(!given);
            return;
        }
        let optional = self
            .method
            .request
            .as_ref()
            .is_some_and(|body| body.optional);
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
    met: usize,
}

impl Messages {
    fn rewrite(what: String, function: &mut ImplItemFn) -> Result<(), Error> {
        let mut messages = Self { what, met: 0 };
        messages.visit_block_mut(&mut function.block);
        expect(
            &format!("the message of {}", messages.what),
            messages.met,
            1,
        )
    }
}

impl VisitMut for Messages {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        let Some(rest) = text.strip_prefix("conversion to `") else {
            return;
        };
        self.met += 1;
        let ty = rest.split('`').next().unwrap_or_default().replace(' ', "");
        let ty = ty
            .replace("::std::string::", "")
            .replace("reqwest::Body", "Body")
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

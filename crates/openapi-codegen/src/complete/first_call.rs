//! The first call that a reader copies: an operation, with the address and the credentials that fit it.

use serde_json::Value;

use super::{
    context::Context,
    example,
    operations::{Scheme, SchemeKind, schemes},
    provenance,
    servers::{self, Environment, OwnServer},
};
use crate::plan::Method;

/// The operation that the settings name, else the one that is easiest to call.
pub(super) fn of<'a>(context: &'a Context<'_>) -> Option<&'a Method> {
    let methods = &context.plan.methods;
    match &context.settings.first_call {
        Some(wanted) => methods.iter().find(|method| method.name == *wanted),
        None => methods.iter().min_by_key(|method| hurdles(context, method)),
    }
}

/// What stands between a newcomer and an answer, the worst first.
fn hurdles(context: &Context<'_>, method: &Method) -> impl Ord + use<> {
    let object = context.operation(method);
    let parameters = context.parameters(method);
    let required = parameters
        .iter()
        .filter(|parameter| parameter.object["required"] == true);
    (
        credentials(context, method).is_none(),
        provenance::is_inferred(object),
        object["deprecated"] == true,
        method.request.is_some(),
        method.verb != "get",
        required.count(),
    )
}

/// A whole program that makes the call.
pub(super) fn program(context: &Context<'_>, method: &Method) -> String {
    let module = context.settings.module_name();
    let address = address(context, method);
    let imports = if address.contains("Environment") {
        format!("use {module}::{{Client, Environment}};")
    } else {
        format!("use {module}::Client;")
    };
    let call = example::statement(context, method);
    let types = if call.contains("types::") {
        format!("use {module}::types;\n")
    } else {
        String::new()
    };
    let credentials: String = credentials(context, method)
        .into_iter()
        .flatten()
        .map(|scheme| setter(&scheme))
        .collect();
    let program = format!(
        "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{ \
         let client = Client::builder(){address}{credentials}.build()?; {call} println!(\"{{:#?}}\", response.into_inner()); Ok(()) }}",
    );
    let program = match syn::parse_file(&program) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => program,
    };
    format!("{imports}\n{types}\n{}", program.trim_end())
}

/// The call of the builder that chooses the address: an environment that has the operation; none where
/// only the operation has an address.
fn address(context: &Context<'_>, method: &Method) -> String {
    let own = servers::own(context, method);
    if servers::only_own(context) && !own.is_empty() {
        return String::new();
    }
    let environments = servers::environments(context.root);
    let has_it = |environment: &&Environment| {
        let in_it = |server: &OwnServer| {
            let name = server.environment.as_ref();
            name.is_none_or(|name| *name == environment.wire)
        };
        own.is_empty() || own.iter().any(in_it)
    };
    servers::address_in(environments.iter().find(has_it))
}

/// The schemes of one way to be let in, the first that a client can go; `None` where there is no such way.
fn credentials(context: &Context<'_>, method: &Method) -> Option<Vec<Scheme>> {
    let operation = context.operation(method);
    let security = operation.get("security").or(context.root.get("security"));
    let Some(alternatives) = security
        .and_then(Value::as_array)
        .filter(|all| !all.is_empty())
    else {
        return Some(Vec::new());
    };
    let known = schemes(context.root);
    let way = |alternative: &Value| -> Option<Vec<Scheme>> {
        let names = alternative.as_object()?.keys();
        names
            .map(|name| known.iter().find(|scheme| scheme.name == *name).cloned())
            .collect()
    };
    let ways: Vec<Vec<Scheme>> = alternatives.iter().filter_map(way).collect();
    // Where credentials are optional, the example shows how they are given.
    let with_credentials = ways.iter().find(|way| !way.is_empty());
    with_credentials.or(ways.first()).cloned()
}

fn setter(scheme: &Scheme) -> String {
    let method = scheme.builder_method();
    let arguments = match scheme.kind {
        SchemeKind::HttpBasic => "\"my-user\", \"my-password\"".to_owned(),
        // Several keys are told apart by their names.
        SchemeKind::ApiKey { .. } => format!("\"my-{}\"", method.replace('_', "-")),
        _ => "\"my-token\"".to_owned(),
    };
    format!(".{method}({arguments})")
}

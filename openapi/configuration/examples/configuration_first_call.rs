//! A first look at the client, without an account: against a mock server.
//!
//! ```sh
//! cargo xtask mock configuration
//! # and in another terminal:
//! cargo run -p configuration-client --example configuration_first_call
//! ```

use std::{error::Error, process::ExitCode};

use configuration_client::{Client, types};
use serde_json::{Value, json};

/// The id of the application.
const APP: &str = "htb8fuhxnf8e38jrzub3c7pfrr";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let client = Client::builder()
        // With an account, use `.environment(configuration_client::Environment::Us)` instead.
        .base_url("http://127.0.0.1:4010")
        .basic_auth("mock-client", "mock-secret")
        // Environment variables override these values: put id and secret of one of your API clients
        // into `CONFIGURATION_BASIC_AUTH_USERNAME` and `CONFIGURATION_BASIC_AUTH_PASSWORD`.
        .from_env()?
        .build()?;
    tour(&client).await
}

/// Reads, changes and fails, with data that every application and every mock server has.
pub(crate) async fn tour(client: &Client) -> Result<(), Box<dyn Error>> {
    println!("1. List the API clients");
    let found = client.list_clients().app_id(APP).send().await?;
    for api_client in found.iter() {
        // Secrets never print; `expose()` is the one way to read them.
        let (name, secret) = (&api_client.name, &api_client.secret);
        println!("   {name}: features {:?}, {secret:?}", api_client.features);
    }

    println!("2. Read a flow");
    let flow = client
        .get_flow()
        .app_id(APP)
        .flow("standard")
        .send()
        .await?;
    println!("   `{}` is at version {}", flow.name, flow.version);

    println!("3. Modify a field");
    modify_field(client).await?;

    println!("4. Handle an error");
    match client.get_flow().app_id(APP).flow("holiday").send().await {
        Ok(flow) => println!("   `{}` exists", flow.name),
        Err(error) if error.is_not_found() => {
            println!("   not found: {}", error.message().unwrap_or("no message"));
        }
        Err(error) => return Err(error.into()),
    }

    println!("5. Be refused before anything is sent");
    if let Err(error) = client.get_flow().app_id(APP).flow("..").send().await {
        println!("   refused here: {}", error.is_unsent());
        println!("   {error}");
    }
    Ok(())
}

/// A write replaces the whole field, and omitted members are removed: read the field, change it,
/// and write it back.
async fn modify_field(client: &Client) -> Result<(), Box<dyn Error>> {
    let field = read_field(client).await?;
    println!("   before: {}", summary(&field));

    // What is read and what is written are two types, as in the document: texts come with all
    // their translations and go back as the key alone. Their members have the same names, so the
    // way from one to the other is JSON. Members that the document does not name come along in
    // `extra`, and so does the path of the field, which is only read.
    let mut whole = serde_json::to_value(field)?;
    // A rule may come without a message, and may not go without one.
    let rules = whole.get_mut("validation").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        if rule.get("message").is_none() {
            rule["message"] = json!({ "key": "work-email-invalid" });
        }
    }
    let mut whole: types::FieldInput = serde_json::from_value(whole)?;
    whole.extra.remove("_self");
    let body = whole.label(types::TranslationRef::new("work-email"));
    client
        .modify_field()
        .app_id(APP)
        .flow("standard")
        .field("emailAddress")
        .body(body)
        .send()
        .await?;

    println!("   after:  {}", summary(&read_field(client).await?));
    Ok(())
}

async fn read_field(client: &Client) -> Result<types::Field, Box<dyn Error>> {
    let request = client.get_field().app_id(APP).flow("standard");
    let response = request.field("emailAddress").send().await?;
    Ok(response.into_inner())
}

fn summary(field: &types::Field) -> String {
    let label = match &field.label {
        Some(types::FieldText::TranslatedText(text)) => text.key.as_ref(),
        Some(types::FieldText::String(text)) => Some(text),
        _ => None,
    };
    format!(
        "`{}` of type `{}`, label `{}`, {} validation rule(s)",
        field.name,
        field.type_,
        label.map_or("", String::as_str),
        field.validation.as_ref().map_or(0, Vec::len)
    )
}

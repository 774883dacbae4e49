//! A first look at the client, without an account: against a mock server.
//!
//! ```sh
//! cargo xtask mock configo
//! # and in another terminal:
//! cargo run -p configo-client --example configo_first_call
//! ```

use std::{error::Error, process::ExitCode};

use configo_client::{
    Client, operations,
    types::{self, UpdateProjectSuccess},
};

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
        // With an account, use `.environment(configo_client::Environment::Production)` instead.
        .base_url("http://127.0.0.1:4010")
        .access_token("mock-accessToken")
        // Environment variables override these values: `CONFIGO_ACCESS_TOKEN` and others.
        .from_env()?
        .build()?;
    tour(&client).await
}

/// Reads, changes and fails, with data that every account and every mock server has.
pub(crate) async fn tour(client: &Client) -> Result<(), Box<dyn Error>> {
    println!("1. List the projects");
    let projects = client.list_projects().send().await?;
    for project in projects.iter() {
        println!("   {}", project.name.as_deref().unwrap_or("no name"));
    }
    let first = projects.first().and_then(|project| project.id.as_ref());
    let id = first.ok_or("there is no project yet")?;

    println!("2. Read the orders of one, page after page");
    let mut orders = client.list_orders().project_id(id).stream();
    while let Some(order) = orders.next().await {
        let order = order?;
        let number = order.number.map(String::from).unwrap_or_default();
        let customer = order.contact_name.as_deref().unwrap_or("nobody");
        println!("   {number} for {customer}");
    }

    println!("3. Change the project");
    let body = types::ProjectUpdate::new().name("Northlight Windows");
    match client
        .update_project()
        .project_id(id)
        .body(body)
        .send()
        .await?
        .into_inner()
    {
        UpdateProjectSuccess::Ok(project) => println!("   it is {:?} now", project.name),
        // Nothing to change is an outcome, not an error.
        UpdateProjectSuccess::NotModified => println!("   it was so already"),
        other => println!("   {other:?}"),
    }

    println!("4. Handle an error");
    match client.get_project().project_id("nowhere").send().await {
        Ok(project) => println!("   `{:?}` exists", project.name),
        Err(error) if error.is_not_found() => {
            println!("   not found: {}", error.message().unwrap_or("no message"));
        }
        Err(error) => return Err(error.into()),
    }

    println!("5. Know what you stand on");
    // The vendor publishes no list of operations, so each of them is a proposal that may turn out
    // to be wrong.
    let operation = &operations::LIST_PROJECTS;
    println!(
        "   {} is {}, after {:?}; basis: {}",
        operation.id(),
        operation.provenance(),
        operation.sources(),
        operation.provenance_basis().unwrap_or("none"),
    );
    Ok(())
}

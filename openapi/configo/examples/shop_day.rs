//! A day of a shop that makes windows to measure: an order from the first question to the delivery,
//! and another one that a visitor of the website places.
//!
//! ```sh
//! cargo xtask mock configo
//! # and in another terminal:
//! cargo run -p configo-client --example shop_day
//! ```
//!
//! With an account, set `CONFIGO_BASE_URL`, `CONFIGO_ACCESS_TOKEN` and `CONFIGO_WIDGET_TOKEN`. How a
//! program gets an access token is not published by the vendor, so this one is given one.

use std::{env, error::Error, process::ExitCode};

use configo_client::{
    Client,
    runtime::{AccessToken, Upload},
    types::{self, Configurator, Contact, Id, Order, UpdateOrderSuccess},
};
use serde_json::{Map, Value, json};

#[tokio::main]
async fn main() -> ExitCode {
    let set = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let day = Day {
        base_url: set("CONFIGO_BASE_URL", "http://127.0.0.1:4010"),
        access_token: set("CONFIGO_ACCESS_TOKEN", "mock-accessToken"),
        widget_token: set("CONFIGO_WIDGET_TOKEN", "mock-widgetToken"),
    };
    match day.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a shop needs: a token for those who work in it, and one for its website.
pub(crate) struct Day {
    pub(crate) base_url: String,
    pub(crate) access_token: String,
    pub(crate) widget_token: String,
}

impl Day {
    pub(crate) async fn run(&self) -> Result<(), Box<dyn Error>> {
        println!("1. Sign in");
        let token = AccessToken::new(self.access_token.as_str());
        let client = Client::builder()
            .base_url(&self.base_url)
            // The name and version of this program go into `User-Agent`.
            .library("shop-day", "1.0.0")
            .access_token(token)
            .build()?;
        let user = client.get_current_user().send().await?;
        println!("   as {}", user.email.as_deref().unwrap_or("somebody"));
        let project = first_project(&client).await?;

        println!("2. What does the window cost?");
        let window = first_configurator(&client, &project).await?;
        let wishes = wishes(&window);
        calculate(&client, &project, &window, &wishes).await?;

        println!("3. The customer takes it");
        let contact = add_contact(&client, &project).await?;
        let order = place_order(&client, &project, &contact, &window, wishes).await?;
        let order_id = order.id.ok_or("the order has no id")?;

        println!("4. Keep the plan of the site");
        let plan = upload_plan(&client, &project).await?;
        let note = types::NoteCreate::new(format!("The plan is the file {plan}."));
        let request = client.create_order_note().project_id(&project);
        request.order_id(&order_id).body(note).send().await?;

        println!("5. Move the order through its statuses");
        move_on(&client, &project, &order_id).await?;

        println!("6. Download the report and the plan");
        download(&client, &project, plan).await?;

        println!("7. What this program may not do is refused before it is sent");
        self.refused(&project).await?;

        println!("8. A visitor of the website orders as well");
        self.visit().await
    }

    /// Where it is known what a token may do, the server need not be asked.
    async fn refused(&self, project: &Id) -> Result<(), Box<dyn Error>> {
        let token = AccessToken::new(self.access_token.as_str()).with_scopes(["identify"]);
        let client = Client::builder()
            .base_url(&self.base_url)
            .access_token(token)
            .trusted(false)
            .build()?;
        if let Err(error) = client.list_orders().project_id(project).send().await {
            println!("   {error}");
        }
        if let Err(error) = client.list_sessions().send().await {
            println!("   {error}");
        }
        Ok(())
    }

    /// The widget has its own token, and sends nothing else.
    async fn visit(&self) -> Result<(), Box<dyn Error>> {
        let widget = Client::builder()
            .base_url(&self.base_url)
            .widget_token(self.widget_token.as_str())
            .build()?;
        let shown = widget.list_widget_configurators().send().await?;
        let window = shown.first().ok_or("no configurator is public")?;
        let id = window.id.clone().ok_or("the configurator has no id")?;
        let controls = window.controls.as_deref().unwrap_or_default();
        let item = types::OrderItemInput::new()
            .configurator_id(id)
            .parameters(starting_values(controls))
            .quantity(1.0);
        let body = types::WidgetOrderCreate::new()
            .contact_name("Tomas Ruiz")
            .email("tomas.ruiz@example.com")
            .items([item]);
        let order = widget.create_widget_order().body(body).send().await?;
        println!("   order {}", text(order.number.as_ref()));
        Ok(())
    }
}

async fn first_project(client: &Client) -> Result<Id, Box<dyn Error>> {
    let projects = client.list_projects().send().await?;
    let project = projects.first().ok_or("there is no project yet")?;
    println!(
        "   to work in {}",
        project.name.as_deref().unwrap_or("a project")
    );
    Ok(project.id.clone().ok_or("the project has no id")?)
}

async fn first_configurator(client: &Client, project: &Id) -> Result<Configurator, Box<dyn Error>> {
    let mut all = client.list_configurators().project_id(project).stream();
    let first = all.next().await.ok_or("there is no configurator yet")??;
    let id = first.id.ok_or("the configurator has no id")?;
    let request = client.get_configurator().project_id(project);
    Ok(request.configurator_id(id).send().await?.into_inner())
}

/// The values of the form, by the variables of its controls: this window is white, and otherwise as
/// the form proposes.
fn wishes(configurator: &Configurator) -> Map<String, Value> {
    let mut values = starting_values(configurator.controls.as_deref().unwrap_or_default());
    values.insert("$colour".to_owned(), json!("white"));
    values
}

fn starting_values(controls: &[types::Control]) -> Map<String, Value> {
    let values = controls.iter().filter_map(|control| {
        let value = control.default_value.clone()?;
        Some((control.variable.clone()?, value))
    });
    values.collect()
}

async fn calculate(
    client: &Client,
    project: &Id,
    configurator: &Configurator,
    wishes: &Map<String, Value>,
) -> Result<(), Box<dyn Error>> {
    let id = configurator
        .id
        .clone()
        .ok_or("the configurator has no id")?;
    let body = types::CalculationRequest::new()
        .parameters(wishes.clone())
        .quantity(1.0);
    let request = client.calculate_configuration().project_id(project);
    let found = request.configurator_id(id).body(body).send().await?;
    for line in found.materials.iter().flatten() {
        let name = line.name.as_deref().unwrap_or("something");
        println!("   {name}: {}", text(line.total_amount.as_ref()));
    }
    println!("   in all {}", text(found.sale_price.as_ref()));
    Ok(())
}

async fn add_contact(client: &Client, project: &Id) -> Result<Contact, Box<dyn Error>> {
    // Texts that are longer than the service takes are refused here.
    let body = types::ContactCreate::new("Elin Berg")
        .email("elin.berg@example.com")
        .phone("+46 8 465 004 21");
    match client
        .create_contact()
        .project_id(project)
        .body(body)
        .send()
        .await
    {
        Ok(contact) => Ok(contact.into_inner()),
        // 409: somebody was faster.
        Err(error) if error.is_conflict() => Err("this customer is known already".into()),
        Err(error) => Err(error.into()),
    }
}

async fn place_order(
    client: &Client,
    project: &Id,
    contact: &Contact,
    configurator: &Configurator,
    wishes: Map<String, Value>,
) -> Result<Order, Box<dyn Error>> {
    let item = types::OrderItemInput::new()
        .maybe_configurator_id(configurator.id.clone())
        .parameters(wishes)
        .quantity(1.0);
    let body = types::OrderCreate::new()
        .maybe_contact_id(contact.id.clone())
        .maybe_contact_name(contact.name.clone())
        .items([item]);
    let request = client.create_order().project_id(project).body(body);
    let order = request.send().await?.into_inner();
    println!("   order {}", text(order.number.as_ref()));
    Ok(order)
}

async fn upload_plan(client: &Client, project: &Id) -> Result<Id, Box<dyn Error>> {
    let plan = Upload::from_bytes("Plan of the site, sheet 1").file_name("site-plan.txt");
    let request = client.upload_file().file(plan).project_id(project);
    let file = request.send().await?.into_inner();
    println!("   {}", file.name.as_deref().unwrap_or("a file"));
    Ok(file.id.ok_or("the file has no id")?)
}

/// From where new orders start to the end of the list.
async fn move_on(client: &Client, project: &Id, order: &Id) -> Result<(), Box<dyn Error>> {
    let statuses = client.list_project_statuses().project_id(project);
    let mut statuses = statuses.send().await?.into_inner();
    statuses.sort_by_key(|status| status.order);
    for status in statuses {
        let name = status.name.unwrap_or_default();
        let request = client.update_order().project_id(project).order_id(order);
        let body = types::OrderUpdate::new().maybe_status_id(status.id);
        match request.body(body).send().await?.into_inner() {
            UpdateOrderSuccess::Ok(_) => println!("   {name}"),
            // 304: it has this status already.
            UpdateOrderSuccess::NotModified => println!("   {name}, as before"),
            other => println!("   {name}: {other:?}"),
        }
    }
    Ok(())
}

async fn download(client: &Client, project: &Id, plan: Id) -> Result<(), Box<dyn Error>> {
    let reports = client.list_reports().project_id(project).send().await?;
    let report = reports.first().and_then(|report| report.id.clone());
    let request = client.get_report().project_id(project);
    let report = request
        .report_id(report.ok_or("there is no report yet")?)
        .send()
        .await?;
    // What stands in a report is not published.
    let data = report.data.as_ref().unwrap_or(&Value::Null);
    println!(
        "   {}: {data}",
        report.name.as_deref().unwrap_or("a report")
    );

    let mut plan_bytes = Vec::new();
    let file = client.get_file().file_id(plan).send().await?.into_inner();
    let length = file.copy_to(&mut plan_bytes).await?;
    println!("   the plan: {length} bytes");
    Ok(())
}

/// A value that comes as a text or as a number.
fn text(value: Option<&impl ToString>) -> String {
    value.map_or_else(|| "of unknown value".to_owned(), ToString::to_string)
}

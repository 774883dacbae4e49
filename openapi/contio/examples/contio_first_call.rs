//! A first look at the client, without an account: against a mock server.
//!
//! ```sh
//! cargo xtask mock contio
//! # and in another terminal:
//! cargo run -p contio-client --example contio_first_call
//! ```

use std::{error::Error, process::ExitCode};

use contio_client::{
    Client,
    types::{self, CreateMeetingError},
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
        // With an account, use `.environment(contio_client::Environment::Beta)` instead.
        .base_url("http://127.0.0.1:4010")
        // The token of one user; the example `connect` gets one.
        .user_token("mock-userToken")
        // Environment variables override these values: `CONTIO_USER_TOKEN` and others.
        .from_env()?
        .build()?;
    tour(&client).await
}

/// Reads lists, writes and fails, with data that every account and every mock server has.
pub(crate) async fn tour(client: &Client) -> Result<(), Box<dyn Error>> {
    println!("1. Read the list of meetings, page after page");
    let mut meetings = client
        .list_meetings()
        .x_client_timezone("Europe/Zurich")
        .limit(50_u64)
        .stream();
    let mut count = 0;
    while let Some(meeting) = meetings.next().await {
        let meeting = meeting?;
        // The API gives the times of a meeting under one of two names.
        let start = meeting.start_time.or(meeting.scheduled_start);
        println!(
            "   {} at {}",
            meeting.title.as_deref().unwrap_or("no title"),
            start.as_deref().unwrap_or("no time"),
        );
        count += 1;
    }
    println!("   {count} in all");

    println!("2. Make a meeting");
    // Without a key of yours the call gets a random one, which all of its attempts share: it is
    // repeated after a failure, and the meeting is made once.
    let request = types::CreateMeetingRequest::new("Logistics weekly")
        .start_time("2026-09-14T09:00:00Z")
        .end_time("2026-09-14T09:45:00Z");
    let made = client.create_meeting().body(request).send().await?;
    println!("   made with the id {}", made.id.as_deref().unwrap_or("?"));

    println!("3. Handle an error");
    let request = types::CreateMeetingRequest::new("Logistics weekly").start_time("tomorrow");
    match client.create_meeting().body(request).send().await {
        Ok(_) => println!("   this server takes any time"),
        Err(error) => match error.body() {
            // What the operation documents has a type; codes of newer servers are kept as they came.
            Some(CreateMeetingError::BadRequest(refusal)) => {
                let code = refusal.code.as_ref().map(ToString::to_string);
                println!("   refused with the code {}", code.unwrap_or_default());
                let id = error.request_id().unwrap_or("none");
                println!("   request id for the support: {id}");
            }
            _ => return Err(error.into()),
        },
    }

    println!("4. Be refused before anything is sent");
    // The admin side takes an API key and a client id, and never the token of a user.
    if let Err(error) = client.get_app().send().await {
        println!("   refused here: {}", error.is_unsent());
        println!("   {error}");
    }
    Ok(())
}

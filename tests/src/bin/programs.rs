//! Runs one program of a README or a guide of the clients as it stands there: `programs NAME`, such as
//! `programs README.md#1`. Without a name it lists all. Where their requests go, and which credentials
//! those have that take them from the environment, is decided by whoever starts it.

use std::{env, error::Error, process::ExitCode, time::SystemTime};

use contio_client::webhooks::{SIGNATURE, Signer};

type Outcome = Result<(), Box<dyn Error>>;

/// How a program is run.
enum Run {
    /// As it stands.
    Program(fn() -> Outcome),
    /// By what [`by_hand`] does with it.
    ByHand,
}

#[allow(
    clippy::all,
    clippy::pedantic,
    dead_code,
    missing_docs,
    unreachable_pub,
    unused,
    reason = "the texts are written for their readers"
)]
mod texts {
    use super::{Run, block_on};

    include!(concat!(env!("OUT_DIR"), "/programs.rs"));
}

fn main() -> ExitCode {
    let Some(name) = env::args().nth(1) else {
        for (name, _) in texts::PROGRAMS {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    };
    let found = texts::PROGRAMS.iter().find(|(known, _)| *known == name);
    let outcome = match found {
        Some((_, Run::Program(program))) => program(),
        Some((name, Run::ByHand)) => by_hand(name),
        None => Err(format!("there is no program `{name}`").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn block_on<T>(
    future: impl Future<Output = Result<T, Box<dyn Error>>>,
) -> Result<T, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(future)
}

/// Programs that are given something.
fn by_hand(name: &str) -> Outcome {
    match name {
        // A delivery, signed as the API signs it, and one that is not.
        "generated/contio-client/docs/coming-from-the-typescript-sdk.md#4" => {
            use texts::generated_contio_client_docs_coming_from_the_typescript_sdk_md_4::receiver;
            let body = br#"{
                "event_id": "event-1", "event_type": "meeting.completed", "partner_app_id": "app-1",
                "timestamp": "2026-01-01T00:00:00Z", "data": {
                    "meeting_id": "meeting-1", "title": "Weekly", "workspace_id": "workspace-1",
                    "completed_at": "2026-01-01T00:00:00Z"
                }
            }"#;
            let signer = Signer::new(&SIGNATURE, ["the secret"])?;
            let headers = signer.sign(SystemTime::now(), body)?;
            receiver::receive(&headers, body)?;
            match receiver::receive(&headers, b"{}") {
                Ok(()) => Err("a forged delivery was taken".into()),
                Err(_) => Ok(()),
            }
        }
        // A list of more than a page.
        "crates/openapi-client-runtime/docs/pagination.md#1" => block_on(async {
            use texts::crates_openapi_client_runtime_docs_pagination_md_1::hundred;
            let client = contio_client::Client::from_env()?;
            let (taken, position) = hundred(client.list_meetings().limit(2).stream()).await?;
            let total = client.list_meetings().send().await?.total;
            let is_whole = i64::try_from(taken.len()).ok() == total && position.is_none();
            if is_whole {
                Ok(())
            } else {
                Err(format!("{} of {total:?}", taken.len()).into())
            }
        }),
        other => Err(format!("nothing says how `{other}` is run: see `by_hand`").into()),
    }
}

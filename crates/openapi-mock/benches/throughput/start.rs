//! How long one waits for a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use openapi_mock::{Document, MockServer};

use crate::load::Connection;
use crate::requests::Request;
use crate::{Bench, Result, median, requests};

/// Prints the time to the first reply, whatever it says, for each document of the workspace.
pub(crate) async fn report(bench: &Bench) -> Result<()> {
    println!("\n| time to the first reply | document | ms |\n|---|---|---:|");
    for path in documents(Path::new("../.."))? {
        let document = requests::open(&path)?;
        let first = requests::any_get(document.root())?;
        let shown = path.strip_prefix("../..").unwrap_or(&path).display();
        for kind in &bench.kinds {
            let mut times = Vec::new();
            for _ in 0..bench.arguments.rounds {
                times.push(kind.start(&path, &first).await?.first_reply);
            }
            let time = milliseconds(&times);
            println!("| {}, a process | {shown} | {time:.1} |", kind.name());
        }
        let text = document.root().to_string();
        let mut times = Vec::new();
        for _ in 0..bench.arguments.rounds {
            times.push(inside(&text, &first).await?);
        }
        let time = milliseconds(&times);
        println!("| openapi-mock, inside a test | {shown} | {time:.1} |");
    }
    Ok(())
}

/// The documents of the workspace: as they are written, and bundled.
fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for (folder, file) in [("openapi", "openapi.yaml"), ("generated", "openapi.json")] {
        for entry in fs::read_dir(root.join(folder))? {
            let document = entry?.path().join(file);
            if document.is_file() {
                found.push(document);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// From the text of a bundled document, as generated crates hold it.
async fn inside(text: &str, first: &Request) -> Result<Duration> {
    let start = Instant::now();
    let server = MockServer::start(Document::bundled(text)?).await?;
    let address = server.url().trim_start_matches("http://").parse()?;
    let mut connection = Connection::open(address).await?;
    connection.exchange(&first.bytes).await?;
    Ok(start.elapsed())
}

fn milliseconds(times: &[Duration]) -> f64 {
    median(times.iter().map(Duration::as_secs_f64).collect()) * 1e3
}

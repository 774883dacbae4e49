//! How long it takes to compare two large documents, and how much memory: see `README.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use openapi_diff::compare;
use openapi_document::Document;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let mut files: Vec<PathBuf> = std::env::args_os()
        .skip(1)
        .filter(|argument| !argument.to_string_lossy().starts_with("--"))
        .map(PathBuf::from)
        .collect();
    let folder = std::env::temp_dir().join(format!("openapi-diff-bench-{}", std::process::id()));
    if files.len() != 2 {
        std::fs::create_dir_all(&folder)?;
        files = ["old.json", "new.json"]
            .map(|name| folder.join(name))
            .to_vec();
        std::fs::write(&files[0], made("string"))?;
        std::fs::write(&files[1], made("integer"))?;
    }
    let outcome = measure(&files[0], &files[1]);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    outcome
}

fn measure(old: &Path, new: &Path) -> Outcome {
    let start = Instant::now();
    let sizes = [old, new].map(|path| path.metadata().map_or(0, |about| about.len() / 1_000_000));
    let (old, new) = (Document::open(old)?, Document::open(new)?);
    let opened = start.elapsed();
    let start = Instant::now();
    let changes = compare(&old, &new);
    let compared = start.elapsed();
    println!("{} MB and {} MB", sizes[0], sizes[1]);
    println!(
        "opened in {opened:.2?}, compared in {compared:.2?}: {} changes",
        changes.len()
    );
    if let Some(most) = peak() {
        println!("at most {most} MB of memory");
    }
    Ok(())
}

/// The most memory that this process had, in megabytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1_000)
}

/// A document of about 13 MB: 900 operations and 3,000 components that lead to each other, of which every
/// hundredth has a member of the given type.
fn made(kind: &str) -> String {
    let mut text =
        String::from(r#"{"openapi":"3.0.3","info":{"title":"Large","version":"1"},"paths":{"#);
    for number in 0..900 {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            text,
            r##"{comma}"/things{number}/{{id}}":{{"get":{{"operationId":"get{number}","description":"{}","parameters":[{{"name":"id","in":"path","required":true,"schema":{{"type":"string"}}}}],"responses":{{"200":{{"description":"Fine","content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/Thing{}"}},"example":{{"text":"{}"}}}}}}}}}}}}}}"##,
            "A long text. ".repeat(50),
            number * 3,
            "x".repeat(3_000),
        );
    }
    text.push_str(r#"},"components":{"schemas":{"#);
    for number in 0..3_000 {
        let comma = if number == 0 { "" } else { "," };
        let kind = if number % 100 == 0 { kind } else { "string" };
        let _ = write!(
            text,
            r#"{comma}"Thing{number}":{{"type":"object","properties":{{"kind":{{"type":"{kind}"}}"#
        );
        for member in 0..12 {
            let _ = write!(
                text,
                r#","member{member}":{{"type":"string","maxLength":{},"description":"{}"}}"#,
                member + 10,
                "Some words about it. ".repeat(8),
            );
        }
        for step in [1, 7, 500] {
            let _ = write!(
                text,
                r##","next{step}":{{"allOf":[{{"$ref":"#/components/schemas/Thing{}"}}]}}"##,
                (number + step) % 3_000
            );
        }
        text.push_str("}}");
    }
    text.push_str("}}}");
    text
}

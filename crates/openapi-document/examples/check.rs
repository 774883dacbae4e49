//! Opens a document and prints what is wrong with it: `cargo run --example check -- openapi.yaml`.

use std::path::PathBuf;
use std::process::ExitCode;

use openapi_document::Document;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: check <openapi.yaml>");
        return ExitCode::FAILURE;
    };
    match Document::open(&path) {
        Ok(document) => {
            print!("{}", document.warnings().render(false));
            println!("{} files, no errors", document.files().len());
            ExitCode::SUCCESS
        }
        Err(report) => {
            print!("{}", report.render(false));
            ExitCode::FAILURE
        }
    }
}

//! What was seen, as it stands in `docs/contio-sdk.md`.

use std::{fmt::Write, path::PathBuf};

use guards::workspace;

use crate::{
    deliveries::JUDGES,
    methods::{Row, Table},
    reasons,
    stage::Seen,
};

/// The parts of the SDK, as its users know them.
const PARTS: [(&str, &str); 8] = [
    ("facade", "ContioPartnerSDK"),
    ("user", "PartnerUserClient"),
    ("admin", "PartnerAdminClient"),
    ("oauth", "OAuthClient"),
    ("apiKey", "ApiKeyClient"),
    ("verifier", "WebhookVerifier"),
    ("handler", "WebhookEventHandler"),
    ("functions", "functions"),
];

/// Tables of all methods that send something, one for each part.
pub(crate) fn calls(table: &Table, seen: &[Seen]) -> String {
    let mut text = String::new();
    let rows: Vec<_> = table.calls.iter().zip(seen).collect();
    for (on, name) in PARTS {
        let own = rows.iter().filter(|(row, _)| row.on == on);
        let lines: Vec<_> = own.map(|(row, seen)| call(table, row, seen)).collect();
        if !lines.is_empty() {
            let _ = write!(
                text,
                "\n### `{name}`\n\n| SDK | ours | request | the mock server answers the SDK |\n\
                 | --- | --- | --- | --- |\n{}",
                lines.concat()
            );
        }
    }
    text
}

fn call(table: &Table, row: &Row, seen: &Seen) -> String {
    let met = reasons::met(table, row, seen);
    let marks: String = met.iter().filter_map(|one| one.mark.as_deref()).collect();
    let own = reasons::own_differences(table, row, seen);
    let request = match (own.is_empty(), &row.why) {
        (true, None) => format!("same{marks}"),
        (true, Some(why)) => format!("same{marks}. {why}"),
        (false, why) => {
            let why = why.as_deref().unwrap_or_default();
            format!("{}{marks}. {why}", own.join("; "))
        }
    };
    let ours = match row.ours.split_once(' ') {
        None => format!("`{}`", row.ours),
        Some((operation, "stream")) => format!("`{operation}`, `stream`"),
        Some((_, way)) if way.starts_with("OAuth") => format!("`{way}`"),
        Some((operation, way)) => format!("`{operation}` with `{way}`"),
    };
    format!(
        "| `{}` | {ours} | {request} | {} |\n",
        row.method, seen.answer
    )
}

/// What holds for many methods.
pub(crate) fn everywhere(table: &Table) -> String {
    let lines = table.everywhere.iter().map(|known| {
        let mark = known.mark.as_deref().unwrap_or_default();
        format!("- {}{mark}. {}\n", known.difference, known.why)
    });
    format!("\n{}", lines.collect::<String>())
}

/// The methods that send nothing.
pub(crate) fn silent(table: &Table) -> String {
    let mut text = "\n| SDK | ours |\n| --- | --- |\n".to_owned();
    for (on, name) in PARTS {
        for row in table.silent.iter().filter(|row| row.on == on) {
            let method = match name {
                "functions" => row.method.clone(),
                class => format!("{class}.{}", row.method),
            };
            let _ = writeln!(text, "| `{method}` | {} |", row.ours);
        }
    }
    text
}

/// Who takes which delivery.
pub(crate) fn deliveries(verdicts: &[(&str, Vec<String>)]) -> String {
    let rule = vec!["---"; JUDGES.len()].join(" | ");
    let mut text = format!(
        "\n| delivery | {} |\n| --- | {rule} |\n",
        JUDGES.join(" | ")
    );
    for (name, said) in verdicts {
        let _ = writeln!(text, "| {name} | {} |", said.join(" | "));
    }
    text
}

/// Holds parts of the page, each between two comments with its name, against what was seen.
/// `UPDATE_TABLES=1` writes them.
pub(crate) fn assert_page(parts: &[(&str, String)]) {
    let file: PathBuf = workspace::root().join("docs/contio-sdk.md");
    let found = std::fs::read_to_string(&file).expect("docs/contio-sdk.md can be read");
    let mut page = found.clone();
    for (name, text) in parts {
        let (start, end) = (
            format!("<!-- {name} -->\n"),
            format!("\n<!-- end of {name} -->"),
        );
        let (before, rest) = page
            .split_once(&start)
            .expect("the page has the start of each part");
        let (_, after) = rest
            .split_once(&end)
            .expect("the page has the end of each part");
        page = format!("{before}{start}{text}{end}{after}");
    }
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(file, page).expect("docs/contio-sdk.md can be written");
        return;
    }
    assert!(
        found == page,
        "docs/contio-sdk.md is not what was seen: run\n\
         UPDATE_TABLES=1 cargo test -p guards --test contio_sdk -- --ignored\n\
         and read the difference that it leaves in git"
    );
}

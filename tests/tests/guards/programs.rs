//! The Rust programs in READMEs and guides: each of them is run, not only compiled.

#[path = "programs/stage.rs"]
mod stage;

use std::{path::Path, process::Stdio, time::Duration};

use guards::{document, programs, workspace};
use reqwest::{Url, redirect::Policy};
use serde_json::Value;
use stage::{Stage, Vendor};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::Command,
    time::timeout,
};

/// Programs in texts that nothing runs, each with the reason. Mend the program before it comes here.
const NOT_RUN: [(&str, &str); 1] = [(
    "tests/foreign/README.md#1",
    "shows an obstacle of progenitor in a package of its own, with its own dependencies",
)];

/// Longest time for a program; they take a second or two.
const LONGEST: Duration = Duration::from_secs(60);

/// A client: its API, the programs in its texts, and a server that behaves as the vendor does.
struct Client<'a> {
    api: &'a str,
    texts: &'a [&'a str],
    vendor: Vendor,
    /// The variables that `Client::from_env` reads.
    variables: Vec<(&'static str, String)>,
}

/// The addresses that the document of an API names.
fn servers(api: &str) -> Vec<String> {
    let document = document::bundled(&workspace::root(), api).unwrap();
    let servers = document["servers"].as_array().into_iter().flatten();
    let addresses = servers.flat_map(|server: &Value| {
        openapi_document::servers::addresses(server).unwrap_or_default()
    });
    addresses.map(|address| address.url).collect()
}

/// Runs the programs of a client one after the other, each with `programs NAME`.
async fn run(client: Client<'_>) {
    let root = workspace::root();
    let stage = Stage::open(client.vendor.clone()).await;
    let mut ran = 0;
    for text in client.texts {
        for program in programs::programs(&root, &root.join(text)) {
            let place = format!("{text}:{}", program.line);
            if let Err(error) = run_one(&client, &stage, &program.name()).await {
                panic!(
                    "the program at {place} does not work against the mock of {}:\n{error}",
                    client.api
                );
            }
            ran += 1;
        }
    }
    assert!(ran > 0, "{} has no programs", client.api);
    let strangers = stage.strangers();
    assert!(strangers.is_empty(), "called as well: {strangers:?}");
}

async fn run_one(client: &Client<'_>, stage: &Stage, name: &str) -> Result<(), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_programs"));
    for variable in ["ALL_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_DIR"] {
        command.env_remove(variable);
        command.env_remove(variable.to_ascii_lowercase());
    }
    command
        .arg(name)
        .env("HTTPS_PROXY", &stage.proxy)
        .env("SSL_CERT_FILE", stage.certificate.path())
        .envs(client.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().ok_or("no stdin")?;
    let stdout = child.stdout.take().ok_or("no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    let talk = async {
        let mut shown = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            // The user does what the program asks for.
            if let Some(address) = address_to_open(&line) {
                let back = visit(&client.vendor, address).await?;
                let answer = format!("{back}\n");
                let written = stdin.write_all(answer.as_bytes()).await;
                written.map_err(|error| error.to_string())?;
            }
            shown.push_str(&line);
            shown.push('\n');
        }
        let mut complaint = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            let _ = stderr.read_to_string(&mut complaint).await;
        }
        let status = child.wait().await.map_err(|error| error.to_string())?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{shown}{complaint}"))
        }
    };
    match timeout(LONGEST, talk).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("it did not end within {LONGEST:?}")),
    }
}

/// The address where a user is asked to sign in.
fn address_to_open(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    words.find(|word| word.starts_with("https://") && word.contains("response_type=code"))
}

/// Signs in as a user does, and gives the address to which the user is sent back.
async fn visit(vendor: &Vendor, address: &str) -> Result<String, String> {
    let url = Url::parse(address).map_err(|error| error.to_string())?;
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let moved = vendor.moved(url.host_str().unwrap_or_default(), &path);
    let moved = moved.ok_or_else(|| format!("the document does not know {url}"))?;
    let browser = reqwest::Client::builder().redirect(Policy::none());
    let browser = browser.build().map_err(|error| error.to_string())?;
    let page = browser.get(moved).send().await;
    let page = page.map_err(|error| error.to_string())?;
    let location = page.headers().get("location");
    let location = location.and_then(|value| value.to_str().ok());
    location
        .map(str::to_owned)
        .ok_or_else(|| format!("the user is not sent back: {}", page.status()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_programs_of_contio_work() {
    use contio_client::mock;
    let server = mock::start().await;
    server
        .oauth()
        .add_client(
            "my-app",
            Some("my-secret"),
            ["https://app.example.com/callback"],
        )
        .add_client(
            "client-id",
            Some("client-secret"),
            ["https://crm.example.com/contio/callback"],
        );
    server.add_api_key("apiKey", "my-api-key").unwrap();
    server.add_api_key("clientId", "my-client-id").unwrap();
    let token = server.credentials().bearer("userToken").unwrap();
    run(Client {
        api: "contio",
        texts: &[
            "generated/contio-client/README.md",
            "generated/contio-client/docs/coming-from-the-typescript-sdk.md",
            "crates/openapi-client-runtime/docs/pagination.md",
        ],
        vendor: Vendor {
            mock: server.url().to_owned(),
            servers: servers("contio"),
            token: None,
        },
        variables: vec![
            ("CONTIO_ENVIRONMENT", "production".to_owned()),
            ("CONTIO_USER_TOKEN", token.to_owned()),
            ("CONTIO_API_KEY", "my-api-key".to_owned()),
            ("CONTIO_CLIENT_ID", "my-client-id".to_owned()),
        ],
    })
    .await;
    // What the README shows first arrived with the credentials that it takes.
    let first = server.requests_of("get_app").unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].status(), Some(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_programs_of_configuration_work() {
    use configuration_client::{mock, operations};
    let server = mock::start().await;
    let features = [&operations::GET_FLOW, &operations::LIST_CLIENTS].map(|one| {
        one.requirement("features")
            .map_or(&[][..], |needed| needed.values())
    });
    for (user, password) in [
        ("my-user", "my-password"),
        ("id of an API client", "its secret"),
    ] {
        server.add_basic(user, password, features.concat());
    }
    run(Client {
        api: "configuration",
        texts: &["README.md", "generated/configuration-client/README.md"],
        vendor: Vendor {
            mock: server.url().to_owned(),
            servers: servers("configuration"),
            token: None,
        },
        variables: Vec::new(),
    })
    .await;
    assert_eq!(server.requests_of("get_flow").unwrap().len(), 1);
    assert_eq!(server.requests_of("list_clients").unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_programs_of_configo_work() {
    use configo_client::mock;
    let server = mock::start().await;
    let token = server.credentials().bearer("accessToken").unwrap();
    run(Client {
        api: "configo",
        texts: &["generated/configo-client/README.md"],
        vendor: Vendor {
            mock: server.url().to_owned(),
            servers: servers("configo"),
            token: Some(token.to_owned()),
        },
        variables: vec![
            ("CONFIGO_ENVIRONMENT", "production".to_owned()),
            ("CONFIGO_ACCESS_TOKEN", token.to_owned()),
        ],
    })
    .await;
}

/// Each text of the clients is run by one of the tests above.
#[test]
fn every_text_of_the_clients_is_run() {
    let root = workspace::root();
    let source = include_str!("programs.rs");
    for text in programs::texts_of_clients(&root) {
        let name = text.strip_prefix(&root).unwrap_or(&text);
        let name = name.to_string_lossy().replace('\\', "/");
        assert!(
            programs::programs(&root, &text).is_empty() || source.contains(&format!("\"{name}\"")),
            "{name} has programs that no test of this guard runs"
        );
    }
}

/// The programs in all other texts are doctests, which rustdoc runs to their ends.
#[test]
fn every_other_program_is_a_doctest_that_runs() {
    let root = workspace::root();
    let mut not_run = Vec::new();
    for text in programs::other_texts(&root) {
        for program in programs::programs(&root, &text) {
            let is_left_out = NOT_RUN.iter().any(|(name, _)| *name == program.name());
            match why_not_run(&root, &program) {
                Some(reason) if !is_left_out => {
                    not_run.push(format!("{}:{}: {reason}", program.file, program.line));
                }
                None if is_left_out => {
                    not_run.push(format!("{} is run: take it off the list", program.name()));
                }
                _ => {}
            }
        }
    }
    assert!(
        not_run.is_empty(),
        "programs that nothing runs:\n  {}\nlet rustdoc run them; what a reader need not see can be hidden by `# `",
        not_run.join("\n  ")
    );
}

fn why_not_run(root: &Path, program: &programs::Program) -> Option<String> {
    for attribute in ["no_run", "ignore", "compile_fail", "should_panic"] {
        if program.attributes.iter().any(|own| own == attribute) {
            return Some(format!("it is `{attribute}`"));
        }
    }
    let uncalled = program.uncalled();
    if !uncalled.is_empty() {
        return Some(format!("nothing calls `{}`", uncalled.join("`, `")));
    }
    let (folder, file) = program.file.rsplit_once('/')?;
    let package = folder.trim_end_matches("/docs").trim_end_matches("/src");
    let sources = ["lib.rs", "guide.rs"].map(|name| root.join(package).join("src").join(name));
    let is_included = sources.iter().any(|source| {
        let source = std::fs::read_to_string(source).unwrap_or_default();
        source.contains("include_str!") && source.contains(&format!("/{file}\")"))
            || source.contains(&format!("include_str!(\"{file}\")"))
    });
    (!is_included).then(|| "no crate includes the text in its documentation".to_owned())
}

//! The command `openapi-mock`.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::running::{Ended, Running, get, send, wait_until_closed};

const PETS: &str = r"
openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
security: [{key: []}]
paths:
  /pets:
    get:
      operationId: list_pets
      responses:
        '200': {description: All pets., content: {application/json: {schema: {}, example: [Rex]}}}
        '401': {description: Who are you?}
    post:
      operationId: create_pet
      requestBody: {content: {application/json: {schema: {}}}}
      responses: {'201': {description: It is there.}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
    let shop = PETS.replace("Pets", "Shop").replace("/pets", "/articles");
    fs::create_dir(folder.path().join("shop")).unwrap();
    fs::write(folder.path().join("shop/openapi.yaml"), shop).unwrap();
    folder
}

fn command(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_openapi-mock"));
    command.current_dir(folder.path()).args(arguments);
    command
}

/// The end of a run that serves nothing.
fn refused(folder: &TempDir, arguments: &[&str]) -> Ended {
    let output = command(folder, arguments).output().unwrap();
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert_eq!(ended.stdout, "", "{ended:#?}");
    assert!(!ended.stderr.contains("panicked"), "{ended:#?}");
    ended
}

#[test]
fn one_document_stands_at_the_root_and_the_request_that_is_shown_works() {
    let folder = folder();
    let server = Running::start(&mut command(&folder, &["pets.yaml", "--port", "0"]));
    let url = server.values("base URL")[0].to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(server.values("credentials")[0].starts_with("key (good): X-Key: "));
    let shown = server.values("try")[0];
    let header = shown
        .strip_prefix("curl -H '")
        .and_then(|rest| rest.strip_suffix(&format!("' {url}/pets")))
        .unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(
        get(&format!("{url}/pets"), &[header]),
        (200, r#"["Rex"]"#.to_owned())
    );
    let control = server.values("control")[0];
    assert_eq!(control, format!("{url}/_mock"));
    assert_eq!(get(control, &[]).0, 200);
    assert_eq!(get(&format!("{url}/pets"), &[]).0, 401);
    server.signal("INT");
    let ended = server.ended();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{ended:#?}");
    let log: Vec<&str> = ended.stderr.lines().collect();
    assert!(log[0].contains(" GET /pets list_pets 200 "), "{ended:#?}");
    let last = log.last().unwrap();
    assert!(
        last.contains("list_pets 401 ") && last.contains(" refused missing-credentials: "),
        "{ended:#?}"
    );
}

/// The first address of a login, without PKCE: the mock sends the browser back with a code, unless it
/// was told to be strict.
#[tokio::test]
async fn applications_without_pkce_are_refused_when_asked_to() {
    let folder = folder();
    let meetings = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/meetings.yaml");
    let options = ["--port", "0", "--consent", "automatic"];
    for (strict, answer) in [
        (None, "code="),
        (Some("--require-pkce"), "error=invalid_request"),
    ] {
        let options: Vec<&str> = options.into_iter().chain(strict).collect();
        let server = Running::start(command(&folder, &options).arg(meetings));
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let address = format!(
            "http://{}/oauth2/authorize?response_type=code&client_id=mock-client\
             &redirect_uri=http://127.0.0.1:8000/callback",
            server.address()
        );
        let back = browser.build().unwrap().get(address).send().await.unwrap();
        let location = back.headers()["location"].to_str().unwrap();
        let start = format!("http://127.0.0.1:8000/callback?{answer}");
        assert!(location.starts_with(&start), "{location}");
    }
}

/// A document of somebody else shows no file of this machine, unless the folder is allowed.
#[test]
fn references_stay_in_the_folder_of_each_document_unless_told() {
    let folder = folder();
    for name in ["api", "private", "other"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let secret = "Names: {type: array, items: {type: string}, example: [hunter2]}\n";
    fs::write(folder.path().join("private/names.yaml"), secret).unwrap();
    let reference = "schema: {$ref: ../private/names.yaml#/Names}";
    let pets = PETS.replace("schema: {}, example: [Rex]", reference);
    fs::write(folder.path().join("api/pets.yaml"), pets).unwrap();

    let allowed = |folders: &[&'static str]| -> Vec<&'static str> {
        let flags = folders
            .iter()
            .flat_map(|folder| ["--allow-ref-outside", folder]);
        ["api/pets.yaml", "--port", "0"]
            .into_iter()
            .chain(flags)
            .collect()
    };
    for (folders, code, texts) in [
        (&[][..], 1, ["D213", "`--allow-ref-outside private`"]),
        (&["other"], 1, ["D213", "leads out of `api`"]),
        (&["private", "nowhere"], 2, ["nowhere", "no file"]),
    ] {
        let ended = refused(&folder, &allowed(folders));
        assert_eq!(ended.code, Some(code), "{ended:#?}");
        for text in texts {
            assert!(ended.stderr.contains(text), "no {text} in {ended:#?}");
        }
        assert!(!ended.stderr.contains("hunter2"), "{ended:#?}");
    }
    let server = Running::start(&mut command(&folder, &allowed(&["other", "private"])));
    let url = format!("{}/pets", server.values("base URL")[0]);
    let found = get(&url, &["X-Key: mock-key"]);
    assert_eq!(found, (200, r#"["hunter2"]"#.to_owned()));
}

#[test]
fn several_documents_stand_below_their_names() {
    let folder = folder();
    let arguments = [
        "pets.yaml",
        "shop/openapi.yaml",
        "--mount",
        "v2/pets=pets.yaml",
    ];
    let server = Running::start(command(&folder, &arguments).args(["--port", "0"]));
    let address = server.address();
    assert_eq!(
        server.values("base URL"),
        ["pets", "shop", "v2/pets"].map(|name| format!("http://{address}/{name}"))
    );
    for path in ["pets/pets", "shop/articles", "v2/pets/pets"] {
        let (status, _) = get(&format!("http://{address}/{path}"), &["X-Key: mock-key"]);
        assert_eq!(status, 200, "{path}");
    }
    let (status, body) = get(&format!("http://{address}/nothing"), &[]);
    assert_eq!(status, 404);
    assert!(body.contains("/pets, /shop, /v2/pets"), "{body}");
    server.signal("TERM");
    assert_eq!(server.ended().code, Some(0));
}

#[test]
fn a_second_signal_does_not_wait_for_the_last_replies() {
    let folder = folder();
    let server = Running::start(&mut command(&folder, &["pets.yaml", "--port", "0"]));
    let address = server.address().to_owned();
    let mut stuck = TcpStream::connect(&address).unwrap();
    stuck
        .write_all(b"POST /pets HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
        .unwrap();
    // The server has taken this connection once it answers a later one.
    get(&format!("http://{address}/pets"), &["X-Key: mock-key"]);
    server.signal("INT");
    wait_until_closed(&address);
    let start = Instant::now();
    server.signal("INT");
    assert_eq!(server.ended().code, Some(0));
    assert!(start.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_port_that_is_taken_is_named_with_a_way_out() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = refused(&folder, &["pets.yaml", "--port", &port]);
    assert_eq!(ended.code, Some(2));
    for text in [&*format!("127.0.0.1:{port}"), "choose another port, or 0"] {
        assert!(ended.stderr.contains(text), "{ended:#?}");
    }
}

#[test]
fn all_documents_are_judged_before_anything_is_served() {
    let folder = folder();
    for name in ["one.yaml", "two.yaml"] {
        let text = PETS.replace("responses: {'201'", "respones: {'201'");
        fs::write(folder.path().join(name), text).unwrap();
    }
    let ended = refused(&folder, &["one.yaml", "pets.yaml", "two.yaml"]);
    assert_eq!(ended.code, Some(1));
    for text in [
        "one.yaml:15:",
        "two.yaml:15:",
        "respones",
        "nothing is served",
    ] {
        assert!(ended.stderr.contains(text), "no {text:?} in {ended:#?}");
    }
    // A file that is missing says more than that another is wrong.
    let ended = refused(&folder, &["one.yaml", "missing.yaml"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("missing.yaml"), "{ended:#?}");
}

#[test]
fn wrong_arguments_are_refused_with_what_would_do() {
    let folder = folder();
    for (arguments, complaint) in [
        (&[][..], "<FILE>"),
        (&["pets.yaml", "--prot", "1"], "--port"),
        (&["pets.yaml", "--port", "70000"], "70000"),
        (&["pets.yaml", "--host", "localhost"], "localhost"),
        (&["--mount", "pets.yaml"], "an equals sign"),
        (
            &["pets.yaml", "--mount", "pets=pets.yaml"],
            "two documents are mounted at `/pets`",
        ),
    ] {
        let ended = refused(&folder, arguments);
        assert_eq!(ended.code, Some(2), "{ended:#?}");
        assert!(
            ended.stderr.contains(complaint),
            "no {complaint:?} in {ended:#?}"
        );
    }
}

#[test]
fn a_server_that_others_can_reach_warns() {
    let folder = folder();
    let arguments = ["pets.yaml", "--port", "0", "--host", "0.0.0.0"];
    let server = Running::start(&mut command(&folder, &arguments));
    server.signal("INT");
    let ended = server.ended();
    assert!(
        ended.stderr.contains("warning: 0.0.0.0 is no loopback"),
        "{ended:#?}"
    );
}

const KEPT: &str = "
openapi: 3.0.3
info: {title: Kept, version: 1.0.0}
paths:
  /pets:
    get:
      operationId: list_pets
      responses:
        '200':
          description: All pets.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
    post:
      operationId: create_pet
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses:
        '201': {description: It is there., content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
  /pets/{name}:
    get:
      operationId: get_pet
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: The pet., content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: There is none.}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties: {name: {type: string}, color: {type: string}}
";

#[test]
fn what_was_created_is_there_after_the_next_start() {
    let folder = folder();
    fs::write(folder.path().join("kept.yaml"), KEPT).unwrap();
    let arguments = ["kept.yaml", "--port", "0", "--state", "state.json"];
    let first = Running::start(&mut command(&folder, &arguments));
    let url = format!("{}/pets", first.values("base URL")[0]);
    let mia = r#"{"name":"Mia","color":"grey"}"#;
    let (status, _) = send("POST", &url, &["Content-Type: application/json"], mia);
    assert_eq!(status, 201);
    first.signal("INT");
    assert_eq!(first.ended().code, Some(0));

    let second = Running::start(&mut command(&folder, &arguments));
    let url = format!("{}/pets/Mia", second.values("base URL")[0]);
    assert_eq!(get(&url, &[]), (200, mia.to_owned()));
    second.signal("INT");
    let ended = second.ended();
    assert!(!ended.stderr.contains("warning"), "{ended:#?}");

    // The state of another document is refused, and left alone.
    let before = fs::read(folder.path().join("state.json")).unwrap();
    let ended = refused(
        &folder,
        &["pets.yaml", "--port", "0", "--state", "state.json"],
    );
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("holds `Kept 1.0.0`"), "{ended:#?}");
    assert_eq!(fs::read(folder.path().join("state.json")).unwrap(), before);
}

#[test]
fn a_damaged_state_file_is_kept_aside_with_a_warning() {
    let folder = folder();
    fs::write(folder.path().join("state.json"), "{\"format\": 1, ").unwrap();
    let arguments = ["pets.yaml", "--port", "0", "--state", "state.json"];
    let server = Running::start(&mut command(&folder, &arguments));
    server.signal("INT");
    let ended = server.ended();
    assert_eq!(ended.code, Some(0));
    let warning =
        "warning: the state file state.json is damaged; it is kept as state.json.damaged-1";
    assert!(ended.stderr.contains(warning), "{ended:#?}");
    let aside = fs::read_to_string(folder.path().join("state.json.damaged-1"));
    assert_eq!(aside.unwrap(), "{\"format\": 1, ");
}

#[test]
fn state_that_cannot_be_kept_at_the_end_is_told() {
    let folder = folder();
    fs::write(folder.path().join("kept.yaml"), KEPT).unwrap();
    fs::create_dir(folder.path().join("gone")).unwrap();
    let arguments = ["kept.yaml", "--port", "0", "--state", "gone/state.json"];
    let server = Running::start(&mut command(&folder, &arguments));
    fs::remove_dir_all(folder.path().join("gone")).unwrap();
    let url = format!("{}/pets", server.values("base URL")[0]);
    let json = ["Content-Type: application/json"];
    assert_eq!(send("POST", &url, &json, r#"{"name":"Mia"}"#).0, 201);
    server.signal("INT");
    let ended = server.ended();
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert!(
        ended.stderr.contains("error: the state is lost: "),
        "{ended:#?}"
    );
}

/// Connections beyond what the process may open wait, and cost nothing meanwhile.
/// The time that the processor has spent on a server, in hundredths of a second.
#[cfg(target_os = "linux")]
fn ticks(server: &Running) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.child.id())).unwrap();
    // Behind the name, which may hold anything, the times are the 12th and 13th field.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|time| time.parse::<u64>().unwrap()).sum()
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_without_files_waits_for_some() {
    let folder = folder();
    let mut limited = Command::new("sh");
    limited.current_dir(folder.path()).args([
        "-c",
        "ulimit -n 40; exec \"$0\" pets.yaml --port 0",
        env!("CARGO_BIN_EXE_openapi-mock"),
    ]);
    let server = Running::start(&mut limited);
    let connect = |_| TcpStream::connect(server.address()).unwrap();
    let waiting: Vec<TcpStream> = (0..60).map(connect).collect();
    std::thread::sleep(Duration::from_millis(500));
    let before = ticks(&server);
    std::thread::sleep(Duration::from_secs(2));
    // Hundred a second would be all of one processor.
    let used = ticks(&server) - before;
    assert!(used < 40, "{used} ticks");
    drop(waiting);
    let url = format!("http://{}/pets", server.address());
    assert_eq!(get(&url, &["X-Key: mock-key"]).0, 200);
}

//! Configo: the published conventions, held by the client, and what its document says that no other
//! does.

use std::{collections::BTreeSet, time::Duration};

use configo_client::{
    Client, ClientBuilder,
    mock::{self, openapi_mock::RateLimits},
    operations::OPERATIONS,
    runtime::{AccessToken, Method, Operation, Provenance, RetryPolicy, Secret},
    types::{self, Scope, UpdateOrderSuccess, UpdateProjectSuccess},
};
use futures_util::TryStreamExt;
use guards::{
    calls::{Outcome, configo::call},
    document,
    recorder::{Recorder, Reply},
    workspace,
};
use openapi_client_runtime::ErrorKind;
use serde_json::{Value, json};

fn json_reply(status: u16, value: &Value) -> Reply {
    Reply::new(status).body("application/json", value.to_string())
}

/// A server that says the same to everything.
async fn always(reply: Reply) -> Recorder {
    Recorder::start(move |_| reply.clone()).await
}

fn builder(server: &Recorder) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .retry(RetryPolicy::none())
}

/// A client with both credentials.
fn equipped(server: &Recorder) -> ClientBuilder {
    builder(server).access_token("at-1").widget_token("wt-1")
}

fn of_widget(operation: &Operation) -> bool {
    let mut needed = operation.security().iter().flat_map(|set| set.iter());
    needed.any(|one| one.scheme() == "widgetToken")
}

/// The kind of an error, and how it is printed.
fn failure(outcome: Outcome) -> (ErrorKind, String) {
    let failed = outcome.result.expect_err("the call fails");
    (failed.kind, failed.text)
}

#[tokio::test]
async fn every_request_keeps_to_the_conventions() {
    let server = always(Reply::new(404)).await;
    let client = equipped(&server).build().unwrap();
    let manifest = workspace::root().join("generated/configo-client/Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(manifest).unwrap().parse().unwrap();
    let version = manifest["package"]["version"].as_str().unwrap();
    let agent = format!("ConfigoClient (configo-client, {version})");
    for operation in OPERATIONS {
        let id = operation.id();
        call(&client, id).await.unwrap();
        let sent = server.take();
        assert_eq!(sent.len(), 1, "{id}");
        let header = |name| sent[0].header(name);
        assert_eq!(header("user-agent"), Some(agent.as_str()), "{id}");
        assert!(sent[0].path.starts_with("/v1/"), "{id}: {}", sent[0].path);
        let credentials = if of_widget(operation) {
            (None, Some("wt-1"))
        } else {
            (Some("Bearer at-1"), None)
        };
        let found = (header("authorization"), header("x-widget-token"));
        assert_eq!(found, credentials, "{id}");
        let under_widget = sent[0].path.starts_with("/v1/widget");
        assert_eq!(of_widget(operation), under_widget, "{id}");
        let declared = operation.request().map(|body| body.media_type());
        let media_type = header("content-type").and_then(|value| value.split(';').next());
        assert_eq!(media_type, declared, "{id}");
    }
}

#[tokio::test]
async fn the_user_agent_names_the_library_that_calls() {
    let server = always(json_reply(200, &json!({}))).await;
    let client = equipped(&server)
        .library("shop day", "2.1")
        .build()
        .unwrap();
    client.get_current_user().send().await.unwrap();
    client.get_widget().send().await.unwrap();
    for sent in server.take() {
        let agent = sent.header("user-agent").unwrap();
        assert_eq!(agent, "ConfigoClient (shop day, 2.1)");
    }
    for (name, version) in [
        ("a, b", "1"),
        ("a)", "1"),
        ("", "1"),
        ("a", " "),
        ("a\n", "1"),
    ] {
        let refused = equipped(&server).library(name, version).build();
        assert!(refused.is_err(), "{name:?} {version:?}");
    }
}

/// A scope is never enough where two are needed, and both are named at once.
#[tokio::test]
async fn all_missing_scopes_are_named_at_once_and_nothing_is_sent() {
    let server = always(json_reply(200, &json!({}))).await;
    let token = AccessToken::new("at-1").with_scopes(Vec::<String>::new());
    let client = builder(&server).access_token(token).build().unwrap();
    let scoped = OPERATIONS
        .iter()
        .filter(|operation| !operation.required_scopes().is_empty());
    let mut in_projects = 0;
    for operation in scoped {
        let (kind, text) = failure(call(&client, operation.id()).await.unwrap());
        assert_eq!(kind, ErrorKind::MissingScope, "{text}");
        for scope in operation.required_scopes() {
            assert!(text.contains(&format!("`{scope}`")), "{scope}: {text}");
        }
        in_projects += usize::from(operation.required_scopes().len() == 2);
    }
    assert!(in_projects > 30, "{in_projects} with two scopes");
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn the_showcase_needs_no_project() {
    let server = always(json_reply(200, &json!([]))).await;
    let token = AccessToken::new("at-1").with_scopes([Scope::Configurators.as_str()]);
    let client = builder(&server).access_token(token).build().unwrap();
    client.list_showcase_configurators().send().await.unwrap();
    let list = client.list_configurators().project_id("prj_1001");
    let error = list.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingScope);
    let text = error.to_string();
    assert!(text.contains("needs the scope `projects`"), "{text}");
    assert_eq!(server.take().len(), 1);
}

/// Sessions, applications, support tickets and the deletion of the account.
#[tokio::test]
async fn trust_is_asked_for_where_no_scope_helps() {
    let server = always(Reply::new(404)).await;
    let client = equipped(&server).trusted(false).build().unwrap();
    let mut tags = BTreeSet::new();
    for operation in OPERATIONS {
        let outcome = call(&client, operation.id()).await.unwrap();
        if operation.requirement("trust").is_none() {
            continue;
        }
        let (kind, text) = failure(outcome);
        assert_eq!(kind, ErrorKind::RequirementNotMet, "{text}");
        assert!(text.contains("it needs a trusted application"), "{text}");
        assert!(operation.required_scopes().is_empty());
        tags.insert(operation.tag());
    }
    let expected = ["Account", "Applications", "Sessions", "Support tickets"];
    assert_eq!(tags, BTreeSet::from(expected));
    let trusted = OPERATIONS
        .iter()
        .filter(|one| one.requirement("trust").is_some());
    let others = OPERATIONS.len() - trusted.count();
    assert_eq!(server.take().len(), others);
}

/// No credential stands in for another, so that a website never learns an access token.
#[tokio::test]
async fn widget_and_integration_keep_to_themselves() {
    let server = always(Reply::new(404)).await;
    let widget = builder(&server).widget_token("wt-1").build().unwrap();
    let integration = builder(&server).access_token("at-1").build().unwrap();
    for operation in OPERATIONS {
        let (able, unable) = if of_widget(operation) {
            (&widget, &integration)
        } else {
            (&integration, &widget)
        };
        let (kind, _) = failure(call(able, operation.id()).await.unwrap());
        assert_eq!(kind, ErrorKind::Api);
        assert_eq!(server.take().len(), 1);
        let (kind, text) = failure(call(unable, operation.id()).await.unwrap());
        assert_eq!(kind, ErrorKind::MissingCredential, "{text}");
        assert!(server.take().is_empty(), "{}", operation.id());
    }
}

#[tokio::test]
async fn nothing_changed_and_exists_already_are_outcomes_of_their_own() {
    let moved = json!({ "id": "ord_1401", "status_id": "sts_1305" });
    let conflict = json!({ "message": "The resource already exists.", "code": "conflict" });
    let replies = vec![
        json_reply(200, &moved),
        Reply::new(304),
        json_reply(409, &conflict),
    ];
    let server = Recorder::replying(replies).await;
    let client = equipped(&server).build().unwrap();
    let change = || {
        let body = types::OrderUpdate::new().status_id("sts_1305");
        let request = client.update_order().project_id("prj_1001");
        request.order_id("ord_1401").body(body).send()
    };
    match change().await.unwrap().into_inner() {
        UpdateOrderSuccess::Ok(order) => assert_eq!(order.id, Some("ord_1401".into())),
        other => panic!("{other:?}"),
    }
    let unchanged = change().await.unwrap();
    assert_eq!(unchanged.status().as_u16(), 304);
    assert_eq!(unchanged.into_inner(), UpdateOrderSuccess::NotModified);
    let error = change().await.unwrap_err();
    assert!(error.is_conflict() && !error.is_retryable(), "{error}");
    assert_eq!(error.message(), Some("The resource already exists."));
}

/// Too many requests and no gateway say that nothing was done; after another fault only a read is
/// harmless.
#[tokio::test]
async fn repeats_are_made_where_the_conventions_allow_them() {
    for (status, of_write, of_read) in [
        (429, 2, 2),
        (502, 2, 2),
        (500, 1, 2),
        (503, 1, 2),
        (504, 1, 2),
        (400, 1, 1),
        (409, 1, 1),
    ] {
        let server = always(Reply::new(status)).await;
        let policy = RetryPolicy::new()
            .max_attempts(2)
            .base_delay(Duration::ZERO);
        let client = equipped(&server).retry(policy).build().unwrap();
        for operation in OPERATIONS.iter().filter(|one| repeatable(one)) {
            call(&client, operation.id()).await.unwrap();
            let expected = if operation.method() == Method::Get {
                of_read
            } else {
                of_write
            };
            assert_eq!(server.take().len(), expected, "{status} {}", operation.id());
        }
    }
}

/// One of each method, which leaves the budget for repeats untouched.
fn repeatable(operation: &Operation) -> bool {
    let some = [
        "get_project",
        "create_project",
        "update_project",
        "delete_project",
        "replace_locale",
        "create_widget_order",
    ];
    some.contains(&operation.id())
}

#[tokio::test]
async fn the_secret_of_an_application_is_had_once() {
    let server = mock::start().await;
    let client = server.client();
    let body = types::ApplicationCreate::new(
        "Order sync",
        ["https://sync.example.com/callback"],
        [Scope::Projects, Scope::Orders],
    );
    let made = client.create_application().body(body).send().await.unwrap();
    let secret = made.client_secret.clone().expect("it is shown this once");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order-sync.txt");
    let client_id = made.client_id.as_deref().unwrap();
    secret
        .save_with(&path, |secret| format!("{client_id}\n{secret}\n"))
        .unwrap();
    let saved = std::fs::read_to_string(&path).unwrap();
    let kept: Secret = saved.lines().nth(1).unwrap().into();
    assert!(!kept.expose().is_empty());
    assert!(!format!("{made:?}").contains(kept.expose()));
    assert_eq!(made.client_secret.as_ref().unwrap().take(), None);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // Editing keeps the credentials, and shows no secret again.
    let id = made.id.as_ref().unwrap();
    let body = types::ApplicationUpdate::new().name("Orders, synchronised");
    let request = client.update_application().application_id(id).body(body);
    request.send().await.unwrap();
    let read = client.get_application().application_id(id).send().await;
    let read = read.unwrap().into_inner();
    assert_eq!(read.name.as_deref(), Some("Orders, synchronised"));
    assert_eq!(read.client_id.as_deref(), Some(client_id));
    assert!(
        !read.extra.contains_key("client_secret"),
        "{:?}",
        read.extra
    );
}

fn update(calculations: &Value) -> Result<types::ConfiguratorUpdate, serde_json::Error> {
    serde_json::from_value(json!({ "calculations": calculations }))
}

#[tokio::test]
async fn limits_of_configurators_are_refused_here_with_their_place() {
    let server = always(json_reply(200, &json!({}))).await;
    let client = equipped(&server).build().unwrap();
    let condition = json!({ "variable": "$width", "operator": "greater than", "value": 1000 });
    let block = json!({ "conditions": [condition], "quantity": "$width * 2" });
    let six = |one: &Value| Value::from(vec![one.clone(); 6]);
    let cases = [
        (json!([{ "blocks": six(&block) }]), "calculations[0].blocks"),
        (
            json!([{}, { "blocks": [block, { "conditions": six(&condition) }] }]),
            "calculations[1].blocks[1].conditions",
        ),
    ];
    for (calculations, place) in cases {
        let request = client.update_configurator().project_id("prj_1001");
        let request = request.configurator_id("cfg_1801");
        let body = update(&calculations).unwrap();
        let error = request.body(body).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let text = error.to_string();
        assert!(text.contains(place) && text.contains("6 items"), "{text}");
    }

    let nameless = json!([{ "blocks": [{ "conditions": [{ "variable": "width in mm" }] }] }]);
    let request = client.update_configurator().project_id("prj_1001");
    let request = request.configurator_id("cfg_1801");
    let body = update(&nameless).unwrap();
    let error = request.body(body).send().await.unwrap_err().to_string();
    let place = "`calculations[0].blocks[0].conditions[0].variable` in its body does not match";
    assert!(error.contains(place), "{error}");
    assert!(server.take().is_empty());

    // What is allowed goes out: five blocks of five conditions.
    let block = json!({ "conditions": vec![condition; 5], "quantity": "1" });
    let full = update(&json!([{ "blocks": vec![block; 5] }])).unwrap();
    let request = client.update_configurator().project_id("prj_1001");
    let request = request.configurator_id("cfg_1801").body(full);
    request.send().await.unwrap();
    assert_eq!(server.take().len(), 1);
}

/// What the manual's pages did not show of controls and formulas is not lost on the way.
#[tokio::test]
async fn unknown_parts_of_a_configurator_survive_a_change() {
    let held = json!({
        "id": "cfg_1801", "name": "Casement window",
        "controls": [{ "label": "Width", "variable": "$width", "type": "Slider", "unit": "mm" }],
        "calculations": [{
            "material_group": "Glass", "rounding": { "step": 0.1 },
            "blocks": [{
                "conditions": [{ "variable": "$width", "operator": "between", "value": [1, 2], "soft": true }],
                "quantity": "$width", "waste": "5 %",
            }],
        }],
        "theme": { "accent": "#225577" },
    });
    let server = Recorder::start(move |_| json_reply(200, &held)).await;
    let client = equipped(&server).build().unwrap();
    let request = client.get_configurator().project_id("prj_1001");
    let read = request.configurator_id("cfg_1801").send().await.unwrap();
    let mut whole = serde_json::to_value(read.into_inner()).unwrap();
    let theme = whole.as_object_mut().unwrap().remove("theme");
    assert_eq!(theme, Some(json!({ "accent": "#225577" })));
    let body: types::ConfiguratorUpdate = serde_json::from_value(whole.clone()).unwrap();
    let request = client.update_configurator().project_id("prj_1001");
    let body = body.name("Casement window, new");
    let request = request.configurator_id("cfg_1801").body(body);
    request.send().await.unwrap();
    let sent: Value = serde_json::from_slice(&server.take()[1].body).unwrap();
    assert_eq!(sent["name"], "Casement window, new");
    for member in ["controls", "calculations"] {
        assert_eq!(sent[member], whole[member]);
    }
}

#[test]
fn scopes_say_what_they_grant_and_new_ones_are_kept() {
    let document = document::bundled(&workspace::root(), "configo").unwrap();
    let scope = &document["components"]["schemas"]["Scope"];
    assert_eq!(Scope::KNOWN.to_vec(), document::strings(&scope["enum"]));
    assert_eq!(Scope::KNOWN.len(), 10);
    let path = workspace::root().join("generated/configo-client/src/types.rs");
    let types = std::fs::read_to_string(path).unwrap();
    for (_, grants) in document::members(&scope["x-enum-descriptions"]) {
        let first = grants.as_str().unwrap().split(['.', ':']).next().unwrap();
        assert!(types.contains(&format!("/// {first}")), "{first}");
    }
    let new = Scope::from("warehouses");
    assert!(!new.is_known());
    assert_eq!(serde_json::to_value(&new).unwrap(), "warehouses");
}

/// Nobody takes a proposal for a promise.
#[test]
fn all_operations_are_inferred() {
    assert_eq!(OPERATIONS.len(), 90);
    for operation in OPERATIONS {
        assert_eq!(operation.provenance(), Provenance::Inferred);
        assert!(operation.provenance_basis().is_some());
        assert!(!operation.sources().is_empty());
    }
    let path = workspace::root().join("generated/configo-client/src/client.rs");
    let client = std::fs::read_to_string(path).unwrap();
    assert_eq!(client.matches("    /// **Inferred.** ").count(), 90);
    assert_eq!(
        client
            .matches("#[cfg(feature = \"inferred\")]\n    pub fn ")
            .count(),
        90
    );
}

#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../../../openapi/configo/examples/configo_first_call.rs"]
mod first_call;
#[expect(dead_code, reason = "its `main` is for people")]
#[path = "../../../openapi/configo/examples/shop_day.rs"]
mod shop_day;

#[tokio::test]
async fn the_example_of_the_first_calls_works() {
    let server = mock::start().await;
    first_call::tour(&server.client()).await.unwrap();
    let sent: Vec<_> = server
        .requests()
        .iter()
        .map(|request| format!("{} {}", request.method(), request.path()))
        .collect();
    assert_eq!(sent.first().map(String::as_str), Some("GET /v1/projects"));
    assert_eq!(
        sent.last().map(String::as_str),
        Some("GET /v1/projects/nowhere")
    );
}

#[tokio::test]
async fn the_day_of_a_shop_goes_by() {
    let server = mock::start().await;
    let credentials = server.credentials();
    let day = shop_day::Day {
        base_url: server.url().to_owned(),
        access_token: credentials.bearer("accessToken").unwrap().to_owned(),
        widget_token: credentials.api_key("widgetToken").unwrap().to_owned(),
    };
    day.run().await.unwrap();
    let requests = server.requests();
    let ordered = requests
        .iter()
        .filter(|request| request.method() == "POST" && request.path().ends_with("/orders"));
    assert_eq!(ordered.count(), 2);
    let last = requests.last().unwrap();
    assert_eq!(last.path(), "/v1/widget/orders");

    // What was ordered is there, where it was moved to.
    let client = server.client();
    let mut below = requests.iter().filter_map(|request| {
        let rest = request.path().strip_prefix("/v1/projects/")?;
        Some(rest.split('/').next()?.to_owned())
    });
    let project = below.next().unwrap();
    let orders = client.list_orders().project_id(project.as_str()).stream();
    let orders: Vec<types::Order> = orders.try_collect().await.unwrap();
    let is_new = |order: &&types::Order| {
        order.contact_name.as_deref() == Some("Elin Berg") && order.note.is_none()
    };
    let order = orders.iter().find(is_new).expect("it is listed");
    let statuses = client.list_project_statuses().project_id(project);
    let statuses = statuses.send().await.unwrap();
    let furthest = statuses.iter().max_by_key(|status| status.order);
    assert_eq!(order.status_id, furthest.unwrap().id);
}

/// A request as it is, with the token of the mock.
fn raw(server: &mock::Server, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
    let request = reqwest::Client::new().request(method, format!("{}{path}", server.url()));
    request.bearer_auth("mock-accessToken")
}

const AGENT: &str = "ConfigoClient (my-library, 1.2.3)";

#[tokio::test]
async fn the_mock_demands_the_published_user_agent() {
    let server = mock::start().await;
    for (agent, status) in [
        (None, 400),
        (Some("curl/8.5.0"), 400),
        (Some("ConfigoClient my-library 1.2.3"), 400),
        (Some(AGENT), 200),
    ] {
        let mut request = raw(&server, reqwest::Method::GET, "/v1/projects");
        if let Some(agent) = agent {
            request = request.header("user-agent", agent);
        }
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), status, "{agent:?}");
        if status == 400 {
            let body: Value = reply.json().await.unwrap();
            let said = body["message"].as_str().unwrap();
            assert!(
                said.contains("header User-Agent: ") && said.contains("ConfigoClient ("),
                "{said}"
            );
        }
    }
}

/// The vendor takes forms somewhere; the document says nowhere but where.
#[tokio::test]
async fn the_mock_says_which_content_types_the_document_has() {
    let server = mock::start().await;
    for (media, body) in [
        ("application/x-www-form-urlencoded", "name=Oak"),
        ("multipart/form-data; boundary=b", "--b--\r\n"),
    ] {
        let request =
            raw(&server, reqwest::Method::POST, "/v1/projects").header("user-agent", AGENT);
        let request = request.header("content-type", media).body(body);
        let reply = request.send().await.unwrap();
        assert!([400, 415].contains(&reply.status().as_u16()), "{media}");
        let body: Value = reply.json().await.unwrap();
        let said = body["message"].as_str().unwrap();
        assert!(
            said.contains("the document describes application/json here"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_answered_so() {
    let server = mock::start().await;
    let client = server.client();
    let project = "prj_1001";
    let rename = async |name: &str| {
        let body = types::ProjectUpdate::new().name(name);
        let request = client.update_project().project_id(project).body(body);
        request.send().await.unwrap().into_inner()
    };
    let is_new = |answer: &UpdateProjectSuccess| matches!(answer, UpdateProjectSuccess::Ok(_));
    assert!(is_new(&rename("Another name").await));
    assert!(matches!(
        rename("Another name").await,
        UpdateProjectSuccess::NotModified
    ));
    assert!(is_new(&rename("A third name").await));
}

#[tokio::test]
async fn the_mock_says_once_how_long_to_wait() {
    let server = mock::start().await;
    server.rate_limits(RateLimits::Each {
        requests: 1,
        window: Duration::from_secs(40),
    });
    let mut last = None;
    for _ in 0..2 {
        let request =
            raw(&server, reqwest::Method::GET, "/v1/projects").header("user-agent", AGENT);
        last = Some(request.send().await.unwrap());
    }
    let many = last.unwrap();
    assert_eq!(many.status(), 429);
    let wait: u64 = many.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((39..=40).contains(&wait));
    let body: Value = many.json().await.unwrap();
    assert_eq!(body["retry_after"], wait);
    // The same where the caller asks to see it.
    server.rate_limits(RateLimits::Off);
    let request = raw(&server, reqwest::Method::GET, "/v1/projects").header("user-agent", AGENT);
    let shown = request.header("prefer", "code=429").send().await.unwrap();
    let wait: u64 = shown.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let body: Value = shown.json().await.unwrap();
    assert_eq!(body["retry_after"], wait);
}

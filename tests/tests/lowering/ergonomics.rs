//! What a document spares its users: headers that are set once, resources that moved, links for people.

use std::{collections::BTreeMap, num::NonZeroU64};

use openapi_client_runtime::{ErrorKind, Provenance, RetryPolicy};
use serde_json::json;

use crate::{
    client,
    clients::{
        client_defaults::{Client, ClientBuilder, operations, types::Tenant},
        follow, links,
    },
    server::{Server, page},
};

fn builder(server: &Server) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .retry(RetryPolicy::none())
}

#[tokio::test]
async fn a_header_of_the_client_goes_out_with_every_operation_that_has_it() {
    let server = Server::start().await;
    let client = builder(&server)
        .client_timezone("Europe/Berlin")
        .depth(NonZeroU64::new(3).unwrap())
        .tenant("acme".parse::<Tenant>().unwrap())
        .build()
        .unwrap();
    client.list_rooms().send().await.unwrap();
    let sent = server.last();
    let header = |name| server.last().header(name);
    assert_eq!(header("x-client-timezone").unwrap(), "Europe/Berlin");
    assert_eq!(sent.header("x-depth").unwrap(), "3");
    assert_eq!(sent.header("x-tenant").unwrap(), "acme");
    client.create_room().send().await.unwrap();
    assert_eq!(header("x-client-timezone").unwrap(), "Europe/Berlin");
    assert_eq!(header("x-depth"), None);
    client.list_doors().send().await.unwrap();
    assert_eq!(header("x-client-timezone"), None);
    assert_eq!(
        operations::LIST_ROOMS.default_headers(),
        ["X-Client-Timezone", "X-Depth", "X-Tenant"]
    );
    assert!(operations::LIST_DOORS.default_headers().is_empty());
}

#[tokio::test]
async fn a_call_and_a_clone_have_their_own_value() {
    let server = Server::start().await;
    let zone = || server.last().header("x-client-timezone");
    let berlin = builder(&server)
        .client_timezone("Europe/Berlin")
        .build()
        .unwrap();
    let own = berlin.list_rooms().x_client_timezone("EST");
    own.send().await.unwrap();
    assert_eq!(zone().unwrap(), "EST");
    let tokyo = berlin.with_client_timezone("Asia/Tokyo").unwrap();
    tokyo.list_rooms().send().await.unwrap();
    assert_eq!(zone().unwrap(), "Asia/Tokyo");
    berlin.list_rooms().send().await.unwrap();
    assert_eq!(zone().unwrap(), "Europe/Berlin");
    let none = builder(&server).build().unwrap();
    none.list_rooms().send().await.unwrap();
    assert_eq!(zone(), None);
}

#[tokio::test]
async fn a_value_that_no_header_can_be_is_refused_when_the_client_is_built() {
    let server = Server::start().await;
    let start =
        "the header `X-Client-Timezone`, which the client sends with its calls, was set to ";
    for (value, reason) in [
        ("", "an empty text"),
        (" UTC", "a value that begins or ends with a blank"),
        (
            "UTC\r\nX-Evil: 1",
            "a value with a character that is not printable ASCII",
        ),
        (
            "Zürich",
            "a value with a character that is not printable ASCII",
        ),
    ] {
        let error = builder(&server).client_timezone(value).build().unwrap_err();
        assert_eq!(error.to_string(), format!("{start}{reason}"));
        let built = builder(&server).build().unwrap();
        let error = built.with_client_timezone(value).unwrap_err();
        assert_eq!(error.to_string(), format!("{start}{reason}"));
    }
}

/// Runs again as a process of its own, whose environment is no other test's.
#[tokio::test]
async fn the_environment_can_set_them() {
    const PREFIX: &str = "CLIENT_DEFAULTS";
    const NAME: &str = "ergonomics::the_environment_can_set_them";
    if std::env::var_os(format!("{PREFIX}_BASE_URL")).is_some() {
        match Client::from_env() {
            Ok(client) => drop(client.list_rooms().send().await.unwrap()),
            Err(error) => println!("refused: {error}"),
        }
        return;
    }
    let server = Server::start().await;
    let run = async |depth: &str| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", NAME, "--nocapture"]);
        for (suffix, value) in [
            ("BASE_URL", server.url()),
            ("CLIENT_TIMEZONE", "Asia/Tokyo"),
            ("DEPTH", depth),
        ] {
            command.env(format!("{PREFIX}_{suffix}"), value);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    run("2").await;
    let sent = server.last();
    assert_eq!(sent.header("x-client-timezone").unwrap(), "Asia/Tokyo");
    assert_eq!(sent.header("x-depth").unwrap(), "2");
    let told = run("deep").await;
    let reason =
        "the environment variable CLIENT_DEFAULTS_DEPTH has a value that the API does not accept";
    assert!(told.contains(reason), "{told}");
    assert_eq!(server.count(), 1);
}

/// Meetings that lead to each other as the map says; `end` is one.
async fn meetings(leads: &[(&str, &str)]) -> Server {
    let owned = |(from, to): &(&str, &str)| ((*from).to_owned(), (*to).to_owned());
    let leads: BTreeMap<String, String> = leads.iter().map(owned).collect();
    Server::answering(move |request| {
        assert_eq!(request.header("x-key").unwrap(), "k3y");
        assert_eq!(request.header("x-zone").unwrap(), "UTC");
        let id = request.line.rsplit('/').next().unwrap();
        let headers = format!("x-request-id: r-{id}\r\n");
        match (leads.get(id), id) {
            (Some(next), _) => page(200, &headers, &json!({ "redirect_to_meeting_id": next })),
            (None, "end") => {
                let found = json!({ "title": "Weekly", "redirect_to_meeting_id": null });
                page(200, &headers, &found)
            }
            _ => page(404, &headers, &json!({ "message": "no such meeting" })),
        }
    })
    .await
}

fn reader(server: &Server) -> follow::Client {
    let builder = follow::Client::builder().base_url(server.url()).key("k3y");
    builder.retry(RetryPolicy::none()).build().unwrap()
}

fn request<'a>(client: &'a follow::Client, id: &str) -> follow::builder::GetMeeting<'a> {
    client.get_meeting().meeting_id(id).x_zone("UTC")
}

#[tokio::test]
async fn a_meeting_that_moved_is_found_at_the_end_of_its_way() {
    let server = meetings(&[("a", "b"), ("b", "end")]).await;
    let client = reader(&server);
    let found = request(&client, "a").follow().send().await.unwrap();
    assert_eq!(found.title.as_deref(), Some("Weekly"));
    assert_eq!(found.passed(), ["a", "b"]);
    assert_eq!(found.request_id(), Some("r-end"));
    assert_eq!(found.status(), 200);
    assert_eq!(server.count(), 3);

    let found = request(&client, "end").follow().send().await.unwrap();
    assert!(found.passed().is_empty());
    assert_eq!(found.into_inner().title.as_deref(), Some("Weekly"));

    let plain = request(&client, "a").send().await.unwrap();
    assert_eq!(plain.redirect_to_meeting_id.as_deref(), Some("b"));
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn a_way_without_end_is_an_error_that_names_it() {
    let server = meetings(&[("a", "b"), ("b", "c"), ("c", "b")]).await;
    let client = reader(&server);
    let error = request(&client, "a").follow().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Follow);
    assert_eq!(error.request_id(), Some("r-c"));
    assert!(!error.is_unsent());
    assert_eq!(
        error.to_string(),
        "`get_meeting` failed: the server answered 200 OK, but what it leads to goes in a circle: \
         `a` -> `b` -> `c` -> `b` (request id r-c)"
    );
    assert_eq!(server.count(), 3);

    let server = meetings(&[("me", "me")]).await;
    let client = reader(&server);
    let error = request(&client, "me").follow().send().await.unwrap_err();
    assert!(
        error.to_string().contains("circle: `me` -> `me`"),
        "{error}"
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn no_more_steps_are_taken_than_allowed() {
    let way = [
        ("1", "2"),
        ("2", "3"),
        ("3", "4"),
        ("4", "5"),
        ("5", "6"),
        ("6", "end"),
    ];
    let server = meetings(&way).await;
    let client = reader(&server);
    let error = request(&client, "1").follow().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Follow);
    let text = error.to_string();
    assert!(
        text.contains("after 5 steps") && text.contains("`6` -> `end`"),
        "{text}"
    );
    assert_eq!(server.count(), 6, "the last one was not asked for");
    let found = request(&client, "1").follow().max_steps(6).send().await;
    assert_eq!(found.unwrap().passed().len(), 6);
    let error = request(&client, "6").follow().max_steps(0).send().await;
    assert!(error.unwrap_err().to_string().contains("after 0 steps"));
}

#[tokio::test]
async fn a_step_that_fails_is_the_error_of_its_call() {
    let server = meetings(&[("a", "gone/../x")]).await;
    let client = reader(&server);
    let error = request(&client, "a").follow().send().await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(
        error.body().unwrap().message.as_deref(),
        Some("no such meeting")
    );
    // What the server leads to stays in the segment of the id.
    assert_eq!(server.last().line, "GET /meetings/gone%2F..%2Fx");
    let error = client.get_meeting().follow().send().await.unwrap_err();
    assert!(error.is_unsent() && error.to_string().contains("`meeting_id` is required"));
}

#[tokio::test]
async fn ids_may_be_numbers_in_the_query_and_stand_deep_in_the_answer() {
    let server = Server::answering(|request| match request.number("number") {
        Some(7) => page(200, "", &json!({ "text": "end" })),
        number => page(
            200,
            "",
            &json!({ "text": "", "moved": { "to": number.unwrap_or(5) + 1 } }),
        ),
    })
    .await;
    let client = reader(&server);
    let found = client.get_page().number(5).follow().send().await.unwrap();
    assert_eq!(
        (found.text.as_str(), found.passed()),
        ("end", &["5", "6"].map(str::to_owned)[..])
    );
    let found = client.get_page().follow().send().await.unwrap();
    assert_eq!(found.passed(), ["", "6"]);
}

#[test]
fn links_lead_where_their_templates_say() {
    use links::links::{App, Entry, EntryTarget, EntryToRoom, Open, Search};
    let entry = Entry::new("a/c me");
    let text = |url: Result<openapi_client_runtime::Url, _>| url.map(String::from);
    assert_eq!(
        text(entry.url()).unwrap(),
        "https://app.example.com/p/a%2Fc%20me"
    );
    let entry = entry
        .target(EntryTarget::Desktop)
        .login_hint("a+b@c.example")
        .auto();
    assert_eq!(
        text(entry.url()).unwrap(),
        "https://app.example.com/p/a%2Fc%20me?target=desktop&login_hint=a%2Bb%40c.example&auto=true"
    );
    let entry = Entry::new("x").target("tray").login_hint("");
    assert_eq!(
        text(entry.url()).unwrap(),
        "https://app.example.com/p/x?target=tray"
    );
    let room = EntryToRoom::new("x", "r&1");
    assert_eq!(
        text(room.url()).unwrap(),
        "https://app.example.com/p/x?target=room:r%261"
    );
    let open = Open::new("//rooms/7".split('/'))
        .query("tab", "a b")
        .query("none", "");
    assert_eq!(
        text(open.url()).unwrap(),
        "https://app.example.com/open/rooms/7?tab=a%20b"
    );
    let search = Search::new().page(-1).exact(false);
    assert_eq!(
        text(search.url()).unwrap(),
        "https://app.example.com/search?kind=room&page=-1&exact=false"
    );
    assert_eq!(
        text(App::new("r/1").url()).unwrap(),
        "example://rooms/r%2F1"
    );
}

#[test]
fn links_take_the_values_of_their_examples() {
    use links::links::Profile;
    let link = Profile::new("value", ["value"]);
    let link = link.page(1).tab("posts").size("size");
    assert_eq!(
        link.url().unwrap().as_str(),
        "https://app.example.com/u/value/value?page=1&tab=posts&size=size"
    );
}

#[test]
fn links_that_would_lead_elsewhere_are_refused() {
    use links::links::{App, Entry, LINKS, LinkError, Open};
    let message = |error: LinkError| error.to_string();
    assert_eq!(
        message(Entry::new("..").url().unwrap_err()),
        "the link `entry` cannot be made: `slug` is `..`, which would lead elsewhere; pass the name itself"
    );
    assert_eq!(
        message(Open::new(["/", ""][1..].iter().copied()).url().unwrap_err()),
        "the link `open` cannot be made: `path` is empty, and there is no link without it"
    );
    assert!(App::new("").url().is_err());
    let inferred = LINKS
        .iter()
        .filter(|link| link.provenance() == Provenance::Inferred);
    assert_eq!(
        inferred.map(|link| link.name()).collect::<Vec<_>>(),
        ["entry_to_room"]
    );
    let source = include_str!("clients/links.rs");
    assert!(source.contains("The vendor does not document this link (basis: seen in mails)."));
}

#[tokio::test]
async fn a_document_without_these_words_has_none_of_it() {
    let server = Server::start().await;
    let client = client!(header_parameters, server);
    drop(client);
    let source = include_str!("clients/header_parameters.rs");
    for word in ["default_header", "fn follow(", "mod links"] {
        assert!(!source.contains(word), "{word}");
    }
}

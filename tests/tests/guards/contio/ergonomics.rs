//! Contio: the zone of times, meetings that were merged, and links into the web app.

use contio_client::{
    Client,
    links::{self, SsoEntryTarget},
    operations::OPERATIONS,
    runtime::{ErrorKind, Provenance, RetryPolicy},
};
use guards::recorder::{Recorder, Reply};
use serde_json::json;

fn client(server: &Recorder) -> Client {
    Client::builder()
        .base_url(server.url())
        .retry(RetryPolicy::none())
        .user_token("at-1")
        .api_key("k-1")
        .client_id("app-1")
        .client_timezone("Europe/Berlin")
        .build()
        .unwrap()
}

/// The effect on the admin side is not known, so nothing goes there.
#[tokio::test]
async fn the_zone_goes_out_with_the_user_side_alone() {
    for operation in OPERATIONS {
        let sends = operation.default_headers() == ["X-Client-Timezone"];
        let user_side = operation.path().starts_with("/v1/partner/user/");
        assert_eq!(sends, user_side, "{}", operation.id());
    }
    let server = Recorder::start(|_| Reply::new(200).body("application/json", "{}")).await;
    let client = client(&server);
    client.get_profile().send().await.unwrap();
    client.get_app().send().await.unwrap();
    let other = client.with_client_timezone("EST").unwrap();
    other.get_profile().send().await.unwrap();
    let zones: Vec<_> = server
        .take()
        .iter()
        .map(|sent| sent.header("x-client-timezone").map(str::to_owned))
        .collect();
    let zones: Vec<_> = zones.iter().map(Option::as_deref).collect();
    assert_eq!(zones, [Some("Europe/Berlin"), None, Some("EST")]);
}

/// The vendor's SDK follows one step, and answers a chain with an almost empty object.
#[tokio::test]
async fn a_chain_of_merged_meetings_ends_in_the_meeting() {
    let server = Recorder::start(|request| {
        let body = match request.path.rsplit('/').next().unwrap() {
            "m-1" => json!({ "redirect_to_meeting_id": "m-2" }),
            "m-2" => json!({ "redirect_to_meeting_id": "m-3" }),
            "m-3" => json!({ "id": "m-3", "title": "Weekly" }),
            _ => json!({ "redirect_to_meeting_id": "m-9" }),
        };
        Reply::new(200).body("application/json", body.to_string())
    })
    .await;
    let client = client(&server);
    let meeting = client.get_meeting().meeting_id("m-1").follow().send().await;
    let meeting = meeting.unwrap();
    assert_eq!(meeting.title.as_deref(), Some("Weekly"));
    assert_eq!(meeting.passed(), ["m-1", "m-2"]);
    for sent in server.take() {
        assert_eq!(sent.header("authorization"), Some("Bearer at-1"));
        assert_eq!(sent.header("x-client-timezone"), Some("Europe/Berlin"));
    }
    let circle = client.get_meeting().meeting_id("m-9").follow().send().await;
    let error = circle.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Follow);
    assert!(error.to_string().contains("`m-9` -> `m-9`"), "{error}");
}

/// What the vendor's SDK builds, and the guide shows.
#[test]
fn links_are_those_of_the_vendor() {
    let url = |link: Result<_, _>| -> String {
        let link: contio_client::runtime::Url = link.unwrap();
        link.into()
    };
    let app = "https://app.contio.ai";
    let entry = links::SsoEntry::new("northwind");
    assert_eq!(url(entry.url()), format!("{app}/p/northwind"));
    let entry = entry
        .target(SsoEntryTarget::Backlog)
        .login_hint("mara@northwind.example");
    assert_eq!(
        url(entry.auto().url()),
        format!("{app}/p/northwind?target=backlog&login_hint=mara%40northwind.example&auto=true")
    );
    let entry = links::SsoEntryToMeeting::new("northwind", "3f1c");
    assert_eq!(
        url(entry.url()),
        format!("{app}/p/northwind?target=meeting:3f1c")
    );
    assert_eq!(
        url(links::ShortMeeting::new("3f1c").url()),
        format!("{app}/m/3f1c")
    );
    assert_eq!(
        url(links::Meeting::new("3f1c").url()),
        format!("{app}/meetings/3f1c")
    );
    let open = links::OpenApp::new("///meetings/3f1c".split('/')).query("tab", "notes");
    assert_eq!(
        url(open.url()),
        format!("{app}/open/meetings/3f1c?tab=notes")
    );
    let section = links::OpenSettings::new("integrations");
    assert_eq!(
        url(section.url()),
        format!("{app}/open/settings/integrations")
    );
    let chat = links::OpenChat::new();
    assert_eq!(url(chat.url()), format!("{app}/open/?chat=new"));
    let chat = chat.prefill("What & why?");
    assert_eq!(
        url(chat.url()),
        format!("{app}/open/?chat=new&prefill=What%20%26%20why%3F")
    );
    assert!(links::Meeting::new("..").url().is_err());
    let inferred = links::LINKS
        .iter()
        .filter(|link| link.provenance() == Provenance::Inferred);
    assert!(
        inferred
            .map(|link| link.name())
            .eq(["open_app", "open_settings", "open_chat"])
    );
}

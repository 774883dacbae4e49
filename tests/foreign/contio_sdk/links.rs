//! Links that people follow, made by both sides of the same parts.

use contio_client::links::{OpenApp, OpenChat, OpenSettings, SsoEntry, SsoEntryToMeeting};
use openapi_client_runtime::Url;
use serde_json::Value;

use crate::methods::Silent;

/// Holds what the SDK made against ours, where the method makes a link, or a part of one.
pub(crate) fn assert_same(row: &Silent, made: &Value) {
    let argument = row.arguments.as_ref().map_or(&Value::Null, |all| &all[0]);
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let ours = match row.method.as_str() {
        "buildSSOEntryUrl" => SsoEntry::new(text(&argument["slug"]))
            .target(text(&argument["target"]))
            .login_hint(text(&argument["loginHint"]))
            .auto()
            .url(),
        "buildAppDeepLink" => {
            let path = text(&argument["path"]);
            let link = OpenApp::new(path.split('/').skip(1));
            let query = argument["queryParams"].as_object().into_iter().flatten();
            query
                .fold(link, |link, (name, value)| link.query(name, text(value)))
                .url()
        }
        "buildSettingsLink" => OpenSettings::new(text(argument)).url(),
        "buildChatLink" => OpenChat::new().prefill(text(&argument["message"])).url(),
        "buildMeetingTarget" => {
            let link = SsoEntryToMeeting::new("example-crm", text(argument)).url();
            let (_, target) = parts(&link.expect("it is a link")).1.remove(0);
            assert_eq!(target, text(made));
            return;
        }
        _ => return,
    };
    let theirs: Url = text(made).parse().expect("the SDK makes addresses");
    let ours = ours.expect("it is a link");
    assert_eq!(parts(&theirs), parts(&ours), "{theirs} {ours}");
}

/// The address and the query, however either is spelt.
fn parts(url: &Url) -> (String, Vec<(String, String)>) {
    let host = url.host_str().unwrap_or_default();
    let address = format!("{}://{host}{}", url.scheme(), url.path());
    (address, url.query_pairs().into_owned().collect())
}

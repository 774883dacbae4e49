//! The examples of errors keep to what the introduction of the document says of their bodies.

use guards::{
    document::{self, Operation, members, text},
    workspace,
};
use serde_json::Value;

/// Operations of the login whose errors have the bodies of `/v1/partner`, with the statuses.
const LIKE_PARTNER: [(&str, &[&str]); 2] = [
    ("complete_oauth_authorization", &["400"]),
    ("initiate_partner_auth", &["403", "404", "409"]),
];

/// Calls `judge` with each example of an error: its operation, its status and its value.
fn each_error(mut judge: impl FnMut(&Operation<'_>, &str, &Value)) {
    let apis = workspace::all_apis(&workspace::root()).unwrap();
    let api = apis.iter().find(|api| api.name == "contio").unwrap();
    let document = document::open(api).unwrap();
    let root = document.root();
    for operation in document::operations(root) {
        for (status, response) in operation.responses() {
            if !status.starts_with(['4', '5']) {
                continue;
            }
            for (_, media) in members(&response["content"]) {
                for (_, example) in document::examples(root, media) {
                    judge(&operation, status, example);
                }
            }
        }
    }
}

#[test]
fn those_of_oauth_hold_the_code_in_error() {
    let mut judged = 0;
    each_error(|operation, status, example| {
        let of_oauth = operation.path.starts_with("/oauth2") || operation.path.starts_with("/auth");
        let is_other = LIKE_PARTNER
            .iter()
            .any(|(id, statuses)| operation.id() == *id && statuses.contains(&status));
        if !of_oauth || is_other {
            return;
        }
        judged += 1;
        let at = format!("{} {status}: {example}", operation.id());
        assert!(example.get("code").is_none(), "{at}");
        let code = text(example, "error");
        assert!(!code.is_empty() && !code.contains(' '), "{at}");
        assert!(!text(example, "error_description").is_empty(), "{at}");
    });
    assert!(judged > 20, "{judged} examples");
}

#[test]
fn only_the_token_endpoint_refuses_grants() {
    let mut refused = Vec::new();
    each_error(|operation, _, example| {
        let code = text(example, "error");
        if matches!(code, "invalid_grant" | "unsupported_grant_type") {
            refused.push((operation.id().to_owned(), code.to_owned()));
        }
    });
    let token = |code: &str| ("exchange_oauth_token".to_owned(), code.to_owned());
    assert_eq!(
        refused,
        [token("invalid_grant"), token("unsupported_grant_type")]
    );
}

//! User side, admin side and OAuth have credentials of their own, and no operation takes those of
//! another side: every row of the operation table is looked at.

use contio_client::{
    Client, ClientBuilder,
    operations::OPERATIONS,
    runtime::{ErrorKind, Operation, RateLimiting, RetryPolicy},
};
use guards::{
    calls::contio::call,
    recorder::{Recorder, Reply, Request},
};

/// Where credentials go, and which setter of the builder gives them.
const PLACES: [&str; 3] = ["authorization", "x-api-key", "x-client-id"];

const USER: [Option<&str>; 3] = [Some("Bearer at-1"), None, None];
const ADMIN: [Option<&str>; 3] = [None, Some("k-1"), Some("app-1")];
/// `client-7:s-1`
const CLIENT: [Option<&str>; 3] = [Some("Basic Y2xpZW50LTc6cy0x"), None, None];
const NOBODY: [Option<&str>; 3] = [None, None, None];

fn builder(server: &Recorder) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .rate_limiting(RateLimiting::Off)
        .retry(RetryPolicy::none())
}

fn with_everything(server: &Recorder) -> ClientBuilder {
    builder(server)
        .user_token("at-1")
        .api_key("k-1")
        .client_id("app-1")
        .client_basic("client-7", "s-1")
}

/// What the facts say of a path, whatever the table says.
fn side(operation: &Operation) -> [Option<&'static str>; 3] {
    const OF_THE_CLIENT: [&str; 7] = [
        "initiate_partner_auth",
        "verify_partner_auth",
        "check_oauth_consent",
        "introspect_oauth_token",
        "revoke_oauth_token",
        "list_oauth_scopes",
        "exchange_oauth_token",
    ];
    match (operation.path(), operation.id()) {
        (path, _) if path.starts_with("/v1/partner/user/") => USER,
        (path, _) if path.starts_with("/v1/partner/admin/") => ADMIN,
        (_, "get_oauth_user_info") => USER,
        (_, id) if OF_THE_CLIENT.contains(&id) => CLIENT,
        _ => NOBODY,
    }
}

fn credentials(request: &Request) -> [Option<&str>; 3] {
    PLACES.map(|name| request.header(name))
}

#[tokio::test]
async fn every_call_carries_the_credentials_of_its_side_and_no_other() {
    let server = Recorder::replying(vec![Reply::new(500)]).await;
    let client = with_everything(&server).build().unwrap();
    let mut counts = [0; 4];
    for operation in OPERATIONS {
        call(&client, operation.id()).await.unwrap();
        let sent = server.take();
        assert_eq!(sent.len(), 1, "{}", operation.id());
        let expected = side(operation);
        assert_eq!(credentials(&sent[0]), expected, "{}", operation.id());
        let count = [USER, ADMIN, CLIENT, NOBODY]
            .iter()
            .position(|side| *side == expected);
        counts[count.unwrap()] += 1;
    }
    assert_eq!(counts, [65, 62, 7, 10]);
}

/// A client that has all but a credential of one side sends nothing there, names the setters of that
/// side, and says which of them it has.
#[tokio::test]
async fn missing_credentials_are_named_before_anything_is_sent() {
    let server = Recorder::replying(vec![Reply::new(500)]).await;
    let others = || builder(&server).client_basic("client-7", "s-1");
    let no_user = others().api_key("k-1").client_id("app-1");
    let no_key = others().user_token("at-1").client_id("app-1");
    let no_id = others().user_token("at-1").api_key("k-1");
    let no_pair = others().user_token("at-1");
    let no_client = builder(&server)
        .user_token("at-1")
        .api_key("k-1")
        .client_id("app-1");
    let mut refused = 0;
    for (builder, concerned, named) in [
        (no_user, USER, &["user_token"][..]),
        (no_key, ADMIN, &["api_key", "client_id"]),
        (no_id, ADMIN, &["api_key", "client_id"]),
        (no_pair, ADMIN, &["api_key", "client_id"]),
        (no_client, CLIENT, &["client_basic"]),
    ] {
        let client = builder.build().unwrap();
        for operation in OPERATIONS.iter().filter(|one| side(one) == concerned) {
            let error = call(&client, operation.id()).await.unwrap().result;
            let error = error.unwrap_err();
            let text = format!("{}: {}", operation.id(), error.text);
            assert_eq!(error.kind, ErrorKind::MissingCredential, "{text}");
            for setter in ["user_token", "api_key", "client_id", "client_basic"] {
                let told = text.contains(&format!("`{setter}`"));
                assert_eq!(told, named.contains(&setter), "{text}");
            }
            for secret in ["at-1", "k-1", "app-1", "s-1"] {
                assert!(!text.contains(secret), "{text}");
            }
            refused += 1;
        }
    }
    assert_eq!((server.take().len(), refused), (0, 65 + 3 * 62 + 7));
}

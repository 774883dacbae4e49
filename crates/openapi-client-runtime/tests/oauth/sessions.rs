//! Sessions under load, and when something fails in the middle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use openapi_client_runtime::{
    AccessToken, ErrorKind, MemoryStore, OAuthSession, TokenSource, TokenStore, Tokens,
};
use tokio::time::{sleep, timeout};

use crate::provider::{Provider, Settings};
use crate::{builder, call, client, config, expired, in_an_hour, lasting, oauth};

async fn calls(core: &openapi_client_runtime::Core, many: usize) -> Vec<Result<(), String>> {
    let tasks: Vec<_> = (0..many)
        .map(|_| {
            let core = core.clone();
            tokio::spawn(async move { call(&core).await.map_err(|error| error.to_string()) })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

fn session(url: &str, tokens: Tokens) -> (OAuthSession, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::from(tokens));
    (oauth(url).session(Arc::clone(&store)), store)
}

async fn stored(store: &MemoryStore) -> (String, Option<String>) {
    let tokens = store.load().await.unwrap().unwrap();
    let refresh = tokens
        .refresh_token()
        .map(|token| token.expose().to_owned());
    (tokens.access_token().expose().to_owned(), refresh)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_with_an_expired_token_make_one_refresh() {
    let provider = Provider::start().await;
    provider.close_gate();
    let (session, store) = session(&provider.url, expired());
    let core = client(builder(&provider.url), session);
    let running = tokio::spawn(async move { calls(&core, 1000).await });
    provider.until_asked(1).await;
    sleep(Duration::from_millis(100)).await;
    provider.open_gate();
    let outcomes = running.await.unwrap();
    assert_eq!(outcomes.len(), 1000);
    assert!(
        outcomes.iter().all(Result::is_ok),
        "{:?}",
        outcomes.iter().find(|o| o.is_err())
    );
    assert_eq!(provider.asked(), 1);
    assert_eq!(
        provider.requests_to("/things").len(),
        1000,
        "no call was refused"
    );
    assert_eq!(stored(&store).await, ("at-1".into(), Some("rt-1".into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_401_makes_one_refresh_and_one_repeat_each() {
    let provider = Provider::start().await;
    let (session, _) = session(&provider.url, lasting());
    let core = client(builder(&provider.url), session);
    call(&core).await.unwrap();
    provider.revoke_access();
    let outcomes = calls(&core, 300).await;
    assert!(
        outcomes.iter().all(Result::is_ok),
        "{:?}",
        outcomes.iter().find(|o| o.is_err())
    );
    assert_eq!(provider.asked(), 1);
    assert!(provider.requests_to("/things").len() <= 1 + 600);
}

#[tokio::test]
async fn a_401_that_no_refresh_mends_is_the_answer() {
    let provider = Provider::start().await;
    // Without a refresh token.
    let (bare, _) = session(&provider.url, Tokens::new("other"));
    let core = client(builder(&provider.url), bare);
    for _ in 0..2 {
        assert!(call(&core).await.unwrap_err().is_unauthorized());
    }
    assert_eq!(provider.asked(), 0);
    // With one, but the new token is refused as well.
    let (session, _) = session(&provider.url, lasting());
    let refused = session.token().await.unwrap();
    let first = session.renew(&refused).await.unwrap().unwrap();
    assert_eq!(first.secret().expose(), "at-1");
    // Whoever comes late with the old one gets the new one, without another refresh.
    let late = session.renew(&refused).await.unwrap().unwrap();
    assert_eq!(late, first);
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn a_rotated_refresh_token_outlives_the_call_that_asked_for_it() {
    let provider = Provider::start().await;
    provider.close_gate();
    let builder = builder(&provider.url)
        .timeout(Duration::from_millis(400))
        .read_timeout(Duration::from_millis(100))
        .attempt_timeout(Duration::from_millis(300));
    let store = Arc::new(MemoryStore::from(expired()));
    let session = builder
        .oauth("user", config())
        .unwrap()
        .session(Arc::clone(&store));
    let core = client(builder, session);
    let first = timeout(Duration::from_millis(50), call(&core)).await;
    assert!(first.is_err(), "the caller has gone");
    provider.until_asked(1).await;
    provider.open_gate();
    // Longer than any timeout: a reply that nobody waited for is not late.
    sleep(Duration::from_millis(600)).await;
    assert_eq!(stored(&store).await.0, "at-0");
    call(&core).await.unwrap();
    assert_eq!(provider.asked(), 1);
    assert_eq!(stored(&store).await, ("at-1".into(), Some("rt-1".into())));
}

#[tokio::test]
async fn a_refresh_that_hangs_ends_with_a_timeout_and_is_tried_again() {
    let provider = Provider::with(Settings {
        rotates: false,
        ..Settings::default()
    })
    .await;
    provider.close_gate();
    let builder = builder(&provider.url).timeout(Duration::from_millis(150));
    let session = builder
        .oauth("user", config())
        .unwrap()
        .session(MemoryStore::from(expired()));
    for waiter in 0..2 {
        let failure = session.token().await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Timeout, "{waiter}: {failure}");
    }
    assert_eq!(provider.asked(), 2);
    provider.open_gate();
    assert!(session.token().await.is_ok());
}

#[tokio::test]
async fn a_failed_refresh_is_the_error_of_all_who_wait_and_of_no_other() {
    let provider = Provider::start().await;
    let (session, store) = session(&provider.url, expired());
    let core = client(builder(&provider.url), session);
    provider.close_gate();
    let body = r#"{"error":"invalid_grant","error_description":"revoked by the user"}"#;
    provider.fail("400 Bad Request", body);
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let core = core.clone();
            tokio::spawn(async move { call(&core).await.unwrap_err() })
        })
        .collect();
    provider.until_asked(1).await;
    sleep(Duration::from_millis(50)).await;
    provider.open_gate();
    for waiter in waiting {
        let error = waiter.await.unwrap();
        assert_eq!(error.kind(), ErrorKind::SignInRequired);
        assert_eq!(error.code(), Some("invalid_grant"));
        assert!(error.is_unsent() && !error.is_retryable());
        let text = error.to_string();
        assert!(text.ends_with(
            " was not sent: the session has ended, sign in again: `oauth_token` failed: the server \
             answered 400 Bad Request: revoked by the user (code invalid_grant, request id 7f)"
        ), "{text}");
    }
    assert_eq!(provider.asked(), 1);
    assert_eq!(provider.requests_to("/things").len(), 0);
    assert_eq!(
        stored(&store).await,
        ("at-0".into(), Some("rt-0".into())),
        "nothing is cleared"
    );
    // What was a fault of the server passes with the next call.
    call(&core).await.unwrap();
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn other_failures_keep_what_the_server_said() {
    let provider = Provider::start().await;
    let (session, _) = session(&provider.url, expired());
    let core = client(builder(&provider.url), session);
    for (status, body, kind) in [
        (
            "401 No",
            r#"{"error":"invalid_client"}"#,
            ErrorKind::Credential,
        ),
        ("502 Bad Gateway", "<html>", ErrorKind::Credential),
        ("200 OK", r#"{"access_token":""}"#, ErrorKind::Credential),
        ("302 Found", "", ErrorKind::Credential),
    ] {
        let asked = provider.asked();
        provider.fail(status, body);
        let error = call(&core).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(status.starts_with(error.status().unwrap().as_str()));
        assert_eq!(error.request_id(), Some("7f"));
        assert_eq!(
            provider.asked(),
            asked + 1,
            "a refresh is not repeated by itself"
        );
        assert!(provider.requests_to("/elsewhere").is_empty());
    }
    call(&core).await.unwrap();
}

#[tokio::test]
async fn what_needs_the_user_is_said_before_anything_is_sent() {
    let provider = Provider::start().await;
    let ended = Tokens::new("at-0").with_expires_at(UNIX_EPOCH);
    let (ended, _) = session(&provider.url, ended);
    let nobody = oauth(&provider.url).session(MemoryStore::new());
    for (session, reason) in [
        (ended, "no refresh token"),
        (nobody, "OAuthSession::sign_in"),
    ] {
        let core = client(builder(&provider.url), session);
        let error = call(&core).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignInRequired);
        assert!(
            error.is_unsent() && error.to_string().contains(reason),
            "{error}"
        );
    }
    assert!(provider.requests().is_empty());
}

#[tokio::test]
async fn tokens_are_renewed_some_time_before_their_end() {
    let provider = Provider::with(Settings {
        expires_in: 100,
        ..Settings::default()
    })
    .await;
    let time = Arc::new(AtomicU64::new(1_000_000));
    let clock = Arc::clone(&time);
    let config = config()
        .refresh_margin(Duration::from_secs(30))
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)));
    let oauth = builder(&provider.url).oauth("user", config).unwrap();
    let session = oauth.session(MemoryStore::from(expired()));
    let token_at = async |seconds: u64| {
        time.store(1_000_000 + seconds, Ordering::SeqCst);
        session.token().await.unwrap().secret().expose().to_owned()
    };
    assert_eq!(token_at(0).await, "at-1");
    assert_eq!(token_at(69).await, "at-1");
    assert_eq!(token_at(70).await, "at-2");
    assert_eq!(token_at(139).await, "at-2");
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn a_reply_without_a_refresh_token_keeps_the_old_one() {
    let provider = Provider::with(Settings {
        rotates: false,
        ..Settings::default()
    })
    .await;
    let tokens = expired().with_scopes(["read"]);
    let (session, store) = session(&provider.url, tokens);
    let token = session.token().await.unwrap();
    assert!(token.scopes().unwrap().contains("read"));
    assert_eq!(stored(&store).await, ("at-1".into(), Some("rt-0".into())));
    assert_eq!(
        session
            .renew(&token)
            .await
            .unwrap()
            .unwrap()
            .secret()
            .expose(),
        "at-2"
    );
}

#[tokio::test]
async fn whoever_signs_in_during_a_refresh_wins() {
    let provider = Provider::start().await;
    provider.close_gate();
    let (session, store) = session(&provider.url, expired());
    let waiting = tokio::spawn({
        let session = session.clone();
        async move { session.token().await }
    });
    provider.until_asked(1).await;
    let next = Tokens::new("next").with_expires_at(in_an_hour());
    session.sign_in(next).await.unwrap();
    let token = session.token().await.unwrap();
    assert_eq!(token.secret().expose(), "next");
    provider.open_gate();
    assert_eq!(waiting.await.unwrap().unwrap(), token);
    assert_eq!(stored(&store).await, ("next".into(), None));

    session.sign_out().await.unwrap();
    assert_eq!(store.load().await.unwrap(), None);
    assert_eq!(session.tokens().await.unwrap(), None);
    let failure = session.token().await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::SignInRequired);
}

#[tokio::test]
async fn an_application_renews_its_own_tokens_and_touches_no_others() {
    let provider = Provider::start().await;
    let oauth = oauth(&provider.url);
    let (user, store) = session(&provider.url, lasting());
    let of_user = user.token().await.unwrap();
    let application = oauth.client_session(["write", "read"], MemoryStore::new());
    let core = client(builder(&provider.url), application.clone());
    call(&core).await.unwrap();
    provider.revoke_access();
    call(&core).await.unwrap();
    let asked = provider.requests_to("/oauth2/token");
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].form["grant_type"], "client_credentials");
    assert_eq!(asked[0].form["scope"], "read write");
    let scopes = application.token().await.unwrap();
    assert_eq!(scopes.scopes().unwrap().len(), 2, "as requested");
    assert_eq!(stored(&store).await.0, of_user.secret().expose());
}

#[tokio::test]
async fn the_tokens_of_another_process_are_taken_over() {
    let provider = Provider::start().await;
    let (session, store) = session(&provider.url, expired());
    assert_eq!(session.tokens().await.unwrap(), Some(expired()));
    // Another process has refreshed: `rt-0` is worthless now.
    let (other, _) = self::session(&provider.url, expired());
    other.token().await.unwrap();
    store
        .save(&other.tokens().await.unwrap().unwrap())
        .await
        .unwrap();
    assert_eq!(session.token().await.unwrap(), AccessToken::new("at-1"));
    assert_eq!(provider.asked(), 1);
}

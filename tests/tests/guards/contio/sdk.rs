//! What is known to go wrong with the vendor's SDK, tried with this client. `docs/contio-sdk-faults.md`
//! says which test stands for which fault.

use std::{collections::BTreeSet, sync::Arc};

use contio_client::{
    CallOptions, Client, RetryPolicy,
    operations::OPERATIONS,
    runtime::{ErrorKind, RateLimiting},
    types::{self, AutomationTrigger},
};
use guards::recorder::{Recorder, Reply};
use rcgen::{CertificateParams, KeyPair};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

use super::{builder, json_reply};

async fn answering(body: Value) -> (Recorder, Client) {
    let server = Recorder::replying(vec![json_reply(200, &body)]).await;
    let client = builder(&server).build().unwrap();
    (server, client)
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Row 1: whoever answers at `localhost` with a certificate of their own gets no request to read.
#[tokio::test]
async fn a_host_called_local_has_to_prove_who_it_is() {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.ok()?;
        let mut sent = [0; 16];
        let read = stream.read(&mut sent).await.ok()?;
        (read > 0).then_some(())
    });
    let client = Client::builder().base_url(format!("https://localhost:{port}"));
    let client = client.user_token("at-1").retry(RetryPolicy::none());
    let error = client.build().unwrap().get_profile().send().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert_eq!(server.await.unwrap(), None, "nothing was sent");
}

/// Row 3: the admin side has keys too, made or chosen.
#[tokio::test]
async fn a_write_of_the_admin_side_has_an_idempotency_key() {
    let (server, client) = answering(json!({ "id": "t-1" })).await;
    let body = || types::CreateTemplateRequest::new("Weekly");
    client.create_template().body(body()).send().await.unwrap();
    let own = CallOptions::new().idempotency_key("order-7");
    let call = client.create_template().body(body()).with_options(own);
    call.send().await.unwrap();
    let sent = server.take();
    let made = sent[0].header("idempotency-key").unwrap();
    assert_eq!(made.len(), 36, "{made}");
    assert_eq!(sent[1].header("idempotency-key"), Some("order-7"));
}

/// Row 5: what is set once holds on both sides, and a call can say otherwise.
#[tokio::test]
async fn the_settings_of_the_builder_reach_both_sides() {
    let server = Recorder::replying(vec![Reply::new(503).header("Retry-After", "0")]).await;
    let twice = RetryPolicy::new().max_attempts(2);
    let client = builder(&server).retry(twice).build().unwrap();
    let error = client.get_app().send().await.unwrap_err();
    assert_eq!(error.attempts(), 2);
    let error = client.get_profile().send().await.unwrap_err();
    assert_eq!(error.attempts(), 2);
    let once = CallOptions::new().retry(RetryPolicy::none());
    let error = client.get_app().with_options(once).send().await;
    assert_eq!(error.unwrap_err().attempts(), 1);
    assert_eq!(server.take().len(), 5);
}

/// Row 15: errors of what is no JSON are read like others.
#[tokio::test]
async fn a_transcript_that_fails_tells_code_message_and_request_id() {
    let body = json!({ "error": "No transcript.", "code": "not_found", "request_id": "req-7" });
    let server = Recorder::replying(vec![json_reply(404, &body)]).await;
    let client = builder(&server).build().unwrap();
    let transcript = client.export_meeting_transcript().meeting_id("m-1");
    let error = transcript.send().await.unwrap_err();
    assert_eq!(error.code(), Some("not_found"));
    assert_eq!(error.message(), Some("No transcript."));
    assert_eq!(error.request_id(), Some("req-7"));
    assert!(error.is_not_found());
}

/// Row 17: the plans are members, not something to dig for.
#[tokio::test]
async fn a_plan_that_does_not_suffice_is_typed() {
    let body = json!({
        "message": "Upgrade.", "feature": "chat", "current_plan": "FREE", "required_plan": "PRO",
    });
    let server = Recorder::replying(vec![json_reply(402, &body)]).await;
    let client = builder(&server).build().unwrap();
    let body = types::CreateChatSessionRequest::new("Hello.");
    let error = client.create_chat_session().body(body).send().await;
    let plan = error.unwrap_err().into_body().unwrap();
    assert_eq!(plan.feature.as_deref(), Some("chat"));
    assert_eq!(plan.current_plan.as_deref(), Some("FREE"));
    assert_eq!(plan.required_plan.as_deref(), Some("PRO"));
}

/// Row 19: options of a call are headers.
#[tokio::test]
async fn nothing_of_the_options_of_a_chat_goes_into_the_address() {
    let (server, client) = answering(json!({})).await;
    let turn = client.get_chat_turn().session_id("s-1").turn_id("t-1");
    let turn = turn.x_client_timezone("Europe/Berlin".to_owned());
    turn.send().await.unwrap();
    let body = types::SendChatMessageRequest::new("Hello.");
    let message = client.send_chat_message().session_id("s-1").body(body);
    let message = message.x_client_timezone("Europe/Berlin".to_owned());
    let key = CallOptions::new().idempotency_key("turn-7");
    message.with_options(key).send().await.unwrap();
    let sent = server.take();
    for request in &sent {
        assert_eq!(request.query, None);
        assert_eq!(request.header("x-client-timezone"), Some("Europe/Berlin"));
    }
    assert_eq!(sent[1].header("idempotency-key"), Some("turn-7"));
}

/// Row 20: not four of the lists, but all of them.
#[test]
fn every_list_that_comes_in_pages_can_be_read_to_its_end() {
    let document: Value = serde_json::from_str(contio_client::DOCUMENT).unwrap();
    let mut paged = BTreeSet::new();
    for operation in OPERATIONS {
        let path = document["paths"][operation.path()].clone();
        let described = &path[operation.method().as_str().to_ascii_lowercase()];
        let parameters = described["parameters"].as_array().into_iter().flatten();
        let references = parameters.map(ToString::to_string);
        let text: String = references.collect::<String>().to_ascii_lowercase();
        let takes_a_place = text.contains("offset");
        assert_eq!(
            takes_a_place,
            operation.pagination().is_some(),
            "{}",
            operation.id()
        );
        if takes_a_place {
            paged.insert(operation.id());
        }
    }
    assert_eq!(paged.len(), 21, "{paged:?}");
    assert!(paged.contains("list_backlog_items") && paged.contains("get_chat_session"));
}

/// Row 22: on successes and on errors.
#[tokio::test]
async fn headers_of_replies_can_be_read() {
    let reply = |status, body: Value| {
        json_reply(status, &body)
            .header("Idempotent-Replayed", "true")
            .header("X-API-Version", "1.10")
    };
    let replies = vec![
        reply(201, json!({ "id": "m-1" })),
        reply(409, json!({ "code": "conflict" })),
    ];
    let server = Recorder::replying(replies).await;
    let client = builder(&server).build().unwrap();
    let create = || {
        let body = types::CreateMeetingRequest::new("Weekly");
        client.create_meeting().body(body)
    };
    let made = create().send().await.unwrap();
    assert_eq!(made.headers()["idempotent-replayed"], "true");
    assert_eq!(made.headers()["x-api-version"], "1.10");
    let error = create().send().await.unwrap_err();
    assert_eq!(error.headers().unwrap()["x-api-version"], "1.10");
}

/// Row 25: the paths and methods of the vendor's API description, where the SDK has others.
#[tokio::test]
async fn paths_are_those_of_the_api_and_not_of_the_sdk() {
    let (server, client) = answering(json!({})).await;
    client.delete_webhook_filter().send().await.unwrap();
    let status = types::UpdateWebhookStatusRequest::new(false);
    client
        .update_webhook_status()
        .body(status)
        .send()
        .await
        .unwrap();
    let toolkit = types::UpdateToolkitRequest::new();
    let update = client.admin_update_toolkit().toolkit_id("t-1");
    update.body(toolkit).send().await.unwrap();
    let uninstall = client.uninstall_toolkit().workspace_id("w-1");
    // The reply has a body where none is declared; only the request counts here.
    let _ = uninstall.toolkit_id("t-1").send().await;
    let sent = server.take();
    let lines: Vec<String> = sent
        .iter()
        .map(|request| format!("{} {}", request.method, request.path))
        .collect();
    assert_eq!(
        lines,
        [
            "DELETE /v1/partner/admin/webhook-filter",
            "PUT /v1/partner/admin/webhook-status",
            "PATCH /v1/partner/admin/toolkits/t-1",
            "DELETE /v1/partner/user/workspaces/w-1/toolkits/t-1",
        ]
    );
}

/// Row 26: members as they are on the wire; what the SDK calls `challengeName` is found.
#[test]
fn results_of_the_login_are_read_as_they_are_spelt() {
    let challenge: types::AuthChallenge =
        read(json!({ "challenge_name": "EMAIL_OTP", "user_provisioned": true }));
    assert_eq!(challenge.challenge_name.as_deref(), Some("EMAIL_OTP"));
    assert_eq!(challenge.user_provisioned, Some(true));
    let check: types::ConsentCheck =
        read(json!({ "has_consent": true, "redirect_url": "https://crm.example.com/" }));
    assert_eq!(check.has_consent, Some(true));
    assert!(check.redirect_url.is_some());
    let partner: types::PublicPartnerInfo = read(json!({ "client_id": "app-1", "name": "CRM" }));
    assert_eq!(partner.client_id.as_deref(), Some("app-1"));
}

/// Row 27: scopes are a list.
#[tokio::test]
async fn a_check_of_consent_sends_a_list_of_scopes() {
    let (server, client) = answering(json!({})).await;
    let body = types::ConsentCheckRequest::new("app-1", "rosa.keller@example.com");
    let body = body.scopes(["profile", "meetings:read"]);
    client
        .check_oauth_consent()
        .body(body)
        .send()
        .await
        .unwrap();
    let sent: Value = serde_json::from_slice(&server.take()[0].body).unwrap();
    assert_eq!(sent["scopes"], json!(["profile", "meetings:read"]));
    assert_eq!(sent.get("scope"), None);
}

/// Row 33: the members of the vendor's API description, not those of the SDK's own types.
#[test]
fn models_are_those_of_the_api_description() {
    let result: types::NextStepResult = read(json!({
        "generated_text": "Done.", "content_format": "markdown", "expires_at": "2026-09-21T09:00:00Z",
    }));
    assert_eq!(result.generated_text.as_deref(), Some("Done."));
    let trigger: types::ActionButtonTrigger = read(json!({ "invocation_id": "i-1" }));
    assert_eq!(trigger.invocation_id.as_deref(), Some("i-1"));
    let document: types::MeetingContext = read(json!({ "model_id": "x", "source_name": "CRM" }));
    let written = serde_json::to_value(&document).unwrap();
    assert_eq!(written, json!({ "model_id": "x", "source_name": "CRM" }));
}

/// Row 34: enums are enums, free-form JSON says so, and what is new is kept.
#[tokio::test]
async fn what_the_sdk_leaves_untyped_is_typed_here() {
    let automation = json!({
        "id": "a-1", "status": "hibernating", "trigger_type": "meeting_ended",
        "actions": [{ "type": "webhook", "config": { "url": "https://crm.example.com/", "depth": 2 } }],
    });
    let (_server, client) = answering(automation).await;
    let found = client.get_automation().automation_id("a-1").send().await;
    let found = found.unwrap().into_inner();
    assert_eq!(found.trigger_type, Some(AutomationTrigger::MeetingEnded));
    let status = found.status.unwrap();
    assert!(
        matches!(status, types::AutomationStatus::Unknown(_)),
        "{status:?}"
    );
    assert_eq!(status.as_str(), "hibernating");
    let action = &found.actions.as_ref().unwrap()[0];
    assert_eq!(action.config.as_ref().unwrap()["depth"], json!(2));
}

/// Row 35: the operations that the SDK 1.9.0 has no method for.
#[test]
fn operations_without_a_method_in_the_sdk_have_one_here() {
    const WITHOUT: [&str; 30] = [
        "get_oauth_jwks",
        "get_openid_configuration",
        "complete_oauth_authorization",
        "get_oauth_health",
        "update_app",
        "update_automation",
        "update_idp_config",
        "update_template",
        "handle_sso_callback",
        "get_sso_info",
        "initiate_sso",
        "get_sso_session",
        "update_action_item",
        "list_backlog_items",
        "create_backlog_item",
        "list_backlog_item_history",
        "get_backlog_item",
        "update_backlog_item",
        "delete_backlog_item",
        "assign_backlog_item",
        "apply_meeting_template",
        "list_meeting_template_next_steps",
        "update_agenda_item",
        "list_meeting_attachments",
        "create_meeting_attachment",
        "get_meeting_attachment",
        "delete_meeting_attachment",
        "download_meeting_attachment",
        "unlink_calendar_event",
        "list_installed_toolkits",
    ];
    for id in WITHOUT {
        assert!(OPERATIONS.iter().any(|one| one.id() == id), "{id}");
    }
}

/// Row 36: a merged meeting comes as it is, and says where to go on.
#[tokio::test]
async fn a_merged_meeting_says_where_it_went() {
    let (server, client) = answering(json!({ "redirect_to_meeting_id": "m-2" })).await;
    let meeting = client.get_meeting().meeting_id("m-1").send().await.unwrap();
    assert_eq!(meeting.redirect_to_meeting_id.as_deref(), Some("m-2"));
    assert_eq!(server.take().len(), 1, "nobody asked to follow");
}

/// Row 39: what arrives is handed on while the rest is still under way.
#[tokio::test]
async fn a_download_begins_before_it_has_ended() {
    use futures_util::StreamExt;

    let mut file = Reply::new(200).body("application/octet-stream", "the first half, the second");
    file.cut = Some(14);
    let server = Recorder::replying(vec![file]).await;
    let client = builder(&server).build().unwrap();
    let download = client.download_meeting_context().meeting_id("m-1");
    let download = download.context_id("c-1").send().await.unwrap();
    let mut chunks = download.into_inner();
    assert_eq!(chunks.next().await.unwrap().unwrap(), "the first half");
    let error = chunks.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
}

/// Row 7: nothing is tried, and nothing waited for, where there is no token.
#[tokio::test(start_paused = true)]
async fn a_call_without_a_token_ends_at_once() {
    let client = Client::builder().base_url("http://127.0.0.1:9");
    let client = client.rate_limiting(RateLimiting::Wait).build().unwrap();
    let before = tokio::time::Instant::now();
    let error = client.list_meetings().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingCredential, "{error}");
    assert!(error.to_string().contains("user_token"), "{error}");
    assert_eq!(before.elapsed().as_secs(), 0);
}

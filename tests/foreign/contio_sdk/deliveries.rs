//! Webhooks: what the mock server signs, held against the verifiers of both sides.

use std::time::{Duration, SystemTime};

use contio_client::{
    mock,
    webhooks::{ENVELOPE, Event, ReplayCache, SIGNATURE, SIGNATURE_BODY_ONLY, Signer, Verifier},
};
use guards::recorder::{Recorder, Reply};
use reqwest::{Client, header::HeaderMap};
use serde_json::{Value, json};

use crate::sdk::Sdk;

const SECRET: &str = "not-a-real-secret";
const EVENT: &str = "meeting.completed";
const HOUR: Duration = Duration::from_secs(3600);

/// Who judges, in the order of the verdicts.
pub(crate) const JUDGES: [&str; 5] = [
    "SDK: verifier, handler, functions",
    "SDK: middleware behind `express.raw`",
    "SDK: middleware behind `express.json`",
    "ours",
    "ours with `SIGNATURE_BODY_ONLY`",
];

/// A delivery as it came.
#[derive(Clone)]
struct Delivery {
    headers: HeaderMap,
    body: String,
}

/// What each judge says of each delivery.
pub(crate) async fn judge_all(sdk: &mut Sdk) -> Vec<(&'static str, Vec<String>)> {
    let connected = json!({ "baseURL": "http://localhost", "secret": SECRET });
    sdk.tell("connect", json!({ "settings": connected }))
        .expect("it is configured");
    let listening = sdk.tell("listen", json!({ "secret": SECRET }));
    let address = listening.expect("a free port");
    let address = address.as_str().expect("an address").to_owned();

    let plain = delivered(None).await;
    let of_the_sdk = delivered(Some("body-only")).await;
    let mut changed = of_the_sdk.clone();
    changed.body = changed.body.replacen(EVENT, "meeting.created", 1);
    let all = [
        ("form of the quick start", plain.clone()),
        ("the same once more", plain.clone()),
        ("form of the quick start, an hour old", old(&plain.body)),
        ("form of the SDK", of_the_sdk.clone()),
        ("the same once more", of_the_sdk),
        ("form of the SDK, with another body", changed),
    ];
    let cache = || ReplayCache::new(100).event_ids(&ENVELOPE);
    let ours = [&SIGNATURE, &SIGNATURE_BODY_ONLY].map(|form| {
        let verifier = Verifier::new(form, [SECRET]).expect("the secret is one");
        verifier.replay_cache(cache())
    });
    let mut verdicts = Vec::new();
    for (name, delivery) in all {
        let mut said = vec![
            by_verifiers(sdk, &delivery),
            by_middleware(&format!("{address}/raw"), &delivery).await,
            by_middleware(&format!("{address}/parsed"), &delivery).await,
        ];
        said.extend(ours.iter().map(|verifier| by_us(verifier, &delivery)));
        verdicts.push((name, said));
    }
    verdicts
}

/// What the mock server sends, signed as the document says, or by one of its alternatives.
async fn delivered(alternative: Option<&str>) -> Delivery {
    let server = mock::start().await;
    let receiver = Recorder::replying(vec![Reply::new(200)]).await;
    let webhooks = server.webhooks();
    let registered = match alternative {
        None => webhooks.register(receiver.url(), SECRET),
        Some(name) => webhooks.register_alternative(name, receiver.url(), SECRET),
    };
    registered.expect("the document has this form");
    let sent = webhooks.send(EVENT, None).await;
    assert!(sent.expect("the document has this event")[0].is_delivered());
    let request = receiver.take().remove(0);
    let headers = request.headers.iter().map(|(name, value)| {
        let name = name.parse().expect("it came as a name");
        (name, value.parse().expect("it came as a value"))
    });
    let mut headers: HeaderMap = headers.collect();
    for of_the_connection in ["host", "content-length"] {
        headers.remove(of_the_connection);
    }
    Delivery {
        headers,
        body: request.text(),
    }
}

/// As the mock signs, an hour ago.
fn old(body: &str) -> Delivery {
    let signer = Signer::new(&SIGNATURE, [SECRET]).expect("the secret is one");
    let signed = signer.sign(SystemTime::now() - HOUR, body.as_bytes());
    let mut headers = signed.expect("it can be signed");
    headers.insert("content-type", "application/json".parse().expect("a value"));
    Delivery {
        headers,
        body: body.to_owned(),
    }
}

fn verdict(refused: Option<impl std::fmt::Display>) -> String {
    refused.map_or("accepted".to_owned(), |why| format!("refused: {why}"))
}

/// All that the SDK has beside its middleware; they have to agree.
fn by_verifiers(sdk: &mut Sdk, delivery: &Delivery) -> String {
    let signature = delivery.headers["x-contio-signature"].to_str();
    let signature = signature.expect("it is a text");
    let payload = &delivery.body;
    let event = json!({ "payload": payload, "signature": signature, "event": EVENT });
    let two = json!([payload, signature]);
    let three = json!([payload, signature, SECRET]);
    let found = sdk
        .call("verifier", "verifySignature", &two)
        .expect("it throws nothing");
    let accepted = found["isValid"] == true;
    let valid = sdk.call("functions", "verifyWebhookSignature", &three);
    assert_eq!(valid, Ok(Value::Bool(accepted)));
    for parsed in [
        sdk.call("verifier", "parseWebhook", &two),
        sdk.call("functions", "parseWebhook", &three),
    ] {
        assert_eq!(
            parsed.is_ok_and(|event| event["event_type"] == EVENT),
            accepted
        );
    }
    let handled = sdk.tell("handle", event);
    let given = json!({ "given": ["any", EVENT], "known": true });
    assert_eq!(handled.is_ok_and(|handled| handled == given), accepted);
    let error = found["error"].as_str().unwrap_or_default();
    verdict((!accepted).then(|| format!("`{error}`")))
}

async fn by_middleware(url: &str, delivery: &Delivery) -> String {
    let request = Client::new().post(url).headers(delivery.headers.clone());
    let reply = request
        .body(delivery.body.clone())
        .send()
        .await
        .expect("Express answers");
    let status = reply.status();
    verdict((!status.is_success()).then(|| status.as_u16()))
}

fn by_us(verifier: &Verifier, delivery: &Delivery) -> String {
    let verified = verifier.verify(&delivery.headers, delivery.body.as_bytes());
    let event = verified.and_then(|delivery| delivery.event::<Event>());
    verdict(event.err().map(|error| format!("`{:?}`", error.kind())))
}

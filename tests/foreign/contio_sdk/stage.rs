//! One mock server, the SDK and our client in front of it, and one call after the other.

use contio_client::{
    mock::{
        self,
        openapi_mock::{RateLimits, Recorded},
    },
    runtime::{OAuthConfig, RateLimiting, RetryPolicy},
};
use guards::{document, workspace};
use serde_json::{Value, json};

use crate::{
    browser,
    compare::{Difference, Sent},
    inputs::Inputs,
    methods::{Row, Silent},
    ours::{Names, Ours},
    sdk::Sdk,
};

const SECRET: &str = "not-a-real-secret";

pub(crate) struct Stage {
    pub(crate) server: mock::Server,
    pub(crate) sdk: Sdk,
    root: Value,
    app: App,
}

/// The application that both are, as the document shows one.
struct App {
    id: String,
    redirect_uri: String,
    scope: String,
}

/// What came of a method of the SDK and of ours beside it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) differences: Vec<Difference>,
    /// What the mock server answered the SDK.
    pub(crate) answer: String,
    /// What ours failed with.
    pub(crate) failure: Option<String>,
}

impl Seen {
    /// Whether the mock server did not take the call of the SDK.
    pub(crate) fn is_refused(&self) -> bool {
        self.answer.starts_with(['4', '5'])
    }

    pub(crate) fn has(&self, difference: &str) -> bool {
        let mut differences = self.differences.iter();
        differences.any(|found| found.to_string() == difference)
    }
}

impl Stage {
    pub(crate) async fn set_up() -> Self {
        let root = document::bundled(&workspace::root(), "contio").expect("the document is valid");
        let inputs = Inputs::of(&root, "authorize_oauth");
        let app = App {
            id: inputs.text("query", "client_id"),
            redirect_uri: inputs.text("query", "redirect_uri"),
            scope: inputs.text("query", "scope"),
        };
        let server = mock::start().await;
        server.rate_limits(RateLimits::Off);
        let sdk = Sdk::start();
        Self {
            server,
            sdk,
            root,
            app,
        }
    }

    /// Forgets what calls did, and gives both a new start.
    fn reset(&mut self) {
        let server = &self.server;
        server.reset();
        let oauth = server.oauth();
        oauth.add_client(&self.app.id, Some(SECRET), [self.app.redirect_uri.as_str()]);
        let known = server.credentials();
        let settings = json!({
            "baseURL": server.url(),
            "clientId": self.app.id,
            "clientSecret": SECRET,
            "redirectUri": self.app.redirect_uri,
            "scope": self.app.scope.split(' ').collect::<Vec<_>>(),
            "apiKey": known.api_key("apiKey"),
            "adminClientId": known.api_key("clientId"),
            "tokens": { "accessToken": known.bearer("userToken") },
            "secret": SECRET,
        });
        let connected = self.sdk.tell("connect", json!({ "settings": settings }));
        connected.expect("the SDK takes its configuration");
    }

    fn ours(&self) -> Ours {
        let builder = self
            .server
            .client_builder()
            .client_basic(&*self.app.id, SECRET);
        let builder = builder
            .retry(RetryPolicy::none())
            .rate_limiting(RateLimiting::Off);
        let config = OAuthConfig::new(&*self.app.id).client_secret(SECRET);
        let config = config.redirect_uri(&*self.app.redirect_uri);
        Ours::new(builder, config, &self.app.scope).expect("the settings are good")
    }

    /// Lets the SDK and then ours make the same call.
    pub(crate) async fn compare(&mut self, row: &Row) -> Seen {
        let (theirs, mut names, thrown) = self.theirs(row).await;
        let (ours, more, failure) = self.our_own(row).await;
        names.extend(more);
        let segments = Inputs::of(&self.root, row.operation()).path();
        let sent = |requests: &[Recorded]| -> Vec<Sent> {
            let sent = requests.iter();
            sent.map(|request| Sent::of(request, &names, &segments))
                .collect()
        };
        let (sent_by_them, sent_by_us) = (sent(&theirs), sent(&ours));
        let mut differences: Vec<_> = sent_by_them
            .iter()
            .zip(&sent_by_us)
            .flat_map(|(theirs, ours)| theirs.differences(ours))
            .collect();
        if sent_by_them.len() != sent_by_us.len() {
            differences.push(Difference::Instead {
                theirs: format!("{} requests", sent_by_them.len()),
                ours: sent_by_us.len().to_string(),
            });
        }
        differences.dedup();
        Seen {
            differences,
            answer: answer(&theirs, thrown),
            failure,
        }
    }

    async fn theirs(&mut self, row: &Row) -> (Vec<Recorded>, Names, Option<String>) {
        self.reset();
        let issued = self.issued(row).await;
        let inputs = Inputs::of(&self.root, row.operation());
        let arguments = inputs.resolve(&row.arguments, &issued);
        if let Some(tokens) = &row.tokens {
            let tokens = json!([inputs.resolve(tokens, &issued)]);
            self.sdk
                .call("oauth", "setTokens", &tokens)
                .expect("it takes any tokens");
        }
        let before = self.server.requests().len();
        let outcome = self.sdk.call(&row.on, &row.method, &arguments);
        if let Ok(Value::String(url)) = &outcome
            && url.starts_with(self.server.url())
        {
            browser::visit(url)
                .await
                .expect("the SDK made an address to be visited");
        }
        let mut names = Names::new();
        let state = arguments[0]
            .as_str()
            .filter(|_| row.operation() == "authorize_oauth");
        names.extend(state.map(|state| (state.to_owned(), "a state")));
        names.extend(text(&issued["code"]).map(|code| (code, "a code")));
        names.extend(text(&issued["refresh_token"]).map(|token| (token, "a refresh token")));
        let requests = self.server.requests().split_off(before);
        (requests, names, outcome.err())
    }

    async fn our_own(&mut self, row: &Row) -> (Vec<Recorded>, Names, Option<String>) {
        self.reset();
        let issued = self.issued(row).await;
        let token = text(&issued["refresh_token"]).unwrap_or_default();
        let before = self.server.requests().len();
        let outcome = self.ours().call(&row.ours, &self.root, &token).await;
        let mut requests = self.server.requests().split_off(before);
        // Without what a browser sent meanwhile.
        requests.retain(|request| request.operation() == Some(row.operation()));
        let mut names = vec![(token, "a refresh token")];
        match outcome {
            Ok(more) => {
                names.extend(more);
                (requests, names, None)
            }
            Err(failure) => (requests, names, Some(failure.to_string())),
        }
    }

    /// A code, or tokens, where a method needs some that are good.
    async fn issued(&self, row: &Row) -> Value {
        let wanted = format!("{}{:?}", row.arguments, row.tokens);
        let mut issued = json!({});
        if wanted.contains("$code") {
            issued["code"] = self.code().await.into();
        }
        if wanted.contains("$refresh_token") {
            issued["refresh_token"] = self.refresh_token().await.into();
        }
        issued
    }

    async fn code(&self) -> String {
        let mut url = self.url("/oauth2/authorize");
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.app.id),
            ("redirect_uri", &self.app.redirect_uri),
            ("scope", &self.app.scope),
            ("state", "a state"),
        ]);
        let back = browser::visit(url.as_str())
            .await
            .expect("the mock agrees by itself");
        browser::member(&back, "code").expect("it gives a code")
    }

    async fn refresh_token(&self) -> String {
        let mut form = self.url("/");
        form.query_pairs_mut().extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", &self.code().await),
            ("redirect_uri", &self.app.redirect_uri),
        ]);
        let request = reqwest::Client::new()
            .post(self.url("/oauth2/token"))
            .basic_auth(&self.app.id, Some(SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        let reply = request.send().await.expect("the mock answers");
        let tokens: Value = serde_json::from_slice(&reply.bytes().await.expect("all of it"))
            .expect("tokens are JSON");
        text(&tokens["refresh_token"]).unwrap_or_else(|| panic!("no refresh token: {tokens}"))
    }

    fn url(&self, path: &str) -> reqwest::Url {
        let url = format!("{}{path}", self.server.url());
        url.parse().expect("the mock has an address")
    }

    /// Calls a method that sends nothing, unless that is done with deliveries. Gives what it returns.
    pub(crate) fn call_silent(&mut self, row: &Silent) -> Value {
        let Some(arguments) = &row.arguments else {
            return Value::Null;
        };
        self.reset();
        let outcome = self.sdk.call(&row.on, &row.method, arguments);
        let name = format!("{}.{}", row.on, row.method);
        let sent = self.server.requests();
        assert!(sent.is_empty(), "{name} sends something: {sent:?}");
        outcome.unwrap_or_else(|thrown| panic!("{name}: {thrown}"))
    }

    /// All that the SDK lets its users call, as `client.method`.
    pub(crate) fn public_methods(&mut self) -> Vec<String> {
        let listed = self.sdk.tell("list", json!({})).expect("it has methods");
        let of_each = document::members(&listed).flat_map(|(on, methods)| {
            let methods = document::strings(methods).into_iter();
            methods.map(move |method| format!("{on}.{method}"))
        });
        let mut all: Vec<String> = of_each.collect();
        all.sort();
        all
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// What the mock server said last, and what the SDK made of it where that is no value.
fn answer(requests: &[Recorded], thrown: Option<String>) -> String {
    let refused = requests.iter().find_map(|request| {
        let why = request.refusal()?;
        let (reason, _) = why.split_once(':')?;
        Some(format!("{} `{reason}`", request.status()?))
    });
    let status = requests.last().and_then(Recorded::status);
    match (refused, status, thrown) {
        (Some(refused), ..) => refused,
        (None, Some(status), None) => status.to_string(),
        (None, Some(status), Some(thrown)) => format!("{status}, and it throws `{thrown}`"),
        (None, None, thrown) => thrown.map_or("nothing".to_owned(), |it| format!("throws `{it}`")),
    }
}

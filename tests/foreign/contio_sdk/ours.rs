//! Our side: the same calls with the same inputs.

use std::time::{Duration, SystemTime};

use contio_client::{
    Client, ClientBuilder,
    runtime::{MemoryStore, OAuth, OAuthConfig, TokenSource, Tokens},
    types::{self, GrantType},
};
use futures_util::TryStreamExt;
use guards::calls;
use serde_json::Value;

use crate::{browser, inputs::Inputs};

type Result<T> = std::result::Result<T, calls::BoxError>;

/// As many rows a page as the SDK asks for.
const PAGE: u64 = 100;

/// Values that are new in each run, with what they are.
pub(crate) type Names = Vec<(String, &'static str)>;

pub(crate) struct Ours {
    client: Client,
    oauth: OAuth,
    scopes: Vec<String>,
}

impl Ours {
    pub(crate) fn new(builder: ClientBuilder, config: OAuthConfig, scopes: &str) -> Result<Self> {
        let oauth = builder.user_token_oauth(config)?;
        let client = builder.build()?;
        let scopes = scopes.split(' ').map(str::to_owned).collect();
        Ok(Self {
            client,
            oauth,
            scopes,
        })
    }

    /// Calls a method as `ours` of `methods.json` names it: one that is generated with the examples of
    /// the document, others with what both sides were given.
    pub(crate) async fn call(
        &self,
        ours: &str,
        root: &Value,
        refresh_token: &str,
    ) -> Result<Names> {
        match ours.split_once(' ') {
            None => {
                let outcome = calls::contio::call(&self.client, ours).await?;
                outcome.result.map_err(|failed| failed.text)?;
                Ok(Names::new())
            }
            Some((operation, "stream")) => self.stream(&Inputs::of(root, operation)).await,
            Some((operation, way)) => {
                let inputs = Inputs::of(root, operation);
                self.oauth(way, &inputs, refresh_token).await
            }
        }
    }

    /// A list to its end.
    async fn stream(&self, inputs: &Inputs<'_>) -> Result<Names> {
        let client = &self.client;
        let zone = inputs.text("header", "X-Client-Timezone");
        let query = |name: &str| inputs.text("query", name);
        match inputs.operation() {
            "list_meetings" => {
                let list = client.list_meetings().x_client_timezone(zone).limit(PAGE);
                let list = list
                    .start_date(query("start_date"))
                    .end_date(query("end_date"));
                list.stream().try_collect::<Vec<_>>().await?;
            }
            "list_action_items" => {
                let list = client
                    .list_action_items()
                    .x_client_timezone(zone)
                    .limit(PAGE);
                let list = list.meeting_id(query("meeting_id"));
                list.stream().try_collect::<Vec<_>>().await?;
            }
            "list_calendar_events" => {
                let list = client
                    .list_calendar_events()
                    .x_client_timezone(zone)
                    .limit(PAGE);
                let list = list
                    .start_date(query("start_date"))
                    .end_date(query("end_date"));
                list.stream().try_collect::<Vec<_>>().await?;
            }
            "list_meeting_contexts" => {
                let list = client
                    .list_meeting_contexts()
                    .x_client_timezone(zone)
                    .limit(PAGE);
                let list = list.meeting_id(inputs.text("path", "meeting_id"));
                list.stream().try_collect::<Vec<_>>().await?;
            }
            other => return Err(format!("nobody has written how to stream `{other}`").into()),
        }
        Ok(Names::new())
    }

    async fn oauth(&self, way: &str, inputs: &Inputs<'_>, refresh_token: &str) -> Result<Names> {
        let mut names = Names::new();
        let authorize = || self.oauth.authorize().scopes(&self.scopes);
        let expired = || {
            let tokens = Tokens::new("expired").with_refresh_token(refresh_token.to_owned());
            tokens.with_expires_at(SystemTime::now() - Duration::from_secs(60))
        };
        match way {
            "OAuth::authorize" => {
                let login = authorize()
                    .login_hint(inputs.text("query", "login_hint"))
                    .start()?;
                browser::visit(login.url()).await?;
                names.extend(browser::member(login.url(), "state").map(|it| (it, "a state")));
            }
            "OAuth::exchange" => {
                let login = authorize().start()?;
                let back = browser::visit(login.url()).await?;
                self.oauth.exchange(&login, login.code_from(&back)?).await?;
                names.extend(browser::member(&back, "code").map(|it| (it, "a code")));
            }
            "OAuth::refresh" => drop(self.oauth.refresh(&expired()).await?),
            "OAuthSession" => {
                let session = self.oauth.session(MemoryStore::new());
                session.sign_in(expired()).await?;
                session
                    .token()
                    .await
                    .map_err(|failure| failure.to_string())?;
            }
            "client_credentials" => {
                let body =
                    types::TokenRequest::new(GrantType::ClientCredentials).scope("meetings:read");
                self.client.exchange_oauth_token().body(body).send().await?;
            }
            other => return Err(format!("nobody has written `{other}`").into()),
        }
        Ok(names)
    }
}

//! The authorization endpoint (RFC 6749, section 4.1.1), and the consent of people.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use tokio::time::Instant;
use url::Url;

use super::endpoint::Flow;
use super::error::Error;
use super::page::{Question, problem};
use super::parameters::Parameters;
use super::settings::Consent;
use super::token::Code;
use super::{CONSENT, Exchange, redirect};
use crate::negotiation::Accept;
use crate::reply::Reply;

/// How long a consent page can be answered.
const PATIENCE: Duration = Duration::from_secs(600);

/// An authorization request that is in order.
#[derive(Clone)]
pub(super) struct Ask {
    client: String,
    target: Url,
    /// As it was asked for; the token request has to repeat it.
    redirect_uri: Option<String>,
    state: Option<String>,
    issuer: String,
    scopes: BTreeSet<String>,
    schemes: Vec<String>,
    challenge: Option<String>,
    pkce: bool,
}

/// An authorization request that waits for a person.
pub(super) struct Waiting {
    ask: Ask,
    until: Instant,
}

/// Where an error is told.
enum Refused {
    /// To the user, because nothing says that the address to go back to is good.
    Shown(&'static str),
    /// To the application.
    Told(Box<Return>, Error),
}

/// The way back to the application.
#[derive(Clone)]
struct Return {
    target: Url,
    state: Option<String>,
    issuer: String,
}

impl Return {
    fn with(&self, parameters: &[(&str, &str)]) -> Reply {
        let state = self.state.as_deref().map(|state| ("state", state));
        let mut all = parameters.to_vec();
        all.extend(state);
        // RFC 9207: clients of several servers can tell whose answer this is.
        all.push(("iss", &self.issuer));
        redirect::to(self.target.clone(), &all)
    }

    fn error(&self, error: &Error) -> Reply {
        self.with(&[
            ("error", error.code),
            ("error_description", &error.description),
        ])
    }
}

impl Ask {
    fn way_back(&self) -> Return {
        Return {
            target: self.target.clone(),
            state: self.state.clone(),
            issuer: self.issuer.clone(),
        }
    }
}

impl Exchange<'_> {
    pub(super) fn authorize(&self) -> Reply {
        let parameters = if self.request.method == Method::POST {
            Parameters::form(self.request)
        } else {
            Ok(Parameters::query(self.request))
        };
        let ask = match parameters {
            Ok(parameters) => self.ask(&parameters),
            Err(_) => Err(Refused::Shown("the request is no form")),
        };
        let ask = match ask {
            Ok(ask) => ask,
            Err(Refused::Shown(why)) => return self.shown(why),
            Err(Refused::Told(way, error)) => return way.error(&error),
        };
        match self.server.settings().consent {
            Consent::Automatic => self.allow(ask),
            Consent::Deny => deny(&ask),
            Consent::Page => self.question(ask),
        }
    }

    /// A page for a person, or the error for a program, which says that it takes no pages.
    fn shown(&self, why: &str) -> Reply {
        let accept = Accept::of(self.request);
        if accept.quality("text/html") >= accept.quality("application/json") {
            problem("This request cannot be answered", why)
        } else {
            Error::invalid_request(why).reply()
        }
    }

    /// What the person said on the page.
    pub(super) fn consent(&self) -> Reply {
        let used = "This page was answered already, or waited for too long";
        let form = Parameters::form(self.request).unwrap_or_default();
        let waiting = form
            .get("ticket")
            .and_then(|ticket| self.server.state().waiting.remove(ticket));
        let Some(waiting) = waiting.filter(|waiting| waiting.until > Instant::now()) else {
            return problem(used, "Go back to the application and start again.");
        };
        match form.get("decision") {
            Some("allow") => self.allow(waiting.ask),
            _ => deny(&waiting.ask),
        }
    }

    fn ask(&self, parameters: &Parameters) -> Result<Ask, Refused> {
        let (client, target) = self.client_and_target(parameters).map_err(Refused::Shown)?;
        let flows = self.flows(|flow| flow.authorize.as_deref());
        let way = Return {
            target,
            state: parameters
                .get("state")
                .filter(|_| !parameters.is_twice("state"))
                .map(str::to_owned),
            issuer: self.issuer(&flows),
        };
        let told = |error| Refused::Told(Box::new(way.clone()), error);
        asked_as_it_should(parameters).map_err(told)?;
        let challenge = self.challenge(parameters, &flows).map_err(told)?;
        let scopes = scopes(parameters.get("scope"), &flows).map_err(told)?;
        Ok(Ask {
            client,
            redirect_uri: parameters.get("redirect_uri").map(str::to_owned),
            scopes,
            schemes: flows.iter().map(|flow| flow.scheme.clone()).collect(),
            challenge,
            pkce: flows.iter().any(|flow| flow.pkce),
            target: way.target,
            state: way.state,
            issuer: way.issuer,
        })
    }

    fn client_and_target(&self, parameters: &Parameters) -> Result<(String, Url), &'static str> {
        if parameters.is_twice("client_id") || parameters.is_twice("redirect_uri") {
            return Err("`client_id` or `redirect_uri` stands there more than once");
        }
        let id = parameters
            .get("client_id")
            .ok_or("`client_id` is missing")?;
        let store = self.access.store();
        let client = store.fixed.clients.get(id);
        let client = client.ok_or(
            "no application of this `client_id` is registered; `mock-client` and `mock-public` are",
        )?;
        let target = redirect::target(client, parameters.get("redirect_uri"))?;
        Ok((id.to_owned(), target))
    }

    /// The code challenge, of the only method that protects codes (RFC 7636; RFC 9700, section
    /// 2.1.1).
    fn challenge(&self, parameters: &Parameters, flows: &[&Flow]) -> Result<Option<String>, Error> {
        if !flows.iter().any(|flow| flow.pkce) {
            return Ok(None);
        }
        let Some(challenge) = parameters.get("code_challenge") else {
            let demanded = flows.iter().any(|flow| flow.pkce_required);
            if self.server.settings().pkce.unwrap_or(demanded) {
                let text = "`code_challenge` is missing (RFC 7636)";
                return Err(Error::invalid_request(text));
            }
            return Ok(None);
        };
        if parameters.get("code_challenge_method") != Some("S256") {
            let text = "`code_challenge_method` has to be S256";
            return Err(Error::invalid_request(text));
        }
        let digest = URL_SAFE_NO_PAD.decode(challenge);
        if digest.is_ok_and(|digest| digest.len() == 32) {
            return Ok(Some(challenge.to_owned()));
        }
        let text = "`code_challenge` is no SHA-256 digest in base64url";
        Err(Error::invalid_request(text))
    }

    fn allow(&self, ask: Ask) -> Reply {
        let way = ask.way_back();
        let text = self.access.random.text("mock-ac-");
        let family = self.access.store().new_family();
        let lifetime = self.server.code_lifetime(&ask.schemes);
        let mut state = self.server.state();
        let code = Code {
            client: ask.client,
            redirect_uri: ask.redirect_uri,
            scopes: ask.scopes,
            schemes: ask.schemes,
            challenge: ask.challenge,
            pkce: ask.pkce,
            until: Instant::now().checked_add(lifetime),
            family,
            used: false,
        };
        state.codes.insert(text.clone(), code);
        drop(state);
        way.with(&[("code", &text)])
    }

    fn question(&self, ask: Ask) -> Reply {
        let ticket = self.access.random.text("mock-ticket-");
        let action = format!("{}{CONSENT}", self.prefix);
        let name = self.server.settings().user.get("name").cloned();
        let flows = self.flows(|flow| flow.authorize.as_deref());
        let meaning = |scope: &str| {
            let texts = flows.iter().find_map(|flow| flow.scopes.get(scope));
            texts.map_or("", String::as_str)
        };
        let scopes = ask.scopes.iter();
        let question = Question {
            api: &self.server.title,
            client: &ask.client,
            user: name
                .as_ref()
                .and_then(|name| name.as_str())
                .unwrap_or("the mock user"),
            scopes: scopes.map(|scope| (&**scope, meaning(scope))).collect(),
            target: &ask.target,
            action: &action,
            ticket: &ticket,
        };
        let page = question.page();
        let until = Instant::now() + PATIENCE;
        let mut state = self.server.state();
        state.waiting.insert(ticket, Waiting { ask, until });
        page
    }
}

fn deny(ask: &Ask) -> Reply {
    let error = Error::new("access_denied", "the user said no");
    ask.way_back().error(&error)
}

fn asked_as_it_should(parameters: &Parameters) -> Result<(), Error> {
    parameters.each_once()?;
    if parameters.required("response_type")? != "code" {
        let text = "`response_type` has to be `code`";
        return Err(Error::new("unsupported_response_type", text));
    }
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(Error::invalid_request("`response_mode` has to be `query`")),
    }
}

/// The scopes that are asked for, which have to be of these flows; all of them, where none is named.
pub(super) fn scopes(asked: Option<&str>, flows: &[&Flow]) -> Result<BTreeSet<String>, Error> {
    let offered: BTreeSet<&String> = flows.iter().flat_map(|flow| flow.scopes.keys()).collect();
    let Some(asked) = asked else {
        return Ok(offered.into_iter().cloned().collect());
    };
    let asked = asked.split(' ').filter(|scope| !scope.is_empty());
    let asked: BTreeSet<String> = asked.map(str::to_owned).collect();
    if asked.iter().all(|scope| offered.contains(scope)) {
        return Ok(asked);
    }
    let text = "a scope that is asked for is not one of the document";
    Err(Error::new("invalid_scope", text))
}

//! What there is from the start, made from the document.

use std::collections::{BTreeSet, HashMap};

use openapi_document::model::{SchemeKind, SecurityScheme};

use super::credentials::{Credential, Credentials, Quality, Shape};
use super::store::{CLIENT, Client, Fixed, SECRET, Standing, Token};
use crate::api::{Api, is_token};

/// Clients, tokens and keys that are there from the start, and what is told of them.
pub(super) fn defaults(api: &Api) -> (Credentials, Fixed) {
    let wanted = Wanted::of(api);
    let mut fixed = Fixed {
        clients: wanted.clients(),
        ..Fixed::default()
    };
    let mut schemes = api.model().security_schemes.values();
    let mut told = Credentials {
        all: Vec::new(),
        flows: schemes.any(|scheme| matches!(scheme.kind, SchemeKind::OAuth2 { .. })),
    };
    for (name, scheme) in &api.model().security_schemes {
        for quality in wanted.qualities(&scheme.kind) {
            let secret = shape(name, scheme, &quality);
            wanted.accept(name, &quality, &secret, &mut fixed);
            told.all.push(Credential {
                scheme: name.clone(),
                quality,
                secret,
            });
        }
    }
    (told, fixed)
}

/// What the operations of a document ask for beyond a credential.
struct Wanted {
    scopes: BTreeSet<String>,
    features: BTreeSet<String>,
    trust: bool,
}

impl Wanted {
    fn of(api: &Api) -> Self {
        let mut wanted = Self {
            scopes: BTreeSet::new(),
            features: BTreeSet::new(),
            trust: false,
        };
        for scheme in api.model().security_schemes.values() {
            if let SchemeKind::OAuth2 { flows, .. } = &scheme.kind {
                let scopes = flows.iter().flat_map(|flow| flow.scopes.keys());
                wanted.scopes.extend(scopes.cloned());
            }
        }
        for operation in &api.operations {
            let of_schemes = operation.security.iter().flat_map(|set| set.values());
            wanted.scopes.extend(of_schemes.flatten().cloned());
            let own = operation.required_scopes.iter();
            wanted.scopes.extend(own.cloned());
            let features = operation.client_features.iter();
            wanted.features.extend(features.cloned());
            wanted.trust |= operation.trusted_only;
        }
        wanted
    }

    fn qualities(&self, kind: &SchemeKind) -> Vec<Quality> {
        let mut all = vec![Quality::Good];
        match kind {
            SchemeKind::Basic if !self.features.is_empty() => {
                all.extend(self.features.iter().cloned().map(Quality::Feature));
                all.push(Quality::Featureless);
            }
            kind if is_token(kind) && !self.scopes.is_empty() => all.push(Quality::Scopeless),
            _ => {}
        }
        if self.trust && !matches!(kind, SchemeKind::ApiKey { .. }) {
            all.push(Quality::Untrusted);
        }
        all.extend([Quality::Expired, Quality::Revoked]);
        all
    }

    /// Those of Basic credentials; the first may do everything.
    fn clients(&self) -> HashMap<String, Client> {
        let all = self.qualities(&SchemeKind::Basic);
        let clients = all.iter().map(|quality| {
            let features = match quality {
                Quality::Feature(name) => BTreeSet::from([name.clone()]),
                Quality::Featureless => BTreeSet::new(),
                _ => self.features.clone(),
            };
            let client = Client {
                secret: Some(SECRET.to_owned()),
                features,
                trusted: *quality != Quality::Untrusted,
                standing: standing(quality),
                redirect_uris: Vec::new(),
                any_loopback: true,
            };
            (user_name(quality), client)
        });
        let mut clients: HashMap<_, _> = clients.collect();
        if let Some(client) = clients.get(CLIENT) {
            let public = Client {
                secret: None,
                ..client.clone()
            };
            clients.insert(PUBLIC_CLIENT.to_owned(), public);
        }
        clients
    }

    fn accept(&self, scheme: &str, quality: &Quality, secret: &Shape, fixed: &mut Fixed) {
        match secret {
            // Clients have no schemes: all Basic schemes take all of them.
            Shape::Basic { .. } => {}
            Shape::Bearer(text) => {
                let scopes = match quality {
                    Quality::Scopeless => BTreeSet::new(),
                    _ => self.scopes.clone(),
                };
                let token = Token {
                    trusted: *quality != Quality::Untrusted,
                    standing: standing(quality),
                    ..Token::access(scheme, CLIENT, scopes)
                };
                fixed.tokens.insert(text.clone(), token);
            }
            Shape::ApiKey { value, .. } => {
                let key = (scheme.to_owned(), value.clone());
                fixed.keys.insert(key, standing(quality));
            }
        }
    }
}

/// The id of the client that has no secret.
const PUBLIC_CLIENT: &str = "mock-public";

fn standing(quality: &Quality) -> Standing {
    match quality {
        Quality::Expired => Standing::Expired,
        Quality::Revoked => Standing::Revoked,
        _ => Standing::Good,
    }
}

fn shape(name: &str, scheme: &SecurityScheme, quality: &Quality) -> Shape {
    let value = match suffix(quality) {
        "" => format!("mock-{name}"),
        suffix => format!("mock-{name}-{suffix}"),
    };
    match &scheme.kind {
        SchemeKind::Basic => Shape::Basic {
            user: user_name(quality),
            password: SECRET.to_owned(),
        },
        SchemeKind::ApiKey { location, name } => Shape::ApiKey {
            location: *location,
            name: name.clone(),
            value,
        },
        _ => Shape::Bearer(value),
    }
}

fn user_name(quality: &Quality) -> String {
    match suffix(quality) {
        "" => CLIENT.to_owned(),
        suffix => format!("mock-{suffix}"),
    }
}

fn suffix(quality: &Quality) -> &str {
    match quality {
        Quality::Good => "",
        Quality::Feature(name) => name,
        Quality::Featureless => "featureless",
        Quality::Scopeless => "scopeless",
        Quality::Untrusted => "untrusted",
        Quality::Expired => "expired",
        Quality::Revoked => "revoked",
    }
}

//! Who may call what.

mod admit;
mod credentials;
mod defaults;
mod grant;
mod needs;
mod presented;
mod store;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

pub use self::credentials::{Credential, Credentials, Quality};
pub use self::grant::{TokenBuilder, UnknownScheme};
pub(crate) use self::presented::basic as presented_basic;
use self::store::Fixed;
pub(crate) use self::store::{Client, Standing, Store, Token, TokenKind, USER};
use crate::api::{Api, Operation};
use crate::random::Random;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;

/// What is accepted, and the judge of requests.
pub(crate) struct Access {
    credentials: Credentials,
    store: Mutex<Store>,
    fixed: Fixed,
    pub(crate) random: Random,
}

/// Secrets that tests add are not shown.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// Who made a request. Nobody, where the operation asks for no credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The schemes of the alternative that was met.
    pub(crate) schemes: Vec<String>,
    pub(crate) client: Option<String>,
    /// The user behind a token.
    pub(crate) subject: Option<String>,
    /// Those of the token; nothing where there is none.
    pub(crate) scopes: Option<BTreeSet<String>>,
    pub(crate) features: Option<BTreeSet<String>>,
    pub(crate) untrusted: bool,
    /// Tells credentials apart without keeping them.
    pub(crate) credential: Option<u64>,
}

/// Why an alternative was not met, and how far the request came.
struct Shortfall {
    progress: usize,
    refusal: Refusal,
}

impl Shortfall {
    const OTHER_TYPE: usize = 50;
    const WRONG: usize = 100;
    const ENDED: usize = 200;
    const NOT_ALLOWED: usize = 300;
    const MET: usize = 400;

    fn new(progress: usize, reason: Reason, detail: String) -> Self {
        Self {
            progress,
            refusal: Refusal::new(reason, detail),
        }
    }

    /// Of two that came equally near, the first is kept.
    fn about(self, scheme: &str) -> Self {
        Self {
            refusal: self.refusal.about(scheme),
            ..self
        }
    }

    fn keep_nearer(nearest: &mut Option<Self>, other: Self) {
        let nearer = |known: &Self| other.progress > known.progress;
        if nearest.as_ref().is_none_or(nearer) {
            *nearest = Some(other);
        }
    }
}

impl Access {
    pub(crate) fn new(api: &Api) -> Self {
        let (credentials, fixed) = defaults::defaults(api);
        Self {
            credentials,
            store: Mutex::new(Store::new(fixed.clone())),
            fixed,
            random: Random::new(),
        }
    }

    /// All features that the document knows.
    pub(crate) fn all_features(&self) -> BTreeSet<String> {
        let client = self.fixed.clients.get(store::CLIENT);
        client
            .map(|client| client.features.clone())
            .unwrap_or_default()
    }

    /// Who holds the bearer token of a request, if one of these schemes takes it.
    pub(crate) fn holder<'a>(
        &self,
        api: &Api,
        schemes: impl Iterator<Item = &'a str>,
        request: &Request,
    ) -> Result<Caller, Refusal> {
        let store = self.store();
        let mut nearest: Option<Shortfall> = None;
        for scheme in schemes {
            match admit::admit(api, &store, scheme, request) {
                Ok(caller) => return Ok(caller),
                Err(shortfall) => Shortfall::keep_nearer(&mut nearest, shortfall.about(scheme)),
            }
        }
        Err(match nearest {
            Some(shortfall) => shortfall.refusal,
            None => Refusal::new(
                Reason::MissingCredentials,
                "no scheme takes tokens of users",
            ),
        })
    }

    /// Forgets what was issued, added, revoked and expired since the start.
    pub(crate) fn reset(&self) {
        *self.store() = Store::new(self.fixed.clone());
    }

    /// Every critical section leaves the store whole, so a poisoned lock is still good.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request in if it meets one of the alternatives of its operation. Otherwise the refusal
    /// is about the alternative that it came nearest to.
    pub(crate) fn check(
        &self,
        api: &Api,
        operation: &Operation,
        request: &Request,
    ) -> Result<Caller, Refusal> {
        let mut nearest: Option<Shortfall> = None;
        for set in operation.security.iter().filter(|set| !set.is_empty()) {
            match self.meets(api, operation, set, request) {
                Ok(caller) => return Ok(caller),
                Err(shortfall) => Shortfall::keep_nearer(&mut nearest, shortfall),
            }
        }
        let optional = operation.security.iter().any(IndexMap::is_empty);
        match nearest {
            Some(shortfall) if !optional => Err(shortfall.refusal),
            _ => Ok(Caller::default()),
        }
    }

    /// All schemes of a set have to be met.
    fn meets(
        &self,
        api: &Api,
        operation: &Operation,
        set: &IndexMap<String, Vec<String>>,
        request: &Request,
    ) -> Result<Caller, Shortfall> {
        let mut caller = Caller::default();
        let mut progress = 0;
        let mut nearest: Option<Shortfall> = None;
        for name in set.keys() {
            match admit::admit(api, &self.store(), name, request) {
                Ok(holder) => {
                    progress += Shortfall::MET;
                    caller.join(holder);
                }
                Err(shortfall) => {
                    progress += shortfall.progress;
                    Shortfall::keep_nearer(&mut nearest, shortfall.about(name));
                }
            }
        }
        if let Some(shortfall) = nearest {
            let progress = progress / set.len();
            return Err(Shortfall {
                progress,
                ..shortfall
            });
        }
        let lacking = |refusal| Shortfall {
            progress: Shortfall::NOT_ALLOWED,
            refusal,
        };
        needs::check(operation, &caller, set).map_err(lacking)?;
        Ok(caller)
    }
}

impl Caller {
    /// With a second credential, the request may do what both may.
    fn join(&mut self, other: Self) {
        self.schemes.extend(other.schemes);
        self.client = self.client.take().or(other.client);
        self.subject = self.subject.take().or(other.subject);
        self.scopes = self.scopes.take().or(other.scopes);
        self.features = match (self.features.take(), other.features) {
            (Some(own), Some(other)) => Some(own.intersection(&other).cloned().collect()),
            (own, other) => own.or(other),
        };
        self.untrusted |= other.untrusted;
        self.credential = match (self.credential, other.credential) {
            (Some(own), Some(other)) => Some(own.rotate_left(1) ^ other),
            (own, other) => own.or(other),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::{Access, Quality, Standing};
    use crate::api::{Api, Operation};
    use crate::refusal::Reason;
    use crate::request::Request;

    #[test]
    fn a_reset_brings_back_what_was_there_from_the_start_and_nothing_else() {
        let root = json!({"paths": {"/a": {"get": {"security": [{"key": []}], "responses": {}}}},
            "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}}}});
        let api = Api::new(&Arc::new(root));
        let access = Access::new(&api);
        let check = |key: &str| {
            let mut request = Request::for_tests("GET", "/a", "");
            request.query = format!("k={key}");
            access.check(&api, &api.operations[0], &request).is_ok()
        };
        let added = ("key".to_owned(), "added".to_owned());
        let mut store = access.store();
        store.fixed.keys.insert(added, Standing::Good);
        store.set_standing("mock-key", Standing::Revoked);
        drop(store);
        assert!(check("added") && !check("mock-key"));
        access.reset();
        assert!(!check("added") && check("mock-key"));
    }

    #[test]
    fn the_default_client_may_call_every_operation_of_a_whole_document() {
        let path = "../../generated/configuration-client/openapi.json";
        let text = std::fs::read_to_string(path).unwrap();
        let api = Api::new(&Arc::new(serde_json::from_str(&text).unwrap()));
        let access = Access::new(&api);
        let check = |operation: &Operation, quality: &Quality| {
            let credential = access.credentials.with("basicAuth", quality).unwrap();
            let mut request = Request::for_tests("GET", "/", "");
            let (_, value) = credential.header().unwrap();
            request
                .headers
                .insert("authorization", value.parse().unwrap());
            let outcome = access.check(&api, operation, &request);
            outcome.map_err(|refusal| refusal.reason)
        };
        let mut featured = 0;
        for operation in &api.operations {
            assert!(check(operation, &Quality::Good).is_ok(), "{}", operation.id);
            if !operation.client_features.is_empty() {
                let refused = check(operation, &Quality::Featureless);
                assert_eq!(refused, Err(Reason::MissingFeature), "{}", operation.id);
                featured += 1;
            }
        }
        assert!(featured > 50, "{featured}");
    }
}

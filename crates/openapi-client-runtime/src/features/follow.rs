//! Resources that moved: from one that only names another to the one it leads to.

use std::fmt;
use std::ops::{Deref, DerefMut};

use futures_util::future::BoxFuture;

use crate::values::one_line::OneLine;
use crate::{Error, ErrorKind, Failure, Operation, ResponseValue};

/// A reply under way. Only generated code names it.
#[doc(hidden)]
pub type FollowCall<'a, T, E> = BoxFuture<'a, Result<ResponseValue<T>, Error<E>>>;

/// A request for a resource that may lead to another one (`x-follow`). Generated builders implement
/// it; code over all of them names it as a bound, as the example of [`Follow`] does.
pub trait Followable: Clone + Send {
    /// The resource.
    type Value: Send;
    /// The error body of the operation.
    type Error: Send;
    /// A reply under way.
    type Call: Future<Output = Result<ResponseValue<Self::Value>, Error<Self::Error>>> + Send;

    /// The operation.
    fn operation(&self) -> &'static Operation;

    /// The id of the resource that is asked for, where the caller has set it.
    fn target(&self) -> Option<String>;

    /// The id of the resource that a resource leads to.
    fn next_target(value: &Self::Value) -> Option<String>;

    /// The same request for another resource.
    #[must_use]
    fn with_target(self, id: &str) -> Self;

    /// Sends the request.
    fn fetch(self) -> Self::Call;
}

/// A request that goes on to the resource that the one asked for leads to; made by `follow` of a
/// generated builder.
///
/// Each step is a call of its own, with credentials, limits, retries, options and timeout of the
/// first.
///
/// ```
/// use openapi_client_runtime::{Error, Follow, Followable};
///
/// async fn read<B: Followable>(request: Follow<B>) -> Result<B::Value, Error<B::Error>> {
///     let found = request.max_steps(3).send().await?;
///     if let Some(first) = found.passed().first() {
///         println!("{first} moved");
///     }
///     Ok(found.into_inner())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Follow<B> {
    request: B,
    max_steps: u32,
}

impl<B: Followable> Follow<B> {
    /// How many steps are taken at most, unless set otherwise: 5.
    pub const DEFAULT_MAX_STEPS: u32 = 5;

    /// Follows from what `request` asks for; only generated code calls it.
    #[doc(hidden)]
    pub fn new(request: B) -> Self {
        Self {
            request,
            max_steps: Self::DEFAULT_MAX_STEPS,
        }
    }

    /// How many steps are taken at most from the resource asked for; [default](Self::DEFAULT_MAX_STEPS).
    pub fn max_steps(mut self, steps: u32) -> Self {
        self.max_steps = steps;
        self
    }

    /// Sends the request, and again for each resource that the response leads to, up to the one that
    /// leads nowhere.
    ///
    /// # Errors
    ///
    /// As `send` of the request, and [`ErrorKind::Follow`] where the way comes back to a resource
    /// that was passed, or has more steps than allowed.
    pub async fn send(self) -> Result<Followed<B::Value>, Error<B::Error>> {
        let Self {
            mut request,
            max_steps,
        } = self;
        let mut passed = Vec::new();
        loop {
            let own = request.target().unwrap_or_default();
            let response = request.clone().fetch().await?;
            let Some(next) = B::next_target(&response).filter(|next| !next.is_empty()) else {
                return Ok(Followed { response, passed });
            };
            passed.push(own);
            if let Some(reason) = refusal(&passed, &next, max_steps) {
                let (_, reply) = response.into_parts();
                let failure = Failure::new(ErrorKind::Follow, reason).with_reply(reply);
                return Err(failure.of(request.operation()).into());
            }
            request = request.with_target(&next);
        }
    }
}

/// Why the way is not followed any further.
fn refusal(passed: &[String], next: &str, max_steps: u32) -> Option<String> {
    let way = || {
        let ids = passed.iter().map(String::as_str).chain([next]);
        let ids = ids.map(|id| format!("`{}`", OneLine(id)));
        ids.collect::<Vec<_>>().join(" -> ")
    };
    if passed.iter().any(|id| id == next) {
        Some(format!("what it leads to goes in a circle: {}", way()))
    } else if passed.len() > usize::try_from(max_steps).unwrap_or(usize::MAX) {
        Some(format!(
            "it leads on after {max_steps} steps, the most that are followed: {}; allow more with \
             `max_steps`",
            way()
        ))
    } else {
        None
    }
}

/// What [`Follow::send`] found: the response at the end of the way, and the way. Dereferences to the
/// response.
///
/// ```
/// use openapi_client_runtime::Followed;
///
/// fn log<T>(found: &Followed<T>) {
///     println!("{} after {} steps", found.status(), found.passed().len());
/// }
/// ```
pub struct Followed<T> {
    response: ResponseValue<T>,
    passed: Vec<String>,
}

impl<T> Followed<T> {
    /// The ids of the resources that led on, from the one asked for; empty where it was the one.
    pub fn passed(&self) -> &[String] {
        &self.passed
    }

    /// The response, with its status and headers.
    pub fn into_response(self) -> ResponseValue<T> {
        self.response
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.response.into_inner()
    }
}

impl<T> Deref for Followed<T> {
    type Target = ResponseValue<T>;

    fn deref(&self) -> &ResponseValue<T> {
        &self.response
    }
}

impl<T> DerefMut for Followed<T> {
    fn deref_mut(&mut self) -> &mut ResponseValue<T> {
        &mut self.response
    }
}

impl<T: fmt::Debug> fmt::Debug for Followed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Followed")
            .field("response", &self.response)
            .field("passed", &self.passed)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_and_a_long_way_are_refused_with_all_their_ids() {
        let passed = ["a", "b\r\nc", "d"].map(str::to_owned);
        assert_eq!(refusal(&passed, "e", 3), None);
        assert_eq!(
            refusal(&passed, "e", 2).unwrap(),
            "it leads on after 2 steps, the most that are followed: `a` -> `b  c` -> `d` -> `e`; \
             allow more with `max_steps`"
        );
        assert_eq!(
            refusal(&passed, "a", 9).unwrap(),
            "what it leads to goes in a circle: `a` -> `b  c` -> `d` -> `a`"
        );
        assert!(refusal(&passed[..1], "a", 0).unwrap().contains("circle"));
    }
}

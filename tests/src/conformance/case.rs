//! One case.

use serde::Deserialize;

use super::call::Call;
use super::client::ClientSettings;
use super::expect::Expect;
use super::reply::Told;
use super::webhook::Webhook;

/// A rule, shown by calls, replies and what must come of them, or by deliveries of a webhook.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The rule that it shows, as a sentence.
    pub name: String,
    #[serde(default)]
    pub(super) client: ClientSettings,
    /// Whether time stands still but for waits, and nothing goes over a socket.
    #[serde(default)]
    pub(super) paused: bool,
    pub(super) call: Option<Call>,
    #[serde(default)]
    pub(super) calls: Vec<Call>,
    #[serde(default)]
    pub(super) order: Order,
    #[serde(default)]
    pub(super) replies: Vec<Told>,
    pub(super) webhook: Option<Webhook>,
    #[serde(default)]
    pub(super) expect: Expect,
}

/// When several calls are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// All at the same time.
    #[default]
    Together,
    /// Each after the one before it has ended.
    InTurn,
}

impl Case {
    pub(super) fn all_calls(&self) -> Vec<&Call> {
        self.call.iter().chain(&self.calls).collect()
    }
}

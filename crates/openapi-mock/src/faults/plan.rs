//! Which requests meet which faults.

use std::sync::{Mutex, PoisonError};

use super::Fault;
use crate::error::MockError;

/// A fault, and how often it happens: always, unless [`times`](Self::times) or
/// [`probability`](Self::probability) say otherwise. [`Fault`] turns into one by itself.
///
/// ```
/// use openapi_mock::{Fault, FaultPlan};
///
/// let plan = FaultPlan::from(Fault::Reset).probability(0.5).times(3);
/// # let _ = plan;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FaultPlan {
    pub(super) fault: Fault,
    /// How often it still happens; nothing where that does not end.
    pub(super) times: Option<u64>,
    pub(super) probability: f64,
}

impl From<Fault> for FaultPlan {
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            times: None,
            probability: 1.0,
        }
    }
}

impl FaultPlan {
    /// Happens so often, then no more.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Happens to this share of the requests, from 0 to 1.
    #[must_use]
    pub fn probability(mut self, share: f64) -> Self {
        self.probability = share;
        self
    }

    fn check(&self) -> Result<(), MockError> {
        self.fault.check()?;
        if (0.0..=1.0).contains(&self.probability) {
            return Ok(());
        }
        let why = format!(
            "{} is no probability; take one from 0 to 1",
            self.probability
        );
        Err(MockError::InvalidFault(why))
    }
}

/// All faults that were asked for in advance.
#[derive(Debug)]
pub(crate) struct Plans {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// In the order in which they were asked for; without operation, for all.
    plans: Vec<(Option<String>, FaultPlan)>,
    random: fastrand::Rng,
}

/// A plan, as the control endpoint shows it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Shown {
    operation: Option<String>,
    fault: String,
    times: Option<u64>,
    probability: f64,
}

impl Plans {
    pub(crate) fn new(seed: u64) -> Self {
        let state = State {
            plans: Vec::new(),
            random: fastrand::Rng::with_seed(seed),
        };
        Self {
            seed,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn add(&self, operation: Option<String>, plan: FaultPlan) -> Result<(), MockError> {
        plan.check()?;
        self.locked().plans.push((operation, plan));
        Ok(())
    }

    /// The faults that a request of an operation meets now, if any. Counts them.
    pub(crate) fn take(&self, operation: Option<&str>) -> Vec<Fault> {
        let mut state = self.locked();
        let State { plans, random } = &mut *state;
        let mut met = Vec::new();
        for (wanted, plan) in plans.iter_mut() {
            let fits = wanted.is_none() || wanted.as_deref() == operation;
            // `f64` gives less than 1.
            if !fits || random.f64() >= plan.probability || plan.times == Some(0) {
                continue;
            }
            if let Some(left) = &mut plan.times {
                *left -= 1;
            }
            met.push(plan.fault.clone());
        }
        plans.retain(|(_, plan)| plan.times != Some(0));
        met
    }

    pub(crate) fn clear(&self) {
        let mut state = self.locked();
        state.plans.clear();
        state.random = fastrand::Rng::with_seed(self.seed);
    }

    /// Takes the faults of one operation away.
    pub(crate) fn clear_of(&self, operation: &str) {
        let mut state = self.locked();
        let other = |wanted: &Option<String>| wanted.as_deref() != Some(operation);
        state.plans.retain(|(wanted, _)| other(wanted));
    }

    pub(crate) fn shown(&self) -> Vec<Shown> {
        let state = self.locked();
        let shown = state.plans.iter().map(|(operation, plan)| Shown {
            operation: operation.clone(),
            fault: plan.fault.to_string(),
            times: plan.times,
            probability: plan.probability,
        });
        shown.collect()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_used_up_and_belong_to_their_operation() {
        let plans = Plans::new(0);
        plans
            .add(Some("list".to_owned()), Fault::Reset.times(2))
            .unwrap();
        plans.add(None, Fault::Close.into()).unwrap();
        assert_eq!(plans.take(Some("get")), [Fault::Close]);
        assert_eq!(plans.take(Some("list")), [Fault::Reset, Fault::Close]);
        assert_eq!(plans.take(Some("list")), [Fault::Reset, Fault::Close]);
        assert_eq!(plans.take(Some("list")), [Fault::Close]);
        assert_eq!(plans.take(None), [Fault::Close]);
        plans.clear();
        assert_eq!(plans.take(Some("list")), []);
    }

    #[test]
    fn a_probability_grows_from_the_seed() {
        let met = |seed| {
            let plans = Plans::new(seed);
            plans.add(None, Fault::Reset.probability(0.3)).unwrap();
            (0..1000)
                .map(|_| plans.take(None).len())
                .collect::<Vec<_>>()
        };
        let hits: usize = met(7).iter().sum();
        assert!((250..350).contains(&hits), "{hits}");
        assert_eq!(met(7), met(7));
        assert_ne!(met(7), met(8));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let plans = Plans::new(0);
        for plan in [
            Fault::status(99).into(),
            Fault::HtmlError(600).into(),
            Fault::ContentType("a\nb".to_owned()).into(),
            Fault::Reset.probability(1.5),
            Fault::Reset.probability(f64::NAN),
        ] {
            let shown = format!("{plan:?}");
            let refused = plans.add(None, plan);
            assert!(
                matches!(refused, Err(MockError::InvalidFault(_))),
                "{shown}"
            );
        }
        assert_eq!(plans.take(None), []);
    }
}

//! Maps that forget.

use std::collections::{HashMap, VecDeque};

/// A map of the latest insertions, so that a server that runs for long does not grow.
pub(crate) struct Bounded<T> {
    entries: HashMap<String, T>,
    order: VecDeque<String>,
    most: usize,
}

impl<T> Bounded<T> {
    /// Keeps the last `most` insertions.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            most,
        }
    }

    /// Adds an entry. Keys are made once: nothing is inserted twice.
    pub(crate) fn insert(&mut self, key: String, value: T) {
        self.order.push_back(key.clone());
        self.entries.insert(key, value);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        self.entries.remove(key)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::Bounded;

    #[test]
    fn the_oldest_goes_first_and_what_was_taken_out_leaves_nothing() {
        let mut bounded = Bounded::new(3);
        for number in 0..1000 {
            bounded.insert(number.to_string(), number);
            if number % 2 == 0 {
                assert_eq!(bounded.remove(&number.to_string()), Some(number));
            }
        }
        assert_eq!(bounded.get("999"), Some(&999));
        assert_eq!(bounded.get("997"), Some(&997));
        assert_eq!(bounded.get("995"), None);
        assert_eq!((bounded.entries.len(), bounded.order.len()), (2, 3));
    }
}

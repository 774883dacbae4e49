//! Chance that repeats: the same seed and place, the same throws, whatever was thrown before.

use std::hash::Hasher;

use fnv::FnvHasher;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

/// A place in a value that is being made, as a number that grows with the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u64);

impl Place {
    pub(super) fn new(seed: u64, text: &str) -> Self {
        Self(seed).child(text)
    }

    /// A member or an item of what stands here.
    pub(super) fn child(self, token: &str) -> Self {
        let mut hasher = FnvHasher::default();
        hasher.write_u64(self.0);
        hasher.write(token.as_bytes());
        Self(hasher.finish())
    }

    pub(super) fn item(self, index: usize) -> Self {
        self.child(&index.to_string())
    }

    pub(super) fn dice(self) -> Dice {
        Dice(Pcg32::seed_from_u64(self.0))
    }
}

#[derive(Debug)]
pub(super) struct Dice(pub(super) Pcg32);

impl Dice {
    /// A number below `end`; 0 where nothing is.
    pub(super) fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            end => self.0.random_range(0..end),
        }
    }

    /// A number between both, which count as well; the least where there is none.
    pub(super) fn between(&mut self, least: i64, greatest: i64) -> i64 {
        if least < greatest {
            self.0.random_range(least..=greatest)
        } else {
            least
        }
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, several: &'a [T]) -> Option<&'a T> {
        several.get(self.below(several.len()))
    }

    pub(super) fn flip(&mut self) -> bool {
        self.below(2) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn throws_depend_on_seed_and_place_alone() {
        let throw = |seed, text| Place::new(seed, text).item(3).dice().between(0, i64::MAX);
        assert_eq!(throw(1, "/pets"), throw(1, "/pets"));
        assert_ne!(throw(1, "/pets"), throw(2, "/pets"));
        assert_ne!(throw(1, "/pets"), throw(1, "/cats"));
    }

    #[test]
    fn an_empty_range_gives_its_start() {
        let mut dice = Place::new(0, "").dice();
        assert_eq!((dice.below(0), dice.between(5, 2)), (0, 5));
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}

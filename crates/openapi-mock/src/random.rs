//! Values that nobody can guess.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Makes tokens, codes and tickets. They never come from the seed of a mock: two mocks of one
/// document must not take each other's.
pub(crate) struct Random {
    key: [u8; 32],
    count: AtomicU64,
}

impl Random {
    pub(crate) fn new() -> Self {
        let mut key = [0; 32];
        if getrandom::fill(&mut key).is_err() {
            // A mock guards nothing, and must start all the same.
            for part in key.chunks_mut(8) {
                let random = RandomState::new().hash_one(0_u8).to_ne_bytes();
                part.copy_from_slice(&random);
            }
        }
        Self {
            key,
            count: AtomicU64::new(0),
        }
    }

    /// A text that starts with `prefix`, followed by 43 characters of base64url.
    pub(crate) fn text(&self, prefix: &str) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update(number.to_ne_bytes())
            .finalize();
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn no_two_are_the_same() {
        let (one, other) = (Random::new(), Random::new());
        let made = [one.text("t-"), one.text("t-"), other.text("t-")];
        assert!(made.iter().all(|text| text.len() == 45));
        assert!(made[0] != made[1] && made[0] != made[2]);
    }
}

//! Values that nobody can guess, and PKCE (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Failure, Secret};

/// 256 random bits in 43 unreserved characters, as RFC 7636, section 4.1 advises for a verifier.
pub(super) fn unguessable() -> Result<Secret, Failure> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| {
        Failure::invalid(format!(
            "the operating system gives no random bytes: {error}"
        ))
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes.as_slice()).into())
}

/// The code challenge of a verifier by the method `S256` (RFC 7636, section 4.2).
pub(super) fn s256(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = Secret::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            s256(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn each_value_is_another_and_fits_a_url() {
        let values: std::collections::BTreeSet<String> = (0..100)
            .map(|_| unguessable().unwrap().expose().to_owned())
            .collect();
        assert_eq!(values.len(), 100);
        for value in values {
            assert_eq!(value.len(), 43);
            assert!(
                value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
        }
    }
}

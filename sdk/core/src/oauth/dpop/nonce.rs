//! Nonces of the server, which bind a proof to a short time by the server's own clock.
//!
//! They are computed, not stored: an HMAC over the number of the current time slot. The nonce of
//! this slot and that of the one before are accepted, so one serves five to ten minutes, in every
//! isolate that has the secret.
//!
//! Source: [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449#section-9).

use alloc::string::String;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{
    base64url,
    error::{Code, Error},
    secret::Secret,
    time::UnixSeconds,
};

/// How long a slot lasts, in seconds.
const SLOT: i64 = 300;
/// How long the secret must be, in bytes.
const MIN_SECRET: usize = 32;

/// Makes and recognises nonces.
#[derive(Clone, Debug)]
pub struct Nonces {
    secret: Secret,
}

impl Nonces {
    /// Nonces under a secret of at least 32 bytes.
    ///
    /// # Errors
    /// `config_invalid` at `dpop.nonce_secret_binding`: it is shorter.
    pub fn new(secret: Secret) -> Result<Self, Error> {
        if secret.expose().len() < MIN_SECRET {
            return Err(Error::at(Code::ConfigInvalid, "dpop.nonce_secret_binding"));
        }
        Ok(Self { secret })
    }

    /// The nonce that a client should use from now on: 43 base64url characters.
    #[must_use]
    pub fn current(&self, now: UnixSeconds) -> String {
        self.of_slot(now.0.div_euclid(SLOT))
    }

    /// Whether a nonce is good.
    ///
    /// # Errors
    /// `dpop_nonce_required`: there is none, or it is of neither this slot nor the one before.
    pub fn check(&self, nonce: Option<&str>, now: UnixSeconds) -> Result<(), Error> {
        let slot = now.0.div_euclid(SLOT);
        let is_of =
            |slot| nonce.is_some_and(|own| own.as_bytes().ct_eq(self.of_slot(slot).as_bytes()).into());
        if is_of(slot) || is_of(slot.saturating_sub(1)) {
            Ok(())
        } else {
            Err(Error::at(Code::DpopNonceRequired, "nonce"))
        }
    }

    fn of_slot(&self, slot: i64) -> String {
        // A MAC of HMAC-SHA256 takes keys of every length; were one refused, no nonce would fit.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.secret.expose()) else { return String::new() };
        let mac = mac.chain_update(b"edgeward dpop nonce").chain_update(slot.to_be_bytes());
        base64url::encode(&mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonces() -> Nonces {
        Nonces::new(Secret::new(vec![7; 32])).unwrap()
    }

    #[test]
    fn a_nonce_is_good_in_its_slot_and_in_the_next() {
        let nonce = nonces().current(UnixSeconds(600));
        assert_eq!(nonce.len(), 43);
        for (now, good) in [(599, false), (600, true), (899, true), (900, true), (1199, true), (1200, false)]
        {
            assert_eq!(nonces().check(Some(&nonce), UnixSeconds(now)).is_ok(), good, "{now}");
        }
    }

    #[test]
    fn no_other_nonce_is_good() {
        let now = UnixSeconds(600);
        let other = Nonces::new(Secret::new(vec![8; 32])).unwrap().current(now);
        let long = nonces().current(now) + "A";
        for nonce in [None, Some(""), Some("x"), Some(other.as_str()), Some(long.as_str())] {
            let refusal = Error::at(Code::DpopNonceRequired, "nonce");
            assert_eq!(nonces().check(nonce, now), Err(refusal), "{nonce:?}");
        }
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(Nonces::new(Secret::new(vec![7; 31])).is_err());
    }
}

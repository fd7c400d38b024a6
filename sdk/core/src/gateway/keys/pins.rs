//! Keys that were pinned: whatever else the issuer publishes is not used.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    jose::{Key, KeySet, jwks::MAX_KEYS, thumbprint},
};

/// The thumbprints of the keys that may verify; none means that all may.
///
/// Who pins keys trusts the issuer's operator more than its web server: what an intruder publishes
/// there verifies nothing. A new key needs a new configuration first.
///
/// Source: [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)
#[derive(Clone, Debug, Default)]
pub struct Pins(Option<Vec<String>>);

impl Pins {
    /// Pins the keys of these SHA-256 thumbprints, 1 to 100.
    ///
    /// # Errors
    /// `config_invalid`: there is none, or one of them is no SHA-256 thumbprint.
    pub fn new(thumbprints: Vec<String>) -> Result<Self, Error> {
        let possible = (1..=MAX_KEYS).contains(&thumbprints.len());
        if possible && thumbprints.iter().all(|text| thumbprint::is_sha256(text)) {
            Ok(Self(Some(thumbprints)))
        } else {
            Err(Code::ConfigInvalid.into())
        }
    }

    /// The keys of a set that may verify.
    #[must_use]
    pub fn admit(&self, keys: KeySet) -> KeySet {
        let Some(pins) = &self.0 else { return keys };
        let pinned = |key: &&Key| pins.contains(&thumbprint::sha256(key));
        keys.keys().iter().filter(pinned).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use super::*;

    const SET: &str = r#"{"keys":[
        {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"OKP","crv":"Ed25519","kid":"b","x":"bPWyRhV93f8Jj9u7vYRT4Y0vKUW_HnvQWEfcx8tREuY"}]}"#;
    const OF_A: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn admitted(pins: &Pins) -> Vec<String> {
        let set = pins.admit(KeySet::parse(SET.as_bytes()).unwrap());
        set.keys().iter().filter_map(Key::id).map(ToString::to_string).collect()
    }

    #[test]
    fn only_pinned_keys_are_admitted() {
        assert_eq!(admitted(&Pins::default()), ["a", "b"]);
        assert_eq!(admitted(&Pins::new(vec![OF_A.into()]).unwrap()), ["a"]);
        let other = OF_A.replacen('k', "j", 1);
        assert!(admitted(&Pins::new(vec![other]).unwrap()).is_empty());
    }

    #[test]
    fn what_is_no_thumbprint_cannot_be_pinned() {
        for odd in ["", "a", &OF_A[1..], &OF_A.replace('_', "/")] {
            assert!(Pins::new(vec![OF_A.into(), odd.into()]).is_err(), "{odd}");
        }
        assert!(Pins::new(vec![]).is_err());
        assert!(Pins::new(vec![OF_A.into(); 101]).is_err());
    }
}

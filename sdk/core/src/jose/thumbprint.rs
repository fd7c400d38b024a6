//! The name of a key that follows from the key alone.
//!
//! Source: [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638).

use alloc::string::String;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    base64url,
    jose::jwk::{Key, Material},
};

/// How many characters a SHA-256 thumbprint has.
pub const LENGTH: usize = 43;

/// Computes a key's SHA-256 thumbprint: 43 base64url characters.
///
/// It is computed from the key's value, not from how a JWK spelled it: a key pair and its public
/// half agree, and so do a modulus with leading zeros and one without.
///
/// Source: [RFC 7638 §3](https://www.rfc-editor.org/rfc/rfc7638#section-3),
/// [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2) for `OKP`.
#[must_use]
pub fn sha256(key: &Key) -> String {
    let hash = match key.material() {
        Material::Rsa { n, e } => hash(&[("e", &text(e)), ("kty", "RSA"), ("n", &text(n))]),
        Material::Ec { curve, x, y } => {
            hash(&[("crv", curve.name()), ("kty", "EC"), ("x", &text(x)), ("y", &text(y))])
        }
        Material::Ed25519(point) => hash(&[("crv", "Ed25519"), ("kty", "OKP"), ("x", &text(point))]),
        Material::MlDsa { set, public } => {
            hash(&[("alg", set.name()), ("kty", "AKP"), ("pub", &text(public))])
        }
        Material::Symmetric(secret) => hash(&[("k", &text(secret.expose())), ("kty", "oct")]),
    };
    base64url::encode(&hash)
}

/// Whether a text can be a SHA-256 thumbprint.
#[must_use]
pub fn is_sha256(text: &str) -> bool {
    text.len() == LENGTH && base64url::decode(text).is_ok()
}

/// A member's value; wiped afterwards, for it may be a secret's.
fn text(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(base64url::encode(bytes))
}

/// Hashes the required members as a JSON object: in the order of their names, without whitespace.
/// No value needs escaping, since each is base64url or a name of the registry.
fn hash(members: &[(&str, &str)]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut before = "{\"";
    for (name, value) in members {
        for part in [before, name, "\":\"", value] {
            hash.update(part);
        }
        before = "\",\"";
    }
    hash.update("\"}");
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn thumbprint(jwk: &str) -> String {
        sha256(&Key::parse(&json::parse_object(jwk.as_bytes()).unwrap()).unwrap())
    }

    const RSA_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    #[test]
    fn agrees_with_rfc_7638_section_3_1() {
        let jwk = format!(
            r#"{{"kty":"RSA","n":"{RSA_N}","e":"AQAB","alg":"RS256","kid":"2011-04-29","use":"sig"}}"#
        );
        assert_eq!(thumbprint(&jwk), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn agrees_with_rfc_8037_appendix_a_3() {
        let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(thumbprint(jwk), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn agrees_with_jose_on_the_keys_of_rfc_7515_and_rfc_7517() {
        let ec = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;
        assert_eq!(thumbprint(ec), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
        let secret = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
        assert_eq!(thumbprint(secret), "y_x3gCJnL6oKGBBIXScabduwxTVy2Wd2bzRVEUbdUzc");
    }

    #[test]
    fn a_second_spelling_of_a_key_has_the_same_thumbprint() {
        let padded = base64url::encode(&[&[0][..], &base64url::decode(RSA_N).unwrap()].concat());
        let jwk = |n: &str, e: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
        assert_eq!(thumbprint(&jwk(&padded, "AAEAAQ")), thumbprint(&jwk(RSA_N, "AQAB")));
    }

    #[test]
    fn knows_what_can_be_a_thumbprint() {
        assert!(is_sha256("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        for odd in [
            "",
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9X",
            "NzbLsXh8uDCcd+6MNwXF4W/7noWXFZAfHkxZsRGC9Xs",
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xt",
        ] {
            assert!(!is_sha256(odd), "{odd}");
        }
    }
}

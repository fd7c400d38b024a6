//! What holds of every token and of every key, not only of those that somebody thought of.

use alloc::{format, string::String, vec::Vec};

use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::Sha256;

use crate::{
    base64url,
    jose::{
        Algorithm, Key, KeySet,
        jwe::{self, ContentEncryption, DecryptionKey, KeyManagement, Sealed},
        jws::Unverified,
    },
    json::{self, Map, Value},
    secret::Secret,
};

const SECRET: [u8; 32] = [7; 32];

fn signed(claims: &str) -> String {
    let part = |text: &str| base64url::encode(text.as_bytes());
    let input = format!("{}.{}", part(r#"{"alg":"HS256"}"#), part(claims));
    let mac = Hmac::<Sha256>::new_from_slice(&SECRET).unwrap().chain_update(&input);
    format!("{input}.{}", base64url::encode(&mac.finalize().into_bytes()))
}

fn verifies(token: &str) -> bool {
    let key = Key::symmetric(Secret::new(SECRET.to_vec()), None);
    Unverified::parse(token).is_ok_and(|token| token.verify(&key).is_ok())
}

fn flipped(token: &str, at: prop::sample::Index, bit: u8) -> Option<String> {
    let mut bytes = token.as_bytes().to_vec();
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << bit;
    String::from_utf8(bytes).ok()
}

fn claims() -> impl Strategy<Value = String> {
    prop::collection::btree_map("[a-z]{1,8}", "[ -!#-\\[\\]-~]{0,40}", 0..8).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(name, text)| format!(r#""{name}":"{text}""#)).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// The members that keys have, with values that may or may not fit.
fn jwk() -> impl Strategy<Value = Map> {
    let word = |words: &'static [&str]| prop::sample::select(words).prop_map(Value::from);
    let number = prop::collection::vec(any::<u8>(), 0..300).prop_map(|b| Value::from(base64url::encode(&b)));
    let coordinate = prop::collection::vec(any::<u8>(), 32).prop_map(|b| Value::from(base64url::encode(&b)));
    let odd =
        prop_oneof![Just(Value::Null), Just(Value::from(7_u32)), Just(Value::from(Vec::<Value>::new()))];
    let value = prop_oneof![
        2 => word(&["RSA", "EC", "OKP", "oct", "AKP"]),
        2 => word(&["P-256", "P-384", "P-521", "secp256k1", "Ed25519", "X25519"]),
        1 => word(&["sig", "enc", "verify", "RS256", "ES256", "HS256", "ML-DSA-44", "dir", "A256KW", "ECDH-ES"]),
        3 => coordinate,
        3 => number,
        1 => odd,
    ];
    let name = prop::sample::select(
        &[
            "kty", "crv", "use", "key_ops", "alg", "kid", "n", "e", "d", "x", "y", "k", "p", "q", "dp", "dq",
            "qi", "pub",
        ][..],
    );
    let kty = word(&["RSA", "EC", "OKP", "oct", "AKP"]);
    (kty, prop::collection::vec((name, value), 0..12)).prop_map(|(kty, members)| {
        let members = members.into_iter().map(|(name, value)| (String::from(name), value));
        members.chain([(String::from("kty"), kty)]).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_signed_token_with_one_bit_flipped_is_refused(
        claims in claims(), at in any::<prop::sample::Index>(), bit in 0_u8..7,
    ) {
        let token = signed(&claims);
        prop_assert!(verifies(&token));
        if let Some(token) = flipped(&token, at, bit) {
            prop_assert!(!verifies(&token), "{token}");
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "([A-Za-z0-9_-]{0,60}\\.?){0,7}|\\PC{0,80}") {
        let _ = Unverified::parse(&text);
        let _ = Sealed::parse(&text);
        let _ = jwe::is_sealed(&text);
    }

    #[test]
    fn no_header_makes_a_reader_panic(header in "\\{(\"(alg|enc|epk|apu|kid|crit|zip)\":(\"[A-Za-z0-9-]{0,12}\"|\\{\\}|7|null),?){0,5}\\}") {
        let header = base64url::encode(header.as_bytes());
        let _ = Unverified::parse(&format!("{header}.e30."));
        let _ = Sealed::parse(&format!("{header}...."));
    }

    #[test]
    fn no_key_makes_a_reader_panic_and_every_key_is_bound_to_its_type(jwk in jwk()) {
        let kty = jwk.get("kty").and_then(Value::as_str).unwrap_or_default();
        if let Ok(key) = Key::parse(&jwk) {
            for alg in Algorithm::ALL.iter().filter(|alg| key.permits(**alg)) {
                let own = match kty {
                    "RSA" => alg.name().starts_with("RS") || alg.name().starts_with("PS"),
                    "EC" => alg.name().starts_with("ES"),
                    "OKP" => alg.name().starts_with("Ed"),
                    "oct" => alg.is_symmetric(),
                    _ => alg.name().starts_with("ML-DSA"),
                };
                prop_assert!(own, "{kty} for {alg}");
                prop_assert!(jwk.get("alg").is_none_or(|said| said == alg.name() || alg.name().starts_with("Ed")));
            }
        }
        if let Ok(key) = DecryptionKey::parse(&jwk) {
            for alg in KeyManagement::ALL {
                let own = match kty {
                    "RSA" => alg.name().starts_with("RSA"),
                    "EC" | "OKP" => alg.name().starts_with("ECDH"),
                    _ => !alg.name().starts_with("ECDH") && !alg.name().starts_with("RSA"),
                };
                prop_assert!(own || ContentEncryption::ALL.iter().all(|enc| !key.permits(*alg, *enc)));
            }
        }
    }

    #[test]
    fn a_key_set_offers_no_key_that_does_not_permit_the_algorithm(
        keys in prop::collection::vec(jwk(), 0..6), kid in prop::option::of("[a-c]"),
    ) {
        let set = json::object(vec![("keys", keys.into_iter().map(Value::Object).collect::<Vec<_>>().into())]);
        let set = KeySet::from_value(&set).unwrap();
        for alg in Algorithm::ALL {
            for key in set.candidates(*alg, kid.as_deref()) {
                // The one key without a name that fits every name is a secret's.
                let named = kid.is_none() || key.id() == kid.as_deref();
                prop_assert!(key.permits(*alg) && (named || (alg.is_symmetric() && key.id().is_none())));
            }
        }
    }
}

#[cfg(feature = "jwe")]
mod encrypted {
    use aes_gcm::{Aes128Gcm, KeyInit, aead::AeadInOut};
    use proptest::prelude::*;

    use super::{Secret, String, base64url, flipped, format};
    use crate::jose::jwe::{ContentKey, Sealed};

    fn sealed(content: &[u8], iv: [u8; 12]) -> String {
        let protected = base64url::encode(br#"{"alg":"dir","enc":"A128GCM"}"#);
        let mut buffer = content.to_vec();
        let cipher = Aes128Gcm::new_from_slice(&[7; 16]).unwrap();
        let aad = protected.as_bytes();
        let tag = cipher.encrypt_inout_detached((&iv).into(), aad, buffer.as_mut_slice().into()).unwrap();
        let part = base64url::encode;
        format!("{protected}..{}.{}.{}", part(&iv), part(&buffer), part(&tag))
    }

    fn opened(token: &str) -> Option<Vec<u8>> {
        let key = ContentKey::direct(Secret::new([7; 16].to_vec()));
        Sealed::parse(token).and_then(|sealed| sealed.open(&key)).ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn an_encrypted_token_opens_as_it_was_and_with_one_bit_flipped_not_at_all(
            content in prop::collection::vec(any::<u8>(), 0..200), iv in any::<[u8; 12]>(),
            at in any::<prop::sample::Index>(), bit in 0_u8..7,
        ) {
            let token = sealed(&content, iv);
            prop_assert_eq!(opened(&token), Some(content));
            if let Some(token) = flipped(&token, at, bit) {
                prop_assert_eq!(opened(&token), None);
            }
        }
    }
}

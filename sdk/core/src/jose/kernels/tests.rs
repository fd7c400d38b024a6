use super::*;
use crate::json;

/// RFC 7515 §A.3: a token of ES256, and its key.
const KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const INPUT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

fn key(text: &str) -> Key {
    Key::parse(&json::parse_object(text.as_bytes()).unwrap()).unwrap()
}

fn ask(kernels: &mut Kernels, key: &Key, signature: &[u8]) -> Option<Result<(), Error>> {
    kernels.verify(key, Algorithm::Es256, INPUT.as_bytes(), signature, Beside::Crates)
}

/// Secrets that nobody signs with: each is a key with a place of its own.
fn secret(number: u8) -> Key {
    Key::symmetric(crate::secret::Secret::new(vec![number; 32]), None)
}

#[test]
fn a_table_grows_from_signature_to_signature_until_it_answers() {
    let (mut kernels, key) = (Kernels::new(), key(KEY));
    let signature = crate::base64url::decode(SIGNATURE).unwrap();
    let unanswered = (0..100).take_while(|_| ask(&mut kernels, &key, &signature).is_none()).count();
    assert_eq!(unanswered, WORTH as usize + 66_usize.div_ceil(ROWS) - 1);
    assert_eq!(ask(&mut kernels, &key, &signature), Some(Ok(())));
    let mut other = signature.clone();
    other[40] ^= 1;
    assert_eq!(ask(&mut kernels, &key, &other), Some(Err(Code::TokenSignatureInvalid.into())));
    assert_eq!(ask(&mut kernels, &key, &signature[1..]), Some(Err(Code::TokenSignatureInvalid.into())));
}

#[test]
fn a_point_off_the_curve_goes_the_general_way() {
    let off = key(&KEY.replace("5a0\"}", "5a4\"}"));
    let mut kernels = Kernels::new();
    assert_eq!(ask(&mut kernels, &off, &[1; 64]), None);
    assert_eq!(kernels.size().0, 0);
}

#[test]
fn a_key_is_forgotten_with_its_issuers_set() {
    let (mut kernels, key) = (Kernels::new(), key(KEY));
    ask(&mut kernels, &key, &[1; 64]);
    assert_eq!(kernels.size().0, 1);
    kernels.retain(|material| material != key.material());
    assert_eq!(kernels.size(), (0, 0));
}

#[test]
fn a_newcomer_takes_the_place_of_a_key_that_was_not_used_for_long_and_of_no_other() {
    let mut kernels = Kernels::new();
    let mut ask = |number: u8| {
        kernels.verify(&secret(number), Algorithm::Hs256, b"", &[0; 32], Beside::Crates).is_some()
    };
    assert!((0..64).all(&mut ask));
    assert!(!ask(64), "a newcomer");
    for _ in 0..PATIENCE {
        assert!((1..64).all(&mut ask));
    }
    assert!(ask(64), "key 0 was not used for long");
    assert!(!ask(0));
    assert_eq!(kernels.size().0, MAX_KEYS);
}

#[test]
fn what_has_no_kernel_is_left_alone() {
    let mut kernels = Kernels::new();
    let key = key(KEY);
    assert_eq!(kernels.verify(&key, Algorithm::Es384, b"", &[0; 96], Beside::Crates), None);
    assert_eq!(kernels.verify(&key, Algorithm::Hs256, b"", &[0; 32], Beside::Crates), None, "another type");
    assert_eq!(kernels.size().0, 0);
}

#[test]
fn a_secret_is_kept_hashed_for_each_of_its_algorithms() {
    let secret = Key::symmetric(crate::secret::Secret::new(vec![7; 64]), None);
    let mut kernels = Kernels::new();
    for (alg, length) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)] {
        let tag = tag(alg, &[7; 64]);
        assert_eq!(tag.len(), length);
        let mut ask = |tag: &[u8]| kernels.verify(&secret, alg, INPUT.as_bytes(), tag, Beside::WebCrypto);
        assert_eq!(ask(&tag), Some(Ok(())), "{alg}");
        assert_eq!(engine::verify(&secret, alg, INPUT.as_bytes(), &tag), Ok(()), "{alg}");
        assert_eq!(
            ask(&tag[..length - 1]),
            Some(Err(Code::TokenSignatureInvalid.into())),
            "{alg}, truncated"
        );
        let mut other = tag.clone();
        other[length - 1] ^= 1;
        assert_eq!(ask(&other), Some(Err(Code::TokenSignatureInvalid.into())), "{alg}");
    }
    assert_eq!(kernels.size().0, 1, "one key");
}

/// The tag of the input, as the crates make it.
fn tag(alg: Algorithm, secret: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Sha256, Sha384, Sha512};

    fn of<M: Mac + KeyInit>(secret: &[u8]) -> Vec<u8> {
        let mac = <M as KeyInit>::new_from_slice(secret).unwrap().chain_update(INPUT);
        mac.finalize().into_bytes().to_vec()
    }
    match alg {
        Algorithm::Hs256 => of::<Hmac<Sha256>>(secret),
        Algorithm::Hs384 => of::<Hmac<Sha384>>(secret),
        _ => of::<Hmac<Sha512>>(secret),
    }
}

#[cfg(feature = "rustcrypto")]
#[test]
fn prefixes_are_those_of_the_crate() {
    use ::rsa::Pkcs1v15Sign;
    use sha2::{Sha256, Sha384, Sha512};

    use crate::jose::algorithm::Hash;

    assert_eq!(*Pkcs1v15Sign::new::<Sha256>().prefix, prepared::prefix(Hash::Sha256));
    assert_eq!(*Pkcs1v15Sign::new::<Sha384>().prefix, prepared::prefix(Hash::Sha384));
    assert_eq!(*Pkcs1v15Sign::new::<Sha512>().prefix, prepared::prefix(Hash::Sha512));
}

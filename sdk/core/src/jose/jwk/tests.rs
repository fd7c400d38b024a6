use alloc::{format, string::ToString};

use super::*;
use crate::{base64url, json};

const P256_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const P256_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn parse(members: &str) -> Result<Key, Error> {
    Key::parse(&json::parse_object(format!("{{{members}}}").as_bytes()).unwrap())
}

fn rsa_jwk(n: &[u8], e: &[u8], more: &str) -> Result<Key, Error> {
    parse(&format!(r#""kty":"RSA","n":"{}","e":"{}"{more}"#, base64url::encode(n), base64url::encode(e)))
}

fn ec_jwk(more: &str) -> Result<Key, Error> {
    parse(&format!(r#""kty":"EC","crv":"P-256","x":"{P256_X}","y":"{P256_Y}"{more}"#))
}

fn refused_at(result: Result<Key, Error>) -> &'static str {
    let error = result.unwrap_err();
    assert_eq!(error.code, Code::JwkInvalid);
    error.at
}

fn modulus(bytes: usize) -> Vec<u8> {
    vec![0xff; bytes]
}

#[test]
fn binds_an_algorithm_by_type_curve_and_alg() {
    let key = ec_jwk("").unwrap();
    let permitted: Vec<_> = Algorithm::ALL.iter().filter(|alg| key.permits(**alg)).collect();
    assert_eq!(permitted, [&Algorithm::Es256]);

    let any_rsa = rsa_jwk(&modulus(256), &[1, 0, 1], "").unwrap();
    assert_eq!(Algorithm::ALL.iter().filter(|alg| any_rsa.permits(**alg)).count(), 6);
    let only_rs256 = rsa_jwk(&modulus(256), &[1, 0, 1], r#","alg":"RS256""#).unwrap();
    let permitted: Vec<_> = Algorithm::ALL.iter().filter(|alg| only_rs256.permits(**alg)).collect();
    assert_eq!(permitted, [&Algorithm::Rs256]);
}

#[test]
fn both_names_of_ed25519_mean_one_scheme() {
    let jwk = |alg: &str| {
        parse(&format!(r#""kty":"OKP","crv":"Ed25519","x":"{ED25519_X}","alg":"{alg}""#)).unwrap()
    };
    for key in [jwk("EdDSA"), jwk("Ed25519")] {
        assert!(key.permits(Algorithm::EdDsa) && key.permits(Algorithm::Ed25519));
    }
}

#[test]
fn an_alg_that_does_not_fit_the_key_is_refused() {
    assert_eq!(refused_at(ec_jwk(r#","alg":"ES384""#)), "alg");
    assert_eq!(refused_at(ec_jwk(r#","alg":"HS256""#)), "alg");
    assert_eq!(refused_at(ec_jwk(r#","alg":"ECDH-ES""#)), "alg");
    assert_eq!(refused_at(ec_jwk(r#","alg":256"#)), "alg");
}

#[test]
fn use_and_key_ops_must_allow_verifying() {
    for good in [r#","use":"sig""#, r#","key_ops":["verify"]"#, r#","key_ops":["sign","verify"],"use":"sig""#]
    {
        assert!(ec_jwk(good).is_ok(), "{good}");
    }
    for bad in [r#","use":"enc""#, r#","use":"Sig""#, r#","use":1"#] {
        assert_eq!(refused_at(ec_jwk(bad)), "use", "{bad}");
    }
    for bad in
        ["[]", r#"["sign"]"#, r#"["verify","verify"]"#, r#""verify""#, r#"["verify",1]"#, r#"["deriveKey"]"#]
    {
        assert_eq!(refused_at(ec_jwk(&format!(r#","key_ops":{bad}"#))), "key_ops", "{bad}");
    }
}

#[test]
fn rsa_keys_have_a_sane_size_and_exponent() {
    assert!(rsa_jwk(&modulus(256), &[3], "").is_ok());
    assert!(rsa_jwk(&modulus(1024), &[1, 0, 1], "").is_ok());
    let mut short = modulus(256);
    short[0] = 0x7f;
    let mut even = modulus(256);
    even[255] = 0xfe;
    for n in [modulus(255), short, modulus(1025), even, vec![]] {
        assert_eq!(refused_at(rsa_jwk(&n, &[1, 0, 1], "")), "n");
    }
    for e in [&[1][..], &[0], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1], &[]] {
        assert_eq!(refused_at(rsa_jwk(&modulus(256), e, "")), "e");
    }
}

#[test]
fn leading_zeros_of_rsa_numbers_are_ignored() {
    let padded = [vec![0], modulus(256)].concat();
    assert_eq!(rsa_jwk(&padded, &[0, 1, 0, 1], "").unwrap(), rsa_jwk(&modulus(256), &[1, 0, 1], "").unwrap());
}

#[test]
fn coordinates_have_the_length_of_the_field() {
    let jwk = |crv: &str, x: &str| parse(&format!(r#""kty":"EC","crv":"{crv}","x":"{x}","y":"{P256_Y}""#));
    assert_eq!(refused_at(jwk("P-256", &P256_X[..40])), "x");
    assert_eq!(refused_at(jwk("P-384", P256_X)), "x");
    assert_eq!(jwk("secp256k1", P256_X).is_ok(), cfg!(feature = "es256k"));
    assert_eq!(refused_at(jwk("P-256 ", P256_X)), "crv");
    assert_eq!(refused_at(parse(&format!(r#""kty":"EC","crv":"P-256","x":"{P256_X}""#))), "y");
    assert_eq!(
        refused_at(parse(&format!(r#""kty":"EC","crv":"P-256","x":"{P256_X}=","y":"{P256_Y}""#))),
        "x"
    );
}

#[cfg(feature = "rustcrypto")]
#[test]
fn the_list_of_small_order_points_is_that_of_the_curve() {
    use ed25519_dalek::VerifyingKey;

    for y in SMALL_ORDER_Y {
        assert!(VerifyingKey::from_bytes(&y).is_ok_and(|key| key.is_weak()), "{y:x?}");
    }
    // Eight points share five y coordinates: ±1 stand alone, the other three have two signs each.
    let signs =
        SMALL_ORDER_Y.iter().map(|y| if *y == [0; 32] || y[0] == 0x26 || y[0] == 0xc7 { 2 } else { 1 });
    assert_eq!(signs.sum::<u32>(), 8);
}

#[test]
fn weak_or_doubly_spelled_ed25519_points_are_refused() {
    let jwk = |x: [u8; 32]| parse(&format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, base64url::encode(&x)));
    for mut y in SMALL_ORDER_Y {
        assert_eq!(refused_at(jwk(y)), "x");
        y[31] |= 0x80;
        assert_eq!(refused_at(jwk(y)), "x");
    }
    for spelled_above_the_prime in
        [FIELD_PRIME, little_endian_prime(0xee), little_endian_prime(0xff), [0xff; 32]]
    {
        assert_eq!(refused_at(jwk(spelled_above_the_prime)), "x");
    }
    assert!(jwk(base64url::decode(ED25519_X).unwrap().try_into().unwrap()).is_ok());
    assert_eq!(refused_at(parse(&format!(r#""kty":"OKP","crv":"X25519","x":"{ED25519_X}""#))), "crv");
}

#[test]
fn a_secret_must_be_as_long_as_the_hash() {
    let key = Key::symmetric(Secret::new(vec![7; 32]), None);
    assert!(
        key.permits(Algorithm::Hs256) && !key.permits(Algorithm::Hs384) && !key.permits(Algorithm::Rs256)
    );
    assert!(!Key::symmetric(Secret::new(vec![7; 31]), None).permits(Algorithm::Hs256));
    assert_eq!(refused_at(parse(r#""kty":"oct","k":"""#)), "k");
}

#[test]
fn never_prints_key_material() {
    let key = parse(r#""kty":"oct","kid":"a","k":"c2VjcmV0c2VjcmV0""#).unwrap();
    assert_eq!(format!("{key:?}"), r#"Key { id: Some("a"), algorithm: None, .. }"#.to_string());
}

/// What `jose-jwk` reads of a key, as this module would hold it.
fn by_jose_jwk(jwk: &str) -> Option<Material> {
    match serde_json::from_str(jwk).ok()? {
        jose_jwk::Key::Rsa(key) => Some(Material::Rsa { n: key.n.to_vec(), e: key.e.to_vec() }),
        jose_jwk::Key::Ec(key) => {
            let curve = match key.crv {
                jose_jwk::EcCurves::P256 => Curve::P256,
                jose_jwk::EcCurves::P384 => Curve::P384,
                jose_jwk::EcCurves::P521 => Curve::P521,
                _ => return None,
            };
            Some(Material::Ec { curve, x: key.x.to_vec(), y: key.y.to_vec() })
        }
        jose_jwk::Key::Okp(key) if key.crv == jose_jwk::OkpCurves::Ed25519 => {
            Some(Material::Ed25519(key.x.to_vec().try_into().ok()?))
        }
        jose_jwk::Key::Oct(key) => Some(Material::Symmetric(Secret::new(key.k.to_vec()))),
        _ => None,
    }
}

#[test]
fn reads_key_material_as_jose_jwk_does() {
    let n = base64url::encode(&modulus(256));
    let coordinate = |length: usize| base64url::encode(&vec![5; length]);
    let (x384, x521) = (coordinate(48), coordinate(66));
    let good = [
        format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#),
        format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB","d":"AQAB"}}"#),
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{P256_X}","y":"{P256_Y}"}}"#),
        format!(r#"{{"kty":"EC","crv":"P-384","x":"{x384}","y":"{x384}"}}"#),
        format!(r#"{{"kty":"EC","crv":"P-521","x":"{x521}","y":"{x521}"}}"#),
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{ED25519_X}"}}"#),
        r#"{"kty":"oct","k":"c2VjcmV0"}"#.to_string(),
    ];
    for jwk in &good {
        let own = Key::parse(&json::parse_object(jwk.as_bytes()).unwrap()).unwrap();
        assert!(by_jose_jwk(jwk).is_some_and(|material| material == own.material), "{jwk}");
    }
    let bad = [
        r#"{"kty":"rsa","n":"AQ","e":"AQAB"}"#.to_string(),
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{P256_X}=","y":"{P256_Y}"}}"#),
        format!(r#"{{"kty":"EC","crv":"P-256","y":"{P256_Y}"}}"#),
        format!(r#"{{"kty":"OKP","crv":"X25519","x":"{ED25519_X}"}}"#),
        r#"{"kty":"oct","k":7}"#.to_string(),
        r#"{"k":"c2VjcmV0"}"#.to_string(),
    ];
    for jwk in &bad {
        assert!(by_jose_jwk(jwk).is_none(), "{jwk}");
        assert!(Key::parse(&json::parse_object(jwk.as_bytes()).unwrap()).is_err(), "{jwk}");
    }
}

#[test]
fn what_is_published_of_a_key_is_its_public_half() {
    let text = r#"{"kty":"EC","crv":"P-256","kid":"k","alg":"ES256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;
    let key = Key::parse(&json::parse_object(text.as_bytes()).unwrap()).unwrap();
    let public = key.to_public().unwrap();
    assert_eq!(Key::parse(public.as_object().unwrap()), Ok(key));
    assert!(public.get("d").is_none() && *public.get("use").unwrap() == "sig");
    assert!(Key::symmetric(Secret::new(vec![7; 32]), None).to_public().is_none());
}

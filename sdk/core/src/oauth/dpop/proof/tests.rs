use proptest::prelude::*;

use super::*;
use crate::{json, secret::Secret};

/// RFC 9449 figure 13, the request for a protected resource; and figure 5, the one for a token.
const RESOURCE_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
#[cfg(feature = "rustcrypto")]
const TOKEN_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const ACCESS_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
/// RFC 9449 §6.1
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
const IAT: i64 = 1_562_262_618;
const JWK: &str = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;

fn expected() -> Expected<'static> {
    Expected {
        method: "GET",
        url: "https://resource.example.org/protectedresource",
        access_token: ACCESS_TOKEN,
        thumbprint: JKT,
        nonces: None,
        window: Window::default(),
    }
}

fn parse(text: &str) -> Result<Unverified<'_>, Error> {
    Unverified::parse(text, &ALGORITHMS)
}

fn refused(text: &str) -> Error {
    parse(text).err().unwrap()
}

fn unsigned(header: &str, claims: &str) -> String {
    [base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()), "AAAA".into()].join(".")
}

fn with_header(more: &str) -> String {
    let header = format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{JWK}}}"#);
    let mut members = json::parse_object(header.as_bytes()).unwrap();
    members.extend(json::parse_object(more.as_bytes()).unwrap());
    unsigned(&Value::Object(members).to_string(), "{}")
}

/// The claims of the example with these ones changed, as if the signature had been good; `null`
/// removes a claim.
fn checked(more: &str, expected: &Expected<'_>, now: i64) -> Result<Use, Error> {
    let mut members = parse(RESOURCE_PROOF).unwrap().verified(Ok(())).unwrap().claims;
    members.extend(json::parse_object(more.as_bytes()).unwrap());
    let members: Map = members.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let header = format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{JWK}}}"#);
    let text = unsigned(&header, &Value::Object(members).to_string());
    parse(&text).unwrap().verified(Ok(())).unwrap().check(expected, UnixSeconds(now))
}

fn at(more: &str) -> Error {
    checked(more, &expected(), IAT).err().unwrap()
}

#[cfg(feature = "rustcrypto")]
#[test]
fn the_examples_of_rfc_9449_verify() {
    let accepted =
        parse(RESOURCE_PROOF).unwrap().verify().unwrap().check(&expected(), UnixSeconds(IAT)).unwrap();
    assert_eq!((accepted.thumbprint(), accepted.until), (JKT, UnixSeconds(IAT + 61)));
    let at_server = Expected { method: "POST", url: "https://server.example.com/token", ..expected() };
    let proof = parse(TOKEN_PROOF).unwrap().verify().unwrap();
    assert_eq!(proof.check(&at_server, UnixSeconds(IAT)).err(), Some(invalid("ath")));
}

#[cfg(feature = "rustcrypto")]
#[test]
fn another_signature_is_refused() {
    let (input, _) = RESOURCE_PROOF.rsplit_once('.').unwrap();
    let (_, signature) = TOKEN_PROOF.rsplit_once('.').unwrap();
    let text = [input, signature].join(".");
    assert_eq!(parse(&text).unwrap().verify().err(), Some(invalid("signature")));
}

#[test]
fn the_type_is_exact() {
    for typ in ["\"JWT\"", "\"DPOP+JWT\"", "\"application/dpop+jwt\"", "\"\""] {
        assert_eq!(refused(&with_header(&format!(r#"{{"typ":{typ}}}"#))), invalid("typ"), "{typ}");
    }
    assert_eq!(refused(&unsigned(&format!(r#"{{"alg":"ES256","jwk":{JWK}}}"#), "{}")), invalid("typ"));
}

#[test]
fn the_algorithm_is_asymmetric_known_and_allowed() {
    for alg in ["none", "HS256", "es256", "RS257"] {
        assert_eq!(refused(&with_header(&format!(r#"{{"alg":"{alg}"}}"#))), invalid("alg"), "{alg}");
    }
    let text = with_header("{}");
    assert_eq!(Unverified::parse(&text, &[Algorithm::Es384]).err(), Some(invalid("alg")));
    assert_eq!(
        Unverified::parse(&with_header(r#"{"alg":"HS256"}"#), Algorithm::ALL).err(),
        Some(invalid("alg"))
    );
    assert!(ALGORITHMS.iter().all(|alg| !alg.is_symmetric()));
}

#[test]
fn the_key_is_public_and_fits_the_algorithm() {
    let jwk = |more: &str| with_header(&format!(r#"{{"jwk":{{{},{more}}}}}"#, &JWK[1..JWK.len() - 1]));
    for member in PRIVATE {
        assert_eq!(refused(&jwk(&format!(r#""{member}":"AQ""#))), invalid("jwk"), "{member}");
    }
    for odd in [r#""use":"enc""#, r#""alg":"ES384""#, r#""key_ops":["sign"]"#] {
        assert_eq!(refused(&jwk(odd)), invalid("jwk"), "{odd}");
    }
    let oct = r#"{"kty":"oct"}"#;
    for odd in [
        "null",
        "[]",
        "{}",
        "\"a\"",
        oct,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    ] {
        assert_eq!(refused(&with_header(&format!(r#"{{"jwk":{odd}}}"#))), invalid("jwk"), "{odd}");
    }
}

#[test]
fn what_is_no_strict_jws_is_no_proof() {
    let crit = with_header(r#"{"crit":["x"]}"#);
    let two = [RESOURCE_PROOF, RESOURCE_PROOF].join(", ");
    let padded = [RESOURCE_PROOF, "="].concat();
    for text in ["", "a", "a.b.c", "a.b.c.d.e", &crit, &two, &padded, &format!("{RESOURCE_PROOF} ")] {
        assert_eq!(refused(text).code, Code::DpopProofInvalid, "{text}");
    }
}

#[test]
fn method_and_address_are_those_of_the_request() {
    assert!(checked("{}", &expected(), IAT).is_ok());
    for htm in ["POST", "get", "GET ", ""] {
        assert_eq!(at(&format!(r#"{{"htm":"{htm}"}}"#)), Error::at(Code::DpopMethodMismatch, "htm"), "{htm}");
    }
    for htu in ["https://resource.example.org/", "http://resource.example.org/protectedresource"] {
        assert_eq!(at(&format!(r#"{{"htu":"{htu}"}}"#)), Error::at(Code::DpopUrlMismatch, "htu"), "{htu}");
    }
    let same = r#"{"htu":"HTTPS://Resource.Example.org:443/./%70rotectedresource?a=b#c"}"#;
    assert!(checked(same, &expected(), IAT).is_ok());
    let asked = Expected { url: "https://resource.example.org/protectedresource?a=b", ..expected() };
    assert!(checked("{}", &asked, IAT).is_ok());
}

#[test]
fn every_claim_is_required_and_typed() {
    for name in ["jti", "htm", "htu", "iat", "ath"] {
        for value in ["null", "[]", "true", "{}"] {
            assert_eq!(at(&format!(r#"{{"{name}":{value}}}"#)), invalid(name), "{name} {value}");
        }
    }
    assert_eq!(at(r#"{"jti":""}"#), invalid("jti"));
    assert_eq!(at(&format!(r#"{{"jti":"{}"}}"#, "j".repeat(MAX_JTI + 1))), invalid("jti"));
    assert!(checked(&format!(r#"{{"jti":"{}"}}"#, "j".repeat(MAX_JTI)), &expected(), IAT).is_ok());
    assert_eq!(at(r#"{"htu":"/protectedresource"}"#), invalid("htu"));
    assert_eq!(at(r#"{"iat":"1562262618"}"#), invalid("iat"));
}

#[test]
fn the_window_is_a_minute_back_and_ten_seconds_ahead() {
    let code = |now| checked("{}", &expected(), IAT + now).err().map(|error| error.code);
    assert_eq!([code(-10), code(0), code(60)], [None; 3]);
    assert_eq!(code(61), Some(Code::DpopProofExpired));
    assert_eq!(code(-11), Some(Code::DpopProofNotYetValid));
    assert!(Window::new(Seconds(301)).is_err() && Window::new(Seconds(0)).is_err());
    let long = Expected { window: Window::new(Seconds(300)).unwrap(), ..expected() };
    assert!(checked("{}", &long, IAT + 300).is_ok());
    assert_eq!(at(&format!(r#"{{"exp":{IAT}}}"#)), Error::at(Code::DpopProofExpired, "exp"));
    assert_eq!(at(&format!(r#"{{"nbf":{}}}"#, IAT + 11)), Error::at(Code::DpopProofNotYetValid, "nbf"));
    assert_eq!(at(r#"{"exp":"x"}"#), invalid("exp"));
}

#[test]
fn token_and_key_are_those_of_the_request() {
    let other = Expected { access_token: "other", ..expected() };
    assert_eq!(checked("{}", &other, IAT).err(), Some(Error::at(Code::DpopTokenMismatch, "ath")));
    let other = Expected { thumbprint: "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", ..expected() };
    assert_eq!(checked("{}", &other, IAT).err(), Some(Error::at(Code::DpopKeyMismatch, "jwk")));
}

#[test]
fn a_nonce_is_needed_where_the_server_asks_for_one() {
    let nonces = Nonces::new(Secret::new(vec![7; 32])).unwrap();
    let asking = Expected { nonces: Some(&nonces), ..expected() };
    let required = Some(Error::at(Code::DpopNonceRequired, "nonce"));
    assert_eq!(checked("{}", &asking, IAT).err(), required);
    assert_eq!(checked(r#"{"nonce":"x"}"#, &asking, IAT).err(), required);
    assert_eq!(checked(r#"{"nonce":7}"#, &asking, IAT).err(), Some(invalid("nonce")));
    let own = nonces.current(UnixSeconds(IAT));
    assert!(checked(&format!(r#"{{"nonce":"{own}"}}"#), &asking, IAT).is_ok());
}

#[cfg(feature = "rustcrypto")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No proof but the one that was made is accepted: every changed character is noticed.
    #[test]
    fn a_changed_character_is_refused(at in 0..RESOURCE_PROOF.len(), to in "[A-Za-z0-9_.-]") {
        let mut text = RESOURCE_PROOF.to_owned();
        text.replace_range(at..=at, &to);
        prop_assume!(text != RESOURCE_PROOF);
        let outcome = parse(&text)
            .and_then(Unverified::verify)
            .and_then(|proof| proof.check(&expected(), UnixSeconds(IAT)));
        prop_assert!(outcome.is_err());
    }
}

proptest! {
    #[test]
    fn no_text_does_anything_but_be_refused(text in "\\PC{0,200}") {
        prop_assert!(parse(&text).is_err());
    }

    /// Whatever the clock says, a proof is accepted within its window and nowhere else, and is
    /// remembered for as long.
    #[test]
    fn the_window_holds_for_every_clock(
        now in prop_oneof![any::<i64>(), 1_000_000_000_i64..1_000_000_400], iat in 1_000_000_000_i64..1_000_000_400,
        back in 1_u32..=300,
    ) {
        let expected = Expected { window: Window::new(Seconds(back)).unwrap(), ..expected() };
        let outcome = checked(&format!(r#"{{"iat":{iat}}}"#), &expected, now);
        let within = now >= iat - 10 && now <= iat + i64::from(back);
        prop_assert_eq!(outcome.is_ok(), within);
        if let Ok(accepted) = outcome {
            prop_assert!(accepted.until > UnixSeconds(now));
        }
    }
}

#[test]
#[cfg(feature = "rustcrypto")]
fn asking_for_a_token_needs_no_token() {
    let asking = Asking {
        method: "POST",
        url: "https://server.example.com/token",
        nonces: None,
        window: Window::default(),
    };
    let check = |asking: &Asking<'_>, now| {
        parse(TOKEN_PROOF).unwrap().verify().unwrap().check_asking(asking, UnixSeconds(now))
    };
    assert_eq!(check(&asking, IAT).unwrap().thumbprint(), JKT);
    let nonces = Nonces::new(Secret::new(vec![7; 32])).unwrap();
    for (asking, now, code) in [
        (Asking { method: "GET", ..asking }, IAT, Code::DpopMethodMismatch),
        (Asking { url: "https://server.example.com/par", ..asking }, IAT, Code::DpopUrlMismatch),
        (Asking { nonces: Some(&nonces), ..asking }, IAT, Code::DpopNonceRequired),
        (asking, IAT + 61, Code::DpopProofExpired),
    ] {
        assert_eq!(check(&asking, now).err().unwrap().code, code);
    }
}

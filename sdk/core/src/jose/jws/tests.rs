use alloc::{format, string::String};

use super::*;
use crate::{base64url, secret::Secret};

/// RFC 7515 appendix A.1: HS256.
const RFC_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const RFC_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

fn rfc_key() -> Key {
    Key::symmetric(Secret::new(base64url::decode(RFC_KEY).unwrap()), None)
}

fn with_header(header: &str) -> Result<(), Error> {
    Unverified::parse(&format!("{}.e30.", base64url::encode(header.as_bytes()))).map(|_| ())
}

#[test]
fn verifies_the_example_of_rfc_7515() {
    let verified = Unverified::parse(RFC_TOKEN).unwrap().verify(&rfc_key()).unwrap();
    assert_eq!(verified.payload.members().get("iss").unwrap(), "joe");
    assert_eq!(verified.header.typ.as_deref(), Some("JWT"));
}

#[test]
fn any_changed_bit_is_refused() {
    for place in 0..RFC_TOKEN.len() {
        for bit in 0..7 {
            let mut bytes = RFC_TOKEN.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let Ok(token) = String::from_utf8(bytes) else { continue };
            let verified = Unverified::parse(&token).and_then(|token| token.verify(&rfc_key()));
            assert!(verified.is_err(), "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn has_exactly_three_parts() {
    for token in
        ["", ".", "e30", "e30.e30", "e30.e30.e30.e30", "e30.e30.e30.e30.e30", "..", &".".repeat(10_000)]
    {
        assert_eq!(Unverified::parse(token).err().unwrap().code, Code::TokenMalformed, "{token:.20}");
    }
}

#[test]
fn its_size_is_limited() {
    let header = base64url::encode(br#"{"alg":"HS256"}"#);
    let of_length = |length: usize| format!("{header}.e30.{}", "A".repeat(length - header.len() - 5));
    assert!(Unverified::parse(&of_length(MAX_LENGTH)).is_ok());
    assert_eq!(Unverified::parse(&of_length(MAX_LENGTH + 1)).err().unwrap().code, Code::TokenTooLarge);
}

#[test]
fn refuses_critical_extensions() {
    for member in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
        r#""b64":true,"crit":["b64"]"#,
    ] {
        assert_eq!(
            with_header(&format!(r#"{{"alg":"HS256",{member}}}"#)),
            Err(Code::TokenCritUnsupported.into()),
            "{member}"
        );
    }
}

#[test]
fn refuses_malformed_headers() {
    let bad = [
        "",
        "[]",
        "null",
        "{}",
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":1}"#,
        r#"{"alg":"HS256","typ":{}}"#,
        "{\"alg\":\"HS256\"} x",
        "\u{feff}{\"alg\":\"HS256\"}",
    ];
    for header in bad {
        assert_eq!(with_header(header).unwrap_err().code, Code::TokenMalformed, "{header}");
    }
}

#[test]
fn an_unknown_algorithm_never_verifies() {
    for alg in ["none", "None", "hs256", "RS1", ""] {
        let token = format!("{}.e30.", base64url::encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes()));
        let token = Unverified::parse(&token).unwrap();
        assert_eq!(token.header().alg, None);
        assert_eq!(token.verify(&rfc_key()).err().unwrap().code, Code::TokenKeyNotFound);
    }
}

#[test]
fn a_public_key_is_never_used_as_a_secret() {
    let jwk = json::parse_object(
        br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    )
    .unwrap();
    let refused = Unverified::parse(RFC_TOKEN).unwrap().verify(&Key::parse(&jwk).unwrap());
    assert_eq!(refused.err().unwrap().code, Code::TokenKeyNotFound);
}

#[test]
fn refuses_members_of_a_jwe_and_members_of_another_type() {
    for member in [
        r#""enc":"A256GCM""#,
        r#""zip":"DEF""#,
        r#""cty":1"#,
        r#""jku":null"#,
        r#""x5u":[]"#,
        r#""x5t":{}"#,
        r#""x5t#S256":1"#,
        r#""jwk":"{}""#,
        r#""x5c":"a""#,
    ] {
        let refusal = with_header(&format!(r#"{{"alg":"HS256",{member}}}"#)).unwrap_err();
        assert_eq!(refusal.code, Code::TokenMalformed, "{member}");
    }
    for member in [r#""cty":"x""#, r#""jwk":{}"#, r#""x5c":[]"#, r#""jku":"https://a""#, r#""other":1"#] {
        assert!(with_header(&format!(r#"{{"alg":"HS256",{member}}}"#)).is_ok(), "{member}");
    }
}

use super::*;
use alloc::vec::Vec;

use crate::{http::Reach, jose::Algorithm, jwt::Expiration, secret::Secret};

const NOW: UnixSeconds = UnixSeconds(1_000_000);

fn answer(status: u16, body: &str) -> Result<Answer, Error> {
    response(&Response { status, headers: Vec::new(), body: body.into() })
}

fn policy() -> Policy {
    let policy = Policy::new("https://i".into(), ["api".into()].into(), [Algorithm::Es256].into()).unwrap();
    Policy { expiration: Expiration::Optional, ..policy }
}

fn judged(more: &str) -> Result<Bound, Error> {
    let mut members = json::parse_object(br#"{"active":true,"aud":"api"}"#).unwrap();
    members.extend(json::parse_object(format!("{{{more}}}").as_bytes()).unwrap());
    answer(200, &Value::Object(members).to_string()).unwrap().judge(&policy(), NOW)
}

fn refused(more: &str) -> Code {
    judged(more).err().unwrap().code
}

#[test]
fn asks_in_the_name_of_its_client() {
    let client = ClientAuthentication::SecretPost(Secret::new(b"s".to_vec()));
    let endpoint = Address::parse("https://i.example/introspect", Reach::Public).unwrap();
    let asked = request(&endpoint, "c", &client, "a+b").unwrap();
    assert_eq!(asked.body, "token=a%2Bb&token_type_hint=access_token&client_id=c&client_secret=s");
    assert!(request(&endpoint, "c", &client, &"t".repeat(MAX_TOKEN)).is_ok());
    assert_eq!(
        request(&endpoint, "c", &client, &"t".repeat(MAX_TOKEN + 1)).err().unwrap().code,
        Code::TokenTooLarge
    );
}

#[test]
fn jws_and_jwe_are_not_opaque() {
    assert!(!is_opaque("a.b.c") && !is_opaque("a.b.c.d.e"));
    assert!(["", "a", "a.b", "a.b.c.d", "a.b.c.d.e.f"].into_iter().all(is_opaque));
}

#[test]
fn only_true_is_active() {
    assert!(matches!(answer(200, r#"{"active":true}"#), Ok(Answer::Active(_))));
    assert!(matches!(answer(200, r#"{"active":false,"sub":"a"}"#), Ok(Answer::Inactive)));
    assert_eq!(
        answer(200, r#"{"active":false}"#).unwrap().judge(&policy(), NOW).err().unwrap().code,
        Code::TokenInactive
    );
}

#[test]
fn an_outage_is_never_taken_for_a_refusal() {
    for (status, body) in [
        (401, r#"{"active":false}"#),
        (500, ""),
        (302, ""),
        (204, ""),
        (200, ""),
        (200, "[]"),
        (200, "{}"),
        (200, r#"{"active":"true"}"#),
        (200, r#"{"active":1}"#),
        (200, r#"{"active":null}"#),
        (200, r#"{"active":true,"active":true}"#),
    ] {
        let error = answer(status, body).err().unwrap();
        assert_eq!(
            (error.code, error.code.status()),
            (Code::IntrospectionUnavailable, 503),
            "{status} {body}"
        );
    }
    let large = format!(r#"{{"active":true,"x":"{}"}}"#, "x".repeat(MAX_ANSWER));
    assert_eq!(answer(200, &large).err().unwrap(), Error::at(Code::IntrospectionUnavailable, "body"));
}

#[test]
fn an_active_token_gives_claims_as_a_jwt_does() {
    let claims = judged(r#""sub":"ada","scope":"a b","client_id":"c","exp":1000001,"iss":"https://i""#);
    let claims = claims.unwrap().alone().unwrap();
    assert_eq!(claims.text("sub"), Ok(Some("ada")));
    assert_eq!(claims.scopes().unwrap(), ["a", "b"]);
    assert!(claims.json().contains("\"client_id\":\"c\""));
    let unsaid = judged(r#""sub":"ada""#).unwrap().alone().unwrap();
    assert_eq!(unsaid.text("iss"), Ok(Some("https://i")));
}

#[test]
fn what_the_issuer_says_is_checked() {
    assert_eq!(refused(r#""iss":"https://j""#), Code::TokenIssuerInvalid);
    assert_eq!(refused(r#""iss":["https://i"]"#), Code::TokenClaimInvalid);
    assert_eq!(refused(r#""aud":"other""#), Code::TokenAudienceInvalid);
    assert_eq!(refused(r#""aud":[]"#), Code::TokenAudienceInvalid);
    assert_eq!(refused(r#""exp":999940"#), Code::TokenExpired);
    assert_eq!(refused(r#""nbf":1000061"#), Code::TokenNotYetValid);
    assert_eq!(refused(r#""token_type":"refresh_token""#), Code::TokenTypeInvalid);
    assert_eq!(refused(r#""sub":7"#), Code::TokenClaimInvalid);
    assert_eq!(refused(r#""cnf":{"x5t#S256":"a"}"#), Code::TokenBindingUnsupported);
    assert!(judged(r#""token_type":"Bearer","aud":["x","api"]"#).is_ok());
}

#[test]
fn without_an_audience_only_tokens_without_one_are_taken() {
    let judged = |body: &str| {
        let policy = Policy { audiences: Vec::new(), ..policy() };
        answer(200, body).unwrap().judge(&policy, NOW).map(drop).map_err(|error| error.code)
    };
    assert_eq!(judged(r#"{"active":true}"#), Ok(()));
    assert_eq!(judged(r#"{"active":true,"aud":"other"}"#), Err(Code::TokenAudienceInvalid));
}

#[test]
fn a_bound_token_stays_bound() {
    let bound = judged(r#""token_type":"DPoP","cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}"#);
    assert_eq!(bound.unwrap().alone().err().unwrap().code, Code::TokenProofMissing);
}

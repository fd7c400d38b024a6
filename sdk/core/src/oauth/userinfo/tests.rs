use super::*;
use crate::{
    http::Reach,
    jose::jws::{Header, Payload},
    oauth::discovery,
};

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Response { status, headers, body: body.into() }
}

fn read(status: u16, kind: &str, body: &str) -> Result<Answer, Failure> {
    response(&answer(status, &[("content-type", kind)], body))
}

#[test]
fn asks_with_the_token_as_the_token_is_used() {
    let issuer = discovery::Issuer::parse("https://server.example.com", Reach::Public).unwrap();
    let body = r#"{"issuer":"https://server.example.com","userinfo_endpoint":"https://server.example.com/userinfo"}"#;
    let metadata = discovery::response(&issuer, &answer(200, &[], body)).unwrap().unwrap();
    for (kind, value) in [(TokenType::Bearer, "Bearer SlAV32hkKG"), (TokenType::Dpop, "DPoP SlAV32hkKG")] {
        let request = request(&metadata, "SlAV32hkKG", kind).unwrap();
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("GET", "https://server.example.com/userinfo")
        );
        assert!(request.headers.contains(&("authorization", value.into())));
    }
}

#[test]
fn the_claims_are_about_the_subject_of_the_id_token() {
    // OpenID Connect Core §5.3.2
    let body = r#"{"sub":"248289761001","name":"Jane Doe","email":"janedoe@example.com"}"#;
    let Ok(Answer::Plain(members)) = read(200, "application/json;charset=utf-8", body) else { panic!() };
    assert_eq!(claims(members.clone(), "248289761001").unwrap().get("name").unwrap(), &"Jane Doe");
    let mismatch = Err(Error::at(Code::UserinfoSubjectMismatch, "sub"));
    assert_eq!(claims(members, "248289761002"), mismatch);
    for body in [r#"{"name":"Jane"}"#, r#"{"sub":7}"#, r#"{"sub":""}"#] {
        let Ok(Answer::Plain(members)) = read(200, "application/json", body) else { panic!() };
        assert_eq!(claims(members.clone(), "7"), mismatch, "{body}");
        assert_eq!(claims(members, ""), mismatch, "{body}");
    }
}

#[test]
fn a_signed_answer_is_a_token_of_the_provider_for_this_client() {
    assert!(read(200, "Application/JWT", "a.b.c\n").ok() == Some(Answer::Signed("a.b.c".into())));
    let now = UnixSeconds(1_800_000_000);
    let check = |members: &str| {
        let algorithms = Vec::from([Algorithm::Es256]);
        let policy = policy("https://a.example", "app", algorithms, Tolerance::default()).unwrap();
        let payload = Payload::parse(format!("{{{members}}}").into_bytes()).unwrap();
        let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
        validate(Verified { header, payload }, &policy, "ada", now).map(|_| ()).map_err(|error| error.code)
    };
    let base = r#""iss":"https://a.example","aud":"app""#;
    assert_eq!(check(&format!(r#"{base},"sub":"ada""#)), Ok(()));
    for (members, code) in [
        (format!(r#"{base},"sub":"eve""#), Code::UserinfoSubjectMismatch),
        (base.into(), Code::UserinfoSubjectMismatch),
        (r#""iss":"https://a.example","sub":"ada""#.into(), Code::TokenAudienceInvalid),
        (r#""iss":"https://a.example","aud":"x","sub":"ada""#.into(), Code::TokenAudienceInvalid),
        (r#""aud":"app","sub":"ada""#.into(), Code::TokenIssuerInvalid),
        (format!(r#"{base},"sub":"ada","exp":1799999900"#), Code::TokenExpired),
    ] {
        assert_eq!(check(&members), Err(code), "{members}");
    }
}

#[test]
fn a_refusal_is_named_in_the_challenge() {
    let challenge = r#"Bearer error="invalid_token", error_description="The Access Token expired""#;
    let refused = response(&answer(401, &[("www-authenticate", challenge)], "")).map(|_| ()).unwrap_err();
    assert_eq!((refused.error.code, refused.status), (Code::OauthError, Some(401)));
    assert_eq!(refused.oauth.unwrap().error, "invalid_token");
    let in_body = response(&answer(403, &[], r#"{"error":"insufficient_scope"}"#)).map(|_| ()).unwrap_err();
    assert_eq!(in_body.oauth.unwrap().error, "insufficient_scope");
    let hidden = response(&answer(200, &[("content-type", "application/json")], r#"{"error":"bad"}"#));
    assert_eq!(hidden.map(|_| ()).unwrap_err().error.code, Code::OauthError);
}

#[test]
fn refuses_what_is_neither() {
    for (status, kind, body, error) in [
        (200, "text/html", "<html>", invalid("content-type")),
        (200, "", "{}", invalid("content-type")),
        (200, "application/json", "[]", invalid("body")),
        (200, "application/json", r#"{"sub":"a","sub":"b"}"#, invalid("body")),
        (401, "", "", invalid("status")),
        (302, "", "", invalid("status")),
        (429, "", "", Code::ServerRateLimited.into()),
        (503, "", "", Code::ServerUnavailable.into()),
    ] {
        assert_eq!(read(status, kind, body).map(|_| ()).unwrap_err().error, error, "{status} {body}");
    }
    let large = format!("{{\"sub\":\"{}\"}}", "x".repeat(MAX_LENGTH));
    assert_eq!(
        read(200, "application/json", &large).map(|_| ()).unwrap_err().error.code,
        Code::ResponseTooLarge
    );
}

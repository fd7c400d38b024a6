use super::*;
use crate::{
    http::Reach,
    json,
    oauth::{client_auth::ClientAuthentication, discovery},
    secret::Secret,
    time::Seconds,
};

fn metadata() -> Metadata {
    let issuer = discovery::Issuer::parse("https://as.example.com", Reach::Public).unwrap();
    let body =
        br#"{"issuer":"https://as.example.com","token_endpoint":"https://as.example.com/as/token.oauth2"}"#;
    let answer = Response { status: 200, headers: vec![], body: body.to_vec() };
    discovery::response(&issuer, &answer).unwrap().unwrap()
}

fn given<'a>(requested: Option<&'a str>) -> Exchange<'a> {
    Exchange {
        subject: Typed { token: "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC", kind: kind::ACCESS_TOKEN },
        actor: None,
        requested,
        audiences: &[],
        resources: &[],
        scope: None,
    }
}

fn answer(body: &str, requested: Option<&str>) -> Result<Exchanged, Failure> {
    let headers = vec![("content-type".into(), "application/json".into())];
    response(&Response { status: 200, headers, body: body.into() }, &given(requested), TokenType::Bearer)
}

#[test]
fn asks_as_the_example_of_rfc_8693() {
    // RFC 8693 §2.3
    let resources = ["https://backend.example.com/api".into()];
    let exchange = Exchange { resources: &resources, ..given(None) };
    let mut request = request(&metadata(), "rs08", &exchange).unwrap();
    let secret = Secret::new(b"long-secure-random-secret".to_vec());
    ClientAuthentication::SecretBasic(secret).apply("rs08", &mut request);
    let basic = "Basic cnMwODpsb25nLXNlY3VyZS1yYW5kb20tc2VjcmV0";
    assert!(request.headers.contains(&("authorization", basic.into())));
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("resource", "https://backend.example.com/api"),
    ];
    assert_eq!(form::decode(&request.body), expected.map(|(name, value)| (name.into(), value.into())));
}

#[test]
fn names_the_actor_and_everything_that_is_wanted() {
    let audiences = ["crm".into(), "mail".into()];
    let exchange = Exchange {
        actor: Some(Typed { token: "agent", kind: kind::JWT }),
        audiences: &audiences,
        scope: Some("contacts:read"),
        ..given(Some(kind::ACCESS_TOKEN))
    };
    let pairs = form::decode(&request(&metadata(), "app", &exchange).unwrap().body);
    let values = |name: &str| {
        pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(values("actor_token"), ["agent"]);
    assert_eq!(values("actor_token_type"), [kind::JWT]);
    assert_eq!(values("audience"), ["crm", "mail"]);
    assert_eq!(values("requested_token_type"), [kind::ACCESS_TOKEN]);
    assert_eq!(values("scope"), ["contacts:read"]);
}

#[test]
fn reads_the_examples_of_rfc_8693() {
    let body = r#"{"access_token":"eyJhbGciOiJFUzI1NiIsImtpZCI6IjllciJ9","issued_token_type":
        "urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":60}"#;
    let exchanged = answer(body, None).ok().unwrap();
    assert!(exchanged.is_access_token && exchanged.issued == kind::ACCESS_TOKEN);
    assert_eq!(exchanged.tokens.expires_in, Some(Seconds(60)));
    // Appendix A.1.2
    let body = body.replace("Bearer", "N_A").replace("access_token\",\"token_type", "jwt\",\"token_type");
    let exchanged = answer(&body, Some(kind::JWT)).ok().unwrap();
    assert!(!exchanged.is_access_token && exchanged.issued == kind::JWT);
}

#[test]
fn the_answer_says_what_the_token_is() {
    let body = |issued: &str, kind: &str| format!(r#"{{"access_token":"t"{issued},"token_type":"{kind}"}}"#);
    let issued = format!(r#","issued_token_type":"{}""#, kind::ACCESS_TOKEN);
    for (body, requested, at) in [
        (body("", "Bearer"), None, "issued_token_type"),
        (body(r#","issued_token_type":7"#, "Bearer"), None, "issued_token_type"),
        (body(&issued, "Bearer"), Some(kind::JWT), "issued_token_type"),
        (body(&issued, "DPoP"), None, "token_type"),
        (body(&issued, "mac"), None, "token_type"),
        (format!(r#"{{"access_token":"t"{issued}}}"#), None, "token_type"),
        (format!(r#"{{"token_type":"N_A"{issued}}}"#), None, "access_token"),
    ] {
        let failure = answer(&body, requested).map(|_| ()).unwrap_err();
        assert_eq!(failure.error, Error::at(Code::ResponseInvalid, at), "{body}");
    }
    let refused = answer(r#"{"error":"invalid_target"}"#, None).map(|_| ()).unwrap_err();
    assert_eq!(refused.oauth.unwrap().error, "invalid_target");
}

fn claims(text: &str) -> Map {
    json::parse_object(text.as_bytes()).unwrap()
}

fn actor(subject: &str) -> Actor {
    Actor { subject: subject.into(), issuer: None }
}

#[test]
fn the_first_actor_is_the_one_who_acts() {
    // RFC 8693 §4.1, figure 7
    let nested = r#"{"sub":"user@example.com","act":{"sub":"https://service16.example.com",
        "act":{"sub":"https://service77.example.com"}}}"#;
    assert_eq!(
        actors(&claims(nested)).unwrap(),
        [actor("https://service16.example.com"), actor("https://service77.example.com")]
    );
    assert_eq!(actors(&claims(r#"{"sub":"ada"}"#)), Ok(vec![]));
    let foreign = actors(&claims(r#"{"act":{"sub":"a","iss":"https://b.example"}}"#)).unwrap();
    assert_eq!(foreign, [Actor { subject: "a".into(), issuer: Some("https://b.example".into()) }]);
}

#[test]
fn a_claim_that_names_nobody_is_refused() {
    let deep = |depth: usize| {
        format!("{{{}{}", r#""act":{"sub":"a","#.repeat(depth), "\"x\":1}".to_owned() + &"}".repeat(depth))
    };
    assert_eq!(actors(&claims(&deep(MAX_ACTORS))).unwrap().len(), MAX_ACTORS);
    for bad in [
        r#"{"act":"a"}"#,
        r#"{"act":null}"#,
        r#"{"act":{}}"#,
        r#"{"act":{"sub":""}}"#,
        r#"{"act":{"sub":7}}"#,
        r#"{"act":{"sub":"a","iss":7}}"#,
        r#"{"act":{"sub":"a","act":[]}}"#,
        &deep(MAX_ACTORS + 1),
    ] {
        assert_eq!(actors(&claims(bad)), Err(Error::at(Code::TokenClaimInvalid, "act")), "{bad}");
    }
}

#[test]
fn only_who_is_named_may_act() {
    // RFC 8693 §4.4, figure 9
    let token = claims(r#"{"sub":"user@example.net","may_act":{"sub":"admin@example.net"}}"#);
    assert!(may_act(&token, &actor("admin@example.net")));
    assert!(!may_act(&token, &actor("other@example.net")));
    let foreign = Actor { issuer: Some("https://x.example".into()), ..actor("admin@example.net") };
    assert!(!may_act(&token, &foreign) && !may_act(&claims("{}"), &actor("a")));
}

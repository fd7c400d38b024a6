use super::*;
use crate::{
    base64url,
    jose::{
        Algorithm,
        jws::{Header, Payload},
    },
    json,
    jwt::{self, Policy, Verified},
};

fn mapped(more: &str, mapping: &Mapping) -> Result<Identity, Error> {
    let mut members = json::parse_object(br#"{"iss":"https://i","aud":"api","exp":9}"#).unwrap();
    members.extend(json::parse_object(format!("{{{more}}}").as_bytes()).unwrap());
    let payload = Payload::parse(Value::Object(members).to_string().into_bytes()).unwrap();
    let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
    let policy = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]).unwrap();
    let claims = jwt::validate(Verified { header, payload }, &policy, UnixSeconds(0))?;
    Identity::new(claims, mapping, Kind::Bearer)
}

fn of(more: &str) -> Result<Identity, Error> {
    mapped(more, &Mapping::default())
}

fn header(identity: &Identity, name: &str) -> Option<String> {
    identity.headers().find(|(key, _)| *key == name).map(|(_, value)| value.into_owned())
}

#[test]
fn tells_the_origin_who_it_is() {
    let identity =
        of(r#""sub":"u1","scope":"a b","sid":"s","azp":"c","roles":["r","q"],"permissions":"p""#).unwrap();
    for (name, value) in [
        ("subject", "u1"),
        ("issuer", "https://i"),
        ("scope", "a b"),
        ("session", "s"),
        ("client", "c"),
        ("roles", "r q"),
        ("permissions", "p"),
        ("credential", "bearer"),
    ] {
        assert_eq!(header(&identity, &format!("x-edgeward-{name}")).as_deref(), Some(value), "{name}");
    }
    let claims = base64url::decode(&header(&identity, "x-edgeward-claims").unwrap()).unwrap();
    assert_eq!(json::parse_object(&claims).unwrap().get("sub").unwrap(), "u1");
}

#[test]
fn what_a_token_does_not_say_has_no_header() {
    let identity = of("").unwrap();
    let names: Vec<&str> = identity.headers().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["x-edgeward-issuer", "x-edgeward-scope", "x-edgeward-credential", "x-edgeward-claims"]
    );
}

#[test]
fn a_claim_cannot_write_a_second_header() {
    let identity = of(r#""sub":"a\r\nx-admin: 1 ü%41","roles":["a b","c\n"]"#).unwrap();
    assert_eq!(header(&identity, "x-edgeward-subject").unwrap(), "a%0D%0Ax-admin:%201%20%C3%BC%2541");
    assert_eq!(header(&identity, "x-edgeward-roles").unwrap(), "a%20b c%0A");
    for scope in ["\"a\\nb\"", "\"a\\u0000\"", "[\"a b\"]", "[\"\"]", "\"ä\""] {
        assert_eq!(of(&format!(r#""scope":{scope}"#)).err().unwrap().at, "scope", "{scope}");
    }
}

#[test]
fn standard_claims_are_typed() {
    for (claim, at) in [
        (r#""sid":7"#, "sid"),
        (r#""jti":[]"#, "jti"),
        (r#""auth_time":"1""#, "auth_time"),
        (r#""client_id":{}"#, "client_id"),
    ] {
        assert_eq!(of(claim).err(), Some(Error::at(Code::TokenClaimInvalid, at)), "{claim}");
    }
    let identity =
        of(r#""auth_time":5,"acr":"gold","amr":["pwd",{"method":"totp","timestamp":1},7]"#).unwrap();
    assert_eq!(identity.authenticated_at, Some(UnixSeconds(5)));
    assert_eq!((identity.acr.as_deref(), identity.amr), (Some("gold"), vec!["pwd".into(), "totp".into()]));
}

#[test]
fn an_issuer_may_write_elsewhere() {
    let mapping = Mapping {
        subject_separator: Some('|'),
        roles: ClaimPath::parse("/realm_access/roles").unwrap(),
        ..Mapping::default()
    };
    let identity = mapped(r#""sub":"user|session","realm_access":{"roles":["r"]}"#, &mapping).unwrap();
    assert_eq!(
        (identity.subject.as_deref(), identity.session_id.as_deref()),
        (Some("user"), Some("session"))
    );
    assert_eq!(identity.roles, ["r"]);
    assert_eq!(mapped(r#""sub":"user","sid":"s""#, &mapping).unwrap().session_id.as_deref(), Some("s"));
}

#[test]
fn a_logout_token_speaks_for_nobody() {
    let events = r#""events":{"http://schemas.openid.net/event/backchannel-logout":{}}"#;
    let refused = of(&format!(r#""sub":"u1",{events}"#)).err().unwrap();
    assert_eq!((refused.code, refused.at), (Code::TokenNotAllowed, "events"));
    assert!(of(r#""sub":"u1","events":["concert"]"#).is_ok());
}

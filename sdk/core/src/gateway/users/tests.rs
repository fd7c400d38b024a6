use super::*;
use crate::{
    gateway::{credential::Kind, identity::Mapping},
    http::{Address, Reach, Response},
    jose::{
        Algorithm,
        jws::{Header, Payload},
    },
    jwt::{self, Policy, Verified},
    secret::Secret,
    time::UnixSeconds,
};

fn identity(more: &str) -> Identity {
    let mut members = json::parse_object(br#"{"iss":"https://i","aud":"api","exp":9}"#).unwrap();
    members.extend(json::parse_object(format!("{{{more}}}").as_bytes()).unwrap());
    let payload = Payload::parse(Value::Object(members).to_string().into_bytes()).unwrap();
    let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
    let policy = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]).unwrap();
    let claims = jwt::validate(Verified { header, payload }, &policy, UnixSeconds(0)).unwrap();
    Identity::new(claims, &Mapping::default(), Kind::Bearer).unwrap()
}

fn ada() -> Identity {
    identity(r#""sub":"ada","roles":["root"],"permissions":["everything"]"#)
}

fn read(text: &str) -> Result<Option<Profile>, Error> {
    answer(&Response { status: 200, headers: vec![], body: text.as_bytes().to_vec() })
}

fn batch(texts: [&str; 3]) -> Result<Option<Profile>, Error> {
    rows(&texts.map(|text| json::parse(text.as_bytes()).unwrap()))
}

const MEMBER: &str = r#"{"email":"ada@example","name":"Ada","organization":{"id":"o-1","name":"Org","role":"editor","permissions":["todos:write"]}}"#;

#[test]
fn a_user_has_profile_organization_role_and_permissions() {
    let user = User::resolve(&ada(), read(MEMBER).unwrap()).unwrap();
    assert_eq!((user.id.as_str(), user.email.as_str(), user.platform_admin), ("ada", "ada@example", false));
    let own = user.organization.unwrap();
    assert_eq!((own.id.as_str(), own.role.as_str()), ("o-1", "editor"));
    assert_eq!(own.permissions, ["todos:write"]);
}

#[test]
fn without_profile_subject_or_email_there_is_no_user() {
    let refused = |identity: &Identity, profile| User::resolve(identity, profile).err().unwrap().code;
    assert_eq!(refused(&ada(), None), Code::UserNotFound);
    assert_eq!(refused(&ada(), read("{}").unwrap()), Code::UserNotFound);
    assert_eq!(refused(&ada(), read(r#"{"email":""}"#).unwrap()), Code::UserNotFound);
    assert_eq!(refused(&identity(""), read(MEMBER).unwrap()), Code::UserNotFound);
}

#[test]
fn the_tokens_email_stands_in_unless_it_is_unverified() {
    let email = |more: &str| {
        User::resolve(&identity(&format!(r#""sub":"ada",{more}"#)), read("{}").unwrap())
            .map(|user| user.email)
    };
    assert_eq!(email(r#""email":"t@example""#).unwrap(), "t@example");
    assert_eq!(email(r#""email":"t@example","email_verified":true"#).unwrap(), "t@example");
    for odd in [r#""email":"t@example","email_verified":false"#, r#""email":7"#, r#""email":"""#] {
        assert!(email(odd).is_err(), "{odd}");
    }
    let profile = read(r#"{"email":"own@example"}"#).unwrap();
    let both = identity(r#""sub":"ada","email":"t@example""#);
    assert_eq!(User::resolve(&both, profile).unwrap().email, "own@example");
}

#[test]
fn a_user_may_have_no_organization() {
    let user = User::resolve(&ada(), read(r#"{"email":"e","organization":null}"#).unwrap()).unwrap();
    assert_eq!(user.organization, None);
    assert_eq!(user.headers().count(), 1);
}

#[test]
fn roles_of_the_token_count_for_nothing() {
    let mut own = ada();
    User::resolve(&ada(), read(MEMBER).unwrap()).unwrap().grant(&mut own);
    assert_eq!((own.roles, own.permissions), (vec!["editor".into()], vec!["todos:write".to_string()]));
    let mut none = ada();
    User::resolve(&ada(), read(r#"{"email":"e"}"#).unwrap()).unwrap().grant(&mut none);
    assert!(none.roles.is_empty() && none.permissions.is_empty());
}

#[test]
fn an_administrator_of_the_platform_has_that_role_too() {
    let mut own = ada();
    let profile = read(r#"{"email":"e","platform_admin":true}"#).unwrap();
    User::resolve(&ada(), profile).unwrap().grant(&mut own);
    assert_eq!(own.roles, [PLATFORM_ADMIN]);
}

#[test]
fn rows_of_a_database_say_the_same() {
    let profile = batch([
        r#"[{"email":"ada@example","name":"Ada","platform_admin":0}]"#,
        r#"[{"id":"o-1","name":"Org","role":"editor"}]"#,
        r#"[{"permission":"todos:write"}]"#,
    ]);
    assert_eq!(profile, read(MEMBER));
    assert_eq!(batch(["[]", "[]", "[]"]), Ok(None));
    let admin = batch([r#"[{"email":null,"name":null,"platform_admin":1}]"#, "[]", "[]"]).unwrap().unwrap();
    assert_eq!((admin.platform_admin, admin.organization, admin.email), (true, None, None));
}

#[test]
fn what_cannot_be_read_grants_nothing() {
    for odd in [
        "",
        "[]",
        "null",
        r#"{"email":7}"#,
        r#"{"email":"e","platform_admin":"true"}"#,
        r#"{"email":"e","platform_admin":2}"#,
        r#"{"email":"e","organization":"o"}"#,
        r#"{"email":"e","organization":{"id":"o"}}"#,
        r#"{"email":"e","organization":{"id":"","role":"r"}}"#,
        r#"{"email":"e","organization":{"id":"o","role":"r","permissions":"all"}}"#,
        r#"{"email":"e","organization":{"id":"o","role":"r","permissions":[7]}}"#,
        r#"{"email":"e","email":"f"}"#,
    ] {
        assert_eq!(read(odd).err().map(|error| error.code), Some(Code::UserLookupFailed), "{odd}");
    }
    for odd in [["{}", "[]", "[]"], ["[7]", "[]", "[]"], [r#"[{"platform_admin":"1"}]"#, "[]", "[]"]] {
        assert_eq!(batch(odd).err().map(|error| error.code), Some(Code::UserLookupFailed), "{odd:?}");
    }
    assert!(rows(&[]).is_err());
}

#[test]
fn only_404_says_that_there_is_nobody() {
    let of = |status| answer(&Response { status, headers: vec![], body: b"{}".to_vec() });
    assert_eq!(of(404), Ok(None));
    for status in [204, 301, 400, 401, 403, 500, 503] {
        assert_eq!(of(status).err().map(|error| error.code), Some(Code::UserLookupFailed), "{status}");
    }
}

#[test]
fn a_server_is_asked_with_the_services_own_credential() {
    let url = Address::parse("https://users.example/resolve", Reach::Public).unwrap();
    let asked = request(&url, &Secret::new(b"s3cret".to_vec()), "https://i", "a\"da").unwrap();
    assert!(asked.headers.contains(&("authorization", "Bearer s3cret".into())));
    assert_eq!(asked.body, r#"{"issuer":"https://i","subject":"a\"da"}"#);
    for odd in ["", "a b", "a\r\nx: y", "ä"] {
        assert!(request(&url, &Secret::new(odd.into()), "i", "s").is_err(), "{odd}");
    }
}

#[test]
fn headers_cannot_carry_a_second_one() {
    let profile = read(r#"{"email":"e","name":"Zoë","organization":{"id":"a\r\nb","role":"r w"}}"#).unwrap();
    let user = User::resolve(&ada(), profile).unwrap();
    let value = |name: &str| user.headers().find(|(own, _)| *own == name).map(|(_, value)| value).unwrap();
    assert_eq!(value("x-edgeward-organization"), "a%0D%0Ab");
    assert_eq!(value("x-edgeward-role"), "r%20w");
    let user = json::parse_object(&base64url::decode(&value("x-edgeward-user")).unwrap()).unwrap();
    assert_eq!(user.get("name").unwrap(), "Zoë");
}

//! Providers that say who the user is in an ID token.

use std::rc::Rc;

use base64ct::{Base64, Encoding};
use edgeward_core::{
    base64url,
    jose::{Algorithm, Draft, Key},
    json::{self, Value, object},
    secret::Secret,
};

use super::browser::{Begun, begin, call, error, session};
use crate::{
    Settings,
    http::Outgoing,
    providers::scripted::{SETTINGS, Script, members, parameter, sent},
    testing::{World, wait},
};

/// A key of the provider: its private JWK, and what it publishes.
fn key(world: &World) -> (Secret, String) {
    let private = wait(world.authority.platform.generate(Algorithm::Es256)).unwrap();
    let members = members(core::str::from_utf8(private.expose()).unwrap());
    let public = |name: &str| (name.to_owned(), members.get(name).cloned().unwrap());
    let mut jwk: json::Map = ["kty", "crv", "x", "y"].iter().map(|name| public(name)).collect();
    jwk.insert("kid".into(), "k1".into());
    assert!(Key::parse(&jwk).is_ok());
    (private, format!(r#"{{"keys":[{}]}}"#, Value::Object(jwk).to_text()))
}

/// An ID token for a sign-in, with changes.
fn token(world: &World, private: &Secret, nonce: &str, changes: &[(&str, Value)]) -> String {
    let now = world.authority.platform.now().to_seconds().0;
    let Value::Object(mut claims) = object(vec![
        ("iss", "https://id.acme.example".into()),
        ("aud", "app".into()),
        ("sub", "248289761001".into()),
        ("iat", now.into()),
        ("exp", (now + 300).into()),
        ("nonce", nonce.into()),
        ("name", "Jane Doe".into()),
        ("email", "jane@acme.example".into()),
        ("email_verified", true.into()),
    ]) else {
        panic!()
    };
    for (name, value) in changes {
        claims.insert((*name).into(), value.clone());
    }
    let header = object(vec![("alg", "ES256".into()), ("kid", "k1".into())]);
    let draft = Draft::new(&header, &Value::Object(claims));
    let input = draft.signing_input().as_bytes().to_vec();
    let signature = wait(world.authority.platform.sign(private, Algorithm::Es256, &input)).unwrap();
    draft.finish(&signature)
}

fn answers(script: &Script, id_token: &str) {
    let body =
        format!(r#"{{"access_token":"at","token_type":"Bearer","expires_in":300,"id_token":"{id_token}"}}"#);
    script.says("POST https://id.acme.example/token", 200, &body);
}

fn acme() -> (World, Script, Secret) {
    let (world, script) = Script::world();
    let (private, published) = key(&world);
    script.says("GET https://id.acme.example/keys", 200, &published);
    (world, script, private)
}

fn back(world: &World, begun: &Begun) -> Outgoing {
    begun.back(world, "acme", "code=abc&iss=https://id.acme.example")
}

fn nonce(begun: &Begun) -> String {
    parameter(&begun.url, "nonce").unwrap()
}

#[test]
fn an_id_token_says_who_it_is() {
    let (world, script, private) = acme();
    let begun = begin(&world, "acme", "");
    answers(&script, &token(&world, &private, &nonce(&begun), &[]));
    let answer = back(&world, &begun);
    assert_eq!(error(&answer), None);
    let accounts = call(&world, &session(&answer).unwrap(), "listAccounts", "{}").body;
    assert!(accounts.contains("248289761001"), "{accounts}");
    let dump = world.memory.dump();
    assert!(dump.contains("jane@acme.example") && dump.contains("Jane Doe"));
    // The secret went as the provider takes it where it says nothing: in the header.
    let request = sent(&world, "https://id.acme.example/token").pop().unwrap();
    assert!(
        request.headers.iter().any(|(name, value)| *name == "authorization" && value.starts_with("Basic "))
    );
    // Metadata and keys are kept; another sign-in fetches neither.
    let begun = begin(&world, "acme", "");
    answers(&script, &token(&world, &private, &nonce(&begun), &[]));
    assert_eq!(error(&back(&world, &begun)), None);
    assert_eq!(sent(&world, "https://id.acme.example/keys").len(), 1);
    assert_eq!(sent(&world, "https://id.acme.example/.well-known/openid-configuration").len(), 1);
}

#[test]
fn one_that_is_not_this_sign_ins_or_not_the_providers_says_nothing() {
    let changes: [(&str, Value); 6] = [
        ("nonce", "another".into()),
        ("nonce", Value::Null),
        ("aud", "another".into()),
        ("iss", "https://evil.example".into()),
        ("exp", 1_u32.into()),
        ("sub", "".into()),
    ];
    for change in changes {
        let (world, script, private) = acme();
        let begun = begin(&world, "acme", "");
        let name = change.0;
        answers(&script, &token(&world, &private, &nonce(&begun), &[change]));
        let answer = back(&world, &begun);
        assert_eq!(error(&answer).as_deref(), Some("unable_to_get_user_info"), "{name}");
        assert!(session(&answer).is_none());
    }
    let (world, script, _) = acme();
    let begun = begin(&world, "acme", "");
    let forged = token(&world, &key(&world).0, &nonce(&begun), &[]);
    answers(&script, &forged);
    assert_eq!(error(&back(&world, &begun)).as_deref(), Some("unable_to_get_user_info"));
    let begun = begin(&world, "acme", "");
    let (_, rest) = forged.split_once('.').unwrap();
    answers(&script, &format!("{}.{rest}", base64url::encode(br#"{"alg":"none"}"#)));
    assert_eq!(error(&back(&world, &begun)).as_deref(), Some("unable_to_get_user_info"));
}

#[test]
fn a_callback_has_to_say_whose_it_is_where_the_provider_always_does() {
    let (world, _, _) = acme();
    let begun = begin(&world, "acme", "");
    assert_eq!(error(&begun.back(&world, "acme", "code=abc")).as_deref(), Some("issuer_mismatch"));
    assert!(sent(&world, "https://id.acme.example/token").is_empty());
}

#[test]
fn an_address_is_verified_if_the_provider_says_so_in_either_spelling() {
    for (value, verified) in [
        (true.into(), true),
        (Value::from("true"), true),
        (false.into(), false),
        ("false".into(), false),
        (1_u32.into(), false),
        (Value::Null, false),
    ] {
        let (world, script, private) = acme();
        let begun = begin(&world, "acme", "");
        let shown = value.to_text();
        answers(&script, &token(&world, &private, &nonce(&begun), &[("email_verified", value)]));
        assert_eq!(error(&back(&world, &begun)), None);
        let found = wait(crate::users::by_verified_email(&world.authority, "jane@acme.example")).unwrap();
        assert_eq!(found.is_some(), verified, "{shown}");
    }
}

#[test]
fn claims_that_the_id_token_lacks_are_asked_for_and_must_be_about_the_same_user() {
    for (subject, outcome) in [("248289761001", None), ("666", Some("unable_to_get_user_info"))] {
        let (world, script, private) = acme();
        let begun = begin(&world, "acme", "");
        let now = world.authority.platform.now().to_seconds().0;
        let claims = object(vec![
            ("iss", "https://id.acme.example".into()),
            ("aud", "app".into()),
            ("sub", "248289761001".into()),
            ("iat", now.into()),
            ("exp", (now + 300).into()),
            ("nonce", nonce(&begun).into()),
        ]);
        let draft = Draft::new(&object(vec![("alg", "ES256".into()), ("kid", "k1".into())]), &claims);
        let input = draft.signing_input().as_bytes().to_vec();
        let signature = wait(world.authority.platform.sign(&private, Algorithm::Es256, &input)).unwrap();
        answers(&script, &draft.finish(&signature));
        let me = format!(r#"{{"sub":"{subject}","email":"jane@acme.example","email_verified":true}}"#);
        script.says("GET https://id.acme.example/me", 200, &me);
        assert_eq!(error(&back(&world, &begun)).as_deref(), outcome, "{subject}");
    }
}

/// A world with Apple, whose key is one of the world's in the form that Apple gives it.
pub fn apple() -> (World, Script) {
    let (mut world, script) = Script::world();
    let private = wait(world.authority.platform.generate(Algorithm::Es256)).unwrap();
    let jwk = members(core::str::from_utf8(private.expose()).unwrap());
    let part = |name: &str| base64url::decode(jwk.get(name).unwrap().as_str().unwrap()).unwrap();
    // How every key begins that Apple gives, and what it has between its halves.
    let mut der = Base64::decode_vec("MIGTAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBHkwdwIBAQQg").unwrap();
    der.extend(part("d"));
    der.extend(Base64::decode_vec("oAoGCCqGSM49AwEHoUQDQgAE").unwrap());
    der.extend(part("x").into_iter().chain(part("y")));
    let text = Base64::encode_string(&der);
    let (first, rest) = text.split_at(64);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{first}\n{rest}\n-----END PRIVATE KEY-----\n");
    let apple = r#""apple": {"client_id": "com.example.app", "team_id": "TEAM", "key_id": "KEY", "secret_binding": "APPLE"},"#;
    let settings = SETTINGS.replacen("\"github\":", &format!("{apple} \"github\":"), 1);
    let secret = |name: &str| Some(if name == "APPLE" { pem.clone() } else { "x".repeat(40) });
    world.authority.settings = Rc::new(Settings::parse(&settings, secret).unwrap());
    let metadata = r#"{"issuer":"https://appleid.apple.com","authorization_endpoint":"https://appleid.apple.com/auth/authorize",
        "token_endpoint":"https://appleid.apple.com/auth/token","jwks_uri":"https://appleid.apple.com/auth/keys",
        "revocation_endpoint":"https://appleid.apple.com/auth/revoke","token_endpoint_auth_methods_supported":["client_secret_post"]}"#;
    script.says("GET https://appleid.apple.com/.well-known/openid-configuration", 200, metadata);
    script.says("GET https://appleid.apple.com/auth/keys", 200, &key(&world).1);
    (world, script)
}

#[test]
fn apple_gets_a_secret_that_is_signed_for_it_and_gives_the_name_once() {
    let (world, script) = apple();
    let (private, published) = key(&world);
    script.says("GET https://appleid.apple.com/auth/keys", 200, &published);
    let begun = begin(&world, "apple", "");
    let changes = [
        ("iss", "https://appleid.apple.com".into()),
        ("aud", "com.example.app".into()),
        ("name", Value::Null),
        ("email_verified", "true".into()),
    ];
    let id_token = token(&world, &private, &nonce(&begun), &changes);
    let body = format!(
        r#"{{"access_token":"at","token_type":"Bearer","refresh_token":"rt","id_token":"{id_token}"}}"#
    );
    script.says("POST https://appleid.apple.com/auth/token", 200, &body);
    let user = r#"{"name":{"firstName":"Mona","lastName":"Lisa"},"email":"x@y.example"}"#;
    let form =
        edgeward_core::oauth::form::encode(&[("state", &begun.state), ("code", "abc"), ("user", user)]);
    let headers = [("cookie", begun.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let answer = world.send("POST", "/api/auth/callback/apple", &headers, &form).unwrap();
    assert_eq!(error(&answer), None);
    let dump = world.memory.dump();
    assert!(
        dump.contains("Mona Lisa") && dump.contains("jane@acme.example") && !dump.contains("x@y.example")
    );
    let request = sent(&world, "https://appleid.apple.com/auth/token").pop().unwrap();
    let secret = parameter(&request.body, "client_secret").unwrap();
    let claims = json::parse(&base64url::decode(secret.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert_eq!(claims.get("sub").and_then(Value::as_str), Some("com.example.app"));
    assert_eq!(claims.get("iss").and_then(Value::as_str), Some("TEAM"));
}

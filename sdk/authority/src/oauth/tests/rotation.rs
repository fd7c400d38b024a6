use std::{cell::RefCell, rc::Rc};

use edgeward_core::Code;

use super::*;
use crate::{
    oauth::keys::{self, GRACE, LEAD},
    store::{Pending, Refused, Row, Statement, Store, sql, sqlite::Memory},
};

fn admin() -> Principal {
    Principal::User { id: "u1".into(), session: "s".into(), admin: true, impersonated_by: None }
}

fn rotated(world: &World, mode: &str) -> Map {
    let answer = world.call(&admin(), "rotateSigningKey", &format!(r#"{{"mode": "{mode}"}}"#)).unwrap();
    answer.as_object().unwrap().clone()
}

/// The ids of the published keys.
fn published(world: &World) -> Vec<String> {
    let answer = world.send("GET", "/.well-known/jwks.json", &[], "").unwrap();
    let keys = members(&answer).get("keys").and_then(Value::as_array).unwrap().to_vec();
    keys.iter().map(|key| key.get("kid").and_then(Value::as_str).unwrap().into()).collect()
}

fn told(world: &World, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    world.send("GET", "/oauth/userinfo", &[("authorization", &bearer)], "").unwrap().status
}

fn kid(token: &str) -> Value {
    part(token, 0).get("kid").unwrap().clone()
}

#[test]
fn a_key_that_has_leaked_is_gone_at_once_with_all_that_it_signed() {
    let world = world();
    let before = tokens(&redeemed(&world, &code(&world, &[]), &[]));
    assert_eq!(told(&world, &before["access_token"]), 200);
    let old = published(&world);
    let answer = rotated(&world, "now");
    let new = answer.get("keyId").and_then(Value::as_str).unwrap().to_owned();
    assert_eq!((published(&world), old.contains(&new)), (vec![new.clone()], false));
    assert_eq!(told(&world, &before["access_token"]), 401);
    let hint = form::encode(&[("id_token_hint", before["id_token"].as_str())]);
    assert_eq!(world.send("GET", &format!("/oauth/logout?{hint}"), &[], "").unwrap().status, 400);
    let after = tokens(&refreshed(&world, &before["refresh_token"], &[]));
    assert_eq!(
        (kid(&after["access_token"]), told(&world, &after["access_token"])),
        (new.as_str().into(), 200)
    );
    let log = world.shared.log.borrow();
    let trace = log.iter().find(|line| line.contains("admin.signing_key_rotated")).unwrap();
    assert!(trace.contains(r#""mode":"now""#) && trace.contains(r#""by":"u1""#) && trace.contains(&new));
}

#[test]
fn one_that_was_staged_before_goes_too() {
    let world = world();
    tokens(&redeemed(&world, &code(&world, &[]), &[]));
    rotated(&world, "staged");
    assert_eq!(published(&world).len(), 2);
    let new = rotated(&world, "now").get("keyId").cloned().unwrap();
    assert_eq!(published(&world), [new.as_str().unwrap()]);
    world.pass(i64::from(LEAD.0) * 1000);
    let cookie = tokens(&redeemed(&world, &code(&world, &[]), &[]));
    assert_eq!(kid(&cookie["access_token"]), new, "it goes on signing");
}

#[test]
fn in_good_order_nobody_notices() {
    let world = world();
    let before = tokens(&redeemed(&world, &code(&world, &[("scope", "openid offline_access")]), &[]));
    let answer = rotated(&world, "staged");
    assert_eq!(answer.get("made"), Some(&true.into()));
    let again = rotated(&world, "staged");
    assert_eq!((again.get("keyId"), again.get("made")), (answer.get("keyId"), Some(&false.into())));
    let staged = tokens(&refreshed(&world, &before["refresh_token"], &[]));
    assert_eq!(kid(&staged["access_token"]), kid(&before["access_token"]));
    world.pass(i64::from(LEAD.0) * 1000);
    let next = tokens(&refreshed(&world, &staged["refresh_token"], &[]));
    assert_eq!(Some(&kid(&next["access_token"])), answer.get("keyId"));
    assert_eq!(published(&world).len(), 2);
    world.pass(i64::from(GRACE.0) * 1000);
    assert_eq!(published(&world).len(), 1);
}

#[test]
fn the_first_key_can_be_made_by_hand() {
    for mode in ["staged", "now"] {
        let world = world();
        let answer = rotated(&world, mode);
        assert_eq!(published(&world), [answer.get("keyId").and_then(Value::as_str).unwrap()], "{mode}");
        let tokens = tokens(&redeemed(&world, &code(&world, &[]), &[]));
        assert_eq!(Some(&kid(&tokens["access_token"])), answer.get("keyId"));
    }
}

#[test]
fn only_an_administrator_has_another_key_sign_and_says_how() {
    let world = world();
    let call =
        |by: &Principal, arguments: &str| world.call(by, "rotateSigningKey", arguments).unwrap_err().code;
    let user = Principal::User { id: "u1".into(), session: "s".into(), admin: false, impersonated_by: None };
    let acting = Principal::User {
        id: "u1".into(),
        session: "s".into(),
        admin: true,
        impersonated_by: Some("a".into()),
    };
    for by in [&user, &acting] {
        assert_eq!(call(by, r#"{"mode": "now"}"#), Code::NotPermitted);
    }
    assert_eq!(call(&Principal::Anonymous, r#"{"mode": "now"}"#), Code::SessionMissing);
    for arguments in ["{}", r#"{"mode": "later"}"#, r#"{"mode": null}"#] {
        assert_eq!(call(&admin(), arguments), Code::InvalidParameters, "{arguments}");
    }
}

/// A store in which somebody else stages a key after the first look.
struct Overtaken(Rc<Memory>, RefCell<Option<Statement>>);

impl Store for Overtaken {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        Box::pin(async move {
            let answer = self.0.batch(statements).await;
            let other = self.1.borrow_mut().take();
            if let Some(other) = other {
                self.0.batch(vec![other]).await.unwrap();
            }
            answer
        })
    }
}

#[test]
fn whoever_is_overtaken_by_somebody_who_stages_one_still_removes_them_all() {
    let mut world = world();
    wait(keys::signer(&world.authority)).map(drop).unwrap();
    let other = sql(
        "INSERT INTO edgeward_signing_keys SELECT algorithm, generation + 1, 'other', public, sealed, created_at,
                signs_from + 3600000 FROM edgeward_signing_keys",
        [],
    );
    world.authority.store = Box::new(Overtaken(world.memory.clone(), RefCell::new(Some(other))));
    let new = rotated(&world, "now").get("keyId").cloned().unwrap();
    assert_eq!(published(&world), [new.as_str().unwrap()]);
}

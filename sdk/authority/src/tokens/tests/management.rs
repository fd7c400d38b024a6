//! Looking at tokens, changing, rotating, removing and verifying them.

use std::cell::RefCell;
use std::rc::Rc;

use edgeward_core::{
    Code,
    json::{self, Value},
    keys::scopes::Scopes,
};

use super::{code, created, verify};
use crate::{
    Failure,
    context::Principal,
    store::{Pending, Refused, Row, Statement, Store, sql, sqlite::Memory},
    testing::{START, World, wait},
};

const FULL: &str = r#"{"name": "n", "scopes": ["skills:read"], "expiresIn": 60, "metadata": {"a": 1},
    "rateLimit": {"maxRequests": 5, "windowMs": 1000}}"#;

fn by_id(world: &World, by: &Principal, name: &str, id: &str) -> Result<Value, Failure> {
    world.call(by, name, &format!(r#"{{"tokenId": "{id}"}}"#))
}

/// What `getApiToken` tells.
fn detail(world: &World, by: &Principal, id: &str) -> Value {
    by_id(world, by, "getApiToken", id).unwrap().get("apiToken").cloned().unwrap()
}

fn update(world: &World, by: &Principal, id: &str, more: &str) -> Result<Value, Failure> {
    world.call(by, "updateApiToken", &format!(r#"{{"tokenId": "{id}", {more}}}"#))
}

fn reader() -> Principal {
    let scopes = Scopes::read(&json::parse(b"[\"skills:read\"]").unwrap()).unwrap();
    Principal::Key { user: "u1".into(), id: "k".into(), scopes, admin: false }
}

#[test]
fn a_token_is_told_of_without_its_secret() {
    let world = World::new();
    let user = world.user("u1");
    let (id, secret) = created(&world, &user, FULL);
    let told = detail(&world, &user, &id);
    let expected = format!(
        concat!(
            r#"{{"_id":"{}","createdAt":{},"expiresAt":{},"lastUsedAt":null,"metadata":{{"a":1}},"name":"n","#,
            r#""prefix":"{}...","rateLimit":{{"maxRequests":5,"windowMs":1000}},"revokedAt":null,"scopes":["skills:read"]}}"#
        ),
        id,
        START,
        START + 60_000,
        &secret[..7]
    );
    assert_eq!(told.to_text(), expected);
    assert!(detail(&world, &world.user("u2"), &id).is_null(), "nobody is told of other people's");
}

#[test]
fn who_verifies_a_token_learns_its_user_and_its_scopes() {
    let world = World::new();
    let user = world.user("u1");
    let (id, secret) = created(&world, &user, FULL);
    world.pass(5000);
    let verified = |secret: &str| {
        world.call(&Principal::Anonymous, "verifyApiToken", &format!(r#"{{"token": "{secret}"}}"#))
    };
    let expected = format!(r#"{{"scopes":["skills:read"],"tokenId":"{id}","userId":"u1"}}"#);
    assert_eq!(verified(&secret).unwrap().to_text(), expected);
    assert_eq!(detail(&world, &user, &id).get("lastUsedAt"), Some(&(START + 5000).into()));
    assert_eq!(code(verified("sk_nobody")).0, Code::InvalidApiKey);
    let _ = by_id(&world, &user, "revokeApiToken", &id).unwrap();
    assert_eq!(code(verified(&secret)).0, Code::ApiKeyRevoked);
}

#[test]
fn a_limit_that_makes_no_sense_is_refused_and_the_old_one_stays() {
    let world = World::new();
    let user = world.user("u1");
    let (id, _) = created(&world, &user, FULL);
    for (limit, at) in [
        (r#"{"maxRequests": -1, "windowMs": 1000}"#, "maxRequests"),
        (r#"{"maxRequests": 0, "windowMs": 1000}"#, "maxRequests"),
        (r#"{"maxRequests": 1.5, "windowMs": 1000}"#, "maxRequests"),
        (r#"{"maxRequests": 1}"#, "windowMs"),
        (r#"{"maxRequests": 1, "windowMs": 0}"#, "windowMs"),
        (r#"{"maxRequests": 1, "windowMs": 1000, "x": 1}"#, "x"),
    ] {
        let refused = Ok::<_, ()>((Code::InvalidParameters, at.to_owned()));
        assert_eq!(Ok(code(update(&world, &user, &id, &format!(r#""rateLimit": {limit}"#)))), refused);
        let create = format!(r#"{{"name": "n", "scopes": [], "rateLimit": {limit}}}"#);
        assert_eq!(Ok(code(world.call(&user, "createApiToken", &create))), refused);
    }
    let kept = detail(&world, &user, &id).get("rateLimit").unwrap().to_text();
    assert_eq!(kept, r#"{"maxRequests":5,"windowMs":1000}"#);
}

#[test]
fn name_scopes_and_limit_can_be_changed_and_nothing_else() {
    let world = World::new();
    let user = world.user("u1");
    let (id, secret) = created(&world, &user, FULL);
    let before = detail(&world, &user, &id);
    let _ = update(&world, &user, &id, r#""name": "m""#).unwrap();
    let _ = update(&world, &user, &id, r#""scopes": ["skills:write"]"#).unwrap();
    let _ = update(&world, &user, &id, r#""rateLimit": {"maxRequests": 7, "windowMs": 2000}"#).unwrap();
    let after = detail(&world, &user, &id);
    let changed: Vec<_> = before
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, value)| after.get(name) != Some(value))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(changed, ["name", "rateLimit", "scopes"]);
    assert_eq!(wait(verify(&world.authority, &secret)).unwrap().scopes.to_words(), "skills:write");
    for odd in [r#""expiresAt": 1"#, r#""userId": "u2""#, r#""expiresIn": 60"#, r#""metadata": {}"#] {
        let name = odd.split('"').nth(1).unwrap();
        assert_eq!(code(update(&world, &user, &id, odd)), (Code::InvalidParameters, name.into()));
    }
    assert_eq!(code(update(&world, &user, "unknown", r#""name": "m""#)).0, Code::KeyNotFound);
    assert_eq!(code(update(&world, &world.user("u2"), &id, r#""name": "x""#)).0, Code::KeyNotFound);
    assert_eq!(code(update(&world, &user, &id, r#""scopes": ["skills:delete"]"#)).0, Code::InvalidParameters);
}

#[test]
fn a_token_changes_rotates_and_ends_none_that_may_more_than_itself() {
    let world = World::new();
    let user = world.user("u1");
    let (weak, _) = created(&world, &user, FULL);
    let (strong, _) = created(&world, &user, r#"{"name": "n", "scopes": ["admin"]}"#);
    assert!(update(&world, &reader(), &weak, r#""name": "m""#).is_ok());
    for (id, change) in
        [(&weak, r#""scopes": ["admin"]"#), (&strong, r#""name": "m""#), (&strong, r#""scopes": []"#)]
    {
        assert_eq!(code(update(&world, &reader(), id, change)).0, Code::ApiKeyInvalidScope, "{change}");
    }
    assert_eq!(code(by_id(&world, &reader(), "rotateApiToken", &strong)).0, Code::ApiKeyInvalidScope);
    assert!(by_id(&world, &reader(), "rotateApiToken", &weak).is_ok());
    for ending in ["revokeApiToken", "removeApiToken"] {
        assert_eq!(code(by_id(&world, &reader(), ending, &strong)).0, Code::ApiKeyInvalidScope, "{ending}");
        assert_eq!(code(by_id(&world, &reader(), ending, "unknown")).0, Code::KeyNotFound, "{ending}");
        assert!(by_id(&world, &reader(), ending, &weak).is_ok(), "{ending}");
        assert!(detail(&world, &user, &strong).get("revokedAt").unwrap().is_null());
    }
}

#[test]
fn revoking_works_at_once_and_twice_and_keeps_the_entry() {
    let world = World::new();
    let user = world.user("u1");
    let (id, secret) = created(&world, &user, FULL);
    for _ in 0..2 {
        assert_eq!(by_id(&world, &user, "revokeApiToken", &id).unwrap().to_text(), r#"{"success":true}"#);
        assert_eq!(wait(verify(&world.authority, &secret)), Err(Code::ApiKeyRevoked.into()));
        assert_eq!(detail(&world, &user, &id).get("revokedAt"), Some(&START.into()));
        world.pass(1000);
    }
    assert_eq!(code(by_id(&world, &world.user("u2"), "revokeApiToken", &id)).0, Code::KeyNotFound);
}

#[test]
fn a_token_that_was_removed_is_unknown() {
    let world = World::new();
    let user = world.user("u1");
    let (id, secret) = created(&world, &user, FULL);
    assert_eq!(code(by_id(&world, &world.user("u2"), "removeApiToken", &id)).0, Code::KeyNotFound);
    assert!(by_id(&world, &user, "removeApiToken", &id).is_ok());
    assert!(detail(&world, &user, &id).is_null());
    assert_eq!(wait(verify(&world.authority, &secret)), Err(Code::InvalidApiKey.into()));
    assert_eq!(code(by_id(&world, &user, "removeApiToken", &id)).0, Code::KeyNotFound);
}

#[test]
fn rotation_keeps_everything_but_the_secret_and_the_end() {
    let world = World::new();
    let user = world.user("u1");
    let (id, secret) = created(&world, &user, FULL);
    let rotated = by_id(&world, &user, "rotateApiToken", &id).unwrap();
    let text = |name| rotated.get(name).and_then(Value::as_str).unwrap().to_owned();
    assert_ne!((text("tokenId"), text("token")), (id.clone(), secret.clone()));
    let (old, new) = (detail(&world, &user, &id), detail(&world, &user, &text("tokenId")));
    for name in ["name", "scopes", "rateLimit", "metadata"] {
        assert_eq!(old.get(name), new.get(name), "{name}");
    }
    assert_eq!((new.get("expiresAt"), old.get("revokedAt")), (Some(&Value::Null), Some(&START.into())));
    assert_eq!(wait(verify(&world.authority, &secret)), Err(Code::ApiKeyRevoked.into()));
    assert!(wait(verify(&world.authority, &text("token"))).is_ok());
    assert!(!world.memory.dump().contains(&text("token")[7..]));
    assert_eq!(code(by_id(&world, &user, "rotateApiToken", &id)).0, Code::ApiKeyRevoked);
    assert_eq!(code(by_id(&world, &user, "rotateApiToken", "unknown")).0, Code::KeyNotFound);
    let arguments = format!(r#"{{"tokenId": "{}", "name": "m", "expiresIn": 60}}"#, text("tokenId"));
    let again = world.call(&user, "rotateApiToken", &arguments).unwrap();
    assert_eq!(
        (again.get("name"), again.get("expiresAt")),
        (Some(&"m".into()), Some(&(START + 60_000).into()))
    );
}

/// A store in which something else happens after the first batch.
struct Racing(Rc<Memory>, RefCell<Option<Statement>>);

impl Store for Racing {
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

fn racing(world: &mut World, text: &'static str) {
    world.authority.store = Box::new(Racing(world.memory.clone(), RefCell::new(Some(sql(text, [])))));
}

#[test]
fn whatever_was_committed_before_the_look_counts() {
    for (change, expected) in [
        ("UPDATE edgeward_api_tokens SET revoked_at = 1", Err(Code::ApiKeyRevoked)),
        ("UPDATE edgeward_api_tokens SET expires_at = 1", Err(Code::ApiKeyExpired)),
        ("UPDATE edgeward_users SET banned_until = 8640000000000000", Err(Code::UserBanned)),
        ("DELETE FROM edgeward_api_tokens", Err(Code::InvalidApiKey)),
        ("UPDATE edgeward_api_tokens SET scopes = '[\"skills:write\"]'", Ok("skills:write".to_owned())),
    ] {
        let world = World::new();
        let user = world.user("u1");
        let (_, secret) = created(&world, &user, FULL);
        // Also right after a use, which is what makes the next one cheap.
        wait(verify(&world.authority, &secret)).unwrap();
        wait(world.authority.store.row(sql(change, []))).unwrap();
        let outcome = wait(verify(&world.authority, &secret)).map(|verified| verified.scopes.to_words());
        assert_eq!(outcome.map_err(|failure| failure.code), expected, "{change}");
    }
}

#[test]
fn of_two_rotations_at_a_time_one_wins() {
    for (other, expected) in [
        ("UPDATE edgeward_api_tokens SET revoked_at = 1", Code::ApiKeyRevoked),
        ("DELETE FROM edgeward_api_tokens", Code::KeyNotFound),
        ("UPDATE edgeward_api_tokens SET scopes = '[\"admin\"]'", Code::StoreUnavailable),
    ] {
        let mut world = World::new();
        let user = world.user("u1");
        let (id, _) = created(&world, &user, FULL);
        racing(&mut world, other);
        assert_eq!(code(by_id(&world, &user, "rotateApiToken", &id)).0, expected);
        assert!(world.memory.dump().matches("edgeward_api_tokens {").count() <= 1, "no second one was made");
    }
}

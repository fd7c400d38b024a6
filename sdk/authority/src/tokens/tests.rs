//! API tokens over a store in memory.

mod management;
mod pages;

use edgeward_core::{Code, json::Value};

use super::verify;
use crate::{
    Failure,
    context::Principal,
    testing::{START, World, wait},
};

fn created(world: &World, by: &Principal, arguments: &str) -> (String, String) {
    let answer = world.call(by, "createApiToken", arguments).unwrap();
    let text = |name| answer.get(name).and_then(Value::as_str).unwrap().to_owned();
    (text("tokenId"), text("token"))
}

fn code(outcome: Result<Value, Failure>) -> (Code, String) {
    let failure = outcome.unwrap_err();
    (failure.code, failure.at.into_owned())
}

const READ: &str = r#"{"name": "n", "scopes": ["skills:read"]}"#;

#[test]
fn a_token_is_shown_once_and_kept_as_a_hash() {
    let world = World::new();
    let user = world.user("u1");
    let (_, secret) = created(&world, &user, READ);
    let random = secret.strip_prefix("sk_").unwrap();
    assert!(random.len() == 32 && random.bytes().all(|b| b.is_ascii_alphanumeric()));
    let dump = world.memory.dump();
    for at in 7..=secret.len() - 12 {
        assert!(!dump.contains(&secret[at..at + 12]), "{at}");
    }
    assert!(dump.contains(&format!("{}...", &secret[..7])));
}

#[test]
fn it_expires_after_so_many_seconds_or_never() {
    let world = World::new();
    let user = world.user("u1");
    let expiry = |text: &str| {
        let arguments = format!(r#"{{"name": "n", "scopes": [], "expiresIn": {text}}}"#);
        world
            .call(&user, "createApiToken", &arguments)
            .map(|answer| answer.get("expiresAt").cloned().unwrap())
    };
    assert_eq!(expiry("3600"), Ok((START + 3_600_000).into()));
    assert_eq!(expiry("null"), Ok(Value::Null));
    for odd in ["0", "-1", "1.5", "9007199254740992", "\"1\"", "true"] {
        assert_eq!(code(expiry(odd)), (Code::InvalidParameters, "expiresIn".into()), "{odd}");
    }
}

#[test]
fn it_is_good_until_the_instant_that_it_expires_at() {
    let world = World::new();
    let user = world.user("u1");
    let (_, secret) = created(&world, &user, r#"{"name": "n", "scopes": [], "expiresIn": 10}"#);
    world.pass(10_000);
    assert!(wait(verify(&world.authority, &secret)).is_ok());
    world.pass(1);
    assert_eq!(wait(verify(&world.authority, &secret)), Err(Code::ApiKeyExpired.into()));
}

#[test]
fn revocation_goes_before_expiry_and_expiry_before_the_limit() {
    let world = World::new();
    let user = world.user("u1");
    let arguments =
        r#"{"name": "n", "scopes": [], "expiresIn": 10, "rateLimit": {"maxRequests": 1, "windowMs": 60000}}"#;
    let (id, secret) = created(&world, &user, arguments);
    assert!(wait(verify(&world.authority, &secret)).is_ok());
    let limited = wait(verify(&world.authority, &secret)).unwrap_err();
    assert_eq!(limited.code, Code::ApiKeyRateLimited);
    assert_eq!(limited.retry_after.map(|wait| wait.0), Some(60));
    world.pass(10_001);
    assert_eq!(wait(verify(&world.authority, &secret)), Err(Code::ApiKeyExpired.into()));
    world.call(&user, "revokeApiToken", &format!(r#"{{"tokenId": "{id}"}}"#)).unwrap();
    world.call(&user, "revokeApiToken", &format!(r#"{{"tokenId": "{id}"}}"#)).unwrap();
    assert_eq!(wait(verify(&world.authority, &secret)), Err(Code::ApiKeyRevoked.into()));
    for unknown in ["sk_", "sk_nobody", "ast_x", ""] {
        assert_eq!(wait(verify(&world.authority, unknown)), Err(Code::InvalidApiKey.into()));
    }
}

#[test]
fn its_last_use_is_kept_to_the_minute() {
    let world = World::new();
    let user = world.user("u1");
    let (_, secret) = created(&world, &user, READ);
    let last = || {
        let list = world.call(&user, "listApiTokens", "{}").unwrap();
        list.get("tokens").unwrap().as_array().unwrap()[0].get("lastUsedAt").cloned().unwrap()
    };
    assert_eq!(last(), Value::Null);
    for (passes, noted) in [(0, START), (10_000, START), (49_999, START), (1, START + 60_000)] {
        world.pass(passes);
        wait(verify(&world.authority, &secret)).unwrap();
        assert_eq!(last(), Value::from(noted));
    }
}

#[test]
fn a_list_holds_the_callers_own_and_six_members_each() {
    let world = World::new();
    let (one, two) = (world.user("u1"), world.user("u2"));
    let (id, _) = created(&world, &one, READ);
    let list = world.call(&one, "listApiTokens", "{}").unwrap();
    let tokens = list.get("tokens").unwrap().as_array().unwrap();
    let names: Vec<_> = tokens[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["_id", "createdAt", "expiresAt", "lastUsedAt", "name", "scopes"]);
    assert_eq!(
        world.call(&two, "listApiTokens", "{}").unwrap().to_text(),
        r#"{"nextCursor":null,"tokens":[]}"#
    );
    let other = world.call(&two, "revokeApiToken", &format!(r#"{{"tokenId": "{id}"}}"#));
    assert_eq!(code(other), (Code::KeyNotFound, String::new()));
}

#[test]
fn scopes_are_of_the_vocabulary_or_grants() {
    let world = World::new();
    let user = world.user("u1");
    let create = |scopes: &str| {
        world.call(&user, "createApiToken", &format!(r#"{{"name": "n", "scopes": {scopes}}}"#))
    };
    for scopes in [
        r#"["skills:read","skills:write","learning:report","learning:read","collaboration:join","collaboration:create","social:write","admin"]"#,
        r#"[{"actions":["read"],"resource":"data"}]"#,
        "[]",
    ] {
        assert_eq!(create(scopes).unwrap().get("scopes").unwrap().to_text(), scopes);
    }
    for odd in [r#"["skills:delete"]"#, r#""admin""#, "null", r#"[{"resource":"a"}]"#] {
        assert_eq!(code(create(odd)), (Code::InvalidParameters, "scopes".into()), "{odd}");
    }
}

#[test]
fn a_token_creates_none_that_may_more_than_itself() {
    let world = World::new();
    let user = world.user("u1");
    let (_, secret) = created(&world, &user, READ);
    let header = format!("Bearer {secret}");
    let send = |body: &str| {
        world.send("POST", "/api/auth/createApiToken", &[("authorization", &header)], body).unwrap()
    };
    assert_eq!(send(READ).status, 200);
    let refused = send(r#"{"name": "n", "scopes": ["admin"]}"#);
    assert_eq!((refused.status, refused.body.contains("api_key_invalid_scope")), (403, true));
}

#[test]
fn arguments_that_nobody_knows_are_refused_by_name() {
    let world = World::new();
    let user = world.user("u1");
    let outcome = world.call(&user, "createApiToken", r#"{"name": "n", "scopes": [], "expires_in": 5}"#);
    assert_eq!(code(outcome), (Code::InvalidParameters, "expires_in".into()));
}

#[test]
fn a_store_that_fails_leaves_nothing_behind() {
    let world = World::new();
    let user = world.user("u1");
    *world.memory.fails_after.borrow_mut() = Some(0);
    let failed = world.call(&user, "createApiToken", READ).unwrap_err();
    assert_eq!(failed.code, Code::StoreUnavailable);
    assert!(failed.retry_after.is_some());
    *world.memory.fails_after.borrow_mut() = None;
    assert_eq!(
        world.call(&user, "listApiTokens", "{}").unwrap().to_text(),
        r#"{"nextCursor":null,"tokens":[]}"#
    );
}

#[test]
fn the_convex_protocol_carries_results_and_failures() {
    let world = World::new();
    let user = world.user("u1");
    let (_, secret) = created(&world, &user, r#"{"name": "n", "scopes": ["admin"]}"#);
    let header = format!("bearer {secret}");
    let send = |path: &str, body: &str| {
        let answer = world.send("POST", path, &[("authorization", &header)], body).unwrap();
        (answer.status, answer.body)
    };
    let (status, body) =
        send("/api/query", r#"{"path":"auth:listApiTokens","format":"convex_encoded_json","args":[{}]}"#);
    assert_eq!(status, 200);
    assert!(
        body.starts_with(r#"{"logLines":[],"status":"success","value":{"nextCursor":null,"tokens":[{"#),
        "{body}"
    );
    let (status, body) = send("/api/mutation", r#"{"path":"auth:revokeApiToken","args":[{"tokenId":"x"}]}"#);
    assert_eq!(status, 560);
    assert!(body.contains(r#""code":"KEY_NOT_FOUND""#) && body.contains(r#""status":"error""#), "{body}");
    let (status, _) = send("/api/query", r#"{"path":"auth:revokeApiToken","args":[{"tokenId":"x"}]}"#);
    assert_eq!(status, 560);
    let anonymous =
        world.send("POST", "/api/query", &[], r#"{"path":"auth:listApiTokens","args":[{}]}"#).unwrap();
    assert_eq!((anonymous.status, anonymous.body.contains("SESSION_MISSING")), (560, true));
    let bad = world.send(
        "POST",
        "/api/query",
        &[("authorization", "Bearer sk_x")],
        r#"{"path":"auth:listApiTokens"}"#,
    );
    assert_eq!(bad.unwrap().status, 401);
}

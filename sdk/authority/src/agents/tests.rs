//! Agents' sessions over a store in memory.

use edgeward_core::{Code, json::Value};

use super::verify;
use crate::{
    Failure,
    context::Principal,
    store::sql,
    testing::{START, World, wait},
};

const INVALID: &str = r#"{"agentId":null,"expiresAt":null,"metadata":null,"valid":false}"#;

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().into()
}

fn code(outcome: Result<Value, Failure>) -> (Code, String) {
    let failure = outcome.unwrap_err();
    (failure.code, failure.at.into_owned())
}

fn created(world: &World, by: &Principal, more: &str) -> Result<Value, Failure> {
    world.call(by, "createSession", &format!(r#"{{"agentId": "agent_abc123", "ttl": 3600{more}}}"#))
}

fn token(world: &World, by: &Principal) -> String {
    text(&created(world, by, "").unwrap(), "token")
}

/// What anybody is told about a token.
fn validated(world: &World, token: &str) -> String {
    let arguments = edgeward_core::json::object(vec![("token", token.into())]).to_text();
    world.call(&Principal::Anonymous, "validateSession", &arguments).unwrap().to_text()
}

fn refreshed(world: &World, token: &str) -> Result<Value, Failure> {
    let arguments = format!(r#"{{"token": "{token}", "ttl": 60}}"#);
    world.call(&Principal::Anonymous, "refreshSession", &arguments)
}

fn key(world: &World, user: &Principal, scopes: &str) -> (String, Principal) {
    let made =
        world.call(user, "createApiToken", &format!(r#"{{"name": "n", "scopes": {scopes}}}"#)).unwrap();
    let scopes = edgeward_core::keys::scopes::Scopes::read(made.get("scopes").unwrap()).unwrap();
    let id = text(&made, "tokenId");
    (id.clone(), Principal::Key { user: user.user().unwrap().into(), id, scopes, admin: false })
}

#[test]
fn a_session_lasts_as_many_seconds_as_were_asked_for() {
    let world = World::new();
    let user = world.user("u1");
    let session = created(&world, &user, "").unwrap();
    assert_eq!(session.get("expiresAt"), Some(&(START + 3_600_000).into()));
    let token = text(&session, "token");
    let random = token.strip_prefix("ast_").unwrap();
    assert!(random.len() >= 32 && random.bytes().all(|b| b.is_ascii_alphanumeric()));
    world.pass(3_599_999);
    assert!(wait(verify(&world.authority, &token)).is_ok());
    world.pass(1);
    assert_eq!(wait(verify(&world.authority, &token)), Err(Code::AgentSessionInvalid.into()));
}

#[test]
fn a_session_of_nobody_or_without_an_end_is_refused_by_name() {
    let world = World::new();
    let user = world.user("u1");
    for (arguments, at) in [
        (r#"{"ttl": 60}"#, "agentId"),
        (r#"{"agentId": "", "ttl": 60}"#, "agentId"),
        (r#"{"agentId": "a"}"#, "ttl"),
        (r#"{"agentId": "a", "ttl": 0}"#, "ttl"),
        (r#"{"agentId": "a", "ttl": -1}"#, "ttl"),
        (r#"{"agentId": "a", "ttl": 1.5}"#, "ttl"),
        (r#"{"agentId": "a", "ttl": 86401}"#, "ttl"),
        (r#"{"agentId": "a", "ttl": 60, "metadata": []}"#, "metadata"),
    ] {
        assert_eq!(
            code(world.call(&user, "createSession", arguments)),
            (Code::InvalidParameters, at.into()),
            "{arguments}"
        );
    }
    assert!(world.call(&user, "createSession", r#"{"agentId": "a", "ttl": 86400}"#).is_ok());
    let short = World::with(r#"{"issuer": "https://auth.example", "agents": {"max_ttl": 60}}"#);
    let user = short.user("u1");
    assert_eq!(code(created(&short, &user, "")), (Code::InvalidParameters, "ttl".into()));
}

#[test]
fn every_token_that_is_not_good_is_answered_alike() {
    let world = World::new();
    let user = world.user("u1");
    let (expired, ended) = (token(&world, &user), token(&world, &user));
    let _ = world.call(&Principal::Anonymous, "endSession", &format!(r#"{{"token": "{ended}"}}"#)).unwrap();
    assert_eq!(validated(&world, &ended), INVALID);
    world.pass(3_600_000);
    let unknown = format!("ast_{}", "a".repeat(32));
    for odd in [&expired, &unknown, "", "ast_", "sk_x", "\u{1f980}", &"a".repeat(512)] {
        assert_eq!(validated(&world, odd), INVALID, "{odd}");
    }
}

#[test]
fn metadata_comes_back_as_it_was_given() {
    let world = World::new();
    let user = world.user("u1");
    let metadata =
        r#"{"a":{"b":[1,2.5,null,true,{"c":"\"\\\u0001"}]},"platform":"claude-code","z":"\ud83e\udd80 ü"}"#;
    let session = created(&world, &user, &format!(r#", "metadata": {metadata}"#)).unwrap();
    let answer = validated(&world, &text(&session, "token"));
    let parsed = |text: &str| edgeward_core::json::parse(text.as_bytes()).unwrap();
    assert_eq!(parsed(&answer).get("metadata"), Some(&parsed(metadata)));
    assert!(validated(&world, &token(&world, &user)).contains(r#""metadata":null,"valid":true"#));
    let fits = format!(r#", "metadata": {{"a": "{}"}}"#, "x".repeat(8 * 1024 - 8));
    assert!(created(&world, &user, &fits).is_ok());
    let too_long = fits.replacen('x', "xx", 1);
    assert_eq!(code(created(&world, &user, &too_long)), (Code::InvalidParameters, "metadata".into()));
}

#[test]
fn a_refreshed_session_has_another_token_and_the_same_agent_and_metadata() {
    let world = World::new();
    let user = world.user("u1");
    let first = created(&world, &user, r#", "metadata": {"task": 1}"#).unwrap();
    world.pass(1000);
    let second = refreshed(&world, &text(&first, "token")).unwrap();
    assert_eq!(second.get("expiresAt"), Some(&(START + 61_000).into()));
    assert_ne!(first.get("sessionId"), second.get("sessionId"));
    assert_eq!(validated(&world, &text(&first, "token")), INVALID);
    let now = validated(&world, &text(&second, "token"));
    assert!(now.contains(r#""agentId":"agent_abc123""#) && now.contains(r#"{"task":1}"#), "{now}");
    for dead in [text(&first, "token"), "ast_x".into()] {
        assert_eq!(code(refreshed(&world, &dead)).0, Code::AgentSessionInvalid);
    }
    world.pass(60_000);
    assert_eq!(code(refreshed(&world, &text(&second, "token"))).0, Code::AgentSessionInvalid);
}

#[test]
fn an_ended_session_is_ended_again_without_an_error() {
    let world = World::new();
    let token = token(&world, &world.user("u1"));
    for _ in 0..2 {
        let arguments = format!(r#"{{"token": "{token}"}}"#);
        let ended = world.call(&Principal::Anonymous, "endSession", &arguments).unwrap();
        assert_eq!(
            (ended.to_text().as_str(), validated(&world, &token).as_str()),
            (r#"{"success":true}"#, INVALID)
        );
    }
}

#[test]
fn only_a_hash_is_kept_and_it_goes_with_its_owner() {
    let world = World::new();
    let user = world.user("u1");
    let token = token(&world, &user);
    assert!(!world.memory.dump().contains(&token["ast_".len()..]));
    let ban = sql("UPDATE edgeward_users SET banned_until = ?1", [(START + 1000).into()]);
    wait(world.authority.store.row(ban)).unwrap();
    assert_eq!(validated(&world, &token), INVALID);
    assert_eq!(code(refreshed(&world, &token)).0, Code::AgentSessionInvalid);
    world.pass(1000);
    assert_ne!(validated(&world, &token), INVALID);
    wait(world.authority.store.row(sql("DELETE FROM edgeward_users", []))).unwrap();
    assert_eq!(validated(&world, &token), INVALID);
    assert!(!world.memory.dump().contains("agent_abc123"));
}

#[test]
fn it_is_created_by_a_user_or_by_an_api_token_for_everything() {
    let world = World::new();
    let user = world.user("u1");
    let (_, admin) = key(&world, &user, r#"["admin"]"#);
    let (_, reader) = key(&world, &user, r#"["skills:read"]"#);
    assert!(created(&world, &admin, "").is_ok());
    assert_eq!(code(created(&world, &reader, "")), (Code::InsufficientScope, "admin".into()));
    assert_eq!(code(created(&world, &Principal::Anonymous, "")).0, Code::SessionMissing);
    let agent = wait(verify(&world.authority, &token(&world, &user))).unwrap();
    assert_eq!(code(created(&world, &agent, "")).0, Code::NotPermitted);
}

#[test]
fn it_is_over_when_the_api_token_is_that_it_was_created_with() {
    let world = World::new();
    let user = world.user("u1");
    let (id, admin) = key(&world, &user, r#"["admin"]"#);
    let token = token(&world, &admin);
    assert!(wait(verify(&world.authority, &token)).is_ok());
    let _ = world.call(&user, "revokeApiToken", &format!(r#"{{"tokenId": "{id}"}}"#)).unwrap();
    assert_eq!(validated(&world, &token), INVALID);
    assert_eq!(code(refreshed(&world, &token)).0, Code::AgentSessionInvalid);
}

#[test]
fn it_may_do_what_was_asked_for_and_never_everything_unasked() {
    let world = World::new();
    let user = world.user("u1");
    let of = |more: &str| {
        let session = created(&world, &user, more).unwrap();
        wait(verify(&world.authority, &text(&session, "token"))).unwrap()
    };
    let usual = of("");
    assert!(usual.can("skills", "read") && usual.can("learning", "report") && !usual.can("*", "*"));
    let narrow = of(r#", "scopes": ["skills:read"]"#);
    assert!(narrow.can("skills", "read") && !narrow.can("skills", "write"));
    assert!(of(r#", "scopes": ["admin"]"#).can("*", "*"));
    assert_eq!(
        code(created(&world, &user, r#", "scopes": ["skills:delete"]"#)),
        (Code::InvalidParameters, "scopes".into())
    );
}

#[test]
fn an_agent_belongs_to_whoever_names_it_first() {
    let world = World::new();
    let (one, two) = (world.user("u1"), world.user("u2"));
    token(&world, &one);
    assert_eq!(code(created(&world, &two, "")).0, Code::AgentNotOwned);
    token(&world, &one);
    assert!(world.call(&two, "createSession", r#"{"agentId": "another", "ttl": 60}"#).is_ok());
}

#[test]
fn it_is_a_bearer_credential_until_it_is_ended() {
    let world = World::new();
    let token = token(&world, &world.user("u1"));
    let header = format!("Bearer {token}");
    let send =
        |path: &str, body: &str| world.send("POST", path, &[("authorization", &header)], body).unwrap();
    let listed = send("/api/query", r#"{"path":"auth:listApiTokens","args":[{}]}"#);
    assert_eq!((listed.status, listed.body.contains("NOT_PERMITTED")), (560, true), "an agent holds no keys");
    let end = format!(r#"{{"path":"auth:endSession","args":[{{"token":"{token}"}}]}}"#);
    assert_eq!(send("/api/mutation", &end).status, 200);
    assert_eq!(send("/api/mutation", &end).status, 200, "whoever ends it twice is not refused for it");
    assert_eq!(send("/api/query", r#"{"path":"auth:listApiTokens","args":[{}]}"#).status, 401);
}

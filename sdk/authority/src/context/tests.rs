//! Changes that are asked for again.

use edgeward_core::{Code, json::Value};

use crate::{
    http::Incoming,
    operations::Operation,
    testing::{World, wait},
};

const KEY: (&str, &str) = ("idempotency-key", "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"");
const READ: &str = r#"{"name": "n", "scopes": ["skills:read"]}"#;

/// A world with a user and what an API token of hers is sent as.
fn world() -> (World, String) {
    let world = World::new();
    let user = world.user("u1");
    let token = world.call(&user, "createApiToken", r#"{"name": "first", "scopes": ["admin"]}"#).unwrap();
    let header = format!("Bearer {}", token.get("token").and_then(Value::as_str).unwrap());
    (world, header)
}

fn create(world: &World, header: &str, key: &str, body: &str) -> (u16, String) {
    let headers = [("authorization", header), ("idempotency-key", key)];
    let answer = world.send("POST", "/api/auth/createApiToken", &headers, body).unwrap();
    (answer.status, answer.body)
}

fn tokens(world: &World) -> usize {
    world.memory.dump().matches("edgeward_api_tokens ").count()
}

#[test]
fn a_change_asked_for_twice_happens_once_and_answers_alike() {
    let (world, header) = world();
    let first = create(&world, &header, KEY.1, READ);
    assert_eq!(first.0, 200, "{}", first.1);
    world.pass(24 * 60 * 60 * 1000 - 1);
    assert_eq!(create(&world, &header, KEY.1, READ), first);
    assert_eq!(tokens(&world), 2);
}

#[test]
fn a_key_is_free_again_after_a_day() {
    let (world, header) = world();
    let first = create(&world, &header, KEY.1, READ);
    world.pass(24 * 60 * 60 * 1000);
    assert_ne!(create(&world, &header, KEY.1, READ), first);
    assert_eq!(tokens(&world), 3);
}

#[test]
fn a_key_belongs_to_its_arguments() {
    let (world, header) = world();
    create(&world, &header, KEY.1, READ);
    let (status, body) = create(&world, &header, KEY.1, r#"{"name": "m", "scopes": []}"#);
    assert_eq!((status, body.contains("idempotency_key_reused")), (422, true), "{body}");
    // The order in which members are written is none of the arguments' own.
    assert_eq!(create(&world, &header, KEY.1, r#"{"scopes": ["skills:read"], "name": "n"}"#).0, 200);
    assert_eq!(tokens(&world), 2);
}

#[test]
fn a_key_belongs_to_its_caller_and_its_operation() {
    let (world, header) = world();
    let first = create(&world, &header, KEY.1, READ);
    let other = world.user("u2");
    let own = world.call(&other, "createApiToken", r#"{"name": "x", "scopes": ["admin"]}"#).unwrap();
    let own = format!("Bearer {}", own.get("token").and_then(Value::as_str).unwrap());
    assert_ne!(create(&world, &own, KEY.1, READ).1, first.1);
    let headers = [("authorization", header.as_str()), KEY];
    let revoked = world.send("POST", "/api/auth/revokeApiToken", &headers, READ).unwrap();
    assert_eq!(revoked.status, 400);
}

#[test]
fn a_failure_is_not_kept() {
    let (world, header) = world();
    assert_eq!(create(&world, &header, KEY.1, r#"{"name": "n", "scopes": ["nobody:knows"]}"#).0, 400);
    assert_eq!(create(&world, &header, KEY.1, READ).0, 200);
}

#[test]
fn a_key_has_one_to_255_visible_characters() {
    let (world, header) = world();
    for odd in ["", "two words", "\u{7f}", "ä", &"k".repeat(256)] {
        let (status, body) = create(&world, &header, odd, READ);
        assert_eq!((status, body.contains(r#""at":"idempotency-key""#)), (400, true), "{odd:?}");
    }
    assert_eq!(create(&world, &header, &"k".repeat(255), READ).0, 200);
}

#[test]
fn what_is_kept_of_an_answer_shows_nothing_of_it() {
    let (world, header) = world();
    let (_, body) = create(&world, &header, KEY.1, READ);
    let answer = edgeward_core::json::parse(body.as_bytes()).unwrap();
    let token = answer.get("token").and_then(Value::as_str).unwrap().to_owned();
    let dump = world.memory.dump();
    assert!(dump.contains("edgeward_answers "));
    assert!(!dump.contains(&token[7..]) && !dump.contains("8e03978e"));
}

#[test]
fn a_reader_needs_no_key_and_keeps_nothing() {
    let (world, header) = world();
    let headers = [("authorization", header.as_str()), KEY];
    assert_eq!(world.send("POST", "/api/auth/listApiTokens", &headers, "{}").unwrap().status, 200);
    assert!(!world.memory.dump().contains("edgeward_answers "));
}

#[test]
fn two_at_the_same_time_are_one() {
    let (world, _) = world();
    let request = Incoming { headers: vec![(KEY.0.into(), KEY.1.into())], ..Incoming::default() };
    let user = crate::context::Principal::User {
        id: "u1".into(),
        session: "s".into(),
        admin: false,
        impersonated_by: None,
    };
    let contexts = [0; 2].map(|_| super::Context::new(&world.authority, &request, user.clone()));
    let body = || edgeward_core::json::parse(READ.as_bytes()).unwrap();
    let [one, two] = &contexts;
    // The second looks for an answer before the first has one, and finds it when it comes to commit.
    let (first, second) = wait(async {
        let second = two.once("createApiToken", body(), |_| async {
            let first = Operation::CreateApiToken.call(one, body()).await;
            let own = Operation::CreateApiToken;
            let lost = two.commit(Vec::new(), ()).await;
            assert_eq!((own.name(), lost), ("createApiToken", Ok(None)));
            assert!(first.is_ok());
            Err(Code::InternalError.into())
        });
        let second = second.await;
        (Operation::CreateApiToken.call(one, body()).await, second)
    });
    assert_eq!(first, second);
    assert_eq!(tokens(&world), 2);
}

#[test]
fn the_answers_own_cookies_are_set_again_beside_those_of_the_request() {
    let (world, _) = world();
    let request = Incoming { headers: vec![(KEY.0.into(), KEY.1.into())], ..Incoming::default() };
    let mut seen = Vec::new();
    for before in ["a=1", "a=2"] {
        let context = super::Context::new(&world.authority, &request, crate::context::Principal::Anonymous);
        context.set_cookie(before.into());
        let run = |_| async {
            context.set_cookie("own=1".into());
            context.commit(Vec::new(), ()).await.map(|_| Value::Null)
        };
        assert_eq!(wait(context.once("signOut", Value::Null, run)), Ok(Value::Null));
        seen.push(context.cookies());
    }
    assert_eq!(seen, [["a=1", "own=1"], ["a=2", "own=1"]]);
}

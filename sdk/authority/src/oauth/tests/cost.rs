//! What the store is asked for: every round trip to it is most of what an answer takes.

use std::{cell::Cell, rc::Rc};

use super::*;
use crate::store::{Pending, Refused, Row, Statement, Store, sqlite::Memory};

/// How often the store was asked, with how many statements, and how many of those change something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    rounds: u32,
    statements: u32,
    changes: u32,
}

/// A store that counts.
struct Counting(Rc<Memory>, Rc<Cell<Cost>>);

impl Store for Counting {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        let Cost { rounds, statements: before, changes } = self.1.get();
        let changing = statements.iter().filter(|statement| !statement.sql.starts_with("SELECT"));
        self.1.set(Cost {
            rounds: rounds + 1,
            statements: before + statements.len() as u32,
            changes: changes + changing.count() as u32,
        });
        self.0.batch(statements)
    }
}

/// A world that counts; the first signing key is there.
fn counted() -> (World, Rc<Cell<Cost>>) {
    let mut world = world();
    wait(crate::oauth::keys::signer(&world.authority)).map(drop).unwrap();
    let cost = Rc::new(Cell::new(Cost::default()));
    world.authority.store = Box::new(Counting(world.memory.clone(), cost.clone()));
    (world, cost)
}

/// What something costs: round trips, statements, and those that change something.
fn cost<T>(of: &Cell<Cost>, what: impl FnOnce() -> T) -> ([u32; 3], T) {
    of.take();
    let result = what();
    let Cost { rounds, statements, changes } = of.take();
    ([rounds, statements, changes], result)
}

fn bearer(world: &World, path: &str, token: &str) -> Outgoing {
    let bearer = format!("Bearer {token}");
    let method = if path == "/oauth/userinfo" { "GET" } else { "POST" };
    world.send(method, path, &[("authorization", &bearer)], "").unwrap()
}

fn ok(answer: Outgoing) -> Outgoing {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

#[test]
fn an_api_token_costs_one_look_and_once_a_minute_a_note() {
    let (world, of) = counted();
    let user = Principal::User { id: "u1".into(), session: "s".into(), admin: false, impersonated_by: None };
    let made = world.call(&user, "createApiToken", r#"{"name": "n", "scopes": ["admin"]}"#).unwrap();
    let token = made.get("token").and_then(Value::as_str).unwrap();
    let verify = || wait(crate::tokens::verify(&world.authority, token)).unwrap();
    assert_eq!(cost(&of, verify).0, [2, 2, 1], "the first use");
    for _ in 0..5 {
        assert_eq!(cost(&of, verify).0, [1, 1, 0], "within the minute");
    }
    world.pass(60_000);
    assert_eq!(cost(&of, verify).0, [2, 2, 1], "a minute later");
    let list = || ok(bearer(&world, "/api/auth/listApiTokens", token));
    assert_eq!(cost(&of, list).0, [2, 2, 0], "verified, and the list");
}

#[test]
fn a_session_costs_one_look() {
    let (world, of) = counted();
    let cookie = signed_in(&world, "u1");
    let session = || ok(get(&world, &cookie, "/api/auth/get-session"));
    let (asked, answer) = cost(&of, session);
    assert_eq!(asked, [1, 1, 0], "just signed in");
    world.pass(60_000);
    assert_eq!(cost(&of, session).0, [2, 2, 1], "once a minute its use is noted");
    assert_eq!(cost(&of, session).0, [1, 1, 0]);
    world.pass(24 * 60 * 60 * 1000);
    assert_eq!(cost(&of, session).0, [3, 3, 2], "once a day it is prolonged");
    let told = members(&answer);
    let token = told.get("session").and_then(|session| session.get("token")).and_then(Value::as_str).unwrap();
    let operation = || ok(bearer(&world, "/api/auth/getSession", token));
    assert_eq!(cost(&of, operation).0, [1, 1, 0], "the operation, by the session's token");
    let body = format!(r#"{{"sessionId": "{token}"}}"#);
    let validate = || ok(world.send("POST", "/api/auth/validateWebSession", &[], &body).unwrap());
    assert_eq!(cost(&of, validate).0, [1, 1, 0]);
}

#[test]
fn tokens_cost_one_look_and_one_change() {
    let (world, of) = counted();
    let code = code(&world, &[("scope", "openid profile offline_access")]);
    let (asked, answer) = cost(&of, || ok(redeemed(&world, &code, &[])));
    assert_eq!(asked, [2, 6, 3], "code, user and key; then redeemed, guarded and granted");
    let refresh = tokens(&answer)["refresh_token"].clone();
    let (asked, answer) = cost(&of, || ok(refreshed(&world, &refresh, &[])));
    assert_eq!(asked, [2, 4, 1], "grant, user and key; then rotated");
    assert_eq!(cost(&of, || ok(refreshed(&world, &refresh, &[]))).0, [1, 3, 0], "asked for once more");
    let pairs = [("grant_type", "client_credentials"), ("client_id", "server"), ("client_secret", "secret")];
    assert_eq!(cost(&of, || ok(post(&world, "/oauth/token", &[], &pairs))).0, [1, 1, 0]);

    let tokens = tokens(&answer);
    let access = tokens["access_token"].as_str();
    assert_eq!(cost(&of, || ok(bearer(&world, "/oauth/userinfo", access))).0, [1, 3, 0]);
    let own =
        || wait(crate::oauth::access::verify(&world.authority, access, crate::oauth::access::Proof::None));
    assert_eq!(cost(&of, own).0, [1, 3, 0], "keys, revocation and user at one moment");
    let asking = |token| {
        let pairs = [("client_id", "https://api.example"), ("client_secret", "secret"), ("token", token)];
        ok(post(&world, "/oauth/introspect", &[], &pairs))
    };
    assert_eq!(cost(&of, || asking(access)).0, [1, 2, 0]);
    assert_eq!(cost(&of, || asking(&tokens["refresh_token"])).0, [1, 1, 0]);
}

#[test]
fn an_agents_session_costs_one_look() {
    let (world, of) = counted();
    let user = Principal::User { id: "u1".into(), session: "s".into(), admin: false, impersonated_by: None };
    let made = world.call(&user, "createSession", r#"{"agentId": "a", "ttl": 60}"#).unwrap();
    let body = format!(r#"{{"token": "{}"}}"#, made.get("token").and_then(Value::as_str).unwrap());
    let validate = || ok(world.send("POST", "/api/auth/validateSession", &[], &body).unwrap());
    assert_eq!(cost(&of, validate).0, [1, 1, 0]);
    let body = body.replace('}', r#", "ttl": 60}"#);
    let refresh = || ok(world.send("POST", "/api/auth/refreshSession", &[], &body).unwrap());
    assert_eq!(cost(&of, refresh).0, [1, 2, 2], "moved on, and guarded");
}

//! Sessions as their users and their users' servers see them.

use edgeward_core::{
    Code,
    json::{self, Value},
};

use super::DAY;
use crate::{
    Failure,
    context::Principal,
    http::Outgoing,
    operations::shape::Shape,
    testing::{START, World},
    users::User,
    web::{Remember, snapshot},
};

const TOKEN: &str = "__Secure-better-auth.session_token";
const DATA: &str = "__Secure-better-auth.session_data";

fn parsed(answer: &Outgoing) -> Value {
    json::parse(answer.body.as_bytes()).unwrap()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().into()
}

fn code(outcome: Result<Value, Failure>) -> Code {
    outcome.unwrap_err().code
}

fn key(world: &World, user: &Principal, scopes: &str, admin: bool) -> Principal {
    let made =
        world.call(user, "createApiToken", &format!(r#"{{"name": "n", "scopes": {scopes}}}"#)).unwrap();
    let scopes = edgeward_core::keys::scopes::Scopes::read(made.get("scopes").unwrap()).unwrap();
    Principal::Key { user: user.user().unwrap().into(), id: text(&made, "tokenId"), scopes, admin }
}

#[test]
fn a_server_begins_a_session_for_a_user_and_asks_about_it() {
    let world = World::new();
    let user = world.user("u1");
    let long = "Browser ".repeat(100);
    let arguments = format!(r#"{{"userId": "u1", "userAgent": "{long}", "ipAddress": "192.0.2.7"}}"#);
    let created = world.call(&user, "createWebSession", &arguments).unwrap();
    assert_eq!(created.get("expiresAt"), Some(&(START + 7 * DAY).into()));
    let secret = text(&created, "sessionId");
    let dump = world.memory.dump();
    assert!(
        dump.contains(r#""ip_address":"192.0.2.7""#)
            && dump.contains(&format!(r#""user_agent":"{}""#, &long[..512]))
    );
    assert!(!dump.contains(&secret));
    let validate = |secret: &str| {
        let arguments = format!(r#"{{"sessionId": "{secret}"}}"#);
        world.call(&Principal::Anonymous, "validateWebSession", &arguments).unwrap().to_text()
    };
    assert_eq!(
        validate(&secret),
        format!(r#"{{"expiresAt":{},"userId":"u1","valid":true}}"#, START + 7 * DAY)
    );
    let invalid = r#"{"expiresAt":null,"userId":null,"valid":false}"#;
    assert_eq!(validate("unknown"), invalid);
    let header = format!("Bearer {secret}");
    let send = || {
        world
            .send("POST", "/api/query", &[("authorization", &header)], r#"{"path":"auth:getSession"}"#)
            .unwrap()
    };
    assert!(send().body.contains(r#""id":"u1""#));
    world.pass(7 * DAY);
    assert_eq!(validate(&secret), invalid);
}

#[test]
fn a_session_of_somebody_else_is_begun_by_a_trusted_server_alone() {
    let world = World::new();
    let (user, _) = (world.user("u1"), world.user("u2"));
    let create = |by: &Principal, user: &str| {
        world.call(by, "createWebSession", &format!(r#"{{"userId": "{user}"}}"#))
    };
    let reader = key(&world, &user, r#"["skills:read"]"#, true);
    let everything = key(&world, &user, r#"["admin"]"#, false);
    let server = key(&world, &user, r#"["admin"]"#, true);
    assert!(create(&server, "u2").is_ok() && create(&everything, "u1").is_ok());
    assert_eq!(code(create(&server, "u3")), Code::UserNotFound);
    assert_eq!(code(create(&everything, "u2")), Code::NotPermitted);
    assert_eq!(code(create(&reader, "u1")), Code::InsufficientScope);
    assert_eq!(code(create(&user, "u2")), Code::NotPermitted);
    let admin = Principal::User { id: "u1".into(), session: "s".into(), admin: true, impersonated_by: None };
    assert_eq!(code(create(&admin, "u2")), Code::NotPermitted, "who acts as somebody leaves a trace");
    assert_eq!(code(create(&Principal::Anonymous, "u1")), Code::SessionMissing);
}

#[test]
fn no_two_sessions_of_many_have_one_token() {
    let world = World::new();
    world.user("u1");
    let request = crate::http::Incoming::default();
    let context = crate::context::Context::new(&world.authority, &request, Principal::Anonymous);
    let tokens: std::collections::BTreeSet<_> =
        (0..100_000).map(|_| context.random_text(32).unwrap()).collect();
    assert_eq!(tokens.len(), 100_000);
    let twice = world.call(&world.user("u2"), "createWebSession", r#"{"userId": "u2"}"#).unwrap();
    let again = crate::store::sql(
        "INSERT INTO edgeward_sessions SELECT 'x', hash, user_id, 1, NULL, NULL, NULL, 0, 0, 0, 1 FROM edgeward_sessions",
        [],
    );
    assert!(crate::testing::wait(world.authority.store.row(again)).is_err(), "{}", twice.to_text());
}

#[test]
fn getting_the_session_answers_200_also_to_nobody() {
    let world = World::new();
    world.user("u1");
    let nobody = world.send("GET", "/api/auth/get-session", &[], "").unwrap();
    assert_eq!((nobody.status, nobody.body.as_str()), (200, "null"));
    assert_eq!(nobody.header("cache-control"), Some("no-store"));
    let browser = world.browser("u1", Remember::Yes);
    let answer = browser.get("/api/auth/get-session");
    let session = parsed(&answer);
    let (session, user) = (session.get("session").unwrap(), session.get("user").unwrap());
    assert_eq!(text(session, "expiresAt"), "2026-11-28T12:00:00.000Z");
    assert_eq!(
        (text(session, "userAgent"), text(session, "ipAddress")),
        ("Browser/1".into(), "192.0.2.1".into())
    );
    assert!(browser.cookies.borrow()[TOKEN].starts_with(&text(session, "token")));
    assert_eq!(
        (text(user, "id"), text(user, "role"), text(user, "email")),
        ("u1".into(), "user".into(), String::new())
    );
    let header = format!("Bearer {}", text(session, "token"));
    let bearer = world.send("GET", "/api/auth/get-session", &[("authorization", &header)], "").unwrap();
    assert!(bearer.body.contains(r#""userId":"u1""#));
    let bad = world.send("GET", "/api/auth/get-session", &[("authorization", "Bearer nobody")], "").unwrap();
    assert_eq!((bad.status, bad.body.as_str()), (200, "null"));
    let post = browser.post("/api/auth/get-session", "");
    assert_eq!((post.status, post.header("allow")), (405, Some("GET")));
    world.pass(8 * DAY);
    assert_eq!(browser.get("/api/auth/get-session").body, "null");
    assert!(browser.cookies.borrow().is_empty(), "what is worthless is removed");
}

#[test]
fn a_session_slides_once_a_day_with_its_cookies() {
    let world =
        World::with(r#"{"issuer": "https://auth.example", "sessions": {"cookie_cache": {"max_age": 60}}}"#);
    world.user("u1");
    let browser = world.browser("u1", Remember::Yes);
    let cookies_of = |answer: &Outgoing| {
        answer
            .headers
            .iter()
            .filter(|(name, _)| *name == "set-cookie")
            .map(|(_, line)| line.clone())
            .collect::<Vec<_>>()
    };
    world.pass(DAY - 1);
    let answer = browser.get("/api/auth/get-session");
    assert_eq!(cookies_of(&answer).len(), 1, "the snapshot alone");
    world.pass(60_001);
    let unmoved = browser.get("/api/auth/get-session?disableRefresh=true");
    assert!(unmoved.body.contains(r#""expiresAt":"2026-11-28T12:00:00.000Z""#));
    let cookies = cookies_of(&browser.get("/api/auth/get-session?disableCookieCache=true"));
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0].starts_with(TOKEN) && cookies[0].contains("Max-Age=604800"));
    assert!(cookies[1].starts_with(DATA) && cookies[1].contains("Max-Age=60;"));
    assert!(browser.get("/api/auth/get-session").body.contains(r#""expiresAt":"2026-11-29T12:01:00.000Z""#));
}

#[test]
fn signing_out_succeeds_with_and_without_a_session() {
    let world = World::with(r#"{"issuer": "https://auth.example", "sessions": {"cookie_cache": {}}}"#);
    world.user("u1");
    for path in ["/api/auth/sign-out", "/api/auth/signOut"] {
        let browser = world.browser("u1", Remember::No);
        let before = browser.cookies.borrow().clone();
        assert_eq!(before.len(), 3);
        for _ in 0..2 {
            let answer = browser.post(path, "{}");
            assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true}"#));
            assert!(browser.cookies.borrow().is_empty());
        }
        let nobody = world.send("POST", path, &[], "").unwrap();
        assert_eq!((nobody.status, nobody.body.as_str()), (200, r#"{"success":true}"#));
        browser.cookies.replace(before);
        browser.cookies.borrow_mut().remove(DATA);
        assert_eq!(browser.get("/api/auth/get-session").body, "null");
    }
}

#[test]
fn a_bearer_signs_its_own_session_out() {
    let world = World::new();
    world.user("u1");
    let browser = world.browser("u1", Remember::Yes);
    let value = browser.cookies.borrow()[TOKEN].clone();
    let header = format!("Bearer {value}");
    let out = world.send("POST", "/api/auth/sign-out", &[("authorization", &header)], "").unwrap();
    assert_eq!(out.status, 200);
    assert_eq!(browser.get("/api/auth/get-session").body, "null");
}

#[test]
fn sessions_are_listed_with_their_browsers_and_revoked_one_by_one() {
    let world = World::new();
    world.user("u1");
    world.user("u2");
    let (one, two, other) = (
        world.browser("u1", Remember::Yes),
        world.browser("u1", Remember::Yes),
        world.browser("u2", Remember::Yes),
    );
    world.pass(120_000);
    let list = parsed(&one.post("/api/auth/listSessions", ""));
    let sessions = list.get("sessions").unwrap().as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let (own, others): (Vec<_>, Vec<_>) =
        sessions.iter().partition(|session| session.get("current") == Some(&true.into()));
    assert_eq!((own.len(), own[0].get("lastUsedAt")), (1, Some(&(START + 120_000).into())));
    assert_eq!(others[0].get("lastUsedAt"), Some(&START.into()));
    assert_eq!(text(others[0], "userAgent"), "Browser/1");
    let foreign = parsed(&other.post("/api/auth/listSessions", ""));
    let foreign = text(&foreign.get("sessions").unwrap().as_array().unwrap()[0], "id");
    for id in [&text(others[0], "id"), &foreign, "unknown"] {
        let answer = one.post("/api/auth/revokeSession", &format!(r#"{{"id": "{id}"}}"#));
        assert_eq!(answer.body, r#"{"success":true}"#);
    }
    assert_eq!(two.get("/api/auth/get-session").body, "null");
    assert_ne!(other.get("/api/auth/get-session").body, "null", "another user's session is left alone");
    let _ = one.post("/api/auth/revokeSession", &format!(r#"{{"id": "{}"}}"#, text(own[0], "id")));
    assert!(one.cookies.borrow().is_empty(), "whoever ends its own session is signed out");
}

#[test]
fn the_paths_of_better_auth_list_no_token_but_the_callers() {
    let world = World::new();
    world.user("u1");
    world.user("u2");
    let (one, two, three, other) = (
        world.browser("u1", Remember::Yes),
        world.browser("u1", Remember::Yes),
        world.browser("u1", Remember::Yes),
        world.browser("u2", Remember::Yes),
    );
    let token = |browser: &crate::testing::Browser<'_>| {
        browser.cookies.borrow()[TOKEN].split('.').next().unwrap().to_owned()
    };
    let list = one.get("/api/auth/list-sessions");
    let sessions = parsed(&list);
    assert_eq!(sessions.as_array().unwrap().len(), 3);
    assert!(list.body.contains(&token(&one)) && !list.body.contains(&token(&two)));
    let shown: Vec<_> = sessions.as_array().unwrap().iter().map(|session| text(session, "token")).collect();
    let shown = shown.iter().find(|shown| **shown != token(&one)).unwrap();
    for revoked in [shown, &token(&other), "unknown"] {
        let answer = one.post("/api/auth/revoke-session", &format!(r#"{{"token": "{revoked}"}}"#));
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":true}"#));
    }
    let alive =
        || [&one, &two, &three, &other].map(|browser| browser.get("/api/auth/get-session").body != "null");
    assert_eq!(alive().iter().filter(|alive| **alive).count(), 3);
    assert!(alive()[0] && alive()[3]);
    assert_eq!(one.post("/api/auth/revoke-other-sessions", "").body, r#"{"status":true}"#);
    assert_eq!(alive(), [true, false, false, true]);
    assert_eq!(one.post("/api/auth/revoke-sessions", "").body, r#"{"status":true}"#);
    assert_eq!(alive(), [false, false, false, true]);
    let refused = one.post("/api/auth/revoke-sessions", "");
    assert_eq!((refused.status, text(&parsed(&refused), "code")), (401, "UNAUTHORIZED".into()));
}

#[test]
fn the_list_wants_a_user_who_signed_in_lately() {
    let world = World::new();
    world.user("u1");
    let browser = world.browser("u1", Remember::Yes);
    world.pass(DAY - 1);
    assert_eq!(browser.get("/api/auth/list-sessions").status, 200);
    world.pass(1);
    let refused = browser.get("/api/auth/list-sessions");
    assert_eq!((refused.status, text(&parsed(&refused), "code")), (403, "SESSION_NOT_FRESH".into()));
    assert_eq!(browser.post("/api/auth/listSessions", "").status, 403);
    assert!(browser.post("/api/auth/getSession", "").body.contains(r#""fresh":false"#));
    let always = World::with(r#"{"issuer": "https://auth.example", "sessions": {"fresh_age": 0}}"#);
    always.user("u1");
    let browser = always.browser("u1", Remember::Yes);
    always.pass(3 * DAY);
    assert_eq!(browser.get("/api/auth/list-sessions").status, 200);
}

#[test]
fn a_change_that_comes_with_a_cookie_says_from_which_page() {
    let world = World::new();
    world.user("u1");
    let browser = world.browser("u1", Remember::Yes);
    for (headers, code) in [
        (vec![], "MISSING_OR_NULL_ORIGIN"),
        (vec![("origin", "null")], "MISSING_OR_NULL_ORIGIN"),
        (vec![("origin", "https://evil.example")], "INVALID_ORIGIN"),
    ] {
        let refused = browser.send("POST", "/api/auth/sign-out", &headers, "");
        assert_eq!((refused.status, text(&parsed(&refused), "code")), (403, code.into()));
        let refused = browser.send("POST", "/api/auth/signOut", &headers, "");
        assert_eq!((refused.status, text(&parsed(&refused), "error")), (403, code.to_ascii_lowercase()));
    }
    assert_ne!(browser.get("/api/auth/get-session").body, "null");
    let answer = browser.send("GET", "/api/auth/get-session", &[("origin", "https://evil.example")], "");
    assert!(
        answer.header("access-control-allow-origin").is_none() && answer.header("vary") == Some("origin")
    );
    let own = browser.send("GET", "/api/auth/get-session", &[("origin", "https://auth.example")], "");
    assert_eq!(own.header("access-control-allow-origin"), Some("https://auth.example"));
    assert_eq!(own.header("access-control-allow-credentials"), Some("true"));
}

#[test]
fn the_convex_protocol_knows_no_cookies() {
    let world = World::new();
    world.user("u1");
    let browser = world.browser("u1", Remember::Yes);
    let call = r#"{"path":"auth:getSession","args":[{}]}"#;
    let answer = browser.send("POST", "/api/query", &[("origin", "https://evil.example")], call);
    assert!(answer.body.contains(r#""session":null"#));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(answer.header("access-control-allow-credentials").is_none());
    let asked = world.send("OPTIONS", "/api/mutation", &[("origin", "https://evil.example")], "").unwrap();
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, Some("*")));
}

#[test]
fn a_session_goes_before_an_api_token() {
    let world = World::new();
    let user = world.user("u1");
    let made = world.call(&user, "createApiToken", r#"{"name": "n", "scopes": []}"#).unwrap();
    let key = text(&made, "token");
    let browser = world.browser("u1", Remember::Yes);
    let value = format!("Bearer {}", browser.cookies.borrow()[TOKEN]);
    let list =
        |headers: &[(&str, &str)]| world.send("POST", "/api/auth/listSessions", headers, "").unwrap().status;
    assert_eq!(list(&[("x-api-key", &key)]), 403, "a key has no sessions");
    assert_eq!(list(&[("authorization", &value), ("x-api-key", &key)]), 200);
    let with_cookie = [("x-api-key", key.as_str()), ("origin", "https://auth.example")];
    assert_eq!(browser.send("POST", "/api/auth/listSessions", &with_cookie, "").status, 200);
    let get = |headers: &[(&str, &str)]| world.send("POST", "/api/auth/getSession", headers, "").unwrap();
    for bad in [("authorization", "Bearer sk_nobody"), ("x-api-key", "sk_nobody")] {
        assert_eq!((get(&[bad]).status, get(&[bad]).body), (200, r#"{"session":null,"user":null}"#.into()));
        assert_eq!(list(&[bad]), 401);
    }
}

/// A world whose browsers carry a snapshot, and a browser in it.
fn cached(strategy: &str) -> World {
    let settings = format!(
        r#"{{"issuer": "https://auth.example", "sessions": {{"cookie_cache": {{"strategy": "{strategy}", "max_age": 600}}}}}}"#
    );
    let world = World::with(&settings);
    world.user("u1");
    world
}

#[test]
fn what_only_reads_believes_the_snapshot_and_what_changes_asks_the_store() {
    for strategy in ["compact", "jwt", "jwe"] {
        let world = cached(strategy);
        let browser = world.browser("u1", Remember::Yes);
        let end = crate::store::sql("DELETE FROM edgeward_sessions", []);
        crate::testing::wait(world.authority.store.row(end)).unwrap();
        assert!(browser.get("/api/auth/get-session").body.contains(r#""userId":"u1""#), "{strategy}");
        assert_eq!(browser.post("/api/auth/listApiTokens", "").status, 200);
        assert_eq!(browser.post("/api/auth/listSessions", "").status, 401);
        assert_eq!(browser.get("/api/auth/list-sessions").status, 401);
        assert_eq!(browser.post("/api/auth/revoke-sessions", "").status, 401);
        assert_eq!(browser.post("/api/auth/createApiToken", r#"{"name": "n", "scopes": []}"#).status, 401);
        assert_eq!(browser.get("/api/auth/get-session?disableCookieCache=true").body, "null");
    }
}

#[test]
fn a_snapshot_that_breaks_one_rule_is_passed_over() {
    let world = cached("jwt");
    let (one, two) = (world.browser("u1", Remember::Yes), world.browser("u1", Remember::Yes));
    let end = crate::store::sql("DELETE FROM edgeward_sessions", []);
    crate::testing::wait(world.authority.store.row(end)).unwrap();
    let good = one.cookies.borrow().clone();
    let read = |name: &str, value: &str| {
        one.cookies.replace(good.clone());
        one.cookies.borrow_mut().insert(name.into(), value.into());
        one.get("/api/auth/get-session").body
    };
    assert_ne!(read("other", "x"), "null");
    assert_eq!(read(DATA, &two.cookies.borrow()[DATA]), "null", "of another session");
    assert_eq!(read(DATA, &good[DATA][..good[DATA].len() - 1]), "null", "altered");
    assert_eq!(read(TOKEN, "x"), "null", "without its session");
    one.cookies.replace(good.clone());
    world.pass(600_000);
    assert_eq!(one.get("/api/auth/get-session").body, "null", "over");
    let other = World::with(
        r#"{"issuer": "https://auth.example", "sessions": {"cookie_cache": {"strategy": "jwt", "version": "2"}}}"#,
    );
    let browser = crate::testing::Browser::empty(&other);
    browser.cookies.replace(good);
    assert_eq!(browser.get("/api/auth/get-session").body, "null", "of another version");
}

#[test]
fn a_long_snapshot_is_cut_and_what_is_left_of_a_longer_one_is_removed() {
    let world = cached("compact");
    let name = |length: usize| {
        let set = crate::store::sql("UPDATE edgeward_users SET name = ?1", ["n".repeat(length).into()]);
        crate::testing::wait(world.authority.store.row(set)).unwrap();
    };
    name(20_000);
    let browser = world.browser("u1", Remember::Yes);
    let chunks = || browser.cookies.borrow().keys().filter(|name| name.starts_with(DATA)).count();
    assert!(chunks() >= 7, "{}", chunks());
    assert!(browser.cookies.borrow().iter().all(|(name, value)| name.len() + value.len() < 4000));
    assert!(browser.get("/api/auth/get-session").body.contains(&"n".repeat(20_000)));
    name(10);
    let answer = browser.get("/api/auth/get-session?disableCookieCache=true");
    let removed =
        answer.headers.iter().filter(|(name, line)| *name == "set-cookie" && line.contains("=; Max-Age=0;"));
    assert!(removed.count() >= 7 && chunks() == 1);
    name(40_000);
    let _ = browser.get("/api/auth/get-session?disableCookieCache=true");
    assert_eq!(chunks(), 0, "what no cookies hold is left to the store");
    assert!(browser.get("/api/auth/get-session").body.contains(&"n".repeat(40_000)));
}

#[test]
fn a_user_without_name_or_address_is_written_as_better_auth_wants_it() {
    let user = User {
        id: "u1".into(),
        name: None,
        email: None,
        email_verified: false,
        image: None,
        role: "user".into(),
        banned_until: None,
        created_at: edgeward_core::time::UnixMillis(0),
        updated_at: edgeward_core::time::UnixMillis(0),
    };
    let written = Value::Object(snapshot::user_members(&user)).to_text();
    assert!(
        written.contains(r#""email":"""#)
            && written.contains(r#""name":"""#)
            && written.contains(r#""image":null"#)
    );
    assert_eq!(().write(), Value::Null);
}

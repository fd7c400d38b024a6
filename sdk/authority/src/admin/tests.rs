//! Administration over a store in memory.

use edgeward_core::json::{self, Value};

use crate::{
    context::Principal,
    http::Outgoing,
    store::sql,
    testing::{Browser, World, wait},
    web::Remember,
};

const HOUR: i64 = 60 * 60 * 1000;

fn world(settings: &str) -> World {
    let world = World::with(&format!(r#"{{"issuer": "https://auth.example"{settings}}}"#));
    for user in ["admin", "other-admin", "user"] {
        world.user(user);
    }
    wait(
        world
            .authority
            .store
            .row(sql("UPDATE edgeward_users SET role = 'user, admin' WHERE id <> 'user'", [])),
    )
    .unwrap();
    world
}

/// The status and the code of a refusal, or `ok`.
fn outcome(answer: &Outgoing) -> (u16, String) {
    let body = json::parse(answer.body.as_bytes()).unwrap();
    let code = body.get("code").or(body.get("error")).and_then(Value::as_str).unwrap_or("ok");
    (answer.status, code.into())
}

/// Who is signed in, and who is behind it.
fn signed_in(browser: &Browser<'_>) -> (String, Option<String>) {
    let body = json::parse(browser.get("/api/auth/get-session").body.as_bytes()).unwrap();
    let member = |of: &str, name: &str| Some(body.get(of)?.get(name)?.as_str()?.to_owned());
    (member("user", "id").unwrap_or_default(), member("session", "impersonatedBy"))
}

fn impersonate(browser: &Browser<'_>, user: &str) -> (u16, String) {
    outcome(&browser.post("/api/auth/admin/impersonate-user", &format!(r#"{{"userId": "{user}"}}"#)))
}

#[test]
fn an_administrator_acts_as_a_user_and_comes_back() {
    let world = world("");
    let browser = world.browser("admin", Remember::Yes);
    let own = browser.cookies.borrow().clone();
    let answer = browser.post("/api/auth/admin/impersonate-user", r#"{"userId": "user"}"#);
    assert_eq!(answer.status, 200);
    let lines: Vec<_> =
        answer.headers.iter().filter(|(name, _)| *name == "set-cookie").map(|(_, line)| line).collect();
    assert!(lines[0].starts_with("__Secure-better-auth.session_token=") && !lines[0].contains("Max-Age"));
    let kept = lines.iter().find(|line| line.starts_with("__Secure-better-auth.admin_session=")).unwrap();
    assert!(kept.contains("HttpOnly; Secure; SameSite=Lax"));
    assert_eq!(signed_in(&browser), ("user".into(), Some("admin".into())));
    assert!(world.shared.log.borrow().iter().any(|line| line.contains("administrator admin acts as user")));
    let back = browser.post("/api/auth/admin/stop-impersonating", "");
    assert!(back.body.contains(r#""userId":"admin""#));
    assert_eq!(signed_in(&browser), ("admin".into(), None));
    assert_eq!(*browser.cookies.borrow(), own, "every cookie is as it was");
    assert_eq!(
        outcome(&browser.post("/api/auth/admin/stop-impersonating", "")),
        (400, "NOT_IMPERSONATING".into())
    );
}

#[test]
fn a_session_that_was_not_remembered_comes_back_as_one() {
    let world = world("");
    let browser = world.browser("admin", Remember::No);
    let own = browser.cookies.borrow().clone();
    let done = browser.post("/api/auth/impersonateUser", r#"{"userId": "user"}"#);
    assert!(done.body.contains(r#""userId":"user""#), "{}", done.body);
    assert_eq!(browser.post("/api/auth/stopImpersonating", "").body, r#"{"success":true}"#);
    assert_eq!(*browser.cookies.borrow(), own);
}

#[test]
fn it_is_over_after_an_hour() {
    let world = world("");
    let browser = world.browser("admin", Remember::Yes);
    assert_eq!(impersonate(&browser, "user").0, 200);
    world.pass(HOUR - 1);
    assert_eq!(signed_in(&browser).0, "user");
    world.pass(1);
    assert_eq!(signed_in(&browser).0, "");
}

#[test]
fn administrators_are_left_alone_unless_it_is_allowed() {
    let plain = world("");
    let browser = plain.browser("admin", Remember::Yes);
    assert_eq!(impersonate(&browser, "other-admin"), (403, "YOU_CANNOT_IMPERSONATE_ADMINS".into()));
    assert_eq!(impersonate(&browser, "nobody"), (404, "USER_NOT_FOUND".into()));
    let allowed = world(r#", "admin": {"impersonate_admins": true}"#);
    assert_eq!(impersonate(&allowed.browser("admin", Remember::Yes), "other-admin").0, 200);
}

#[test]
fn only_administrators_with_a_session_in_the_browser_act_as_others() {
    let world = world("");
    let user = world.browser("user", Remember::Yes);
    assert_eq!(impersonate(&user, "admin"), (403, "NOT_PERMITTED".into()));
    assert_eq!(impersonate(&Browser::empty(&world), "user"), (401, "UNAUTHORIZED".into()));
    let scopes = edgeward_core::keys::scopes::Scopes::read(&json::parse(b"[\"admin\"]").unwrap()).unwrap();
    let key = Principal::Key { user: "admin".into(), id: "k".into(), scopes, admin: true };
    let refused = world.call(&key, "impersonateUser", r#"{"userId": "user"}"#).unwrap_err();
    assert_eq!(refused.code, edgeward_core::Code::NotPermitted);
    let browser = world.browser("admin", Remember::Yes);
    assert_eq!(impersonate(&browser, "user").0, 200);
    assert_eq!(impersonate(&browser, "other-admin"), (403, "NOT_PERMITTED".into()), "nobody acts as two");
}

#[test]
fn who_acts_as_somebody_makes_nothing_that_outlives_it() {
    let world = world(r#", "admin": {"impersonate_admins": true}"#);
    let browser = world.browser("admin", Remember::Yes);
    let owner = world.browser("other-admin", Remember::Yes);
    assert_eq!(impersonate(&browser, "other-admin").0, 200);
    for (path, body) in [
        ("createApiToken", r#"{"name": "n", "scopes": []}"#),
        ("createSession", r#"{"agentId": "a", "ttl": 60}"#),
        ("createWebSession", r#"{"userId": "other-admin"}"#),
        ("revokeOtherSessions", ""),
    ] {
        let refused = outcome(&browser.post(&format!("/api/auth/{path}"), body));
        assert_eq!(refused, (403, "impersonation_forbidden".into()), "{path}");
    }
    for path in ["revoke-sessions", "revoke-other-sessions"] {
        let refused = outcome(&browser.post(&format!("/api/auth/{path}"), ""));
        assert_eq!(refused, (403, "IMPERSONATION_FORBIDDEN".into()), "{path}");
    }
    let ban = browser.post("/api/auth/admin/ban-user", r#"{"userId": "user"}"#);
    assert_eq!(outcome(&ban), (403, "NOT_PERMITTED".into()), "nor does it administer as an administrator");
    assert_eq!(browser.post("/api/auth/listApiTokens", "").status, 200);
    let list = owner.get("/api/auth/list-sessions").body;
    assert_eq!(list.matches("\"id\"").count(), 1, "the user does not see it");
}

#[test]
fn the_way_back_is_the_administrators_own() {
    let world = world("");
    let browser = world.browser("admin", Remember::Yes);
    assert_eq!(impersonate(&browser, "user").0, 200);
    let name = "__Secure-better-auth.admin_session";
    let good = browser.cookies.borrow()[name].clone();
    let other = world.browser("other-admin", Remember::Yes);
    assert_eq!(impersonate(&other, "user").0, 200);
    let foreign = other.cookies.borrow()[name].clone();
    for bad in ["", "x", &good[..good.len() - 4], &foreign] {
        browser.cookies.borrow_mut().insert(name.into(), bad.into());
        assert_eq!(browser.post("/api/auth/admin/stop-impersonating", "").status, 401, "{bad}");
        assert_eq!(signed_in(&browser).0, "user");
    }
    browser.cookies.borrow_mut().insert(name.into(), good);
    wait(world.authority.store.row(sql("DELETE FROM edgeward_sessions WHERE user_id = 'admin'", [])))
        .unwrap();
    assert_eq!(browser.post("/api/auth/admin/stop-impersonating", "").status, 401);
    assert_eq!(browser.post("/api/auth/sign-out", "").status, 200);
    assert!(browser.cookies.borrow().is_empty(), "the way back as well");
}

#[test]
fn who_is_banned_is_signed_out_everywhere_and_kept_out() {
    let world = world("");
    let admin = world.browser("admin", Remember::Yes);
    let user = world.browser("user", Remember::Yes);
    let agent = user.post("/api/auth/createSession", r#"{"agentId": "a", "ttl": 80000}"#);
    let agent = json::parse(agent.body.as_bytes()).unwrap();
    let agent = agent.get("token").and_then(Value::as_str).unwrap();
    let body = r#"{"userId": "user", "banReason": "spam", "banExpiresIn": 3600}"#;
    assert_eq!(admin.post("/api/auth/admin/ban-user", body).status, 200);
    assert_eq!(signed_in(&user).0, "");
    assert!(world.memory.dump().contains(r#""ban_reason":"spam""#));
    let create =
        || world.call(&key(), "createWebSession", r#"{"userId": "user"}"#).map_err(|failure| failure.code);
    assert_eq!(create().err(), Some(edgeward_core::Code::UserBanned));
    assert_eq!(impersonate(&admin, "user"), (403, "BANNED_USER".into()));
    world.pass(HOUR);
    assert!(create().is_ok(), "a ban that has run out clears itself");
    assert!(!world.memory.dump().contains("spam"));
    assert!(
        wait(crate::agents::verify(&world.authority, agent)).is_err(),
        "what was ended does not come back"
    );
}

fn key() -> Principal {
    let scopes = edgeward_core::keys::scopes::Scopes::read(&json::parse(b"[\"admin\"]").unwrap()).unwrap();
    Principal::Key { user: "admin".into(), id: "k".into(), scopes, admin: true }
}

#[test]
fn a_ban_is_for_good_until_it_is_lifted() {
    let world = world("");
    let call = |name: &str, user: &str| {
        let called = world.call(&key(), name, &format!(r#"{{"userId": "{user}"}}"#));
        called.map(|done| done.to_text()).map_err(|failure| failure.code.as_str())
    };
    assert_eq!(call("banUser", "user"), Ok(r#"{"success":true}"#.into()));
    world.pass(100 * 365 * 24 * HOUR);
    assert!(call("createWebSession", "user").is_err());
    assert_eq!(call("unbanUser", "user"), Ok(r#"{"success":true}"#.into()));
    assert!(call("createWebSession", "user").is_ok());
    assert_eq!(call("banUser", "admin"), Err("you_cannot_ban_yourself"));
    assert_eq!(
        (call("banUser", "nobody"), call("unbanUser", "nobody")),
        (Err("user_not_found"), Err("user_not_found"))
    );
    let user =
        Principal::User { id: "user".into(), session: "s".into(), admin: false, impersonated_by: None };
    assert!(world.call(&user, "banUser", r#"{"userId": "admin"}"#).is_err());
}

#[test]
fn banning_an_administrator_ends_what_it_does_as_others() {
    let world = world("");
    let browser = world.browser("other-admin", Remember::Yes);
    assert_eq!(impersonate(&browser, "user").0, 200);
    assert_eq!(world.call(&key(), "banUser", r#"{"userId": "other-admin"}"#).map(|_| ()), Ok(()));
    assert_eq!(signed_in(&browser).0, "");
}

//! What the client of GoTrue is told, over a store in memory. The client itself runs against the Worker in
//! `tests/authority/supabase.test.mjs`.

use edgeward_core::{
    json::{Map, Value},
    oauth::pkce::Verifier,
};

use crate::{
    http::Outgoing,
    providers::scripted::{SETTINGS, Script, members, parameter, text},
    store::sql,
    testing::{World, wait},
};

fn world() -> (World, Script) {
    let on = SETTINGS.replacen('{', r#"{"gotrue": {},"#, 1);
    let world = World::with(&on);
    let script = Script::within(&world);
    (world, script)
}

fn verifier(byte: u8) -> Verifier {
    Verifier::from_random(&[byte; 32])
}

/// Goes to the provider and back: where it ends.
fn returned(world: &World, challenge: &str, more: &str) -> String {
    let page = "https://app.example/done";
    let path = format!(
        "/auth/v1/authorize?provider=github&redirect_to={page}&code_challenge={challenge}&code_challenge_method=s256"
    );
    let begun = world.send("GET", &path, &[], "").unwrap();
    assert_eq!(begun.status, 302, "{}", begun.body);
    let cookie = begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let state = parameter(begun.header("location").unwrap(), "state").unwrap();
    let path = format!("/api/auth/callback/github?state={state}&{more}");
    let answer = world.send("GET", &path, &[("cookie", &cookie)], "").unwrap();
    assert!(!answer.headers.iter().any(|(_, value)| value.contains("session_token")));
    answer.header("location").unwrap().into()
}

fn post(world: &World, path: &str, body: &str) -> Outgoing {
    world.send("POST", &format!("/auth/v1/{path}"), &[], body).unwrap()
}

fn signed_in(world: &World) -> Map {
    let own = verifier(1);
    let code = parameter(&returned(world, &own.challenge(), "code=abc"), "code").unwrap();
    let answer = redeem(world, &code, own.expose());
    assert_eq!(answer.status, 200, "{}", answer.body);
    members(&answer.body)
}

fn redeem(world: &World, code: &str, verifier: &str) -> Outgoing {
    post(
        world,
        "token?grant_type=pkce",
        &format!(r#"{{"auth_code": "{code}", "code_verifier": "{verifier}"}}"#),
    )
}

fn refresh(world: &World, token: &str) -> Outgoing {
    post(world, "token?grant_type=refresh_token", &format!(r#"{{"refresh_token": "{token}"}}"#))
}

fn with(world: &World, session: &Map, method: &str, path: &str) -> Outgoing {
    let bearer = format!("Bearer {}", one(session, "access_token"));
    world.send(method, &format!("/auth/v1/{path}"), &[("authorization", &bearer)], "").unwrap()
}

fn one(session: &Map, name: &str) -> String {
    session.get(name).and_then(Value::as_str).unwrap().into()
}

/// Status and code of a refusal.
fn refused(answer: &Outgoing) -> (u16, String) {
    let body = members(&answer.body);
    assert_eq!(body.get("code").and_then(Value::as_i64), Some(i64::from(answer.status)));
    assert!(body.get("msg").is_some());
    (answer.status, one(&body, "error_code"))
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.into())
}

#[test]
fn it_is_nowhere_unless_it_is_configured() {
    assert!(World::new().send("GET", "/auth/v1/settings", &[], "").is_none());
    assert!(world().0.send("GET", "/auth/v2/settings", &[], "").is_none());
    let (world, _) = world();
    let answer = world.send("GET", "/auth/v1/settings", &[], "").unwrap();
    assert!(answer.body.contains(r#""github":true"#) && answer.body.contains(r#""email":false"#));
}

#[test]
fn a_session_has_what_its_client_reads() {
    let (world, _) = world();
    let session = signed_in(&world);
    let user = session.get("user").unwrap();
    assert_eq!(one(&session, "token_type"), "bearer");
    assert_eq!(session.get("expires_in").and_then(Value::as_i64), Some(3600));
    assert_eq!(session.get("expires_at").and_then(Value::as_i64), Some(crate::testing::START / 1000 + 3600));
    assert_eq!(text(user, "email"), "octocat@github.example");
    assert_eq!(text(user.get("app_metadata").unwrap(), "provider"), "github");
    assert_eq!(text(user.get("user_metadata").unwrap(), "full_name"), "Mona Octocat");
    assert_eq!(text(user, "last_sign_in_at"), "2026-11-21T12:00:00.000Z");
    let again = with(&world, &session, "GET", "user");
    assert_eq!((again.status, again.body), (200, user.to_text()));
    for name in ["access_token", "refresh_token"] {
        assert!(!world.memory.dump().contains(&one(&session, name)), "{name} is in the store");
    }
}

#[test]
fn a_code_is_for_who_has_the_verifier_and_says_what_is_wrong() {
    let (world, _) = world();
    let (own, other) = (verifier(1), verifier(2));
    let code = parameter(&returned(&world, &own.challenge(), "code=abc"), "code").unwrap();
    assert_eq!(refused(&redeem(&world, &code, other.expose())), is(400, "bad_code_verifier"));
    assert_eq!(refused(&redeem(&world, &code, "short")), is(400, "bad_code_verifier"));
    assert_eq!(refused(&redeem(&world, "unknown", own.expose())), is(404, "flow_state_not_found"));
    assert_eq!(refused(&redeem(&world, "", own.expose())), is(400, "validation_failed"));
    assert_eq!(redeem(&world, &code, own.expose()).status, 200);
    assert_eq!(refused(&redeem(&world, &code, own.expose())), is(404, "flow_state_not_found"));
    let late = parameter(&returned(&world, &own.challenge(), "code=abc"), "code").unwrap();
    world.pass(120_001);
    assert_eq!(refused(&redeem(&world, &late, own.expose())), is(422, "flow_state_expired"));
}

#[test]
fn without_a_verifier_there_is_no_way_to_a_provider() {
    let (world, _) = world();
    let own = verifier(1).challenge();
    for query in [
        "provider=github",
        &format!("provider=github&code_challenge={own}&code_challenge_method=plain"),
        &format!("provider=github&code_challenge={own}"),
        "provider=github&code_challenge=short&code_challenge_method=s256",
        &format!("provider=nobody&code_challenge={own}&code_challenge_method=s256"),
        &format!(
            "provider=github&code_challenge={own}&code_challenge_method=S256&redirect_to=https://evil.example/"
        ),
        &format!("provider=github&provider=slack&code_challenge={own}&code_challenge_method=S256"),
    ] {
        let answer = world.send("GET", &format!("/auth/v1/authorize?{query}"), &[], "").unwrap();
        assert_eq!(refused(&answer), is(400, "validation_failed"), "{query}");
    }
}

#[test]
fn a_sign_in_that_fails_comes_back_in_the_clients_words() {
    let (world, _) = world();
    let url = returned(&world, &verifier(1).challenge(), "error=access_denied");
    assert_eq!(parameter(&url, "error_code").as_deref(), Some("access_denied"));
    assert!(parameter(&url, "error_description").is_some() && parameter(&url, "code").is_none(), "{url}");
}

#[test]
fn a_refresh_token_moves_on_and_a_stolen_one_ends_the_session() {
    let (world, _) = world();
    let first = signed_in(&world);
    let answer = refresh(&world, &one(&first, "refresh_token"));
    let second = members(&answer.body);
    assert_ne!(one(&second, "access_token"), one(&first, "access_token"));
    assert_ne!(one(&second, "refresh_token"), one(&first, "refresh_token"));
    let used = || {
        let row = wait(world.authority.store.row(sql("SELECT last_used_at FROM edgeward_sessions", [])));
        row.unwrap().unwrap().instant("last_used_at").unwrap().0
    };
    assert_eq!(used(), crate::testing::START);
    // Its answer was lost: the same token once more.
    let again = members(&refresh(&world, &one(&first, "refresh_token")).body);
    assert_eq!(one(&again, "refresh_token"), one(&second, "refresh_token"));
    world.pass(60_000);
    let third = members(&refresh(&world, &one(&second, "refresh_token")).body);
    world.pass(11_000);
    assert_eq!(used(), crate::testing::START + 60_000);
    let stolen = refresh(&world, &one(&first, "refresh_token"));
    assert_eq!(refused(&stolen), is(400, "refresh_token_already_used"));
    assert_eq!(refused(&refresh(&world, &one(&third, "refresh_token"))), is(400, "refresh_token_not_found"));
    assert_eq!(refused(&with(&world, &third, "GET", "user")), is(403, "session_not_found"));
    let sessions = wait(world.authority.store.rows(sql("SELECT id FROM edgeward_sessions", []))).unwrap();
    assert_eq!(sessions.len(), 0);
}

#[test]
fn a_store_that_fails_at_any_statement_leaves_what_was_asked_with_good() {
    let outage = is(503, "unexpected_failure");
    for after in 0..16 {
        let (world, _) = world();
        let failing = |on: bool| *world.memory.fails_after.borrow_mut() = on.then_some(after);
        let own = verifier(1);
        let code = parameter(&returned(&world, &own.challenge(), "code=abc"), "code").unwrap();
        failing(true);
        let first = redeem(&world, &code, own.expose());
        failing(false);
        // Either the session is there, or the code still is.
        let session = match first.status {
            200 => members(&first.body),
            _ => {
                assert_eq!(refused(&first), outage, "{after}");
                members(&redeem(&world, &code, own.expose()).body)
            }
        };
        failing(true);
        let answer = refresh(&world, &one(&session, "refresh_token"));
        failing(false);
        if answer.status != 200 {
            assert_eq!(refused(&answer), outage, "{after}");
            assert!(answer.header("retry-after").is_some());
        }
        assert_eq!(refresh(&world, &one(&session, "refresh_token")).status, 200, "{after}");
        failing(true);
        let ended = with(&world, &session, "POST", "logout?scope=local").status;
        failing(false);
        assert_eq!(with(&world, &session, "GET", "user").status == 200, ended != 204, "{after}");
    }
}

#[test]
fn a_token_that_is_not_good_has_its_own_code() {
    let (world, _) = world();
    let session = signed_in(&world);
    let token = one(&session, "refresh_token");
    for wrong in ["nothing", &token.replace("rt_", "rt_x"), &format!("{token}x")] {
        assert_eq!(refused(&refresh(&world, wrong)), is(400, "refresh_token_not_found"), "{wrong}");
    }
    assert_eq!(refused(&refresh(&world, "")), is(400, "validation_failed"));
    assert_eq!(refused(&post(&world, "token?grant_type=refresh_token", "{")), is(400, "bad_json"));
    let user = |header: &str| {
        let headers: &[_] = if header.is_empty() { &[] } else { &[("authorization", header)] };
        refused(&world.send("GET", "/auth/v1/user", headers, "").unwrap())
    };
    assert_eq!(user(""), is(401, "no_authorization"));
    assert_eq!(user("Basic eA"), is(401, "no_authorization"));
    assert_eq!(user("Bearer a.b.c"), is(403, "bad_jwt"));
    assert_eq!(user(&format!("Bearer {}x", one(&session, "access_token"))), is(403, "bad_jwt"));
    world.pass(3_600_001);
    assert_eq!(refused(&with(&world, &session, "GET", "user")), is(403, "bad_jwt"));
    world.pass(30 * 86_400_000);
    assert_eq!(refused(&refresh(&world, &token)), is(400, "session_expired"));
}

#[test]
fn an_ending_has_a_scope() {
    let (world, _) = world();
    let [one_, two, three] = [(); 3].map(|()| signed_in(&world));
    let good = |session: &Map| with(&world, session, "GET", "user").status == 200;
    assert_eq!(refused(&with(&world, &one_, "POST", "logout?scope=some")), is(400, "validation_failed"));
    assert_eq!(with(&world, &one_, "POST", "logout?scope=local").status, 204);
    assert_eq!([&one_, &two, &three].map(good), [false, true, true]);
    assert_eq!(refused(&with(&world, &one_, "POST", "logout?scope=global")), is(403, "session_not_found"));
    assert_eq!(with(&world, &two, "POST", "logout?scope=others").status, 204);
    assert_eq!([&one_, &two, &three].map(good), [false, true, false]);
    let four = signed_in(&world);
    assert_eq!(with(&world, &four, "POST", "logout").status, 204);
    assert_eq!([&two, &four].map(good), [false, false]);
    for session in [&one_, &two, &three, &four] {
        assert_eq!(
            refused(&refresh(&world, &one(session, "refresh_token"))),
            is(400, "refresh_token_not_found")
        );
    }
}

#[test]
fn who_is_banned_or_gone_has_no_session() {
    let (world, _) = world();
    let session = signed_in(&world);
    let banned = |until: Option<i64>| {
        let change = sql("UPDATE edgeward_users SET banned_until = ?1", [until.into()]);
        wait(world.authority.store.row(change)).unwrap();
    };
    banned(Some(i64::MAX));
    assert_eq!(refused(&with(&world, &session, "GET", "user")), is(403, "user_banned"));
    assert_eq!(refused(&refresh(&world, &one(&session, "refresh_token"))), is(400, "user_banned"));
    banned(None);
    assert_eq!(with(&world, &session, "GET", "user").status, 200);
    wait(world.authority.store.row(sql("DELETE FROM edgeward_users", []))).unwrap();
    assert_eq!(refused(&with(&world, &session, "GET", "user")), is(403, "user_not_found"));
    assert_eq!(
        refused(&refresh(&world, &one(&session, "refresh_token"))),
        is(400, "refresh_token_not_found")
    );
}

#[test]
fn its_tokens_and_those_of_the_authorization_server_are_not_each_others() {
    let (world, _) = world();
    let session = signed_in(&world);
    let bearer = format!("Bearer {}", one(&session, "access_token"));
    let own = world.send("POST", "/api/auth/listApiTokens", &[("authorization", &bearer)], "{}").unwrap();
    assert_eq!(own.status, 401, "{}", own.body);
    let body = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={}",
        super::sessions::CLIENT,
        one(&session, "refresh_token")
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = world.send("POST", "/oauth/token", &form, &body).unwrap();
    assert_eq!(text(&Value::Object(members(&answer.body)), "error"), "invalid_client");
}

#[test]
fn other_ways_to_sign_in_are_refused_in_its_words() {
    let (world, _) = world();
    for (path, body, status, code) in [
        (
            "token?grant_type=password",
            r#"{"email": "a@b.example", "password": "x"}"#,
            422,
            "email_provider_disabled",
        ),
        ("token?grant_type=password", r#"{"phone": "1", "password": "x"}"#, 422, "phone_provider_disabled"),
        ("token?grant_type=password", "{}", 400, "validation_failed"),
        ("token?grant_type=id_token", r#"{"id_token": "x"}"#, 400, "provider_disabled"),
        ("token?grant_type=web3", "{}", 422, "web3_provider_disabled"),
        ("token?grant_type=x", "{}", 400, "invalid_credentials"),
        ("otp", r#"{"email": "a@b.example"}"#, 422, "email_provider_disabled"),
        ("signup", r#"{"data": {}}"#, 422, "anonymous_provider_disabled"),
        ("factors", "{}", 404, "validation_failed"),
        ("user", "{}", 405, "validation_failed"),
    ] {
        assert_eq!(refused(&post(&world, path, body)), is(status, code), "{path} {body}");
    }
}

#[test]
fn refusals_have_the_form_that_is_asked_for() {
    let (world, _) = world();
    for (version, is_new) in [("2024-01-01", true), ("2023-12-31", false)] {
        let headers = [("x-supabase-api-version", version)];
        let answer = world.send("GET", "/auth/v1/user", &headers, "").unwrap();
        let body = members(&answer.body);
        assert_eq!(body.get("error_code").is_none(), is_new);
        assert_eq!(answer.header("x-supabase-api-version").is_some(), is_new);
        if is_new {
            assert_eq!(one(&body, "code"), "no_authorization");
            assert!(body.get("message").is_some());
        }
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn too_many_requests_have_to_wait() {
    let (world, _) = world();
    for _ in 0..150 {
        assert_eq!(refused(&refresh(&world, "x")), is(400, "refresh_token_not_found"));
    }
    let answer = refresh(&world, "x");
    assert_eq!(refused(&answer), is(429, "over_request_rate_limit"));
    assert!(answer.header("retry-after").is_some());
}

//! The way there and back, and every way to lose it.

use super::browser::{begin, call, cookies, error, get, location, session, signed_in};
use crate::{
    providers::scripted::{Script, parameter, sent},
    signin::redirect,
    testing::World,
};

const TOKEN: &str = "https://github.com/login/oauth/access_token";

#[test]
fn a_browser_is_sent_to_the_provider_with_a_cookie_of_its_own() {
    let (world, _) = Script::world();
    let begun = begin(&world, "github", "?redirectTo=/home");
    let value = |name| parameter(&begun.url, name).unwrap();
    assert!(begun.url.starts_with("https://github.com/login/oauth/authorize?"));
    assert_eq!(value("redirect_uri"), "https://auth.example/api/auth/callback/github");
    assert_eq!(value("scope"), "read:user user:email public_repo");
    assert_eq!((value("code_challenge").len(), value("code_challenge_method")), (43, "S256".into()));
    assert_eq!(value("nonce").len(), 43);
    let (name, rest) = begun.line.split_once('=').unwrap();
    assert_eq!(name, format!("__Host-edgeward.sign-in.{}", &begun.state[..16]));
    assert!(rest.ends_with("; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax"), "{rest}");
    assert!(!world.memory.dump().contains(&begun.state));
}

#[test]
fn it_comes_back_signed_in_where_it_wanted_to() {
    let (world, _) = Script::world();
    let begun = begin(&world, "github", "?redirectTo=/home%3Fa%3D1");
    let answer = begun.back(&world, "github", "code=abc");
    assert_eq!(location(&answer), "https://auth.example/home?a=1");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let cleared = cookies(&answer).into_iter().find(|(name, _)| begun.line.starts_with(name)).unwrap();
    assert_eq!(cleared.1, "");
    let cookie = session(&answer).unwrap();
    let accounts = call(&world, &cookie, "listAccounts", "{}").body;
    assert!(accounts.contains(r#""accountId":"583231""#), "{accounts}");
    let dump = world.memory.dump();
    assert!(dump.contains("octocat@github.example") && dump.contains("Mona Octocat"));
    for credential in
        ["gho_16C7", "16C7e42F292c6912E7710c838347Ae178B4a", &begun.state, cookie.split_once('=').unwrap().1]
    {
        assert!(!dump.contains(credential), "{credential}");
    }
}

#[test]
fn each_violation_has_its_word_and_uses_nothing_up() {
    let (world, _) = Script::world();
    let (begun, other) = (begin(&world, "github", "?redirectTo=/home"), begin(&world, "github", ""));
    let path = format!("/api/auth/callback/github?state={}&code=abc", begun.state);
    let word = |path: &str, cookie: &str| {
        let answer = get(&world, path, cookie);
        assert!(session(&answer).is_none());
        error(&answer).unwrap()
    };
    assert_eq!(word("/api/auth/callback/github?code=abc", &begun.cookie), "state_not_found");
    assert_eq!(
        word("/api/auth/callback/github?code=abc&state=x", &begun.cookie),
        "please_restart_the_process"
    );
    assert_eq!(
        word(&path.replace("callback/github", "callback/slack"), &begun.cookie),
        "please_restart_the_process"
    );
    // Somebody else's browser, and one with a cookie of another sign-in under this one's name.
    assert_eq!(word(&path, ""), "state_mismatch");
    assert_eq!(word(&path, &other.cookie), "state_mismatch");
    let (name, _) = begun.cookie.split_once('=').unwrap();
    let (_, value) = other.cookie.split_once('=').unwrap();
    assert_eq!(word(&path, &format!("{name}={value}")), "state_mismatch");
    assert_eq!(word(&path, &format!("{}; {}", begun.cookie, begun.cookie)), "state_mismatch");
    assert_eq!(word(&format!("{path}&state={}", begun.state), &begun.cookie), "state_mismatch");
    assert_eq!(word(&path.replace("&code=abc", ""), &begun.cookie), "no_code");
    assert_eq!(word(&format!("{path}&iss=https://evil.example"), &begun.cookie), "issuer_mismatch");
    // A stranger is not told where this one wanted to go.
    assert!(!location(&get(&world, &path, "")).contains("/home"));
    assert!(sent(&world, TOKEN).is_empty());
    // It is still good, once.
    assert!(error(&begun.back(&world, "github", "code=abc")).is_none());
    assert_eq!(
        error(&begun.back(&world, "github", "code=abc")).as_deref(),
        Some("please_restart_the_process")
    );
    world.pass(600_001);
    assert_eq!(
        error(&other.back(&world, "github", "code=abc")).as_deref(),
        Some("please_restart_the_process")
    );
}

#[test]
fn what_the_provider_says_ends_where_the_browser_wanted_to() {
    let (world, script) = Script::world();
    let word = |more: &str| {
        let answer = begin(&world, "github", "?redirectTo=/home?x=1%23top").back(&world, "github", more);
        let url = location(&answer);
        let word = error(&answer).unwrap();
        assert_eq!(url, format!("https://auth.example/home?x=1&error={word}#top"));
        word
    };
    assert_eq!(word("error=access_denied&error_description=no"), "access_denied");
    assert_eq!(word("error=application_suspended"), "oauth_provider_error");
    script.says("GET https://api.github.com/user", 403, r#"{"message":"Forbidden"}"#);
    assert_eq!(word("code=abc"), "unable_to_get_user_info");
    script.says("GET https://api.github.com/user", 200, r#"{"login":"octocat"}"#);
    assert_eq!(word("code=abc"), "unable_to_get_user_info");
    script.says(&format!("POST {TOKEN}"), 200, r#"{"error":"bad_verification_code"}"#);
    assert_eq!(word("code=abc"), "invalid_code");
    script.says(&format!("POST {TOKEN}"), 500, "");
    assert_eq!(word("code=abc"), "server_unavailable");
}

#[test]
fn a_posted_callback_works_and_its_cookie_crosses_sites() {
    let (world, _) = Script::world();
    let begun = begin(&world, "github", "");
    let form = format!("state={}&code=abc", begun.state);
    let headers = [("cookie", begun.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let answer = world.send("POST", "/api/auth/callback/github", &headers, &form).unwrap();
    assert_eq!((answer.status, error(&answer)), (303, None));
    assert!(session(&answer).is_some());
    let json = [("cookie", begun.cookie.as_str()), ("content-type", "application/json")];
    let answer = world.send("POST", "/api/auth/callback/github", &json, &form).unwrap();
    assert_eq!(error(&answer).as_deref(), Some("state_not_found"));
    let (world, _) = super::tokens::apple();
    let begun = begin(&world, "apple", "");
    assert_eq!(parameter(&begun.url, "response_mode").unwrap(), "form_post");
    assert!(begun.line.ends_with("; HttpOnly; Secure; SameSite=None; Partitioned"), "{}", begun.line);
}

#[test]
fn nobody_is_sent_to_strangers() {
    let (world, _) = Script::world();
    for good in ["/", "/home", "/a/b?c=//d#e", "?x=1", "https://auth.example/x", "https://app.example/y#/z"] {
        assert!(redirect::checked(&world.authority, Some(good)).is_ok(), "{good}");
    }
    for odd in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2fevil.example",
        "/%2Fevil.example",
        "/x/%2f%2Fevil.example",
        "/%5cevil.example",
        "/x%5C",
        "/a//b",
        "/\tevil",
        "/\n",
        "/ü",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://evil.example",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "https://evil.example\\@app.example",
        "http://app.example/",
        "https:app.example",
        "app.example",
        "",
        "#x",
    ] {
        let query = format!("?{}", edgeward_core::oauth::form::encode(&[("redirectTo", odd)]));
        assert_eq!(get(&world, &format!("/api/auth/signin/github{query}"), "").status, 403, "{odd}");
    }
    assert_eq!(
        redirect::with("https://a.example/p?code=1&x=%20&error#f", &[("code", "2"), ("error", "e")]),
        "https://a.example/p?x=%20&code=2&error=e#f"
    );
}

#[test]
fn methods_providers_and_parameters_that_nobody_knows_are_refused() {
    let (world, _) = Script::world();
    let status = |method: &str, path: &str| world.send(method, path, &[], "").unwrap().status;
    assert_eq!(status("GET", "/api/auth/signin/nobody"), 404);
    assert_eq!(status("GET", "/api/auth/callback/nobody?state=x"), 404);
    assert_eq!(status("POST", "/api/auth/signin/github"), 405);
    assert_eq!(status("DELETE", "/api/auth/callback/github"), 405);
    assert_eq!(status("GET", "/api/auth/pat-signin"), 405);
    assert_eq!(status("GET", "/api/auth/signin/github?redirectTo=/a&redirectTo=/b"), 400);
    assert_eq!(status("GET", "/api/auth/signin/github?challenge=short"), 400);
}

#[test]
fn sixty_sign_ins_may_begin_in_a_minute() {
    let (world, _) = Script::world();
    let begin = || get(&world, "/api/auth/signin/github", "").status;
    assert!((0..60).all(|_| begin() == 302));
    assert_eq!(begin(), 429);
    world.pass(1_000);
    assert_eq!(begin(), 302);
}

#[test]
fn signing_in_again_takes_the_place_of_the_session_that_the_browser_had() {
    let (world, _) = Script::world();
    let before = signed_in(&world, "github");
    let begun = begin(&world, "github", "");
    let both = format!("{}; {before}", begun.cookie);
    let path = format!("/api/auth/callback/github?state={}&code=abc", begun.state);
    let after = session(&get(&world, &path, &both)).unwrap();
    assert_eq!(call(&world, &before, "listAccounts", "{}").status, 401);
    assert_eq!(call(&world, &after, "listAccounts", "{}").status, 200);
}

/// A world in which a provider cannot be reached at first.
#[test]
fn a_provider_that_cannot_be_reached_is_said_to_be_so() {
    let world = World::new();
    assert_eq!(get(&world, "/api/auth/signin/acme", "").status, 503);
    Script::within(&world);
    assert_eq!(get(&world, "/api/auth/signin/acme", "").status, 302);
}

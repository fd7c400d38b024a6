//! Signing in with a personal access token.

use super::browser::{call, session, signed_in};
use crate::{
    http::Outgoing,
    providers::scripted::{GITHUB_USER, Script},
    testing::{World, wait},
    vault::{self, Purpose},
};

const PAT: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

fn send(world: &World, body: &str) -> Outgoing {
    let headers = [("content-type", "application/json"), ("origin", "https://auth.example")];
    world.send("POST", "/api/auth/pat-signin", &headers, body).unwrap()
}

fn pat() -> String {
    format!(r#"{{"pat": "{PAT}"}}"#)
}

fn with_scopes(script: &Script, scopes: &str) {
    script.says_with("GET https://api.github.com/user", 200, &[("x-oauth-scopes", scopes)], GITHUB_USER);
}

#[test]
fn a_good_token_signs_in_and_is_kept_sealed_with_its_scopes() {
    let (world, script) = Script::world();
    with_scopes(&script, "repo, user:email");
    let answer = send(&world, &pat());
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true}"#));
    let cookie = session(&answer).unwrap();
    assert_eq!(call(&world, &cookie, "userScopes", "{}").body, r#"{"scopes":["repo","user:email"]}"#);
    assert!(!world.memory.dump().contains(PAT) && !world.memory.dump().contains(&PAT[10..]));
    let row = wait(
        world.authority.store.row(crate::store::sql("SELECT access_token FROM edgeward_connections", [])),
    );
    let sealed = row.unwrap().unwrap().text("access_token").unwrap();
    assert_eq!(vault::open_text(&world.authority, Purpose::ProviderToken, &sealed).unwrap(), PAT);
    // It is the user's own to take back.
    assert_eq!(call(&world, &cookie, "revokeOAuth", r#"{"provider": "github"}"#).status, 200);
    assert!(world.shared.sent.borrow().iter().all(|request| request.method.as_str() != "DELETE"));
}

#[test]
fn it_is_the_same_user_as_the_account_and_takes_its_token_over() {
    let (world, script) = Script::world();
    let before = signed_in(&world, "github");
    with_scopes(&script, "gist");
    script.says(
        "GET https://api.github.com/user/emails",
        200,
        r#"[{"email":"other@x.example","verified":true,"primary":true}]"#,
    );
    let cookie = session(&send(&world, &pat())).unwrap();
    let accounts = |cookie: &str| call(&world, cookie, "listAccounts", "{}").body;
    assert_eq!(accounts(&cookie), accounts(&before));
    assert_eq!(call(&world, &cookie, "userScopes", "{}").body, r#"{"scopes":["gist"]}"#);
}

#[test]
fn what_is_wrong_is_said_in_words() {
    let said = |body: &str, prepare: &dyn Fn(&Script)| {
        let (world, script) = Script::world();
        prepare(&script);
        let answer = send(&world, body);
        assert!(session(&answer).is_none());
        let error = crate::providers::scripted::members(&answer.body)
            .get("error")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        (answer.status, error)
    };
    for body in [r#"{"pat": ""}"#, r#"{"pat": "  "}"#, "{}", r#"{"pat": 1}"#] {
        assert_eq!(said(body, &|_| ()), (400, "Token is required".into()), "{body}");
    }
    let invalid = (401, "Invalid GitHub token".to_owned());
    for status in [401, 403, 404] {
        let refuses = move |script: &Script| {
            script.says("GET https://api.github.com/user", status, r#"{"message":"Bad credentials"}"#);
        };
        assert_eq!(said(&pat(), &refuses), invalid, "{status}");
    }
    assert_eq!(said("{\"pat\": \"ghp_a\\nb\"}", &|_| ()), invalid);
    let hidden = |script: &Script| script.says("GET https://api.github.com/user/emails", 404, "{}");
    let words = "Could not determine your GitHub email. Ensure the token has the user:email scope.";
    assert_eq!(said(&pat(), &hidden), (400, words.into()));
    // An outage of GitHub's is none of the token's.
    let out = |script: &Script| script.says("GET https://api.github.com/user", 502, "");
    assert_eq!(said(&pat(), &out).0, 503);
}

#[test]
fn the_sixth_attempt_in_a_minute_has_to_wait() {
    let (world, script) = Script::world();
    script.says("GET https://api.github.com/user", 401, "{}");
    assert!((0..5).all(|_| send(&world, &pat()).status == 401));
    let sixth = send(&world, &pat());
    assert_eq!(
        (sixth.status, sixth.header("x-retry-after"), sixth.header("retry-after")),
        (429, Some("12"), Some("12"))
    );
    world.pass(12_000);
    assert_eq!(send(&world, &pat()).status, 401);
}

#[test]
fn a_page_that_is_not_trusted_signs_nobody_in() {
    let (world, _) = Script::world();
    let headers = [("origin", "https://evil.example")];
    let answer = world.send("POST", "/api/auth/pat-signin", &headers, &pat()).unwrap();
    assert_eq!((answer.status, session(&answer)), (403, None));
    assert!(world.shared.sent.borrow().is_empty());
}

#[test]
fn a_token_that_an_application_was_given_is_nobodys_to_sign_in_with() {
    let (world, script) = Script::world();
    with_scopes(&script, "user:email");
    for prefix in ["gho_", "ghu_", "ghs_", "ghr_", "", "xghp_", "GHP_"] {
        let answer = send(&world, &pat().replace("ghp_", prefix));
        assert_eq!(answer.status, 401, "{prefix}");
        world.pass(60_000);
    }
    assert!(world.shared.sent.borrow().is_empty(), "nobody is asked about it");
    assert_eq!(send(&world, &pat().replace("ghp_", "github_pat_")).status, 200);
}

//! Connections over a store in memory, with providers that answer as they are documented to.

use edgeward_core::{Code, json::Value};
use futures::future::join_all;

use super::{Needed, token};
use crate::{
    Failure,
    context::{Context, Principal},
    http::Incoming,
    operations::shape::Text,
    providers::scripted::{GITHUB_TOKEN, SLACK_TOKEN, Script, parameter, sent, text},
    testing::{START, World, wait},
    vault::{self, Purpose},
};

const TOKEN: &str = "https://github.com/login/oauth/access_token";

fn initiated(world: &World, by: &Principal, provider: &str, scopes: &str) -> (String, String) {
    let arguments = format!(
        r#"{{"provider": "{provider}", "scopes": {scopes}, "redirectUri": "https://hubify.com/callback"}}"#
    );
    let answer = world.call(by, "initiateOAuth", &arguments).unwrap();
    (text(&answer, "authUrl"), text(&answer, "state"))
}

fn complete(
    world: &World,
    by: &Principal,
    provider: &str,
    state: &str,
    more: &str,
) -> Result<Value, Failure> {
    let arguments = format!(r#"{{"provider": "{provider}", "code": "abc", "state": "{state}"{more}}}"#);
    world.call(by, "completeOAuth", &arguments)
}

fn connected(world: &World, by: &Principal, provider: &str) -> Value {
    let (_, state) = initiated(world, by, provider, "[]");
    let more = if provider == "acme" { r#", "iss": "https://id.acme.example""# } else { "" };
    complete(world, by, provider, &state, more).unwrap()
}

fn code(outcome: Result<Value, Failure>) -> Code {
    outcome.unwrap_err().code
}

#[test]
fn the_address_has_exactly_what_the_provider_needs() {
    let (world, _) = Script::world();
    let user = world.user("u1");
    let (url, state) = initiated(&world, &user, "github", r#"["repo", "read:user"]"#);
    assert!(url.starts_with("https://github.com/login/oauth/authorize?"), "{url}");
    let value = |name| parameter(&url, name).unwrap();
    assert_eq!(value("response_type"), "code");
    assert_eq!(value("client_id"), "Iv1.8a61f9b3");
    assert_eq!(value("redirect_uri"), "https://hubify.com/callback");
    assert_eq!(value("scope"), "repo read:user");
    assert_eq!((value("state"), state.len()), (state, 43));
    assert_eq!((value("code_challenge").len(), value("code_challenge_method").as_str()), (43, "S256"));
    let (url, _) = initiated(&world, &user, "slack", r#"["chat:write", "channels:read"]"#);
    assert_eq!(parameter(&url, "scope").unwrap(), "chat:write,channels:read");
}

#[test]
fn where_to_and_what_for_are_checked_before_anything_begins() {
    let (world, _) = Script::world();
    let user = world.user("u1");
    let begin = |provider: &str, scope: &str, uri: &str| {
        let arguments =
            format!(r#"{{"provider": "{provider}", "scopes": ["{scope}"], "redirectUri": "{uri}"}}"#);
        code(world.call(&user, "initiateOAuth", &arguments))
    };
    let good = "https://hubify.com/callback";
    for odd in [
        "https://hubify.com/callback/",
        "https://hubify.com/callback?x=1",
        "https://hubify.com.evil.example/callback",
        "HTTPS://hubify.com/callback",
        "/callback",
    ] {
        assert_eq!(begin("github", "repo", odd), Code::InvalidRedirect, "{odd}");
    }
    assert_eq!(begin("nobody", "repo", good), Code::ProviderNotConfigured);
    for odd in ["a b", "a,b", "a\\\"b", "ü", ""] {
        assert_eq!(begin("github", odd, good), Code::InvalidParameters, "{odd}");
    }
    assert_eq!(begin("slack", "admin", good), Code::InvalidParameters);
    assert!(!world.memory.dump().contains("edgeward_transactions {"));
}

#[test]
fn what_was_granted_is_kept_and_not_what_was_asked_for() {
    let (world, script) = Script::world();
    let user = world.user("u1");
    let (_, state) = initiated(&world, &user, "github", r#"["repo", "workflow"]"#);
    let answer = complete(&world, &user, "github", &state, "").unwrap();
    assert_eq!(answer.get("scopes").unwrap().to_text(), r#"["repo","gist"]"#);
    assert_eq!((text(&answer, "provider").as_str(), answer.get("expiresAt")), ("github", Some(&Value::Null)));
    let request = sent(&world, TOKEN).pop().unwrap();
    assert_eq!(parameter(&request.body, "redirect_uri").unwrap(), "https://hubify.com/callback");
    assert_eq!(parameter(&request.body, "code_verifier").unwrap().len(), 43);
    // Without `scope` in the answer, it is what was asked for.
    script.says(
        &format!("POST {TOKEN}"),
        200,
        r#"{"access_token":"gho_y","token_type":"bearer","expires_in":28800}"#,
    );
    let (_, state) = initiated(&world, &user, "github", r#"["repo", "workflow"]"#);
    let answer = complete(&world, &user, "github", &state, "").unwrap();
    assert_eq!(answer.get("scopes").unwrap().to_text(), r#"["repo","workflow"]"#);
    assert_eq!(answer.get("expiresAt"), Some(&Value::from(START + 28_800_000)));
}

#[test]
fn a_state_is_good_once_for_its_own_user_session_and_provider_and_for_ten_minutes() {
    let (world, _) = Script::world();
    let (one, two) = (world.user("u1"), world.user("u2"));
    let elsewhere =
        Principal::User { id: "u1".into(), session: "t".into(), admin: false, impersonated_by: None };
    let (_, state) = initiated(&world, &one, "github", "[]");
    let refused = |by: &Principal, provider: &str, state: &str| {
        code(complete(&world, by, provider, state, "")) == Code::OauthInvalidState
    };
    assert!(refused(&two, "github", &state));
    assert!(refused(&elsewhere, "github", &state));
    assert!(refused(&one, "slack", &state));
    assert!(refused(&one, "github", &state.to_uppercase()));
    assert!(sent(&world, TOKEN).is_empty());
    // None of these used it up.
    complete(&world, &one, "github", &state, "").unwrap();
    assert!(refused(&one, "github", &state));
    let (_, late) = initiated(&world, &one, "github", "[]");
    world.pass(600_001);
    assert!(refused(&one, "github", &late));
}

#[test]
fn a_provider_that_always_says_who_it_is_has_to() {
    let (world, script) = Script::world();
    let user = world.user("u1");
    script.says("POST https://id.acme.example/token", 200, r#"{"access_token":"a","token_type":"bearer"}"#);
    let (_, state) = initiated(&world, &user, "acme", r#"["calendar"]"#);
    for odd in ["", r#", "iss": "https://evil.example""#, r#", "iss": "https://id.acme.example/""#] {
        assert_eq!(code(complete(&world, &user, "acme", &state, odd)), Code::CallbackIssuerMismatch, "{odd}");
    }
    complete(&world, &user, "acme", &state, r#", "iss": "https://id.acme.example""#).unwrap();
}

#[test]
fn an_error_with_status_200_is_one() {
    let (world, script) = Script::world();
    let user = world.user("u1");
    let body =
        r#"{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."}"#;
    script.says(&format!("POST {TOKEN}"), 200, body);
    let (_, state) = initiated(&world, &user, "github", "[]");
    assert_eq!(code(complete(&world, &user, "github", &state, "")), Code::OauthProviderError);
    assert_eq!(
        world.shared.log.borrow().last().unwrap(),
        "provider github: connection: invalid_grant  bad_verification_code"
    );
    script.says("POST https://slack.com/api/oauth.v2.access", 200, r#"{"ok":false,"error":"invalid_code"}"#);
    let (_, state) = initiated(&world, &user, "slack", "[]");
    assert_eq!(code(complete(&world, &user, "slack", &state, "")), Code::OauthProviderError);
    // An outage is none of the user's, and passes.
    script.says(&format!("POST {TOKEN}"), 503, "");
    let (_, state) = initiated(&world, &user, "github", "[]");
    assert_eq!(code(complete(&world, &user, "github", &state, "")), Code::ServerUnavailable);
}

#[test]
fn one_account_is_one_users_connection_and_connecting_again_renews_it() {
    let (world, script) = Script::world();
    let (one, two) = (world.user("u1"), world.user("u2"));
    let first = connected(&world, &one, "github");
    assert_eq!(text(&connected(&world, &one, "github"), "connectionId"), text(&first, "connectionId"));
    let (_, state) = initiated(&world, &two, "github", "[]");
    assert_eq!(code(complete(&world, &two, "github", &state, "")), Code::ConnectionTaken);
    // The same id in another workspace of Slack is somebody else.
    connected(&world, &one, "slack");
    let other = SLACK_TOKEN.replace("T9TK3CUKW", "T0000000X");
    script.says("POST https://slack.com/api/oauth.v2.access", 200, &other);
    connected(&world, &two, "slack");
}

#[test]
fn a_list_holds_no_tokens_and_the_store_holds_them_sealed() {
    let (world, _) = Script::world();
    let user = world.user("u1");
    connected(&world, &user, "github");
    let list = world.call(&user, "listOAuthConnections", "{}").unwrap();
    let entry = list.get("connections").unwrap().as_array().unwrap().first().unwrap();
    let names: Vec<_> = entry.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["_id", "createdAt", "expiresAt", "provider", "scopes", "updatedAt"]);
    assert!(!list.to_text().contains("gho_"));
    let (_, state) = initiated(&world, &user, "github", "[]");
    let dump = world.memory.dump();
    let credential = "16C7e42F292c6912E7710c838347Ae178B4a";
    assert!(!dump.contains(credential) && !dump.contains(&state));
    assert!(world.shared.log.borrow().iter().all(|line| !line.contains(credential)));
    let row = super::statements::with("u1", "github");
    let sealed = wait(world.authority.store.row(row)).unwrap().unwrap().text("access_token").unwrap();
    let opened = vault::open_text(&world.authority, Purpose::ProviderToken, &sealed).unwrap();
    assert_eq!(opened, ["gho_", credential].concat());
}

#[test]
fn revoking_ends_it_here_and_there_and_here_even_if_not_there() {
    let (world, script) = Script::world();
    let user = world.user("u1");
    let grant = "https://api.github.com/applications/Iv1.8a61f9b3/grant";
    let revoke = || world.call(&user, "revokeOAuth", r#"{"provider": "github"}"#).unwrap().to_text();
    connected(&world, &user, "github");
    assert_eq!(revoke(), r#"{"success":true}"#);
    assert!(sent(&world, grant).pop().unwrap().body.contains("gho_16C7"));
    // Again is no error, and nobody is asked.
    assert_eq!((revoke().as_str(), sent(&world, grant).len()), (r#"{"success":true}"#, 1));
    script.says(&format!("DELETE {grant}"), 500, "");
    connected(&world, &user, "github");
    assert_eq!(revoke(), r#"{"success":true}"#);
    assert!(!world.memory.dump().contains("edgeward_connections {"));
    let log = world.shared.log.borrow().join("\n");
    assert!(log.contains("provider github: revocation: server_unavailable"), "{log}");
}

fn needed(scopes: &[&str]) -> Needed {
    Needed {
        provider: Text("github".into()),
        scopes: Some(scopes.iter().map(|scope| (*scope).into()).collect()),
    }
}

/// A world with a token of GitHub that expires, as those of its GitHub Apps do.
fn expiring() -> (World, Script, Principal) {
    let (world, script) = Script::world();
    let user = world.user("u1");
    let body = r#"{"access_token":"ghu_1","expires_in":28800,"refresh_token":"ghr_1","scope":"repo","token_type":"bearer"}"#;
    script.says(&format!("POST {TOKEN}"), 200, body);
    connected(&world, &user, "github");
    let body = r#"{"access_token":"ghu_2","expires_in":28800,"token_type":"bearer"}"#;
    script.says(&format!("POST {TOKEN}"), 200, body);
    (world, script, user)
}

fn token_of(world: &World, user: &Principal) -> Result<String, Code> {
    let answer = world.call(user, "getOAuthToken", r#"{"provider": "github"}"#);
    answer.map(|answer| text(&answer, "accessToken")).map_err(|failure| failure.code)
}

#[test]
fn a_token_is_refreshed_five_seconds_before_it_expires_and_the_refresh_token_stays() {
    let (world, script, user) = expiring();
    world.pass(28_800_000 - 5_001);
    assert_eq!(token_of(&world, &user).unwrap(), "ghu_1");
    world.pass(1);
    assert_eq!(token_of(&world, &user).unwrap(), "ghu_2");
    world.pass(28_800_000);
    let body = r#"{"access_token":"ghu_3","expires_in":28800,"refresh_token":"ghr_3","token_type":"bearer"}"#;
    script.says(&format!("POST {TOKEN}"), 200, body);
    assert_eq!(token_of(&world, &user).unwrap(), "ghu_3");
    let used = |at: usize| parameter(&sent(&world, TOKEN)[at].body, "refresh_token");
    assert_eq!((used(1), used(2)), (Some("ghr_1".into()), Some("ghr_1".into())));
    world.pass(28_800_000);
    token_of(&world, &user).unwrap();
    assert_eq!(used(3), Some("ghr_3".into()));
}

#[test]
fn fifty_who_ask_at_once_cost_one_refresh() {
    let (world, _, user) = expiring();
    world.pass(28_800_000);
    let request = Incoming::default();
    let ask = || async {
        let context = Context::new(&world.authority, &request, user.clone());
        token(&context, needed(&[])).await.map(|answer| answer.access_token.0)
    };
    let answers = wait(join_all((0..50).map(|_| ask())));
    assert!(answers.into_iter().all(|answer| answer == Ok("ghu_2".into())));
    assert_eq!(sent(&world, TOKEN).len(), 2);
}

#[test]
fn who_dies_with_the_lease_is_succeeded() {
    let (world, _, user) = expiring();
    world.pass(28_800_000);
    let connection = super::statements::with("u1", "github");
    let id = wait(world.authority.store.row(connection)).unwrap().unwrap().text("id").unwrap();
    let now = world.authority.platform.now();
    let lease = super::statements::lease(&id, 1, now, edgeward_core::time::UnixMillis(now.0 + 15_000));
    assert!(wait(world.authority.store.row(lease)).unwrap().is_some());
    assert_eq!(token_of(&world, &user).unwrap(), "ghu_2");
    assert!(world.authority.platform.now().0 > now.0 + 15_000);
}

#[test]
fn tokens_that_come_after_the_connection_was_renewed_do_not_take_its_place() {
    let (world, _, user) = expiring();
    world.pass(28_800_000);
    let row = wait(world.authority.store.row(super::statements::with("u1", "github"))).unwrap().unwrap();
    let (id, generation) = (row.text("id").unwrap(), row.number("generation").unwrap());
    connected(&world, &user, "github");
    let late = super::statements::Refreshed {
        access_token: "late".into(),
        refresh_token: None,
        scopes: None,
        expires_at: None,
    };
    let written = super::statements::refreshed(&id, generation, late, world.authority.platform.now());
    assert_eq!(wait(world.authority.store.row(written)).unwrap(), None);
    assert_eq!(token_of(&world, &user).unwrap(), "ghu_2");
}

#[test]
fn a_refresh_that_fails_for_good_is_not_tried_again_and_one_that_fails_for_now_is() {
    let (world, script, user) = expiring();
    world.pass(28_800_000);
    script.says(&format!("POST {TOKEN}"), 502, "");
    assert_eq!(token_of(&world, &user), Err(Code::ServerUnavailable));
    script.says(&format!("POST {TOKEN}"), 200, r#"{"error":"bad_refresh_token"}"#);
    assert_eq!(token_of(&world, &user), Err(Code::FailedToRefreshAccessToken));
    assert_eq!(token_of(&world, &user), Err(Code::RefreshTokenNotFound));
    assert_eq!(sent(&world, TOKEN).len(), 3);
    let user = world.user("u2");
    assert_eq!(token_of(&world, &user), Err(Code::ConnectionNotFound));
}

#[test]
fn a_scope_that_is_missing_is_refused_and_a_larger_one_holds_it() {
    let (world, script) = Script::world();
    let user = world.user("u1");
    let ask = |scopes: &str| {
        let arguments = format!(r#"{{"provider": "github", "scopes": [{scopes}]}}"#);
        world
            .call(&user, "getOAuthToken", &arguments)
            .map_err(|failure| (failure.code, failure.code.status()))
    };
    connected(&world, &user, "github");
    assert!(ask(r#""public_repo", "repo:status", "gist""#).is_ok());
    script.says(&format!("POST {TOKEN}"), 200, &GITHUB_TOKEN.replace("repo,gist", "public_repo, read:org"));
    connected(&world, &user, "github");
    assert_eq!(ask(r#""repo""#), Err((Code::InsufficientScope, 403)));
    let scopes = world.call(&user, "userScopes", "{}").unwrap().to_text();
    assert_eq!(scopes, r#"{"scopes":["public_repo","read:org"]}"#);
    let nobody = world.send("POST", "/api/auth/userScopes", &[], "{}").unwrap();
    assert_eq!(nobody.status, 401);
}

#[test]
fn an_api_token_uses_connections_if_its_scopes_say_so() {
    let (world, _) = Script::world();
    let user = world.user("u1");
    connected(&world, &user, "github");
    let secret = |scopes: &str| {
        let arguments = format!(r#"{{"name": "n", "scopes": {scopes}}}"#);
        text(&world.call(&user, "createApiToken", &arguments).unwrap(), "token")
    };
    let ask = |secret: &str, operation: &str, body: &str| {
        let header = format!("Bearer {secret}");
        let path = format!("/api/auth/{operation}");
        world.send("POST", &path, &[("authorization", &header)], body).unwrap().status
    };
    let (plain, reader) =
        (secret(r#"["skills:read"]"#), secret(r#"[{"resource":"connections","actions":["read"]}]"#));
    let (user, admin) = (secret(r#"[{"resource":"connections","actions":["use"]}]"#), secret(r#"["admin"]"#));
    let github = r#"{"provider": "github"}"#;
    for (credential, lists, uses) in
        [(plain, 403, 403), (reader, 200, 403), (user, 403, 200), (admin, 200, 200)]
    {
        assert_eq!(ask(&credential, "listOAuthConnections", "{}"), lists);
        assert_eq!(ask(&credential, "getOAuthToken", github), uses);
    }
}

#[test]
fn who_acts_as_a_user_takes_no_token_and_makes_no_connection() {
    let (world, _) = Script::world();
    let user = world.user("u1");
    connected(&world, &user, "github");
    let admin = Principal::User {
        id: "u1".into(),
        session: "s".into(),
        admin: false,
        impersonated_by: Some("root".into()),
    };
    assert!(world.call(&admin, "listOAuthConnections", "{}").is_ok());
    for (operation, arguments) in [
        ("getOAuthToken", r#"{"provider": "github"}"#),
        ("revokeOAuth", r#"{"provider": "github"}"#),
        (
            "initiateOAuth",
            r#"{"provider": "github", "scopes": [], "redirectUri": "https://hubify.com/callback"}"#,
        ),
        ("linkAccount", r#"{"provider": "github"}"#),
        ("unlinkAccount", r#"{"provider": "github"}"#),
    ] {
        assert_eq!(
            code(world.call(&admin, operation, arguments)),
            Code::ImpersonationForbidden,
            "{operation}"
        );
    }
}

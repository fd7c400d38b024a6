//! Which user an account is.

use edgeward_core::{json::Value, time::UnixMillis};

use super::browser::{begin, call, error, get, session, signed_in};
use crate::{
    providers::scripted::{GITHUB_EMAILS, GITHUB_TOKEN, Script},
    signin::{
        Settings,
        link::{Decision, Known, NotLinked, decide},
    },
    testing::{World, wait},
    users::{self, Profile, User},
};

fn user(id: &str) -> User {
    User {
        id: id.into(),
        name: None,
        email: None,
        email_verified: false,
        image: None,
        role: "user".into(),
        banned_until: None,
        created_at: UnixMillis(0),
        updated_at: UnixMillis(0),
    }
}

#[test]
fn whose_an_account_is_is_one_table() {
    let (a, b, banned) = (user("a"), user("b"), user("banned"));
    let usual = Settings::default();
    let closed = Settings { sign_up: false, ..Settings::default() };
    let unlinked = Settings { link_by_address: false, ..Settings::default() };
    let sign_in = |id: &str| Decision::SignIn(id.into());
    let link = |id: &str| Decision::Link(id.into());
    for (linking, owner, namesake, settings, expected) in [
        // Somebody signs in.
        (None, None, None, &usual, Decision::SignUp),
        (None, None, None, &closed, Decision::Refuse(NotLinked::SignUp)),
        (None, Some(&a), None, &usual, sign_in("a")),
        (None, Some(&a), None, &closed, sign_in("a")),
        (None, Some(&a), Some(&b), &usual, sign_in("a")),
        (None, Some(&banned), None, &usual, Decision::Refuse(NotLinked::Banned)),
        (None, None, Some(&b), &usual, link("b")),
        (None, None, Some(&b), &closed, link("b")),
        (None, None, Some(&b), &unlinked, Decision::Refuse(NotLinked::ByAddress)),
        (None, None, Some(&banned), &usual, Decision::Refuse(NotLinked::Banned)),
        // Somebody who is signed in links another account.
        (Some("a"), None, None, &usual, link("a")),
        (Some("a"), None, Some(&b), &unlinked, link("a")),
        (Some("a"), Some(&a), None, &usual, sign_in("a")),
        (Some("a"), Some(&b), None, &usual, Decision::Refuse(NotLinked::ToAnother)),
    ] {
        let known = Known { linking, owner, namesake, settings };
        let decided = decide(&known, |user| user.id == "banned");
        assert_eq!(decided, expected, "{linking:?} {:?} {:?}", owner.map(|u| &u.id), namesake.map(|u| &u.id));
    }
}

/// A user of ours with this address.
fn known(world: &World, id: &str, email_verified: bool) {
    let profile =
        Profile { email: Some("octocat@github.example".into()), email_verified, ..Profile::default() };
    wait(users::create(&world.authority, id, &profile)).unwrap().unwrap();
}

/// Whose session it is.
fn whose(world: &World, cookie: &str) -> String {
    let headers = [("cookie", cookie)];
    let request = crate::http::Incoming {
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..Default::default()
    };
    wait(crate::web::of(&world.authority, &request)).unwrap().unwrap().user.id
}

#[test]
fn an_address_links_if_both_sides_have_seen_it() {
    let unverified = GITHUB_EMAILS.replace("\"verified\":true", "\"verified\":false");
    let with_profile = r#"{"login":"octocat","id":583231,"name":"Mona","email":"octocat@github.example"}"#;
    for (ours, theirs, linked) in
        [(true, GITHUB_EMAILS, true), (false, GITHUB_EMAILS, false), (true, unverified.as_str(), false)]
    {
        let (world, script) = Script::world();
        script.says("GET https://api.github.com/user", 200, with_profile);
        script.says("GET https://api.github.com/user/emails", 200, theirs);
        known(&world, "u1", ours);
        let cookie = signed_in(&world, "github");
        assert_eq!(whose(&world, &cookie) == "u1", linked, "{ours} {theirs}");
    }
}

#[test]
fn it_is_the_number_that_counts_and_not_the_address() {
    let (world, script) = Script::world();
    let first = whose(&world, &signed_in(&world, "github"));
    script.says("GET https://api.github.com/user/emails", 200, &GITHUB_EMAILS.replace("octocat@", "mona@"));
    assert_eq!(whose(&world, &signed_in(&world, "github")), first);
    // Another account that has the old address now is somebody else: the address is still this user's here.
    script.says(
        "GET https://api.github.com/user",
        200,
        r#"{"login":"evil","id":666,"email":"octocat@github.example"}"#,
    );
    script.says("GET https://api.github.com/user/emails", 404, "{}");
    assert_ne!(whose(&world, &signed_in(&world, "github")), first);
}

#[test]
fn who_is_banned_does_not_come_in() {
    let (world, _) = Script::world();
    let id = whose(&world, &signed_in(&world, "github"));
    let ban = |until: i64| {
        let statement = crate::store::sql(
            "UPDATE edgeward_users SET banned_until = ?2 WHERE id = ?1",
            [id.as_str().into(), until.into()],
        );
        wait(world.authority.store.row(statement)).unwrap();
    };
    let now = world.authority.platform.now().0;
    ban(now + 1_000);
    let answer = begin(&world, "github", "").back(&world, "github", "code=abc");
    assert_eq!((error(&answer).as_deref(), session(&answer)), (Some("banned"), None));
    world.pass(1_001);
    assert_eq!(whose(&world, &signed_in(&world, "github")), id);
}

#[test]
fn a_sign_in_renews_what_was_granted_and_never_makes_it_less() {
    let (world, script) = Script::world();
    let token = "POST https://github.com/login/oauth/access_token";
    let scopes = |cookie: &str| call(&world, cookie, "userScopes", "{}").body;
    let granted = |scope: &str| GITHUB_TOKEN.replace("repo,gist", scope);
    script.says(token, 200, &granted("read:user,user:email,public_repo"));
    assert_eq!(
        scopes(&signed_in(&world, "github")),
        r#"{"scopes":["read:user","user:email","public_repo"]}"#
    );
    script.says(token, 200, &granted("read:user,user:email,repo"));
    assert_eq!(scopes(&signed_in(&world, "github")), r#"{"scopes":["read:user","user:email","repo"]}"#);
    script.says(token, 200, &granted("read:user,user:email,public_repo"));
    assert_eq!(scopes(&signed_in(&world, "github")), r#"{"scopes":["read:user","user:email","repo"]}"#);
}

/// Links an account as the browser of a session; the word of the error.
fn linked(world: &World, cookie: &str, provider: &str) -> Option<String> {
    let body = format!(r#"{{"provider": "{provider}", "redirectTo": "/settings"}}"#);
    let answer = call(world, cookie, "linkAccount", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let started = edgeward_core::json::parse(answer.body.as_bytes()).unwrap();
    let url = started.get("authUrl").and_then(Value::as_str).unwrap();
    let line = answer.headers.iter().find(|(name, line)| *name == "set-cookie" && line.contains("sign-in."));
    let pair = line.unwrap().1.split(';').next().unwrap().to_owned();
    let state = crate::providers::scripted::parameter(url, "state").unwrap();
    let path = format!("/api/auth/callback/{provider}?state={state}&code=abc");
    let answer = get(world, &path, &pair);
    assert!(super::browser::location(&answer).starts_with("https://auth.example/settings"));
    error(&answer)
}

#[test]
fn an_account_is_unlinked_by_who_has_signed_in_lately() {
    let (world, _) = Script::world();
    let cookie = signed_in(&world, "github");
    linked(&world, &cookie, "slack");
    world.pass(86_400_000);
    let stale = call(&world, &cookie, "unlinkAccount", r#"{"provider": "github"}"#);
    assert_eq!((stale.status, stale.body.contains("session_not_fresh")), (403, true), "{}", stale.body);
    assert!(call(&world, &cookie, "listAccounts", "{}").body.contains("github"));
    let fresh = signed_in(&world, "github");
    assert_eq!(call(&world, &fresh, "unlinkAccount", r#"{"provider": "github"}"#).status, 200);
}

#[test]
fn the_scopes_of_a_user_are_where_better_hub_asks_for_them() {
    let (world, _) = Script::world();
    let cookie = signed_in(&world, "github");
    let answer = get(&world, "/api/user-scopes", &cookie);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"scopes":["repo","gist"]}"#));
    assert_eq!(get(&world, "/api/user-scopes", "").status, 401);
    assert_eq!(world.send("POST", "/api/user-scopes", &[("cookie", &cookie)], "").unwrap().status, 405);
}

#[test]
fn accounts_are_linked_and_unlinked_and_the_last_one_stays() {
    let (world, script) = Script::world();
    let cookie = signed_in(&world, "github");
    let unlink =
        |provider: &str| call(&world, &cookie, "unlinkAccount", &format!(r#"{{"provider": "{provider}"}}"#));
    let last = unlink("github");
    assert_eq!((last.status, last.body.contains("failed_to_unlink_last_account")), (409, true));
    assert_eq!(unlink("slack").status, 404);
    assert_eq!(linked(&world, &cookie, "slack"), None);
    let accounts = call(&world, &cookie, "listAccounts", "{}").body;
    assert!(accounts.contains("T9TK3CUKW/U1234"), "{accounts}");
    assert_eq!(unlink("github").status, 200);
    assert_eq!(unlink("slack").status, 409);
    // What came with the account is given back.
    let grant = "https://api.github.com/applications/Iv1.8a61f9b3/grant";
    assert_eq!(crate::providers::scripted::sent(&world, grant).len(), 1);
    assert!(!call(&world, &cookie, "listOAuthConnections", "{}").body.contains("github"));
    // Now GitHub's account is free, and becomes somebody else's who has another address.
    script.says("GET https://api.github.com/user/emails", 200, "[]");
    let other = signed_in(&world, "github");
    assert_ne!(whose(&world, &other), whose(&world, &cookie));
    assert_eq!(
        linked(&world, &cookie, "github").as_deref(),
        Some("account_already_linked_to_different_user")
    );
}

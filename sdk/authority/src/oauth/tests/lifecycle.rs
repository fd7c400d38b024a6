use super::*;

fn issued(world: &World) -> BTreeMap<String, String> {
    tokens(&redeemed(world, &code(world, &[("scope", "openid email")]), &[]))
}

fn introspected(world: &World, client: &str, token: &str) -> Map {
    let pairs = [("client_id", client), ("client_secret", "secret"), ("token", token)];
    let answer = post(world, "/oauth/introspect", &[], &pairs);
    assert_eq!(answer.status, 200, "{}", answer.body);
    members(&answer)
}

fn userinfo(world: &World, token: &str) -> Outgoing {
    world.send("GET", "/oauth/userinfo", &[("authorization", &format!("Bearer {token}"))], "").unwrap()
}

#[test]
fn userinfo_tells_what_the_scopes_tell() {
    let world = world();
    let tokens = issued(&world);
    let answer = userinfo(&world, &tokens["access_token"]);
    assert_eq!(members(&answer).get("sub").unwrap(), &"u1");
    let missing = world.send("GET", "/oauth/userinfo", &[], "").unwrap();
    assert_eq!((missing.status, missing.header("www-authenticate")), (401, Some("Bearer, DPoP")));
    let without = code(&world, &[("scope", "notes:read")]);
    let without = super::tokens(&redeemed(&world, &without, &[]));
    assert!(!without.contains_key("id_token"));
    assert_eq!(userinfo(&world, &without["access_token"]).status, 403);
}

#[test]
fn introspection_tells_nothing_of_foreign_tokens() {
    let world = world();
    let own = tokens(&post(
        &world,
        "/oauth/token",
        &[],
        &[("grant_type", "client_credentials"), ("client_id", "server"), ("client_secret", "secret")],
    ));
    let known = introspected(&world, "server", &own["access_token"]);
    assert_eq!(
        (known.get("active").unwrap(), known.get("client_id").unwrap()),
        (&true.into(), &"server".into())
    );
    let user = issued(&world);
    for token in [user["access_token"].as_str(), &user["refresh_token"], &user["id_token"], "x", "a.b.c"] {
        assert_eq!(introspected(&world, "server", token).iter().count(), 1, "active alone");
        assert_eq!(introspected(&world, "server", token).get("active"), Some(&Value::Bool(false)));
    }
    let api = code(&world, &[("resource", "https://api.example")]);
    let api = tokens(&redeemed(&world, &api, &[]));
    assert_eq!(introspected(&world, "https://api.example", &api["access_token"]).get("sub").unwrap(), &"u1");
    let public = post(&world, "/oauth/introspect", &[], &[("client_id", "own"), ("token", "x")]);
    assert_eq!(error(&public), "invalid_client");
}

#[test]
fn a_revoked_token_is_over_and_a_foreign_one_is_not() {
    let world = world();
    let tokens = issued(&world);
    let revoke = |client: &str, token: &str| {
        post(&world, "/oauth/revoke", &[], &[("client_id", client), ("token", token)]).status
    };
    for token in ["unknown", &tokens["access_token"], &tokens["refresh_token"]] {
        assert_eq!(revoke("app", token), 200);
    }
    assert_eq!(userinfo(&world, &tokens["access_token"]).status, 200, "another client gives nothing back");
    assert_eq!(revoke("own", &tokens["access_token"]), 200);
    assert_eq!(userinfo(&world, &tokens["access_token"]).status, 401);
    let next = super::tokens(&refreshed(&world, &tokens["refresh_token"], &[]));
    assert_eq!(revoke("own", &next["refresh_token"]), 200);
    assert_eq!(error(&refreshed(&world, &next["refresh_token"], &[])), "invalid_grant");
    assert_eq!(userinfo(&world, &next["access_token"]).status, 401, "the family is over");
}

#[test]
fn a_client_signs_its_user_out_and_the_others_hear_of_it() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let app = [("client_id", "app"), ("redirect_uri", "https://app.example/cb")];
    let page = get(&world, &cookie, &authorization(&app));
    let pairs = [
        ("request", hidden(&page, "request")),
        ("form", hidden(&page, "form")),
        ("decision", "allow".into()),
    ];
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let code = sent(&post(&world, "/oauth/consent", &[("cookie", &cookie)], &pairs))["code"].clone();
    let tokens = tokens(&redeemed(&world, &code, &app));
    let asking = get(&world, &cookie, "/oauth/logout");
    assert!(asking.status == 200 && asking.body.contains("Sign out?"), "nobody is signed out by a link");
    let query = form::encode(&[
        ("id_token_hint", tokens["id_token"].as_str()),
        ("post_logout_redirect_uri", "https://app.example/bye"),
        ("state", "z"),
    ]);
    let evil = query.replace("bye", "evil");
    assert_eq!(get(&world, &cookie, &format!("/oauth/logout?{evil}")).status, 400);
    world.shared.answers.borrow_mut().push(edgeward_core::http::Response {
        status: 200,
        headers: vec![],
        body: vec![],
    });
    let answer = get(&world, &cookie, &format!("/oauth/logout?{query}"));
    assert_eq!(answer.header("location"), Some("https://app.example/bye?state=z"));
    assert!(answer.headers.iter().any(|(name, value)| *name == "set-cookie" && value.contains("Max-Age=0")));
    let told = world.shared.sent.borrow()[0].clone();
    assert_eq!(told.url, "https://app.example/ended");
    let token = form::decode(&told.body)[0].1.clone();
    assert_eq!(part(&token, 0).get("typ").unwrap(), &"logout+jwt");
    let claims = claims(&token);
    assert!(claims.contains_key("sid") && claims.contains_key("events") && !claims.contains_key("nonce"));
    assert_eq!(error(&refreshed(&world, &tokens["refresh_token"], &[("client_id", "app")])), "invalid_grant");
    assert!(sent(&get(&world, &cookie, &authorization(&[]))).contains_key("continue"), "signed out");
}

#[test]
fn clients_hear_of_the_end_when_it_has_come_and_need_not_answer() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let app = [("client_id", "app"), ("redirect_uri", "https://app.example/cb")];
    let page = get(&world, &cookie, &authorization(&app));
    let (request, form) = (hidden(&page, "request"), hidden(&page, "form"));
    let pairs = [("request", request.as_str()), ("form", form.as_str()), ("decision", "allow")];
    let code = sent(&post(&world, "/oauth/consent", &[("cookie", &cookie)], &pairs))["code"].clone();
    let tokens = tokens(&redeemed(&world, &code, &app));
    let memory = world.memory.clone();
    *world.shared.server.borrow_mut() = Some(Box::new(move |_| {
        assert!(!memory.dump().lines().any(|line| line.starts_with("edgeward_sessions")), "it is over");
        Err(edgeward_core::Code::NetworkFailed.into())
    }));
    let query = form::encode(&[("id_token_hint", tokens["id_token"].as_str())]);
    assert_eq!(get(&world, &cookie, &format!("/oauth/logout?{query}")).status, 200);
    assert_eq!(world.shared.sent.borrow().len(), 1);
    assert!(world.shared.log.borrow().iter().any(|line| line.contains("backchannel_logout_failed")));
}

#[test]
fn what_is_granted_for_longer_than_a_session_outlives_it() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let code =
        sent(&get(&world, &cookie, &authorization(&[("scope", "openid offline_access")])))["code"].clone();
    let tokens = tokens(&redeemed(&world, &code, &[]));
    let query = form::encode(&[("id_token_hint", tokens["id_token"].as_str())]);
    assert_eq!(get(&world, &cookie, &format!("/oauth/logout?{query}")).status, 200);
    super::tokens(&refreshed(&world, &tokens["refresh_token"], &[]));
}

#[test]
fn a_ban_ends_all_that_a_user_has_granted() {
    let world = world();
    let code = code(&world, &[("scope", "openid offline_access")]);
    let tokens = tokens(&redeemed(&world, &code, &[]));
    let admin =
        Principal::User { id: "root".into(), session: "s".into(), admin: true, impersonated_by: None };
    world.call(&admin, "banUser", r#"{"userId": "u1", "expiresIn": 60}"#).unwrap();
    world.pass(60_000);
    assert_eq!(error(&refreshed(&world, &tokens["refresh_token"], &[])), "invalid_grant");
    assert_eq!(userinfo(&world, &tokens["access_token"]).status, 401);
}

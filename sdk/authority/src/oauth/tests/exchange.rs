use super::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

fn exchanged(world: &World, token: &str, more: &[(&str, &str)]) -> Outgoing {
    let mut pairs = vec![
        ("grant_type", GRANT),
        ("client_id", "app"),
        ("subject_token", token),
        ("subject_token_type", ACCESS),
    ];
    pairs.extend(more);
    post(world, "/oauth/token", &[], &pairs)
}

fn key(world: &World) -> String {
    let by = Principal::User { id: "u1".into(), session: "s".into(), admin: false, impersonated_by: None };
    let answer = world
        .call(&by, "createApiToken", r#"{"name": "k", "scopes": ["skills:read", "skills:write"]}"#)
        .unwrap();
    answer.get("token").and_then(Value::as_str).unwrap().into()
}

#[test]
fn an_api_token_gives_a_shorter_token_that_may_do_less() {
    let world = world();
    let key = key(&world);
    assert_eq!(error(&exchanged(&world, &key, &[("scope", "skills:read social:write")])), "invalid_scope");
    assert_eq!(error(&exchanged(&world, &key, &[("scope", "openid")])), "invalid_scope");
    assert_eq!(error(&exchanged(&world, &key, &[("resource", "https://x.example")])), "invalid_target");
    assert_eq!(error(&exchanged(&world, "sk_unknown", &[])), "invalid_grant");
    let answer = tokens(&exchanged(&world, &key, &[("scope", "skills:read"), ("audience", "convex")]));
    assert_eq!((answer["issued_token_type"].as_str(), answer["expires_in"].as_str()), (ACCESS, "900"));
    let claims = claims(&answer["access_token"]);
    assert_eq!(
        (claims.get("sub").unwrap(), claims.get("scope").unwrap()),
        (&"u1".into(), &"skills:read".into())
    );
    assert!(claims.get("act").unwrap().get("sub").is_some());
    assert!(!answer.contains_key("refresh_token") && !answer.contains_key("id_token"));
}

#[test]
fn an_agents_session_gives_a_token_in_which_the_agent_acts() {
    let world = world();
    let by = Principal::User { id: "u1".into(), session: "s".into(), admin: false, impersonated_by: None };
    let session = world.call(&by, "createSession", r#"{"agentId": "a1", "ttl": 60}"#).unwrap();
    let session = session.get("token").and_then(Value::as_str).unwrap().to_owned();
    let answer = tokens(&exchanged(&world, &session, &[]));
    assert_eq!(answer["expires_in"], "60", "no longer than the session");
    assert_eq!(claims(&answer["access_token"]).get("act").unwrap().get("sub").unwrap(), &"a1");
    world.pass(60_000);
    assert_eq!(error(&exchanged(&world, &session, &[])), "invalid_grant");
}

#[test]
fn an_access_token_is_passed_on_with_who_acts() {
    let world = world();
    let own = ("client_id", "own");
    let pass = |token: &str, more: (&str, &str)| {
        let pairs =
            [("grant_type", GRANT), own, ("subject_token", token), ("subject_token_type", ACCESS), more];
        post(&world, "/oauth/token", &[], &pairs)
    };
    let token = tokens(&redeemed(&world, &code(&world, &[]), &[]))["access_token"].clone();
    assert_eq!(error(&pass(&token, ("scope", "notes:write"))), "invalid_scope");
    let once = tokens(&pass(&token, ("scope", "notes:read")))["access_token"].clone();
    let twice = tokens(&pass(&once, ("resource", "https://api.example")))["access_token"].clone();
    let act = claims(&twice).get("act").cloned().unwrap();
    assert_eq!(
        (act.get("sub").unwrap(), act.get("act").unwrap().get("sub").unwrap()),
        (&"own".into(), &"own".into())
    );
    let id = tokens(&redeemed(&world, &code(&world, &[]), &[]))["id_token"].clone();
    assert_eq!(error(&pass(&id, ("scope", "openid"))), "invalid_grant");
}

#[test]
fn an_access_token_is_passed_on_by_its_client_alone_and_to_what_was_granted() {
    let world = world();
    let code = code(&world, &[("resource", "https://api.example")]);
    let token = tokens(&redeemed(&world, &code, &[]))["access_token"].clone();
    assert_eq!(error(&exchanged(&world, &token, &[])), "invalid_grant", "another client has only found it");
    let pass = |resource| {
        let pairs = [("grant_type", GRANT), ("client_id", "own"), ("subject_token", token.as_str())];
        let pairs: Vec<_> =
            pairs.into_iter().chain([("subject_token_type", ACCESS), ("resource", resource)]).collect();
        post(&world, "/oauth/token", &[], &pairs)
    };
    assert_eq!(error(&pass("https://auth.example")), "invalid_target");
    tokens(&pass("https://api.example"));
}

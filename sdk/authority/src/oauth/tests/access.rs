use edgeward_core::{Code, json::object, jwt};

use super::*;
use crate::oauth::{
    access::{self, Grantee, Proof},
    keys,
};

#[test]
fn tokens_for_an_api_are_those_of_rfc_9068() {
    let world = world();
    let code = code(&world, &[("resource", "https://api.example")]);
    let token = tokens(&redeemed(&world, &code, &[]))["access_token"].clone();
    let header = part(&token, 0);
    assert_eq!((header.get("typ").unwrap(), header.get("alg").unwrap()), (&"at+jwt".into(), &"ES256".into()));
    let policy = access::policy("https://auth.example", "https://api.example").unwrap();
    let token = jwt::admit(&token, &policy).unwrap();
    let verified = wait(keys::verify(&world.authority, token)).unwrap();
    let claims = jwt::validate(verified, &policy, world.authority.platform.now().to_seconds()).unwrap();
    assert_eq!(claims.text("client_id"), Ok(Some("own")));
}

#[test]
fn tokens_for_convex_are_those_that_it_takes() {
    let world = world();
    let resource = ("resource", "https://happy-animal-1.convex.cloud");
    let code = code(&world, &[resource, ("scope", "openid email profile")]);
    let answer = tokens(&redeemed(&world, &code, &[]));
    let token = &answer["access_token"];
    assert_eq!(part(token, 0).get("typ").unwrap(), &"JWT");
    assert!(part(token, 0).contains_key("kid"));
    let claims = claims(token);
    assert_eq!(claims.get("aud").unwrap(), &"convex");
    for name in ["iss", "sub", "iat", "exp", "jti", "updated_at"] {
        assert!(claims.contains_key(name), "{name}");
    }
    assert_eq!(answer["expires_in"], "3600");
}

#[test]
fn our_own_api_takes_tokens_that_are_for_it() {
    let world = world();
    let verify = |token: &str| wait(access::verify(&world.authority, token, Proof::None));
    let of = |changed: &[(&str, &str)]| tokens(&redeemed(&world, &code(&world, changed), &[]));
    let own = of(&[]);
    assert!(matches!(verify(&own["access_token"]), Ok(Principal::User { id, .. }) if id == "u1"));
    let for_api = of(&[("resource", "https://api.example")]);
    assert_eq!(verify(&for_api["access_token"]).unwrap_err().code, Code::TokenAudienceInvalid);
    assert_eq!(verify(&own["id_token"]).unwrap_err().code, Code::TokenTypeInvalid);
    let mut altered = own["access_token"].clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'Q' } else { 'A' });
    assert!(verify(&altered).is_err());
    world.pass(900_000);
    assert_eq!(verify(&own["access_token"]).unwrap_err().code, Code::TokenExpired);
}

#[test]
fn an_id_token_is_no_access_token_anywhere() {
    let world = world();
    let answer = tokens(&redeemed(&world, &code(&world, &[]), &[]));
    let bearer = format!("Bearer {}", answer["id_token"]);
    assert_eq!(world.send("GET", "/oauth/userinfo", &[("authorization", &bearer)], "").unwrap().status, 401);
}

#[test]
fn the_documents_name_every_endpoint_under_the_issuer() {
    let world = world();
    let openid = world.send("GET", "/.well-known/openid-configuration", &[], "").unwrap();
    let oauth = world.send("GET", "/.well-known/oauth-authorization-server", &[], "").unwrap();
    assert_eq!(openid.body, oauth.body);
    assert_eq!(openid.header("content-type"), Some("application/json"));
    let document = members(&openid);
    assert_eq!(document.get("issuer").unwrap(), &"https://auth.example");
    for (name, value) in
        document.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
    {
        let path = value.as_str().unwrap().strip_prefix("https://auth.example").unwrap();
        assert!(crate::oauth::Route::of(path).is_some(), "{name}");
    }
    for name in
        ["response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"]
    {
        assert!(document.contains_key(name));
    }
    let resource = world.send("GET", "/.well-known/oauth-protected-resource", &[], "").unwrap();
    assert_eq!(members(&resource).get("resource").unwrap(), &"https://auth.example");
}

#[test]
fn a_client_that_is_called_like_a_user_is_not_that_user() {
    let world = world();
    world.user("server");
    let pairs = [("grant_type", "client_credentials"), ("client_id", "server"), ("client_secret", "secret")];
    let token = tokens(&post(&world, "/oauth/token", &[], &pairs))["access_token"].clone();
    assert_eq!(
        wait(access::verify(&world.authority, &token, Proof::None)).unwrap_err().code,
        Code::UserNotFound
    );
}

#[test]
fn claims_of_somebody_else_replace_and_add_none_that_says_what_a_token_is() {
    let world = world();
    let names = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "act", "cnf", "sid", "client_id", "scope"];
    let all = names.iter().chain(&["plan"]).map(|name| ((*name).into(), object(vec![("jkt", "x".into())])));
    let grantee = Grantee {
        subject: "u1",
        client: "own",
        resource: &world.authority.settings.oauth.resources[0],
        scope: "a",
        session: None,
        grant: None,
        actor: None,
        jkt: None,
        authenticated_at: None,
        at_most: None,
        more: all.collect(),
    };
    let signer = wait(keys::signer(&world.authority)).unwrap();
    let token = wait(access::issue(&world.authority, &signer, &grantee)).unwrap().token;
    let claims = claims(&token);
    assert_eq!((claims.get("sub").unwrap(), claims.get("scope").unwrap()), (&"u1".into(), &"a".into()));
    assert!(["nbf", "act", "cnf", "sid"].iter().all(|name| !claims.contains_key(name)));
    assert!(claims.contains_key("plan"));
}

#[test]
fn a_token_ends_with_its_session_here_and_by_its_own_time_elsewhere() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let code = sent(&get(&world, &cookie, &authorization(&[])))["code"].clone();
    let tokens = tokens(&redeemed(&world, &code, &[]));
    let hint = form::encode(&[("id_token_hint", tokens["id_token"].as_str())]);
    assert_eq!(get(&world, &cookie, &format!("/oauth/logout?{hint}")).status, 200);
    let here = wait(access::verify(&world.authority, &tokens["access_token"], Proof::None)).unwrap_err();
    assert_eq!(here.code, Code::TokenRevoked);
    let policy = access::policy("https://auth.example", "https://auth.example").unwrap();
    let elsewhere = jwt::admit(&tokens["access_token"], &policy).unwrap();
    let verified = wait(keys::verify(&world.authority, elsewhere)).unwrap();
    assert!(jwt::validate(verified, &policy, world.authority.platform.now().to_seconds()).is_ok());
}

use edgeward_core::{Code, jwt};

use super::*;
use crate::oauth::access;

#[test]
fn tokens_for_an_api_are_those_of_rfc_9068() {
    let world = world();
    let code = code(&world, &[("resource", "https://api.example")]);
    let token = tokens(&redeemed(&world, &code, &[]))["access_token"].clone();
    let header = part(&token, 0);
    assert_eq!((header.get("typ").unwrap(), header.get("alg").unwrap()), (&"at+jwt".into(), &"ES256".into()));
    let policy = access::policy("https://auth.example", "https://api.example").unwrap();
    let token = jwt::admit(&token, &policy).unwrap();
    let verified = wait(crate::oauth::keys::verify(&world.authority, token)).unwrap();
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
    let verify = |token: &str| wait(access::verify(&world.authority, token));
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
    assert_eq!(wait(access::verify(&world.authority, &token)).unwrap_err().code, Code::UserNotFound);
}

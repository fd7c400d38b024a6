//! The authorization server over a store in memory.

mod access;
mod authorize;
mod code;
mod cost;
mod device;
mod exchange;
mod lifecycle;
mod refresh;
mod registration;
mod rotation;

use std::collections::BTreeMap;

use edgeward_core::{
    json::{self, Map, Value},
    oauth::{form, pkce::Verifier},
};

use crate::{
    context::{Context, Principal},
    http::{Incoming, Outgoing},
    testing::{World, wait},
    web::{self, Remember},
};

/// `secret` is the secret of `server` and `api`.
const SETTINGS: &str = r#"{
  "issuer": "https://auth.example",
  "oauth": {
    "scopes": ["notes:read", "notes:write"],
    "registration": true,
    "registration_scopes": ["notes:read"],
    "dpop_nonces": false,
    "resources": [
      {"resource": "https://api.example"},
      {"resource": "https://happy-animal-1.convex.cloud", "audience": "convex", "format": "convex"}
    ],
    "clients": [
      {"client_id": "app", "client_name": "Notes <b>", "redirect_uris": ["https://app.example/cb"],
       "post_logout_redirect_uris": ["https://app.example/bye"],
       "backchannel_logout_uri": "https://app.example/ended",
       "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
                       "urn:ietf:params:oauth:grant-type:token-exchange"]},
      {"client_id": "own", "first_party": true, "redirect_uris": ["https://own.example/cb"],
       "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"]},
      {"client_id": "server", "redirect_uris": ["https://server.example/cb"],
       "client_secret_sha256": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
       "grant_types": ["authorization_code", "refresh_token", "client_credentials"], "scope": "openid notes:read"},
      {"client_id": "https://api.example", "grant_types": [],
       "client_secret_sha256": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}
    ]
  }
}"#;

const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-0";

fn world() -> World {
    let world = World::with(SETTINGS);
    world.user("u1");
    world
}

/// The cookies of somebody who has just signed in.
fn signed_in(world: &World, user: &str) -> String {
    let request =
        Incoming { method: "POST".into(), url: "https://auth.example/".into(), ..Incoming::default() };
    let context = Context::new(&world.authority, &request, Principal::Anonymous);
    wait(web::start(&context, user, Remember::Yes)).unwrap_or_else(|failure| panic!("{failure:?}"));
    let cookies = context.cookies();
    let pairs: Vec<_> = cookies.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
    pairs.into_iter().filter(|pair| !pair.ends_with('=')).collect::<Vec<_>>().join("; ")
}

fn get(world: &World, cookie: &str, path: &str) -> Outgoing {
    world.send("GET", path, &[("cookie", cookie)], "").unwrap()
}

fn post(world: &World, path: &str, more: &[(&str, &str)], pairs: &[(&str, &str)]) -> Outgoing {
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(more);
    world.send("POST", path, &headers, &form::encode(pairs)).unwrap()
}

/// A request for a code with some of its parameters changed; an empty one is left out.
fn authorization(changed: &[(&str, &str)]) -> String {
    let challenge = Verifier::parse(VERIFIER).unwrap().challenge();
    let mut all = BTreeMap::from([
        ("client_id", "own"),
        ("redirect_uri", "https://own.example/cb"),
        ("response_type", "code"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("state", "s t"),
        ("scope", "openid notes:read"),
    ]);
    all.extend(changed.iter().copied());
    let pairs: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    ["/oauth/authorize?", &form::encode(&pairs)].concat()
}

/// The parameters of the address that an answer sends a browser to.
fn sent(answer: &Outgoing) -> BTreeMap<String, String> {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let location = answer.header("location").unwrap();
    form::decode(location.split_once('?').unwrap().1).into_iter().collect()
}

/// A code for a client of the operator's own, which nobody is asked about.
fn code(world: &World, changed: &[(&str, &str)]) -> String {
    let cookie = signed_in(world, "u1");
    sent(&get(world, &cookie, &authorization(changed)))["code"].clone()
}

fn redeemed(world: &World, code: &str, changed: &[(&str, &str)]) -> Outgoing {
    let mut all = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", "own"),
        ("redirect_uri", "https://own.example/cb"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]);
    all.extend(changed.iter().copied());
    let pairs: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    post(world, "/oauth/token", &[], &pairs)
}

fn refreshed(world: &World, token: &str, changed: &[(&str, &str)]) -> Outgoing {
    let mut all =
        BTreeMap::from([("grant_type", "refresh_token"), ("client_id", "own"), ("refresh_token", token)]);
    all.extend(changed.iter().copied());
    post(world, "/oauth/token", &[], &all.into_iter().collect::<Vec<_>>())
}

/// The tokens of an answer, as members.
fn tokens(answer: &Outgoing) -> BTreeMap<String, String> {
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.body);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_text(), Into::into);
    members(answer).iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn members(answer: &Outgoing) -> Map {
    json::parse_object(answer.body.as_bytes()).unwrap_or_else(|_| panic!("{}", answer.body))
}

/// The word of a refusal.
fn error(answer: &Outgoing) -> String {
    assert!(answer.status >= 400, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    members(answer).get("error").and_then(Value::as_str).unwrap().into()
}

/// The part of a token as JSON.
fn part(token: &str, at: usize) -> Map {
    let part = token.split('.').nth(at).unwrap();
    json::parse_object(&edgeward_core::base64url::decode(part).unwrap()).unwrap()
}

fn claims(token: &str) -> Map {
    part(token, 1)
}

/// A hidden field of a page.
fn hidden(answer: &Outgoing, name: &str) -> String {
    let from = answer
        .body
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("{}", answer.body))
        .1;
    from.split_once('"').unwrap().0.replace("&amp;", "&")
}

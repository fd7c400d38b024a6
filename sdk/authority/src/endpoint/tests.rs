//! Endpoints over a store in memory.

use edgeward_core::json::{Value, object};

use super::{Broken, Cors, Endpoint, Reply, Wording, action, route};
use crate::{
    http::{Incoming, Outgoing},
    testing::{World, wait},
};

const DATA: Option<(&str, &str)> = Some(("data", "read"));

/// A world, and a token with these scopes and this limit.
fn world(scopes: &str, more: &str) -> (World, String, String) {
    let world = World::new();
    let user = world.user("u1");
    let arguments = format!(r#"{{"name": "n", "scopes": {scopes}{more}}}"#);
    let created = world.call(&user, "createApiToken", &arguments).unwrap();
    let text = |name: &str| created.get(name).and_then(Value::as_str).unwrap().to_owned();
    (world, text("token"), text("tokenId"))
}

fn request(method: &str, headers: &[(&str, &str)]) -> Incoming {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Incoming { method: method.into(), url: "https://api.example/data".into(), headers, ..Incoming::default() }
}

async fn tells(_: &Incoming, key: &super::Key) -> Result<Reply, Broken> {
    Ok(Reply::Json(object(vec![("userId", key.user.as_str().into()), ("keyId", key.id.as_str().into())])))
}

fn called(world: &World, authorization: &[&str], endpoint: &Endpoint) -> Outgoing {
    let headers: Vec<_> = authorization.iter().map(|value| ("authorization", *value)).collect();
    wait(action(&world.authority, &request("GET", &headers), endpoint, tells))
}

#[test]
fn a_handlers_object_is_json_and_its_own_answer_stays_as_it_is() {
    let (world, token, id) = world("[]", "");
    let bearer = format!("Bearer {token}");
    let answer = called(&world, &[&bearer], &Endpoint::default());
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.body, format!(r#"{{"keyId":"{id}","userId":"u1"}}"#));
    let own = async |_: &Incoming, _: &super::Key| {
        let answer = Outgoing { status: 418, headers: vec![("x-own", "1".into())], body: "tea".into() };
        Ok(Reply::Answer(answer))
    };
    let sent = request("GET", &[("authorization", &bearer)]);
    let answer = wait(action(&world.authority, &sent, &Endpoint::default(), own));
    assert_eq!((answer.status, answer.header("x-own"), answer.body.as_str()), (418, Some("1"), "tea"));
}

#[test]
fn a_handler_that_breaks_tells_nothing() {
    let (world, token, _) = world("[]", "");
    let sent = request("GET", &[("authorization", &format!("Bearer {token}"))]);
    let broken = async |_: &Incoming, _: &super::Key| Err(Broken);
    let answer = wait(action(&world.authority, &sent, &Endpoint::default(), broken));
    assert_eq!(answer.status, 500);
    assert_eq!(answer.body, r#"{"code":"INTERNAL_ERROR","error":"An unexpected error occurred."}"#);
}

#[test]
fn a_credential_has_one_form_and_its_scheme_any_case() {
    let (world, token, _) = world("[]", "");
    for good in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(called(&world, &[&format!("{good} {token}")], &Endpoint::default()).status, 200, "{good}");
    }
    let odd = [
        vec![],
        vec!["Bearer".to_owned()],
        vec!["Bearer ".to_owned()],
        vec![token.clone()],
        vec![format!("Basic {token}")],
        vec![format!("Bearer {token} more")],
        vec![format!("Bearer {token},{token}")],
        vec![format!("Bearer {token}"), format!("Bearer {token}")],
    ];
    for values in odd {
        let values: Vec<_> = values.iter().map(String::as_str).collect();
        let answer = called(&world, &values, &Endpoint::default());
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{values:?}");
        assert!(answer.body.contains("MISSING_BEARER_TOKEN"), "{}", answer.body);
    }
}

#[test]
fn a_scope_that_is_missing_is_named() {
    let endpoint = Endpoint { scope: DATA, ..Endpoint::default() };
    for (scopes, status) in [
        (r#"[{"resource": "data", "actions": ["read"]}]"#, 200),
        (r#"["admin"]"#, 200),
        (r#"[{"resource": "data", "actions": ["write"]}]"#, 403),
        (r#"["skills:read"]"#, 403),
        ("[]", 403),
    ] {
        let (world, token, _) = world(scopes, "");
        let answer = called(&world, &[&format!("Bearer {token}")], &endpoint);
        assert_eq!(answer.status, status, "{scopes}");
        if status == 403 {
            let challenge = r#"Bearer error="insufficient_scope", scope="data:read""#;
            assert_eq!(answer.header("www-authenticate"), Some(challenge));
            assert!(answer.body.contains("SCOPE_CHECK_FAILED"));
        }
    }
}

#[test]
fn each_refusal_has_its_status_in_both_wordings() {
    let cases: [(&str, &str, u16, u16); 4] = [
        ("unknown", "INVALID_API_KEY", 401, 403),
        ("revoked", "API_KEY_REVOKED", 401, 403),
        ("expired", "API_KEY_EXPIRED", 401, 403),
        ("limited", "API_KEY_RATE_LIMITED", 429, 403),
    ];
    for (state, code, standard, compatible) in cases {
        for (wording, status) in [(Wording::Standard, standard), (Wording::ConvexAuth, compatible)] {
            let more = r#", "expiresIn": 100, "rateLimit": {"maxRequests": 1, "windowMs": 60000}"#;
            let (world, mut token, id) = world("[]", more);
            match state {
                "unknown" => token = "sk_nobody".into(),
                "expired" => world.pass(100_001),
                "revoked" => {
                    let user = crate::context::Principal::User {
                        id: "u1".into(),
                        session: "s".into(),
                        admin: false,
                        impersonated_by: None,
                    };
                    world.call(&user, "revokeApiToken", &format!(r#"{{"tokenId": "{id}"}}"#)).unwrap();
                }
                _ => drop(called(&world, &[&format!("Bearer {token}")], &Endpoint::default())),
            }
            let endpoint = Endpoint { wording, ..Endpoint::default() };
            let answer = called(&world, &[&format!("Bearer {token}")], &endpoint);
            assert_eq!((answer.status, answer.body.contains(code)), (status, true), "{state} {wording:?}");
            assert_eq!(answer.header("retry-after").is_some(), state == "limited");
        }
    }
}

#[test]
fn an_outage_is_503_and_says_when_to_come_back() {
    let (world, token, _) = world("[]", "");
    *world.memory.fails_after.borrow_mut() = Some(0);
    let answer = called(&world, &[&format!("Bearer {token}")], &Endpoint::default());
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")));
}

#[test]
fn a_route_answers_preflights_and_an_action_does_not() {
    let (world, ..) = world("[]", "");
    let sent = request("OPTIONS", &[("origin", "https://app.example")]);
    let answer = wait(route(&world.authority, &sent, &Endpoint::default(), tells));
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET,POST,PUT,PATCH,DELETE,OPTIONS"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("Content-Type,Authorization"));
    assert_eq!(wait(action(&world.authority, &sent, &Endpoint::default(), tells)).status, 401);
}

#[test]
fn pages_read_what_cors_lets_them() {
    let (world, token, _) = world("[]", "");
    let list = || Cors::Origins(vec!["https://app.example".into(), "https://two.example".into()]);
    let cases = [
        (Cors::Any, Some("https://app.example"), Some("*"), None),
        (Cors::Any, None, Some("*"), None),
        (list(), Some("https://two.example"), Some("https://two.example"), Some("Origin")),
        (list(), Some("https://evil.example"), None, Some("Origin")),
        (list(), None, None, Some("Origin")),
        (Cors::None, Some("https://app.example"), None, None),
    ];
    for (cors, origin, allowed, vary) in cases {
        let endpoint = Endpoint { cors: cors.clone(), ..Endpoint::default() };
        let bearer = format!("Bearer {token}");
        for authorization in [bearer.as_str(), "Bearer sk_nobody"] {
            let mut headers = vec![("authorization", authorization)];
            headers.extend(origin.map(|origin| ("origin", origin)));
            let answer = wait(action(&world.authority, &request("GET", &headers), &endpoint, tells));
            let said = (answer.header("access-control-allow-origin"), answer.header("vary"));
            assert_eq!(said, (allowed, vary), "{cors:?} {origin:?}");
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}

#[test]
fn a_handlers_own_word_on_cors_stays() {
    let (world, token, _) = world("[]", "");
    let sent =
        request("GET", &[("authorization", &format!("Bearer {token}")), ("origin", "https://a.example")]);
    let own = async |_: &Incoming, _: &super::Key| {
        let answer = Outgoing::json(200, "{}".into());
        Ok(Reply::Answer(answer.with("access-control-allow-origin", "https://only.example")))
    };
    let answer = wait(action(&world.authority, &sent, &Endpoint::default(), own));
    let origins: Vec<_> =
        answer.headers.iter().filter(|(name, _)| *name == "access-control-allow-origin").collect();
    assert_eq!(origins, [&("access-control-allow-origin", "https://only.example".to_owned())]);
}

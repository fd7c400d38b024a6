//! Sign-ins for pages of other origins.

use edgeward_core::oauth::pkce::Verifier;

use super::browser::{begin, location, session};
use crate::{
    http::Outgoing,
    providers::scripted::{Script, parameter},
    testing::World,
};

fn verifier(byte: u8) -> (String, String) {
    let verifier = Verifier::from_random(&[byte; 32]);
    (verifier.expose().into(), verifier.challenge())
}

fn code(world: &World, challenge: &str) -> String {
    let query = format!("?redirectTo=https://app.example/done?code=old&challenge={challenge}");
    let answer = begin(world, "github", &query).back(world, "github", "code=abc");
    assert!(session(&answer).is_none());
    let url = location(&answer);
    assert!(url.starts_with("https://app.example/done?code=") && !url.contains("old"), "{url}");
    parameter(&url, "code").unwrap()
}

fn redeem(world: &World, code: &str, verifier: &str, origin: &str) -> Outgoing {
    let body = format!(r#"{{"code": "{code}", "verifier": "{verifier}"}}"#);
    world.send("POST", "/api/auth/signin/complete", &[("origin", origin)], &body).unwrap()
}

#[test]
fn a_code_is_for_who_has_the_verifier_once_and_for_two_minutes() {
    let (world, _) = Script::world();
    let ((own, challenge), (other, _)) = (verifier(1), verifier(2));
    let first = code(&world, &challenge);
    assert!(first.len() == 32 && first.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert!(!world.memory.dump().contains(&first));
    let page = "https://app.example";
    let stolen = redeem(&world, &first, &other, page);
    assert_eq!((stolen.status, stolen.body.contains("handoff_invalid")), (400, true));
    assert_eq!(redeem(&world, &first, &own, "https://evil.example").status, 403);
    // Neither used it up.
    let answer = redeem(&world, &first, &own, page);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(session(&answer).is_some());
    assert_eq!(answer.header("access-control-allow-origin"), Some(page));
    assert_eq!(redeem(&world, &first, &own, page).status, 400);
    let late = code(&world, &challenge);
    world.pass(120_001);
    assert_eq!(redeem(&world, &late, &own, page).status, 400);
}

#[test]
fn what_is_no_code_and_no_verifier_is_refused_by_name() {
    let (world, _) = Script::world();
    for (body, at) in [
        (r#"{"verifier": "x"}"#, "code"),
        (r#"{"code": "x"}"#, "verifier"),
        (r#"{"code": "x", "verifier": "short"}"#, "verifier"),
        (r#"{"code": 1, "verifier": "x"}"#, "code"),
    ] {
        let answer = world.send("POST", "/api/auth/signin/complete", &[], body).unwrap();
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains(&format!(r#""at":"{at}""#)), "{}", answer.body);
    }
}

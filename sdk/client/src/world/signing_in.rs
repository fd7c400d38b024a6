use super::*;

/// How many orders of events are tried.
const SEEDS: u64 = 50;

#[test]
fn a_sign_in_gives_the_session_that_the_provider_tells() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed, 1, "");
        let result = world.sign_in(0).unwrap();
        assert_eq!(text(&result, "kind"), "signedIn");
        assert_eq!(text(result.get("session").unwrap(), "subject"), "ada");
        assert_eq!(world.token(0, "{}").unwrap(), "at-2");
        assert_eq!(world.provider.asked.len(), 1, "seed {seed}");
    }
}

#[test]
fn an_id_token_that_does_not_fit_signs_nobody_in_and_gives_the_tokens_back() {
    for (claims, code) in [
        (r#"{"nonce":"of another"}"#, "token_nonce_mismatch"),
        (r#"{"aud":"somebody else"}"#, "token_audience_invalid"),
        (r#"{"iss":"https://evil.example"}"#, "token_issuer_invalid"),
        (r#"{"exp":1}"#, "token_expired"),
    ] {
        let mut world = World::new(1, 1, "");
        world.provider.claims = json::parse_object(claims.as_bytes()).unwrap();
        assert_eq!(world.sign_in(0).unwrap_err(), code);
        assert_eq!(world.finish(0, "getSession", "{}").unwrap(), Value::Null);
        while world.step() && world.provider.revoked.is_empty() {}
        assert_eq!(world.provider.revoked, ["rt-3"], "{code}");
    }
}

#[test]
fn an_answer_counts_once_however_many_ask_and_in_the_client_that_began_it() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed, 2, "");
        world.finish(0, "signIn", "{}").unwrap();
        let address = world.left.last().unwrap().clone();
        let back = world.provider.authorize(&address);
        let args = format!(r#"{{"url":"{back}"}}"#);
        let calls: Vec<u64> = (0..3).map(|_| world.call(0, "handleCallback", &args)).collect();
        for call in calls {
            assert_eq!(text(&world.end_of(0, call).unwrap(), "kind"), "signedIn", "seed {seed}");
        }
        let late = world.finish(1, "handleCallback", &args);
        assert_eq!(late.unwrap_err(), "callback_replayed", "seed {seed}");
        assert_eq!(world.provider.asked.len(), 1);
        let stranger = back.replace("state=", "state=A");
        let none = world.finish(0, "handleCallback", &format!(r#"{{"url":"{stranger}"}}"#)).unwrap();
        assert_eq!(text(&none, "kind"), "none");
    }
}

#[test]
fn an_answer_of_another_issuer_is_refused_before_its_code_goes_anywhere() {
    let mut world = World::new(3, 1, "");
    world.finish(0, "signIn", "{}").unwrap();
    let address = world.left.last().unwrap().clone();
    let back = world.provider.authorize(&address).replace("id.example", "evil.example");
    let refused = world.finish(0, "handleCallback", &format!(r#"{{"url":"{back}"}}"#));
    assert_eq!(refused.unwrap_err(), "callback_issuer_mismatch");
    assert!(world.provider.asked.is_empty());
}

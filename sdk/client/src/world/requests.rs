use super::*;

#[test]
fn a_proof_is_made_again_with_the_nonce_that_the_server_demands_and_no_more() {
    let mut world = World::new(11, 1, r#","tokenBinding":"dpop""#);
    world.provider.nonce = Some("n-1");
    world.sign_in(0).unwrap();
    let nonces = |world: &World| -> Vec<Option<String>> {
        let own = |proof: &Value| proof.get("nonce").and_then(Value::as_str).map(String::from);
        world.provider.proofs.iter().map(own).collect()
    };
    assert_eq!(nonces(&world), [None, Some("n-1".into())]);
    world.provider.nonce = Some("n-2");
    world.passed += provider::LIFETIME * 1000;
    world.token(0, "{}").unwrap();
    assert_eq!(nonces(&world)[2..], [Some("n-1".into()), Some("n-2".into())]);
    assert_eq!(world.token(0, "{}").unwrap(), world.token(0, "{}").unwrap());
    assert_eq!(world.provider.refreshes(), 2, "the refused one, and the good one");
}

#[test]
fn a_pushed_request_leaves_nothing_in_the_address_but_its_name() {
    for required in [false, true] {
        let more = if required { "" } else { r#","pushedAuthorizationRequests":true"# };
        let mut world = World::new(13, 1, more);
        if required {
            world.provider.metadata =
                json::parse_object(br#"{"require_pushed_authorization_requests":true}"#).unwrap();
        }
        assert_eq!(text(&world.sign_in(0).unwrap(), "kind"), "signedIn");
        let address = &world.left[0];
        assert!(address.ends_with("?client_id=app&request_uri=urn%3Arequest-1"), "{address}");
    }
}

#[test]
fn a_provider_by_name_needs_no_metadata_and_is_asked_in_its_own_way() {
    let options =
        r#"{"provider":"github","clientId":"app","clientSecret":"s","redirectUri":"https://app.example/"}"#;
    let mut world = World::new(17, 0, "");
    world.cores.push(Core::new(options));
    world.finish(0, "start", "{}").unwrap();
    world.finish(0, "signIn", "{}").unwrap();
    let address = &world.left[0];
    assert!(address.starts_with("https://github.com/login/oauth/authorize?client_id=app"), "{address}");
    assert!(address.contains("scope=read%3Auser+user%3Aemail"), "{address}");
}

#[test]
fn a_signed_answer_must_be_signed_by_the_provider() {
    let claims = |state: &str, changes: &str| {
        let end = BEGINNING / 1000 + 60;
        format!(
            r#"{{"iss":"https://id.example","aud":"app","exp":{end},"code":"code-1","state":"{state}"{changes}}}"#
        )
    };
    for (changes, forged, expected) in [
        ("", false, Ok("signedIn")),
        ("", true, Err("token_signature_invalid")),
        (r#","aud":"other""#, false, Err("none")),
    ] {
        let mut world = World::new(19, 1, r#","responseMode":"query.jwt""#);
        world.finish(0, "signIn", "{}").unwrap();
        let address = world.left[0].clone();
        assert!(address.contains("response_mode=query.jwt"));
        let plain = world.provider.authorize(&address);
        let state = plain.split("state=").nth(1).unwrap().split('&').next().unwrap();
        let header = base64url::encode(br#"{"alg":"ES256","kid":"k"}"#);
        let input = [header, base64url::encode(claims(state, changes).as_bytes())].join(".");
        let signature = provider::signature(if forged { "another" } else { &input });
        let args = format!(r#"{{"url":"https://app.example/?response={input}.{signature}"}}"#);
        let outcome = world.finish(0, "handleCallback", &args).map(|result| text(&result, "kind").to_owned());
        match expected {
            Ok(kind) => assert_eq!(outcome.as_deref(), Ok(kind)),
            // A member that comes twice is no answer at all.
            Err("none") => assert_eq!(outcome.as_deref(), Ok("none")),
            Err(code) => assert_eq!(outcome.unwrap_err(), code),
        }
    }
}

#[test]
fn an_answer_that_should_be_signed_and_is_not_is_refused() {
    let mut world = World::new(19, 1, r#","responseMode":"query.jwt""#);
    assert_eq!(world.sign_in(0).unwrap_err(), "callback_invalid");
    assert!(world.provider.asked.is_empty(), "its code goes nowhere");
}

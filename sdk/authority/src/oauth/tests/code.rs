use super::*;

#[test]
fn a_code_gives_tokens_for_the_user_and_the_client() {
    let world = world();
    let code = code(&world, &[("nonce", "n")]);
    let tokens = tokens(&redeemed(&world, &code, &[]));
    assert_eq!((tokens["token_type"].as_str(), tokens["expires_in"].as_str()), ("Bearer", "900"));
    let id = claims(&tokens["id_token"]);
    for (name, value) in [("sub", "u1"), ("aud", "own"), ("iss", "https://auth.example"), ("nonce", "n")] {
        assert_eq!(id.get(name).unwrap(), &value);
    }
    assert_eq!(claims(&tokens["access_token"]).get("sid"), id.get("sid"));
}

#[test]
fn a_code_is_good_once_for_two_minutes() {
    let world = world();
    let late = code(&world, &[]);
    world.pass(120_000);
    assert_eq!(error(&redeemed(&world, &late, &[])), "invalid_grant");
    let code = code(&world, &[]);
    world.pass(119_999);
    let first = tokens(&redeemed(&world, &code, &[]));
    assert_eq!(error(&redeemed(&world, &code, &[])), "invalid_grant");
    assert_eq!(
        error(&refreshed(&world, &first["refresh_token"], &[])),
        "invalid_grant",
        "replay ends what it gave"
    );
    let userinfo = world.send(
        "GET",
        "/oauth/userinfo",
        &[("authorization", &format!("Bearer {}", first["access_token"]))],
        "",
    );
    assert_eq!(userinfo.unwrap().status, 401);
}

#[test]
fn what_does_not_fit_burns_no_code() {
    let world = world();
    let code = code(&world, &[]);
    for (changed, word) in [
        (("code_verifier", "another-verifier-of-forty-three-characters-000"), "invalid_grant"),
        (("code_verifier", "short"), "invalid_grant"),
        (("code_verifier", ""), "invalid_request"),
        (("redirect_uri", "https://own.example/other"), "invalid_grant"),
        (("client_id", "app"), "invalid_grant"),
        (("client_id", "nobody"), "invalid_client"),
        (("resource", "https://other.example"), "invalid_target"),
    ] {
        assert_eq!(error(&redeemed(&world, &code, &[changed])), word, "{changed:?}");
    }
    tokens(&redeemed(&world, &code, &[("redirect_uri", "")]));
}

#[test]
fn replay_by_who_has_only_found_the_code_ends_nothing() {
    let world = world();
    let code = code(&world, &[]);
    let first = tokens(&redeemed(&world, &code, &[]));
    let wrong = [("code_verifier", "another-verifier-of-forty-three-characters-000")];
    assert_eq!(error(&redeemed(&world, &code, &wrong)), "invalid_grant");
    tokens(&refreshed(&world, &first["refresh_token"], &[]));
}

#[test]
fn a_client_shows_who_it_is_in_one_way() {
    let world = world();
    let basic = |text: &str| format!("Basic {}", edgeward_core::base64url::encode(text.as_bytes()));
    let ask = |headers: &[(&str, &str)], pairs: &[(&str, &str)]| {
        let pairs: Vec<_> =
            [("grant_type", "client_credentials")].into_iter().chain(pairs.iter().copied()).collect();
        post(&world, "/oauth/token", headers, &pairs)
    };
    let good = basic("server:secret");
    tokens(&ask(&[("authorization", &good)], &[]));
    tokens(&ask(&[], &[("client_id", "server"), ("client_secret", "secret")]));
    let answer = ask(&[("authorization", &basic("server:wrong"))], &[]);
    assert_eq!((error(&answer).as_str(), answer.status), ("invalid_client", 401));
    assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
    assert_eq!(error(&ask(&[], &[("client_id", "server")])), "invalid_client");
    assert_eq!(error(&ask(&[("authorization", &good)], &[("client_secret", "secret")])), "invalid_request");
    assert_eq!(error(&ask(&[("authorization", &good)], &[("client_id", "app")])), "invalid_request");
    assert_eq!(error(&ask(&[], &[("client_id", "own"), ("client_secret", "secret")])), "invalid_client");
    assert_eq!(error(&ask(&[], &[("client_id", "own")])), "unauthorized_client");
    assert_eq!(error(&ask(&[("authorization", &good)], &[("scope", "notes:write")])), "invalid_scope");
    let token = tokens(&ask(&[("authorization", &good)], &[("scope", "notes:read")]));
    assert!(!token.contains_key("refresh_token"));
    assert_eq!(claims(&token["access_token"]).get("sub").unwrap(), &"server");
}

#[test]
fn the_token_endpoint_takes_forms_alone() {
    let world = world();
    let json = world.send("POST", "/oauth/token", &[("content-type", "application/json")], "{}").unwrap();
    assert_eq!(error(&json), "invalid_request");
    assert_eq!(world.send("GET", "/oauth/token", &[], "").unwrap().status, 405);
    let twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token"), ("client_id", "own")];
    assert_eq!(error(&post(&world, "/oauth/token", &[], &twice)), "invalid_request");
    assert_eq!(
        error(&post(&world, "/oauth/token", &[], &[("client_id", "own"), ("grant_type", "password")])),
        "unsupported_grant_type"
    );
}

#[test]
fn a_store_that_fails_at_any_statement_burns_no_code() {
    let world = world();
    let code = code(&world, &[]);
    for after in 0..40 {
        *world.memory.fails_after.borrow_mut() = Some(after);
        let answer = redeemed(&world, &code, &[]);
        *world.memory.fails_after.borrow_mut() = None;
        if answer.status == 200 {
            assert!(after > 3, "{after}");
            return;
        }
        assert_eq!((error(&answer).as_str(), answer.status), ("temporarily_unavailable", 503), "{after}");
    }
    panic!("the code gave no tokens");
}

#[test]
fn the_store_holds_no_credential() {
    let world = world();
    let code = code(&world, &[]);
    let tokens = tokens(&redeemed(&world, &code, &[]));
    let dump = world.memory.dump();
    for credential in [&code, &tokens["access_token"], &tokens["refresh_token"]] {
        let secret = credential.rsplit('.').next().unwrap();
        for at in 0..secret.len() - 12 {
            assert!(!dump.contains(&secret[at..at + 12]));
        }
    }
}

#[test]
fn a_code_goes_with_the_session_it_was_asked_for_in() {
    let world = world();
    for scope in ["openid", "openid offline_access"] {
        let cookie = signed_in(&world, "u1");
        let code = sent(&get(&world, &cookie, &authorization(&[("scope", scope)])))["code"].clone();
        let signed_out = [("cookie", cookie.as_str()), ("origin", "https://auth.example")];
        assert_eq!(world.send("POST", "/api/auth/sign-out", &signed_out, "").unwrap().status, 200);
        assert_eq!(error(&redeemed(&world, &code, &[])), "invalid_grant", "{scope}");
    }
    assert!(!world.shared.log.borrow().iter().any(|line| line.contains("replayed")), "nobody has stolen it");
}

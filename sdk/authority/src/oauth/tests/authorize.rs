use super::*;

#[test]
fn nothing_is_sent_to_an_address_that_is_not_the_clients() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    for changed in [
        ("redirect_uri", "https://own.example/cb/"),
        ("redirect_uri", "https://evil.example/cb"),
        ("redirect_uri", "https://own.example/cb?x"),
        ("client_id", "nobody"),
        ("client_id", ""),
        ("request_uri", "https://evil.example/request"),
    ] {
        let answer = get(&world, &cookie, &authorization(&[changed]));
        assert_eq!((answer.status, answer.header("location")), (400, None), "{changed:?}");
    }
    let twice = authorization(&[]) + "&redirect_uri=https%3A%2F%2Fevil.example%2F";
    assert_eq!(get(&world, &cookie, &twice).status, 400);
}

#[test]
fn what_is_wrong_otherwise_is_told_to_the_client_with_state_and_issuer() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    for (changed, word) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("scope", "everything"), "invalid_scope"),
        (("resource", "https://other.example"), "invalid_target"),
        (("resource", "relative"), "invalid_target"),
        (("request", "a.b.c"), "request_not_supported"),
        (("prompt", "none login"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
    ] {
        let answer = sent(&get(&world, &cookie, &authorization(&[changed])));
        assert_eq!(answer["error"], word, "{changed:?}");
        assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s t", "https://auth.example"));
        assert!(!answer.contains_key("code"));
    }
}

#[test]
fn who_is_not_signed_in_is_sent_to_sign_in_and_comes_back() {
    let world = world();
    let answer = get(&world, "", &authorization(&[]));
    let back = sent(&answer)["continue"].clone();
    assert!(answer.header("location").unwrap().starts_with("/oauth/signin?"));
    assert!(back.starts_with("/oauth/authorize?"));
    let page = get(&world, "", answer.header("location").unwrap());
    assert_eq!(page.status, 200);
    let cookie = signed_in(&world, "u1");
    assert!(sent(&get(&world, &cookie, &back)).contains_key("code"));
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/oauth/authorize/../x",
        "javascript:x",
    ] {
        let path = ["/oauth/signin?", &form::encode(&[("continue", elsewhere)])].concat();
        assert_eq!(get(&world, "", &path).status, 400, "{elsewhere}");
    }
}

#[test]
fn prompt_none_never_shows_a_page() {
    let world = world();
    let silent = [("prompt", "none")];
    assert_eq!(sent(&get(&world, "", &authorization(&silent)))["error"], "login_required");
    let cookie = signed_in(&world, "u1");
    assert!(sent(&get(&world, &cookie, &authorization(&silent))).contains_key("code"));
    let app = [("prompt", "none"), ("client_id", "app"), ("redirect_uri", "https://app.example/cb")];
    assert_eq!(sent(&get(&world, &cookie, &authorization(&app)))["error"], "consent_required");
}

#[test]
fn prompt_login_takes_no_old_session_and_no_made_up_note_of_a_new_one() {
    let world = world();
    for changed in [[("prompt", "login"), ("max_age", "")], [("prompt", ""), ("max_age", "60")]] {
        let old = signed_in(&world, "u1");
        world.pass(61_000);
        let back = sent(&get(&world, &old, &authorization(&changed)))["continue"].clone();
        let again = get(&world, &old, &back);
        assert!(again.header("location").unwrap().starts_with("/oauth/signin"), "{changed:?}");
        let (head, since) = back.split_once("edgeward_since=").unwrap();
        let earlier = format!("{head}edgeward_since=1.{}", since.split_once('.').unwrap().1);
        assert!(get(&world, &old, &earlier).header("location").unwrap().starts_with("/oauth/signin"));
        let new = signed_in(&world, "u1");
        assert!(sent(&get(&world, &new, &back)).contains_key("code"), "{changed:?}");
    }
}

const APP: [(&str, &str); 2] = [("client_id", "app"), ("redirect_uri", "https://app.example/cb")];

#[test]
fn a_user_is_asked_once_and_what_is_shown_is_escaped() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let page = get(&world, &cookie, &authorization(&APP));
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("Notes &lt;b&gt;") && !page.body.contains("<b>") && !page.body.contains("<script")
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.ends_with("form-action 'self' https://app.example")
    );
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
    let (request, proof) = (hidden(&page, "request"), hidden(&page, "form"));
    let send = |cookie: &str, form: &str, decision: &str| {
        let pairs = [("request", request.as_str()), ("form", form), ("decision", decision)];
        post(&world, "/oauth/consent", &[("cookie", cookie)], &pairs)
    };
    assert_eq!(sent(&send(&cookie, &proof, "deny"))["error"], "access_denied");
    let other = signed_in(&world, "u1");
    for (cookie, form) in
        [(cookie.as_str(), "AAAA"), (cookie.as_str(), ""), ("", &proof), (other.as_str(), &proof)]
    {
        assert_eq!(send(cookie, form, "allow").status, 400);
    }
    assert!(sent(&send(&cookie, &proof, "allow")).contains_key("code"));
    assert!(sent(&get(&world, &cookie, &authorization(&APP))).contains_key("code"), "remembered");
    let more = [APP[0], APP[1], ("scope", "openid notes:read notes:write")];
    assert_eq!(get(&world, &cookie, &authorization(&more)).status, 200, "more has to be asked for");
    let again = [APP[0], APP[1], ("prompt", "consent")];
    assert_eq!(get(&world, &cookie, &authorization(&again)).status, 200);
}

#[test]
fn a_form_for_one_request_does_not_allow_another() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let page = get(&world, &cookie, &authorization(&APP));
    let proof = hidden(&page, "form");
    let request = hidden(&page, "request").replace("notes%3Aread", "notes%3Awrite");
    let pairs = [("request", request.as_str()), ("form", proof.as_str()), ("decision", "allow")];
    assert_eq!(post(&world, "/oauth/consent", &[("cookie", &cookie)], &pairs).status, 400);
}

#[test]
fn a_pushed_request_is_good_once_and_for_its_client_alone() {
    let world = world();
    let query = authorization(&[]);
    let pairs = form::decode(query.split_once('?').unwrap().1);
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = post(&world, "/oauth/par", &[], &pairs);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let uri = members(&answer).get("request_uri").and_then(Value::as_str).unwrap().to_owned();
    let with = |client| {
        ["/oauth/authorize?", &form::encode(&[("client_id", client), ("request_uri", &uri)])].concat()
    };
    let cookie = signed_in(&world, "u1");
    assert_eq!(get(&world, &cookie, &with("app")).status, 400);
    let code = sent(&get(&world, &cookie, &with("own")))["code"].clone();
    assert_eq!(get(&world, &cookie, &with("own")).status, 400, "used");
    tokens(&redeemed(&world, &code, &[]));
    let bad =
        post(&world, "/oauth/par", &[], &[("client_id", "own"), ("redirect_uri", "https://evil.example/")]);
    assert_eq!(error(&bad), "invalid_request");
    let late = members(&post(&world, "/oauth/par", &[], &pairs));
    let late = late.get("request_uri").and_then(Value::as_str).unwrap().to_owned();
    world.pass(600_000);
    let path = ["/oauth/authorize?", &form::encode(&[("client_id", "own"), ("request_uri", &late)])].concat();
    assert_eq!(get(&world, &signed_in(&world, "u1"), &path).status, 400);
}

#[test]
fn what_was_allowed_for_one_api_is_not_allowed_for_all() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let with = |resource: &'static str| [APP[0], APP[1], ("resource", resource)];
    let page = get(&world, &cookie, &authorization(&with("https://api.example")));
    let (request, form) = (hidden(&page, "request"), hidden(&page, "form"));
    let pairs = [("request", request.as_str()), ("form", form.as_str()), ("decision", "allow")];
    assert!(sent(&post(&world, "/oauth/consent", &[("cookie", &cookie)], &pairs)).contains_key("code"));
    let is_asked = |resource| get(&world, &cookie, &authorization(&with(resource))).status == 200;
    assert!(!is_asked("https://api.example"), "remembered");
    assert!(is_asked("https://happy-animal-1.convex.cloud"));
    assert!(is_asked(""), "without a name each of them is meant");
}

use super::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn begun(world: &World) -> BTreeMap<String, String> {
    tokens(&post(
        world,
        "/oauth/device_authorization",
        &[],
        &[("client_id", "app"), ("scope", "openid notes:read")],
    ))
}

fn poll(world: &World, device: &str) -> Outgoing {
    post(world, "/oauth/token", &[], &[("grant_type", GRANT), ("client_id", "app"), ("device_code", device)])
}

fn decide(world: &World, cookie: &str, typed: &str, decision: &str) -> Outgoing {
    let page = post(world, "/device", &[("cookie", cookie)], &[("user_code", typed)]);
    let (code, form) = (hidden(&page, "user_code"), hidden(&page, "form"));
    post(
        world,
        "/device",
        &[("cookie", cookie)],
        &[("user_code", &code), ("form", &form), ("decision", decision)],
    )
}

#[test]
fn a_device_is_confirmed_elsewhere_and_gets_a_session_of_its_own_once() {
    let world = world();
    let device = begun(&world);
    assert_eq!((device["expires_in"].as_str(), device["interval"].as_str()), ("900", "5"));
    assert_eq!(
        device["verification_uri_complete"],
        format!("https://auth.example/device?user_code={}", device["user_code"])
    );
    assert_eq!(error(&poll(&world, &device["device_code"])), "authorization_pending");
    let cookie = signed_in(&world, "u1");
    let typed = device["user_code"].to_lowercase().replace('-', " ");
    let done = decide(&world, &cookie, &typed, "allow");
    assert!(done.status == 200 && done.body.contains("Device connected"));
    world.pass(5_000);
    let tokens = tokens(&poll(&world, &device["device_code"]));
    let own = claims(&tokens["access_token"]).get("sid").unwrap().to_text();
    assert!(
        !world.memory.dump().lines().any(|line| line.starts_with("edgeward_sessions") && line.contains(&own))
    );
    world.pass(5_000);
    assert_eq!(error(&poll(&world, &device["device_code"])), "invalid_grant", "once");
    let page = get(&world, &cookie, "/device");
    assert!(page.status == 200 && page.body.contains("Signed in as"), "who confirmed is still signed in");
}

#[test]
fn a_device_that_asks_too_often_waits_longer_from_then_on() {
    let world = world();
    let device = begun(&world)["device_code"].clone();
    assert_eq!(error(&poll(&world, &device)), "authorization_pending");
    world.pass(4_000);
    assert_eq!(error(&poll(&world, &device)), "slow_down");
    world.pass(5_000);
    assert_eq!(error(&poll(&world, &device)), "slow_down", "ten seconds now");
    world.pass(6_000);
    assert_eq!(error(&poll(&world, &device)), "authorization_pending", "fifteen have passed");
    world.pass(14_000);
    assert_eq!(error(&poll(&world, &device)), "slow_down", "it stays at fifteen");
}

#[test]
fn a_device_can_be_denied_and_expires() {
    let world = world();
    let cookie = signed_in(&world, "u1");
    let denied = begun(&world);
    assert!(decide(&world, &cookie, &denied["user_code"], "deny").body.contains("Device denied"));
    assert_eq!(error(&poll(&world, &denied["device_code"])), "access_denied");
    let late = begun(&world);
    world.pass(900_000);
    assert_eq!(error(&poll(&world, &late["device_code"])), "expired_token");
    let page = post(&world, "/device", &[("cookie", &cookie)], &[("user_code", &late["user_code"])]);
    assert!(page.body.contains("No device is waiting"));
}

#[test]
fn two_who_decide_at_once_decide_one_thing() {
    let world = world();
    let (device, cookie) = (begun(&world), signed_in(&world, "u1"));
    let page = post(&world, "/device", &[("cookie", &cookie)], &[("user_code", &device["user_code"])]);
    let form = hidden(&page, "form");
    let code = hidden(&page, "user_code");
    let decide = |decision| {
        post(
            &world,
            "/device",
            &[("cookie", &cookie)],
            &[("user_code", &code), ("form", &form), ("decision", decision)],
        )
    };
    assert!(decide("deny").body.contains("Device denied"));
    assert!(decide("allow").body.contains("decided about already"));
    world.pass(5_000);
    assert_eq!(error(&poll(&world, &device["device_code"])), "access_denied");
}

#[test]
fn a_form_of_another_session_decides_nothing_and_guesses_are_counted() {
    let world = world();
    world.user("u2");
    let device = begun(&world);
    let (one, other) = (signed_in(&world, "u1"), signed_in(&world, "u2"));
    let page = post(&world, "/device", &[("cookie", &one)], &[("user_code", &device["user_code"])]);
    let (code, form) = (hidden(&page, "user_code"), hidden(&page, "form"));
    let answer = post(
        &world,
        "/device",
        &[("cookie", &other)],
        &[("user_code", &code), ("form", &form), ("decision", "allow")],
    );
    assert_eq!(answer.status, 400);
    for _ in 0..10 {
        post(&world, "/device", &[("cookie", &other)], &[("user_code", "BCDF-GHJK")]);
    }
    let page = post(&world, "/device", &[("cookie", &other)], &[("user_code", &device["user_code"])]);
    assert!(page.body.contains("Too many codes"));
    let anonymous = get(&world, "", "/device?user_code=bcdf-ghjk");
    assert_eq!(sent(&anonymous)["continue"], "/device?user_code=BCDF-GHJK");
}

#[test]
fn a_code_is_good_for_its_device_alone() {
    let world = world();
    let device = begun(&world);
    let other =
        [("grant_type", GRANT), ("client_id", "own"), ("device_code", device["device_code"].as_str())];
    assert_eq!(error(&post(&world, "/oauth/token", &[], &other)), "unauthorized_client");
    assert_eq!(error(&poll(&world, "made-up")), "invalid_grant");
    let dump = world.memory.dump();
    assert!(!dump.contains(&device["device_code"]) && !dump.contains(&device["user_code"].replace('-', "")));
}

#[test]
fn a_device_is_signed_out_with_the_others() {
    for offline in ["", " offline_access"] {
        for (path, ends) in [("revoke-other-sessions", true), ("revoke-sessions", true), ("sign-out", false)]
        {
            let world = world();
            let scope = format!("openid{offline}");
            let asked = [("client_id", "app"), ("scope", scope.as_str())];
            let device = tokens(&post(&world, "/oauth/device_authorization", &[], &asked));
            let cookie = signed_in(&world, "u1");
            decide(&world, &cookie, &device["user_code"], "allow");
            let given = tokens(&poll(&world, &device["device_code"]));
            let headers = [("cookie", cookie.as_str()), ("origin", "https://auth.example")];
            assert_eq!(world.send("POST", &format!("/api/auth/{path}"), &headers, "").unwrap().status, 200);
            let answer = refreshed(&world, &given["refresh_token"], &[("client_id", "app")]);
            assert_eq!(answer.status, if ends { 400 } else { 200 }, "{path}{offline}: {}", answer.body);
        }
    }
}

use super::*;

fn first(world: &World) -> BTreeMap<String, String> {
    tokens(&redeemed(world, &code(world, &[]), &[]))
}

fn next(world: &World, token: &str) -> String {
    tokens(&refreshed(world, token, &[]))["refresh_token"].clone()
}

#[test]
fn each_refresh_gives_the_next_token_and_another_access_token() {
    let world = world();
    let begun = first(&world);
    let (mut token, mut ids) = (begun["refresh_token"].clone(), vec![]);
    for _ in 0..50 {
        world.pass(60_000);
        let tokens = tokens(&refreshed(&world, &token, &[]));
        assert_ne!(tokens["refresh_token"], token);
        let id = claims(&tokens["access_token"]).get("jti").unwrap().to_text();
        assert!(!ids.contains(&id));
        ids.push(id);
        token.clone_from(&tokens["refresh_token"]);
    }
}

#[test]
fn who_has_lost_the_answer_gets_the_same_token_again() {
    let world = world();
    let old = first(&world)["refresh_token"].clone();
    let new = next(&world, &old);
    for wait in [0, 5_000, 3_600_000] {
        world.pass(wait);
        assert_eq!(next(&world, &old), new);
    }
    next(&world, &new);
}

#[test]
fn tabs_that_race_all_succeed_and_the_session_goes_on() {
    let world = world();
    let token = first(&world)["refresh_token"].clone();
    let all: Vec<_> = (0..5).map(|_| next(&world, &token)).collect();
    assert!(all.iter().all(|other| *other == all[0]));
    let later = next(&world, &all[0]);
    world.pass(9_000);
    assert_eq!(next(&world, &token), later, "within ten seconds of its first use");
    next(&world, &later);
}

#[test]
fn a_token_that_comes_back_late_ends_the_family() {
    let world = world();
    let a = first(&world)["refresh_token"].clone();
    let b = next(&world, &a);
    let c = next(&world, &b);
    world.pass(11_000);
    assert_eq!(error(&refreshed(&world, &a, &[])), "invalid_grant");
    assert_eq!(error(&refreshed(&world, &c, &[])), "invalid_grant");
    assert!(world.shared.log.borrow().iter().any(|line| line.contains("session.refresh_reuse_detected")));
}

#[test]
fn a_made_up_token_ends_nobodys_session() {
    let world = world();
    let one = first(&world)["refresh_token"].clone();
    let other = first(&world)["refresh_token"].clone();
    let parts = |token: &str| token.split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
    let (of_one, of_other) = (parts(&one), parts(&other));
    let mixed = [of_other[0].as_str(), &of_one[1], &of_one[2]].join(".");
    for odd in [
        mixed.as_str(),
        "",
        "rt_",
        "rt_a",
        "rt_a.b",
        "a|b",
        "|",
        &one[3..],
        &format!("{one}.x"),
        &format!("{one}A"),
    ] {
        let answer = refreshed(&world, odd, &[]);
        assert!(matches!(error(&answer).as_str(), "invalid_grant" | "invalid_request"), "{odd}");
    }
    next(&world, &one);
    next(&world, &other);
}

#[test]
fn a_grant_ends_after_thirty_days_however_often_it_is_used() {
    let world = world();
    let mut token = first(&world)["refresh_token"].clone();
    let day = 86_400_000;
    world.pass(29 * day);
    token = next(&world, &token);
    world.pass(day - 1);
    token = next(&world, &token);
    world.pass(1);
    assert_eq!(error(&refreshed(&world, &token, &[])), "invalid_grant");
}

#[test]
fn a_broader_scope_is_refused_and_costs_no_token() {
    let world = world();
    let token = first(&world)["refresh_token"].clone();
    for more in ["openid notes:write", "email"] {
        assert_eq!(error(&refreshed(&world, &token, &[("scope", more)])), "invalid_scope");
    }
    assert_eq!(error(&refreshed(&world, &token, &[("resource", "https://other.example")])), "invalid_target");
    assert_eq!(error(&refreshed(&world, &token, &[("client_id", "app")])), "invalid_grant");
    let narrow = tokens(&refreshed(&world, &token, &[("scope", "notes:read")]));
    assert_eq!(narrow["scope"], "notes:read");
    let whole = tokens(&refreshed(&world, &narrow["refresh_token"], &[]));
    assert_eq!(whole["scope"], "openid notes:read");
}

#[test]
fn a_store_that_fails_at_any_statement_leaves_a_token_that_works() {
    for after in 0..12 {
        let world = world();
        let token = first(&world)["refresh_token"].clone();
        *world.memory.fails_after.borrow_mut() = Some(after);
        let answer = refreshed(&world, &token, &[]);
        *world.memory.fails_after.borrow_mut() = None;
        if answer.status != 200 {
            assert_eq!((error(&answer).as_str(), answer.status), ("temporarily_unavailable", 503));
        }
        next(&world, &token);
    }
}

#[test]
fn what_was_granted_in_a_session_ends_with_it_unless_it_was_granted_for_longer() {
    for (scope, goes_on) in [("openid notes:read", false), ("openid notes:read offline_access", true)] {
        let world = world();
        let cookie = signed_in(&world, "u1");
        let code = sent(&get(&world, &cookie, &authorization(&[("scope", scope)])))["code"].clone();
        let token = tokens(&redeemed(&world, &code, &[]))["refresh_token"].clone();
        let headers = [("cookie", cookie.as_str()), ("origin", "https://auth.example")];
        assert_eq!(world.send("POST", "/api/auth/sign-out", &headers, "").unwrap().status, 200);
        assert_eq!(refreshed(&world, &token, &[]).status == 200, goes_on, "{scope}");
    }
}

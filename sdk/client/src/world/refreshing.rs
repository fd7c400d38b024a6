use super::*;
use crate::world::provider::LIFETIME;

const SEEDS: u64 = 60;
const TABS: usize = 4;

/// Tabs that are signed in, and whose token has expired.
fn expired(seed: u64, more: &str) -> World {
    let mut world = World::new(seed, TABS, more);
    world.sign_in(0).unwrap();
    world.settle();
    for tab in 1..TABS {
        assert_eq!(world.token(tab, "{}").unwrap(), "at-2");
    }
    world.passed += LIFETIME * 1000;
    world
}

fn all(world: &mut World, args: &str) -> Vec<Result<String, String>> {
    let calls: Vec<(Tab, u64)> =
        (0..TABS).map(|tab| (tab, world.call(tab, "getAccessToken", args))).collect();
    let token = |value: Value| text(&value, "token").to_owned();
    calls.into_iter().map(|(tab, call)| world.end_of(tab, call).map(token)).collect()
}

#[test]
fn tabs_that_find_a_token_expired_at_once_send_the_refresh_token_once() {
    for seed in 0..SEEDS {
        let mut world = expired(seed, "");
        let tokens = all(&mut world, "{}");
        assert!(tokens.iter().all(|token| token.as_deref() == Ok("at-4")), "seed {seed}: {tokens:?}");
        assert_eq!(world.provider.refreshes(), 1, "seed {seed}");
    }
}

#[test]
fn no_outage_ends_a_session_and_all_is_well_afterwards() {
    for fault in [None, Some((503, "")), Some((429, "{}")), Some((500, r#"{"error":"invalid_grant"}"#))] {
        for seed in 0..SEEDS / 4 {
            let mut world = expired(seed, "");
            world.provider.faults = vec![fault; 2];
            for failed in all(&mut world, "{}") {
                assert!(failed.is_ok() || failed != Err("session_expired".into()), "seed {seed} {failed:?}");
            }
            world.passed += 120_000;
            let tokens = all(&mut world, "{}");
            assert!(tokens.iter().all(Result::is_ok), "seed {seed} after {fault:?}: {tokens:?}");
            assert_eq!(tokens.iter().collect::<std::collections::HashSet<_>>().len(), 1);
        }
    }
}

#[test]
fn a_refusal_ends_the_session_in_every_tab() {
    for seed in 0..SEEDS {
        let mut world = expired(seed, "");
        world.provider.faults = vec![Some((400, r#"{"error":"invalid_grant"}"#)); TABS];
        let tokens = all(&mut world, "{}");
        assert!(tokens.iter().all(Result::is_err), "seed {seed}: {tokens:?}");
        world.settle();
        for tab in 0..TABS {
            assert_eq!(world.finish(tab, "getSession", "{}").unwrap(), Value::Null, "seed {seed}");
        }
    }
}

#[test]
fn a_sign_out_beats_a_refresh_that_is_under_way_and_what_came_late_is_revoked() {
    for seed in 0..SEEDS {
        let mut world = expired(seed, "");
        let refresh = world.call(1, "getAccessToken", "{}");
        for _ in 0..seed % 12 {
            world.step();
        }
        world.finish(0, "signOut", r#"{"endSession":false}"#).unwrap();
        let late = world.end_of(1, refresh);
        world.settle();
        for tab in 0..TABS {
            assert_eq!(world.finish(tab, "getSession", "{}").unwrap(), Value::Null, "seed {seed}: {late:?}");
            assert_eq!(world.token(tab, "{}").unwrap_err(), "session_missing", "seed {seed}");
        }
        let given = world.provider.refreshes();
        while world.provider.revoked.len() < given.max(1) && world.step() {}
        assert!(
            world.provider.revoked.len() >= given.max(1),
            "seed {seed}: something is left at the provider"
        );
    }
}

#[test]
fn the_servers_clock_is_learnt_from_a_refresh() {
    let mut world = expired(5, r#","tokenBinding":"dpop""#);
    world.provider.ahead = 40;
    world.token(0, "{}").unwrap();
    world.passed += LIFETIME * 1000;
    world.token(0, "{}").unwrap();
    let issued = |proof: &Value| proof.get("iat").and_then(Value::as_i64).unwrap();
    let proofs = &world.provider.proofs;
    let (before, after) = (issued(&proofs[1]), issued(proofs.last().unwrap()));
    assert_eq!(after - before, LIFETIME + 40, "a proof is as old as the server's clock says");
}

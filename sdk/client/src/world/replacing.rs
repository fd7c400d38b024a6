use super::*;

const SEEDS: u64 = 60;
const TABS: usize = 3;
const KEY: &str = "edgeward:mcp:https://mcp.example/";

fn place() -> (String, String) {
    ("session".into(), KEY.into())
}

/// Processes that hold the same tokens.
fn holding(seed: u64) -> World {
    let mut world = World::new(seed, TABS, "");
    world.provider.live = Some("rt-0".into());
    let text = r#"{"generation":4,"client":{"client_id":"app"},"tokens":{"access_token":"at-0","refresh_token":"rt-0"}}"#;
    world.texts.insert(place(), text.into());
    world
}

fn held(world: &World) -> Value {
    json::parse(world.texts.get(&place()).unwrap().as_bytes()).unwrap()
}

fn asked(generation: u64) -> String {
    let body = "grant_type=refresh_token&client_id=app&refresh_token=edgeward%3Ageneration%3A4";
    format!(
        r#"{{"key":"{KEY}","generation":{generation},"endpoint":"https://id.example/token","body":"{body}","issuer":"https://id.example"}}"#
    )
}

/// Two calls of each process at once.
fn all(world: &mut World, generation: u64) -> Vec<Result<Value, String>> {
    let calls: Vec<_> = (0..TABS * 2)
        .map(|n| (n % TABS, world.call(n % TABS, "replaceTokens", &asked(generation))))
        .collect();
    calls.into_iter().map(|(tab, call)| world.end_of(tab, call)).collect()
}

#[test]
fn tokens_are_replaced_by_one_request_however_many_find_them_refused() {
    for seed in 0..SEEDS {
        let mut world = holding(seed);
        for outcome in all(&mut world, 4) {
            let record = outcome.unwrap();
            assert_eq!(record.get("generation").and_then(Value::as_u64), Some(5), "seed {seed}");
            assert_eq!(text(record.get("tokens").unwrap(), "issuer"), "https://id.example");
        }
        assert_eq!(world.provider.refreshes(), 1, "seed {seed}");
        assert_eq!(world.provider.asked[0].get("refresh_token").unwrap(), "rt-0", "the name stays here");
        assert_eq!(text(held(&world).get("client").unwrap(), "client_id"), "app");
        all(&mut world, 4);
        assert_eq!(world.provider.refreshes(), 1, "who comes late gets what the others got");
    }
}

#[test]
fn no_outage_ends_them() {
    for fault in [
        None,
        Some((503, "")),
        Some((429, "{}")),
        Some((200, "<html>")),
        Some((500, r#"{"error":"invalid_grant"}"#)),
    ] {
        let mut world = holding(3);
        let before = held(&world);
        world.provider.faults = vec![fault];
        let failed = world.finish(0, "replaceTokens", &asked(4)).unwrap_err();
        assert!(
            ["network_failed", "server_unavailable", "server_rate_limited"].contains(&failed.as_str()),
            "{failed}"
        );
        assert_eq!(held(&world), before, "{fault:?}");
        assert!(world.finish(1, "replaceTokens", &asked(4)).is_ok());
    }
}

#[test]
fn a_refusal_ends_them_and_nothing_else() {
    for seed in 0..SEEDS {
        let mut world = holding(seed);
        world.provider.live = None;
        assert_eq!(world.finish(0, "replaceTokens", &asked(4)).unwrap_err(), "invalid_grant");
        assert!(held(&world).get("tokens").is_none() && held(&world).get("client").is_some());
        let late = world.finish(1, "replaceTokens", &asked(4)).unwrap();
        assert!(late.get("tokens").is_none(), "and the others hear of it without asking");
        assert_eq!(world.provider.refreshes(), 1);
    }
}

#[test]
fn what_another_has_replaced_or_ended_meanwhile_stays_as_it_is() {
    for (between, tokens) in [
        (r#"{"generation":5,"tokens":{"access_token":"at-9"}}"#, Some("at-9")),
        (r#"{"generation":4}"#, None),
    ] {
        let mut world = holding(9);
        let call = world.call(0, "replaceTokens", &asked(4));
        while world.provider.asked.is_empty() {
            world.step();
        }
        world.texts.insert(place(), between.into());
        let record = world.end_of(0, call).unwrap();
        let own = |record: &Value| record.get("tokens").map(|tokens| text(tokens, "access_token").to_owned());
        assert_eq!(own(&record).as_deref(), tokens);
        assert_eq!(own(&held(&world)).as_deref(), tokens);
    }
}

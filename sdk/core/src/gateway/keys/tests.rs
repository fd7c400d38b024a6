use super::*;
use crate::{jose::Key, secret::Secret};

const ALG: Algorithm = Algorithm::Hs256;
const OUTAGE: Error = Error { code: Code::JwksUnavailable, at: "" };

fn set(ids: &[&str]) -> KeySet {
    ids.iter().map(|id| Key::symmetric(Secret::new(vec![7; 32]), Some((*id).into()))).collect()
}

/// Drives a cache and writes down in a word what it says.
#[derive(Default)]
struct Driver(KeyCache);

impl Driver {
    fn loaded(ids: &[&str], max_age: Option<u32>) -> Self {
        let mut driver = Self::default();
        assert_eq!(driver.want("a", 0), "fetch");
        driver.fetched(ids, max_age, 0);
        driver
    }

    fn want(&mut self, kid: &str, now: i64) -> &'static str {
        self.ask(kid, false, now)
    }

    fn ask(&mut self, kid: &str, fetched: bool, now: i64) -> &'static str {
        let mut actions =
            self.0.handle(Input::Wanted { alg: ALG, kid: Some(kid), fetched }, UnixSeconds(now));
        match (actions.pop(), actions.len()) {
            (Some(Action::Verify(_)), 0) => "verify",
            (Some(Action::Fetch { past_caches: false }), 0) => "fetch",
            (Some(Action::Fetch { past_caches: true }), 0) => "fetch past caches",
            (Some(Action::Wait), 0) => "wait",
            (Some(Action::Refuse(error)), 0) => error.code.as_str(),
            _ => "not one action",
        }
    }

    fn fetched(&mut self, ids: &[&str], max_age: Option<u32>, now: i64) {
        let input = Input::Fetched { keys: set(ids), at: UnixSeconds(now), max_age: max_age.map(Seconds) };
        assert!(self.0.handle(input, UnixSeconds(now)).is_empty());
    }

    fn failed(&mut self, now: i64) {
        assert!(self.0.handle(Input::Failed(OUTAGE), UnixSeconds(now)).is_empty());
    }
}

#[test]
fn a_known_key_verifies_without_a_fetch_while_fresh() {
    for (max_age, fresh_for) in
        [(None, 600), (Some(0), 60), (Some(300), 300), (Some(3600), 3600), (Some(999_999), 3600)]
    {
        let mut driver = Driver::loaded(&["a"], max_age);
        assert_eq!(driver.want("a", fresh_for - 1), "verify", "{max_age:?}");
        assert_eq!(driver.want("a", fresh_for), "fetch", "{max_age:?}");
    }
}

#[test]
fn one_request_fetches_and_the_others_wait() {
    let mut driver = Driver::default();
    assert_eq!(driver.want("a", 0), "fetch");
    assert!((0..200).all(|_| driver.want("a", 1) == "wait"));
    driver.fetched(&["a"], None, 1);
    assert_eq!(driver.want("a", 1), "verify");
}

#[test]
fn a_fetch_that_was_cut_off_is_taken_over() {
    let mut driver = Driver::default();
    assert_eq!(driver.want("a", 0), "fetch");
    assert_eq!(driver.want("a", 5), "wait");
    assert_eq!(driver.want("a", 6), "fetch");
    assert_eq!(driver.want("a", 6), "wait");
}

#[test]
fn stale_keys_verify_while_somebody_refreshes_them() {
    let mut driver = Driver::loaded(&["a"], None);
    assert_eq!(driver.want("a", 600), "fetch");
    assert_eq!(driver.want("a", 600), "verify");
    assert_eq!(driver.want("b", 600), "wait");
}

#[test]
fn an_unknown_key_is_looked_for_once_in_30_seconds() {
    let mut driver = Driver::loaded(&["a"], None);
    assert_eq!(driver.want("b", 10), "fetch past caches");
    driver.fetched(&["a"], None, 10);
    assert!((0..1000).all(|_| driver.want("b", 39) == "token_key_not_found"));
    assert_eq!(driver.want("a", 39), "verify");
    assert_eq!(driver.want("c", 40), "fetch past caches");
}

#[test]
fn what_a_request_has_just_not_found_it_does_not_look_for_again() {
    let mut driver = Driver::loaded(&["a"], None);
    assert_eq!(driver.ask("b", true, 0), "token_key_not_found");
    assert_eq!(driver.want("c", 29), "token_key_not_found");
    assert_eq!(driver.want("c", 30), "fetch past caches");
}

#[test]
fn an_empty_set_does_not_switch_the_cooldown_off() {
    let mut driver = Driver::loaded(&[], None);
    assert_eq!(driver.want("a", 1), "fetch past caches");
    driver.fetched(&[], None, 1);
    assert!((0..1000).all(|_| driver.want("a", 2) == "token_key_not_found"));
}

#[test]
fn a_rotated_key_is_found_at_once() {
    let mut driver = Driver::loaded(&["a"], None);
    assert_eq!(driver.want("b", 1), "fetch past caches");
    driver.fetched(&["a", "b"], None, 1);
    assert_eq!(driver.want("b", 1), "verify");
    assert_eq!(driver.want("a", 1), "verify");
}

#[test]
fn a_removed_key_stops_verifying() {
    let mut driver = Driver::loaded(&["a"], None);
    assert_eq!(driver.want("a", 600), "fetch");
    driver.fetched(&["b"], None, 600);
    assert_eq!(driver.want("a", 600), "fetch past caches");
    driver.fetched(&["b"], None, 600);
    assert_eq!(driver.want("a", 601), "token_key_not_found");
}

#[test]
fn an_outage_leaves_known_keys_verifying_for_a_day() {
    let mut driver = Driver::loaded(&["a"], None);
    let day = 24 * 3600;
    let mut now = 600;
    while now < day {
        assert_eq!(driver.want("a", now), "fetch");
        driver.failed(now);
        assert_eq!(driver.want("a", now), "verify");
        now += 3000;
    }
    assert_eq!(driver.want("a", day), "fetch");
    driver.failed(day);
    assert_eq!(driver.want("a", day), "jwks_unavailable");
}

#[test]
fn an_outage_is_not_called_an_invalid_token() {
    let mut driver = Driver::loaded(&["a"], None);
    assert_eq!(driver.want("b", 10), "fetch past caches");
    driver.failed(10);
    assert_eq!(driver.want("b", 11), "jwks_unavailable");
    assert_eq!(driver.want("a", 11), "verify");
    assert_eq!(driver.want("b", 40), "fetch past caches");
}

#[test]
fn a_failing_issuer_is_asked_ever_more_rarely() {
    let mut driver = Driver::default();
    let mut fetches = vec![];
    for now in 0..120 {
        match driver.want("a", now) {
            "fetch" => {
                fetches.push(now);
                driver.failed(now);
            }
            other => assert_eq!(other, "jwks_unavailable"),
        }
    }
    assert_eq!(fetches, [0, 1, 3, 7, 15, 31, 61, 91]);
}

#[test]
fn success_resets_the_backoff() {
    let mut driver = Driver::default();
    for now in [0, 1, 3] {
        assert_eq!(driver.want("a", now), "fetch");
        driver.failed(now);
    }
    assert_eq!(driver.want("a", 7), "fetch");
    driver.fetched(&["a"], None, 7);
    assert_eq!(driver.want("a", 607), "fetch");
    driver.failed(607);
    assert_eq!(driver.want("a", 608), "fetch");
}

#[test]
fn a_clock_that_jumps_back_blocks_nothing() {
    let mut driver = Driver::default();
    assert_eq!(driver.want("a", 1_000_000), "fetch");
    assert_eq!(driver.want("a", 10), "fetch");
    driver.failed(1_000_000);
    assert_eq!(driver.want("a", 10), "fetch");
    driver.fetched(&["a"], None, 1_000_000);
    assert_eq!(driver.want("a", 10), "verify");
}

#[test]
fn fixed_keys_are_never_fetched() {
    let mut driver = Driver(KeyCache::fixed(set(&["a"])));
    for now in [0, 1_000_000_000, i64::MAX - 1] {
        assert_eq!(driver.want("a", now), "verify");
        assert_eq!(driver.want("b", now), "token_key_not_found");
    }
}

#[test]
fn reads_max_age() {
    let age = |value: &str| {
        max_age(&Response {
            status: 200,
            headers: vec![("cache-control".into(), value.into())],
            body: vec![],
        })
    };
    assert_eq!(age("public, max-age=600"), Some(Seconds(600)));
    assert_eq!(age("Max-Age=\"15\", stale-if-error=86400"), Some(Seconds(15)));
    assert_eq!(age("max-age=600, no-store"), Some(Seconds(0)));
    assert_eq!(age("no-cache"), Some(Seconds(0)));
    for odd in ["public", "max-age", "max-age=-1", "max-age=1e3", "max-age=99999999999"] {
        assert_eq!(age(odd), None, "{odd}");
    }
}

use super::*;
use crate::{jose::Key, secret::Secret};

const ALG: Algorithm = Algorithm::Hs256;
const OUTAGE: Error = Error { code: Code::JwksUnavailable, at: "" };

fn set(ids: &[&str]) -> KeySet {
    ids.iter().map(|id| key(id, 7)).collect()
}

fn key(id: &str, byte: u8) -> Key {
    Key::symmetric(Secret::new(vec![byte; 32]), Some(id.into()))
}

/// Drives a cache, and writes down in words what it says.
#[derive(Default)]
struct Driver {
    cache: KeyCache,
    tickets: Vec<Ticket>,
}

impl Driver {
    fn loaded(ids: &[&str], max_age: Option<u32>) -> Self {
        let mut driver = Self::default();
        assert_eq!(driver.want("a", 0), "fetch keys");
        driver.fetched(ids, max_age, 0);
        driver
    }

    fn fixed(ids: &[&str]) -> Self {
        Self { cache: KeyCache::fixed(set(ids)), tickets: vec![] }
    }

    fn want(&mut self, kid: &str, now: i64) -> String {
        self.ask(kid, None, now)
    }

    /// Asks as the request that has made the last fetch.
    fn want_again(&mut self, kid: &str, now: i64) -> String {
        self.ask(kid, self.tickets.last().copied(), now)
    }

    fn ask(&mut self, kid: &str, fetched: Option<Ticket>, now: i64) -> String {
        let actions =
            self.cache.handle(Input::Wanted { alg: ALG, kid: Some(kid), fetched }, UnixSeconds(now));
        let words: Vec<_> = actions.into_iter().map(|action| self.word(action)).collect();
        words.join(", ")
    }

    fn doubt(&mut self, now: i64) -> String {
        let actions = self.cache.handle(Input::SignatureInvalid, UnixSeconds(now));
        let words: Vec<_> = actions.into_iter().map(|action| self.word(action)).collect();
        words.join(", ")
    }

    fn word(&mut self, action: Action) -> String {
        match action {
            Action::Verify(_) => "verify".into(),
            Action::Wait => "wait".into(),
            Action::Refuse(error) => error.code.as_str().into(),
            Action::Fetch(ticket, purpose) => self.note("fetch", ticket, purpose),
            Action::Refresh(ticket, purpose) => self.note("refresh", ticket, purpose),
        }
    }

    fn note(&mut self, verb: &str, ticket: Ticket, purpose: Purpose) -> String {
        self.tickets.push(ticket);
        let noun = match purpose {
            Purpose::Keys => "keys",
            Purpose::Renewal => "renewal",
            Purpose::MissingKey => "missing key",
        };
        format!("{verb} {noun}")
    }

    fn fetched(&mut self, ids: &[&str], max_age: Option<u32>, now: i64) {
        let ticket = *self.tickets.last().unwrap();
        self.report(ticket, set(ids), max_age, now, Level::Issuer, now);
    }

    /// Reports a document of a store, as old as it is.
    fn found(&mut self, ids: &[&str], at: i64, now: i64) {
        let ticket = *self.tickets.last().unwrap();
        self.report(ticket, set(ids), None, at, Level::Store, now);
    }

    fn report(&mut self, ticket: Ticket, keys: KeySet, max_age: Option<u32>, at: i64, from: Level, now: i64) {
        let age = Age { at: UnixSeconds(at), max_age: max_age.map(Seconds) };
        let input = Input::Fetched { ticket, keys, age, from };
        assert!(self.cache.handle(input, UnixSeconds(now)).is_empty());
    }

    fn failed(&mut self, now: i64) {
        self.failed_for(None, now);
    }

    fn failed_for(&mut self, retry_after: Option<u32>, now: i64) {
        let ticket = *self.tickets.last().unwrap();
        let input = Input::Failed { ticket, error: OUTAGE, retry_after: retry_after.map(Seconds) };
        assert!(self.cache.handle(input, UnixSeconds(now)).is_empty());
    }

    /// The seconds at which a fetch begins, if each fails, in a time of constant demand.
    fn attempts(&mut self, kid: &str, times: std::ops::Range<i64>, retry_after: Option<u32>) -> Vec<i64> {
        let mut attempts = vec![];
        for now in times {
            if self.want(kid, now).contains("fetch") || self.tickets.len() > attempts.len() {
                attempts.push(now);
                self.failed_for(retry_after, now);
            }
        }
        attempts
    }
}

mod freshness {
    use super::*;

    #[test]
    fn a_document_serves_is_renewed_and_grows_old_by_its_max_age() {
        for (max_age, fresh_for) in
            [(None, 600), (Some(0), 60), (Some(300), 300), (Some(3600), 3600), (Some(999_999), 3600)]
        {
            let loaded = || Driver::loaded(&["a"], max_age);
            let (aging, old) = (fresh_for - fresh_for / 4, fresh_for + fresh_for.min(300));
            assert_eq!(loaded().want("a", aging - 1), "verify", "{max_age:?}");
            assert_eq!(loaded().want("a", aging), "refresh renewal, verify", "{max_age:?}");
            assert_eq!(loaded().want("a", old - 1), "refresh renewal, verify", "{max_age:?}");
            assert_eq!(loaded().want("a", old), "fetch keys", "{max_age:?}");
        }
    }

    #[test]
    fn one_request_renews_and_nobody_waits_for_it() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("a", 500), "refresh renewal, verify");
        assert!((0..200).all(|_| driver.want("a", 501) == "verify"));
        driver.fetched(&["a"], None, 502);
        assert_eq!(driver.want("a", 951), "verify", "it is fresh again");
        assert_eq!(driver.want("a", 952), "refresh renewal, verify");
    }

    #[test]
    fn a_renewal_that_was_cut_off_is_begun_anew() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("a", 500), "refresh renewal, verify");
        assert_eq!(driver.want("a", 505), "verify");
        assert_eq!(driver.want("a", 506), "refresh renewal, verify");
    }

    #[test]
    fn an_old_document_is_not_used_while_its_issuer_may_well_answer() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("a", 5000), "fetch keys");
        assert_eq!(driver.want("a", 5000), "wait");
        driver.fetched(&["b"], None, 5001);
        assert_eq!(driver.want("b", 5001), "verify");
    }

    #[test]
    fn keys_that_are_loaded_serve_at_once_for_a_day() {
        let driver = Driver::loaded(&["a"], None);
        let loaded = |kid, now| driver.cache.loaded(ALG, Some(kid), UnixSeconds(now)).map(|_| ());
        let day = 24 * 3600;
        assert_eq!(loaded("a", day - 1), Ok(()));
        assert_eq!(loaded("b", 0), Err(Code::TokenKeyNotFound.into()));
        assert_eq!(loaded("a", day), Err(Code::KeysNotLoaded.into()));
        assert!(driver.cache.is_ready(UnixSeconds(day - 1)) && !driver.cache.is_ready(UnixSeconds(day)));
    }

    #[test]
    fn fixed_keys_are_never_fetched() {
        let mut driver = Driver::fixed(&["a"]);
        for now in [i64::MIN, 0, 1_000_000_000, i64::MAX] {
            assert_eq!(driver.want("a", now), "verify");
            assert_eq!(driver.want("b", now), "token_key_not_found");
            assert!(driver.cache.is_ready(UnixSeconds(now)));
        }
    }
}

mod one_fetch {
    use super::*;

    #[test]
    fn one_request_fetches_and_the_others_wait() {
        let mut driver = Driver::default();
        assert_eq!(driver.want("a", 0), "fetch keys");
        assert!((0..200).all(|_| driver.want("a", 1) == "wait"));
        driver.fetched(&["a"], None, 1);
        assert_eq!(driver.want("a", 1), "verify");
    }

    #[test]
    fn a_fetch_that_was_cut_off_is_taken_over() {
        let mut driver = Driver::default();
        assert_eq!(driver.want("a", 0), "fetch keys");
        assert_eq!(driver.want("a", 5), "wait");
        assert_eq!(driver.want("a", 6), "fetch keys");
        assert_eq!(driver.want("a", 6), "wait");
    }

    #[test]
    fn an_answer_that_was_overtaken_changes_nothing() {
        let mut driver = Driver::default();
        driver.want("a", 0);
        driver.want("a", 6);
        let [slow, quick] = driver.tickets[..] else { panic!() };
        driver.report(quick, set(&["b"]), None, 6, Level::Issuer, 7);
        driver.report(slow, set(&["a"]), None, 0, Level::Issuer, 8);
        assert_eq!(driver.want("b", 8), "verify");
        let failed = Input::Failed { ticket: slow, error: OUTAGE, retry_after: None };
        driver.cache.handle(failed, UnixSeconds(8));
        assert_eq!(driver.want("z", 8), "fetch missing key", "no failure is on record");
    }

    #[test]
    fn a_late_report_does_not_end_the_fetch_that_took_over() {
        let mut driver = Driver::default();
        driver.want("a", 0);
        driver.want("a", 6);
        let failed = Input::Failed { ticket: driver.tickets[0], error: OUTAGE, retry_after: None };
        driver.cache.handle(failed, UnixSeconds(7));
        assert_eq!(driver.want("a", 9), "wait");
        driver.fetched(&["a"], None, 9);
        assert_eq!(driver.want("a", 9), "verify");
    }
}

mod missing_keys {
    use super::*;

    #[test]
    fn an_unknown_key_is_looked_for_once_in_30_seconds() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("b", 10), "fetch missing key");
        driver.fetched(&["a"], None, 10);
        assert_eq!(driver.want_again("b", 10), "token_key_not_found");
        for number in 0..10_000 {
            assert_eq!(driver.want(&format!("invented-{number}"), 40), "token_key_not_found");
        }
        assert_eq!(driver.want("a", 40), "verify");
        assert_eq!(driver.want("c", 41), "fetch missing key");
    }

    #[test]
    fn others_wait_for_the_look_and_known_keys_do_not() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("b", 10), "fetch missing key");
        assert_eq!(driver.want("b", 10), "wait");
        assert_eq!(driver.want("a", 10), "verify");
        driver.fetched(&["a", "b"], None, 11);
        assert_eq!(driver.want("b", 11), "verify");
    }

    #[test]
    fn what_a_request_has_just_not_found_it_does_not_look_for_again() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want_again("b", 0), "token_key_not_found");
        assert_eq!(driver.want("c", 30), "token_key_not_found");
        assert_eq!(driver.want("c", 31), "fetch missing key");
    }

    #[test]
    fn what_a_store_lacks_the_issuer_may_have() {
        let mut driver = Driver::default();
        assert_eq!(driver.want("b", 0), "fetch keys");
        driver.found(&["a"], 0, 0);
        assert_eq!(driver.want_again("b", 0), "fetch missing key");
    }

    #[test]
    fn a_key_that_was_looked_for_in_vain_is_refused_at_once_and_looked_for_behind() {
        let mut driver = Driver::loaded(&["a"], None);
        driver.want("b", 10);
        driver.fetched(&["a"], None, 10);
        driver.want_again("b", 10);
        assert_eq!(driver.want("b", 41), "refresh missing key, token_key_not_found");
        assert_eq!(driver.want("b", 42), "token_key_not_found");
        assert_eq!(driver.want("c", 42), "wait", "nobody knows yet whether this one is there");
        driver.fetched(&["a"], None, 42);
        assert_eq!(driver.want("b", 72), "refresh missing key, token_key_not_found");
        driver.fetched(&["b"], None, 72);
        assert_eq!(driver.want("b", 72), "verify");
    }

    #[test]
    fn absence_that_was_shown_more_than_a_minute_ago_is_looked_at_again() {
        let mut driver = Driver::loaded(&["a"], None);
        driver.want("b", 10);
        driver.fetched(&["a"], None, 10);
        driver.want_again("b", 10);
        assert_eq!(driver.want("b", 70), "fetch missing key");
    }

    #[test]
    fn a_document_with_other_keys_ends_what_was_known_about_absence() {
        let mut driver = Driver::loaded(&["a"], None);
        driver.want("b", 10);
        driver.fetched(&["a"], None, 10);
        driver.want_again("b", 10);
        driver.want("c", 41);
        driver.fetched(&["a", "c"], None, 41);
        assert_eq!(driver.want("b", 72), "fetch missing key");
    }

    #[test]
    fn an_empty_set_does_not_switch_the_cooldown_off() {
        let mut driver = Driver::loaded(&[], None);
        assert_eq!(driver.want("a", 1), "fetch missing key");
        driver.fetched(&[], None, 1);
        assert!((0..1000).all(|_| driver.want("a", 2) == "token_key_not_found"));
    }

    #[test]
    fn a_token_without_kid_is_no_other_case() {
        let mut driver = Driver::loaded(&[], None);
        let mut want = |fetched, now| {
            let input = Input::Wanted { alg: ALG, kid: None, fetched };
            let mut actions = driver.cache.handle(input, UnixSeconds(now));
            actions.pop()
        };
        assert!(matches!(want(None, 1), Some(Action::Fetch(_, Purpose::MissingKey))));
        assert!(matches!(want(None, 2), Some(Action::Wait)));
    }
}

mod replacement {
    use super::*;

    #[test]
    fn a_rotated_key_is_found_at_once() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("b", 1), "fetch missing key");
        driver.fetched(&["a", "b"], None, 1);
        assert_eq!(driver.want("b", 1), "verify");
        assert_eq!(driver.want("a", 1), "verify");
    }

    #[test]
    fn another_key_under_an_old_id_is_found_behind_the_first_token_that_does_not_verify() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.doubt(10), "refresh missing key");
        assert_eq!(driver.doubt(10), "", "one look is under way");
        assert_eq!(driver.want("a", 10), "verify");
        driver.fetched(&["a"], None, 10);
        assert_eq!(driver.doubt(40), "", "forged tokens are no hammer");
        assert_eq!(driver.want("b", 40), "token_key_not_found", "both have one budget");
        assert_eq!(driver.doubt(41), "refresh missing key");
        driver.failed(41);
        assert_eq!(driver.doubt(41), "");
        assert_eq!(Driver::fixed(&["a"]).doubt(0), "");
    }

    #[test]
    fn a_removed_key_stops_verifying() {
        let mut driver = Driver::loaded(&["a", "b"], None);
        assert_eq!(driver.want("b", 500), "refresh renewal, verify");
        driver.fetched(&["b"], None, 500);
        assert_eq!(driver.want("a", 501), "fetch missing key");
        driver.fetched(&["b"], None, 501);
        assert_eq!(driver.want_again("a", 501), "token_key_not_found");
        assert_eq!(driver.want("b", 501), "verify");
    }

    #[test]
    fn the_generation_changes_with_the_keys_and_with_nothing_else() {
        let mut driver = Driver::default();
        driver.want("a", 0);
        let mut generation = driver.cache.generation();
        let mut changed_by = |keys: Vec<Key>, now: i64| {
            driver.want("z", now);
            let ticket = *driver.tickets.last().unwrap();
            driver.report(ticket, keys.into_iter().collect(), None, now, Level::Issuer, now);
            let before = std::mem::replace(&mut generation, driver.cache.generation());
            before != driver.cache.generation()
        };
        assert!(changed_by(vec![key("a", 1)], 0));
        assert!(!changed_by(vec![key("a", 1)], 100));
        assert!(changed_by(vec![key("a", 2)], 200), "another key of the same id");
        assert!(changed_by(vec![key("a", 2), key("b", 3)], 300));
        assert!(!changed_by(vec![key("b", 3), key("a", 2)], 400), "another order");
        assert!(changed_by(vec![key("b", 3)], 500));
        assert!(changed_by(vec![], 600));
    }
}

mod outages {
    use super::*;

    #[test]
    fn known_keys_verify_for_a_day_and_nobody_waits_for_the_issuer() {
        let mut driver = Driver::loaded(&["a"], None);
        let day = 24 * 3600;
        assert_eq!(driver.want("a", 600), "refresh renewal, verify");
        driver.failed(600);
        for now in (3600..day).step_by(3000) {
            assert_eq!(driver.want("a", now), "refresh renewal, verify");
            driver.failed(now);
            assert_eq!(driver.want("a", now), "verify");
        }
        assert_eq!(driver.want("a", day), "fetch keys");
        driver.failed(day);
        assert_eq!(driver.want("a", day), "jwks_unavailable");
    }

    #[test]
    fn an_old_document_serves_once_the_issuer_has_failed() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("a", 5000), "fetch keys");
        driver.failed(5004);
        assert_eq!(driver.want_again("a", 5004), "verify");
        assert_eq!(driver.want("a", 5006), "refresh renewal, verify");
    }

    #[test]
    fn an_outage_is_not_called_an_invalid_token() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("b", 10), "fetch missing key");
        driver.failed(10);
        assert_eq!(driver.want_again("b", 10), "jwks_unavailable");
        assert_eq!(driver.want("b", 11), "jwks_unavailable");
        assert_eq!(driver.want("a", 11), "verify");
        assert_eq!(driver.want("b", 41), "fetch missing key");
    }

    #[test]
    fn a_failing_issuer_is_asked_ever_more_rarely() {
        assert_eq!(Driver::default().attempts("a", 0..120, None), [0, 2, 5, 10, 19, 36, 67, 98]);
    }

    #[test]
    fn an_issuer_that_asks_to_be_left_alone_is_for_two_minutes_at_most() {
        let attempts = |seconds| Driver::default().attempts("a", 0..300, Some(seconds));
        assert_eq!(attempts(50), [0, 51, 102, 153, 204, 255]);
        assert_eq!(attempts(u32::MAX), [0, 121, 242]);
        assert_eq!(attempts(2)[..5], [0, 3, 6, 11, 20], "its own waits are longer");
    }

    #[test]
    fn an_issuer_that_asks_to_be_left_alone_is_not_asked_for_unknown_keys_either() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("b", 10), "fetch missing key");
        driver.failed_for(Some(100), 10);
        assert!((10..=110).all(|now| driver.want("b", now) == "jwks_unavailable"));
        assert_eq!(driver.want("b", 111), "fetch missing key");
    }

    #[test]
    fn success_resets_the_waits() {
        let mut driver = Driver::default();
        assert_eq!(driver.attempts("a", 0..4, None), [0, 2]);
        assert_eq!(driver.want("a", 7), "fetch keys");
        driver.fetched(&["a"], None, 7);
        assert_eq!(driver.want("a", 507), "refresh renewal, verify");
        driver.failed(507);
        assert_eq!(driver.want("a", 509), "refresh renewal, verify");
    }

    #[test]
    fn a_stale_document_of_a_store_serves_but_does_not_end_the_outage() {
        let mut driver = Driver::default();
        assert_eq!(driver.want("a", 50_000), "fetch keys");
        driver.failed(50_000);
        driver.found(&["a"], 10_000, 50_000);
        assert_eq!(driver.want_again("a", 50_000), "verify");
        assert_eq!(driver.want("b", 50_000), "jwks_unavailable");
        assert_eq!(driver.want("a", 50_002), "refresh renewal, verify");
    }

    #[test]
    fn a_fresh_document_of_a_store_ends_it() {
        let mut driver = Driver::default();
        assert_eq!(driver.want("a", 100), "fetch keys");
        driver.failed(100);
        assert_eq!(driver.want("a", 102), "fetch keys");
        driver.found(&["a"], 90, 102);
        assert_eq!(driver.want("b", 102), "fetch missing key");
    }

    #[test]
    fn a_store_does_not_bring_back_what_is_older_than_what_is_here() {
        let mut driver = Driver::loaded(&["a", "b"], None);
        assert_eq!(driver.want("a", 500), "refresh renewal, verify");
        driver.fetched(&["b"], None, 500);
        assert_eq!(driver.want("b", 960), "refresh renewal, verify");
        driver.found(&["a", "b"], 490, 960);
        assert_eq!(driver.want("a", 960), "fetch missing key");
    }
}

mod clocks {
    use super::*;

    #[test]
    fn a_clock_that_jumps_back_blocks_nothing() {
        let mut driver = Driver::default();
        assert_eq!(driver.want("a", 1_000_000), "fetch keys");
        assert_eq!(driver.want("a", 10), "fetch keys", "the first fetch seems to lie in the future");
        driver.failed(1_000_000);
        assert_eq!(driver.want("a", 10), "fetch keys");
        driver.fetched(&["a"], None, 1_000_000);
        assert_eq!(driver.want("a", 10), "refresh renewal, verify");
        driver.fetched(&["b"], None, 10);
        assert_eq!(driver.want("b", 11), "verify");
        assert_eq!(driver.want("a", 11), "fetch missing key");
    }

    #[test]
    fn a_clock_that_jumps_ahead_makes_the_keys_old() {
        let mut driver = Driver::loaded(&["a"], None);
        assert_eq!(driver.want("a", i64::MAX), "fetch keys");
        driver.fetched(&["a"], None, i64::MAX);
        assert_eq!(driver.want("a", i64::MAX), "verify");
    }

    #[test]
    fn a_document_from_the_future_is_as_old_as_now() {
        let mut driver = Driver::default();
        driver.want("a", 100);
        driver.found(&["a"], 150, 100);
        assert_eq!(driver.want("a", 100 + 449), "verify");
        assert_eq!(driver.want("a", 100 + 450), "refresh renewal, verify");
        let at = |at| Age { at: UnixSeconds(at), max_age: None };
        let now = UnixSeconds(100_000);
        assert!(at(100_060).is_credible(now) && !at(100_061).is_credible(now));
        assert!(at(13_601).is_credible(now) && !at(13_600).is_credible(now));
    }
}

#[test]
fn a_store_serves_what_is_young_enough_for_the_purpose() {
    let served = |purpose: Purpose, age: i64| {
        let stored = Age { at: UnixSeconds(10_000 - age), max_age: None };
        purpose.is_served_by(stored, UnixSeconds(10_000))
    };
    assert!(served(Purpose::Keys, 599) && !served(Purpose::Keys, 600) && !served(Purpose::Keys, -1));
    assert!(served(Purpose::Renewal, 449) && !served(Purpose::Renewal, 450) && !served(Purpose::Renewal, -1));
    assert!(!served(Purpose::MissingKey, 0));
}

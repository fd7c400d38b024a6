use super::*;
use crate::gateway::revocation::{
    changes::{Entry, FeedId, Version},
    mark::Mark,
};

const T0: i64 = 1_800_000_000_000;
const BOUNDS: Bounds = Bounds { poll: Seconds(5), max_age: Seconds(10), max_token_life: Seconds(3600) };

fn at(millis: i64) -> UnixMillis {
    UnixMillis(T0 + millis)
}

fn answer(until: i64, more: bool) -> Changes {
    let entry = Entry {
        mark: Mark::subject("https://i", "ada"),
        before: at(1000).to_seconds(),
        expires: at(9_000_000).to_seconds(),
    };
    let feed = FeedId("f".into());
    Changes { feed, since: Version(until - 1), until: Version(until), more, entries: vec![entry] }
}

fn wanted(feed: &mut Feed, mode: Mode, own: Own, millis: i64) -> Vec<&'static str> {
    let actions = feed.handle(Input::Wanted { mode, own }, at(millis));
    actions.iter().map(name).collect()
}

fn name(action: &Action) -> &'static str {
    match action {
        Action::Check => "check",
        Action::CheckUnguarded => "unguarded",
        Action::Poll(_) => "poll",
        Action::PollInBackground(_) => "background",
        Action::Wait => "wait",
        Action::Refuse(error) => error.code.as_str(),
    }
}

/// A feed that was polled at 0.
fn polled() -> Feed {
    let mut feed = Feed::new(BOUNDS);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0), ["poll"]);
    assert!(feed.handle(Input::Polled { changes: &answer(1, false), asked: at(0) }, at(30)).is_empty());
    feed
}

#[test]
fn a_young_snapshot_asks_nothing() {
    for mode in [Mode::FailOpen, Mode::FailClosed] {
        let mut feed = polled();
        for millis in [30, 1000, 4999] {
            assert_eq!(wanted(&mut feed, mode, Own::Nothing, millis), ["check"]);
        }
    }
}

#[test]
fn past_the_interval_one_poll_runs_behind_the_answer() {
    for mode in [Mode::FailOpen, Mode::FailClosed] {
        let mut feed = polled();
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 5000), ["check", "background"]);
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 5001), ["check"], "one is under way");
        feed.handle(Input::Polled { changes: &answer(2, false), asked: at(5000) }, at(5100));
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 9999), ["check"]);
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 10_000), ["check", "background"]);
    }
}

#[test]
fn past_the_bound_a_request_polls_itself_and_others_wait() {
    for mode in [Mode::FailOpen, Mode::FailClosed] {
        let mut feed = polled();
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 10_000), ["poll"]);
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 10_001), ["wait"]);
        feed.handle(Input::Polled { changes: &answer(2, false), asked: at(10_000) }, at(10_050));
        assert_eq!(wanted(&mut feed, mode, Own::Polled, 10_050), ["check"]);
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 10_051), ["check"]);
    }
}

#[test]
fn the_age_counts_from_the_question_and_not_from_the_answer() {
    let mut feed = Feed::new(BOUNDS);
    wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0);
    feed.handle(Input::Polled { changes: &answer(1, false), asked: at(0) }, at(1900));
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 5000), ["check", "background"]);
}

#[test]
fn a_failed_feed_turns_away_or_lets_on_as_the_route_says() {
    for (mode, outcome) in [
        (Mode::FailClosed, "revocation_unavailable"),
        (Mode::PerRequest, "revocation_unavailable"),
        (Mode::FailOpen, "unguarded"),
    ] {
        let mut feed = Feed::new(BOUNDS);
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 0), ["poll"]);
        feed.handle(Input::Failed, at(10));
        assert_eq!(wanted(&mut feed, mode, Own::Failed, 10), [outcome]);
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 1009), [outcome], "the feed is left alone");
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 1010), ["poll"]);
        feed.handle(Input::Failed, at(1010));
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 3009), [outcome], "twice as long");
        assert_eq!(wanted(&mut feed, mode, Own::Nothing, 3010), ["poll"]);
    }
}

#[test]
fn within_the_bound_a_failed_poll_is_not_felt() {
    let mut feed = polled();
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 5000), ["check", "background"]);
    feed.handle(Input::Failed, at(5100));
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 6000), ["check"]);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 6100), ["check", "background"]);
}

#[test]
fn a_poll_that_never_reports_is_given_up() {
    let mut feed = Feed::new(BOUNDS);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0), ["poll"]);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 2999), ["wait"]);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 3000), ["poll"]);
}

#[test]
fn a_request_that_waited_in_vain_does_not_wait_on() {
    let mut feed = Feed::new(BOUNDS);
    wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Failed, 2500), ["revocation_unavailable"]);
    assert_eq!(wanted(&mut feed, Mode::FailOpen, Own::Failed, 2500), ["unguarded"]);
}

#[test]
fn per_request_polls_for_every_request_however_young_the_snapshot_is() {
    let mut feed = polled();
    assert_eq!(wanted(&mut feed, Mode::PerRequest, Own::Nothing, 31), ["poll"]);
    assert_eq!(wanted(&mut feed, Mode::PerRequest, Own::Nothing, 31), ["poll"], "another's does not count");
    assert_eq!(wanted(&mut feed, Mode::PerRequest, Own::Polled, 60), ["check"]);
}

#[test]
fn an_answer_in_pages_counts_when_the_last_page_has_come() {
    let mut feed = Feed::new(BOUNDS);
    wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0);
    let next = feed.handle(Input::Polled { changes: &answer(1, true), asked: at(0) }, at(10));
    assert_eq!(next, [Action::Poll(Question { feed: FeedId("f".into()), since: Version(1) })]);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 20), ["wait"]);
    assert!(feed.handle(Input::Polled { changes: &answer(2, false), asked: at(0) }, at(30)).is_empty());
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 40), ["check"]);
}

#[test]
fn an_answer_that_leads_nowhere_is_a_failure() {
    let mut feed = polled();
    let next = feed.handle(Input::Polled { changes: &answer(1, true), asked: at(50) }, at(60));
    assert_eq!(next.iter().map(name).collect::<Vec<_>>(), ["revocation_unavailable"]);
}

#[test]
fn a_late_answer_does_not_make_the_snapshot_older() {
    let mut feed = polled();
    wanted(&mut feed, Mode::PerRequest, Own::Nothing, 4000);
    feed.handle(Input::Polled { changes: &answer(2, false), asked: at(4000) }, at(4100));
    feed.handle(Input::Polled { changes: &answer(1, false), asked: at(2000) }, at(4200));
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 8999), ["check"]);
}

#[test]
fn a_clock_that_jumps_back_makes_the_snapshot_old() {
    let mut feed = polled();
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, -60_000), ["poll"]);
    feed.handle(Input::Failed, at(3_600_000));
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0), ["check"]);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 11_000), ["poll"], "no endless cooling");
}

#[test]
fn the_snapshot_judges() {
    let feed = polled();
    let token = Facts {
        issuer: "https://i",
        subject: Some("ada"),
        session: None,
        id: None,
        issued: Some(at(0).to_seconds()),
        signed_in: None,
    };
    assert_eq!(feed.check(&token, at(40).to_seconds()).unwrap_err().code, Code::TokenRevoked);
    assert_eq!((feed.len(), feed.is_empty()), (1, false));
}

#[test]
fn who_writes_a_revocation_refuses_at_once() {
    let mut feed = Feed::new(BOUNDS);
    let written = answer(1, false).entries;
    assert!(feed.handle(Input::Written(&written), at(0)).is_empty());
    let token = Facts {
        issuer: "https://i",
        subject: Some("ada"),
        session: None,
        id: None,
        issued: Some(at(0).to_seconds()),
        signed_in: None,
    };
    assert_eq!(feed.check(&token, at(40).to_seconds()).unwrap_err().code, Code::TokenRevoked);
    assert_eq!(wanted(&mut feed, Mode::FailClosed, Own::Nothing, 0), ["poll"], "it knows no more than that");
}

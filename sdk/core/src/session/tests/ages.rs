//! How old a token is, by which clock.

use super::*;

/// Whether the default token is handed out without a request after so much time on both clocks.
fn cached(expires_in: Option<u32>, wall: i64, monotonic: i64) -> bool {
    let mut bench = Bench::begun(grant("ada", "0", expires_in));
    bench.wall += wall;
    bench.monotonic += monotonic;
    bench.want(1);
    bench.requests.is_empty() && bench.got() == ["1 at0"]
}

#[test]
fn a_token_is_handed_out_until_shortly_before_its_end() {
    for (expires_in, age, expected) in [
        (Some(60), 49_999, true),
        (Some(60), 50_000, false),
        (Some(4), 1_999, true),
        (Some(4), 2_000, false),
        (Some(0), 0, false),
        (None, i64::from(u32::MAX), true),
    ] {
        assert_eq!(cached(expires_in, age, age), expected, "{expires_in:?} {age}");
    }
}

#[test]
fn a_wall_clock_set_back_does_not_make_a_token_younger_and_sleep_makes_it_older() {
    assert!(!cached(Some(60), -3_600_000, 50_000));
    assert!(cached(Some(60), -3_600_000, 49_000));
    assert!(!cached(Some(60), 50_000, 0), "the machine slept");
}

#[test]
fn the_age_of_a_token_of_others_comes_from_the_wall_clock_once() {
    for (ahead, expected) in [(49_999, true), (50_000, false), (-5_000, true), (-5_001, false)] {
        let record = Record::default().commit(0, grant("ada", "0", Some(60))).unwrap();
        let mut bench = Bench::over(Some(record.to_text()));
        bench.wall = START + ahead;
        bench.input(Input::Begun);
        bench.want(1);
        assert_eq!(bench.requests.is_empty(), expected, "{ahead}");
    }
}

#[test]
fn without_a_refresh_token_a_clock_set_back_ends_nothing() {
    let record = Record::default().commit(0, Grant { refresh_token: None, ..grant("ada", "0", Some(60)) });
    let mut bench = Bench::over(Some(record.unwrap().to_text()));
    bench.wall = START - 3_600_000;
    bench.input(Input::Begun);
    bench.want(1);
    assert_eq!(bench.got(), ["1 at0"]);
}

#[test]
fn a_call_says_how_long_the_token_must_be_good_for() {
    let mut bench = Bench::signed_in(60);
    let target = Target::default();
    let wanted = |min_validity| Input::Wanted {
        ticket: Ticket(1),
        target: target.clone(),
        force: false,
        min_validity: Millis(min_validity),
    };
    bench.input(wanted(59_000));
    assert!(bench.requests.is_empty());
    bench.input(wanted(60_000));
    assert_eq!(bench.requests.len(), 1);
    // More than any token has is no reason to go on for ever.
    bench.grants("1");
    bench.forget();
    bench.input(wanted(4_000_000));
    bench.grants("2");
    assert_eq!((bench.got(), bench.requests.len()), (vec!["1 at2".into()], 0));
}

#[test]
fn a_refresh_counts_from_the_question() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.wall += 9_000;
    bench.monotonic += 9_000;
    bench.reply(Ok(Box::new(Renewed { tokens: tokens("1", Some(60)), claims: None, skew: None })));
    assert_eq!(bench.record().grant.unwrap().access[0].received_at, UnixMillis(START + 20_000));
    bench.wall += 41_000;
    bench.monotonic += 41_000;
    bench.forget();
    bench.want(2);
    assert_eq!((bench.got().len(), bench.requests.len()), (0, 1));
}

#[test]
fn a_token_is_refreshed_before_its_end_if_that_is_asked_for() {
    // The lifetime, and when the refresh is due: min(60 s, max(10 s, lifetime / 10)) before its end.
    for (expires_in, due) in [(3600, 3_540_000), (300, 270_000), (60, 50_000), (30, 20_000)] {
        let mut bench = Bench::with(Background::Always, grant("ada", "0", Some(expires_in)));
        bench.pass(due - 1);
        assert!(bench.requests.is_empty(), "{expires_in}");
        bench.pass(1);
        assert_eq!(bench.requests.len(), 1, "{expires_in}");
    }
    // Tokens that would do nothing but be refreshed wait for somebody who needs them.
    let mut bench = Bench::with(Background::Always, grant("ada", "0", Some(20)));
    bench.pass(100_000);
    assert!(bench.requests.is_empty());
}

#[test]
fn a_page_that_nobody_sees_refreshes_only_what_is_asked_for() {
    let mut bench = Bench::with(Background::Visible, grant("ada", "0", Some(3600)));
    bench.input(Input::Noticed(Notice::Hidden));
    bench.pass(4_000_000);
    assert!(bench.requests.is_empty());
    bench.input(Input::Noticed(Notice::Visible));
    assert_eq!(bench.requests.len(), 1);
}

#[test]
fn a_session_without_a_refresh_token_ends_with_its_access_token() {
    let mut bench = Bench::begun(Grant { refresh_token: None, ..grant("ada", "0", Some(60)) });
    bench.pass(49_999);
    bench.want(1);
    bench.force(2);
    assert_eq!(bench.got(), ["1 at0", "2 at0!"]);
    bench.pass(1);
    assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Local)]);
    assert_eq!(bench.machine.state(), State::SignedOut { reason: Some(Reason::Expired) });
    bench.want(3);
    assert_eq!(bench.got(), ["3 session_expired"]);
    assert!(bench.requests.is_empty() && !bench.held);
    // It is no sign-out: what was begun before may still come.
    assert!(bench.record().commit(1, grant("ada", "1", None)).is_some());
}

#[test]
fn another_target_cannot_be_had_without_a_refresh_token() {
    let mut bench = Bench::begun(Grant { refresh_token: None, ..grant("ada", "0", None) });
    bench.want_for(1, Target::new(Some("https://api.example"), ""), false);
    assert_eq!(bench.got(), ["1 invalid_parameters"]);
}

#[test]
fn how_far_ahead_a_token_is_refreshed_depends_on_its_life() {
    for (expires_in, ahead) in
        [(7200, 60), (600, 60), (599, 59), (300, 30), (100, 10), (60, 10), (20, 10), (4, 2), (0, 0)]
    {
        let seconds = access("0", Some(expires_in)).ahead().unwrap().0 / 1000;
        assert_eq!(seconds, ahead, "{expires_in}");
    }
    assert_eq!(access("0", None).ahead(), None);
}

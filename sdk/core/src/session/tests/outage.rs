//! A token endpoint that cannot be had: the session stays, and nobody hammers.

use super::*;

/// When requests are sent, from the first on, while all of them fail like this.
fn sent(failure: &Failure, until: i64, background: Background) -> (Vec<i64>, Bench) {
    let mut bench = Bench::with(background, grant("ada", "0", Some(10)));
    bench.pass(20_000);
    let start = bench.monotonic;
    let mut sent = Vec::new();
    bench.want(1);
    while bench.monotonic < start + until {
        if bench.requests.is_empty() {
            bench.pass(1);
        } else {
            sent.push(bench.monotonic - start);
            bench.fails(failure.clone());
        }
    }
    (sent, bench)
}

#[test]
fn what_is_no_verdict_keeps_the_session() {
    let from_nobody = |code: Code| Failure::from(code);
    for failure in [
        from_nobody(Code::NetworkFailed),
        from_nobody(Code::NetworkTimeout),
        from_nobody(Code::RedirectRefused),
        from_nobody(Code::ResponseInvalid),
        server(500, None),
        server(503, None),
        server(429, None),
        oauth("temporarily_unavailable", 400),
        oauth("server_error", 400),
        oauth("invalid_grant", 503),
        oauth("invalid_grant", 429),
    ] {
        let code = failure.error.code;
        let mut bench = Bench::due();
        bench.want(1);
        bench.fails(failure);
        assert!(!bench.held);
        assert_eq!(bench.told(), [(EventKind::RefreshFailed, Origin::Local)], "{code:?}");
        assert_eq!(bench.machine.state(), State::SignedIn { stale: true }, "{code:?}");
        assert_eq!(bench.record().refresh_token(), Some("rt0"), "{code:?}");
    }
}

#[test]
fn a_token_that_has_not_expired_is_better_than_none() {
    for (age, expected) in [(49_000, "1 at0"), (59_000, "1 at0!")] {
        let mut bench = Bench::signed_in(60);
        bench.pass(age);
        bench.want(1);
        if !bench.requests.is_empty() {
            bench.fails(server(503, None));
        }
        assert_eq!(bench.got(), [expected]);
    }
}

#[test]
fn a_caller_waits_ten_seconds_and_gets_the_reason() {
    let (_, mut bench) = sent(&server(503, None), 10_000, Background::Always);
    assert_eq!(bench.got(), ["1 server_unavailable"]);
    assert_eq!(bench.failures[0].status, Some(503));
}

#[test]
fn a_caller_for_whom_the_next_attempt_is_too_late_does_not_wait() {
    let (_, mut bench) = sent(&server(429, Some(30)), 1, Background::Never);
    assert_eq!(bench.got(), ["1 server_rate_limited"]);
    assert_eq!(bench.failures[0].retry_after, Some(Seconds(30)));
    bench.forget();
    bench.pass(10_000);
    bench.want(2);
    assert_eq!((bench.got().len(), bench.failures[0].retry_after), (1, Some(Seconds(19))));
}

#[test]
fn retries_go_on_behind_the_callers_back_further_and_further_apart() {
    let (times, mut bench) = sent(&server(503, None), 600_000, Background::Always);
    assert!((8..200).contains(&times.len()), "{times:?}");
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap <= 60_000), "{gaps:?}");
    assert!(times.windows(4).all(|four| four[3] - four[0] >= 10_000), "{times:?}");
    while bench.requests.is_empty() {
        bench.pass(1_000);
    }
    bench.grants("1");
    assert_eq!(bench.machine.state(), State::SignedIn { stale: false });
    assert!(bench.record().attempt.is_none());
}

#[test]
fn nothing_goes_on_behind_the_callers_back_if_that_is_not_wanted() {
    let (times, _) = sent(&server(503, None), 600_000, Background::Never);
    assert!(times.last().is_some_and(|last| *last < 10_000), "{times:?}");
}

#[test]
fn the_backoff_grows_and_its_jitter_is_full() {
    for (failures, longest) in [(0, 1_000), (1, 2_000), (5, 32_000), (6, 60_000), (40, 60_000)] {
        let attempt =
            Attempt { stage: Stage::Locked, until: UnixMillis(0), failures, starts: vec![UnixMillis(START)] };
        let wait = |spread| attempt.failed(None, spread, UnixMillis(START)).until.0 - START;
        assert_eq!((wait(0), wait(u32::MAX)), (0, longest - 1), "{failures}");
    }
}

#[test]
fn retry_after_is_honoured_within_bounds() {
    let attempt = Attempt { stage: Stage::Locked, until: UnixMillis(0), failures: 0, starts: vec![] };
    for (asked, waits) in [(0, 0), (30, 30_000), (600, 600_000), (3600, 600_000)] {
        let failed = attempt.failed(Some(Seconds(asked)), 0, UnixMillis(START));
        assert_eq!((failed.until.0 - START, failed.stage), (waits, Stage::Deferred));
    }
}

#[test]
fn three_requests_in_ten_seconds_are_the_most_whatever_the_jitter() {
    let mut attempt: Option<Attempt> = None;
    let (mut wall, mut times) = (START, vec![]);
    for _ in 0..12 {
        let sent = Attempt::sent(attempt.as_ref(), Stage::Locked, UnixMillis(wall));
        times.push(wall);
        let failed = sent.failed(None, 0, UnixMillis(wall));
        wall = failed.until.0.max(wall);
        attempt = Some(failed);
    }
    assert!(times.windows(4).all(|four| four[3] - four[0] >= 10_000), "{times:?}");
}

#[test]
fn the_network_being_back_ends_the_wait_but_not_what_the_server_asked_for() {
    for (failure, notice, hurries) in [
        (Code::NetworkFailed.into(), Notice::Online, true),
        (Code::NetworkFailed.into(), Notice::Visible, true),
        (Code::NetworkFailed.into(), Notice::Resumed, true),
        (Code::NetworkFailed.into(), Notice::Elsewhere, false),
        (server(503, Some(60)), Notice::Online, false),
    ] {
        let (_, mut bench) = sent(&failure, 1, Background::Always);
        // The first wait may be over at once; the record is as after many failures.
        bench.elsewhere(|record| {
            let attempt = record.attempt.clone().unwrap();
            record.with(Some(Attempt { until: UnixMillis(START + 60_000), ..attempt }))
        });
        bench.requests.clear();
        bench.input(Input::Noticed(notice));
        assert_eq!(!bench.requests.is_empty(), hurries, "{notice:?}");
    }
}

#[test]
fn an_outage_that_others_noticed_costs_no_request_here() {
    let mut bench = Bench::signed_in(60);
    bench.pass(55_000);
    let outage = Attempt {
        stage: Stage::Failed,
        until: UnixMillis(START + 100_000),
        failures: 7,
        starts: vec![UnixMillis(START + 54_000)],
    };
    bench.elsewhere(|record| record.with(Some(outage)));
    assert_eq!(bench.told(), [(EventKind::RefreshFailed, Origin::Tab)]);
    bench.want(1);
    assert_eq!((bench.got(), bench.requests.len(), bench.held), (vec!["1 at0!".into()], 0, false));
    bench.elsewhere(|record| refreshed(record, "1", START + 55_000));
    assert_eq!(bench.machine.state(), State::SignedIn { stale: false });
    bench.want(2);
    assert_eq!(bench.got(), ["2 at1"]);
}

#[test]
fn sleep_ends_an_outage_s_wait() {
    let (_, mut bench) = sent(&server(503, Some(60)), 1, Background::Always);
    bench.wall += 3_600_000;
    bench.input(Input::Noticed(Notice::Resumed));
    assert_eq!(bench.requests.len(), 1);
}

#[test]
fn a_hidden_page_does_not_go_on_trying() {
    let (_, mut bench) = sent(&Code::NetworkFailed.into(), 1, Background::Visible);
    bench.requests.clear();
    bench.input(Input::Noticed(Notice::Hidden));
    bench.pass(10_000);
    let sent = bench.log.iter().filter(|kind| **kind == "refresh").count();
    bench.requests.clear();
    bench.pass(600_000);
    assert!(bench.log.iter().filter(|kind| **kind == "refresh").count() <= sent + 1);
    assert!(bench.wake.is_none_or(|(_, due)| due > bench.monotonic));
}

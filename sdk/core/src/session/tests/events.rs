//! Who is told what, and that nobody is told twice.

use super::*;

#[test]
fn storage_is_read_first_and_the_first_event_says_what_it_holds() {
    let record = Record::default().commit(0, grant("ada", "0", Some(3600))).unwrap();
    let mut bench = Bench::over(Some(record.to_text()));
    assert_eq!(bench.machine.state(), State::Loading);
    bench.input(Input::Begun);
    let [event] = bench.events[..] else { panic!("one event") };
    let state = State::SignedIn { stale: false };
    assert_eq!(event, Event { kind: EventKind::Initial, origin: Origin::Local, generation: 1, state });
}

#[test]
fn who_asks_before_storage_was_read_waits_for_it() {
    let record = Record::default().commit(0, grant("ada", "0", Some(3600))).unwrap();
    let mut bench = Bench::over(Some(record.to_text()));
    bench.want(1);
    assert!(bench.got().is_empty());
    bench.input(Input::Begun);
    assert_eq!(bench.got(), ["1 at0"]);
}

#[test]
fn a_storage_that_never_answers_costs_ten_seconds() {
    let mut bench = Bench::over(None);
    bench.want(1);
    bench.pass(9_999);
    assert!(bench.got().is_empty());
    bench.pass(1);
    assert_eq!(bench.got(), ["1 network_timeout"]);
}

#[test]
fn what_was_written_here_is_no_news() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.grants("1");
    bench.forget();
    bench.input(Input::Noticed(Notice::Elsewhere));
    bench.input(Input::Noticed(Notice::Visible));
    assert_eq!(bench.log, ["read", "read"]);
}

#[test]
fn others_are_told_of_generations_and_not_of_attempts() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.fails(server(503, None));
    assert!(bench.announced.is_empty() && bench.log.iter().filter(|kind| **kind == "swap").count() == 2);
}

#[test]
fn an_outage_is_told_once() {
    let mut bench = Bench::due();
    bench.want(1);
    for _ in 0..3 {
        while bench.requests.is_empty() {
            bench.pass(100);
        }
        bench.fails(server(503, None));
        if bench.got() == ["1 server_unavailable"] {
            bench.want(1);
        }
    }
    assert_eq!(bench.told(), [(EventKind::RefreshFailed, Origin::Local)]);
}

#[test]
fn a_notice_during_a_look_leads_to_another_look() {
    let mut bench = Bench::signed_in(3600);
    let now = bench.now();
    let actions = bench.machine.handle(Input::Noticed(Notice::Elsewhere), now);
    let Some(Action::Read { step }) = actions.first() else { panic!("looks") };
    assert!(bench.machine.handle(Input::Noticed(Notice::Elsewhere), now).is_empty());
    let old = bench.stored.clone();
    bench.stored = Some(bench.record().sign_out(Reason::SignedOut).to_text());
    bench.input(Input::Read { step: *step, stored: old });
    assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Tab)]);
}

#[test]
fn nothing_is_handed_out_during_a_look() {
    let mut bench = Bench::signed_in(3600);
    let now = bench.now();
    let actions = bench.machine.handle(Input::Noticed(Notice::Resumed), now);
    let Some(Action::Read { step }) = actions.first() else { panic!("looks") };
    bench.want(1);
    assert!(bench.got().is_empty());
    let stored = Some(bench.record().sign_out(Reason::SignedOut).to_text());
    bench.input(Input::Read { step: *step, stored });
    assert_eq!(bench.got(), ["1 session_changed"]);
}

#[test]
fn news_in_a_refresh_are_told_after_it() {
    let mut bench = Bench::due();
    bench.want(1);
    let mut news = claims("ada");
    news.insert("name".into(), "Ada".into());
    let renewed = Renewed { tokens: tokens("1", None), claims: Some(news), skew: None };
    bench.reply(Ok(Box::new(renewed)));
    let local = |kind| (kind, Origin::Local);
    assert_eq!(bench.told(), [local(EventKind::TokenRefreshed), local(EventKind::UserUpdated)]);
}

#[test]
fn one_timer_is_enough_and_a_later_one_does_not_replace_it() {
    let mut bench = Bench::with(Background::Always, grant("ada", "0", Some(3600)));
    let (_, due) = bench.wake.unwrap();
    assert_eq!(due, 50_000 + 3_540_000);
    bench.pass(1_000);
    bench.force(1);
    assert_eq!(bench.wake.unwrap().1, bench.monotonic + 10_000);
    bench.grants("1");
    bench.pass(10_000);
    assert_eq!(bench.wake.unwrap().1, 51_000 + 3_540_000);
}

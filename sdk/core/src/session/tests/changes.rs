//! Sign-in, sign-out and another account, here and elsewhere.

use alloc::sync::Arc;

use super::*;

fn signed_in(bench: &mut Bench, ticket: u32, subject: &str, name: &str, began: u64) {
    let grant = Arc::new(grant(subject, name, Some(3600)));
    bench.input(Input::SignedIn { ticket: Ticket(ticket), grant, began });
}

fn sign_out(bench: &mut Bench, ticket: u32) {
    bench.input(Input::SignOut { ticket: Ticket(ticket), reason: Reason::SignedOut });
}

#[test]
fn a_sign_in_becomes_the_session() {
    let mut bench = Bench::over(None);
    bench.input(Input::Begun);
    assert_eq!(bench.told(), [(EventKind::Initial, Origin::Local)]);
    assert_eq!(bench.machine.state(), State::SignedOut { reason: None });
    bench.want(1);
    signed_in(&mut bench, 2, "ada", "0", 0);
    assert_eq!(bench.got(), ["1 session_missing", "2 in"]);
    assert_eq!(
        (bench.told(), bench.announced.clone()),
        (vec![(EventKind::SignedIn, Origin::Local)], vec![1])
    );
    bench.want(3);
    assert_eq!(bench.got(), ["3 at0"]);
}

#[test]
fn a_sign_out_beats_a_sign_in_that_began_before_it() {
    let mut bench = Bench::signed_in(3600);
    let began = bench.machine.generation();
    bench.elsewhere(|record| record.sign_out(Reason::SignedOut));
    signed_in(&mut bench, 1, "ada", "1", began);
    assert_eq!(bench.got(), ["1 session_changed"]);
    assert_eq!(bench.revoked[0].refresh_token.as_deref(), Some("rt1"));
    let began = bench.machine.generation();
    signed_in(&mut bench, 2, "ada", "2", began);
    assert_eq!(bench.got(), ["2 in"]);
}

#[test]
fn a_sign_in_that_follows_a_sign_out_at_once_counts() {
    let mut bench = Bench::signed_in(3600);
    let now = bench.now();
    let sign_out = Input::SignOut { ticket: Ticket(1), reason: Reason::SignedOut };
    let actions = bench.machine.handle(sign_out, now);
    assert_eq!(bench.machine.state(), State::SignedOut { reason: Some(Reason::SignedOut) });
    assert!(bench.machine.grant().is_none());
    let began = bench.machine.generation();
    let Some(Action::Swap { step, next, .. }) = actions.into_iter().next() else { panic!("swaps at once") };
    bench.stored = Some(next);
    bench.input(Input::Swapped { step, result: Ok(()) });
    signed_in(&mut bench, 2, "bob", "1", began);
    assert_eq!(bench.got(), ["1 out rt0", "2 in"]);
}

#[test]
fn a_sign_out_wins_over_a_refresh_in_flight() {
    let mut bench = Bench::due();
    bench.want(1);
    sign_out(&mut bench, 2);
    assert_eq!(bench.got(), ["1 session_changed", "2 out rt0"]);
    assert!(!bench.held, "nobody needs to wait for the answer");
    assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Local)]);
    bench.grants("1");
    assert_eq!(bench.revoked[0].refresh_token.as_deref(), Some("rt1"));
    assert!(bench.record().grant.is_none());
    assert_eq!(bench.machine.state(), State::SignedOut { reason: Some(Reason::SignedOut) });
}

#[test]
fn a_sign_out_elsewhere_wins_over_a_commit() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.meddle = Some(Some(bench.record().sign_out(Reason::SignedOut).to_text()));
    bench.grants("1");
    assert_eq!(bench.got(), ["1 session_changed"]);
    assert_eq!(bench.revoked.len(), 1);
    assert!(bench.record().grant.is_none() && !bench.held);
    assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Tab)]);
}

#[test]
fn a_sign_out_takes_the_newest_tokens_along() {
    let mut bench = Bench::signed_in(3600);
    bench.meddle = Some(Some(refreshed(&bench.record(), "9", START).to_text()));
    sign_out(&mut bench, 1);
    assert_eq!(bench.got(), ["1 out rt9"]);
    assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Local)]);
}

#[test]
fn a_sign_out_without_a_session_still_beats_what_was_begun() {
    let mut bench = Bench::over(None);
    sign_out(&mut bench, 1);
    bench.input(Input::Begun);
    assert_eq!(bench.got(), ["1 out "]);
    assert_eq!(bench.told(), [(EventKind::Initial, Origin::Local)]);
    signed_in(&mut bench, 2, "ada", "0", 0);
    assert_eq!(bench.got(), ["2 session_changed"]);
}

#[test]
fn a_sign_out_that_a_careless_storage_undid_is_done_again() {
    let mut bench = Bench::signed_in(3600);
    // What was there, and what somebody made of it meanwhile.
    let before = bench.record();
    sign_out(&mut bench, 1);
    bench.forget();
    for late in [before.clone(), refreshed(&before, "9", START)] {
        bench.stored = Some(late.to_text());
        bench.input(Input::Noticed(Notice::Elsewhere));
        assert!(bench.record().grant.is_none() && bench.events.is_empty());
    }
    // What was wiped and written anew is another story.
    bench.stored = Some(Record::default().commit(0, grant("bob", "0", None)).unwrap().to_text());
    bench.input(Input::Noticed(Notice::Elsewhere));
    assert!(bench.record().grant.is_some());
}

#[test]
fn another_account_gets_nothing_of_the_old_one() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.elsewhere(|record| record.commit(record.generation, grant("bob", "5", Some(3600))).unwrap());
    assert_eq!(bench.got(), ["1 session_changed"]);
    assert_eq!(bench.told(), [(EventKind::SessionSwitched, Origin::Tab)]);
    bench.grants("1");
    assert_eq!(bench.revoked[0].access_token, "at1");
    bench.want(2);
    assert_eq!(bench.got(), ["2 at5"]);
    assert_eq!(bench.record().grant.unwrap().subject.as_deref(), Some("bob"));
}

#[test]
fn the_same_account_signed_in_anew_serves_who_waited() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.elsewhere(|record| record.commit(record.generation, grant("ada", "5", Some(3600))).unwrap());
    assert_eq!(bench.got(), ["1 at5"]);
    bench.grants("1");
    assert_eq!(bench.record().refresh_token(), Some("rt5"));
    assert!(bench.revoked.is_empty());
}

#[test]
fn news_about_the_user_are_kept_for_the_same_user_only() {
    let mut bench = Bench::signed_in(3600);
    let mut news = claims("ada");
    news.insert("name".into(), "Ada".into());
    bench.input(Input::UserUpdated { ticket: Ticket(1), claims: news });
    bench.input(Input::UserUpdated { ticket: Ticket(2), claims: claims("eve") });
    assert_eq!(bench.got(), ["1 user", "2 session_changed"]);
    assert_eq!(bench.told(), [(EventKind::UserUpdated, Origin::Local)]);
    assert!(bench.machine.grant().unwrap().claims.contains_key("name"));
}

#[test]
fn what_cannot_be_read_or_is_gone_is_no_session_and_is_written_over() {
    for stored in [None, Some("not json"), Some("{}")] {
        let mut bench = Bench::signed_in(3600);
        bench.stored = stored.map(String::from);
        bench.input(Input::Noticed(Notice::Elsewhere));
        assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Tab)], "{stored:?}");
        let began = bench.machine.generation();
        signed_in(&mut bench, 1, "ada", "1", began);
        assert_eq!(bench.got(), ["1 in"], "{stored:?}");
    }
}

#[test]
fn the_issuer_may_end_a_session() {
    let mut bench = Bench::signed_in(3600);
    bench.input(Input::SignOut { ticket: Ticket(1), reason: Reason::Revoked });
    assert_eq!(bench.machine.state(), State::SignedOut { reason: Some(Reason::Revoked) });
    bench.want(2);
    assert_eq!(bench.got(), ["1 out rt0", "2 session_expired"]);
}

#[test]
fn one_operation_on_storage_is_under_way_at_a_time_and_whoever_leaves_goes_first() {
    let mut bench = Bench::due();
    let now = bench.now();
    let wanted =
        Input::Wanted { ticket: Ticket(1), target: Target::default(), force: false, min_validity: Millis(0) };
    let actions = bench.machine.handle(wanted, now);
    let Some(Action::Read { step }) = actions.first() else { panic!("reads first") };
    let noticed = bench.machine.handle(Input::Noticed(Notice::Elsewhere), now);
    let leaving = Input::SignOut { ticket: Ticket(2), reason: Reason::SignedOut };
    let left = bench.machine.handle(leaving, now);
    let stores = |action: &Action| matches!(action, Action::Read { .. } | Action::Swap { .. });
    assert!(!noticed.iter().chain(&left).any(stores));
    let read = Input::Read { step: *step, stored: bench.stored.clone() };
    let actions = bench.machine.handle(read, now);
    assert!(actions.iter().filter(|action| stores(action)).count() == 1);
    assert!(actions.iter().any(|action| matches!(action, Action::Swap { .. })));
}

#[test]
fn the_lock_is_kept_until_a_sign_out_is_committed() {
    let mut bench = Bench::due();
    bench.want(1);
    let leaving = Input::SignOut { ticket: Ticket(2), reason: Reason::SignedOut };
    let actions = bench.machine.handle(leaving, bench.now());
    assert!(!actions.iter().any(|action| matches!(action, Action::Unlock)));
    let swap = actions.iter().find_map(|action| match action {
        Action::Swap { step, .. } => Some(*step),
        _ => None,
    });
    let done = Input::Swapped { step: swap.unwrap(), result: Ok(()) };
    let actions = bench.machine.handle(done, bench.now());
    assert!(actions.iter().any(|action| matches!(action, Action::Unlock)));
}

#[test]
fn tokens_of_a_session_that_was_signed_out_are_revoked_though_the_same_user_is_back() {
    let mut bench = Bench::due();
    bench.want(1);
    sign_out(&mut bench, 2);
    let began = bench.machine.generation();
    signed_in(&mut bench, 3, "ada", "5", began);
    bench.grants("1");
    assert_eq!(bench.revoked[0].refresh_token.as_deref(), Some("rt1"));
    assert_eq!(bench.record().refresh_token(), Some("rt5"));
}

#[test]
fn tokens_that_come_while_somebody_leaves_are_revoked_after_the_sign_out() {
    let mut bench = Bench::due();
    bench.want(1);
    let leaving = Input::SignOut { ticket: Ticket(2), reason: Reason::SignedOut };
    let actions = bench.machine.handle(leaving, bench.now());
    let swap = actions.iter().find_map(|action| match action {
        Action::Swap { step, next, .. } => Some((*step, next.clone())),
        _ => None,
    });
    bench.grants("1");
    assert!(bench.revoked.is_empty());
    let (step, next) = swap.unwrap();
    bench.stored = Some(next);
    bench.input(Input::Swapped { step, result: Ok(()) });
    assert_eq!(bench.revoked[0].refresh_token.as_deref(), Some("rt1"));
    assert!(bench.record().grant.is_none());
}

//! One refresh at a time: in a machine, and over all of them.

use super::*;

fn other() -> Target {
    Target::new(Some("https://api.example"), "b a b")
}

#[test]
fn the_order_is_read_lock_read_claim_refresh_commit_unlock_tell() {
    let mut bench = Bench::due();
    bench.want(1);
    assert_eq!(bench.log, ["read", "lock", "read", "swap", "refresh"]);
    bench.log.clear();
    bench.grants("1");
    assert_eq!(bench.log, ["swap", "unlock", "announce", "answer", "tell"]);
    assert_eq!((bench.got(), bench.announced.clone()), (vec!["1 at1".into()], vec![2]));
    assert_eq!(bench.told(), [(EventKind::TokenRefreshed, Origin::Local)]);
    let record = bench.record();
    assert_eq!((record.generation, record.attempt.is_none()), (2, true));
    assert_eq!(record.refresh_token(), Some("rt1"));
}

#[test]
fn all_who_wait_for_a_target_share_a_refresh() {
    let mut bench = Bench::due();
    for ticket in 1..=5 {
        bench.want(ticket);
    }
    bench.force(6);
    assert_eq!(bench.requests.len(), 1);
    bench.grants("1");
    assert_eq!(bench.got(), ["1 at1", "2 at1", "3 at1", "4 at1", "5 at1", "6 at1"]);
    assert!(bench.requests.is_empty());
}

#[test]
fn targets_take_turns_because_the_refresh_token_rotates() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.want_for(2, other(), false);
    assert_eq!(bench.requests.len(), 1);
    bench.grants("1");
    assert_eq!(bench.got(), ["1 at1"]);
    let (_, request) = &bench.requests[0];
    assert_eq!((request.refresh_token.as_str(), request.target.scope.as_str()), ("rt1", "a b"));
    bench.grants("2");
    assert_eq!(bench.got(), ["2 at2"]);
    let grant = bench.record().grant.unwrap();
    assert_eq!(grant.find(&other()).unwrap().scope, "a b");
    assert_eq!((grant.access.len(), grant.find(&Target::default()).unwrap().token.as_str()), (2, "at1"));
    bench.want(3);
    bench.want_for(4, other(), false);
    assert_eq!(bench.got(), ["3 at1", "4 at2"]);
}

#[test]
fn access_tokens_are_bounded_and_the_default_stays() {
    let mut grant = grant("ada", "0", None);
    for number in 0..40 {
        let renewed = Renewed { tokens: tokens("x", None), claims: None, skew: None };
        let target = Target::new(Some(&format!("https://{number}.example")), "");
        grant = grant.renewed(&target, &renewed, UnixMillis(START));
    }
    assert_eq!(grant.access.len(), MAX_TARGETS);
    assert!(grant.find(&Target::default()).is_some());
    assert!(grant.find(&Target::new(Some("https://39.example"), "")).is_some());
}

#[test]
fn what_somebody_refreshed_and_told_of_under_the_lock_is_not_refreshed_again() {
    let mut bench = Bench::due();
    bench.rival = Some(refreshed(&bench.record(), "1", START + 20_000).to_text());
    bench.want(1);
    assert_eq!(bench.got(), ["1 at1"]);
    assert!(bench.requests.is_empty(), "{:?}", bench.log);
    assert!(!bench.held);
}

#[test]
fn what_somebody_else_refreshed_needs_no_lock() {
    let mut bench = Bench::due();
    bench.stored = Some(refreshed(&bench.record(), "1", START + 20_000).to_text());
    bench.want(1);
    assert_eq!(bench.log, ["read", "answer", "tell"]);
    assert_eq!(bench.got(), ["1 at1"]);
    assert_eq!(bench.told(), [(EventKind::TokenRefreshed, Origin::Tab)]);
}

#[test]
fn what_was_refreshed_while_the_lock_was_waited_for_is_taken() {
    let mut bench = Bench::due();
    let now = bench.now();
    let wanted =
        Input::Wanted { ticket: Ticket(1), target: Target::default(), force: false, min_validity: Millis(0) };
    let actions = bench.machine.handle(wanted, now);
    let Some(Action::Read { step }) = actions.first() else { panic!("reads first") };
    let read = Input::Read { step: *step, stored: bench.stored.clone() };
    let actions = bench.machine.handle(read, now);
    let Some(Action::Lock { step, .. }) = actions.first() else { panic!("locks then") };
    bench.stored = Some(refreshed(&bench.record(), "1", START + 20_000).to_text());
    bench.held = true;
    bench.input(Input::Locked { step: *step, held: true });
    assert_eq!(bench.log, ["read", "answer", "unlock", "tell"]);
    assert!(bench.requests.is_empty());
}

#[test]
fn a_refresh_goes_on_without_a_lock() {
    let mut bench = Bench::due();
    bench.lock = false;
    bench.want(1);
    assert_eq!(bench.requests.len(), 1);
    assert_eq!(bench.record().attempt.unwrap().stage, Stage::Unlocked);
    bench.grants("1");
    assert_eq!(bench.got(), ["1 at1"]);
    assert!(!bench.log.contains(&"unlock"));
}

/// The record with somebody else's request in it, sent at `START + 20_000`.
fn claimed(record: &Record, stage: Stage) -> Record {
    let until = UnixMillis(START + 31_000);
    let starts = vec![UnixMillis(START + 20_000)];
    record.with(Some(Attempt { stage, until, failures: 0, starts }))
}

#[test]
fn a_request_under_way_is_waited_for_where_the_lock_says_nothing() {
    // Whether the lock can be had, what the other says, and whether it is waited for.
    for (lock, stage, waits) in [
        (true, Stage::Locked, false),
        (true, Stage::Unlocked, true),
        (false, Stage::Locked, true),
        (false, Stage::Unlocked, true),
    ] {
        let mut bench = Bench::due();
        bench.lock = lock;
        bench.stored = Some(claimed(&bench.record(), stage).to_text());
        bench.want(1);
        assert_eq!(bench.requests.is_empty(), waits, "{lock} {stage:?}");
        assert!(!waits || !bench.held);
    }
}

#[test]
fn the_result_of_others_is_found_without_a_word_and_their_loss_is_outlived() {
    for told in [false, true] {
        let mut bench = Bench::due();
        bench.stored = Some(claimed(&bench.record(), Stage::Unlocked).to_text());
        bench.want(1);
        bench.pass(3_000);
        bench.stored = Some(refreshed(&bench.record(), "1", START + 20_000).to_text());
        if told {
            bench.input(Input::Noticed(Notice::Elsewhere));
        } else {
            bench.pass(500);
        }
        assert_eq!(bench.got(), ["1 at1"], "{told}");
    }
    let mut bench = Bench::due();
    bench.stored = Some(claimed(&bench.record(), Stage::Unlocked).to_text());
    bench.want(1);
    bench.pass(9_999);
    assert!(bench.requests.is_empty());
    bench.pass(1);
    assert_eq!(bench.got(), ["1 network_timeout"]);
    bench.want(2);
    bench.pass(1_000);
    assert_eq!(bench.requests.len(), 1, "after eleven seconds nobody can be waiting for an answer");
}

#[test]
fn a_clock_set_back_does_not_prolong_the_wait_for_others() {
    let mut bench = Bench::due();
    bench.stored = Some(claimed(&bench.record(), Stage::Unlocked).to_text());
    bench.want(1);
    bench.wall -= 3_600_000;
    bench.pass(9_000);
    bench.want(2);
    bench.pass(2_000);
    assert_eq!(bench.requests.len(), 1);
}

#[test]
fn a_commit_that_comes_second_adopts_the_first() {
    let mut bench = Bench::due();
    bench.lock = false;
    bench.want(1);
    bench.meddle = Some(Some(refreshed(&bench.record(), "9", START + 20_000).to_text()));
    bench.grants("1");
    assert_eq!(bench.got(), ["1 at9"]);
    assert_eq!(bench.record().refresh_token(), Some("rt9"));
    assert!(bench.revoked.is_empty(), "it is of the same family");
}

#[test]
fn a_commit_is_merged_with_what_changed_beside_it() {
    let mut bench = Bench::due();
    bench.want(1);
    let mut changed = bench.record();
    changed.generation += 1;
    std::sync::Arc::make_mut(changed.grant.as_mut().unwrap()).claims.insert("name".into(), "Ada".into());
    bench.meddle = Some(Some(changed.to_text()));
    bench.grants("1");
    let record = bench.record();
    assert_eq!((record.generation, record.refresh_token()), (3, Some("rt1")));
    assert!(record.grant.unwrap().claims.contains_key("name"));
    assert_eq!(bench.got(), ["1 at1"]);
}

#[test]
fn a_storage_that_refuses_for_ever_is_given_up() {
    let mut bench = Bench::due();
    bench.want(1);
    let (step, _) = bench.requests.remove(0);
    let now = bench.now();
    let renewed = Renewed { tokens: tokens("1", Some(60)), claims: None, skew: None };
    let mut actions = bench.machine.handle(Input::Replied { step, result: Ok(Box::new(renewed)) }, now);
    for _ in 0..100 {
        let Some(Action::Swap { step, expected, .. }) = actions.first() else { break };
        let refused = Input::Swapped { step: *step, result: Err(expected.clone()) };
        actions = bench.machine.handle(refused, now);
    }
    assert!(matches!(actions.first(), Some(Action::Unlock)));
    assert_eq!(bench.machine.grant().unwrap().refresh_token.as_deref(), Some("rt1"));
}

#[test]
fn a_caller_who_gave_up_gets_nothing_and_begins_nothing() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.want(2);
    bench.input(Input::Abandoned(Ticket(1)));
    bench.grants("1");
    assert_eq!(bench.got(), ["2 at1"]);
    bench.pass(4_000_000);
    let now = bench.now();
    let wanted =
        Input::Wanted { ticket: Ticket(3), target: Target::default(), force: false, min_validity: Millis(0) };
    let actions = bench.machine.handle(wanted, now);
    let Some(Action::Read { step }) = actions.first() else { panic!("reads first") };
    bench.input(Input::Abandoned(Ticket(3)));
    bench.input(Input::Read { step: *step, stored: bench.stored.clone() });
    assert!(bench.requests.is_empty() && !bench.held);
}

#[test]
fn a_lock_that_comes_too_late_is_given_back() {
    let mut bench = Bench::due();
    let now = bench.now();
    let wanted =
        Input::Wanted { ticket: Ticket(1), target: Target::default(), force: false, min_validity: Millis(0) };
    let actions = bench.machine.handle(wanted, now);
    let Some(Action::Read { step }) = actions.first() else { panic!("reads first") };
    let actions = bench.machine.handle(Input::Read { step: *step, stored: bench.stored.clone() }, now);
    let Some(Action::Lock { step, .. }) = actions.first() else { panic!("locks then") };
    bench.input(Input::SignOut { ticket: Ticket(2), reason: Reason::SignedOut });
    bench.held = true;
    bench.input(Input::Locked { step: *step, held: true });
    assert!(!bench.held && bench.requests.is_empty());
}

#[test]
fn an_answer_to_a_step_that_is_over_changes_nothing() {
    let mut bench = Bench::due();
    bench.want(1);
    let (step, _) = bench.requests[0];
    bench.grants("1");
    bench.forget();
    let renewed = Renewed { tokens: tokens("7", Some(60)), claims: None, skew: None };
    bench.input(Input::Replied { step, result: Ok(Box::new(renewed)) });
    bench.input(Input::Locked { step, held: false });
    bench.input(Input::Swapped { step, result: Ok(()) });
    bench.input(Input::Read { step, stored: None });
    bench.input(Input::Woken(step));
    assert!(bench.log.is_empty());
    assert_eq!(bench.machine.grant().unwrap().refresh_token.as_deref(), Some("rt1"));
}

#[test]
fn the_same_refresh_token_has_the_same_idempotency_key() {
    let key = |bench: &mut Bench| bench.requests[0].1.idempotency_key();
    let mut bench = Bench::due();
    bench.want(1);
    let first = key(&mut bench);
    bench.fails(server(503, None));
    bench.pass(10_000);
    bench.want(2);
    bench.pass(60_000);
    assert_eq!((key(&mut bench), first.len()), (first.clone(), 43));
    bench.grants("1");
    bench.force(3);
    assert_ne!(key(&mut bench), first);
}

#[test]
fn of_two_who_claim_in_the_same_words_one_sends() {
    let mut bench = Bench::due();
    bench.lock = false;
    let at = bench.wall + 5_000;
    let starts = vec![UnixMillis(at)];
    let until = UnixMillis(at + 11_000);
    let same = Attempt { stage: Stage::Unlocked, until, failures: 0, starts };
    bench.meddle = Some(Some(bench.record().with(Some(same)).to_text()));
    bench.want(1);
    assert!(bench.meddle.is_none() && bench.requests.is_empty());
}

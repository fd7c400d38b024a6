//! A refresh token that the server refuses: is it really the end?

use super::*;

#[test]
fn a_refused_refresh_token_ends_the_session_after_two_looks() {
    for error in ["invalid_grant", "invalid_client", "unauthorized_client"] {
        let mut bench = Bench::due();
        bench.want(1);
        bench.forget();
        bench.fails(oauth(error, 400));
        assert_eq!((bench.log.clone(), bench.held), (vec!["read"], true), "{error}");
        bench.pass(249);
        assert_eq!(bench.log, ["read"]);
        bench.pass(1);
        assert_eq!(bench.log, ["read", "read", "swap", "unlock", "announce", "answer", "tell"]);
        assert_eq!(bench.got(), ["1 session_expired"]);
        assert_eq!(bench.told(), [(EventKind::SignedOut, Origin::Server)]);
        assert_eq!(bench.machine.state(), State::SignedOut { reason: Some(Reason::Revoked) });
        let record = bench.record();
        assert!(record.grant.is_none() && record.signed_out == 0);
    }
}

#[test]
fn an_alarm_that_is_overdue_does_not_stand_in_for_another() {
    let mut bench = Bench::due();
    bench.want(1);
    // The clock has jumped, and the timer has not.
    bench.wake = None;
    bench.monotonic += 60_000;
    bench.wall += 60_000;
    bench.fails(oauth("invalid_grant", 400));
    bench.pass(250);
    assert_eq!(bench.machine.state(), State::SignedOut { reason: Some(Reason::Revoked) });
}

#[test]
fn a_refresh_token_that_changed_in_the_meantime_is_adopted() {
    for (look, text) in [(1, "at the first look"), (2, "at the second look"), (3, "at the swap")] {
        let mut bench = Bench::due();
        bench.lock = false;
        bench.want(1);
        let adopted = Some(refreshed(&bench.record(), "9", bench.wall).to_text());
        if look == 1 {
            bench.stored.clone_from(&adopted);
        }
        bench.fails(oauth("invalid_grant", 400));
        if look == 2 {
            bench.stored.clone_from(&adopted);
        }
        if look == 3 {
            bench.meddle = Some(adopted);
        }
        bench.pass(250);
        assert_eq!(bench.got(), ["1 at9"], "{text}");
        assert_eq!(bench.record().refresh_token(), Some("rt9"), "{text}");
    }
}

#[test]
fn a_refused_token_is_no_verdict_while_somebody_else_has_sent_it() {
    let mut bench = Bench::due();
    bench.lock = false;
    bench.want(1);
    let until = UnixMillis(bench.wall + 11_000);
    let other = Attempt { stage: Stage::Unlocked, until, failures: 0, starts: vec![] };
    bench.stored = Some(bench.record().with(Some(other)).to_text());
    bench.fails(oauth("invalid_grant", 400));
    bench.pass(2_000);
    assert_eq!(bench.record().refresh_token(), Some("rt0"));
    bench.stored = Some(refreshed(&bench.record(), "9", bench.wall).to_text());
    bench.pass(500);
    assert_eq!(bench.got(), ["1 at9"]);
}

#[test]
fn a_commit_wins_over_a_verdict_that_it_caused() {
    let mut bench = Bench::due();
    bench.lock = false;
    bench.want(1);
    bench.meddle = Some(Some(bench.record().end(Reason::Revoked).to_text()));
    bench.grants("1");
    let record = bench.record();
    assert_eq!((record.refresh_token(), record.generation), (Some("rt1"), 3));
    assert!(bench.revoked.is_empty());
    assert!(matches!(bench.machine.state(), State::SignedIn { .. }));
}

#[test]
fn a_refused_target_is_its_callers_affair() {
    let target = Target::new(Some("https://unknown.example"), "");
    for error in ["invalid_target", "invalid_scope", "invalid_request"] {
        let mut bench = Bench::signed_in(3600);
        bench.want_for(1, target.clone(), false);
        bench.fails(oauth(error, 400));
        assert_eq!(bench.failures[0].oauth.as_ref().unwrap().error, error);
        assert_eq!(bench.got().len(), 1, "{error}");
        assert_eq!(bench.machine.state(), State::SignedIn { stale: false });
        assert!(bench.record().attempt.is_none() && !bench.held && bench.told().is_empty());
        bench.want(2);
        assert_eq!(bench.got(), ["2 at0"]);
    }
}

#[test]
fn tokens_of_somebody_else_are_refused() {
    let mut bench = Bench::due();
    bench.want(1);
    let renewed = Renewed { tokens: tokens("1", None), claims: Some(claims("eve")), skew: None };
    bench.reply(Ok(Box::new(renewed)));
    assert_eq!(bench.got(), ["1 token_claim_invalid"]);
    assert_eq!(bench.revoked.len(), 1);
    assert_eq!(bench.record().grant.unwrap().subject.as_deref(), Some("ada"));
}

#[test]
fn a_server_that_does_not_rotate_need_not_repeat_itself() {
    let mut bench = Bench::due();
    bench.want(1);
    let tokens = Tokens { refresh_token: None, ..tokens("1", Some(60)) };
    bench.reply(Ok(Box::new(Renewed { tokens, claims: None, skew: Some(Millis(7)) })));
    let grant = bench.record().grant.unwrap();
    assert_eq!((grant.refresh_token.as_deref(), grant.skew), (Some("rt0"), Some(Millis(7))));
    assert_eq!(grant.access[0].token, "at1");
}

//! Forced calls: another token than before, and no more requests than needed.

use super::*;

#[test]
fn a_forced_call_gets_another_token_though_the_old_one_is_fresh() {
    let mut bench = Bench::signed_in(3600);
    bench.want(1);
    bench.force(2);
    assert_eq!((bench.got(), bench.requests.len()), (vec!["1 at0".into()], 1));
    bench.grants("1");
    assert_eq!(bench.got(), ["2 at1"]);
}

#[test]
fn forced_calls_share_a_result_for_ten_seconds() {
    let mut bench = Bench::signed_in(3600);
    bench.force(1);
    bench.force(2);
    bench.grants("1");
    assert_eq!(bench.got(), ["1 at1", "2 at1"]);
    bench.pass(9_999);
    bench.force(3);
    assert_eq!(bench.got(), ["3 at1"]);
    bench.pass(1);
    bench.force(4);
    assert_eq!(bench.requests.len(), 1);
}

#[test]
fn what_nobody_forced_is_not_shared() {
    let mut bench = Bench::due();
    bench.want(1);
    bench.grants("1");
    bench.force(2);
    assert_eq!(bench.requests.len(), 1);
}

#[test]
fn a_server_that_gives_the_same_token_again_is_not_asked_for_ever() {
    let mut bench = Bench::signed_in(3600);
    bench.force(1);
    bench.grants("0");
    assert_eq!((bench.got(), bench.requests.len()), (vec!["1 at0".into()], 0));
}

#[test]
fn a_token_that_somebody_else_just_got_is_another_one() {
    for (age, shared) in [(9_000, true), (10_000, false)] {
        let mut bench = Bench::signed_in(3600);
        bench.pass(20_000);
        bench.stored = Some(refreshed(&bench.record(), "1", START + 20_000 - age).to_text());
        bench.force(1);
        assert_eq!(bench.got() == ["1 at1"], shared, "{age}");
        assert_eq!(bench.requests.is_empty(), shared, "{age}");
    }
}

#[test]
fn a_forced_call_gets_the_old_token_while_the_server_fails() {
    let mut bench = Bench::signed_in(3600);
    bench.force(1);
    bench.fails(server(503, None));
    assert_eq!(bench.got(), ["1 at0!"]);
    assert_eq!(bench.machine.state(), State::SignedIn { stale: true });
}

#[test]
fn a_result_is_not_shared_over_sessions() {
    let mut bench = Bench::signed_in(3600);
    bench.force(1);
    bench.grants("1");
    let began = bench.machine.generation();
    let grant = Box::new(Grant { access: vec![access("2", Some(3600))], ..grant("ada", "2", None) });
    bench.input(Input::SignedIn { ticket: Ticket(2), grant: (*grant).into(), began });
    bench.forget();
    bench.force(3);
    assert_eq!((bench.got().len(), bench.requests.len()), (0, 1));
}

//! Each rule is broken once on purpose: a rule that no flaw breaks looks at nothing.

use edgeward_core::session::Background;
use edgeward_model::{Budget, Flaw, Policy, Rule, Setup, explore};

/// The shortest way to see a flaw, and the rule that sees it.
#[track_caller]
fn seen(flaw: Flaw, tabs: usize, budget: Budget, rule: Rule) {
    let explored = explore::everything(&setup(Some(flaw), tabs, budget), 100_000, 4);
    let (broken, way) = explored.broken.expect("a flaw");
    println!("{flaw:?}: {broken} after {} steps", way.len());
    assert_eq!(broken.rule, rule, "{flaw:?}: {broken}\n{way:?}");
}

#[test]
fn without_claims_a_refresh_token_is_sent_twice() {
    seen(Flaw::NoClaims, 2, Budget { wants: 2, ..Budget::default() }, Rule::Once);
}

#[test]
fn blind_writes_bring_back_what_was_signed_out() {
    let budget = Budget { wants: 1, leaves: 1, ..Budget::default() };
    seen(Flaw::BlindWrites, 2, budget, Rule::SignedOut);
}

#[test]
fn without_a_timer_callers_wait_for_ever() {
    seen(Flaw::NoTimer, 2, Budget { wants: 1, ..Budget::default() }, Rule::Progress);
}

#[test]
fn without_subjects_tokens_go_to_the_wrong_account() {
    let budget = Budget { wants: 1, switches: 1, ..Budget::default() };
    seen(Flaw::NoSubjects, 2, budget, Rule::Subject);
}

#[test]
fn a_swap_that_is_told_too_early_is_told_to_the_application_too_early() {
    seen(Flaw::EarlyWord, 2, Budget { wants: 1, ..Budget::default() }, Rule::Events);
}

#[test]
fn whoever_takes_an_outage_for_a_refusal_loses_the_session() {
    let budget = Budget { wants: 1, unsent: 1, ticks: 1, ..Budget::default() };
    seen(Flaw::Pessimist, 2, budget, Rule::Kept);
}

#[test]
fn whoever_forgets_an_outage_hammers() {
    let budget = Budget { wants: 30, busy: 20, ticks: 60, ..Budget::default() };
    let setup = setup(Some(Flaw::Impatient), 3, budget);
    let (broken, _) = (0..2_000).find_map(|seed| explore::walk(&setup, seed, 300).err()).expect("a flaw");
    assert_eq!(broken.rule, Rule::Outage, "{broken}");
}

fn setup(flaw: Option<Flaw>, tabs: usize, budget: Budget) -> Setup {
    Setup {
        tabs,
        policy: Policy::Strict,
        lock: true,
        atomic: true,
        background: Background::Never,
        budget,
        flaw,
    }
}

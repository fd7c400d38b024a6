//! Long random lives of up to five tabs, with everything that may go wrong.

use edgeward_core::session::Background;
use edgeward_model::{Budget, Policy, Setup, explore};

const LIVES: u64 = 1_500;
const STEPS: usize = 400;

fn budget(faults: u8) -> Budget {
    Budget {
        wants: 60,
        forces: 10,
        lost: faults,
        unsent: 4,
        busy: 6,
        crashes: faults,
        opens: faults,
        leaves: 2,
        switches: 3,
        sleeps: faults,
        setbacks: faults,
        lock_losses: faults,
        ticks: 200,
    }
}

#[track_caller]
fn lives(name: &str, setup: &Setup) {
    for seed in 0..LIVES {
        if let Err((broken, way)) = explore::walk(setup, seed, STEPS) {
            panic!("{name}, seed {seed}: {broken}\n{way:?}");
        }
    }
}

#[test]
fn nothing_is_lost_that_no_fault_explains() {
    for tabs in [2, 3, 5] {
        for lock in [true, false] {
            for background in [Background::Never, Background::Always] {
                let setup = Setup {
                    tabs,
                    policy: Policy::Strict,
                    lock,
                    atomic: true,
                    background,
                    budget: budget(0),
                    flaw: None,
                };
                lives(&format!("{tabs} tabs, lock {lock}, {background:?}"), &setup);
            }
        }
    }
}

#[test]
fn whatever_happens_everybody_is_answered_and_nobody_comes_back() {
    for policy in [Policy::Strict, Policy::Replay] {
        for lock in [true, false] {
            for atomic in [true, false] {
                let setup = Setup {
                    tabs: 3,
                    policy,
                    lock,
                    atomic,
                    background: Background::Always,
                    budget: budget(2),
                    flaw: None,
                };
                lives(&format!("{policy:?}, lock {lock}, atomic {atomic}"), &setup);
            }
        }
    }
}

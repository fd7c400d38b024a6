//! Everything that may happen to two or three tabs, within a budget.

use edgeward_core::session::Background;
use edgeward_model::{Budget, Policy, Setup, explore};

fn setup(tabs: usize, budget: Budget) -> Setup {
    Setup {
        tabs,
        policy: Policy::Strict,
        lock: true,
        atomic: true,
        background: Background::Never,
        budget,
        flaw: None,
    }
}

/// How many states are looked at before the rest is left to the random ways.
const LIMIT: usize = 100_000;

#[track_caller]
fn holds(name: &str, setup: &Setup) {
    let explored = explore::everything(setup, LIMIT, 16);
    println!("{name}: {} states{}", explored.states, if explored.complete { "" } else { ", cut off" });
    if let Some((broken, way)) = explored.broken {
        panic!("{name}: {broken}\n{way:?}");
    }
}

/// With a lock and without.
#[track_caller]
fn both(name: &str, tabs: usize, budget: &Budget) {
    for lock in [true, false] {
        holds(&format!("{name}, lock {lock}"), &Setup { lock, ..setup(tabs, budget.clone()) });
    }
}

#[test]
fn two_tabs_refresh_together() {
    both("together", 2, &Budget { wants: 2, ticks: 4, ..Budget::default() });
}

#[test]
fn three_tabs_refresh_together() {
    both("three", 3, &Budget { wants: 2, ticks: 2, ..Budget::default() });
}

#[test]
fn forced_calls_come_on_top() {
    both("forced", 2, &Budget { wants: 1, forces: 1, ticks: 2, ..Budget::default() });
}

#[test]
fn somebody_signs_out() {
    both("sign-out", 2, &Budget { wants: 1, leaves: 1, ticks: 2, ..Budget::default() });
}

#[test]
fn somebody_else_signs_in() {
    both("switch", 2, &Budget { wants: 1, switches: 1, ticks: 2, ..Budget::default() });
}

#[test]
fn somebody_signs_out_and_somebody_else_signs_in() {
    both("leave and switch", 2, &Budget { wants: 1, leaves: 1, switches: 1, ticks: 1, ..Budget::default() });
}

#[test]
fn replies_are_lost() {
    for policy in [Policy::Strict, Policy::Replay] {
        for lock in [true, false] {
            let budget = Budget { wants: 2, lost: 1, ticks: 3, ..Budget::default() };
            holds(&format!("lost, {policy:?}, lock {lock}"), &Setup { policy, lock, ..setup(2, budget) });
        }
    }
}

#[test]
fn a_tab_is_closed_in_the_middle() {
    for policy in [Policy::Strict, Policy::Replay] {
        for lock in [true, false] {
            let budget = Budget { wants: 2, crashes: 1, opens: 1, ticks: 3, ..Budget::default() };
            holds(&format!("crash, {policy:?}, lock {lock}"), &Setup { policy, lock, ..setup(2, budget) });
        }
    }
}

#[test]
fn the_network_and_the_server_fail() {
    both("unsent", 2, &Budget { wants: 2, unsent: 1, ticks: 2, ..Budget::default() });
    both("busy", 2, &Budget { wants: 1, busy: 3, ticks: 6, ..Budget::default() });
}

#[test]
fn clocks_jump() {
    both("sleep", 2, &Budget { wants: 2, sleeps: 1, ticks: 1, ..Budget::default() });
    both("setback", 2, &Budget { wants: 2, setbacks: 1, ticks: 1, ..Budget::default() });
}

#[test]
fn the_lock_is_lost() {
    for policy in [Policy::Strict, Policy::Replay] {
        let budget = Budget { wants: 2, lock_losses: 1, ticks: 3, ..Budget::default() };
        holds(&format!("lock lost, {policy:?}"), &Setup { policy, ..setup(2, budget) });
    }
}

#[test]
fn tokens_are_refreshed_in_the_background() {
    let budget = Budget { leaves: 1, ticks: 2, ..Budget::default() };
    holds("background", &Setup { background: Background::Always, ..setup(2, budget) });
}

#[test]
fn a_sign_out_stands_though_storage_only_pretends_to_compare() {
    let budget = Budget { wants: 1, leaves: 1, ticks: 1, ..Budget::default() };
    holds("not atomic", &Setup { atomic: false, ..setup(2, budget) });
}

//! What this isolate has counted. Whoever does something that operators want to see counts it here.

use std::cell::RefCell;

use edgeward_core::{
    Code,
    gateway::metrics::{Counter, Metrics},
};

thread_local! {
    static METRICS: RefCell<Metrics> = const { RefCell::new(Metrics::new()) };
}

/// Counts one more.
pub fn count(counter: Counter) {
    METRICS.with_borrow_mut(|metrics| metrics.add(counter));
}

/// Counts a request that was turned away.
pub fn denied(code: Code) {
    METRICS.with_borrow_mut(|metrics| metrics.deny(code));
}

/// The counts in the text format of Prometheus; `isolate` is of letters and digits.
#[must_use]
pub fn text(isolate: &str) -> String {
    METRICS.with_borrow(|metrics| metrics.text(isolate))
}

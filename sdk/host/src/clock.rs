//! The two clocks: the wall clock, which can be set, and the monotonic one, which only runs.

use edgeward_core::time::UnixMillis;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The wall clock.
#[must_use]
pub fn now() -> UnixMillis {
    UnixMillis(whole(js_sys::Date::now()))
}

/// A reading of the monotonic clock, which means nothing outside of this page or process.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Instant(f64);

impl Instant {
    /// Reads the monotonic clock.
    #[must_use]
    pub fn now() -> Self {
        Self(performance_now())
    }

    /// Milliseconds from `self` to now.
    #[must_use]
    pub fn elapsed_millis(self) -> i64 {
        whole(performance_now() - self.0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "casting saturates, and fractions are not needed")]
fn whole(millis: f64) -> i64 {
    millis as i64
}

//! What a gateway has counted, and how Prometheus reads it.

use alloc::{format, string::String};

use crate::error::Code;

/// Writes the counters, their names and their descriptions from one table.
macro_rules! counters {
    ($(#[doc = $doc:literal] $variant:ident = $name:literal;)+) => {
        /// Something that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Counter {
            $(#[doc = $doc] $variant,)+
        }

        impl Counter {
            /// Every counter, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the text, without prefix and suffix.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it counts, in a sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => const { $doc.trim_ascii() }),+ }
            }
        }
    };
}

counters! {
    /// Requests that were let through with an identity.
    Allowed = "requests_allowed";
    /// Requests that were let through without one: preflights and public routes.
    Passed = "requests_passed";
    /// Requests to the origin that failed.
    OriginFailures = "origin_failures";
    /// Fetches of a key set from its issuer.
    KeyFetches = "key_fetches";
    /// Fetches of a key set that failed.
    KeyFetchFailures = "key_fetch_failures";
    /// Key sets that came from the second level: the Cache API or KV.
    KeySharedHits = "key_shared_hits";
    /// Tokens whose issuer's keys were there already.
    KeyHits = "key_hits";
    /// Tokens that had been verified before.
    TokenHits = "token_cache_hits";
    /// Tokens that had to be verified.
    TokenMisses = "token_cache_misses";
    /// Signatures that a kernel has verified or refused.
    KernelVerifications = "kernel_verifications";
    /// Signatures about which a kernel and the general way disagreed, and that were refused.
    KernelDisagreements = "kernel_disagreements";
    /// Opaque tokens that an introspection endpoint was asked about.
    Introspections = "introspections";
    /// Opaque tokens whose introspection was remembered.
    IntrospectionHits = "introspection_hits";
    /// Proofs of possession that the replay store was asked about.
    ReplayChecks = "replay_checks";
    /// Snapshots of the revocations that were fetched.
    RevocationPolls = "revocation_polls";
    /// Fetches of the revocations that failed.
    RevocationPollFailures = "revocation_poll_failures";
    /// Requests that went on without a current list of revocations, on routes that fail open.
    RevocationUnguarded = "revocation_unguarded";
    /// Users that were looked up.
    UserLookups = "user_lookups";
    /// Users that were remembered.
    UserHits = "user_hits";
}

/// The counts since an isolate began.
#[derive(Debug)]
pub struct Metrics {
    counts: [u64; Counter::ALL.len()],
    denied: [u64; Code::ALL.len()],
}

impl Metrics {
    /// Everything at zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { counts: [0; Counter::ALL.len()], denied: [0; Code::ALL.len()] }
    }

    /// Counts one more.
    pub fn add(&mut self, counter: Counter) {
        increment(self.counts.get_mut(counter as usize));
    }

    /// Counts a request that was turned away.
    pub fn deny(&mut self, code: Code) {
        increment(self.denied.get_mut(code as usize));
    }

    /// The text format of Prometheus, with `isolate` as a label: each isolate counts for itself,
    /// and a scrape reads whichever answers it.
    ///
    /// `isolate` is of letters and digits.
    ///
    /// Source: [Prometheus text format 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/)
    #[must_use]
    pub fn text(&self, isolate: &str) -> String {
        let mut text = String::new();
        for (counter, count) in Counter::ALL.iter().zip(self.counts) {
            head(&mut text, counter.name(), counter.description());
            text.push_str(&format!("edgeward_{}_total{{isolate=\"{isolate}\"}} {count}\n", counter.name()));
        }
        head(&mut text, "requests_denied", "Requests that were turned away, by error code.");
        for (code, count) in Code::ALL.iter().zip(self.denied).filter(|(_, count)| *count > 0) {
            let code = code.as_str();
            text.push_str(&format!(
                "edgeward_requests_denied_total{{isolate=\"{isolate}\",code=\"{code}\"}} {count}\n"
            ));
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn increment(count: Option<&mut u64>) {
    if let Some(count) = count {
        *count = count.saturating_add(1);
    }
}

fn head(text: &mut String, name: &str, description: &str) {
    text.push_str(&format!(
        "# HELP edgeward_{name}_total {description}\n# TYPE edgeward_{name}_total counter\n"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told() {
        let mut metrics = Metrics::new();
        metrics.add(Counter::Allowed);
        metrics.add(Counter::Allowed);
        metrics.deny(Code::TokenExpired);
        let text = metrics.text("a1");
        assert!(text.contains("edgeward_requests_allowed_total{isolate=\"a1\"} 2\n"), "{text}");
        assert!(text.contains("edgeward_requests_denied_total{isolate=\"a1\",code=\"token_expired\"} 1\n"));
        assert!(text.contains("edgeward_key_fetches_total{isolate=\"a1\"} 0\n"), "zeros are told as well");
        assert!(!text.contains("token_missing"), "codes are told once they have come");
    }

    #[test]
    fn every_line_is_in_the_format() {
        let mut metrics = Metrics::new();
        Code::ALL.iter().for_each(|code| metrics.deny(*code));
        let text = metrics.text("a1");
        assert!(text.ends_with('\n'));
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, count) = line.rsplit_once(' ').unwrap();
            assert!(
                name.starts_with("edgeward_") && name.contains("_total{isolate=") && name.ends_with("\"}")
            );
            assert!(count.parse::<u64>().is_ok(), "{line}");
        }
    }

    #[test]
    fn the_number_of_a_variant_is_its_place_in_the_table() {
        assert!(Counter::ALL.iter().enumerate().all(|(at, counter)| *counter as usize == at));
        assert!(Code::ALL.iter().enumerate().all(|(at, code)| *code as usize == at));
    }

    #[test]
    fn a_full_counter_stays_full() {
        let mut metrics = Metrics::new();
        metrics.denied[0] = u64::MAX;
        metrics.deny(Code::ALL[0]);
        assert_eq!(metrics.denied[0], u64::MAX);
    }
}

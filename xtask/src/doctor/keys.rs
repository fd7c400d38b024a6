//! Whether an issuer's keys and the configured algorithms fit together.

use edgeward_core::jose::{Algorithm, KeySet};

use super::finding::Finding;

/// Compares algorithms and keys in both directions.
pub fn findings(issuer: &str, algorithms: &[Algorithm], set: &KeySet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for algorithm in algorithms {
        if !set.keys().iter().any(|key| key.permits(*algorithm)) {
            findings.push(Finding::warning(format!(
                "{issuer} publishes no key for {}: a token signed with it could not be verified. Remove the algorithm, \
                 or have the key published.",
                algorithm.name()
            )));
        }
    }
    let idle =
        set.keys().iter().filter(|key| !algorithms.iter().any(|algorithm| key.permits(*algorithm))).count();
    if idle > 0 {
        findings.push(Finding::note(format!(
            "{issuer} publishes {idle} of {} keys that no configured algorithm can use.",
            set.keys().len()
        )));
    }
    if set.keys().is_empty() {
        findings.push(Finding::error(format!("{issuer} publishes no usable key: every token is refused.")));
    }
    findings.extend(set.skipped().iter().map(|skipped| {
        let (place, why) = (skipped.index + 1, skipped.error);
        Finding::warning(format!("Key {place} of {issuer} is never used: {why}"))
    }));
    findings
}

//! Proofs of possession (RFC 9449).

use edgeward_core::{
    error::Error,
    jose::Algorithm,
    oauth::dpop::{ALGORITHMS, Window},
    time::Seconds,
};
use serde::Deserialize;

use crate::invalid;

/// What is asked of proofs, and where their uses are remembered.
#[derive(Debug)]
pub struct Dpop {
    /// What proofs may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// How old they may be.
    pub window: Window,
    /// The Durable Object namespace that remembers their uses; without one each isolate remembers
    /// its own.
    pub replay_binding: Option<String>,
    /// The secret behind the server's nonces; without one none are asked for.
    pub nonce_secret_binding: Option<String>,
}

/// The table `dpop`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    algorithms: Option<Vec<Algorithm>>,
    max_age_seconds: Option<Seconds>,
    replay_binding: Option<String>,
    nonce_secret_binding: Option<String>,
}

impl Document {
    pub fn check(self) -> Result<Dpop, Error> {
        let algorithms = self.algorithms.unwrap_or_else(|| ALGORITHMS.to_vec());
        if algorithms.is_empty() || algorithms.iter().any(|alg| alg.is_symmetric()) {
            return Err(invalid("dpop.algorithms"));
        }
        for (at, name) in [
            ("dpop.replay_binding", &self.replay_binding),
            ("dpop.nonce_secret_binding", &self.nonce_secret_binding),
        ] {
            if name.as_ref().is_some_and(String::is_empty) {
                return Err(invalid(at));
            }
        }
        Ok(Dpop {
            algorithms,
            window: self.max_age_seconds.map(Window::new).transpose()?.unwrap_or_default(),
            replay_binding: self.replay_binding,
            nonce_secret_binding: self.nonce_secret_binding,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Dpop, Error> {
        serde_json::from_str::<Document>(text).unwrap().check()
    }

    #[test]
    fn everything_has_a_default() {
        let dpop = parse("{}").unwrap();
        assert_eq!((dpop.algorithms.len(), dpop.window), (ALGORITHMS.len(), Window::default()));
        assert!(dpop.replay_binding.is_none() && dpop.nonce_secret_binding.is_none());
    }

    #[test]
    fn settings_are_checked() {
        assert!(parse(r#"{"algorithms":["ES256"],"max_age_seconds":300,"replay_binding":"R"}"#).is_ok());
        for (odd, at) in [
            (r#"{"algorithms":[]}"#, "dpop.algorithms"),
            (r#"{"algorithms":["ES256","HS256"]}"#, "dpop.algorithms"),
            (r#"{"max_age_seconds":0}"#, "dpop.max_age_seconds"),
            (r#"{"max_age_seconds":301}"#, "dpop.max_age_seconds"),
            (r#"{"replay_binding":""}"#, "dpop.replay_binding"),
            (r#"{"nonce_secret_binding":""}"#, "dpop.nonce_secret_binding"),
        ] {
            assert_eq!(parse(odd).err(), Some(invalid(at)), "{odd}");
        }
    }
}

//! How much a route asks of the list of revocations.

use serde::Deserialize;

/// What a route asks of the list of revocations, from the loosest to the strictest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing: a token passes until it expires.
    #[default]
    Off,
    /// The polled list; where it cannot be had, an old one or none, so that an outage of the list
    /// is no outage of the route. Such passes are counted.
    FailOpen,
    /// The polled list, never older than the configured bound; where it cannot be had, the
    /// request is turned away.
    FailClosed,
    /// The list as it is at the time of the request, asked for by every request.
    PerRequest,
}

impl Mode {
    /// Whether the list is looked at.
    #[must_use]
    pub const fn is_on(self) -> bool {
        !matches!(self, Self::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_have_the_names_of_the_configuration() {
        for (name, mode) in [
            ("off", Mode::Off),
            ("fail_open", Mode::FailOpen),
            ("fail_closed", Mode::FailClosed),
            ("per_request", Mode::PerRequest),
        ] {
            assert_eq!(serde_json::from_str::<Mode>(&format!("\"{name}\"")).unwrap(), mode);
            assert_eq!(mode.is_on(), name != "off");
        }
        assert!(serde_json::from_str::<Mode>("\"fail-open\"").is_err());
    }
}

//! Why an operation did not happen.

use std::borrow::Cow;

use edgeward_core::{Code, Error, time::Seconds};

use crate::store::Refused;

/// A failure: a stable code, what it is about, and when to come back.
///
/// It never holds a credential or any other value that came from outside, but for the name of a
/// member that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The stable code.
    pub code: Code,
    /// The member, parameter or setting that broke the rule; empty where the code says it all.
    pub at: Cow<'static, str>,
    /// How long to wait before the same call may succeed.
    pub retry_after: Option<Seconds>,
}

impl Failure {
    /// A failure at a place.
    #[must_use]
    pub const fn at(code: Code, at: &'static str) -> Self {
        Self { code, at: Cow::Borrowed(at), retry_after: None }
    }

    /// An argument that is missing or has an impossible value.
    #[must_use]
    pub const fn parameter(at: &'static str) -> Self {
        Self::at(Code::InvalidParameters, at)
    }

    /// Too much of something: come back after `wait`.
    #[must_use]
    pub const fn limited(code: Code, wait: Seconds) -> Self {
        Self { code, at: Cow::Borrowed(""), retry_after: Some(wait) }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::at(code, "")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::at(error.code, error.at)
    }
}

/// A store that fails says nothing about who asks: the same call may succeed later. A statement
/// that was refused where nobody expected it is a flaw of this code.
impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unavailable => Self { retry_after: Some(RETRY), ..Self::from(Code::StoreUnavailable) },
            Refused::Constraint => Code::InternalError.into(),
        }
    }
}

/// How long to leave a store alone that just failed.
const RETRY: Seconds = Seconds(2);

//! JSON Web Tokens: what a token must look like to be verified at all, and what its claims must
//! say to be accepted.
//!
//! The order is fixed: [`admit`] (cheap, decides whether keys are worth fetching), the signature
//! ([`Unverified::verify`] or an engine outside), [`validate`].
//!
//! Source: [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519),
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725),
//! [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068).

mod bound;
mod claims;
pub mod convex;
mod policy;
mod presence;
mod rules;
mod validate;

pub use bound::{Bound, Possession};
pub use claims::{Claims, numeric_date};
pub use policy::{Expiration, IssuerMatch, Policy, Profile, TokenType, Tolerance};
pub use rules::Rules;
pub use validate::{admit, check, validate, validate_bound, window};
pub(crate) use validate::{is_type, validate_payload};

pub use crate::jose::jws::{Unverified, Verified};

#[cfg(test)]
mod properties;

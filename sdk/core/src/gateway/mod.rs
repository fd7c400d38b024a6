//! What stands in front of an API: the life cycle of an issuer's keys, the credential of a
//! request, the rule of its route, and the answer to whom it turns away.

pub mod challenge;
pub mod claim;
pub mod credential;
pub mod csrf;
pub mod forward;
pub mod identity;
pub mod incoming;
pub mod keys;
pub mod log;
pub mod metrics;
pub mod policy;
pub mod refusal;
pub mod resource;
pub mod revocation;
pub mod route;
pub mod tokens;
pub mod users;

pub use identity::Identity;
pub use incoming::Incoming;
pub use keys::KeyCache;
pub use policy::{Denial, Requirements};

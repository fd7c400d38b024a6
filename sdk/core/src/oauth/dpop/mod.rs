//! Demonstrating Proof of Possession: a request shows, with a signature over its own method and
//! address, that its sender holds the key that its access token is bound to.
//!
//! The steps at a resource are fixed, and the types hold them in order:
//! [`Unverified::parse`] → [`Unverified::verify`] (or an engine outside) → [`Proof::check`] →
//! [`Use::record`] → [`Bound::with`](crate::jwt::Bound::with), which gives the token's claims.
//!
//! A client makes proofs with [`PublicKey::proof`], signs them where its key is, and keeps the nonces
//! that servers give it in [`ServerNonces`].
//!
//! Source: [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449).

mod demand;
mod making;
mod nonce;
mod proof;
mod replays;
mod target;

pub use demand::ServerNonces;
pub use making::{PublicKey, Sending};
pub use nonce::Nonces;
pub use proof::{ALGORITHMS, Asking, Expected, MAX_JTI, Proof, Unverified, Window};
pub use replays::{MAX_ENTRIES, Replays, Seen, Use};
pub use target::normalised;

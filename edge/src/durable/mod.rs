//! Durable Objects: what needs one writer. Everything else of the gateway is without storage.

#[cfg(feature = "authority")]
mod bucket;
mod replay;
mod revocation;

//! Durable Objects: what needs one writer. Everything else of the gateway is without storage.

mod bucket;
mod replay;
mod revocation;

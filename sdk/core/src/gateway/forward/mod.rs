//! What of a message goes on: which fields belong to one connection alone, what the origin is told
//! about the way, and what caches may do with an answer to somebody in particular.

pub mod caching;
pub mod hop;
pub mod query;
pub mod subprotocol;
pub mod way;

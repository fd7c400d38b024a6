//! The JavaScript platform seen from Rust. It carries out what the core decides, and decides
//! nothing itself.
//!
//! It assumes no window: everything works in a page, a worker, Node and workerd, and what a place
//! lacks is a typed error on use. Nothing is touched at load time, since workerd forbids I/O,
//! timers and randomness at global scope.

pub mod buckets;
pub mod clock;
pub mod decryption;
pub mod durable;
pub mod fetch;
mod global;
pub mod guard;
pub mod kernels;
pub mod keys;
pub mod kv;
pub mod members;
pub mod metrics;
pub mod random;
pub mod replays;
pub mod revealed;
pub mod revocation;
pub mod shared_cache;
pub mod stored;
pub mod task;
pub mod thrown;
pub mod timer;
pub mod values;
pub mod verifier;
pub mod webcrypto;

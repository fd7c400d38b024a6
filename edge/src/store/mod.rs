//! What is kept outside of the isolate.

#[cfg(feature = "authority")]
mod batch;
pub mod d1;

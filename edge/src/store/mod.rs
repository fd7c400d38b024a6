//! What is kept outside of the isolate.

pub mod d1;

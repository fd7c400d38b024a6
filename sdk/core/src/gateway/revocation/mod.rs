//! Tokens that must no longer pass although they have not expired.

mod mode;

pub use mode::Mode;

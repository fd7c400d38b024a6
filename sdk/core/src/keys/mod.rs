//! API tokens: what their scopes permit.

pub mod scopes;

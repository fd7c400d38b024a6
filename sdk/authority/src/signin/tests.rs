//! Signing in over a store in memory, with providers that answer as they are documented to.

mod browser;
mod codes;
mod linking;
mod pat;
mod tokens;
mod ways;

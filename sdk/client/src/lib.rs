//! The client of the npm package `edgeward`: signs in with an OpenID Provider, keeps the session,
//! and hands out access tokens.
//!
//! Signatures of ID tokens are verified by WebCrypto, so the module carries no arithmetic of its
//! own. Values cross by the core's JSON, which reads tokens anyway: options as text, results as
//! objects made of the core's values. Neither `serde_json` nor `serde-wasm-bindgen` is linked.

mod access;
mod callback;
mod engine;
mod exports;
mod id_token;
mod options;
mod provider;
mod record;
#[cfg(feature = "oauth")]
mod server;
mod settings;
mod shapes;
mod sign_in;
mod sign_out;
mod store;
mod transactions;
mod written;

pub use exports::Client;
#[cfg(feature = "oauth")]
pub use server::Server;

//! The client of the npm package `edgeward`: signs in with an OpenID Provider, keeps the session,
//! and hands out access tokens.
//!
//! It is a function from text to text ([`Core::handle`]) without a single import. Flows order
//! effects, the driver in JavaScript carries them out and answers; so the module decides
//! everything, does nothing, and runs natively in tests as it runs in a browser.

mod callback;
mod client;
mod effect;
mod exports;
mod grant;
mod id_token;
mod methods;
#[cfg(feature = "oauth")]
mod oauth;
mod options;
mod output;
mod provider;
mod refresh;
mod request;
mod run;
mod runtime;
#[cfg(feature = "oauth")]
mod server;
mod session;
mod settings;
#[cfg(feature = "typescript")]
mod shapes;
mod sign_in;
mod sign_out;
mod tokens;
mod transactions;
mod written;

#[cfg(test)]
#[cfg(feature = "oauth")]
mod world;

pub use exports::Core;
#[cfg(feature = "oauth")]
pub use server::Server;

/// A third of the code of the standard library's; what grows is moved, also where it had room.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

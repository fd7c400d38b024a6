//! The core of edgeward: every decision about tokens, sessions and OAuth.
//!
//! Pure by construction: the crate is `no_std`, so it has no I/O, no clock and no randomness.
//! `now` and random bytes are arguments; what has to happen outside is returned as data and
//! carried out by `edgeward-host`.
//!
//! Layers, bottom up; a module names only lower ones:
//! [`error`] [`text`] · [`base64url`] [`json`] [`time`] [`secret`] [`http`] · `jose` · `jwt` ·
//! `oauth` `keys` `cookies` · `session` `gateway`.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod base64url;
pub mod cookies;
pub mod error;
pub mod gateway;
pub mod http;
pub mod jose;
pub mod json;
pub mod jwt;
pub mod keys;
pub mod oauth;
pub mod secret;
pub mod session;
pub mod text;
pub mod time;

pub use error::{Code, Error};

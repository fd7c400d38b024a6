//! OAuth 2.1 and OpenID Connect as exchanges: what to send, and what an answer means.
//!
//! An exchange is a pair of pure functions, `…request(..) -> Request` and `…response(&Response, ..)`.
//! `now` and random bytes are arguments.
//!
//! - finding the server: [`discovery`], and from an API [`challenge`] and [`resource`]
//! - becoming a client of it: [`register`], [`client_metadata`]; showing who it is: [`client_auth`]
//! - signing in: [`authorize`] and [`pkce`], pushed ([`par`]), signed ([`jar`], [`jarm`]), on a
//!   [`device`], or at one of the [`providers`]
//! - tokens: [`token`], [`credentials`], [`exchange`], bound to a key ([`dpop`]), [`introspect`],
//!   [`revoke`]
//! - who it is: [`id_token`], [`userinfo`]; and whether still: [`check_session`], [`logout`]

mod answer;
pub mod authorize;
pub mod challenge;
pub mod check_session;
pub mod client_auth;
pub mod client_metadata;
pub mod clock;
pub mod credentials;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod exchange;
mod failure;
pub mod form;
pub mod id_token;
pub mod introspect;
pub mod jar;
pub mod jarm;
pub mod logout;
pub mod par;
pub mod pkce;
pub mod providers;
pub mod register;
pub mod resource;
pub mod revoke;
pub mod scope;
pub mod token;
pub mod userinfo;

pub use failure::{Cause, Failure, OauthError};

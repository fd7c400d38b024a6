//! The authority of edgeward: who signs in, with which sessions, keys and connections.
//!
//! It decides and remembers, and does nothing else: what it remembers lies behind [`store::Store`], what it
//! needs of the world behind [`platform::Platform`], and requests and answers are plain values. So
//! the whole of it runs natively in tests, over `SQLite` in memory, as it runs in a Worker over D1.
//!
//! Bottom up: [`failure`] [`bucket`] · [`store`] [`platform`] [`http`] [`settings`] · [`context`] · one folder for what is
//! kept ([`tokens`], [`agents`], [`web`], …), each with its shapes, its statements and its operations ·
//! [`operations`], the one table of all of them · [`surface`], the ways in.

pub mod admin;
pub mod agents;
pub mod bucket;
pub mod connections;
pub mod context;
pub mod endpoint;
pub mod failure;
pub mod gotrue;
pub mod http;
mod kept;
pub mod oauth;
pub mod operations;
pub mod pages;
pub mod platform;
pub mod providers;
pub mod settings;
pub mod signin;
pub mod store;
pub mod surface;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod upkeep;
pub mod users;
pub mod vault;
pub mod web;

use std::rc::Rc;

pub use failure::Failure;
pub use settings::Settings;

/// An authority for as long as one request takes: its settings, its memory, and its world.
pub struct Authority {
    /// What the operator configured.
    pub settings: Rc<Settings>,
    /// What is remembered.
    pub store: Box<dyn store::Store>,
    /// Clock, randomness, network, keys.
    pub platform: Box<dyn platform::Platform>,
}

impl Authority {
    /// Answers a request for a path of the authority's own. Boxed, so that what it does is compiled here, and as
    /// this crate is, and not as whoever waits for it.
    #[must_use]
    pub fn answer<'a>(
        &'a self,
        request: &'a http::Incoming,
        route: surface::Route,
    ) -> store::Pending<'a, http::Outgoing> {
        Box::pin(surface::answer(self, request, route))
    }
}

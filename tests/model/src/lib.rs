//! A model check of `edgeward_core::session`: several machines over one storage, one lock and one
//! authorization server, and everything that may go wrong between them.
//!
//! [`World`] is one state; [`World::moves`] says what may happen next, and [`World::go`] lets it
//! happen. After every step the rules of [`Rule`] are looked at. [`explore::everything`] goes through
//! all states within a budget, [`walk`](explore::walk) through long random lives, and both let
//! states end well ([`World::drain`]): whatever has happened, a fair world answers every caller.

mod drain;
mod effect;
pub mod explore;
mod happenings;
mod moves;
mod orders;
mod perform;
mod rule;
mod server;
mod tab;
mod world;

pub use effect::{Effect, Sent};
pub use moves::Move;
pub use rule::{Broken, Rule};
pub use server::{Policy, Server};
pub use tab::Tab;
pub use world::{Budget, Flaw, Setup, World};

//! The session of a client, as a machine: when a token is handed out, when it is refreshed, and when
//! the session is over.
//!
//! Several tabs or processes share one record in storage, each with a machine of its own. Nothing
//! that a machine relies on for its correctness is held in memory alone: the record is replaced by
//! compare-and-swap, a refresh under way is written into it, and so is an outage. The lock only
//! spares work.
//!
//! The other side of it is [`family`]: the refresh tokens at the server that issues them.
//!
//! The machine orders effects ([`Action`]) and is told what came of them ([`Input`]). It reads no
//! clock: [`Now`] comes with every input.

mod alarm;
mod attempt;
mod change;
mod clock;
pub mod family;
mod grant;
mod input;
mod lock;
mod machine;
mod order;
mod record;
mod reply;
mod run;
mod storage;
mod view;
mod wait;

use alloc::vec::Vec;

/// Removes what is meant. A loop, because `Vec::retain` takes care of lists longer than any here with
/// twice the code, for every kind of list anew.
fn forget<T>(list: &mut Vec<T>, mut meant: impl FnMut(&T) -> bool) {
    let mut at = 0;
    while let Some(item) = list.get(at) {
        if meant(item) {
            list.remove(at);
        } else {
            at += 1;
        }
    }
}

pub use attempt::{Attempt, Stage};
pub use clock::{Millis, Now};
pub use grant::{Access, Grant, MAX_TARGETS, Target};
pub use input::{Background, Input, Notice, Options, Renewed, Step, Ticket};
pub use machine::Machine;
pub use order::{Action, Answer, Event, EventKind, Handed, Late, Origin, Refresh, State};
pub use record::{Reason, Record};

#[cfg(test)]
mod tests;

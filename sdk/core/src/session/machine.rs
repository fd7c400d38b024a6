//! The machine.

use alloc::vec::Vec;

use super::{Action, Grant, Input, Now, Options, Record, State};

/// The session of one tab or process.
#[derive(Clone)]
pub struct Machine {
    options: Options,
    record: Record,
}

impl Machine {
    /// A machine that has not read storage yet; [`Input::Begun`] is its first input.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, record: Record::default() }
    }

    /// Takes an input; gives what to do, in order.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Action> {
        let _ = (input, now, &self.options);
        Vec::new()
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn state(&self) -> State {
        State::Loading
    }

    /// The session, if there is one.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        self.record.grant.as_ref()
    }

    /// The generation that something which begins now belongs to.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.record.generation
    }
}

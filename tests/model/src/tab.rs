//! A tab: a machine, what it has ordered, and who waits for it.

use edgeward_core::session::{Background, Machine, Millis, Options, Step};

use crate::Effect;

/// A tab or a process.
#[derive(Clone, Hash)]
pub struct Tab {
    /// Its machine; `None` after it was closed.
    pub machine: Option<Machine>,
    /// What is under way.
    pub effects: Vec<Effect>,
    /// When its timer goes off.
    pub alarm: Option<(Step, i64)>,
    /// Whether it is about to be told that the record has changed.
    pub noticed: bool,
    /// The calls that were not answered.
    pub calls: Vec<Call>,
    /// The families that were signed out here.
    pub left: Vec<usize>,
    pub(crate) tickets: u32,
}

/// A call that waits.
#[derive(Clone, Hash)]
pub struct Call {
    /// Its number.
    pub ticket: u32,
    /// When it has to be answered, if it asks for a token.
    pub until: Option<i64>,
    /// For whom, if that was known.
    pub subject: Option<String>,
}

impl Tab {
    pub(crate) fn new(background: Background) -> Self {
        let options = Options { background, patience: Millis(10_000) };
        Self {
            machine: Some(Machine::new(options)),
            effects: Vec::new(),
            alarm: None,
            noticed: false,
            calls: Vec::new(),
            left: Vec::new(),
            tickets: 0,
        }
    }
}

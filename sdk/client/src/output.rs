//! What goes out to the driver.

use edgeward_core::{
    json::{Value, object},
    oauth::Failure,
};

/// What a turn brought about. The driver obeys it in the order of the members.
#[derive(Default)]
pub(crate) struct Output {
    /// Effects that are no longer wanted, by number.
    pub cancel: Vec<Value>,
    /// Effects to carry out.
    pub effects: Vec<Value>,
    /// Calls that have ended.
    pub settled: Vec<Value>,
    /// What happened to the session.
    pub events: Vec<Value>,
}

impl Output {
    /// Ends a call.
    pub(crate) fn settle(&mut self, call: u32, outcome: Result<Value, Failure>) {
        let outcome = match outcome {
            Ok(value) => ("ok", value),
            Err(failure) => ("error", failure.to_value()),
        };
        self.settled.push(object(vec![("call", call.into()), outcome]));
    }

    /// The text for the driver.
    pub(crate) fn into_text(self) -> String {
        let members = [
            ("cancel", self.cancel),
            ("effects", self.effects),
            ("settled", self.settled),
            ("events", self.events),
        ];
        let some = members.into_iter().filter(|(_, list)| !list.is_empty());
        object(some.map(|(name, list)| (name, Value::Array(list))).collect()).to_text()
    }
}

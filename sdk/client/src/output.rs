//! What goes out to the driver.

use edgeward_core::{json::Writer, oauth::Failure};

use crate::runtime::Id;

/// What a turn brought about: lists that the driver obeys in the order of the members.
pub(crate) struct Output {
    /// Effects that are no longer wanted, by number.
    pub cancel: Writer,
    /// Effects to carry out.
    pub effects: Writer,
    /// Calls that have ended.
    pub settled: Writer,
    /// What happened to the session.
    pub events: Writer,
}

impl Output {
    /// Ends a call.
    pub(crate) fn settle(&mut self, call: Id, outcome: Result<String, Failure>) -> &mut Writer {
        let mut settled = Writer::object();
        settled.number("call", call.into());
        match outcome {
            Ok(json) => settled.raw("ok", &json),
            Err(failure) => settled.raw("error", &failure.to_text()),
        };
        self.settled.item(&settled.finish())
    }

    /// The text for the driver.
    pub(crate) fn into_text(self) -> String {
        let mut text = Writer::object();
        for (name, list) in [
            ("cancel", self.cancel),
            ("effects", self.effects),
            ("settled", self.settled),
            ("events", self.events),
        ] {
            if !list.is_empty() {
                text.raw(name, &list.finish());
            }
        }
        text.finish()
    }
}

impl Default for Output {
    fn default() -> Self {
        let [cancel, effects, settled, events] = [(); 4].map(|()| Writer::list());
        Self { cancel, effects, settled, events }
    }
}

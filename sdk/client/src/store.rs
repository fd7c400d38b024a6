//! The record in storage, and how old its access token is.

use std::{cell::RefCell, rc::Rc};

use edgeward_host::{
    clock::{self, Instant},
    storage::Storage,
    values,
};

use crate::record::Record;

/// Where the record is kept. Other tabs may write there too, so every use reads it again.
pub(crate) struct Store {
    storage: Storage,
    key: String,
    seen: RefCell<Option<Seen>>,
}

/// The record at a moment.
pub(crate) struct Snapshot {
    pub record: Rc<Record>,
    /// Milliseconds since the access token came.
    pub elapsed: i64,
}

/// The record as it was last read or written here.
struct Seen {
    text: String,
    record: Rc<Record>,
    age: i64,
    at: Instant,
}

impl Store {
    pub(crate) fn new(storage: Storage, key: String) -> Self {
        Self { storage, key, seen: RefCell::new(None) }
    }

    /// Reads the record. Its age comes from the wall clock once, when it is first seen, because
    /// nothing else survives a reload; from then on the monotonic clock counts.
    pub(crate) fn load(&self) -> Snapshot {
        let Some(text) = self.storage.read(&self.key) else {
            return Snapshot { record: Rc::default(), elapsed: 0 };
        };
        if let Some(seen) = self.seen.borrow().as_ref().filter(|seen| seen.text == text) {
            return seen.snapshot();
        }
        let record = Rc::new(Record::from_json(&text).unwrap_or_default());
        let received_at = record.grant.as_ref().map_or(0, |grant| grant.received_at.0);
        // A clock that was set back in the meantime tells nothing.
        let age = clock::now().0.saturating_sub(received_at).max(0);
        self.remember(Seen { text, record, age, at: Instant::now() })
    }

    /// Replaces the record; its access token, if any, was asked for at `since`.
    pub(crate) fn save(&self, record: Record, since: Instant) {
        let text = values::to_text(&record.to_value());
        self.storage.write(&self.key, &text);
        self.remember(Seen { text, record: Rc::new(record), age: 0, at: since });
    }

    fn remember(&self, seen: Seen) -> Snapshot {
        let snapshot = seen.snapshot();
        self.seen.replace(Some(seen));
        snapshot
    }
}

impl Seen {
    fn snapshot(&self) -> Snapshot {
        let elapsed = self.age.saturating_add(self.at.elapsed_millis());
        Snapshot { record: Rc::clone(&self.record), elapsed }
    }
}

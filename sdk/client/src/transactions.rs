//! The sign-ins that are under way, one slot for each state.
//!
//! Slots of their own, so that two sign-ins begun side by side do not overwrite each other.

use edgeward_core::{
    json::{self, object},
    oauth::authorize::Transaction,
    time::UnixSeconds,
};
use edgeward_host::{storage::Storage, values};

/// Where transactions wait for their callback.
pub(crate) struct Transactions {
    storage: Storage,
    prefix: String,
}

/// What was found under a state.
pub(crate) enum Taken {
    /// Nothing: the state is not ours.
    Unknown,
    /// It was taken before.
    Used,
    /// The transaction; nobody else gets it.
    Open(Box<Transaction>),
}

/// How many sign-ins may be under way; abandoned ones beyond it are forgotten.
const MAX_OPEN: usize = 16;

/// The member of a stored transaction that says when it began.
const BEGAN: &str = "created_at";

impl Transactions {
    pub(crate) fn new(storage: Storage, prefix: String) -> Self {
        Self { storage, prefix }
    }

    /// Keeps a transaction until its callback comes.
    pub(crate) fn begin(&self, transaction: &Transaction, now: UnixSeconds) {
        self.forget_old(now);
        self.storage.write(&self.key(&transaction.state), &values::to_text(&transaction.to_value()));
    }

    /// Takes a transaction out. Reading and marking happen in one turn of the event loop, so of
    /// two callers one gets it.
    pub(crate) fn take(&self, state: &str) -> Taken {
        let key = self.key(state);
        let Some(text) = self.storage.read(&key) else { return Taken::Unknown };
        let Some(began) = began(&text) else { return Taken::Unknown };
        let Ok(transaction) = Transaction::from_json(&text) else { return Taken::Used };
        // What is left tells that it was taken, and holds no secret.
        let used = object(vec![(BEGAN, began.0.into())]);
        self.storage.write(&key, &values::to_text(&used));
        Taken::Open(Box::new(transaction))
    }

    fn forget_old(&self, now: UnixSeconds) {
        let mut open: Vec<(UnixSeconds, String)> = Vec::new();
        for key in self.storage.keys(&self.prefix) {
            match self.storage.read(&key).and_then(|text| began(&text)) {
                Some(at) if now.since(at) <= Transaction::LIFETIME => open.push((at, key)),
                _ => self.storage.remove(&key),
            }
        }
        if open.len() >= MAX_OPEN
            && let Some((_, oldest)) = open.iter().min()
        {
            self.storage.remove(oldest);
        }
    }

    fn key(&self, state: &str) -> String {
        [&self.prefix, state].concat()
    }
}

/// When the transaction of a slot began, whether it was taken or not.
fn began(text: &str) -> Option<UnixSeconds> {
    json::parse(text.as_bytes()).ok()?.get(BEGAN)?.as_i64().map(UnixSeconds)
}

//! The sign-ins that are under way, one slot for each state.
//!
//! Slots of their own, so that two sign-ins begun side by side do not overwrite each other.

use edgeward_core::{oauth::authorize::Transaction, time::UnixSeconds};
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

/// Stands in the slot of a transaction that was taken, before the time at which it began.
const USED: &str = "used:";

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
        if text.starts_with(USED) {
            return Taken::Used;
        }
        match Transaction::from_json(&text) {
            Ok(transaction) => {
                self.storage.write(&key, &[USED, &transaction.created_at.0.to_string()].concat());
                Taken::Open(Box::new(transaction))
            }
            Err(_) => Taken::Unknown,
        }
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

/// When the transaction of a slot began.
fn began(text: &str) -> Option<UnixSeconds> {
    match text.strip_prefix(USED) {
        Some(time) => time.parse().ok().map(UnixSeconds),
        None => Transaction::from_json(text).ok().map(|transaction| transaction.created_at),
    }
}

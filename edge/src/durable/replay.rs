//! Used proofs of possession: 64 objects, each with the keys that fall to it.
//!
//! The core's memory decides, and its notes are written down before it answers, so that an object
//! that was put to sleep between two requests still knows them. A note is needed for as long as its
//! proof is good, some minutes at most; an alarm sweeps up behind.

use std::{cell::RefCell, time::Duration};

use edgeward_core::{
    base64url,
    oauth::dpop::{MAX_ENTRIES, Replays, Seen},
    time::UnixSeconds,
};
use edgeward_host::{
    clock,
    replays::{Note, verdict},
};
use worker::{DurableObject, Env, Error, Request, Response, Result, SqlStorageValue, State, durable_object};

const SWEEP_EVERY: Duration = Duration::from_secs(600);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS uses (
        digest TEXT PRIMARY KEY, until INTEGER NOT NULL, key TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS uses_by_end ON uses (until);
";

/// Used proofs, as a Durable Object.
#[durable_object(alarm)]
pub struct ProofReplays {
    state: State,
    memory: RefCell<Option<Replays>>,
}

impl DurableObject for ProofReplays {
    fn new(state: State, _env: Env) -> Self {
        Self { state, memory: RefCell::new(None) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let note = Note::parse(&request.text().await?).ok_or_else(|| Error::from("not a note"))?;
        let seen = self.note(&note)?;
        if seen == Seen::First {
            self.sweep_later().await?;
        }
        Response::ok(verdict(seen))
    }

    async fn alarm(&self) -> Result<Response> {
        self.run("DELETE FROM uses WHERE until <= ?", vec![now().0.into()])?;
        if !self.run("SELECT 1 FROM uses LIMIT 1", vec![])?.is_empty() {
            self.sweep_later().await?;
        }
        Response::empty()
    }
}

impl ProofReplays {
    /// Never awaits, so that no other request comes between the decision and its note.
    fn note(&self, note: &Note) -> Result<Seen> {
        let mut memory = self.memory.borrow_mut();
        let replays = match memory.as_mut() {
            Some(replays) => replays,
            None => memory.insert(self.recall()?),
        };
        let seen = replays.note(&note.digest, note.until, note.key, now());
        if seen == Seen::First {
            let values = vec![
                base64url::encode(&note.digest).into(),
                note.until.0.into(),
                format!("{:016x}", note.key).into(),
            ];
            self.run("INSERT OR IGNORE INTO uses (digest, until, key) VALUES (?, ?, ?)", values)?;
        }
        Ok(seen)
    }

    /// What was noted before this object was last put to sleep.
    fn recall(&self) -> Result<Replays> {
        self.run(SCHEMA, vec![])?;
        let mut replays = Replays::new(MAX_ENTRIES);
        let rows = self.run("SELECT digest, until, key FROM uses WHERE until > ?", vec![now().0.into()])?;
        for row in rows {
            if let Some((digest, until, key)) = read(&row) {
                replays.note(&digest, until, key, now());
            }
        }
        Ok(replays)
    }

    async fn sweep_later(&self) -> Result<()> {
        let storage = self.state.storage();
        if storage.get_alarm().await?.is_none() {
            storage.set_alarm(SWEEP_EVERY).await?;
        }
        Ok(())
    }

    fn run(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Vec<SqlStorageValue>>> {
        self.state.storage().sql().exec(query, values)?.raw().collect()
    }
}

fn read(row: &[SqlStorageValue]) -> Option<([u8; 32], UnixSeconds, u64)> {
    match row {
        [SqlStorageValue::String(digest), SqlStorageValue::Integer(until), SqlStorageValue::String(key)] => {
            let digest = base64url::decode(digest).ok()?.try_into().ok()?;
            Some((digest, UnixSeconds(*until), u64::from_str_radix(key, 16).ok()?))
        }
        _ => None,
    }
}

fn now() -> UnixSeconds {
    clock::now().to_seconds()
}

//! The list of revocations: one object, which every isolate of the deployment polls.
//!
//! One object is enough, and one is needed. A poll asks for what has changed since the last one and
//! reads two rows when nothing has; at a poll every five seconds an object that answers a thousand
//! requests a second serves thousands of isolates. Were the list spread over several objects, each
//! isolate would have to poll all of them, because it cannot know whom the next token belongs to.

use std::{cell::Cell, time::Duration};

use edgeward_core::{
    base64url,
    gateway::revocation::{
        Changes, Entry, FeedId, MAX_ENTRIES, Mark, Once, PAGE, Question, Version, Write, Written,
    },
    time::UnixSeconds,
};
use edgeward_host::{clock, random, revocation};
use serde::Serialize;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
};

/// How often expired entries are removed.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);

/// Entries and what happened once, each with the time from which nobody needs it any more; and how
/// far the numbers of changes have come, which must not fall when entries go.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS feed (id TEXT NOT NULL, version INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS entries (
        mark TEXT PRIMARY KEY, cut_off INTEGER NOT NULL, expires INTEGER NOT NULL, version INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX IF NOT EXISTS entries_by_version ON entries (version);
    CREATE INDEX IF NOT EXISTS entries_by_end ON entries (expires);
    CREATE TABLE IF NOT EXISTS happened (mark TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
";

/// A later cut-off wins, an earlier one never lowers it, and what changes nothing takes no number.
const ADD: &str = "
    INSERT INTO entries (mark, cut_off, expires, version) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (mark) DO UPDATE SET
        cut_off = max(cut_off, excluded.cut_off), expires = max(expires, excluded.expires), version = ?4
    WHERE excluded.cut_off > cut_off OR excluded.expires > expires
    RETURNING version
";

/// The list of revocations, as a Durable Object.
#[durable_object(alarm)]
pub struct RevocationFeed {
    state: State,
    is_laid_out: Cell<bool>,
}

impl DurableObject for RevocationFeed {
    fn new(state: State, _env: Env) -> Self {
        Self { state, is_laid_out: Cell::new(false) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        let body = request.bytes().await?;
        let list = self.list()?;
        match path.as_str() {
            revocation::CHANGES => answer(&list.changes(&serde_json::from_slice(&body)?)?),
            revocation::WRITE => {
                let written = list.write(&serde_json::from_slice(&body)?)?;
                self.prune_later().await?;
                answer(&written)
            }
            _ => Response::error("not found", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let list = self.list()?;
        list.prune()?;
        if !list.is_empty()? {
            self.prune_later().await?;
        }
        Response::empty()
    }
}

impl RevocationFeed {
    fn list(&self) -> Result<List> {
        let list = List { sql: self.state.storage().sql(), now: clock::now().to_seconds() };
        if !self.is_laid_out.get() {
            list.lay_out()?;
            self.is_laid_out.set(true);
        }
        Ok(list)
    }

    async fn prune_later(&self) -> Result<()> {
        let storage = self.state.storage();
        if storage.get_alarm().await?.is_none() {
            storage.set_alarm(PRUNE_EVERY).await?;
        }
        Ok(())
    }
}

fn answer(value: &impl Serialize) -> Result<Response> {
    Response::ok(serde_json::to_string(value)?)
}

/// The tables. Its functions never await, so that each is one transaction.
struct List {
    sql: SqlStorage,
    now: UnixSeconds,
}

impl List {
    fn lay_out(&self) -> Result<()> {
        self.run(SCHEMA, vec![])?;
        if self.run("SELECT 1 FROM feed", vec![])?.is_empty() {
            let id = random::bytes::<12>().map_err(|error| Error::from(error.to_string()))?;
            let id = base64url::encode(&id);
            self.run("INSERT INTO feed (id, version) VALUES (?, 0)", vec![id.into()])?;
        }
        Ok(())
    }

    fn changes(&self, question: &Question) -> Result<Changes> {
        let (feed, version) = self.position()?;
        // The numbers of another feed say nothing about this one.
        let since = if question.feed == feed { question.since } else { Version::default() };
        let rows = self.run(
            "SELECT mark, cut_off, expires, version FROM entries WHERE version > ? ORDER BY version LIMIT ?",
            vec![since.0.into(), (PAGE as i64 + 1).into()],
        )?;
        let more = rows.len() > PAGE;
        let mut until = if more { since } else { version };
        let mut entries = Vec::with_capacity(rows.len().min(PAGE));
        for row in rows.iter().take(PAGE) {
            entries.push(entry(row)?);
            if more {
                until = Version(integer(row, 3)?);
            }
        }
        Ok(Changes { feed, since, until, more, entries })
    }

    fn write(&self, write: &Write) -> Result<Written> {
        if let Some(once) = &write.once
            && self.has_happened(once)?
        {
            return Ok(Written::Repeated);
        }
        if !self.has_room(write.entries.len())? {
            return Ok(Written::Full);
        }
        let (_, mut version) = self.position()?;
        for entry in &write.entries {
            let next = Version(version.0 + 1);
            if self.add(entry, next)? {
                version = next;
            }
        }
        self.run("UPDATE feed SET version = ?", vec![version.0.into()])?;
        if let Some(once) = &write.once {
            let values = vec![String::from(once.mark).into(), once.expires.0.into()];
            self.run("INSERT OR REPLACE INTO happened (mark, expires) VALUES (?, ?)", values)?;
        }
        Ok(Written::Done)
    }

    fn add(&self, entry: &Entry, version: Version) -> Result<bool> {
        let mark = String::from(entry.mark);
        let values = vec![mark.into(), entry.before.0.into(), entry.expires.0.into(), version.0.into()];
        Ok(!self.run(ADD, values)?.is_empty())
    }

    fn has_happened(&self, once: &Once) -> Result<bool> {
        let values = vec![String::from(once.mark).into(), self.now.0.into()];
        Ok(!self.run("SELECT 1 FROM happened WHERE mark = ? AND expires > ?", values)?.is_empty())
    }

    /// Whether so many more entries fit, if need be without those that have expired.
    fn has_room(&self, more: usize) -> Result<bool> {
        let fits = || {
            Ok::<_, Error>(self.count("SELECT count(*) FROM entries")? + more as i64 <= MAX_ENTRIES as i64)
        };
        if fits()? {
            return Ok(true);
        }
        self.prune()?;
        fits()
    }

    fn prune(&self) -> Result<()> {
        self.run("DELETE FROM entries WHERE expires <= ?", vec![self.now.0.into()])?;
        self.run("DELETE FROM happened WHERE expires <= ?", vec![self.now.0.into()])?;
        Ok(())
    }

    fn is_empty(&self) -> Result<bool> {
        Ok(self.count("SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM happened)")? == 0)
    }

    fn position(&self) -> Result<(FeedId, Version)> {
        let rows = self.run("SELECT id, version FROM feed", vec![])?;
        let row = rows.first().ok_or_else(odd)?;
        Ok((FeedId(text(row, 0)?.to_owned()), Version(integer(row, 1)?)))
    }

    fn count(&self, query: &str) -> Result<i64> {
        integer(self.run(query, vec![])?.first().ok_or_else(odd)?, 0)
    }

    fn run(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Row>> {
        self.sql.exec(query, values)?.raw().collect()
    }
}

type Row = Vec<SqlStorageValue>;

fn entry(row: &Row) -> Result<Entry> {
    let mark = Mark::try_from(text(row, 0)?.to_owned()).map_err(|_| odd())?;
    Ok(Entry { mark, before: UnixSeconds(integer(row, 1)?), expires: UnixSeconds(integer(row, 2)?) })
}

fn text(row: &Row, at: usize) -> Result<&str> {
    if let Some(SqlStorageValue::String(text)) = row.get(at) { Ok(text) } else { Err(odd()) }
}

fn integer(row: &Row, at: usize) -> Result<i64> {
    if let Some(SqlStorageValue::Integer(number)) = row.get(at) { Ok(*number) } else { Err(odd()) }
}

fn odd() -> Error {
    Error::from("the list of revocations does not look as it was written")
}

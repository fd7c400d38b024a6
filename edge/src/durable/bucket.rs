//! A token bucket: one object for each, so that nothing is counted twice and nothing is forgotten.
//!
//! A full bucket is one that nobody has to remember: an alarm clears it away when it is full again.

use std::time::Duration;

use edgeward_authority::bucket::{Bucket, Limit};
use edgeward_core::time::UnixMillis;
use edgeward_host::{
    buckets::{REFILL, Size, TAKE},
    clock,
};
use worker::{DurableObject, Env, Error, Request, Response, Result, SqlStorageValue, State, durable_object};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS bucket (id INTEGER PRIMARY KEY CHECK (id = 1), level REAL NOT NULL, at INTEGER NOT NULL)
";

/// A token bucket, as a Durable Object.
#[durable_object(alarm)]
pub struct TokenBucket {
    state: State,
}

impl DurableObject for TokenBucket {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        let body = request.text().await?;
        self.run(SCHEMA, vec![])?;
        match path.as_str() {
            TAKE => {
                let size = Size::parse(&body).ok_or_else(|| Error::from("not a size"))?;
                let limit = Limit { requests: size.requests, window_millis: size.window_millis };
                let wait = self.take(limit)?;
                self.state.storage().set_alarm(Duration::from_millis(size.window_millis.into())).await?;
                Response::ok(wait.to_string())
            }
            REFILL => {
                self.run("DELETE FROM bucket", vec![])?;
                Response::ok("")
            }
            _ => Response::error("not found", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.state.storage().delete_all().await?;
        Response::empty()
    }
}

impl TokenBucket {
    /// Takes one, or tells how many seconds to wait. Never awaits, so that no other request comes
    /// in between.
    fn take(&self, limit: Limit) -> Result<u32> {
        let now = clock::now();
        let rows = self.run("SELECT level, at FROM bucket", vec![])?;
        let mut bucket = match rows.first().map(Vec::as_slice) {
            None => Bucket::full(limit, now),
            Some(row) => read(row).ok_or_else(|| Error::from("the bucket does not look as it was left"))?,
        };
        let wait = bucket.take(limit, now).err().map_or(0, |wait| wait.0);
        let values = vec![bucket.level.into(), bucket.at.0.into()];
        self.run("INSERT OR REPLACE INTO bucket (id, level, at) VALUES (1, ?, ?)", values)?;
        Ok(wait)
    }

    fn run(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Vec<SqlStorageValue>>> {
        self.state.storage().sql().exec(query, values)?.raw().collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a level that is whole is small")]
fn read(row: &[SqlStorageValue]) -> Option<Bucket> {
    match row {
        [SqlStorageValue::Float(level), SqlStorageValue::Integer(at)] => {
            Some(Bucket { level: *level, at: UnixMillis(*at) })
        }
        // A whole number comes back without its fraction.
        [SqlStorageValue::Integer(level), SqlStorageValue::Integer(at)] => {
            Some(Bucket { level: *level as f64, at: UnixMillis(*at) })
        }
        _ => None,
    }
}

//! A change that is asked for twice happens once: the header `Idempotency-Key`.
//!
//! The answer is kept in the batch that makes the change true ([`Context::commit`]), so there is
//! no moment at which a change has happened and its answer could be lost. Only what happened is
//! kept: a failure changed nothing, and the same call may succeed later.
//!
//! Source: [draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)

use edgeward_core::{
    Code, Error,
    json::{self, Value, object},
    time::UnixMillis,
};

use super::{Context, Principal, digest};
use crate::{
    failure::Failure,
    store::{Statement, sql},
    vault::{self, Purpose},
};

/// The header.
const HEADER: &str = "idempotency-key";
/// How long a key may be.
const MAX_KEY: usize = 255;
/// For how long an answer is kept.
const KEPT_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What one call is known by when it comes again.
#[derive(Clone)]
pub(super) struct Key {
    /// Of the caller, the operation and the caller's key, which nobody else can tell.
    id: String,
    /// Of the arguments.
    arguments: String,
    /// How many cookies were set before the operation, which are none of its answer's.
    cookies: usize,
}

impl Context<'_> {
    /// Runs a change, unless the caller has asked for it before: then its answer is the same, with the same
    /// cookies.
    ///
    /// # Errors
    /// `invalid_parameters` at `idempotency-key`; `idempotency_key_reused`: the key belongs to a call with other
    /// arguments. `store_unavailable`. Those of the change.
    pub(crate) async fn once<F: Future<Output = Result<Value, Failure>>>(
        &self,
        operation: &str,
        arguments: Value,
        run: impl FnOnce(Value) -> F,
    ) -> Result<Value, Failure> {
        let Some(key) = Key::of(self, operation, &arguments)? else { return run(arguments).await };
        if let Some(answer) = self.answered(&key).await? {
            return Ok(answer);
        }
        self.again.replace(Some(key.clone()));
        match run(arguments).await {
            Ok(answer) => Ok(answer),
            // The same call may have been under way at the same time, and may have happened first.
            Err(failure) => Ok(self.answered(&key).await.ok().flatten().ok_or(failure)?),
        }
    }

    /// The statements that keep an answer, for the batch that makes it true; they break it off if the call
    /// has happened meanwhile.
    pub(super) fn keep(&self, answer: Value) -> Result<Vec<Statement>, Error> {
        let Some(key) = self.again.borrow().clone() else { return Ok(Vec::new()) };
        let cookies = self.cookies().into_iter().skip(key.cookies).map(Value::from);
        let kept = object(vec![
            ("id", key.id.as_str().into()),
            ("arguments", key.arguments.into()),
            ("answer", answer),
            ("cookies", Value::Array(cookies.collect())),
        ]);
        let sealed = vault::seal(self.authority, Purpose::Answer, kept.to_text().as_bytes())?;
        Ok(vec![forget(&key.id, self.now), remember(&key.id, &sealed, self.now)])
    }

    /// The answer that a call was given before.
    async fn answered(&self, key: &Key) -> Result<Option<Value>, Failure> {
        let Some(row) = self.row(by_id(&key.id, self.now)).await? else { return Ok(None) };
        let kept = vault::open(self.authority, Purpose::Answer, &row.text("answer")?)?;
        let kept = json::parse(kept.expose())?;
        let text = |name: &str| kept.get(name).and_then(Value::as_str);
        // A row in the place of another one is a store that somebody has written into.
        if text("id") != Some(&key.id) {
            return Err(Code::SealBroken.into());
        }
        if text("arguments") != Some(&key.arguments) {
            return Err(Failure::at(Code::IdempotencyKeyReused, HEADER));
        }
        let cookies = kept.get("cookies").and_then(Value::as_array).into_iter().flatten();
        self.cookies.borrow_mut().extend(cookies.filter_map(Value::as_str).map(Into::into));
        Ok(kept.get("answer").cloned())
    }
}

impl Key {
    /// The key of a call that has one.
    fn of(context: &Context<'_>, operation: &str, arguments: &Value) -> Result<Option<Self>, Failure> {
        let mut values = context.request.headers.iter().filter(|(name, _)| name == HEADER);
        let Some((_, key)) = values.next() else { return Ok(None) };
        let fits = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits || values.next().is_some() {
            return Err(Failure::parameter(HEADER));
        }
        let arguments = digest(&arguments.to_text());
        // A zero byte is in none of the parts, so that no two calls have one text.
        let id = digest(&[&caller(&context.principal, &arguments), operation, key].join("\0"));
        Ok(Some(Self { id, arguments, cookies: context.cookies().len() }))
    }
}

/// Whose key it is. Callers whom nobody knows share theirs with those only who send the very same
/// arguments, credentials among them.
fn caller(principal: &Principal, arguments: &str) -> String {
    match principal {
        Principal::Anonymous => ["anonymous", arguments].join("\0"),
        Principal::User { id, impersonated_by, .. } => {
            ["user", id, impersonated_by.as_deref().unwrap_or_default()].join("\0")
        }
        Principal::Key { id, .. } => ["key", id].join("\0"),
        Principal::Agent { session, .. } => ["agent", session].join("\0"),
    }
}

fn by_id(id: &str, now: UnixMillis) -> Statement {
    sql("SELECT answer FROM edgeward_answers WHERE id = ?1 AND expires_at > ?2", [id.into(), now.0.into()])
}

fn forget(id: &str, now: UnixMillis) -> Statement {
    sql("DELETE FROM edgeward_answers WHERE id = ?1 AND expires_at <= ?2", [id.into(), now.0.into()])
}

fn remember(id: &str, sealed: &str, now: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_answers (id, answer, expires_at) VALUES (?1, ?2, ?3)",
        [id.into(), sealed.into(), now.0.saturating_add(KEPT_MILLIS).into()],
    )
}

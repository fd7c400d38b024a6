//! What began at a provider and waits for its callback. It is used once, by whoever began it: an answer that comes
//! with the wrong binding leaves it as it is, so that nobody can cancel somebody else's sign-in.

use edgeward_core::{
    Code, Error,
    json::Value,
    oauth::authorize::{Target, Transaction},
    time::UnixMillis,
};

use crate::{
    context::{Context, digest},
    failure::Failure,
    store::{Row, Statement, sql},
    vault::{self, Purpose},
};

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Connecting a signed-in user with the provider.
    Connect,
    /// Signing in.
    SignIn,
    /// Linking an account to a signed-in user.
    Link,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::SignIn => "sign-in",
            Self::Link => "link",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Connect, Self::SignIn, Self::Link].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is about to begin.
pub struct New<'a> {
    /// What it is for.
    pub kind: Kind,
    /// The provider's name in the settings.
    pub provider: &'a str,
    /// For whom, if somebody is signed in.
    pub user: Option<&'a str>,
    /// What only the browser, or the caller, that begins has. A text that can be guessed is fine if the store cannot be
    /// asked without being who it names.
    pub binding: &'a str,
}

/// A transaction that was found. It holds the code verifier, so it has no `Debug`.
pub struct Pending {
    /// What it is for.
    pub kind: Kind,
    /// For whom.
    pub user: Option<String>,
    /// What was sent to the provider.
    pub transaction: Transaction,
    state: String,
    binding: String,
}

impl Pending {
    /// Whether this is what only the browser, or the caller, that began has.
    #[must_use]
    pub fn is_bound_to(&self, binding: &str) -> bool {
        self.binding == digest(binding)
    }

    /// Uses the transaction up: it changes one row, the first time.
    #[must_use]
    pub fn take(&self, now: UnixMillis) -> Statement {
        sql(
            "DELETE FROM edgeward_transactions WHERE state = ?1 AND binding = ?2 AND expires_at >= ?3 RETURNING state",
            [self.state.as_str().into(), self.binding.as_str().into(), now.0.into()],
        )
    }
}

/// Begins a transaction, with what the callback has to know of it; it counts once the statement has run.
///
/// # Errors
/// `runtime_unsupported`
pub fn begin(
    context: &Context<'_>,
    new: &New<'_>,
    target: Target,
    app_state: Option<Value>,
) -> Result<(Transaction, Statement), Failure> {
    let mut random = [0; 96];
    context.authority.platform.fill(&mut random)?;
    let mut transaction = Transaction::begin(target, &random, context.now.to_seconds());
    transaction.app_state = app_state;
    let text = transaction.written().finish();
    let sealed = vault::seal(context.authority, Purpose::Transaction, text.as_bytes())?;
    let lifetime = i64::from(Transaction::LIFETIME.0) * 1000;
    let statement = sql(
        "INSERT INTO edgeward_transactions (state, kind, provider, user_id, binding, sealed, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        [
            digest(&transaction.state).into(),
            new.kind.as_str().into(),
            new.provider.into(),
            new.user.into(),
            digest(new.binding).into(),
            sealed.into(),
            context.now.0.saturating_add(lifetime).into(),
        ],
    );
    Ok((transaction, statement))
}

/// The transaction of a state at a provider, unless it has expired.
///
/// # Errors
/// `store_unavailable`, `seal_broken`
pub async fn find(context: &Context<'_>, provider: &str, state: &str) -> Result<Option<Pending>, Failure> {
    let statement = sql(
        "SELECT state, kind, user_id, binding, sealed FROM edgeward_transactions
          WHERE state = ?1 AND provider = ?2 AND expires_at >= ?3",
        [digest(state).into(), provider.into(), context.now.0.into()],
    );
    let row = context.row(statement).await?;
    row.map(|row| read(context, &row)).transpose()
}

fn read(context: &Context<'_>, row: &Row) -> Result<Pending, Failure> {
    let broken = Error::at(Code::InternalError, "kind");
    let text = vault::open_text(context.authority, Purpose::Transaction, &row.text("sealed")?)?;
    Ok(Pending {
        kind: Kind::parse(&row.text("kind")?).ok_or(broken)?,
        user: row.optional_text("user_id")?,
        transaction: Transaction::from_json(&text)?,
        state: row.text("state")?,
        binding: row.text("binding")?,
    })
}

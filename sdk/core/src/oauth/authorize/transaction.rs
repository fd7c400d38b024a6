//! What is kept between the authorization request and its answer.

use alloc::{string::String, vec::Vec};

use crate::{
    base64url,
    error::{Code, Error},
    json::{self, Value, Writer},
    oauth::pkce,
    time::{Seconds, UnixSeconds},
};

/// One sign-in that is under way. It holds the code verifier, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Transaction {
    /// Names the transaction: the callback brings it back.
    pub state: String,
    /// Binds the ID token to the transaction.
    pub nonce: String,
    /// Binds the code to the transaction.
    pub verifier: pkce::Verifier,
    /// Where the provider sends the user back to.
    pub redirect_uri: String,
    /// The issuer that the user is sent to.
    pub issuer: String,
    /// The scope asked for, separated by spaces.
    pub scope: String,
    /// The APIs that the token is for ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)).
    pub resources: Vec<String>,
    /// How long ago the user may have signed in at the provider.
    pub max_age: Option<Seconds>,
    /// What the application wants back afterwards.
    pub app_state: Option<Value>,
    /// When it began.
    pub created_at: UnixSeconds,
}

/// What a transaction is for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The issuer that the user is sent to.
    pub issuer: String,
    /// Where the provider sends the user back to.
    pub redirect_uri: String,
    /// The scope to ask for, separated by spaces.
    pub scope: String,
    /// The APIs that the token is for.
    pub resources: Vec<String>,
}

/// Whether a text has the form of a state that [`Transaction::begin`] makes. It comes from the
/// address bar, and must not become a storage key otherwise.
#[must_use]
pub fn is_state(text: &str) -> bool {
    text.len() == 43 && base64url::decode(text).is_ok()
}

impl Transaction {
    /// How long a sign-in may take.
    pub const LIFETIME: Seconds = Seconds(600);

    /// Begins a transaction. The 96 random bytes become state, nonce and code verifier.
    #[must_use]
    pub fn begin(target: Target, random: &[u8; 96], now: UnixSeconds) -> Self {
        let mut parts = random.as_chunks::<32>().0.iter();
        let mut part = || parts.next().copied().unwrap_or_default();
        Self {
            state: base64url::encode(&part()),
            nonce: base64url::encode(&part()),
            verifier: pkce::Verifier::from_random(&part()),
            redirect_uri: target.redirect_uri,
            issuer: target.issuer,
            scope: target.scope,
            resources: target.resources,
            max_age: None,
            app_state: None,
            created_at: now,
        }
    }

    /// Whether it has outlived [`LIFETIME`](Self::LIFETIME), or began in the future.
    #[must_use]
    pub fn is_expired(&self, now: UnixSeconds) -> bool {
        now > self.created_at + Self::LIFETIME || self.created_at > now + Self::LIFETIME
    }

    /// What is stored, as an object that may get further members.
    #[must_use]
    pub fn written(&self) -> Writer {
        let mut resources = Writer::list();
        for resource in &self.resources {
            resources.item_text(resource);
        }
        let mut members = Writer::object();
        members
            .text("state", &self.state)
            .text("nonce", &self.nonce)
            .text("verifier", self.verifier.expose())
            .text("redirect_uri", &self.redirect_uri)
            .text("issuer", &self.issuer)
            .text("scope", &self.scope)
            .raw("resources", &resources.finish())
            .number("created_at", self.created_at.0);
        if let Some(age) = self.max_age {
            members.number("max_age", age.0.into());
        }
        if let Some(state) = &self.app_state {
            members.value("app_state", state);
        }
        members
    }

    /// Takes back a stored text.
    ///
    /// # Errors
    /// `callback_invalid`: it is not what [`written`](Self::written) gave.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read(text).ok_or_else(|| Error::at(Code::CallbackInvalid, "transaction"))
    }
}

fn read(stored: &str) -> Option<Transaction> {
    let members = json::parse_object(stored.as_bytes()).ok()?;
    let app_state = members.get("app_state").cloned();
    let text = |name| members.get(name).and_then(Value::as_str).map(String::from);
    let resources = json::each(members.get("resources")?.as_array()?, |uri| uri.as_str().ok_or(())).ok()?;
    let max_age = members.get("max_age").map(|value| value.as_u64().and_then(|age| u32::try_from(age).ok()));
    Some(Transaction {
        state: text("state")?,
        nonce: text("nonce")?,
        verifier: pkce::Verifier::parse(&text("verifier")?).ok()?,
        redirect_uri: text("redirect_uri")?,
        issuer: text("issuer")?,
        scope: text("scope")?,
        resources: resources.into_iter().map(String::from).collect(),
        max_age: match max_age {
            None => None,
            Some(age) => Some(Seconds(age?)),
        },
        app_state,
        created_at: UnixSeconds(members.get("created_at")?.as_i64()?),
    })
}

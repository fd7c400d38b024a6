//! The keys that tokens are signed with, and how they change: published, after a while signing, then retired.
//!
//! A key that signs was published for longer than anybody keeps a key set, so nobody meets a token of a key
//! that it does not know; a key that has signed stays published for as long as its tokens last.

mod rotation;
mod statements;
#[cfg(test)]
mod tests;

use edgeward_core::{
    Code, Error,
    jose::{Algorithm, Draft, Key, KeySet, jws, thumbprint},
    json::{self, Map, Value, object},
    secret::Secret,
    time::{Seconds, UnixMillis},
};

pub use rotation::{Mode, Rotated, by_hand};

use crate::{
    Authority, Failure,
    http::Outgoing,
    store::{Row, Statement},
    vault::{self, Purpose},
};

/// How long a key is published before it signs.
pub const LEAD: Seconds = Seconds(3600);
/// How long a key is published after it has signed.
pub const GRACE: Seconds = Seconds(30 * 86_400);
/// How the key set may be kept.
const CACHING: &str = "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400";

/// The key that signs now. It is private, so there is no `Debug`.
pub struct Signer {
    algorithm: Algorithm,
    kid: String,
    private: Secret,
}

impl Signer {
    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs claims under a `typ`.
    ///
    /// # Errors
    /// `algorithm_unsupported`, `jwk_invalid`
    pub async fn sign(&self, authority: &Authority, typ: &str, claims: &Value) -> Result<String, Error> {
        let header = object(vec![
            ("alg", self.algorithm.name().into()),
            ("typ", typ.into()),
            ("kid", self.kid.as_str().into()),
        ]);
        let draft = Draft::new(&header, claims);
        let input = draft.signing_input().as_bytes();
        let signature = authority.platform.sign(&self.private, self.algorithm, input).await?;
        Ok(draft.finish(&signature))
    }
}

/// The key that signs now; the first one is made when it is asked for. One that was sealed under a secret that is no
/// longer configured is lost, and another one takes its place at once.
///
/// # Errors
/// `store_unavailable`
pub async fn signer(authority: &Authority) -> Result<Signer, Failure> {
    signer_of(authority, authority.store.row(signing(authority)).await?.as_ref()).await
}

/// Asks for the key that signs now, for [`signer_of`]: so it is read in one batch with what is to be signed.
#[must_use]
pub fn signing(authority: &Authority) -> Statement {
    statements::signing(authority.settings.oauth.algorithm.name(), authority.platform.now())
}

/// The key that [`signing`] has read, or another one in its place, as [`signer`] makes it.
///
/// # Errors
/// Those of [`signer`].
pub async fn signer_of(authority: &Authority, row: Option<&Row>) -> Result<Signer, Failure> {
    match opened(authority, row)? {
        Some(signer) => return Ok(signer),
        None => replace(authority).await?,
    }
    let row = authority.store.row(signing(authority)).await?;
    opened(authority, row.as_ref())?.ok_or(Code::InternalError.into())
}

/// The key of a row; `None` if there is none, or it cannot be opened.
fn opened(authority: &Authority, row: Option<&Row>) -> Result<Option<Signer>, Failure> {
    let algorithm = authority.settings.oauth.algorithm;
    let Some(row) = row else { return Ok(None) };
    match vault::open(authority, Purpose::SigningKey, &row.text("sealed")?) {
        Ok(private) => Ok(Some(Signer { algorithm, kid: row.text("kid")?, private })),
        Err(error) if error.code == Code::SealBroken => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes a key that signs at once, after whatever keys there are.
async fn replace(authority: &Authority) -> Result<(), Failure> {
    let algorithm = authority.settings.oauth.algorithm;
    let newest = authority.store.row(statements::newest(algorithm.name())).await?;
    let generation = newest.map_or(Ok(0), |row| row.number("generation"))?.saturating_add(1);
    if create(authority, algorithm, generation, authority.platform.now()).await? {
        authority.platform.log(r#"{"event":"oauth.signing_key_made"}"#);
    }
    Ok(())
}

/// Stages the next key, unless one is staged already or the current one is younger than `age`: it is
/// published at once, and signs an hour later. The first key is nobody's to stage: it is made when it is asked
/// for. Gives whether it did.
///
/// # Errors
/// `store_unavailable`
pub async fn rotate(authority: &Authority, age: Seconds) -> Result<bool, Failure> {
    let now = authority.platform.now();
    let algorithm = authority.settings.oauth.algorithm;
    let Some(newest) = authority.store.row(statements::newest(algorithm.name())).await? else {
        return Ok(false);
    };
    let signs_from = newest.instant("signs_from")?;
    if now < signs_from + age {
        return Ok(false);
    }
    let next = newest.number("generation")?.saturating_add(1);
    create(authority, algorithm, next, now + LEAD).await
}

/// Makes the key of a generation; of several who do at once, one does. Gives whether it was this one.
async fn create(
    authority: &Authority,
    algorithm: Algorithm,
    generation: i64,
    signs_from: UnixMillis,
) -> Result<bool, Failure> {
    let key = make(authority, algorithm, generation, signs_from).await?;
    Ok(authority.store.row(statements::insert(&key)).await?.is_some())
}

/// Makes the key of a generation, which nobody knows of yet.
async fn make(
    authority: &Authority,
    algorithm: Algorithm,
    generation: i64,
    signs_from: UnixMillis,
) -> Result<statements::NewKey, Failure> {
    let private = authority.platform.generate(algorithm).await?;
    let jwk = json::parse_object(private.expose())?;
    let kid = thumbprint::sha256(&Key::parse(&public_members(&jwk))?);
    let named =
        jwk.into_iter().chain([("kid".into(), kid.as_str().into()), ("alg".into(), algorithm.name().into())]);
    let public = Key::parse(&public_members(&named.collect()))?.to_public().ok_or(Code::JwkInvalid)?;
    let sealed = vault::seal(authority, Purpose::SigningKey, private.expose())?;
    let now = authority.platform.now();
    Ok(statements::NewKey { algorithm: algorithm.name(), generation, kid, public, sealed, now, signs_from })
}

/// A pair is for signing; what is read here is the half that verifies.
fn public_members(jwk: &Map) -> Map {
    jwk.iter().filter(|(name, _)| !matches!(name.as_str(), "key_ops" | "use" | "ext")).cloned().collect()
}

/// The published keys, as JSON Web Keys.
///
/// # Errors
/// `store_unavailable`
pub async fn published(authority: &Authority) -> Result<Vec<Value>, Failure> {
    let rows = authority.store.rows(all(authority)).await?;
    let rows = if rows.is_empty() {
        signer(authority).await?;
        authority.store.rows(all(authority)).await?
    } else {
        rows
    };
    public(&rows)
}

/// Asks for the published keys, for [`set_of`]: so they are read in one batch with what a token is checked by.
#[must_use]
pub fn all(authority: &Authority) -> Statement {
    statements::published(authority.platform.now() - GRACE)
}

/// The keys that [`all`] has read.
///
/// # Errors
/// `internal_error`: a row is none of a key.
pub fn set_of(rows: &[Row]) -> Result<KeySet, Failure> {
    Ok(KeySet::from_value(&object(vec![("keys", public(rows)?.into())]))?)
}

fn public(rows: &[Row]) -> Result<Vec<Value>, Failure> {
    Ok(rows.iter().map(|row: &Row| row.json("public")).collect::<Result<_, _>>()?)
}

/// Stages the next key when the current one is old enough, and forgets those that are published no more.
///
/// # Errors
/// `store_unavailable`
pub async fn tend(authority: &Authority) -> Result<(), Failure> {
    if rotate(authority, authority.settings.oauth.key_lifetime).await? {
        authority.platform.log("edgeward: the next signing key is staged");
    }
    authority.store.row(statements::sweep(authority.platform.now() - GRACE)).await?;
    Ok(())
}

/// The key set, for whoever verifies.
///
/// # Errors
/// `store_unavailable`
pub async fn answer(authority: &Authority) -> Result<Outgoing, Failure> {
    let document = object(vec![("keys", published(authority).await?.into())]);
    let headers = vec![("content-type", "application/json".into()), ("cache-control", CACHING.into())];
    Ok(Outgoing { status: 200, headers, body: document.to_text() })
}

/// Verifies the signature of a token of our own.
///
/// # Errors
/// `token_key_not_found`, `token_signature_invalid`, `store_unavailable`
pub async fn verify(authority: &Authority, token: jws::Unverified<'_>) -> Result<jws::Verified, Failure> {
    let keys = set_of(&authority.store.rows(all(authority)).await?)?;
    verify_with(authority, &keys, token).await
}

/// Verifies the signature of a token with one of these keys.
///
/// # Errors
/// `token_key_not_found`, `token_signature_invalid`
pub async fn verify_with(
    authority: &Authority,
    keys: &KeySet,
    token: jws::Unverified<'_>,
) -> Result<jws::Verified, Failure> {
    let mut refusal = Code::TokenKeyNotFound.into();
    let (alg, kid) = (token.header().alg.ok_or(Code::TokenAlgNotAllowed)?, token.header().kid.clone());
    for key in keys.candidates(alg, kid.as_deref()) {
        match authority.platform.verify(key, alg, token.signing_input(), token.signature()).await {
            Ok(()) => return Ok(token.dangerous_trust()),
            Err(error) => refusal = error,
        }
    }
    Err(refusal.into())
}

//! A code for tokens, once.
//!
//! Source: [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3),
//! [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)

use edgeward_core::{oauth::pkce, session::family::Family};
use subtle::ConstantTimeEq;

use super::{
    Asking, Tokens, invalid_grant,
    tokens::{Issue, issue, prepare},
};
use crate::{
    Failure,
    context::digest,
    oauth::{
        client::Method,
        grant::{self, Grant, texts},
        keys,
        refusal::{Refusal, Word},
        statements,
    },
    store::{Refused, Row, guard},
};

/// Redeems a code. Whoever brings it without the rest of what it is bound to has only found it: it stays
/// good for its owner. Whoever brings all of it twice shows that somebody else has all of it, too.
///
/// # Errors
/// `invalid_grant`, `invalid_target`
pub async fn redeem(asking: &Asking<'_>) -> Result<Tokens, Refusal> {
    let (authority, parameters) = (asking.authority, asking.parameters);
    let hash = digest(parameters.required("code", "code is missing")?);
    let now = authority.platform.now();
    let asked = [statements::code(&hash, now), statements::user_of_code(&hash), keys::signing(authority)];
    let [row, user, key] = authority.store.first_of_each(asked).await?;
    let row = row.ok_or(REFUSED)?;
    check_bindings(asking, &row)?;
    let id = row.text("grant_id")?;
    if row.optional_instant("redeemed_at")?.is_some() {
        return Err(replayed(asking, &id).await?);
    }
    if row.instant("expires_at")? <= now || !row.flag("in_session")? {
        return Err(REFUSED);
    }
    let settings = &authority.settings.oauth;
    let grant = Grant {
        id,
        client: asking.client.id.clone(),
        user: Some(row.text("user_id")?),
        session: Some(row.text("session_id")?),
        scope: row.text("scope")?,
        resources: texts(&row, "resources")?,
        // A refresh token of a client that has shown who it is need not be bound (RFC 9449 §5).
        jkt: asking.jkt.clone().filter(|_| asking.client.method == Method::None),
        authenticated_at: row.optional_instant("authenticated_at")?,
        family: Family::new(settings.refresh_idle, settings.refresh_total, now),
    };
    let prepared = prepare(asking, &grant, user, key).await?;
    let batch = vec![statements::redeem(&hash, now), guard(), grant::statements::insert(&grant, now)];
    match authority.store.batch(batch).await {
        Ok(_) => {}
        // Somebody else was faster by a moment, or the session has just ended.
        Err(Refused::Constraint) => return Err(replayed(asking, &grant.id).await?),
        Err(refused) => return Err(Failure::from(refused).into()),
    }
    let nonce = row.optional_text("nonce")?;
    let (scope, number) = (grant.scope.as_str(), Some(grant.family.active));
    issue(asking, &prepared, &Issue { grant: &grant, scope, number, nonce: nonce.as_deref() }).await
}

/// What a code is bound to, beside itself.
fn check_bindings(asking: &Asking<'_>, row: &Row) -> Result<(), Refusal> {
    let parameters = asking.parameters;
    let verifier = parameters.required("code_verifier", "code_verifier is missing")?;
    let verifier = pkce::Verifier::parse(verifier).map_err(|_| REFUSED)?;
    let challenge = row.text("challenge")?;
    let same = |one: &str, other: &str| bool::from(one.as_bytes().ct_eq(other.as_bytes()));
    // OAuth 2.1 has no redirect_uri here; who sends one means the one that the code was asked for with.
    let redirect = parameters.get("redirect_uri");
    let fits = row.text("client_id")? == asking.client.id
        && same(&verifier.challenge(), &challenge)
        && redirect.is_none_or(|own| row.text("redirect_uri").is_ok_and(|uri| uri == own));
    if !fits {
        return Err(REFUSED);
    }
    match row.optional_text("jkt")? {
        Some(jkt) if asking.jkt.as_deref() != Some(&jkt) => {
            Err(Refusal::new(Word::InvalidDpopProof, "the code is bound to another key"))
        }
        _ => Ok(()),
    }
}

/// Ends what was issued for a code that comes a second time.
async fn replayed(asking: &Asking<'_>, grant: &str) -> Result<Refusal, Failure> {
    grant::end(asking.authority, grant).await?;
    asking.authority.platform.log(r#"{"event":"oauth.code_replayed"}"#);
    Ok(REFUSED)
}

const REFUSED: Refusal = invalid_grant("the code is not good, or was not issued for this");

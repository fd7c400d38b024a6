//! Tokens for a device whose user confirms elsewhere.
//!
//! Source: [RFC 8628 §3.4, §3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)

use edgeward_core::session::family::Family;

use super::{
    Asking, Tokens, invalid_grant,
    tokens::{Issue, issue, prepare},
};
use crate::{
    Failure,
    context::digest,
    oauth::{
        client::Method,
        device::statements,
        grant::{self, Grant, texts},
        keys,
        refusal::{Refusal, Word},
    },
    store::{Refused, Row, guard},
    users,
};

/// Asks whether the user has confirmed, and gives the tokens once. A device that asks too often has to wait
/// longer from then on.
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`
pub async fn poll(asking: &Asking<'_>) -> Result<Tokens, Refusal> {
    let authority = asking.authority;
    let hash = digest(asking.parameters.required("device_code", "device_code is missing")?);
    let now = authority.platform.now();
    let row = authority.store.row(statements::poll(&hash, &asking.client.id, now)).await?;
    let row = row.ok_or(invalid_grant("the device code is not good"))?;
    if row.instant("expires_at")? <= now {
        return Err(Refusal::new(Word::ExpiredToken, "the user did not confirm in time"));
    }
    if row.flag("slowed")? {
        return Err(Refusal::new(Word::SlowDown, "wait five seconds longer from now on"));
    }
    match row.text("status")?.as_str() {
        "approved" => approved(asking, &hash, &row).await,
        "denied" => Err(Refusal::new(Word::AccessDenied, "the user has denied it")),
        _ => Err(Refusal::new(Word::AuthorizationPending, "the user has not confirmed yet")),
    }
}

/// The tokens of a device that was confirmed: a grant and a session of its own, whoever confirmed it where.
async fn approved(asking: &Asking<'_>, hash: &str, row: &Row) -> Result<Tokens, Refusal> {
    let authority = asking.authority;
    let (settings, now) = (&authority.settings.oauth, authority.platform.now());
    let id = crate::context::random_id(authority)?;
    let user = row.text("user_id")?;
    let asked = [users::statement(&user), keys::signing(authority)];
    let grant = Grant {
        client: asking.client.id.clone(),
        user: Some(user),
        session: Some(id.clone()),
        id,
        scope: row.text("scope")?,
        resources: texts(row, "resources")?,
        jkt: asking.jkt.clone().filter(|_| asking.client.method == Method::None),
        authenticated_at: row.optional_instant("authenticated_at")?,
        family: Family::new(settings.refresh_idle, settings.refresh_total, now),
    };
    let [user, key] = authority.store.first_of_each(asked).await?;
    let prepared = prepare(asking, &grant, user, key).await?;
    let batch = vec![statements::redeem(hash), guard(), grant::statements::insert(&grant, now)];
    match authority.store.batch(batch).await {
        Ok(_) => {}
        Err(Refused::Constraint) => return Err(invalid_grant("the device code is not good")),
        Err(refused) => return Err(Failure::from(refused).into()),
    }
    let number = Some(grant.family.active);
    issue(asking, &prepared, &Issue { grant: &grant, scope: &grant.scope, number, nonce: None }).await
}

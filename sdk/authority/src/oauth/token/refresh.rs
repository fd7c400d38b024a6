//! A refresh token for the next tokens.
//!
//! Source: [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6),
//! [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700#section-4.14)

use super::{
    Asking, Tokens, invalid_grant,
    tokens::{Issue, issue, prepare},
};
use crate::oauth::{
    grant::{self, Grant, Presented, refresh_token, statements},
    keys,
    refusal::{Refusal, Word},
};

/// How often somebody else may be faster before this gives up.
const TRIES: usize = 4;

/// Rotates a refresh token. What the client asks for is looked at first, so that a wrong request costs no token.
///
/// # Errors
/// `invalid_grant`, `invalid_scope`, `invalid_target`, `invalid_dpop_proof`
pub async fn rotate(asking: &Asking<'_>) -> Result<Tokens, Refusal> {
    let (authority, parameters) = (asking.authority, asking.parameters);
    let token = parameters.required("refresh_token", "refresh_token is missing")?;
    let genuine = refresh_token::read(authority, token).ok_or(REFUSED)?;
    for _ in 0..TRIES {
        let id = genuine.grant.as_str();
        let asked = [statements::by_id(id), statements::user_of(id), keys::signing(authority)];
        let [row, user, key] = authority.store.first_of_each(asked).await?;
        let grant = Grant::read(&row.ok_or(REFUSED)?)?;
        let scope = check(asking, &grant)?;
        let prepared = prepare(asking, &grant, user, key).await?;
        let number = match grant::present(authority, &grant, genuine.number).await? {
            Presented::Active(number) => number,
            Presented::Raced => continue,
            Presented::Reused | Presented::Over => return Err(REFUSED),
        };
        let grant = Grant { jkt: asking.jkt.clone(), ..grant };
        return issue(
            asking,
            &prepared,
            &Issue { grant: &grant, scope: &scope, number: Some(number), nonce: None },
        )
        .await;
    }
    Err(Refusal::new(Word::TemporarilyUnavailable, "try again"))
}

/// The scopes of the next access token, if the client may ask for them by this grant.
fn check(asking: &Asking<'_>, grant: &Grant) -> Result<String, Refusal> {
    if grant.client != asking.client.id {
        return Err(REFUSED);
    }
    if grant.jkt.is_some() && grant.jkt != asking.jkt {
        return Err(Refusal::new(Word::InvalidDpopProof, "the refresh token is bound to another key"));
    }
    let scope = asking.parameters.scope(asking.authority, Some(&grant.scope))?;
    Ok(scope.unwrap_or_else(|| grant.scope.clone()))
}

const REFUSED: Refusal = invalid_grant("the refresh token is not good");

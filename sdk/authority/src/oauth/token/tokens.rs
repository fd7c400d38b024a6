//! What comes of a grant: tokens, and how they are answered with.

use edgeward_core::{
    json::{Map, Value, object},
    oauth::scope,
    time::Seconds,
};

use super::{Asking, invalid_grant};
use crate::{
    http::Outgoing,
    oauth::{
        access::{self, Grantee, Issued},
        client,
        grant::{Grant, refresh_token},
        id_token,
        keys::{self, Signer},
        refusal::{Refusal, Word},
        settings::Format,
    },
    store::Row,
    users::User,
};

/// The tokens of an answer. They are credentials, so there is no `Debug`.
pub struct Tokens {
    pub access: String,
    pub kind: &'static str,
    pub lifetime: Seconds,
    pub scope: String,
    pub refresh: Option<String>,
    pub id: Option<String>,
    pub issued_type: Option<&'static str>,
}

impl Tokens {
    /// An access token and nothing beside it.
    pub fn access(asking: &Asking<'_>, issued: Issued, scope: String) -> Self {
        Self {
            access: issued.token,
            kind: if asking.jkt.is_some() { "DPoP" } else { "Bearer" },
            lifetime: issued.lifetime,
            scope,
            refresh: None,
            id: None,
            issued_type: None,
        }
    }

    /// The answer, which nobody keeps.
    #[must_use]
    pub fn answer(self) -> Outgoing {
        let mut members = vec![
            ("access_token", Value::from(self.access)),
            ("token_type", self.kind.into()),
            ("expires_in", self.lifetime.0.into()),
            ("scope", self.scope.into()),
        ];
        members.extend(self.refresh.map(|token| ("refresh_token", token.into())));
        members.extend(self.id.map(|token| ("id_token", token.into())));
        members.extend(self.issued_type.map(|kind| ("issued_token_type", kind.into())));
        Outgoing::json(200, object(members).to_text()).with("pragma", "no-cache")
    }
}

/// What is issued of a grant.
pub struct Issue<'a> {
    /// The grant.
    pub grant: &'a Grant,
    /// The scopes of the access token, all of which were granted.
    pub scope: &'a str,
    /// The number of the refresh token, if there is one.
    pub number: Option<u32>,
    /// The nonce of the ID token.
    pub nonce: Option<&'a str>,
}

/// What is needed to issue tokens, read before anything is used up for them.
pub struct Prepared {
    user: Option<User>,
    signer: Signer,
}

/// Gets everything ready that could fail, from the rows of the grant's user and of [`keys::signing`], which whoever
/// reads the grant reads in the same batch.
///
/// # Errors
/// `invalid_target`; `invalid_grant`: the grant's user is gone or banned.
pub async fn prepare(
    asking: &Asking<'_>,
    grant: &Grant,
    user: Option<Row>,
    key: Option<Row>,
) -> Result<Prepared, Refusal> {
    let authority = asking.authority;
    let asked = asking.parameters.resources(authority)?;
    grant.resource(authority, &asked).ok_or(TARGET)?;
    let user = match &grant.user {
        None => None,
        Some(_) => {
            let now = authority.platform.now();
            let user = user.as_ref().map(User::read).transpose()?.filter(|user| !user.is_banned(now));
            Some(user.ok_or(invalid_grant("the user is gone or banned"))?)
        }
    };
    Ok(Prepared { user, signer: keys::signer_of(authority, key.as_ref()).await? })
}

/// Issues the tokens of a grant.
///
/// # Errors
/// `invalid_target`
pub async fn issue(asking: &Asking<'_>, prepared: &Prepared, issue: &Issue<'_>) -> Result<Tokens, Refusal> {
    let (authority, grant) = (asking.authority, issue.grant);
    let asked = asking.parameters.resources(authority)?;
    let resource = grant.resource(authority, &asked).ok_or(TARGET)?;
    let Prepared { user, signer } = prepared;
    let profile = |scope| user.as_ref().map(|user| id_token::profile(user, scope)).unwrap_or_default();
    let more = if resource.format == Format::Convex { profile(issue.scope) } else { Map::default() };
    let grantee = Grantee {
        subject: grant.user.as_deref().unwrap_or(&grant.client),
        client: &grant.client,
        resource,
        scope: issue.scope,
        session: grant.session.as_deref(),
        grant: Some(&grant.id),
        actor: None,
        jkt: asking.jkt.as_deref(),
        authenticated_at: grant.authenticated_at,
        at_most: None,
        more,
    };
    let issued = access::issue(authority, signer, &grantee).await?;
    let id = match user {
        Some(user) if scope::covers(issue.scope, "openid") => {
            Some(id_token::issue(authority, signer, grant, user, issue.nonce, &issued.token).await?)
        }
        _ => None,
    };
    let number = issue.number.filter(|_| asking.client.may(client::REFRESH));
    let refresh = number.map(|number| refresh_token::write(authority, grant, number)).transpose()?;
    Ok(Tokens { refresh, id, ..Tokens::access(asking, issued, issue.scope.into()) })
}

const TARGET: Refusal = Refusal::new(Word::InvalidTarget, "the resource was not granted");

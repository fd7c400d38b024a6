//! Sessions of the client: how one begins, goes on, and is known by its access token.
//!
//! The secret of the session itself is thrown away: who has only tokens comes with them, and not with a cookie.

use edgeward_core::{
    Code,
    json::{Value, object},
    session::family::Family,
};

use super::{Settings, refusal::Refusal, statements, tokens, user};
use crate::{
    context::Context,
    http::Outgoing,
    oauth::{
        grant::{self, Grant, Presented, refresh_token},
        keys::{self, Signer},
    },
    store::{Refused, Statement},
    surface::bearer,
    users::{self, User, accounts, accounts::Account},
    web::{self, Remember},
};

/// What the grants of these sessions name as their client. No client of the authorization server has this id.
pub const CLIENT: &str = "edgeward:gotrue";
/// How often somebody else may be faster before this gives up.
const TRIES: usize = 4;

/// A session that is good, and whose it is.
pub struct Current {
    /// The user.
    pub user: User,
    /// How the user signs in.
    pub accounts: Vec<Account>,
    /// Its grant.
    pub grant: Grant,
}

impl Current {
    /// The session's id.
    pub fn session(&self) -> &str {
        self.grant.session.as_deref().unwrap_or_default()
    }
}

/// The session of a request's access token.
///
/// # Errors
/// `no_authorization`, `bad_jwt`, `user_not_found`, `user_banned`, `session_not_found`
pub async fn current(context: &Context<'_>, settings: &Settings) -> Result<Current, Refusal> {
    let authority = context.authority;
    let token = bearer(context.request).ok().flatten().ok_or(UNAUTHORIZED)?;
    let claims = match tokens::read(authority, settings, token).await {
        Ok(claims) => claims,
        Err(failure) if failure.code.status() >= 500 => return Err(failure.into()),
        Err(failure) if failure.code == Code::TokenExpired => return Err(EXPIRED),
        Err(_) => return Err(BAD_TOKEN),
    };
    let user = claims.text("sub")?.unwrap_or_default();
    let session = claims.text("session_id")?.unwrap_or_default();
    let of_session = grant::statements::of_session(session, user, CLIENT);
    let asked = [users::statement(user), of_session, accounts::statement(user)];
    let [user, grant, accounts] = context.store().rows_of_each(asked).await?;
    let user = user.first().map(User::read).transpose()?.ok_or(NO_USER)?;
    if user.is_banned(context.now) {
        return Err(BANNED);
    }
    let grant = grant.first().map(Grant::read).transpose()?;
    let good = grant.filter(|grant| !grant.family.ended && context.now < grant.family.until);
    Ok(Current { user, accounts: accounts::read(&accounts)?, grant: good.ok_or(NO_SESSION)? })
}

/// Begins a session of a user, after the statements that use up what it begins by; `None` if they break off.
///
/// # Errors
/// `user_not_found`, `user_banned`, `unexpected_failure`
pub async fn begin(
    context: &Context<'_>,
    settings: &Settings,
    user: &str,
    mut statements: Vec<Statement>,
) -> Result<Option<Outgoing>, Refusal> {
    let oauth = &context.authority.settings.oauth;
    let new =
        web::New { user, remember: Remember::Yes, impersonated_by: None, lifetime: oauth.refresh_total };
    let (session, kept) = web::prepare(context, new).await?;
    let grant = Grant {
        id: context.new_id()?,
        client: CLIENT.into(),
        user: Some(user.into()),
        session: Some(session.id),
        scope: String::new(),
        resources: Vec::new(),
        jkt: None,
        authenticated_at: Some(context.now),
        family: Family::new(oauth.refresh_idle, oauth.refresh_total, context.now),
    };
    let ready = ready(context, user).await?;
    statements.extend(kept);
    statements.push(grant::statements::insert(&grant, context.now));
    match context.store().batch(statements).await {
        Ok(_) => Ok(Some(told(context, settings, &ready, &grant, grant.family.active).await?)),
        Err(Refused::Constraint) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// Gives the next tokens of a session. One whose refresh token was used by two has ended.
///
/// # Errors
/// `refresh_token_not_found`, `refresh_token_already_used`, `session_expired`, `user_banned`, `conflict`
pub async fn refresh(context: &Context<'_>, settings: &Settings, token: &str) -> Result<Outgoing, Refusal> {
    let authority = context.authority;
    let genuine = refresh_token::read(authority, token).ok_or(NOT_FOUND)?;
    for _ in 0..TRIES {
        let id = genuine.grant.as_str();
        let statements = [statements::used(id, context.now), grant::statements::by_id(id)];
        let [_, row] = context.store().first_of_each(statements).await?;
        let grant = row.as_ref().map(Grant::read).transpose()?.filter(|grant| grant.client == CLIENT);
        let grant = grant.ok_or(NOT_FOUND)?;
        let user = grant.user.as_deref().ok_or(NOT_FOUND)?;
        // Whatever could fail comes before anything is used up.
        let ready = ready(context, user).await?;
        match grant::present(authority, &grant, genuine.number).await? {
            Presented::Active(number) => return told(context, settings, &ready, &grant, number).await,
            Presented::Raced => {}
            Presented::Reused => {
                let session = grant.session.as_deref().unwrap_or_default();
                context.store().batch(web::end_by_id(session, user, context.now).into()).await?;
                return Err(ALREADY_USED);
            }
            Presented::Over if grant.family.ended || genuine.number > grant.family.active => {
                return Err(NOT_FOUND);
            }
            Presented::Over => return Err(OVER),
        }
    }
    Err(CONFLICT)
}

/// What tokens are made of.
struct Ready {
    user: User,
    accounts: Vec<Account>,
    signer: Signer,
}

async fn ready(context: &Context<'_>, user: &str) -> Result<Ready, Refusal> {
    let authority = context.authority;
    let asked = [users::statement(user), accounts::statement(user), keys::signing(authority)];
    let [user, accounts, key] = context.store().rows_of_each(asked).await?;
    let user = user.first().map(User::read).transpose()?.ok_or(NOT_FOUND)?;
    if user.is_banned(context.now) {
        return Err(Refusal::new(400, "user_banned", "Invalid Refresh Token: User Banned"));
    }
    let signer = keys::signer_of(authority, key.first()).await?;
    Ok(Ready { user, accounts: accounts::read(&accounts)?, signer })
}

/// The session as the client keeps it.
async fn told(
    context: &Context<'_>,
    settings: &Settings,
    ready: &Ready,
    grant: &Grant,
    number: u32,
) -> Result<Outgoing, Refusal> {
    let Ready { user, accounts, signer } = ready;
    let to = tokens::Grantee { user, accounts, grant };
    let (access, expires) = tokens::issue(context.authority, settings, signer, &to).await?;
    let members: Vec<(&str, Value)> = vec![
        ("access_token", access.into()),
        ("token_type", "bearer".into()),
        ("expires_in", settings.lifetime_seconds.into()),
        ("expires_at", expires.0.into()),
        ("refresh_token", refresh_token::write(context.authority, grant, number)?.into()),
        ("user", user::view(user, accounts, settings, grant)),
    ];
    Ok(Outgoing::json(200, object(members).to_text()))
}

const UNAUTHORIZED: Refusal =
    Refusal::new(401, "no_authorization", "This endpoint requires a valid Bearer token");
const BAD_TOKEN: Refusal =
    Refusal::new(403, "bad_jwt", "invalid JWT: unable to parse or verify signature, or not issued for this");
const EXPIRED: Refusal = Refusal::new(403, "bad_jwt", "invalid JWT: token is expired");
const NO_USER: Refusal = Refusal::new(403, "user_not_found", "User from sub claim in JWT does not exist");
const BANNED: Refusal = Refusal::new(403, "user_banned", "User is banned");
const NO_SESSION: Refusal =
    Refusal::new(403, "session_not_found", "Session from session_id claim in JWT does not exist");
const NOT_FOUND: Refusal =
    Refusal::new(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
const ALREADY_USED: Refusal =
    Refusal::new(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
const OVER: Refusal = Refusal::new(400, "session_expired", "Invalid Refresh Token: Session Expired");
const CONFLICT: Refusal = Refusal::new(409, "conflict", "Too many concurrent token refresh requests");

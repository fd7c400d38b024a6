//! How agents' sessions begin, go on and end.

use edgeward_core::{
    Code,
    keys::scopes::{ADMIN, Scope, Scopes},
    time::{Seconds, UnixMillis},
};

use super::{ByToken, Create, Created, PREFIX, Refresh, SECRET_LENGTH, statements};
use crate::{
    context::{Context, Principal, digest},
    failure::Failure,
    operations::shape::Done,
    store::guard,
    tokens,
};

/// Creates a session of one of the caller's agents.
///
/// # Errors
/// `invalid_parameters` at `ttl`, `scopes`. `insufficient_scope`: an API token that is not for everything.
/// `api_key_invalid_scope`: more than the caller may do itself. `agent_not_owned`
pub async fn create(context: &Context<'_>, session: Create) -> Result<Created, Failure> {
    let (key, scopes) = match &context.principal {
        Principal::Key { id, scopes, .. } if scopes.permit("*", "*") => (Some(id.as_str()), Some(scopes)),
        Principal::User { .. } => (None, None),
        _ => return Err(Failure::at(Code::InsufficientScope, ADMIN)),
    };
    let asked = session.scopes.unwrap_or_else(|| usual(&context.authority.settings.tokens));
    if !tokens::are_known(&asked, &context.authority.settings.tokens) {
        return Err(Failure::parameter("scopes"));
    }
    if scopes.is_some_and(|own| !own.cover(&asked)) {
        return Err(Code::ApiKeyInvalidScope.into());
    }
    let expires_at = end_of(context, session.ttl)?;
    let new = Token::new(context)?;
    let statements = statements::insert(statements::New {
        id: &new.id,
        hash: &digest(&new.token),
        agent: &session.agent.0,
        user: context.user()?,
        key,
        scopes: &asked,
        metadata: session.metadata.map(|metadata| metadata.0.to_text()),
        now: context.now,
        expires: expires_at,
    });
    let statements = statements.into_iter().chain([guard()]).collect();
    context.commit(statements, new.created(expires_at)).await?.ok_or(Code::AgentNotOwned.into())
}

/// Gives a session another token and another end. The token before it is worthless at once.
///
/// # Errors
/// `invalid_parameters` at `ttl`. `agent_session_invalid`: it is unknown, over or ended, or was refreshed already.
pub async fn refresh(context: &Context<'_>, session: Refresh) -> Result<Created, Failure> {
    let expires_at = end_of(context, session.ttl)?;
    let new = Token::new(context)?;
    let (hash, new_hash) = (digest(&session.token.0), digest(&new.token));
    let statement = statements::refresh(&hash, &new.id, &new_hash, expires_at, context.now);
    let refreshed = context.commit(vec![statement, guard()], new.created(expires_at)).await?;
    refreshed.ok_or(Code::AgentSessionInvalid.into())
}

/// Ends a session; one that is none is no error.
///
/// # Errors
/// `store_unavailable`
pub async fn end(context: &Context<'_>, session: ByToken) -> Result<Done, Failure> {
    let end = statements::end(&digest(&session.token.0));
    context.commit(vec![end], Done { success: true }).await?.ok_or(Code::InternalError.into())
}

/// A new id and a new token.
struct Token {
    id: String,
    token: String,
}

impl Token {
    fn new(context: &Context<'_>) -> Result<Self, Failure> {
        let token = [PREFIX, &context.random_text(SECRET_LENGTH)?].concat();
        Ok(Self { id: context.new_id()?, token })
    }

    fn created(self, expires_at: UnixMillis) -> Created {
        Created { token: self.token, id: self.id, expires_at }
    }
}

fn end_of(context: &Context<'_>, ttl: Seconds) -> Result<UnixMillis, Failure> {
    if ttl > context.authority.settings.agents.max_ttl {
        return Err(Failure::parameter("ttl"));
    }
    Ok(context.now + ttl)
}

/// Whatever the service has words for, but for everything at once.
fn usual(settings: &tokens::Settings) -> Scopes {
    let words = settings.scopes.iter().filter(|word| *word != ADMIN && *word != "*");
    Scopes(words.map(|word| Scope::Word(word.clone())).collect())
}

//! A credential for a token that may do less, for a shorter time.
//!
//! Source: [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693)

use edgeward_core::{
    Code,
    json::{Map, Value, object},
    keys::scopes::{Scope, Scopes},
    oauth::scope,
    time::Seconds,
};

use super::{Asking, Tokens, invalid_grant};
use crate::{
    Failure, agents,
    context::Principal,
    oauth::{
        access::{self, Grantee, Proof},
        client::Method,
        grant::{self, Grant},
        keys,
        refusal::{Refusal, Word},
        settings::Resource,
        statements,
    },
    tokens,
    users::{self, User},
};

/// The kinds of subject tokens: API tokens, sessions of agents and our own access tokens, which their texts tell apart.
const SUBJECTS: [&str; 2] =
    ["urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt"];
const ISSUED: &str = "urn:ietf:params:oauth:token-type:access_token";
/// How long an exchanged token lasts at most.
const LIFETIME: Seconds = Seconds(900);

/// Whose token is exchanged, what it may do, and who acts by it.
struct Subject {
    user: String,
    scope: String,
    scopes: Option<Scopes>,
    actor: Value,
    session: Option<String>,
    grant: Option<String>,
    lifetime: Seconds,
}

/// Narrows a credential.
///
/// # Errors
/// `invalid_grant`: the credential is not good. `invalid_scope`: it may do less. `invalid_target`
pub async fn narrow(asking: &Asking<'_>) -> Result<Tokens, Refusal> {
    let (authority, parameters) = (asking.authority, asking.parameters);
    let token = parameters.required("subject_token", "subject_token is missing")?;
    let kind = parameters.required("subject_token_type", "subject_token_type is missing")?;
    let issued = parameters.get("requested_token_type").is_none_or(|kind| SUBJECTS.contains(&kind));
    if !SUBJECTS.contains(&kind) || !issued {
        return Err(Refusal::request("the token type is not known here"));
    }
    if parameters.get("actor_token").is_some() {
        return Err(Refusal::request("who acts is told by the subject token"));
    }
    let subject = subject(asking, token).await?;
    let scope = scope_of(asking, &subject)?;
    let resource = resource(asking, &subject).await?;
    let asked = [users::statement(&subject.user), keys::signing(authority)];
    let [user, key] = authority.store.first_of_each(asked).await?;
    let user = user.as_ref().map(User::read).transpose()?;
    user.filter(|user| !user.is_banned(authority.platform.now()))
        .ok_or(invalid_grant("the user is gone or banned"))?;
    let grantee = Grantee {
        subject: &subject.user,
        client: &asking.client.id,
        resource,
        scope: &scope,
        session: subject.session.as_deref(),
        grant: subject.grant.as_deref(),
        actor: Some(subject.actor),
        jkt: asking.jkt.as_deref(),
        authenticated_at: None,
        at_most: Some(subject.lifetime),
        more: Map::default(),
    };
    let issued = access::issue(authority, &keys::signer_of(authority, key.as_ref()).await?, &grantee).await?;
    Ok(Tokens { issued_type: Some(ISSUED), ..Tokens::access(asking, issued, scope) })
}

/// Who a credential is of. Why one is not good is told to nobody who does not hold it.
async fn subject(asking: &Asking<'_>, token: &str) -> Result<Subject, Refusal> {
    let authority = asking.authority;
    let refused = |failure: Failure| match failure.code.status() {
        500.. => failure.into(),
        429 => Refusal {
            retry_after: failure.retry_after,
            ..Refusal::new(Word::TemporarilyUnavailable, "too often")
        },
        _ => invalid_grant("the subject token is not good"),
    };
    let actor = |id: &str| object(vec![("sub", id.into())]);
    if token.starts_with(tokens::PREFIX) {
        let key = tokens::verify(authority, token).await.map_err(refused)?;
        return Ok(Subject {
            user: key.user,
            scope: key.scopes.to_words(),
            scopes: Some(key.scopes),
            actor: actor(&key.id),
            session: None,
            grant: None,
            lifetime: LIFETIME,
        });
    }
    if token.starts_with(agents::PREFIX) {
        let now = authority.platform.now();
        let principal = agents::verify(authority, token).await.map_err(refused)?;
        let Principal::Agent { user, agent, session, scopes } = principal else {
            return Err(invalid_grant("the subject token is not good"));
        };
        let row = authority.store.row(statements::expiry_of_agent(&session)).await?;
        let until = row.ok_or(invalid_grant("the subject token is not good"))?.instant("expires_at")?;
        let left = until.to_seconds().since(now.to_seconds());
        return Ok(Subject {
            user,
            scope: scopes.to_words(),
            scopes: Some(scopes),
            actor: actor(&agent),
            session: Some(session),
            grant: None,
            lifetime: left.min(LIFETIME),
        });
    }
    of_access_token(asking, token).await.map_err(refused)
}

/// A token of our own, of whatever API: who holds it passes on less of it.
async fn of_access_token(asking: &Asking<'_>, token: &str) -> Result<Subject, Failure> {
    let authority = asking.authority;
    let known = authority.settings.oauth.resources.iter().map(|resource| resource.audience.clone());
    let claims = access::read(authority, token, known.collect(), Proof::None).await?;
    let text = |name: &'static str| Ok::<_, Failure>(claims.text(name)?.unwrap_or_default().to_owned());
    // The client that it was issued to may, and the API that it is for, if that shows who it is. Whoever else
    // has it, has found it.
    let client = &asking.client;
    let is_api = client.method != Method::None && claims.audiences()?.contains(&client.id.as_str());
    if text("client_id")? != client.id && !is_api {
        return Err(Code::TokenAuthorizedPartyInvalid.into());
    }
    let now = authority.platform.now().to_seconds();
    let left = claims.date("exp")?.unwrap_or(now).since(now);
    let mut actor = vec![("sub", asking.client.id.as_str().into())];
    actor.extend(claims.members().get("act").cloned().map(|before| ("act", before)));
    Ok(Subject {
        user: text("sub")?,
        scope: text("scope")?,
        scopes: None,
        actor: object(actor),
        session: claims.text("sid")?.map(Into::into),
        grant: text("jti")?.split_once('.').map(|(grant, _)| grant.into()),
        lifetime: left.min(LIFETIME),
    })
}

/// The scopes of the new token, none of which the old one lacks.
fn scope_of(asking: &Asking<'_>, subject: &Subject) -> Result<String, Refusal> {
    let Some(wanted) = asking.parameters.get("scope") else { return Ok(subject.scope.clone()) };
    let wanted = scope::normal(wanted);
    let covered = match &subject.scopes {
        None => scope::covers(&subject.scope, &wanted),
        Some(own) => {
            let words: Option<Vec<_>> = wanted.split(' ').map(|word| Scope::read(&word.into())).collect();
            words.is_some_and(|words| own.cover(&Scopes(words)))
        }
    };
    if covered { Ok(wanted) } else { Err(Refusal::new(Word::InvalidScope, "the subject token may do less")) }
}

/// The API that the new token is for, by its address or its audience. A token of a grant is passed on to what was
/// granted alone.
async fn resource<'a>(asking: &Asking<'a>, subject: &Subject) -> Result<&'a Resource, Refusal> {
    const REFUSED: Refusal =
        Refusal::new(Word::InvalidTarget, "a token is for one resource, which is known here and was granted");
    let (authority, settings) = (asking.authority, &asking.authority.settings.oauth);
    let asked = asking.parameters.resources(authority)?;
    let mut names = asked.iter().map(String::as_str).chain(asking.parameters.all("audience"));
    let named = match (names.next(), names.next()) {
        (None, _) => None,
        (Some(name), None) => Some(settings.resource(name).ok_or(REFUSED)?),
        _ => return Err(REFUSED),
    };
    let Some(grant) = &subject.grant else { return named.or(settings.own()).ok_or(REFUSED) };
    let row = authority.store.row(grant::statements::by_id(grant)).await?.ok_or(REFUSED)?;
    let asked: Vec<_> = named.iter().map(|resource| resource.resource.clone()).collect();
    Grant::read(&row)?.resource(authority, &asked).ok_or(REFUSED)
}

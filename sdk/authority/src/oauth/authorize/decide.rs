//! Whether the user has to sign in, has to be asked, or has allowed it already.
//!
//! Source: [OpenID Connect Core §3.1.2.3](https://openid.net/specs/openid-connect-core-1_0.html#Authenticates)

use edgeward_core::{oauth::scope, time::UnixMillis};

use super::{Problem, Request, consent, path_of, respond};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    oauth::{
        client::Method,
        grant::texts,
        id_token,
        mac::{self, Purpose},
        parameters::Parameters,
        refusal::{Refusal, Word},
        statements,
    },
    pages,
    web::{self, Session},
};

/// Takes the next step of a request.
pub async fn step(
    authority: &Authority,
    incoming: &Incoming,
    request: Request,
    parameters: &Parameters,
) -> Result<Outgoing, Problem> {
    let silent = prompts(&request, "none");
    let refuse = |request, word, why| Err(Problem::Client(Box::new(request), Refusal::new(word, why)));
    let session = web::of(authority, incoming).await?;
    let session = match session {
        Some(session) if fits(authority, &request, &session, parameters).await? => session,
        _ if silent => return refuse(request, Word::LoginRequired, "nobody is signed in who would do"),
        _ => return sign_in(authority, &request).map_err(Into::into),
    };
    // Who acts as somebody else does not give away what is that person's.
    if session.impersonated_by.is_some() {
        return refuse(request, Word::AccessDenied, "an administrator acts for the user");
    }
    if !prompts(&request, "consent") && has_allowed(authority, &request, &session).await? {
        return respond::code(authority, &request, &session).await;
    }
    if silent {
        return refuse(request, Word::ConsentRequired, "the user has to be asked");
    }
    Ok(consent::ask(authority, &request, &session)?)
}

/// Whether a session is of whom the client expects, and young enough.
async fn fits(
    authority: &Authority,
    request: &Request,
    session: &Session,
    parameters: &Parameters,
) -> Result<bool, Problem> {
    if let Some(hint) = &request.id_token_hint {
        match id_token::hinted(authority, hint).await {
            Ok(hint) if hint.subject == session.user.id => {}
            Ok(_) => return Ok(false),
            Err(failure) if failure.code.status() >= 500 => return Err(failure.into()),
            Err(_) => {
                let refusal = Refusal::request("id_token_hint is no ID token of this server");
                return Err(Problem::Client(Box::new(request.clone()), refusal));
            }
        }
    }
    let again = prompts(request, "login") || prompts(request, "select_account");
    let age = authority.platform.now().to_seconds().since(session.created_at.to_seconds());
    let too_old = request.max_age.is_some_and(|most| age > most);
    if !again && !too_old {
        return Ok(true);
    }
    Ok(since(authority, request, parameters).is_some_and(|since| session.created_at >= since))
}

fn prompts(request: &Request, prompt: &str) -> bool {
    request.prompts.iter().any(|own| own == prompt)
}

/// Sends the user to sign in and back, with a note that says since when a sign-in is a new one. Only we can have
/// written it, so nobody claims an old one to be new.
fn sign_in(authority: &Authority, request: &Request) -> Result<Outgoing, Failure> {
    let now = authority.platform.now().0.to_string();
    let mac = mac::of(authority, Purpose::Since, &[&now, "\n", &request.text].concat())?;
    Ok(pages::signin::redirect(&path_of(request, &["&edgeward_since=", &now, ".", &mac].concat())))
}

fn since(authority: &Authority, request: &Request, parameters: &Parameters) -> Option<UnixMillis> {
    let (instant, mac) = parameters.get("edgeward_since")?.split_once('.')?;
    let text = [instant, "\n", &request.text].concat();
    mac::is_of(authority, Purpose::Since, &text, mac).then_some(())?;
    instant.parse().ok().map(UnixMillis)
}

/// Whether the user need not be asked. A client that anybody could pass for is asked about every time.
///
/// Source: [RFC 8252 §8.6](https://www.rfc-editor.org/rfc/rfc8252#section-8.6)
async fn has_allowed(authority: &Authority, request: &Request, session: &Session) -> Result<bool, Failure> {
    if request.client.first_party {
        return Ok(true);
    }
    if request.client.method == Method::None && !request.redirect.starts_with("https://") {
        return Ok(false);
    }
    let row = authority.store.row(statements::consent(&session.user.id, &request.client.id)).await?;
    let Some(row) = row else { return Ok(false) };
    let resources = texts(&row, "resources")?;
    // None means all of them, in what was allowed as in what is asked for.
    let covered = resources.is_empty()
        || !request.resources.is_empty()
            && request.resources.iter().all(|resource| resources.contains(resource));
    Ok(covered && scope::covers(&row.text("scope")?, &request.scope))
}

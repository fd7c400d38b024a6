//! The page on which a user allows a client something, or does not.

use edgeward_core::oauth::form;

use super::{Problem, Request, read, respond};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    oauth::{
        mac::{self, Purpose},
        parameters::Parameters,
        refusal::{Refusal, Word},
        statements,
    },
    pages,
    web::{self, Session},
};

/// Asks the user.
///
/// # Errors
/// `config_invalid`, which settings that were checked never give.
pub fn ask(authority: &Authority, request: &Request, session: &Session) -> Result<Outgoing, Failure> {
    let proof = mac::of(authority, Purpose::Form, &subject(session, &request.text))?;
    Ok(pages::consent::page(request, session, &proof))
}

/// Takes the answer of the user.
pub async fn answer(authority: &Authority, incoming: &Incoming) -> Outgoing {
    match decided(authority, incoming).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(authority),
    }
}

async fn decided(authority: &Authority, incoming: &Incoming) -> Result<Outgoing, Problem> {
    const STALE: Problem = Problem::Page(
        "This page was shown to somebody else, or too long ago. Start again in the application.",
    );
    let form = Parameters::of_form(incoming).map_err(|refusal| Problem::Page(refusal.why))?;
    let (Some(text), Some(proof)) = (form.get("request"), form.get("form")) else { return Err(STALE) };
    let Some(session) = web::of(authority, incoming).await? else { return Err(STALE) };
    if !mac::is_of(authority, Purpose::Form, &subject(&session, text), proof)
        || session.impersonated_by.is_some()
    {
        return Err(STALE);
    }
    // Read anew: what the page was shown for may have changed since.
    let parameters = Parameters::new(form::decode(text)).map_err(|refusal| Problem::Page(refusal.why))?;
    let request = read(authority, &parameters).await?;
    if form.get("decision") != Some("allow") {
        let refusal = Refusal::new(Word::AccessDenied, "the user has denied it");
        return Err(Problem::Client(Box::new(request), refusal));
    }
    let now = authority.platform.now();
    let allow =
        statements::allow(&session.user.id, &request.client.id, &request.scope, &request.resources, now);
    authority.store.row(allow).await?;
    respond::code(authority, &request, &session).await
}

/// What a form is shown for: this session and this request, so no other page can send it.
fn subject(session: &Session, text: &str) -> String {
    ["consent\n", &session.id, "\n", text].concat()
}

//! The page on which a user confirms a device, or denies it.
//!
//! Source: [RFC 8628 §3.3, §5.1, §5.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.3)

use edgeward_core::oauth::device::user_code;

use super::statements;
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    oauth::{
        Route, client,
        mac::{self, Purpose},
        parameters::Parameters,
    },
    pages::{self, device as page},
    platform::Limit,
    web::{self, Session},
};

/// How many codes a user may try: with 34 bits to a code, guessing is hopeless.
const GUESSES: Limit = Limit { requests: 10, window_millis: 3_600_000 };

/// Answers with the page, and takes its forms.
pub async fn page(authority: &Authority, request: &Incoming) -> Outgoing {
    match step(authority, request).await {
        Ok(answer) => answer,
        Err(failure) => pages::problem::of(&failure),
    }
}

async fn step(authority: &Authority, request: &Incoming) -> Result<Outgoing, Failure> {
    let malformed = || Failure::parameter("form");
    let parameters = match request.method.as_str() {
        "POST" => Parameters::of_form(request),
        _ => Parameters::of_query(request),
    };
    let parameters = parameters.map_err(|_| malformed())?;
    let typed = parameters.get("user_code");
    let Some(session) = web::of(authority, request).await? else {
        let query =
            typed.and_then(user_code::read).map(|code| ["?user_code=", &user_code::shown(&code)].concat());
        let back = [Route::Device.path(), &query.unwrap_or_default()].concat();
        return Ok(pages::signin::redirect(&back));
    };
    let Some(typed) = typed else { return Ok(page::entry(&session, None)) };
    let Some(code) = user_code::read(typed) else {
        return Ok(page::entry(&session, Some("That does not look like a code of a device.")));
    };
    let proof = form(authority, &session, &code)?;
    if request.method == "POST"
        && let Some(decision) = parameters.get("decision")
    {
        let genuine = parameters
            .get("form")
            .is_some_and(|own| mac::is_of(authority, Purpose::Form, &subject(&session, &code), own));
        return if genuine { decide(authority, &session, &code, decision).await } else { Err(malformed()) };
    }
    if let Some(wait) = authority.platform.take(&["user_code:", &session.user.id].concat(), GUESSES).await? {
        return Ok(page::entry(&session, Some("Too many codes. Wait a few minutes."))
            .with("retry-after", wait.0.to_string()));
    }
    let now = authority.platform.now();
    for mac in mac::all(authority, Purpose::UserCode, &code) {
        if let Some(row) = authority.store.row(statements::by_user_code(&mac, now)).await? {
            let client = client::find(authority, &row.text("client_id")?).await?;
            let Some(client) = client else { break };
            return Ok(page::confirm(&session, &client, &row.text("scope")?, &code, &proof));
        }
    }
    Ok(page::entry(&session, Some("No device is waiting with this code. It may have expired.")))
}

async fn decide(
    authority: &Authority,
    session: &Session,
    code: &str,
    decision: &str,
) -> Result<Outgoing, Failure> {
    // Who acts as somebody else does not sign in a device as that person.
    let allows = decision == "allow" && session.impersonated_by.is_none();
    let status = if allows { "approved" } else { "denied" };
    let now = authority.platform.now();
    for mac in mac::all(authority, Purpose::UserCode, code) {
        let decide = statements::decide(&mac, status, &session.user.id, session.created_at, now);
        if authority.store.row(decide).await?.is_some() {
            authority.platform.refill(&["user_code:", &session.user.id].concat()).await?;
            return Ok(page::done(allows));
        }
    }
    Ok(page::entry(session, Some("This device was decided about already, or its code has expired.")))
}

/// What shows that a form was shown to this session.
fn form(authority: &Authority, session: &Session, code: &str) -> Result<String, Failure> {
    mac::of(authority, Purpose::Form, &subject(session, code))
}

fn subject(session: &Session, code: &str) -> String {
    ["device\n", &session.id, "\n", code].concat()
}

//! The end of a session that a client asks for, and how the others hear of it.
//!
//! Source: [RP-Initiated Logout 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html),
//! [Back-Channel Logout 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html)

use edgeward_core::{
    base64url,
    http::{Method, Request},
    json::{Map, Value, object},
    oauth::form,
    time::Seconds,
};

use super::{
    client, grant, id_token, keys,
    mac::{self, Purpose},
    parameters::Parameters,
};
use crate::{
    Authority, Failure,
    context::{Context, Principal},
    http::{Incoming, Outgoing},
    pages,
    store::Row,
    web::{self, Session},
};

/// How long a logout token is good.
const LIFETIME: Seconds = Seconds(120);
/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What is logged of a client that has not heard of the end.
const NOT_TOLD: &str = r#"{"event":"oauth.backchannel_logout_failed"}"#;

/// Answers a browser that a client sends to sign its user out.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match step(authority, request).await {
        Ok(answer) => answer,
        Err(failure) => pages::problem::of(&failure),
    }
}

/// What is asked for, as far as it may be believed.
struct Asked {
    /// Where the browser goes afterwards: an address of the client, with its state.
    then: Option<String>,
    /// Whether an ID token of this very session shows that its client asks.
    genuine: bool,
}

async fn step(authority: &Authority, request: &Incoming) -> Result<Outgoing, Failure> {
    let parameters = match request.method.as_str() {
        "POST" => Parameters::of_form(request),
        _ => Parameters::of_query(request),
    };
    let parameters = parameters.map_err(|_| Failure::parameter("query"))?;
    let session = web::of(authority, request).await?;
    let asked = read(authority, &parameters, session.as_ref()).await?;
    let Some(session) = session else { return Ok(gone(asked.then.as_deref())) };
    let proof = parameters.get("form").unwrap_or_default();
    let confirmed =
        request.method == "POST" && mac::is_of(authority, Purpose::Form, &subject(&session), proof);
    if !asked.genuine && !confirmed {
        // Anybody can send a browser here: without a hint the user is asked.
        let form = mac::of(authority, Purpose::Form, &subject(&session))?;
        return Ok(pages::logout::ask(&session, &form, &parameters));
    }
    let principal = Principal::Anonymous;
    let context = Context::new(authority, request, principal);
    let clients = authority.store.rows(grant::statements::clients_of_session(&session.id)).await?;
    web::end(&context).await?;
    // It has ended, whatever comes of telling.
    if tell(authority, &session, &clients).await.is_err() {
        authority.platform.log(NOT_TOLD);
    }
    let answer = gone(asked.then.as_deref());
    Ok(context.cookies().into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie)))
}

async fn read(
    authority: &Authority,
    parameters: &Parameters,
    session: Option<&Session>,
) -> Result<Asked, Failure> {
    let hint = match parameters.get("id_token_hint") {
        None => None,
        Some(token) => match id_token::hinted(authority, token).await {
            Ok(hint) => Some(hint),
            Err(failure) if failure.code.status() >= 500 => return Err(failure),
            Err(_) => return Err(Failure::parameter("id_token_hint")),
        },
    };
    let named = parameters.get("client_id");
    if hint.as_ref().is_some_and(|hint| named.is_some_and(|named| named != hint.client)) {
        return Err(Failure::parameter("client_id"));
    }
    let id = hint.as_ref().map(|hint| hint.client.as_str()).or(named);
    let then = match (parameters.get("post_logout_redirect_uri"), id) {
        (None, _) => None,
        (Some(_), None) => return Err(Failure::parameter("post_logout_redirect_uri")),
        (Some(uri), Some(id)) => {
            let client = client::find(authority, id).await?;
            let own = client.is_some_and(|client| client.post_logout_redirects.iter().any(|own| own == uri));
            if !own {
                return Err(Failure::parameter("post_logout_redirect_uri"));
            }
            let joint = if uri.contains('?') { "&" } else { "?" };
            let state =
                parameters.get("state").map(|state| [joint, &form::encode(&[("state", state)])].concat());
            Some([uri, &state.unwrap_or_default()].concat())
        }
    };
    let genuine = match (&hint, session) {
        (Some(hint), Some(session)) => {
            hint.subject == session.user.id && hint.session.as_deref().is_none_or(|own| own == session.id)
        }
        _ => false,
    };
    Ok(Asked { then, genuine })
}

fn gone(then: Option<&str>) -> Outgoing {
    match then {
        None => pages::logout::done(),
        Some(location) => {
            let headers = vec![("location", location.into()), ("cache-control", "no-store".into())];
            Outgoing { status: 303, headers, body: String::new() }
        }
    }
}

fn subject(session: &Session) -> String {
    ["logout\n", &session.id].concat()
}

/// Tells the clients of a session that it has ended. A client that does not listen hears it from its tokens.
async fn tell(authority: &Authority, session: &Session, clients: &[Row]) -> Result<(), Failure> {
    for row in clients {
        let Some(client) = client::find(authority, &row.text("client_id")?).await? else { continue };
        let Some(address) = &client.logout else { continue };
        let token = logout_token(authority, &client.id, session).await?;
        let request = Request {
            method: Method::Post,
            url: address.as_str().into(),
            headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
            body: form::encode(&[("logout_token", &token)]),
        };
        if authority.platform.fetch(&request).await.is_err() {
            authority.platform.log(NOT_TOLD);
        }
    }
    Ok(())
}

async fn logout_token(authority: &Authority, client: &str, session: &Session) -> Result<String, Failure> {
    let mut random = [0; 16];
    authority.platform.fill(&mut random)?;
    let now = authority.platform.now().to_seconds();
    let claims = object(vec![
        ("iss", authority.settings.issuer.as_str().into()),
        ("sub", session.user.id.as_str().into()),
        ("aud", client.into()),
        ("iat", now.0.into()),
        ("exp", (now + LIFETIME).0.into()),
        ("jti", base64url::encode(&random).into()),
        ("sid", session.id.as_str().into()),
        ("events", object(vec![(EVENT, Value::Object(Map::default()))])),
    ]);
    Ok(keys::signer(authority).await?.sign(authority, "logout+jwt", &claims).await?)
}

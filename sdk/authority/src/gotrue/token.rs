//! `POST /token?grant_type=…`

use edgeward_core::{json::Value, oauth::pkce::Verifier};

use super::{Settings, refusal::Refusal, sessions};
use crate::{
    context::Context, http::Outgoing, platform::Limit, signin::handoff, store::guard, surface::plain_body,
};

/// How often tokens may be asked for from one address.
const LIMIT: Limit = Limit { requests: 150, window_millis: 300_000 };

/// Answers a request for a session.
///
/// # Errors
/// Those of the grant; `over_request_rate_limit`
pub async fn answer(context: &Context<'_>, settings: &Settings) -> Result<Outgoing, Refusal> {
    let query = context.request.query();
    let grant = query.iter().find(|(name, _)| name == "grant_type").map(|(_, value)| value.as_str());
    crate::signin::limited(context, "gotrue.token", LIMIT).await?;
    match grant.unwrap_or_default() {
        "refresh_token" => {
            let token = text(context, "refresh_token")?.ok_or(Refusal::invalid("refresh_token required"))?;
            sessions::refresh(context, settings, &token).await
        }
        "pkce" => redeemed(context, settings).await,
        "password" => {
            let refusal = Refusal::elsewhere(context.request);
            Err(if refusal.status == 422 { refusal } else { Refusal::invalid("missing email or phone") })
        }
        "id_token" => {
            Err(Refusal::new(400, "provider_disabled", "ID tokens of providers are not taken here"))
        }
        "web3" => Err(Refusal::new(422, "web3_provider_disabled", "Web3 logins are disabled")),
        _ => Err(Refusal::new(400, "invalid_credentials", "unsupported_grant_type")),
    }
}

/// A session for the code that the page got when its sign-in came back.
async fn redeemed(context: &Context<'_>, settings: &Settings) -> Result<Outgoing, Refusal> {
    let (Some(code), Some(verifier)) = (text(context, "auth_code")?, text(context, "code_verifier")?) else {
        return Err(Refusal::invalid(
            "invalid request: both auth code and code verifier should be non-empty",
        ));
    };
    let found = handoff::find(context, &code).await?.ok_or(NO_FLOW)?;
    if found.expires_at < context.now {
        return Err(Refusal::new(422, "flow_state_expired", "invalid flow state, flow state has expired"));
    }
    let challenge = Verifier::parse(&verifier).map_err(|_| WRONG_VERIFIER)?.challenge();
    if challenge != found.challenge {
        return Err(WRONG_VERIFIER);
    }
    let take = vec![handoff::take(context, &code, &challenge), guard()];
    sessions::begin(context, settings, &found.user, take).await?.ok_or(NO_FLOW)
}

/// A member of the body, if it is a text and not empty.
fn text(context: &Context<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let body = plain_body(context.request)?;
    let text = body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Ok(text.map(Into::into))
}

const NO_FLOW: Refusal =
    Refusal::new(404, "flow_state_not_found", "invalid flow state, no valid flow state found");
const WRONG_VERIFIER: Refusal =
    Refusal::new(400, "bad_code_verifier", "code challenge does not match previously saved code verifier");

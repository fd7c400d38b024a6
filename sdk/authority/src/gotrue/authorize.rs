//! `GET /authorize?provider=…&redirect_to=…&code_challenge=…&code_challenge_method=s256`

use super::refusal::Refusal;
use crate::{
    context::Context,
    http::{Outgoing, only},
    signin::{self, Wish},
};

/// Sends the browser to the provider. Only a page that keeps a verifier gets something to come back with.
///
/// # Errors
/// `validation_failed`, `over_request_rate_limit`
pub async fn answer(context: &Context<'_>) -> Result<Outgoing, Refusal> {
    let query = context.request.query();
    let one = |name| only(&query, name).ok_or(TWICE);
    let (provider, redirect_to) = (one("provider")?.unwrap_or_default(), one("redirect_to")?);
    let challenge = one("code_challenge")?.ok_or(IMPLICIT)?;
    if !one("code_challenge_method")?.is_some_and(|method| method.eq_ignore_ascii_case("s256")) {
        return Err(Refusal::invalid("the only code_challenge_method is s256"));
    }
    let wish = Wish { redirect_to, challenge: Some(challenge), reader: Some(READER) };
    let url = signin::begun(context, provider, &wish).await.map_err(|failure| match failure.code {
        edgeward_core::Code::ProviderNotConfigured => {
            Refusal::invalid("Unsupported provider: provider is not enabled")
        }
        _ => failure.into(),
    })?;
    Ok(signin::sent_to(context.request, &url))
}

/// Who reads what the callback says in the address.
pub const READER: &str = "gotrue";

/// What the address of the page says of a sign-in that failed, by our word for it.
#[must_use]
pub fn told(word: &'static str) -> [(&'static str, &'static str); 3] {
    let (code, sentence) = match word {
        "access_denied" => return DENIED,
        "banned" => ("user_banned", "User is banned"),
        "signup_disabled" => ("signup_disabled", "Signups not allowed for this instance"),
        "account_not_linked" | "account_already_linked_to_different_user" => {
            ("identity_already_exists", "Identity is already linked to another user")
        }
        "state_mismatch" | "issuer_mismatch" => ("bad_oauth_state", "OAuth state parameter is invalid"),
        "no_code" | "invalid_code" => ("bad_oauth_callback", "OAuth callback with invalid code"),
        _ => ("unexpected_failure", "Error getting user profile from external provider"),
    };
    [("error", "server_error"), ("error_code", code), ("error_description", sentence)]
}

const DENIED: [(&str, &str); 3] = [
    ("error", "access_denied"),
    ("error_code", "access_denied"),
    ("error_description", "The user denied the request"),
];
const TWICE: Refusal = Refusal::invalid("a parameter is there twice");
const IMPLICIT: Refusal = Refusal::invalid(
    "PKCE is required: create the client with flowType \"pkce\", so that no token stands in an address",
);

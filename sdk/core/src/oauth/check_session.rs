//! Notices that the user's session at the provider has changed: by asking a page of the provider in
//! a hidden frame, and by signing in again without a prompt.
//!
//! Source: [OpenID Connect Session Management 1.0](https://openid.net/specs/openid-connect-session-1_0.html).

use alloc::string::String;

use sha2::{Digest, Sha256};

use crate::{
    error::Code,
    oauth::{Failure, form},
};

/// How long a `session_state` may be, in bytes.
const MAX_LENGTH: usize = 1024;

/// What the provider's page answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing has happened.
    Unchanged,
    /// Something has: ask with `prompt=none` and the ID token as `id_token_hint`.
    Changed,
    /// The question was not understood. Asking again will not help.
    Error,
}

impl Verdict {
    /// Reads the message of the page, which has to come from the provider's origin.
    ///
    /// Source: [§3.1](https://openid.net/specs/openid-connect-session-1_0.html#RPiframe)
    #[must_use]
    pub fn read(message: &str) -> Option<Self> {
        match message {
            "unchanged" => Some(Self::Unchanged),
            "changed" => Some(Self::Changed),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// Takes the `session_state` from the query of an authorization response. `None`: the provider gave
/// none, or something that cannot be asked with.
///
/// Source: [§2](https://openid.net/specs/openid-connect-session-1_0.html#CreatingUpdatingSessions)
#[must_use]
pub fn session_state(query: &str) -> Option<String> {
    let mut found = form::decode(query).into_iter().filter(|(name, _)| name == "session_state");
    let (Some((_, state)), None) = (found.next(), found.next()) else { return None };
    // A space would end it in the question.
    let fits = (1..=MAX_LENGTH).contains(&state.len()) && state.bytes().all(|b| b.is_ascii_graphic());
    fits.then_some(state)
}

/// The question to post to the provider's page, and to its origin alone.
///
/// Source: [§3.1](https://openid.net/specs/openid-connect-session-1_0.html#RPiframe)
#[must_use]
pub fn question(client_id: &str, session_state: &str) -> String {
    [client_id, " ", session_state].concat()
}

/// The `session_state` of a client at `origin`, as the specification's provider computes it from
/// the state of the browser and a salt.
///
/// Source: [§3.2](https://openid.net/specs/openid-connect-session-1_0.html#OPiframe)
#[must_use]
pub fn computed(client_id: &str, origin: &str, browser_state: &str, salt: &str) -> String {
    let hash = Sha256::digest([client_id, " ", origin, " ", browser_state, " ", salt].concat());
    let digit = |value: u8| char::from_digit(value.into(), 16);
    let mut text: String =
        hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect();
    text.push('.');
    text.push_str(salt);
    text
}

/// What a sign-in without a prompt says about the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The same user is signed in; the new `session_state` is the one to ask with.
    Same,
    /// Somebody else is, or nobody: the session here is over.
    Over,
    /// It cannot be told now; nothing has changed until it can.
    Unknown,
}

/// Judges the outcome of a sign-in with `prompt=none`: the subject of the new ID token, or why
/// there is none.
///
/// Source: [§3.1](https://openid.net/specs/openid-connect-session-1_0.html#RPiframe),
/// [OpenID Connect Core §3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)
#[must_use]
pub fn judge(outcome: Result<&str, &Failure>, subject: &str) -> Standing {
    match outcome {
        Ok(own) if own == subject => Standing::Same,
        Ok(_) => Standing::Over,
        Err(failure) => match (failure.error.code, &failure.oauth) {
            (Code::ServerUnavailable | Code::ServerRateLimited, _) => Standing::Unknown,
            (_, Some(oauth)) if is_refusal(&oauth.error) => Standing::Over,
            // A failure of this side, of the network or of the provider is no sign-out.
            _ => Standing::Unknown,
        },
    }
}

fn is_refusal(error: &str) -> bool {
    const REFUSALS: [&str; 5] = [
        "login_required",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "access_denied",
    ];
    REFUSALS.contains(&error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::OauthError;

    #[test]
    fn a_session_state_comes_once_and_without_a_space() {
        assert_eq!(session_state("code=c&session_state=ab.cd&state=s").as_deref(), Some("ab.cd"));
        for odd in ["", "code=c", "session_state=", "session_state=a+b", "session_state=a&session_state=b"] {
            assert_eq!(session_state(odd), None, "{odd}");
        }
        assert_eq!(session_state(&format!("session_state={}", "x".repeat(MAX_LENGTH + 1))), None);
        assert_eq!(question("app", "ab.cd"), "app ab.cd");
    }

    #[test]
    fn an_answer_is_one_of_three() {
        assert_eq!(Verdict::read("unchanged"), Some(Verdict::Unchanged));
        assert_eq!(Verdict::read("changed"), Some(Verdict::Changed));
        assert_eq!(Verdict::read("error"), Some(Verdict::Error));
        for odd in ["", "Changed", "changed ", "{}"] {
            assert_eq!(Verdict::read(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_state_depends_on_client_origin_browser_and_salt() {
        let state = computed("app", "https://app.example", "opbs", "salt");
        // printf 'app https://app.example opbs salt' | sha256sum
        assert_eq!(state, "39963db7a865b5907c850371e3061b64d1eac1eadf6660d1bf4e5a554c934cbe.salt");
        for other in [
            computed("app2", "https://app.example", "opbs", "salt"),
            computed("app", "https://app2.example", "opbs", "salt"),
            computed("app", "https://app.example", "opbs2", "salt"),
            computed("app", "https://app.example", "opbs", "salt2"),
        ] {
            assert_ne!(other, state);
        }
    }

    #[test]
    fn only_the_provider_ends_the_session() {
        assert_eq!(judge(Ok("ada"), "ada"), Standing::Same);
        assert_eq!(judge(Ok("eve"), "ada"), Standing::Over);
        let named = |error| Failure::from(OauthError::read(error, None, None).unwrap());
        for error in
            ["login_required", "consent_required", "interaction_required", "account_selection_required"]
        {
            assert_eq!(judge(Err(&named(error)), "ada"), Standing::Over, "{error}");
        }
        for error in ["server_error", "temporarily_unavailable", "invalid_request", "unauthorized_client"] {
            assert_eq!(judge(Err(&named(error)), "ada"), Standing::Unknown, "{error}");
        }
        for code in [Code::NetworkFailed, Code::CallbackInvalid, Code::ServerRateLimited] {
            assert_eq!(judge(Err(&code.into()), "ada"), Standing::Unknown, "{code:?}");
        }
    }
}

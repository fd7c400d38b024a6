//! Writes what JavaScript gets, as `shapes` declares it.

use edgeward_core::{
    json::{Value, Writer},
    session::{Access, Event, EventKind, Grant, Handed, Machine, Origin, Reason, State, Target},
    text,
};

/// Nothing.
pub(crate) fn null() -> String {
    "null".into()
}

/// A `Session`.
pub(crate) fn session(grant: &Grant) -> String {
    let access = grant.find(&Target::default());
    let mut session = Writer::object();
    session
        .text_or_null("subject", grant.subject.as_deref())
        .members("claims", &grant.claims)
        .raw("scope", &scopes(access.map_or(&grant.scope, |access| &access.scope)))
        .number_or_null("expiresAt", access.and_then(Access::expires_at).map(|at| at.0));
    session.finish()
}

/// An `AuthState`.
pub(crate) fn state(machine: &Machine) -> String {
    let mut state = Writer::object();
    match (machine.state(), machine.grant()) {
        (State::SignedIn { stale }, Some(grant)) => {
            state.text("status", "signedIn").raw("session", &session(grant)).flag("stale", stale);
        }
        (State::Loading, _) => {
            state.text("status", "loading");
        }
        (other, _) => {
            state.text("status", "signedOut");
            if let State::SignedOut { reason: Some(reason) } = other {
                state.text("reason", reason_name(reason));
            }
        }
    }
    state.finish()
}

/// An `AuthEvent`, with the state that it led to.
pub(crate) fn event(event: Event, state: &str) -> String {
    let name = match event.kind {
        EventKind::Initial => "initial",
        EventKind::SignedIn => "signed_in",
        EventKind::SignedOut => "signed_out",
        EventKind::TokenRefreshed => "token_refreshed",
        EventKind::RefreshFailed => "refresh_failed",
        EventKind::UserUpdated => "user_updated",
        EventKind::SessionSwitched => "session_switched",
    };
    let origin = match event.origin {
        Origin::Local => "local",
        Origin::Tab => "tab",
        Origin::Server => "server",
    };
    let mut written = Writer::object();
    written.text("type", name).text("origin", origin).number("generation", event.generation.cast_signed());
    written.raw("state", state);
    written.finish()
}

/// An `AccessToken`.
pub(crate) fn access_token(handed: &Handed) -> String {
    let Handed { access, stale } = handed;
    let mut token = Writer::object();
    token
        .text("token", &access.token)
        .text("tokenType", access.token_type.as_str())
        .raw("scope", &scopes(&access.scope))
        .number_or_null("expiresAt", access.expires_at().map(|at| at.0))
        .flag("stale", *stale);
    token.finish()
}

/// A `CallbackResult` of a sign-in.
pub(crate) fn signed_in(session: &str, app_state: Option<&Value>) -> String {
    let mut result = Writer::object();
    result.text("kind", "signedIn").raw("session", session);
    if let Some(state) = app_state {
        result.value("appState", state);
    }
    result.finish()
}

/// A `CallbackResult` of an address that is no callback.
pub(crate) fn no_callback() -> String {
    let mut result = Writer::object();
    result.text("kind", "none");
    result.finish()
}

fn scopes(scope: &str) -> String {
    let mut scopes = Writer::list();
    for scope in text::split(scope, " ").filter(|scope| !scope.is_empty()) {
        scopes.item_text(scope);
    }
    scopes.finish()
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::SignedOut => "signed_out",
        Reason::Expired => "expired",
        Reason::Revoked => "revoked",
    }
}

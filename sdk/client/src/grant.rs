//! A grant from what a sign-in brought.

use edgeward_core::{
    json::{Map, Value},
    jwt::numeric_date,
    oauth::{
        clock::Skew,
        token::{TokenType, Tokens},
    },
    session::{Access, Grant, Millis, Target},
    time::UnixMillis,
};

use crate::run::Run;

/// The grant of a sign-in that asked for `scope` at the wall clock's `asked`, and was answered now.
pub(crate) fn of_sign_in(
    run: &Run<'_>,
    tokens: Tokens,
    claims: Map,
    scope: &str,
    asked: UnixMillis,
) -> Grant {
    let now = run.now().wall;
    let bound = tokens.token_type == TokenType::Dpop;
    let scope = tokens.scope.unwrap_or_else(|| scope.into());
    // Counted from the question, since nobody knows how long the answer was on its way.
    let access = Access {
        target: Target::default(),
        token: tokens.access_token,
        token_type: tokens.token_type,
        expires_in: tokens.expires_in,
        received_at: asked,
        scope: scope.clone(),
    };
    let issued = claims.get("iat").and_then(numeric_date);
    Grant {
        refresh_token: tokens.refresh_token,
        id_token: tokens.id_token,
        subject: claims.get("sub").and_then(Value::as_str).map(String::from),
        scope,
        access: vec![access],
        key: bound.then(|| run.client.key_name()),
        skew: issued.map(|issued| Millis(Skew::measured(issued, asked, now).0)),
        claims,
    }
}

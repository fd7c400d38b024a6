//! The paths, bodies and errors that the client of Better Auth knows.
//!
//! Written after `better-auth` 1.7. Where it lists the tokens of a user's other sessions, their ids stand here: they
//! revoke a session, and are none.

use edgeward_core::{
    Code,
    json::{Value, object},
};

use super::{
    caller::{self, Caller, Cookies},
    origin, plain,
};
use crate::{
    Authority, Failure, admin,
    context::{Access, Context, Principal},
    http::{Incoming, Outgoing},
    operations::shape::{Nothing, Shape},
    web::{self, Session, snapshot},
};

/// A path of Better Auth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Who is signed in; null is nobody.
    GetSession,
    /// Ends the session, if there is one.
    SignOut,
    /// The user's sessions.
    ListSessions,
    /// Ends one of them.
    RevokeSession,
    /// Ends all of them.
    RevokeSessions,
    /// Ends all but the one that asks.
    RevokeOtherSessions,
    /// Keeps a user out.
    BanUser,
    /// Lets a user in again.
    UnbanUser,
    /// Acts as a user.
    ImpersonateUser,
    /// Stops it.
    StopImpersonating,
}

impl Endpoint {
    /// The endpoint of what follows `/api/auth/`.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        Some(match path {
            "get-session" => Self::GetSession,
            "sign-out" => Self::SignOut,
            "list-sessions" => Self::ListSessions,
            "revoke-session" => Self::RevokeSession,
            "revoke-sessions" => Self::RevokeSessions,
            "revoke-other-sessions" => Self::RevokeOtherSessions,
            "admin/ban-user" => Self::BanUser,
            "admin/unban-user" => Self::UnbanUser,
            "admin/impersonate-user" => Self::ImpersonateUser,
            "admin/stop-impersonating" => Self::StopImpersonating,
            _ => return None,
        })
    }

    const fn method(self) -> &'static str {
        match self {
            Self::GetSession | Self::ListSessions => "GET",
            _ => "POST",
        }
    }

    const fn access(self) -> Access {
        match self {
            Self::GetSession | Self::SignOut => Access::Anyone,
            Self::BanUser | Self::UnbanUser | Self::ImpersonateUser => Access::Admin,
            _ => Access::User,
        }
    }
}

/// Answers a request.
pub async fn answer(authority: &Authority, request: &Incoming, endpoint: Endpoint) -> Outgoing {
    if request.method != endpoint.method() {
        return failure(&Code::MethodNotAllowed.into()).with("allow", endpoint.method());
    }
    match outcome(authority, request, endpoint).await {
        Ok((value, cookies)) => {
            let answer = Outgoing::json(200, value.to_text()).with("pragma", "no-cache");
            cookies.into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie))
        }
        Err(error) => failure(&error),
    }
}

async fn outcome(
    authority: &Authority,
    request: &Incoming,
    endpoint: Endpoint,
) -> Result<(Value, Vec<String>), Failure> {
    origin::check(authority, request)?;
    if endpoint == Endpoint::GetSession && caller::bearer(request).is_ok_and(|bearer| bearer.is_none()) {
        let context = Context::new(authority, request, Principal::Anonymous);
        return Ok((of_browser(&context).await?, context.cookies()));
    }
    let Caller { principal, session } =
        caller::for_access(authority, request, Cookies::Stored, endpoint.access()).await?;
    let context = Context::new(authority, request, principal);
    context.permits(endpoint.access())?;
    if matches!(endpoint, Endpoint::RevokeSessions | Endpoint::RevokeOtherSessions) {
        context.not_impersonating()?;
    }
    Ok((called(&context, session, endpoint).await?, context.cookies()))
}

/// Who is signed in, by the request's cookies.
async fn of_browser(context: &Context<'_>) -> Result<Value, Failure> {
    let (authority, request) = (context.authority, context.request);
    let query = request.query();
    let is_set = |name: &str| query.iter().any(|(own, value)| own == name && !value.is_empty());
    if !is_set("disableCookieCache")
        && let Some(session) = snapshot::read(authority, request)
    {
        return Ok(signed_in(&session));
    }
    let Some(mut session) = web::of(authority, request).await? else {
        if request.header("cookie").is_some() {
            web::forget(context);
        }
        return Ok(Value::Null);
    };
    let is_kept = !is_set("disableRefresh") && web::keep(context, &mut session).await?;
    if !is_kept {
        web::renew(context, &session)?;
    }
    Ok(signed_in(&session))
}

async fn called(
    context: &Context<'_>,
    session: Option<Session>,
    endpoint: Endpoint,
) -> Result<Value, Failure> {
    let status = || object(vec![("status", true.into())]);
    match endpoint {
        Endpoint::GetSession => Ok(session.as_ref().map_or(Value::Null, signed_in)),
        Endpoint::SignOut => Ok(web::sign_out(context, Nothing {}).await?.write()),
        Endpoint::ListSessions => listed(context, session).await,
        Endpoint::RevokeSession => {
            web::revoke_token(context, &text(&body(context)?, "token")?).await?;
            Ok(status())
        }
        Endpoint::RevokeSessions => web::revoke_all(context, Nothing {}).await.map(|_| status()),
        Endpoint::RevokeOtherSessions => web::revoke_others(context, Nothing {}).await.map(|_| status()),
        Endpoint::BanUser => {
            let body = body(context)?;
            let member = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
            let user = Shape::read(member("userId"), "userId")?;
            let reason = Shape::read(member("banReason"), "banReason")?;
            let expires_in = Shape::read(member("banExpiresIn"), "banExpiresIn")?;
            Ok(admin::ban(context, admin::Ban { user, reason, expires_in }).await?.write())
        }
        Endpoint::UnbanUser => {
            let user = Shape::read(text(&body(context)?, "userId")?.into(), "userId")?;
            Ok(admin::unban(context, admin::ById { user }).await?.write())
        }
        Endpoint::ImpersonateUser => {
            let (session, _) = admin::start(context, &text(&body(context)?, "userId")?).await?;
            Ok(signed_in(&session))
        }
        Endpoint::StopImpersonating => Ok(signed_in(&admin::stop(context).await?)),
    }
}

async fn listed(context: &Context<'_>, own: Option<Session>) -> Result<Value, Failure> {
    let (_, all) = web::all(context).await?;
    let own = own.as_ref();
    let shown = all.iter().map(|(session, _)| {
        let token = own.filter(|own| own.id == session.id).map_or(&session.id, |own| &own.token);
        Value::Object(snapshot::session_members(session, token))
    });
    Ok(Value::Array(shown.collect()))
}

fn signed_in(session: &Session) -> Value {
    object(vec![
        ("session", Value::Object(snapshot::session_members(session, &session.token))),
        ("user", Value::Object(snapshot::user_members(&session.user))),
    ])
}

fn body(context: &Context<'_>) -> Result<Value, Failure> {
    plain::body(context.request)
}

fn text(body: &Value, name: &'static str) -> Result<String, Failure> {
    String::read(body.get(name).cloned().unwrap_or(Value::Null), name)
}

/// A failure as an answer: `{"message": …, "code": …}`, in capitals.
fn failure(failure: &Failure) -> Outgoing {
    let code = match failure.code {
        Code::SessionMissing | Code::SessionExpired => "UNAUTHORIZED".into(),
        Code::UserBanned => "BANNED_USER".into(),
        code => code.as_str().to_ascii_uppercase(),
    };
    let members = vec![("message", failure.code.message().into()), ("code", code.into())];
    let answer = plain::failure(failure);
    Outgoing { body: object(members).to_text(), ..answer }
}

//! The one table of operations: every way in is dispatched through it, every document made from it.

pub mod count;
pub mod naming;
pub mod schema;
pub mod shape;

use edgeward_core::{Code, json::Value};

use crate::{
    admin, agents, connections,
    context::{Access, Context},
    failure::Failure,
    oauth, signin, tokens, web,
};
use schema::Schema;
use shape::{Nothing, Shape};

/// What an operation does to what is kept, in the words of the Convex function protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads.
    Query,
    /// Changes.
    Mutation,
    /// Speaks to others.
    Action,
}

impl Kind {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Action => "action",
        }
    }
}

macro_rules! operations {
    ($(
        $(#[doc = $doc:literal])+
        $kind:ident $variant:ident = $name:literal ($arguments:ty) -> $result:ty = $handler:path,
        for $access:expr, fails [$($code:ident),* $(,)?];
    )+) => {
        /// An operation of the authority.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation { $($(#[doc = $doc])+ $variant,)+ }

        impl Operation {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name: `createApiToken`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The function behind it: `tokens::create`.
            const fn handler(self) -> &'static str {
                match self { $(Self::$variant => stringify!($handler),)+ }
            }

            /// What it does, in sentences.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => const { concat!($($doc, "\n"),+).trim_ascii() },)+ }
            }

            /// Whether it reads, changes, or speaks to others.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)+ }
            }

            /// Who may call it.
            #[must_use]
            pub const fn access(self) -> Access {
                match self { $(Self::$variant => $access,)+ }
            }

            /// The codes of its own; `invalid_parameters`, those of the caller's credential and `store_unavailable`
            /// come with every operation.
            #[must_use]
            pub const fn errors(self) -> &'static [Code] {
                match self { $(Self::$variant => &[$(Code::$code),*],)+ }
            }

            /// What its arguments look like.
            #[must_use]
            pub fn arguments(self) -> Schema {
                match self { $(Self::$variant => <$arguments>::schema(),)+ }
            }

            /// What its result looks like.
            #[must_use]
            pub fn result(self) -> Schema {
                match self { $(Self::$variant => <$result>::schema(),)+ }
            }

            /// Reads the arguments, does it, and writes the result.
            async fn run(self, context: &Context<'_>, arguments: Value) -> Result<Value, Failure> {
                match self {
                    $(Self::$variant => {
                        let arguments = <$arguments>::read(arguments, "args")?;
                        let result: $result = $handler(context, arguments).await?;
                        Ok(result.write())
                    })+
                }
            }
        }
    };
}

operations! {
    /// Creates an API token: a long-lived secret that is shown once and kept as a hash.
    ///
    /// A caller that is an API token itself grants no scope that it lacks.
    Mutation CreateApiToken = "createApiToken" (tokens::Create) -> tokens::Created = tokens::create,
        for Access::Holder, fails [ApiKeyInvalidScope];

    /// Lists the caller's API tokens without their secrets, page by page.
    ///
    /// Without arguments: those that are not revoked, the newest first.
    Query ListApiTokens = "listApiTokens" (tokens::Which) -> tokens::Listed = tokens::list,
        for Access::Holder, fails [];

    /// Tells what is known of an API token, but for its secret.
    Query GetApiToken = "getApiToken" (tokens::ById) -> tokens::Found = tokens::get,
        for Access::Holder, fails [];

    /// Changes the name, the scopes or the limit of an API token.
    ///
    /// A caller that is an API token itself changes none that may do more, and grants no scope that it lacks.
    Mutation UpdateApiToken = "updateApiToken" (tokens::Update) -> shape::Done = tokens::update,
        for Access::Holder, fails [KeyNotFound, ApiKeyInvalidScope];

    /// Gives an API token another secret: a new token with the same owner, scopes, limit and metadata, but not the same
    /// end. The old one is revoked at the same moment.
    Mutation RotateApiToken = "rotateApiToken" (tokens::Rotate) -> tokens::Created = tokens::rotate,
        for Access::Holder, fails [KeyNotFound, ApiKeyRevoked, ApiKeyInvalidScope];

    /// Revokes an API token: the next request with it is refused. `getApiToken` still tells of it.
    ///
    /// A caller that is an API token itself revokes none that may do more.
    Mutation RevokeApiToken = "revokeApiToken" (tokens::ById) -> shape::Done = tokens::revoke,
        for Access::Holder, fails [KeyNotFound, ApiKeyInvalidScope];

    /// Removes an API token without a trace.
    ///
    /// A caller that is an API token itself removes none that may do more.
    Mutation RemoveApiToken = "removeApiToken" (tokens::ById) -> shape::Done = tokens::remove,
        for Access::Holder, fails [KeyNotFound, ApiKeyInvalidScope];

    /// Verifies an API token for a service that was given it: whose it is, and what it may do. It counts as a use.
    Query VerifyApiToken = "verifyApiToken" (tokens::BySecret) -> tokens::Verification = tokens::check,
        for Access::Anyone, fails [InvalidApiKey, ApiKeyRevoked, ApiKeyExpired, UserBanned, ApiKeyRateLimited];

    /// Creates a session of an agent: a credential for at most a day that may do less than whoever creates it.
    ///
    /// An API token needs the scope `admin` for it; the session is over when that token is revoked.
    Mutation CreateSession = "createSession" (agents::Create) -> agents::Created = agents::create,
        for Access::Holder, fails [InsufficientScope, ApiKeyInvalidScope, AgentNotOwned];

    /// Tells whether an agent's session is good, whose it is and what it was created with.
    ///
    /// It answers alike for every token that is not good, and changes nothing.
    Query ValidateSession = "validateSession" (agents::ByToken) -> agents::Validation = agents::validate,
        for Access::Anyone, fails [];

    /// Gives an agent's session another token and another end. The old token is worthless at once.
    Mutation RefreshSession = "refreshSession" (agents::Refresh) -> agents::Created = agents::refresh,
        for Access::Anyone, fails [AgentSessionInvalid];

    /// Ends an agent's session; again is no error.
    Mutation EndSession = "endSession" (agents::ByToken) -> shape::Done = agents::end,
        for Access::Anyone, fails [];

    /// Begins a connection with a provider: where to send the user.
    ///
    /// An API token needs the scope `connections:write` as a grant, or `admin`.
    Mutation InitiateOAuth = "initiateOAuth" (connections::Initiate) -> connections::Initiated = connections::initiate,
        for Access::Holder, fails [ProviderNotConfigured, InvalidRedirect, NotPermitted, DiscoveryUnavailable, DiscoveryInvalid];

    /// Completes a connection with what the provider sent the user back with.
    Mutation CompleteOAuth = "completeOAuth" (connections::Complete) -> connections::Completed = connections::complete,
        for Access::Holder, fails [ProviderNotConfigured, OauthInvalidState, CallbackIssuerMismatch, OauthProviderError, ConnectionTaken, NotPermitted];

    /// Lists the caller's connections without their tokens, the oldest first.
    Query ListOAuthConnections = "listOAuthConnections" (Nothing) -> connections::Listed = connections::list,
        for Access::Holder, fails [NotPermitted];

    /// Ends a connection: its tokens are gone here, and given back to the provider. Without a connection nothing happens.
    Mutation RevokeOAuth = "revokeOAuth" (connections::ByProvider) -> shape::Done = connections::revoke,
        for Access::Holder, fails [NotPermitted, RefreshUnderWay];

    /// Gives a provider's access token out, refreshed if it expires within five seconds.
    ///
    /// An API token needs the scope `connections:use` as a grant, or `admin`.
    Query GetOAuthToken = "getOAuthToken" (connections::Needed) -> connections::Token = connections::token,
        for Access::Holder, fails [ProviderNotConfigured, ConnectionNotFound, InsufficientScope, RefreshTokenNotFound, FailedToRefreshAccessToken, RefreshUnderWay, NotPermitted];

    /// What a provider has granted to the user; nothing without a connection.
    Query UserScopes = "userScopes" (connections::OfProvider) -> connections::Scopes = connections::scopes,
        for Access::Holder, fails [NotPermitted];

    /// Begins a session of a user, for an application whose own server has signed the user in.
    ///
    /// For another user than the caller it takes an API token of an administrator with the scope `admin`.
    Mutation CreateWebSession = "createWebSession" (web::Create) -> web::Created = web::create,
        for Access::Holder, fails [NotPermitted, InsufficientScope, UserBanned, UserNotFound];

    /// Tells whether a user's session is good, and whose it is. It answers alike for every one that is not.
    Query ValidateWebSession = "validateWebSession" (web::BySecret) -> web::Validation = web::validate,
        for Access::Anyone, fails [];

    /// Tells who is signed in; null is nobody.
    Query GetSession = "getSession" (Nothing) -> web::Current = web::get,
        for Access::Anyone, fails [];

    /// Lists the caller's sessions with their browsers and their last use, the newest first.
    ///
    /// Its user must have signed in within the last day.
    Query ListSessions = "listSessions" (Nothing) -> web::Listed = web::list,
        for Access::User, fails [SessionNotFresh];

    /// Ends one of the caller's sessions. One that is none of them is left alone, without an error.
    Mutation RevokeSession = "revokeSession" (web::ById) -> shape::Done = web::revoke,
        for Access::User, fails [];

    /// Ends all sessions of the caller but the one that asks.
    Mutation RevokeOtherSessions = "revokeOtherSessions" (Nothing) -> shape::Done = web::revoke_others,
        for Access::User, fails [];

    /// Ends the session that asks. Nobody being signed in is no error.
    Mutation SignOut = "signOut" (Nothing) -> shape::Done = web::sign_out,
        for Access::Anyone, fails [];

    /// Acts as a user for an hour at most, in the browser that asks. The administrator's own session comes back
    /// afterwards.
    Mutation ImpersonateUser = "impersonateUser" (admin::ById) -> admin::Impersonation = admin::impersonate,
        for Access::Admin, fails [YouCannotImpersonateAdmins, UserNotFound, UserBanned];

    /// Stops acting as somebody else.
    Mutation StopImpersonating = "stopImpersonating" (Nothing) -> shape::Done = admin::stop_impersonating,
        for Access::User, fails [NotImpersonating, SessionExpired];

    /// Keeps a user out, for a while or for good: all its sessions and its agents' are over.
    Mutation BanUser = "banUser" (admin::Ban) -> shape::Done = admin::ban,
        for Access::Admin, fails [YouCannotBanYourself, UserNotFound];

    /// Lets a user in again.
    Mutation UnbanUser = "unbanUser" (admin::ById) -> shape::Done = admin::unban,
        for Access::Admin, fails [UserNotFound];

    /// Has another key sign tokens.
    ///
    /// `staged` is what happens by itself every `oauth.key_lifetime_days`: nobody notices. `now` is for a key that has
    /// leaked: access and ID tokens that were signed before are refused here at once and elsewhere as soon as the key
    /// set is fetched again; refresh tokens and sessions go on.
    Mutation RotateSigningKey = "rotateSigningKey" (admin::Rotate) -> oauth::keys::Rotated = admin::rotate_signing_key,
        for Access::Admin, fails [];

    /// Seals anew what lies under an older secret, so that the secret can be taken away: one piece of it. The cron trigger
    /// does the same, by and by.
    ///
    /// Call it until nothing remains; called again after that, it looks at everything anew.
    Mutation Reseal = "reseal" (Nothing) -> admin::Resealing = admin::reseal,
        for Access::Admin, fails [];

    /// Lists the accounts at providers that the user signs in with, the oldest first.
    Query ListAccounts = "listAccounts" (Nothing) -> signin::Accounts = signin::list,
        for Access::User, fails [];

    /// Begins to link another account: where to send the browser that asks. It is given a cookie, without which the
    /// provider's answer counts for nothing.
    Mutation LinkAccount = "linkAccount" (signin::Link) -> signin::Started = signin::link,
        for Access::User, fails [ProviderNotConfigured, InvalidRedirect, DiscoveryUnavailable, DiscoveryInvalid];

    /// Removes an account, and the connection that came with it. The last way to sign in stays.
    ///
    /// Its user must have signed in within the last day.
    Mutation UnlinkAccount = "unlinkAccount" (signin::ByAccount) -> shape::Done = signin::unlink,
        for Access::User, fails [SessionNotFresh, AccountNotFound, FailedToUnlinkLastAccount];
}

impl Operation {
    /// The operation of this name, which a client may call `auth:createApiToken` or `auth.createApiToken`.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let name = name.strip_prefix("auth:").or_else(|| name.strip_prefix("auth.")).unwrap_or(name);
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }

    /// Whether an administrator may call it as somebody else: what reads may be called, what ends something, and what
    /// asks for nothing but a credential of its own. Everything else would outlive the hour.
    const fn is_open_to_impersonators(self) -> bool {
        match self {
            Self::GetOAuthToken => false,
            Self::RevokeApiToken | Self::RemoveApiToken | Self::RevokeSession | Self::StopImpersonating => {
                true
            }
            _ => matches!(self.kind(), Kind::Query) || matches!(self.access(), Access::Anyone),
        }
    }

    /// Whether it believes the snapshot of a session that the browser brings, for as long as the snapshot lasts: what
    /// neither changes nor gives away anything.
    #[must_use]
    pub const fn believes_snapshots(self) -> bool {
        matches!(self, Self::ListApiTokens | Self::ListOAuthConnections | Self::UserScopes)
    }

    /// Calls it on behalf of the context's caller.
    ///
    /// # Errors
    /// Those of the operation, and those of [`Context::permits`]; `impersonation_forbidden`.
    pub async fn call(self, context: &Context<'_>, arguments: Value) -> Result<Value, Failure> {
        context.permits(self.access())?;
        if !self.is_open_to_impersonators() {
            context.not_impersonating()?;
        }
        if self.kind() == Kind::Query {
            return self.run(context, arguments).await;
        }
        context.once(self.name(), arguments, |arguments| self.run(context, arguments)).await
    }
}

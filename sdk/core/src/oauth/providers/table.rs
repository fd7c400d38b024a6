//! The table.

use super::{ClientSecret, Form, Offline, Profile, Provider, Revocation};

/// What most do.
const STANDARD: Provider = Provider {
    name: "generic",
    issuer: "",
    aliases: &[],
    token_issuers: &[],
    members: &[],
    scope: "openid profile email",
    joint: " ",
    offline: Offline::Scope("offline_access"),
    parameters: &[],
    form: Form::Standard,
    grant_errors: &[],
    implied: &[],
    profile: None,
    secret: ClientSecret::Registered,
    revocation: Revocation::Standard,
};

/// Any provider that keeps to the specifications.
pub const GENERIC: &Provider = &STANDARD;

/// Every provider that is known by name. `generic` is any that keeps to the specifications; its
/// issuer comes from the configuration.
pub const PROVIDERS: &[Provider] = &[
    STANDARD,
    // https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    Provider {
        name: "github",
        issuer: "https://github.com/login/oauth",
        members: &[
            ("authorization_endpoint", "https://github.com/login/oauth/authorize"),
            ("token_endpoint", "https://github.com/login/oauth/access_token"),
            ("device_authorization_endpoint", "https://github.com/login/device/code"),
        ],
        scope: "read:user user:email",
        offline: Offline::Registered,
        // Errors come with status 200, as the reader of every answer expects.
        grant_errors: &["bad_verification_code", "bad_refresh_token"],
        implied: GITHUB_SCOPES,
        profile: Some(Profile {
            url: "https://api.github.com/user",
            accept: "application/vnd.github+json",
            subject: "id",
            addresses: "https://api.github.com/user/emails",
        }),
        secret: ClientSecret::Required,
        revocation: Revocation::Grant("https://api.github.com/applications/"),
        ..STANDARD
    },
    // https://docs.slack.dev/authentication/installing-with-oauth
    Provider {
        name: "slack",
        issuer: "https://slack.com",
        members: &[
            ("authorization_endpoint", "https://slack.com/oauth/v2/authorize"),
            ("token_endpoint", "https://slack.com/api/oauth.v2.access"),
        ],
        scope: "users:read",
        joint: ",",
        offline: Offline::Registered,
        form: Form::Nested,
        grant_errors: &[
            "invalid_code",
            "code_already_used",
            "invalid_refresh_token",
            "token_expired",
            "token_revoked",
            "account_inactive",
            "invalid_auth",
        ],
        secret: ClientSecret::Required,
        revocation: Revocation::Token("https://slack.com/api/auth.revoke"),
        ..STANDARD
    },
    // https://developers.google.com/identity/openid-connect/openid-connect
    Provider {
        name: "google",
        issuer: "https://accounts.google.com",
        token_issuers: &["accounts.google.com"],
        offline: Offline::Parameter("access_type", "offline"),
        secret: ClientSecret::Required,
        ..STANDARD
    },
    // https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    Provider {
        name: "microsoft",
        issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
        aliases: &[
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            // What `consumers` stands for.
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        ],
        // A refresh that wants the user back is over for who has no user at hand.
        grant_errors: &["interaction_required", "consent_required", "login_required"],
        ..STANDARD
    },
    // https://developer.apple.com/documentation/signinwithapplerestapi
    Provider {
        name: "apple",
        issuer: "https://appleid.apple.com",
        scope: "openid name email",
        offline: Offline::Registered,
        parameters: &[("response_mode", "form_post")],
        secret: ClientSecret::Signed,
        ..STANDARD
    },
];

/// Source: [Scopes for OAuth apps](https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps)
const GITHUB_SCOPES: &[(&str, &[&str])] = &[
    ("repo", &["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"]),
    ("user", &["read:user", "user:email", "user:follow"]),
    ("admin:org", &["write:org", "read:org", "manage_runners:org"]),
    ("write:org", &["read:org"]),
    ("admin:repo_hook", &["write:repo_hook", "read:repo_hook"]),
    ("write:repo_hook", &["read:repo_hook"]),
    ("admin:public_key", &["write:public_key", "read:public_key"]),
    ("write:public_key", &["read:public_key"]),
    ("admin:gpg_key", &["write:gpg_key", "read:gpg_key"]),
    ("write:gpg_key", &["read:gpg_key"]),
    ("write:packages", &["read:packages"]),
    ("write:discussion", &["read:discussion"]),
    ("project", &["read:project"]),
];

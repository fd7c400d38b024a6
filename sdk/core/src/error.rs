//! The one error of the core, and the table of its stable codes.

use core::fmt;

/// What the holder of a session can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The same call may succeed later; nothing is lost.
    Retry,
    /// The session is over; the user has to sign in again.
    SignIn,
    /// The same call fails again until something else is changed.
    Change,
}

/// Writes the enum, its names and its properties from one table, so that none can be forgotten.
///
/// The codes under `with` are raised by what verifies requests, by the Worker, by what hears of logouts, by the whole
/// OAuth client, or by the JavaScript around Rust, and by nothing else. Their names and sentences are weight that others need not carry:
/// they come with the feature of that name, without which to raise one would be an internal error.
macro_rules! codes {
    (
        everywhere {
            $(#[doc = $doc:literal] $variant:ident = $name:literal, $status:literal, $recovery:ident, $remedy:literal;)+
        }
        $(with $feature:literal {
            $(#[doc = $its_doc:literal] $its:ident = $its_name:literal, $its_status:literal, $its_recovery:ident, $its_remedy:literal;)+
        })+
    ) => {
        /// A stable error code. Codes are only ever added.
        ///
        /// @example
        /// ```ts
        /// const passes = (code: Code) => code === "network_failed" || code === "server_unavailable";
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "typescript", derive(serde::Serialize, tsify::Tsify))]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] #[cfg_attr(feature = "typescript", serde(rename = $name))] $variant,)+
            $($(#[doc = $its_doc] #[cfg_attr(feature = "typescript", serde(rename = $its_name))] $its,)+)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+ $($(Code::$its,)+)+];

            /// The code as it goes over the wire: `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                let told = self.told();
                told.split_at(name_length(told)).0
            }

            /// The HTTP status that a server answers with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Code::$variant => $status,)+
                    $($(
                        #[cfg(any(test, feature = $feature))]
                        Code::$its => $its_status,
                    )+)+
                    #[allow(unreachable_patterns, reason = "there are none where every feature is")]
                    _ => Code::InternalError.status(),
                }
            }

            /// Whether trying again, signing in again or a change helps.
            #[must_use]
            pub const fn recovery(self) -> Recovery {
                match self {
                    $(Code::$variant => Recovery::$recovery,)+
                    $($(
                        #[cfg(any(test, feature = $feature))]
                        Code::$its => Recovery::$its_recovery,
                    )+)+
                    #[allow(unreachable_patterns, reason = "there are none where every feature is")]
                    _ => Code::InternalError.recovery(),
                }
            }

            /// What happened, in a sentence without secrets.
            #[must_use]
            pub const fn message(self) -> &'static str {
                let told = self.told();
                told.split_at(name_length(told) + 1).1
            }

            /// The name, a space and the sentence: one text, since where it lies is weight as well.
            const fn told(self) -> &'static str {
                match self {
                    $(Code::$variant => concat!($name, $doc),)+
                    $($(
                        #[cfg(any(test, feature = $feature))]
                        Code::$its => concat!($its_name, $its_doc),
                    )+)+
                    #[allow(unreachable_patterns, reason = "there are none where every feature is")]
                    _ => Code::InternalError.told(),
                }
            }

            /// What to do about it, in a sentence.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Code::$variant => $remedy,)+
                    $($(
                        #[cfg(any(test, feature = $feature))]
                        Code::$its => $its_remedy,
                    )+)+
                    #[allow(unreachable_patterns, reason = "there are none where every feature is")]
                    _ => Code::InternalError.remedy(),
                }
            }
        }
    };
}

/// How long the name is that a code's text begins with.
const fn name_length(told: &str) -> usize {
    let mut rest = told.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b' ' {
            break;
        }
        rest = after;
    }
    told.len() - rest.len()
}

codes! {
    everywhere {
        /// The token is not a well-formed compact JWS with JSON objects as header and claims.
        TokenMalformed = "token_malformed", 401, SignIn, "Send the access token exactly as the issuer returned it.";
        /// The token is larger than 16 KiB.
        TokenTooLarge = "token_too_large", 401, Change, "Ask the issuer for fewer claims in the token.";
        /// The token's algorithm is not among those configured for its issuer.
        TokenAlgNotAllowed = "token_alg_not_allowed", 401, Change, "Configure the algorithm that the issuer signs with, or have the issuer sign with a configured one.";
        /// The token's header names a critical extension that is not understood.
        TokenCritUnsupported = "token_crit_unsupported", 401, Change, "Have the issuer leave out the `crit` header member.";
        /// The token's `typ` is not what the policy asks for.
        TokenTypeInvalid = "token_type_invalid", 401, Change, "Send an access token; an ID token is not one.";
        /// No key of the issuer fits the token.
        TokenKeyNotFound = "token_key_not_found", 401, SignIn, "Sign in again; if it persists, check that the issuer publishes the key it signs with.";
        /// The token's signature does not verify.
        TokenSignatureInvalid = "token_signature_invalid", 401, SignIn, "Sign in again; the token was altered or comes from somebody else.";
        /// The token has expired.
        TokenExpired = "token_expired", 401, SignIn, "Refresh the token or sign in again.";
        /// The token is not valid yet.
        TokenNotYetValid = "token_not_yet_valid", 401, Retry, "Check the clocks of the issuer and of the verifier.";
        /// The token was issued longer ago than the policy allows.
        TokenTooOld = "token_too_old", 401, SignIn, "Sign in again.";
        /// The token lives longer than the policy allows.
        TokenLifetimeTooLong = "token_lifetime_too_long", 401, Change, "Have the issuer issue tokens for a shorter time.";
        /// The token comes from another issuer.
        TokenIssuerInvalid = "token_issuer_invalid", 401, Change, "Use a token of a configured issuer; `iss` must equal it exactly.";
        /// The token is meant for another audience.
        TokenAudienceInvalid = "token_audience_invalid", 401, Change, "Ask the issuer for a token for this API (RFC 8707 `resource`).";
        /// The token lacks a claim that the policy requires.
        TokenClaimMissing = "token_claim_missing", 401, Change, "Have the issuer include the claim.";
        /// A claim of the token has the wrong type or an impossible value.
        TokenClaimInvalid = "token_claim_invalid", 401, Change, "Have the issuer write the claim as RFC 7519 defines it.";
        /// The ID token's nonce is not that of this sign-in.
        TokenNonceMismatch = "token_nonce_mismatch", 401, SignIn, "Start the sign-in again.";
        /// The ID token's `at_hash` does not fit the access token.
        TokenHashMismatch = "token_hash_mismatch", 401, SignIn, "Start the sign-in again.";
        /// The token is bound to a key, and the request carries no proof of it.
        TokenProofMissing = "token_proof_missing", 401, Change, "Send the proof with the token (RFC 9449), or ask the issuer for an unbound token.";
        /// The token is bound by a method that is not understood here.
        TokenBindingUnsupported = "token_binding_unsupported", 401, Change, "Ask the issuer for a token that is bound with `jkt` (RFC 9449), or for an unbound one.";
        /// The token was issued to another client.
        TokenAuthorizedPartyInvalid = "token_authorized_party_invalid", 401, Change, "Use a token that was issued to this client.";
        /// A JSON Web Key is unusable.
        JwkInvalid = "jwk_invalid", 400, Change, "Publish the key as RFC 7517 and RFC 7518 define it.";
        /// The document is not a JSON Web Key Set.
        JwksInvalid = "jwks_invalid", 503, Retry, "Check the document at the issuer's `jwks_uri`.";
        /// The issuer's keys cannot be had at the moment.
        JwksUnavailable = "jwks_unavailable", 503, Retry, "Try again later; check that the issuer is reachable.";
        /// This runtime cannot verify the algorithm.
        AlgorithmUnsupported = "algorithm_unsupported", 501, Change, "Use another algorithm, or a newer runtime.";
        /// The issuer's metadata cannot be had at the moment.
        DiscoveryUnavailable = "discovery_unavailable", 503, Retry, "Try again later; check that the issuer serves its metadata.";
        /// The issuer's metadata is not valid.
        DiscoveryInvalid = "discovery_invalid", 503, Change, "Check the document at the issuer's well-known address (RFC 8414).";
        /// The metadata names another issuer than the configured one.
        DiscoveryIssuerMismatch = "discovery_issuer_mismatch", 503, Change, "Configure the issuer exactly as its metadata states it.";
        /// A text is not canonical unpadded base64url.
        Base64urlInvalid = "base64url_invalid", 400, Change, "Encode without padding, whitespace or stray bits (RFC 4648 §5).";
        /// A text is not strict JSON, repeats a member or nests deeper than 32.
        JsonInvalid = "json_invalid", 400, Change, "Send one JSON value in UTF-8 without duplicate members.";
        /// An address is not an absolute https URL that may be called.
        UrlNotAllowed = "url_not_allowed", 400, Change, "Use an absolute https URL with a public host; http on loopback needs development mode.";
        /// A parameter is missing or has an impossible value.
        InvalidParameters = "invalid_parameters", 400, Change, "Correct the parameter that `at` names.";
        /// The configuration is not valid.
        ConfigInvalid = "config_invalid", 500, Change, "Correct the setting that `at` names.";
        /// The network failed.
        NetworkFailed = "network_failed", 503, Retry, "Try again when the connection is back.";
        /// The server did not answer in time.
        NetworkTimeout = "network_timeout", 503, Retry, "Try again later.";
        /// The server asked to slow down.
        ServerRateLimited = "server_rate_limited", 429, Retry, "Try again after the time that the server names.";
        /// The server failed.
        ServerUnavailable = "server_unavailable", 503, Retry, "Try again later.";
        /// The answer is larger than allowed.
        ResponseTooLarge = "response_too_large", 502, Change, "Check the address; the document there is too large.";
        /// The answer is not what the protocol prescribes.
        ResponseInvalid = "response_invalid", 502, Change, "Check that the address belongs to an OAuth 2.0 server.";
        /// The server answered with a redirect, which is never followed here.
        RedirectRefused = "redirect_refused", 502, Change, "Configure the address that the redirect leads to.";
        /// The authorization server answered with an OAuth error.
        OauthError = "oauth_error", 400, Change, "See `oauth.error`.";
        /// The user or the provider refused the sign-in.
        AccessDenied = "access_denied", 403, Change, "Start the sign-in again and allow it.";
        /// The grant is no longer valid.
        InvalidGrant = "invalid_grant", 400, SignIn, "Sign in again.";
        /// A scope is not known, or was not granted.
        InvalidScope = "invalid_scope", 400, Change, "Ask for scopes that the server knows; a refresh cannot ask for more than was granted.";
        /// The server demands a nonce for the DPoP proof, and does not let the page see it.
        DpopNonceHidden = "dpop_nonce_hidden", 401, Change, "Have the server send `Access-Control-Expose-Headers: DPoP-Nonce`.";
        /// The key that the session is bound to is gone.
        DpopKeyLost = "dpop_key_lost", 401, SignIn, "Sign in again; the browser has removed the key, or the session was moved here from elsewhere.";
        /// The callback was handled already.
        CallbackReplayed = "callback_replayed", 400, SignIn, "Start the sign-in again if nobody is signed in.";
        /// The sign-in took longer than ten minutes.
        CallbackExpired = "callback_expired", 400, SignIn, "Start the sign-in again.";
        /// The callback comes from another issuer than the sign-in was sent to.
        CallbackIssuerMismatch = "callback_issuer_mismatch", 400, SignIn, "Start the sign-in again; the answer was mixed up with another provider's.";
        /// The callback's parameters are not valid.
        CallbackInvalid = "callback_invalid", 400, SignIn, "Start the sign-in again.";
        /// Nobody is signed in.
        SessionMissing = "session_missing", 401, SignIn, "Sign in.";
        /// The session has expired.
        SessionExpired = "session_expired", 401, SignIn, "Sign in again.";
        /// The session ended while the call was under way.
        SessionChanged = "session_changed", 409, SignIn, "Read the session again.";
        /// The token may not be sent to this origin.
        OriginNotAllowed = "origin_not_allowed", 403, Change, "Add the origin to `apiOrigins`.";
        /// The runtime lacks a function that the call needs.
        RuntimeUnsupported = "runtime_unsupported", 501, Change, "Run it where the function exists, for example in a window.";
        /// Storage does not work here.
        StorageUnavailable = "storage_unavailable", 503, Change, "Allow storage for this site, or choose memory.";
        /// The browser did not open the window.
        PopupBlocked = "popup_blocked", 403, Change, "Call it in the click's own turn, or allow windows for this site.";
        /// The window was closed before the sign-in was complete.
        PopupClosed = "popup_closed", 400, Retry, "Start the sign-in again.";
        /// The caller cancelled the call.
        Aborted = "aborted", 499, Retry, "Call again.";
        /// Something failed that should not have.
        InternalError = "internal_error", 500, Retry, "Report it with the request id.";
    }
    with "gateway" {
        /// No keys are loaded yet.
        KeysNotLoaded = "keys_not_loaded", 503, Retry, "Await `verify()` once, or give the keys inline.";
        /// The token does not carry the scope that this resource requires.
        InsufficientScope = "insufficient_scope", 403, Change, "Ask the issuer for a token with the scope that `WWW-Authenticate` names.";
        /// The Authorization header does not follow RFC 6750.
        CredentialMalformed = "credential_malformed", 400, Change, "Send exactly one `Authorization` header of the form `Bearer <token>`.";
        /// The request carries no credential.
        TokenMissing = "token_missing", 401, SignIn, "Send `Authorization: Bearer <token>`.";
        /// The request carries more than one credential.
        CredentialAmbiguous = "credential_ambiguous", 400, Change, "Send one credential, in one place.";
        /// The request carries a credential where none is allowed.
        CredentialForbidden = "credential_forbidden", 403, Change, "Send the request without a credential.";
        /// The token is genuine, but of a kind that its issuer's rules do not accept here.
        TokenNotAllowed = "token_not_allowed", 401, Change, "Send a user's access token, not an API key.";
        /// The encrypted token does not open.
        TokenDecryptionFailed = "token_decryption_failed", 401, SignIn, "Sign in again; the token was altered, or encrypted for another key.";
        /// The token is not encrypted, as the policy asks for.
        TokenEncryptionRequired = "token_encryption_required", 401, Change, "Have the issuer encrypt its tokens, or accept plain ones in the configuration.";
        /// The token came with a proof, but it is bound to no key.
        TokenNotBound = "token_not_bound", 401, Change, "Send it as a Bearer token, or ask the issuer for a bound one (RFC 9449 §5).";
        /// The DPoP proof is not a well-formed, signed proof.
        DpopProofInvalid = "dpop_proof_invalid", 401, Change, "Send exactly one `DPoP` header with a proof as RFC 9449 §4.2 defines it.";
        /// The DPoP proof was made for another method.
        DpopMethodMismatch = "dpop_method_mismatch", 401, Change, "Make the proof with the method of the request as `htm`.";
        /// The DPoP proof was made for another address.
        DpopUrlMismatch = "dpop_url_mismatch", 401, Change, "Make the proof with the address of the request as `htu`.";
        /// The DPoP proof was made too long ago.
        DpopProofExpired = "dpop_proof_expired", 401, Retry, "Make a new proof for each request, and check the client's clock.";
        /// The DPoP proof was made in the future.
        DpopProofNotYetValid = "dpop_proof_not_yet_valid", 401, Retry, "Check the client's clock.";
        /// The DPoP proof was made for another access token.
        DpopTokenMismatch = "dpop_token_mismatch", 401, Change, "Make the proof with the hash of the access token as `ath`.";
        /// The DPoP proof was made with another key than the token is bound to.
        DpopKeyMismatch = "dpop_key_mismatch", 401, Change, "Make the proof with the key that the token was asked for with.";
        /// The DPoP proof was used before.
        DpopProofReplayed = "dpop_proof_replayed", 401, Retry, "Make a new proof, with a `jti` of its own, for each request.";
        /// Whether the DPoP proof was used before cannot be told at the moment.
        DpopReplaysUnavailable = "dpop_replays_unavailable", 503, Retry, "Try again later with a new proof.";
        /// The identity lacks a permission that this resource requires.
        InsufficientPermission = "insufficient_permission", 403, Change, "Have the permission granted, then refresh the token.";
        /// The identity lacks a role that this resource requires.
        InsufficientRole = "insufficient_role", 403, Change, "Have the role granted, then refresh the token.";
        /// A claim of the token is not what this resource requires.
        ClaimNotAllowed = "claim_not_allowed", 403, Change, "Use a token whose claims fit this resource.";
        /// Tokens of this issuer do not count for this resource.
        IssuerNotAllowed = "issuer_not_allowed", 403, Change, "Use a token of an issuer that counts here.";
        /// The user signed in too long ago, or not strongly enough, for this resource.
        AuthenticationInsufficient = "authentication_insufficient", 401, SignIn, "Sign in again as `acr_values` and `max_age` of the challenge say (RFC 9470).";
        /// The request comes from a page of another site, or does not say from which.
        CrossSiteRefused = "cross_site_refused", 403, Change, "Send it from a page of an origin in `allowed_origins`; a browser then adds `Origin` by itself.";
    }
    with "worker" {
        /// The issuer says that the token is not active.
        TokenInactive = "token_inactive", 401, SignIn, "Refresh the token or sign in again.";
        /// The issuer cannot be asked about the token at the moment.
        IntrospectionUnavailable = "introspection_unavailable", 503, Retry, "Try again later; check that the introspection endpoint is reachable and knows this client.";
        /// The session cookie comes without a valid snapshot of the session.
        SessionSnapshotInvalid = "session_snapshot_invalid", 401, Retry, "Ask the session's server for the session once (`/get-session`); it renews the snapshot.";
        /// The token was revoked, or its session ended.
        TokenRevoked = "token_revoked", 401, SignIn, "Sign in again.";
        /// The list of revoked tokens cannot be had at the moment.
        RevocationUnavailable = "revocation_unavailable", 503, Retry, "Try again later; check the Durable Object binding of the list.";
        /// The list of revoked tokens is full.
        RevocationListFull = "revocation_list_full", 507, Retry, "Revoke whole subjects or sessions in place of single tokens, or wait until entries expire.";
        /// The logout token was handled already.
        LogoutTokenReplayed = "logout_token_replayed", 400, Change, "Nothing; the logout took effect the first time.";
        /// The token is valid, but nobody is registered under its subject.
        UserNotFound = "user_not_found", 404, Change, "Register the user, with an e-mail address, before calling the API.";
        /// Who the user is cannot be looked up at the moment.
        UserLookupFailed = "user_lookup_failed", 503, Retry, "Try again later; check the store of the users.";
        /// The credential is not the one that is expected here.
        CredentialInvalid = "credential_invalid", 401, Change, "Send the secret that is configured.";
        /// The method is not allowed here.
        MethodNotAllowed = "method_not_allowed", 405, Change, "Use another method; CONNECT and TRACE are never passed on.";
        /// The path can be read in two ways that different rules apply to.
        PathAmbiguous = "path_ambiguous", 400, Change, "Send the path in its normal form, without encoded slashes or dots.";
        /// The resource does not exist.
        NotFound = "not_found", 404, Change, "Check the address.";
        /// The origin server cannot be reached.
        OriginUnavailable = "origin_unavailable", 502, Retry, "Check that the configured origin is up.";
        /// The DPoP proof lacks the nonce of this server, or has an old one.
        DpopNonceRequired = "dpop_nonce_required", 401, Retry, "Make a new proof with the value of the header `DPoP-Nonce` as `nonce`.";
    }
    with "authority" {
        /// The idempotency key belongs to a call with other arguments.
        IdempotencyKeyReused = "idempotency_key_reused", 422, Change, "Send a new key with every new call.";
        /// What is remembered cannot be reached at the moment.
        StoreUnavailable = "store_unavailable", 503, Retry, "Try again after the time that `Retry-After` names; nothing of the call has happened.";
        /// The caller may not do this.
        NotPermitted = "not_permitted", 403, Change, "Call it as whom the reference of the operation names: a user's own session, or an API token with the scope.";
        /// The API token does not exist.
        InvalidApiKey = "invalid_api_key", 401, Change, "Send an API token as it was shown when it was created.";
        /// The API token was revoked.
        ApiKeyRevoked = "api_key_revoked", 401, Change, "Create another API token.";
        /// The API token has expired.
        ApiKeyExpired = "api_key_expired", 401, Change, "Create another API token.";
        /// The API token was used more often than it may be.
        ApiKeyRateLimited = "api_key_rate_limited", 429, Retry, "Wait for the time that `Retry-After` names.";
        /// An API token cannot grant a scope that it lacks.
        ApiKeyInvalidScope = "api_key_invalid_scope", 403, Change, "Ask for scopes that the caller has itself.";
        /// The caller has no such API token.
        KeyNotFound = "key_not_found", 404, Change, "List the API tokens for their ids.";
        /// The user is banned.
        UserBanned = "user_banned", 403, Change, "Ask an administrator.";
        /// A change that comes with cookies does not say which page asked for it.
        MissingOrNullOrigin = "missing_or_null_origin", 403, Change, "Send it from a page, which adds `Origin`; a program sends its credential in `Authorization`.";
        /// The page that asked for the change is not trusted.
        InvalidOrigin = "invalid_origin", 403, Change, "Add the page's origin to `trusted_origins`.";
        /// The user signed in too long ago for this.
        SessionNotFresh = "session_not_fresh", 403, SignIn, "Have the user sign in again.";
        /// The agent's session is unknown, over or ended.
        AgentSessionInvalid = "agent_session_invalid", 401, Change, "Create another session for the agent.";
        /// Nobody bans themselves.
        YouCannotBanYourself = "you_cannot_ban_yourself", 400, Change, "Have another administrator do it.";
        /// No administrator acts as another one.
        YouCannotImpersonateAdmins = "you_cannot_impersonate_admins", 403, Change, "Choose a user who is no administrator, or allow it with `admin.impersonate_admins`.";
        /// The session is the user's own.
        NotImpersonating = "not_impersonating", 400, Change, "Nothing; there is nobody to come back from.";
        /// Who acts as somebody else changes nothing that would outlive it.
        ImpersonationForbidden = "impersonation_forbidden", 403, Change, "Stop acting as the user; only the user may do this.";
        /// The agent belongs to another user.
        AgentNotOwned = "agent_not_owned", 403, Change, "Choose an id for the agent that nobody else has.";
        /// This sign-in method is not available.
        ProviderNotConfigured = "provider_not_configured", 404, Change, "Add the provider to `providers` of the settings.";
        /// The address to come back to is not allowed.
        InvalidRedirect = "invalid_redirect", 403, Change, "Use one that is configured, character by character.";
        /// The state is unknown, used, expired, or somebody else's.
        OauthInvalidState = "oauth_invalid_state", 400, Change, "Start again in the same session.";
        /// The provider refused.
        OauthProviderError = "oauth_provider_error", 502, Change, "Start again; the operator's log names the provider's error.";
        /// There is no connection with this provider.
        ConnectionNotFound = "connection_not_found", 404, Change, "Connect the provider first.";
        /// The account at the provider is connected with another user.
        ConnectionTaken = "connection_taken", 409, Change, "Revoke the other user's connection first.";
        /// The provider's token has expired and there is no refresh token.
        RefreshTokenNotFound = "refresh_token_not_found", 409, Change, "Connect the provider again.";
        /// The provider no longer gives tokens for this connection.
        FailedToRefreshAccessToken = "failed_to_refresh_access_token", 409, Change, "Connect the provider again.";
        /// Another request is refreshing the provider's token.
        RefreshUnderWay = "refresh_under_way", 503, Retry, "Try again after the time that `Retry-After` names.";
        /// The user has no such account.
        AccountNotFound = "account_not_found", 404, Change, "List the accounts for what they are called.";
        /// The account is the user's only way to sign in.
        FailedToUnlinkLastAccount = "failed_to_unlink_last_account", 409, Change, "Link another account first.";
        /// The code of the sign-in is unknown, used, expired, or for another verifier.
        HandoffInvalid = "handoff_invalid", 400, SignIn, "Start the sign-in again.";
        /// There were too many attempts.
        TooManyAttempts = "too_many_attempts", 429, Retry, "Wait for the time that `Retry-After` names.";
        /// What was kept encrypted does not open.
        SealBroken = "seal_broken", 500, Change, "Put the secret that it was sealed under behind the current one; if it was altered, it is lost.";
    }
    with "logout" {
        /// The logout token is not valid.
        LogoutTokenInvalid = "logout_token_invalid", 400, Change, "Send the logout token as OpenID Connect Back-Channel Logout 1.0 §2.4 defines it.";
    }
    with "oauth" {
        /// The device was not approved in time.
        DeviceExpired = "device_expired", 400, SignIn, "Start the sign-in of the device again.";
        /// The user's claims are about somebody else than the ID token.
        UserinfoSubjectMismatch = "userinfo_subject_mismatch", 401, SignIn, "Sign in again; do not use the claims.";
        /// The metadata of the protected resource are not valid.
        ResourceMetadataInvalid = "resource_metadata_invalid", 502, Change, "Check the document that the API's challenge names (RFC 9728).";
        /// The metadata are about another resource than the one that was called.
        ResourceMismatch = "resource_mismatch", 502, Change, "Have the API state its own address as `resource` (RFC 9728 §3.3).";
        /// The client's metadata document is not valid.
        ClientMetadataInvalid = "client_metadata_invalid", 400, Change, "Correct the member that `at` names.";
        /// The request to sign the user out is not about this session.
        LogoutRequestInvalid = "logout_request_invalid", 400, Change, "Nothing, unless the provider should know this session: then check `iss` and `sid`.";
        /// The session does not fit into cookies.
        SessionTooLarge = "session_too_large", 500, Change, "Keep sessions in a `store`, or have the issuer put fewer claims into its tokens.";
    }
    with "shell" {
        /// The runtime refuses to run WebAssembly.
        RuntimeWasmBlocked = "runtime_wasm_blocked", 501, Change, "Add `'wasm-unsafe-eval'` to `script-src` of the Content-Security-Policy.";
        /// The callback carries a state that this client did not start.
        CallbackStateUnknown = "callback_state_unknown", 400, SignIn, "Start the sign-in again in this browser.";
    }
}

/// A failure: which code, and what it is about.
///
/// It never holds a token, a key, a code or any other value that came from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The stable code.
    pub code: Code,
    /// The member, parameter or setting that broke the rule; empty where the code says it all.
    pub at: &'static str,
}

impl Error {
    /// A failure of `code` at the place `at`.
    #[must_use]
    pub const fn at(code: Code, at: &'static str) -> Self {
        Self { code, at }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self { code, at: "" }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.message())?;
        if self.at.is_empty() { Ok(()) } else { write!(f, " ({})", self.at) }
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_a_name_of_its_own_and_a_sentence() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            assert!(code.message().ends_with('.') && !code.message().starts_with(' '), "{code:?}");
            assert!(code.remedy().ends_with('.'), "{code:?}");
            assert!((400..600).contains(&code.status()), "{code:?}");
        }
    }

    #[test]
    fn an_error_names_its_place() {
        let error = Error::at(Code::TokenClaimMissing, "exp");
        assert_eq!(error.to_string(), "The token lacks a claim that the policy requires. (exp)");
    }
}

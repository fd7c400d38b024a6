//! The challenge to a request that is turned away.

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use crate::{
    error::Code,
    gateway::policy::{Denial, Missing},
    jose::Algorithm,
};

/// What is protected, as challenges name it. Nothing of it may hold quotes or backslashes; the
/// configuration sees to that.
#[derive(Clone, Copy, Debug)]
pub struct Protection<'a> {
    /// The realm.
    pub realm: &'a str,
    /// The address of the protected resource's metadata
    /// ([RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)).
    pub resource_metadata: Option<&'a str>,
}

/// The value of `WWW-Authenticate` for this denial; `None` where the status is not one that asks
/// for a credential.
///
/// Source: [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3): no `error` if the
/// request carried no credential; [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3).
#[must_use]
pub fn bearer(denial: &Denial, protection: Protection<'_>) -> Option<String> {
    let error = error_name(denial)?;
    Some(written("Bearer", error, denial, protection, None))
}

/// The values of `WWW-Authenticate` where proofs of possession are understood as well, signed with
/// one of `algorithms`. What is wrong stands with the scheme that the request has tried, which its
/// header `authorization` tells; the other scheme is only offered, and not to who holds a bound
/// token, for which it can never do.
///
/// Source: [RFC 9449 §7.1 and §7.2](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)
#[must_use]
pub fn with_proofs(
    denial: &Denial,
    protection: Protection<'_>,
    algorithms: &[Algorithm],
    authorization: Option<&str>,
) -> Vec<String> {
    let Some(error) = error_name(denial) else { return Vec::new() };
    let scheme = authorization.and_then(|value| value.split(' ').next()).unwrap_or_default();
    let tried_proof = scheme.eq_ignore_ascii_case("dpop");
    let names: Vec<&str> = algorithms.iter().map(|alg| alg.name()).collect();
    let algorithms = Some(names.join(" "));
    let proof = written("DPoP", error.filter(|_| tried_proof), denial, protection, algorithms);
    if tried_proof {
        return vec![proof];
    }
    vec![written("Bearer", error, denial, protection, None), proof]
}

fn written(
    scheme: &str,
    error: Option<&str>,
    denial: &Denial,
    protection: Protection<'_>,
    algorithms: Option<String>,
) -> String {
    let mut parameters = vec![("realm", protection.realm.to_string())];
    if let Some(error) = error {
        parameters.push(("error", error.to_string()));
        parameters.push(("error_description", denial.error.code.message().to_string()));
        parameters.extend(missing(&denial.missing));
    }
    parameters.extend(algorithms.map(|algorithms| ("algs", algorithms)));
    parameters.extend(protection.resource_metadata.map(|address| ("resource_metadata", address.to_string())));
    let mut challenge = String::from(scheme);
    for (place, (name, value)) in parameters.iter().enumerate() {
        challenge.extend([if place == 0 { " " } else { ", " }, name, "=\"", value, "\""]);
    }
    challenge
}

/// The error code of RFC 6750 §3.1 and RFC 9470 §3; inside `None` where the challenge has none,
/// outside where there is no challenge.
fn error_name(denial: &Denial) -> Option<Option<&'static str>> {
    match (denial.error.code, denial.error.code.status()) {
        (Code::TokenMissing, _) => Some(None),
        (Code::CredentialMalformed | Code::CredentialAmbiguous, _) => Some(Some("invalid_request")),
        (Code::InsufficientScope, _) => Some(Some("insufficient_scope")),
        (Code::DpopNonceRequired, _) => Some(Some("use_dpop_nonce")),
        (
            Code::DpopProofInvalid
            | Code::DpopMethodMismatch
            | Code::DpopUrlMismatch
            | Code::DpopProofExpired
            | Code::DpopProofNotYetValid
            | Code::DpopTokenMismatch
            | Code::DpopProofReplayed,
            _,
        ) => Some(Some("invalid_dpop_proof")),
        (Code::AuthenticationInsufficient, _) => Some(Some("insufficient_user_authentication")),
        (_, 401) => Some(Some("invalid_token")),
        _ => None,
    }
}

fn missing(missing: &Missing) -> Vec<(&'static str, String)> {
    match missing {
        Missing::Unsaid => Vec::new(),
        Missing::Scope(scope) => vec![("scope", scope.clone())],
        Missing::Authentication { acr_values, max_age } => {
            let acr_values = (!acr_values.is_empty()).then(|| ("acr_values", acr_values.clone()));
            let max_age = max_age.map(|age| ("max_age", age.0.to_string()));
            acr_values.into_iter().chain(max_age).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Seconds;

    const PROTECTION: Protection<'_> = Protection { realm: "api", resource_metadata: None };

    fn challenge(denial: impl Into<Denial>) -> Option<String> {
        bearer(&denial.into(), PROTECTION)
    }

    #[test]
    fn a_request_without_credential_gets_no_error() {
        assert_eq!(challenge(Code::TokenMissing).unwrap(), "Bearer realm=\"api\"");
    }

    #[test]
    fn an_invalid_token_is_called_one() {
        assert_eq!(
            challenge(Code::TokenExpired).unwrap(),
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The token has expired.\""
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = Missing::Scope("a b".into());
        let denial = Denial { error: Code::InsufficientScope.into(), missing };
        assert!(challenge(denial).unwrap().ends_with(", scope=\"a b\""));
        let missing = Missing::Authentication { acr_values: "gold".into(), max_age: Some(Seconds(60)) };
        let denial = Denial { error: Code::AuthenticationInsufficient.into(), missing };
        let value = challenge(denial).unwrap();
        assert!(value.contains("error=\"insufficient_user_authentication\""));
        assert!(value.ends_with(", acr_values=\"gold\", max_age=\"60\""));
    }

    #[test]
    fn metadata_are_named_where_they_are() {
        let protection = Protection { resource_metadata: Some("https://a.example/m"), ..PROTECTION };
        let value = bearer(&Code::TokenMissing.into(), protection).unwrap();
        assert_eq!(value, "Bearer realm=\"api\", resource_metadata=\"https://a.example/m\"");
    }

    #[test]
    fn proofs_are_asked_for_as_rfc_9449_has_it() {
        let both = |code: Code, authorization| {
            with_proofs(&code.into(), PROTECTION, &[Algorithm::Es256, Algorithm::Ps256], authorization)
        };
        assert_eq!(
            both(Code::TokenMissing, None),
            ["Bearer realm=\"api\"", "DPoP realm=\"api\", algs=\"ES256 PS256\""]
        );
        let [bearer, proof] = &both(Code::TokenProofMissing, Some("Bearer x"))[..] else { panic!() };
        assert!(bearer.starts_with("Bearer realm=\"api\", error=\"invalid_token\""));
        assert_eq!(proof, "DPoP realm=\"api\", algs=\"ES256 PS256\"");
        for (code, error) in [
            (Code::DpopNonceRequired, "use_dpop_nonce"),
            (Code::DpopProofReplayed, "invalid_dpop_proof"),
            (Code::DpopUrlMismatch, "invalid_dpop_proof"),
            (Code::DpopKeyMismatch, "invalid_token"),
            (Code::TokenExpired, "invalid_token"),
        ] {
            let [proof] = &both(code, Some("dpop x"))[..] else { panic!() };
            assert!(proof.starts_with(&format!("DPoP realm=\"api\", error=\"{error}\"")), "{proof}");
            assert!(proof.ends_with(", algs=\"ES256 PS256\""), "{proof}");
        }
        assert!(both(Code::DpopReplaysUnavailable, Some("DPoP x")).is_empty());
    }

    #[test]
    fn an_outage_is_no_challenge() {
        for code in [Code::JwksUnavailable, Code::OriginUnavailable, Code::InsufficientRole, Code::NotFound] {
            assert_eq!(challenge(code), None, "{code:?}");
        }
    }

    #[test]
    fn every_message_can_be_quoted() {
        // RFC 6750 §3 allows neither quotes nor backslashes nor anything beyond ASCII.
        for code in Code::ALL.iter().filter(|code| challenge(**code).is_some()) {
            assert!(
                code.message().bytes().all(|b| b.is_ascii() && b != b'"' && b != b'\\' && b >= b' '),
                "{code:?}"
            );
        }
    }
}

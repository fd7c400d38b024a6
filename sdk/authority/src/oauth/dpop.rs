//! The key that a request shows it holds.
//!
//! Source: [RFC 9449 §5](https://www.rfc-editor.org/rfc/rfc9449#section-5)

use edgeward_core::{
    Code,
    json::Value,
    jwt::{Possession, Unverified as Token},
    oauth::dpop::{ALGORITHMS, Asking, Expected, Nonces, Seen, Unverified, Use, Window},
};

use super::refusal::{Refusal, Word};
use crate::{
    Authority, Failure,
    context::digest,
    http::{Incoming, Outgoing},
};

/// The thumbprint of the key that a request for a token shows it holds; `None` if it comes without a proof.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`
pub async fn key(authority: &Authority, request: &Incoming) -> Result<Option<String>, Refusal> {
    let Some(proof) = proof(request)? else { return Ok(None) };
    match checked(authority, request, proof, None).await {
        Ok(used) => Ok(Some(used.thumbprint().to_owned())),
        Err(failure) => Err(refused(failure)),
    }
}

/// That the sender of an access token holds the key that the token says it is bound to.
///
/// # Errors
/// `token_not_bound`, `token_malformed`. Those of a proof.
pub async fn shown(authority: &Authority, request: &Incoming, token: &str) -> Result<Possession, Failure> {
    let unverified = Token::parse(token)?;
    let bound = unverified.unverified_claim("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str);
    possession(authority, request, token, bound.ok_or(Code::TokenNotBound)?).await
}

/// That the sender of an access token, which is bound to a key, holds the key.
///
/// # Errors
/// Those of a proof.
async fn possession(
    authority: &Authority,
    request: &Incoming,
    token: &str,
    thumbprint: &str,
) -> Result<Possession, Failure> {
    let malformed = Failure::from(Code::DpopProofInvalid);
    let proof = proof(request).map_err(|_| malformed.clone())?.ok_or(Code::TokenProofMissing)?;
    let used = checked(authority, request, proof, Some((token, thumbprint))).await?;
    Ok(used.record(Seen::First)?)
}

/// The one proof of a request.
fn proof(request: &Incoming) -> Result<Option<&str>, Refusal> {
    let mut proofs =
        request.headers.iter().filter(|(name, _)| name == "dpop").map(|(_, value)| value.as_str());
    match (proofs.next(), proofs.next()) {
        (proof, None) => Ok(proof),
        _ => Err(Refusal::new(Word::InvalidDpopProof, "there is more than one proof")),
    }
}

/// A proof that is good and was not used before.
async fn checked(
    authority: &Authority,
    request: &Incoming,
    proof: &str,
    token: Option<(&str, &str)>,
) -> Result<Use, Failure> {
    let proof = Unverified::parse(proof, &ALGORITHMS)?;
    let (key, algorithm) = (proof.key(), proof.algorithm());
    let verdict = authority.platform.verify(key, algorithm, proof.signing_input(), proof.signature()).await;
    let proof = proof.verified(verdict)?;
    let url = [authority.settings.issuer.as_str(), request.path()].concat();
    let nonces = nonces(authority)?;
    let (method, url, window) = (request.method.as_str(), url.as_str(), Window::default());
    let now = authority.platform.now().to_seconds();
    let used = match token {
        None => proof.check_asking(&Asking { method, url, nonces: nonces.as_ref(), window }, now)?,
        Some((access_token, thumbprint)) => {
            let expected =
                Expected { method, url, access_token, thumbprint, nonces: nonces.as_ref(), window };
            proof.check(&expected, now)?
        }
    };
    let name = ["dpop:", &digest(&edgeward_core::base64url::encode(&used.digest))].concat();
    if authority.platform.unseen(&name, used.until.to_millis()).await? {
        Ok(used)
    } else {
        Err(Code::DpopProofReplayed.into())
    }
}

fn refused(failure: Failure) -> Refusal {
    match failure.code {
        Code::DpopNonceRequired | Code::DpopReplaysUnavailable => failure.into(),
        code if code.status() >= 500 => failure.into(),
        code => Refusal::new(Word::InvalidDpopProof, code.message()),
    }
}

fn nonces(authority: &Authority) -> Result<Option<Nonces>, Failure> {
    if !authority.settings.oauth.dpop_nonces {
        return Ok(None);
    }
    let secret = authority.settings.secrets.first().ok_or(crate::settings::invalid("secret_binding"))?;
    Ok(Some(Nonces::new(secret.clone())?))
}

/// Tells the nonce for the next request in an answer to one that came with a proof.
pub fn told(authority: &Authority, request: &Incoming, answer: Outgoing) -> Outgoing {
    let nonces = nonces(authority).ok().flatten().filter(|_| request.header("dpop").is_some());
    match nonces {
        Some(nonces) => answer.with("dpop-nonce", nonces.current(authority.platform.now().to_seconds())),
        None => answer,
    }
}

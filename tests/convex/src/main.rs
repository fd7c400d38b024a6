//! Says whether Convex would take a token: its backend finds the issuer, its keys and what a token says with the
//! crate `openidconnect`, of which this asks the same. Documents and tokens come as JSON on the standard input, one
//! verdict a line goes to the standard output.

use std::{collections::BTreeMap, io, str::FromStr};

use openidconnect::{
    ClientId, EmptyAdditionalClaims, HttpRequest, HttpResponse, IdToken, IssuerUrl, Nonce,
    core::{
        CoreGenderClaim, CoreIdTokenVerifier, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreProviderMetadata,
    },
    http::{Response, StatusCode},
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Question {
    issuer: String,
    audience: String,
    documents: BTreeMap<String, Document>,
    tokens: Vec<String>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "contentType")]
    content_type: String,
    body: String,
}

type Token = IdToken<
    EmptyAdditionalClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let question: Question = serde_json::from_reader(io::stdin())?;
    let served = |request: HttpRequest| -> Result<HttpResponse, io::Error> {
        let document = question.documents.get(&request.uri().to_string());
        let (status, kind, body) = match document {
            Some(document) => (StatusCode::OK, document.content_type.as_str(), document.body.as_str()),
            None => (StatusCode::NOT_FOUND, "text/plain", ""),
        };
        let answer = Response::builder().status(status).header("content-type", kind);
        answer.body(body.as_bytes().to_vec()).map_err(io::Error::other)
    };
    let issuer = IssuerUrl::new(question.issuer.clone())?;
    let metadata = CoreProviderMetadata::discover(&issuer, &served)?;
    let client = ClientId::new(question.audience.clone());
    let verifier = CoreIdTokenVerifier::new_public_client(client, issuer, metadata.jwks().clone())
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EdDsa,
        ]);
    for token in &question.tokens {
        let verdict = match Token::from_str(token) {
            Err(error) => json!({ "refused": error.to_string() }),
            Ok(token) => match token.claims(&verifier, |_: Option<&Nonce>| Ok(())) {
                Err(error) => json!({ "refused": format!("{error:?}") }),
                Ok(claims) => json!({
                    "subject": claims.subject().as_str(),
                    "email": claims.email().map(|email| email.as_str()),
                }),
            },
        };
        println!("{verdict}");
    }
    Ok(())
}

//! The exports: the sets on either engine, and the measure of both.

use std::cell::RefCell;

use edgeward_core::{
    Code, Error, base64url,
    jose::{
        engine,
        jwe::{Demand, Sealed, wrap},
        kernels::Kernels,
    },
    secret::Secret,
};
use edgeward_host::{
    decryption::Decryption,
    webcrypto::{Operation, PrivateKeys, WebCrypto},
};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::{
    kernels::{by_kernel, run_kernels},
    model::{Ask, Set},
    opening::{self, exposed},
    question::Question,
    report::{Report, cases, compare, question},
    run_crates, sets,
    tokens::MINTED,
};

/// The names of the sets.
#[wasm_bindgen(js_name = sets)]
#[must_use]
pub fn names() -> Vec<String> {
    sets::SETS.iter().map(|set| set.name.clone()).collect()
}

/// Runs a set on the engine `crates`, `kernels` or `webcrypto` and gives the [`Report`].
///
/// # Errors
/// An unknown set or engine.
#[wasm_bindgen]
pub async fn run(set: String, engine: String) -> Result<JsValue, JsError> {
    let set = sets::by_name(&set).ok_or_else(|| JsError::new("There is no set of this name."))?;
    let report = match engine.as_str() {
        "crates" => run_crates(set),
        "kernels" => run_kernels(set).0,
        "webcrypto" => run_webcrypto(set).await,
        _ => return Err(JsError::new("The engines are crates, kernels and webcrypto.")),
    };
    Ok(report.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

async fn run_webcrypto(set: &Set) -> Report {
    let (mut report, engine) = (Report::default(), WebCrypto::new());
    let private = PrivateKeys::new();
    for (group, case) in cases(set) {
        let answer = if opening::opens(&case.ask) {
            compare(case, open(&private, &group.key, &case.ask).await)
        } else {
            match question(group, case) {
                Ok(q) => engine.verify(&q.key, q.alg, &q.input, &q.signature).await,
                Err(error) => Err(error),
            }
        };
        report.take(set, case, &answer);
    }
    report
}

/// Opens as the host does, in WebCrypto. Only key agreement is left to the crates: the published
/// private keys have no point, which WebCrypto asks for.
async fn open(private: &PrivateKeys, key: &Value, ask: &Ask) -> Result<Vec<u8>, Error> {
    match ask {
        Ask::Sealed { jwe } => {
            let decryption = Decryption::new(opening::keys(key)?, Demand::Optional);
            decryption.open_content(&Sealed::parse(jwe)?).await
        }
        Ask::Encrypted { enc, aad, iv, ciphertext, tag } => {
            let (secret, parts) = (opening::secret(key), opening::parts([aad, iv, ciphertext, tag]));
            let input = opening::ciphertext_of(enc, &secret, &parts)?;
            private.perform(&Operation::Decipher(&input)).await.map(exposed)
        }
        Ask::Wrapped { wrapped } => {
            let (secret, wrapped) = (Secret::new(opening::secret(key)), base64url::decode(wrapped)?);
            if !wrap::may_be_wrapped(&wrapped) {
                return Err(Code::TokenDecryptionFailed.into());
            }
            private.perform(&Operation::Unwrap { secret: &secret, wrapped: &wrapped }).await.map(exposed)
        }
        Ask::Oaep { oaep } => {
            let (own, encrypted) = (opening::pair(key)?, base64url::decode(oaep)?);
            private.perform(&Operation::Decrypt { own: &own, encrypted: &encrypted }).await.map(exposed)
        }
        _ => opening::by_crates(key, ask, &|_, _| Err(Code::AlgorithmUnsupported.into())),
    }
}

/// Opens a token with a private JWK, as the host does, and gives its content.
///
/// # Errors
/// The code of the refusal.
#[wasm_bindgen(js_name = openToken)]
pub async fn open_token(token: String, jwk: String) -> Result<Vec<u8>, JsError> {
    let key = serde_json::from_str(&jwk)?;
    let opened = open(&PrivateKeys::new(), &key, &Ask::Sealed { jwe: token }).await;
    opened.map_err(|error| JsError::new(error.code.as_str()))
}

/// One token, verified again and again on either engine. Time is taken by the caller: in workerd
/// the clock stands still during the work.
#[wasm_bindgen]
pub struct Bench {
    question: Question,
    webcrypto: WebCrypto,
    kernels: RefCell<Kernels>,
}

#[wasm_bindgen]
impl Bench {
    /// The algorithms that have a token.
    #[must_use]
    pub fn algorithms() -> Vec<String> {
        MINTED.tokens.iter().map(|token| token.alg.clone()).collect()
    }

    /// Takes the token of an algorithm.
    ///
    /// # Errors
    /// An algorithm without a token.
    #[wasm_bindgen(constructor)]
    pub fn new(alg: &str) -> Result<Self, JsError> {
        let token = MINTED.tokens.iter().find(|token| token.alg == alg);
        let token = token.ok_or_else(|| JsError::new("There is no token for this algorithm."))?;
        let (input, signature) = token.token.rsplit_once('.').expect("a token has parts");
        let ask = Ask::Signature {
            alg: alg.to_owned(),
            input: base64url::encode(input.as_bytes()),
            signature: signature.to_owned(),
        };
        let question = Question::new(&token.jwk, &ask).map_err(|error| JsError::new(error.code.as_str()))?;
        Ok(Self { question, webcrypto: WebCrypto::new(), kernels: RefCell::default() })
    }

    /// Verifies `times` times with a kernel, whose tables stand from the second call on.
    ///
    /// # Errors
    /// The signature did not verify, or there is no kernel for the algorithm.
    pub fn kernels(&self, times: u32) -> Result<(), JsError> {
        let mut kernels = self.kernels.borrow_mut();
        for _ in 0..times {
            let verdict =
                by_kernel(&mut kernels, &self.question).unwrap_or(Err(Code::AlgorithmUnsupported.into()));
            verdict.map_err(|error| JsError::new(error.code.as_str()))?;
        }
        Ok(())
    }

    /// Verifies `times` times with the crates.
    ///
    /// # Errors
    /// The signature did not verify.
    pub fn crates(&self, times: u32) -> Result<(), JsError> {
        let q = &self.question;
        for _ in 0..times {
            let verdict = engine::verify(&q.key, q.alg, &q.input, &q.signature);
            verdict.map_err(|error| JsError::new(error.code.as_str()))?;
        }
        Ok(())
    }

    /// Verifies `times` times with WebCrypto, one after the other; the key is imported once.
    ///
    /// # Errors
    /// The signature did not verify, or the runtime does not know the algorithm.
    pub async fn webcrypto(&self, times: u32) -> Result<(), JsError> {
        let q = &self.question;
        for _ in 0..times {
            let verdict = self.webcrypto.verify(&q.key, q.alg, &q.input, &q.signature).await;
            verdict.map_err(|error| JsError::new(error.code.as_str()))?;
        }
        Ok(())
    }
}

//! Reads tokens, one JSON line each, and writes what the core and `jsonwebtoken` say to them.
//!
//! In: `{"setting": name, "token": text}`. Out: `{"own": code or null, "oracle": reason or null}`,
//! where null means that the token is accepted.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
    time::{SystemTime, UNIX_EPOCH},
};

use edgeward_core::time::UnixSeconds;
use edgeward_hostile::{CORPUS, Judge, corpus::Setting};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet},
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Question {
    setting: String,
    token: String,
}

#[derive(Serialize)]
struct Answer {
    own: Option<String>,
    oracle: Option<String>,
}

struct Verifier {
    judge: Judge,
    setting: &'static Setting,
    keys: JwkSet,
}

fn main() -> io::Result<()> {
    let verifiers: BTreeMap<&str, Verifier> =
        CORPUS.settings.iter().map(|(name, setting)| (name.as_str(), Verifier::new(setting))).collect();
    let (input, mut output) = (io::stdin().lock(), io::BufWriter::new(io::stdout().lock()));
    for line in input.lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let verifier =
            verifiers.get(question.setting.as_str()).ok_or_else(|| io::Error::other("no such setting"))?;
        serde_json::to_writer(&mut output, &verifier.answer(&question.token))?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// The machine's clock, which the oracle reads by itself. No token is made close to it.
fn now() -> UnixSeconds {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixSeconds(i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}

impl Verifier {
    fn new(setting: &'static Setting) -> Self {
        // A key that the oracle cannot read is one that it does not have.
        let keys = setting.keys.iter().flatten();
        let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok()).collect();
        Self { judge: Judge::new(&CORPUS, setting), setting, keys: JwkSet { keys } }
    }

    fn answer(&self, token: &str) -> Answer {
        let own = self.judge.verify(token, now()).err();
        Answer { own: own.map(|error| error.code.as_str().to_owned()), oracle: self.oracle(token).err() }
    }

    fn oracle(&self, token: &str) -> Result<(), String> {
        let told = |error: jsonwebtoken::errors::Error| format!("{:?}", error.kind());
        let header = decode_header(token).map_err(told)?;
        let allowed: Vec<Algorithm> =
            self.setting.algorithms.iter().filter_map(|alg| alg.name().parse().ok()).collect();
        if !allowed.contains(&header.alg) {
            return Err("algorithm".into());
        }
        let mut validation = Validation::new(header.alg);
        validation.leeway = 60;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.setting.issuer]);
        validation.set_audience(&self.setting.audience);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let mut refusal = "no key".to_owned();
        for key in self.candidates(header.kid.as_deref()) {
            match decode::<serde_json::Value>(token, &key, &validation) {
                Ok(_) => return Ok(()),
                Err(error) => refusal = told(error),
            }
        }
        Err(refusal)
    }

    fn candidates(&self, kid: Option<&str>) -> Vec<DecodingKey> {
        if self.setting.secret {
            return vec![DecodingKey::from_secret(CORPUS.secret.as_bytes())];
        }
        let named = self.keys.keys.iter().filter(|key| kid.is_none() || key.common.key_id.as_deref() == kid);
        named.filter_map(|key| DecodingKey::from_jwk(key).ok()).collect()
    }
}

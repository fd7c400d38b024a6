//! The world's provider: signs in whoever comes, and allows each refresh token once.

use std::collections::HashMap;

use edgeward_core::{
    base64url,
    json::{self, Map, Value, object},
    oauth::form,
};

/// The key of the provider and of the platform, of RFC 9449 §4.1.
pub const JWK: &str = r#"{"kty":"EC","crv":"P-256","alg":"ES256","kid":"k","use":"sig",
    "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;

/// How long an access token lives, in seconds.
pub const LIFETIME: i64 = 300;

#[derive(Default)]
pub struct Provider {
    /// The parameters of every request to the token endpoint.
    pub asked: Vec<HashMap<String, String>>,
    /// The proofs that came with them.
    pub proofs: Vec<Value>,
    /// What has been revoked.
    pub revoked: Vec<String>,
    /// Claims in place of the good ones.
    pub claims: Map,
    /// Further members of the metadata.
    pub metadata: Map,
    /// Answers in place of the good ones, the next one last: a status and a body, or no answer at all.
    pub faults: Vec<Option<(u32, &'static str)>>,
    /// How the clock there differs from the one here, in seconds.
    pub ahead: i64,
    /// The nonce that proofs must have.
    pub nonce: Option<&'static str>,
    codes: HashMap<String, HashMap<String, String>>,
    pushed: HashMap<String, HashMap<String, String>>,
    /// The refresh token that is good.
    pub live: Option<String>,
    serial: u32,
}

impl Provider {
    /// Signs somebody in; gives the address that the browser is sent back to.
    pub fn authorize(&mut self, address: &str) -> String {
        let (_, query) = address.split_once('?').unwrap();
        let mut asked = pairs(query);
        if let Some(name) = asked.get("request_uri") {
            asked = self.pushed.remove(name).unwrap();
        }
        let code = self.name("code");
        let state = asked.get("state").unwrap().clone();
        self.codes.insert(code.clone(), asked);
        format!("https://app.example/?code={code}&state={state}&iss=https%3A%2F%2Fid.example")
    }

    /// How often refresh tokens were sent.
    pub fn refreshes(&self) -> usize {
        self.asked.iter().filter(|asked| asked.get("grant_type").unwrap() == "refresh_token").count()
    }

    /// Answers a request, or does not.
    pub fn answer(&mut self, request: &Value, now: i64) -> Result<Value, &'static str> {
        let text = |name| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let body = pairs(text("body"));
        let path = text("url").strip_prefix("https://id.example").unwrap();
        Ok(match path {
            "/.well-known/openid-configuration" => self.answered(200, &self.document(), now),
            "/jwks" => self.answered(200, &format!(r#"{{"keys":[{JWK}]}}"#), now),
            "/token" => match self.faults.pop() {
                Some(None) => return Err("network_failed"),
                Some(Some((status, body))) => self.answered(status, body, now),
                None => self.tokens(request, body, now),
            },
            "/par" => {
                let name = self.name("urn:request");
                self.pushed.insert(name.clone(), body);
                self.answered(201, &format!(r#"{{"request_uri":"{name}","expires_in":60}}"#), now)
            }
            "/device" => self.answered(
                200,
                r#"{"device_code":"d","user_code":"ADA","verification_uri":"https://id.example/verify","expires_in":60,"interval":5}"#,
                now,
            ),
            "/revoke" => {
                self.revoked.push(body.get("token").unwrap().clone());
                self.answered(200, "", now)
            }
            other => panic!("nobody is at {other}"),
        })
    }

    fn document(&self) -> String {
        let mut document = json::parse_object(
            br#"{"issuer":"https://id.example","authorization_endpoint":"https://id.example/authorize",
            "token_endpoint":"https://id.example/token","jwks_uri":"https://id.example/jwks",
            "revocation_endpoint":"https://id.example/revoke","device_authorization_endpoint":"https://id.example/device",
            "pushed_authorization_request_endpoint":"https://id.example/par"}"#,
        )
        .unwrap();
        document.extend(self.metadata.iter().cloned());
        Value::Object(document).to_text()
    }

    fn tokens(&mut self, request: &Value, body: HashMap<String, String>, now: i64) -> Value {
        let proof = request.get("headers").unwrap().as_array().unwrap().iter().find_map(proof_in);
        self.asked.push(body.clone());
        let fits = |proof: &Value| proof.get("nonce").and_then(Value::as_str) == self.nonce;
        if self.nonce.is_some() && !proof.as_ref().is_some_and(fits) {
            self.proofs.extend(proof);
            return self.answered(400, r#"{"error":"use_dpop_nonce"}"#, now);
        }
        let kind = if proof.is_some() { "DPoP" } else { "Bearer" };
        self.proofs.extend(proof);
        let nonce = match body.get("grant_type").unwrap().as_str() {
            "authorization_code" => match self.codes.remove(body.get("code").unwrap()) {
                Some(asked) => asked.get("nonce").cloned(),
                None => return self.refused(now),
            },
            "refresh_token" => {
                // A second use ends the family.
                if self.live.take().as_ref() != body.get("refresh_token") {
                    return self.refused(now);
                }
                None
            }
            _ => None,
        };
        let first = body.get("grant_type").unwrap() != "refresh_token";
        let (access, refresh) = (self.name("at"), self.name("rt"));
        self.live = Some(refresh.clone());
        let mut members = vec![
            ("access_token", Value::from(access)),
            ("refresh_token", refresh.into()),
            ("token_type", kind.into()),
            ("expires_in", LIFETIME.into()),
        ];
        if first {
            members.push(("id_token", self.id_token(nonce, now).into()));
        }
        self.answered(200, &object(members).to_text(), now)
    }

    fn id_token(&self, nonce: Option<String>, now: i64) -> String {
        let issued = now / 1000 + self.ahead;
        let mut claims = vec![
            ("iss", Value::from("https://id.example")),
            ("aud", "app".into()),
            ("sub", "ada".into()),
            ("iat", issued.into()),
            ("exp", (issued + LIFETIME).into()),
        ];
        claims.extend(nonce.map(|nonce| ("nonce", nonce.into())));
        let Value::Object(mut claims) = object(claims) else { panic!("an object") };
        claims.extend(self.claims.iter().cloned());
        let header = base64url::encode(br#"{"alg":"ES256","kid":"k"}"#);
        let input = [header, base64url::encode(Value::Object(claims).to_text().as_bytes())].join(".");
        [input.as_str(), ".", &signature(&input)].concat()
    }

    fn refused(&self, now: i64) -> Value {
        self.answered(400, r#"{"error":"invalid_grant"}"#, now)
    }

    fn answered(&self, status: u32, body: &str, now: i64) -> Value {
        let date = edgeward_core::time::UnixSeconds(now / 1000 + self.ahead);
        let mut headers = vec![
            vec!["content-type".to_owned(), "application/json".into()].into(),
            vec!["date".to_owned(), http_date(date.0)].into(),
        ];
        headers.extend(self.nonce.map(|nonce| vec!["dpop-nonce".to_owned(), nonce.into()].into()));
        object(vec![("status", status.into()), ("headers", Value::Array(headers)), ("body", body.into())])
    }

    fn name(&mut self, kind: &str) -> String {
        self.serial += 1;
        format!("{kind}-{}", self.serial)
    }
}

/// The claims of a proof, if a header is one.
fn proof_in(header: &Value) -> Option<Value> {
    let [name, value] = header.as_array()?.as_slice() else { return None };
    let payload = (name.as_str()? == "dpop").then(|| value.as_str()?.split('.').nth(1))??;
    json::parse(&base64url::decode(payload).ok()?).ok()
}

fn pairs(text: &str) -> HashMap<String, String> {
    form::decode(text).into_iter().collect()
}

/// What stands for a signature in this world: nobody here has a key, and nobody needs one.
pub fn signature(data: &str) -> String {
    let hash = |salt: u64| {
        data.bytes().fold(salt ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    base64url::encode(&(0..8).flat_map(|salt| hash(salt).to_be_bytes()).collect::<Vec<u8>>())
}

/// Whether a text was signed here.
pub fn is_signed(data: &str, given: &str) -> bool {
    signature(data) == given
}

/// A date of HTTP in January 2027, where this world is.
fn http_date(seconds: i64) -> String {
    const DAY: i64 = 86_400;
    // 15 January 2027, a Friday, began then.
    const FRIDAY: i64 = 1_799_971_200;
    let (day, rest) = ((seconds - FRIDAY).div_euclid(DAY), (seconds - FRIDAY).rem_euclid(DAY));
    let name = ["Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu"][usize::try_from(day.rem_euclid(7)).unwrap()];
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{name}, {:02} Jan 2027 {hour:02}:{minute:02}:{second:02} GMT", 15 + day)
}

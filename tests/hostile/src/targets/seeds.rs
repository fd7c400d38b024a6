//! What the targets begin with: the corpus taken apart, and a good example of everything else.

use edgeward_core::base64url;
use serde_json::json;

use crate::CORPUS;

/// Longer seeds slow a target down and show nothing more.
const LONGEST: usize = 4096;

/// The seeds of a target.
#[must_use]
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let seeds: Vec<Vec<u8>> = match target {
        "jws" | "token" => tokens(),
        "jwe" => [tokens(), texts(&SEALED)].concat(),
        "introspection" => [parts(1), texts(&ANSWERS)].concat(),
        "session" => texts(&SESSIONS),
        "json" => [parts(0), parts(1)].concat(),
        "claims" => parts(1),
        "proof" => [tokens(), texts(&[PROOF])].concat(),
        "jwks" => key_sets(),
        "discovery" => texts(&[METADATA]),
        "config" => texts(&[CONFIG, CONFIG_2]),
        "oauth" => {
            texts(&[TOKENS, CALLBACK, "invalid_grant\nThe code was used.", r#"{"error":"invalid_grant"}"#])
        }
        "credential" => texts(&REQUESTS),
        "authenticate" => texts(&CHALLENGES),
        "grants" => texts(&GRANTS),
        "challenge" => texts(&["api", "read write", r#"Bearer realm="api", error="invalid_token""#]),
        "route" => texts(&PATHS),
        _ => Vec::new(),
    };
    seeds.into_iter().filter(|seed| seed.len() <= LONGEST).collect()
}

fn tokens() -> Vec<Vec<u8>> {
    CORPUS.tokens.iter().map(|entry| entry.token().into_bytes()).collect()
}

/// One part of every token, decoded.
fn parts(at: usize) -> Vec<Vec<u8>> {
    let part = |token: String| base64url::decode(token.split('.').nth(at)?).ok();
    CORPUS.tokens.iter().filter_map(|entry| part(entry.token())).collect()
}

fn key_sets() -> Vec<Vec<u8>> {
    let keys = || CORPUS.settings.values().flat_map(|setting| setting.keys.iter().flatten());
    let pairs = keys().zip(keys().skip(1));
    let one = keys().map(|key| json!({ "keys": [key] }));
    let two = pairs.map(|(key, other)| json!({ "keys": [key, other] }));
    one.chain(two).map(|set| set.to_string().into_bytes()).collect()
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// RFC 9449 §4.1.
const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const METADATA: &str = r#"{"issuer":"https://issuer.example","authorization_endpoint":"https://issuer.example/authorize","token_endpoint":"https://issuer.example/token","jwks_uri":"https://issuer.example/jwks","response_types_supported":["code"],"code_challenge_methods_supported":["S256"],"end_session_endpoint":"https://issuer.example/end","revocation_endpoint":"https://issuer.example/revoke","authorization_response_iss_parameter_supported":true,"id_token_signing_alg_values_supported":["ES256"],"token_endpoint_auth_methods_supported":["none"]}"#;
const CONFIG: &str = r#"{"origin":"https://o.example","allowed_origins":["https://app.example"],"realm":"api","issuers":[{"issuer":"https://i.example","audience":["api"],"algorithms":["ES256"],"token_type":"at+jwt","clock_tolerance_seconds":30}],"routes":[{"path":"/p/*","credential":"none"},{"path":"/a","scopes":["x:y"]}]}"#;
const CONFIG_2: &str = r#"{"development":true,"origin_binding":"API","issuers":[{"issuer":"https://i.example","audience":"api","algorithms":["HS256"],"secret_binding":"S","require_expiration":false,"max_token_age_seconds":60},{"issuer":"http://127.0.0.1:1","audience":"b","algorithms":["EdDSA"],"jwks_uri":"http://127.0.0.1:1/jwks"}],"credentials":{"query":"access_token","websocket":true},"metrics":{"secret_binding":"M"},"resource":{"url":"https://api.example"},"log":"denied"}"#;
const TOKENS: &str = r#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":3600,"refresh_token":"r","scope":"openid","id_token":"a.b.c"}"#;
const CALLBACK: &str = "code=SplxlOBeZQQYbYS6WxSbIA&state=xyz&iss=https%3A%2F%2Fissuer.example&keep=1";
const REQUESTS: [&str; 6] = [
    "https://a.example/b?access_token=a.b.c\nhost: a.example",
    "https://a.example/\nauthorization: Bearer a.b.c",
    "https://a.example/\nauthorization: DPoP a.b.c\ndpop: d.e.f",
    "https://a.example/\ncookie: x=1; __Host-token=a.b.c; __Secure-token=d.e.f; token=g.h.i; session=j",
    "wss://a.example/\nupgrade: websocket\nsec-websocket-protocol: chat, edgeward.bearer.a.b.c",
    "https://a.example/\nx-token: a.b.c\nauthorization: Basic YTpi",
];
const PATHS: [&str; 7] = [
    "/public/..%2fadmin\n/a/*",
    "/public/a;v=1/../x\n/public",
    "/%61dmin/%252e%252e/x\n/x/*",
    "//admin\\x\n/*",
    "https://a.example:443/a/./b/../c?d=e#f",
    "/a%2Fb/%2e\n/exact",
    "/public/%ff%zz\n/b",
];
/// `dir`, A128KW and ECDH-ES (RFC 7518 appendix C), with content that no key here fits.
const SEALED: [&str; 3] = [
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
    "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ",
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImFwdSI6IlFXeHBZMlUiLCJhcHYiOiJRbTlpIiwiZXBrIjp7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4IjoiZ0kwR0FJTEJkdTdUNTdha1JGeU15R2NzRjU5S3Y0RmJsWW5GWmtTdEVqVSIsInkiOiI2MlZFeHFVdHM3ZlBHV1dVWkNzYTRoWkJzVHRUY051SG5kV2dzNnRhSTVZIn19..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
];
const ANSWERS: [&str; 4] = [
    r#"{"active":true,"iss":"https://usual.example","aud":"https://api.example","sub":"ada","exp":4102444800,"token_type":"Bearer"}"#,
    r#"{"active":false}"#,
    r#"{"issuer":"https://usual.example","subject":"ada","before":1767225600}"#,
    "logout_token=a.b.c",
];
const SESSIONS: [&str; 3] = [
    "better-auth.session_token=abc.dGhlIHNpZ25hdHVyZSBvZiBhIHNlc3Npb24gdG9rZW4x; better-auth.session_data=eyJzZXNzaW9uIjp7fX0",
    "__Secure-better-auth.session_token=a.b; __Secure-better-auth.session_data.0=a; __Secure-better-auth.session_data.1=b",
    "session=1; session=2; __Host-session=3; session.0=x",
];
/// Challenges of RFC 6750, 9110, 9449 and 9728, some with a second line for the other headers.
const CHALLENGES: [&str; 6] = [
    r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
    r#"Bearer error="invalid_token", error_description="The access token expired", resource_metadata="https://api.example/.well-known/oauth-protected-resource""#,
    "DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256\"\neyJ7S_zG.eyJH0-Z.HX4w-7v",
    "Negotiate a87421000492aa874209af8bc028, Bearer, NTLM YWJj==",
    "Fri, 31 Dec 1999 23:59:59 GMT\nFri, 31 Dec 1999 23:50:59 GMT",
    "Bearer resource_metadata=https://api.example/m,scope = a error=\"x\\y\"\nnonce",
];
/// Answers of RFC 9126, 8628, 8693, 7591, 9728 and 7662, of Slack and of userinfo.
const GRANTS: [&str; 9] = [
    r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}"#,
    r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg","user_code":"WDJB-MJHT","verification_uri":"https://example.com/device","verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT","expires_in":1800,"interval":5}"#,
    r#"{"access_token":"eyJ","issued_token_type":"urn:ietf:params:oauth:token-type:jwt","token_type":"N_A","expires_in":60,"authorization_details":[{"type":"x"}]}"#,
    r#"{"client_id":"s6BhdRkqt3","client_secret":"cf136dc3","client_secret_expires_at":2893276800,"redirect_uris":["https://client.example.org/callback"],"registration_access_token":"reg-2341","registration_client_uri":"https://server.example.com/register/s6"}"#,
    r#"{"resource":"https://api.example/mcp","authorization_servers":["https://issuer.example"],"scopes_supported":["a"]}"#,
    r#"{"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"a,b","authed_user":{"id":"U1","scope":"c","access_token":"xoxp-1","token_type":"user"}}"#,
    r#"{"sub":"ada","active":true,"act":{"sub":"agent","act":{"sub":"other"}}}"#,
    r#"{"client_id":"https://api.example/mcp","redirect_uris":["https://api.example/cb","com.example:/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[{"kty":"EC","x":"a"}]}}"#,
    r#"{"ok":false,"error":"invalid_code"}"#,
];

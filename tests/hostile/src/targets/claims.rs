//! JSON, and what is made of claims.

use edgeward_core::{
    gateway::credential::Kind,
    gateway::identity::{Identity, Mapping},
    jose::{
        Algorithm,
        jws::{Header, Payload, Verified},
    },
    json::{self, Value},
    jwt::{self, Claims, Policy},
    time::UnixSeconds,
};

/// What the reader accepts, `serde_json` accepts and reads alike; what it refuses alone has a reason.
pub fn json(data: &[u8]) {
    let oracle = serde_json::from_slice::<serde_json::Value>(data).ok();
    match (json::parse(data), oracle) {
        (Ok(own), Some(oracle)) => {
            assert!(same(&own, &oracle), "read otherwise");
            let again = json::parse(own.to_string().as_bytes()).expect("what is written can be read");
            assert!(same(&again, &oracle), "written otherwise");
        }
        (Ok(_), None) => panic!("accepted alone"),
        (Err(_), Some(oracle)) => assert!(is_stricter_about(data, &oracle), "refused alone"),
        (Err(_), None) => {}
    }
}

/// Whether two values are the same, numbers up to the last digits.
fn same(own: &Value, oracle: &serde_json::Value) -> bool {
    match (own, oracle) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(own), serde_json::Value::Bool(oracle)) => own == oracle,
        (Value::String(own), serde_json::Value::String(oracle)) => own == oracle,
        (Value::Number(own), serde_json::Value::Number(oracle)) => {
            let oracle = oracle.as_f64().expect("a number");
            // Beside zero the steps of f64 are coarser than a relative bound.
            (own - oracle).abs() <= (oracle.abs() * 1e-13).max(1e-300)
        }
        (Value::Array(own), serde_json::Value::Array(oracle)) => {
            own.len() == oracle.len() && own.iter().zip(oracle).all(|(own, oracle)| same(own, oracle))
        }
        (Value::Object(own), serde_json::Value::Object(oracle)) => {
            let member =
                |(name, value): &(String, Value)| oracle.get(name).is_some_and(|oracle| same(value, oracle));
            own.len() == oracle.len() && own.iter().all(member)
        }
        _ => false,
    }
}

/// The rules that `serde_json` does not have: no repeated member, 32 levels, 1,000 members, and
/// numbers that `f64` can hold (it takes some that round down to its largest).
fn is_stricter_about(data: &[u8], oracle: &serde_json::Value) -> bool {
    let members = colons(data);
    count(oracle) < members
        || depth(oracle) > json::MAX_DEPTH
        || widest(oracle) > json::MAX_MEMBERS
        || is_huge(oracle)
}

fn colons(data: &[u8]) -> usize {
    let (mut inside, mut escaped, mut colons) = (false, false, 0);
    for byte in data {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b':' if !inside => colons += 1,
            _ => {}
        }
    }
    colons
}

fn children(value: &serde_json::Value) -> Vec<&serde_json::Value> {
    match value {
        serde_json::Value::Array(items) => items.iter().collect(),
        serde_json::Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn count(value: &serde_json::Value) -> usize {
    value.as_object().map_or(0, serde_json::Map::len) + children(value).into_iter().map(count).sum::<usize>()
}

fn depth(value: &serde_json::Value) -> usize {
    let own = usize::from(value.is_array() || value.is_object());
    own + children(value).into_iter().map(depth).max().unwrap_or(0)
}

fn widest(value: &serde_json::Value) -> usize {
    let own = value.as_object().map_or(0, serde_json::Map::len);
    children(value).into_iter().map(widest).max().unwrap_or(0).max(own)
}

fn is_huge(value: &serde_json::Value) -> bool {
    value.as_f64().is_some_and(|number| number.abs() > 1.79e308) || children(value).into_iter().any(is_huge)
}

const ISSUER: &str = "https://usual.example";
const AUDIENCE: &str = "https://api.example";
const NOW: i64 = 1_767_225_600;

/// What is accepted satisfies the policy when it is read by somebody else, and can be told to an
/// origin.
pub fn claims(data: &[u8]) {
    let Ok(payload) = Payload::parse(data.to_vec()) else { return };
    let policy =
        Policy::new(ISSUER.into(), vec![AUDIENCE.into()], vec![Algorithm::Es256]).expect("a good policy");
    let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
    let Ok(claims) = jwt::validate(Verified { header, payload }, &policy, UnixSeconds(NOW)) else { return };
    assert_eq!(claims.json().as_bytes(), data, "the text as it was signed");
    let oracle: serde_json::Value = serde_json::from_slice(data).expect("claims are JSON");
    assert_eq!(oracle["iss"], ISSUER);
    assert!(
        oracle["aud"] == AUDIENCE || oracle["aud"].as_array().expect("a list").contains(&AUDIENCE.into())
    );
    let date = |name: &str| oracle.get(name).map(|date| date.as_f64().expect("a number"));
    let now = f64::from(u32::try_from(NOW).expect("before 2106"));
    assert!(date("exp").is_some_and(|exp| exp + 60.0 >= now), "not expired");
    for start in ["nbf", "iat"] {
        assert!(date(start).is_none_or(|start| start < now + 61.0), "it has begun");
    }
    assert!(oracle.get("cnf").is_none(), "not bound");
    told(claims);
}

fn told(claims: Claims) {
    let Ok(identity) = Identity::new(claims, &Mapping::default(), Kind::Bearer) else { return };
    for (name, value) in identity.headers() {
        assert!(name.starts_with("x-edgeward-"), "a name of our own");
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "visible ASCII in {name}");
    }
}

//! Apple's private key, as it is downloaded.

use base64ct::{Base64, Encoding};
use edgeward_core::{base64url, json::object, secret::Secret};

/// The private JWK of a P-256 key in PKCS #8, with or without the lines around it. `None`: it is no such key, or its
/// public half is left out.
///
/// There are two ways to write such a key, whose bytes differ only in the key itself: with the curve named again
/// within, as Apple does, and without, as others do.
///
/// Source: [RFC 5958 §2](https://www.rfc-editor.org/rfc/rfc5958#section-2),
/// [RFC 5915 §3](https://www.rfc-editor.org/rfc/rfc5915#section-3)
pub fn private_jwk(pem: &str) -> Option<Secret> {
    let body = pem.replace("-----BEGIN PRIVATE KEY-----", "").replace("-----END PRIVATE KEY-----", "");
    let body: String = body.split_ascii_whitespace().collect();
    let der = Secret::new(Base64::decode_vec(&body).ok()?);
    let rest = FORMS.iter().find_map(|(head, middle)| Some((der.expose().strip_prefix(*head)?, *middle)));
    let (rest, middle) = rest?;
    let (d, rest) = rest.split_at_checked(32)?;
    let point = rest.strip_prefix(middle).filter(|point| point.len() == 64)?;
    let (x, y) = point.split_at_checked(32)?;
    let text = |part: &[u8]| base64url::encode(part).into();
    let jwk = object(vec![
        ("kty", "EC".into()),
        ("crv", "P-256".into()),
        ("x", text(x)),
        ("y", text(y)),
        ("d", text(d)),
    ]);
    Some(Secret::new(jwk.to_text().into_bytes()))
}

/// What stands before the private half, and what between it and the public one.
const FORMS: [(&[u8], &[u8]); 2] = [
    (
        b"\x30\x81\x93\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\
          \x04\x79\x30\x77\x02\x01\x01\x04\x20",
        b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\xa1\x44\x03\x42\x00\x04",
    ),
    (
        b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\
          \x04\x6d\x30\x6b\x02\x01\x01\x04\x20",
        b"\xa1\x44\x03\x42\x00\x04",
    ),
];

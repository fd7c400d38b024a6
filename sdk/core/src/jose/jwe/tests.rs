use alloc::{format, string::String};

use aes_gcm::{Aes128Gcm, KeyInit, aead::AeadInOut};

use super::*;
use crate::{base64url, json};

/// RFC 7516 appendix A.3: A128KW with A128CBC-HS256.
const RFC_TOKEN: &str = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";
const RFC_KEY: &str = r#"{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"}"#;

/// RFC 7518 appendix C: the reader's key.
const BOB: &str = r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#;
const ALICE: &str = r#"{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}"#;

const DIRECT: &str = r#"{"alg":"dir","enc":"A128GCM","cty":"JWT"}"#;

fn key(jwk: &str) -> Result<DecryptionKey, Error> {
    DecryptionKey::parse(&json::parse_object(jwk.as_bytes()).unwrap())
}

fn direct() -> ContentKey {
    ContentKey::direct(Secret::new(vec![7; 16]))
}

/// A token of A128GCM under sixteen sevens, whatever its header says.
fn seal(header: &str, content: &[u8]) -> String {
    let protected = base64url::encode(header.as_bytes());
    let (iv, mut buffer) = ([9; 12], content.to_vec());
    let cipher = Aes128Gcm::new_from_slice(&[7; 16]).unwrap();
    let aad = protected.as_bytes();
    let tag = cipher.encrypt_inout_detached((&iv).into(), aad, buffer.as_mut_slice().into()).unwrap();
    let part = base64url::encode;
    format!("{protected}..{}.{}.{}", part(&iv), part(&buffer), part(&tag))
}

fn parsed(header: &str) -> Result<(), Error> {
    Sealed::parse(&seal(header, b"content")).map(|_| ())
}

#[test]
fn opens_the_example_of_rfc_7516() {
    let sealed = Sealed::parse(RFC_TOKEN).unwrap();
    let content_key = sealed.content_key(&key(RFC_KEY).unwrap()).unwrap();
    assert_eq!(sealed.open(&content_key).unwrap(), b"Live long and prosper.");
}

#[test]
fn any_changed_bit_is_refused() {
    let own = key(RFC_KEY).unwrap();
    for place in 0..RFC_TOKEN.len() {
        for bit in 0..7 {
            let mut bytes = RFC_TOKEN.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let token = String::from_utf8(bytes).unwrap();
            let open = |sealed: Sealed<'_>| sealed.open(&sealed.content_key(&own)?);
            assert!(Sealed::parse(&token).and_then(open).is_err(), "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn why_a_token_does_not_open_is_not_said() {
    let own = key(RFC_KEY).unwrap();
    let with = |place: usize, change: fn(&mut Vec<u8>)| {
        let mut parts: Vec<_> = RFC_TOKEN.split('.').map(String::from).collect();
        let mut bytes = base64url::decode(&parts[place]).unwrap();
        change(&mut bytes);
        parts[place] = base64url::encode(&bytes);
        let token = parts.join(".");
        let sealed = Sealed::parse(&token)?;
        sealed.open(&sealed.content_key(&own)?)
    };
    let failed = Err(Code::TokenDecryptionFailed.into());
    assert_eq!(with(1, |wrapped| wrapped[0] ^= 1), failed);
    assert_eq!(with(1, |wrapped| wrapped.truncate(24)), failed);
    assert_eq!(with(1, |wrapped| wrapped.truncate(5)), failed);
    assert_eq!(with(2, |iv| iv[15] ^= 1), failed);
    assert_eq!(with(3, |ciphertext| ciphertext[31] ^= 1), failed);
    assert_eq!(with(3, |ciphertext| ciphertext.truncate(17)), failed);
    assert_eq!(with(3, Vec::clear), failed);
    assert_eq!(with(4, |tag| tag[0] ^= 1), failed);
    let other = key(r#"{"kty":"oct","alg":"A128KW","k":"AAAAAAAAAAAAAAAAAAAAAA"}"#).unwrap();
    assert_eq!(Sealed::parse(RFC_TOKEN).unwrap().content_key(&other).err(), failed.err());
}

/// What a platform is handed to unwrap or to decrypt.
#[test]
fn a_platform_is_asked_only_for_what_has_the_right_form() {
    let (own, sealed) = (key(RFC_KEY).unwrap(), Sealed::parse(RFC_TOKEN).unwrap());
    assert!(matches!(sealed.step(&own), Ok(Step::Unwrap(secret)) if secret.expose().len() == 16));
    for length in [1, 8, 16, 23, 25, 39] {
        let mut parts: Vec<_> = RFC_TOKEN.split('.').map(String::from).collect();
        parts[1] = base64url::encode(&vec![1; length]);
        let token = parts.join(".");
        assert_eq!(Sealed::parse(&token).unwrap().step(&own).err(), Some(failed()), "{length}");
    }
    let content_key = sealed.content_key(&own).unwrap();
    let input = sealed.ciphertext(&content_key).unwrap();
    assert_eq!((input.cipher, input.key.len(), input.iv.len()), (content::Cipher::Cbc, 16, 16));
    let other = sealed.carried(Secret::new(vec![7; 32])).unwrap();
    assert_eq!(sealed.ciphertext(&other).err(), Some(failed()), "the MAC stands before the cipher");
    let direct = seal(r#"{"alg":"dir","enc":"A128GCM"}"#, b"x");
    let sealed = Sealed::parse(&direct).unwrap();
    let short = ContentKey::direct(Secret::new(vec![7; 15]));
    assert_eq!(sealed.ciphertext(&short).err(), Some(failed()));
}

/// RFC 7518 appendix B.1 and B.3.
#[test]
fn decrypts_the_examples_of_rfc_7518_appendix_b() {
    let aad = b"The second principle of Auguste Kerckhoffs";
    let iv = 0x1af3_8c2d_c2b9_6ffd_d866_9409_2341_bc04_u128.to_be_bytes();
    let content: &[u8] = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience";
    let examples = [
        (
            ContentEncryption::A128CbcHs256,
            "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db",
            "652c3fa36b0a7c5b3219fab3a30bc1c4",
        ),
        (
            ContentEncryption::A256CbcHs512,
            "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950bbe2638d09dd7a4930930806d0703b1f6",
            "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5",
        ),
    ];
    for (enc, ciphertext, tag) in examples {
        let key: Vec<u8> = (0..enc.key_length()).map(|place| u8::try_from(place).unwrap()).collect();
        let (ciphertext, tag) = (hex(ciphertext), hex(tag));
        let input = Encrypted { aad, iv: &iv, ciphertext: &ciphertext, tag: &tag };
        let decrypt = |input| content::ciphertext(enc, &key, input).and_then(Ciphertext::decrypt);
        assert_eq!(decrypt(&input).unwrap(), content, "{enc}");
        let short = Encrypted { tag: &tag[..tag.len() - 1], ..input };
        assert_eq!(decrypt(&short), Err(failed()), "{enc}");
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |place: usize| u8::from_str_radix(&text[place..place + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

#[test]
fn agrees_as_the_example_of_rfc_7518_appendix_c() {
    let header = format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","apu":"QWxpY2U","apv":"Qm9i","epk":{ALICE}}}"#);
    let token = seal(&header, b"content");
    let content_key = Sealed::parse(&token).unwrap().content_key(&key(BOB).unwrap()).unwrap();
    assert_eq!(base64url::encode(content_key.secret.expose()), "VqqN6vgjbSBcIijNcacQGg");
}

#[test]
fn a_peer_off_the_curve_or_of_another_one_is_refused() {
    let (bob, outcome) = (key(BOB).unwrap(), |epk: &str, own: &DecryptionKey| {
        let token = seal(&format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","epk":{epk}}}"#), b"");
        Sealed::parse(&token)?.content_key(own).map(|_| ())
    });
    assert_eq!(outcome(ALICE, &bob), Ok(()));
    let off = ALICE.replace("gI0G", "gI1G");
    assert_eq!(outcome(&off, &bob), Err(failed()));
    let zero = r#"{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    assert_eq!(outcome(zero, &bob), Err(failed()));
    let montgomery = r#"{"kty":"OKP","crv":"X25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    assert_eq!(outcome(montgomery, &bob), Err(failed()));
    let own = r#"{"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo","d":"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo"}"#;
    assert_eq!(outcome(montgomery, &key(own).unwrap()), Err(failed()), "a point of small order");
    for odd in [r#""P-256""#, "null", "{}", r#"{"kty":"EC"}"#, &ALICE.replace("P-256", "P-384"), BOB] {
        assert_eq!(outcome(odd, &bob), Err(malformed("epk")), "{odd}");
    }
}

/// RFC 8037 appendix A.6: X25519.
#[test]
fn agrees_as_the_example_of_rfc_8037() {
    let own = Secret::new(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    let peer = r#"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#;
    let peer = Pair::public(&json::parse_object(peer.as_bytes()).unwrap()).unwrap();
    let shared = agreement::shared(&own, &peer).unwrap();
    assert_eq!(shared.expose(), hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
}

#[test]
fn has_exactly_five_parts() {
    for token in ["", "....", "e30.e30.e30", "a.b.c.d", &format!("{RFC_TOKEN}."), &".".repeat(10_000)] {
        assert_eq!(Sealed::parse(token).err().unwrap().code, Code::TokenMalformed, "{token:.20}");
    }
    assert!(is_sealed(RFC_TOKEN) && !is_sealed("a.b.c") && !is_sealed("a.b.c.d.e.f"));
}

#[test]
fn its_size_is_limited() {
    let long = |length: usize| {
        let short = seal(DIRECT, b"");
        short.replacen("..", &format!("..{}", "A".repeat(length)), 1)
    };
    assert_eq!(Sealed::parse(&long(16 * 1024)).err().unwrap().code, Code::TokenTooLarge);
}

#[test]
fn header_and_lengths_are_read_strictly() {
    assert_eq!(parsed(DIRECT), Ok(()));
    for header in [
        "",
        "[]",
        "{}",
        r#"{"enc":"A128GCM"}"#,
        r#"{"alg":"dir"}"#,
        r#"{"alg":"dir","enc":1}"#,
        r#"{"alg":null,"enc":"A128GCM"}"#,
        r#"{"alg":"dir","alg":"dir","enc":"A128GCM"}"#,
        r#"{"alg":"dir","enc":"A128GCM","kid":7}"#,
        r#"{"alg":"dir","enc":"A128GCM","cty":[]}"#,
        r#"{"alg":"dir","enc":"A256CBC-HS512"}"#,
        r#"{"alg":"A128KW","enc":"A128GCM"}"#,
        r#"{"alg":"ECDH-ES","enc":"A128GCM"}"#,
        "\u{feff}{\"alg\":\"dir\",\"enc\":\"A128GCM\"}",
    ] {
        assert_eq!(parsed(header).unwrap_err().code, Code::TokenMalformed, "{header}");
    }
    let with_key = seal(DIRECT, b"").replacen("..", ".AAAA.", 1);
    assert_eq!(Sealed::parse(&with_key).err(), Some(malformed("encrypted_key")));
}

#[test]
fn compression_and_extensions_are_refused() {
    let with = |member: &str| parsed(&format!(r#"{{"alg":"dir","enc":"A128GCM",{member}}}"#));
    for zip in [r#""zip":"DEF""#, r#""zip":"none""#, r#""zip":null"#] {
        assert_eq!(with(zip), Err(Error::at(Code::TokenAlgNotAllowed, "zip")), "{zip}");
    }
    for extension in [r#""crit":["exp"],"exp":1"#, r#""crit":[]"#, r#""b64":true"#] {
        assert_eq!(with(extension), Err(Code::TokenCritUnsupported.into()), "{extension}");
    }
}

#[test]
fn the_parties_of_an_agreement_are_limited() {
    let with =
        |member: &str| parsed(&format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","epk":{ALICE},{member}}}"#));
    let party = |length: usize| format!(r#""apu":"{}""#, base64url::encode(&vec![1; length]));
    assert_eq!(with(&party(MAX_PARTY)), Ok(()));
    assert_eq!(with(&party(MAX_PARTY + 1)), Err(malformed("apu")));
    assert_eq!(with(r#""apv":"=""#), Err(malformed("apv")));
    assert_eq!(with(r#""apv":7"#), Err(malformed("apv")));
}

#[test]
fn a_direct_key_opens_no_other_key_management_and_no_other_length() {
    let token = seal(DIRECT, b"{}");
    let sealed = Sealed::parse(&token).unwrap();
    assert_eq!(sealed.open(&direct()).unwrap(), b"{}");
    assert_eq!(sealed.open(&ContentKey::direct(Secret::new(vec![7; 32]))), Err(failed()));
    let token = seal(&format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","epk":{ALICE}}}"#), b"{}");
    assert_eq!(Sealed::parse(&token).unwrap().open(&direct()), Err(failed()));
}

#[test]
fn a_token_inside_must_be_announced() {
    let open = |header: &str, content: &[u8]| {
        let token = seal(header, content);
        let sealed = Sealed::parse(&token).unwrap();
        sealed.token(sealed.open(&direct())?)
    };
    assert_eq!(open(DIRECT, b"a.b.c").unwrap(), "a.b.c");
    for cty in ["application/jwt", "at+jwt", "application/AT+JWT"] {
        assert_eq!(open(&DIRECT.replace("JWT", cty), b"a.b.c").unwrap(), "a.b.c", "{cty}");
    }
    for cty in ["", "JWE", "JWT+x", "id+jwt", "application/json"] {
        let refused = open(&DIRECT.replace("JWT", cty), b"a.b.c");
        assert_eq!(refused, Err(Error::at(Code::TokenTypeInvalid, "cty")), "{cty}");
    }
    assert!(open(r#"{"alg":"dir","enc":"A128GCM"}"#, b"a.b.c").is_err());
    assert_eq!(open(DIRECT, b"\xff"), Err(malformed("")));
}

#[test]
fn a_key_is_bound_to_its_algorithm() {
    let permitted = |jwk: &str| {
        let key = key(jwk).unwrap();
        let pairs =
            KeyManagement::ALL.iter().flat_map(|alg| ContentEncryption::ALL.iter().map(|e| (*alg, *e)));
        pairs
            .filter(|(alg, enc)| key.permits(*alg, *enc))
            .map(|(alg, enc)| format!("{alg} {enc}"))
            .collect::<Vec<_>>()
    };
    let secret = |length: usize, alg: &str| {
        format!(r#"{{"kty":"oct","alg":"{alg}","k":"{}"}}"#, base64url::encode(&vec![1; length]))
    };
    assert_eq!(permitted(&secret(16, "dir")), ["dir A128GCM"]);
    assert_eq!(permitted(&secret(32, "dir")), ["dir A256GCM", "dir A128CBC-HS256"]);
    assert_eq!(permitted(&secret(32, "A256GCM")), ["dir A256GCM"]);
    assert_eq!(permitted(&secret(64, "dir")), ["dir A256CBC-HS512"]);
    assert_eq!(permitted(&secret(32, "A256KW")).len(), 4);
    assert_eq!(permitted(BOB).len(), 12);
    let bound = BOB.replace(r#""kty""#, r#""alg":"ECDH-ES+A256KW","kty""#);
    assert_eq!(permitted(&bound).len(), 4);
    for (length, alg) in
        [(16, "A256KW"), (32, "A128KW"), (24, "dir"), (0, "dir"), (16, "A256GCM"), (32, "HS256")]
    {
        assert_eq!(key(&secret(length, alg)), Err(Error::at(Code::JwkInvalid, "alg")), "{length} {alg}");
    }
    assert_eq!(
        key(&secret(16, "dir").replace(r#""alg":"dir","#, "")),
        Err(Error::at(Code::JwkInvalid, "alg"))
    );
}

#[test]
fn unusable_keys_are_named() {
    let with = |member: &str| key(&BOB.replacen('{', &format!("{{{member},"), 1)).err().map(|error| error.at);
    for good in [r#""use":"enc""#, r#""key_ops":["deriveBits"]"#, r#""key_ops":["deriveKey","wrapKey"]"#] {
        assert_eq!(with(good), None, "{good}");
    }
    assert_eq!(with(r#""use":"sig""#), Some("use"));
    for bad in ["[]", r#"["verify"]"#, r#"["deriveKey","deriveKey"]"#, r#""deriveKey""#, "[1]"] {
        assert_eq!(with(&format!(r#""key_ops":{bad}"#)), Some("key_ops"), "{bad}");
    }
    for alg in ["RSA-OAEP-256", "dir", "A128KW", "ES256", "RSA1_5", "PBES2-HS256+A128KW"] {
        assert_eq!(with(&format!(r#""alg":"{alg}""#)), Some("alg"), "{alg}");
    }
    let public = BOB.replace(r#","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw""#, "");
    assert_eq!(key(&public), Err(Error::at(Code::JwkInvalid, "d")));
    assert_eq!(key(&BOB.replace("VEmD", "")), Err(Error::at(Code::JwkInvalid, "d")));
    for (jwk, at) in [
        (r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","d":"AA"}"#, "crv"),
        (r#"{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}"#, "crv"),
        (r#"{"kty":"OKP","crv":"X25519","x":"AA","d":"AA"}"#, "x"),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "n"),
        (r#"{"kty":"AKP"}"#, "kty"),
    ] {
        assert_eq!(key(jwk), Err(Error::at(Code::JwkInvalid, at)), "{jwk}");
    }
}

#[test]
fn a_document_holds_one_key_or_several() {
    let all = |text: &str| DecryptionKey::parse_all(text.as_bytes()).map(|keys| keys.len());
    assert_eq!(all(BOB), Ok(1));
    assert_eq!(all(&format!(r#"{{"keys":[{BOB},{RFC_KEY}]}}"#)), Ok(2));
    let half_broken = format!(r#"{{"keys":[{BOB},{{}}]}}"#);
    assert_eq!(all(&half_broken).unwrap_err().code, Code::JwkInvalid);
    for odd in ["", "[]", r#"{"keys":[]}"#, r#"{"keys":{}}"#, r#"{"keys":[7]}"#] {
        assert_eq!(all(odd).unwrap_err().code, Code::JwksInvalid, "{odd}");
    }
}

#[test]
fn configured_keys_open_what_is_configured_and_nothing_else() {
    let named = |jwk: &str, kid: &str| key(&jwk.replacen('{', &format!(r#"{{"kid":"{kid}","#), 1)).unwrap();
    let both = |keys: Vec<DecryptionKey>, encryptions: &[ContentEncryption]| {
        DecryptionKeys::new(keys, vec![KeyManagement::EcdhEs, KeyManagement::A128Kw], encryptions.to_vec())
    };
    let gcm = [ContentEncryption::A128Gcm];
    let keys = both(vec![named(BOB, "a"), named(BOB, "b"), named(RFC_KEY, "c")], &gcm).unwrap();
    let ids = |header: &str| {
        let token = seal(header, b"");
        let found = keys.candidates(Sealed::parse(&token).unwrap().header());
        found.map(|found| found.iter().map(|key| key.id().unwrap().to_owned()).collect::<Vec<_>>())
    };
    let agreed = |more: &str| format!(r#"{{"alg":"ECDH-ES","epk":{ALICE},{more}}}"#);
    assert_eq!(ids(&agreed(r#""enc":"A128GCM""#)).unwrap(), ["a", "b"]);
    assert_eq!(ids(&agreed(r#""enc":"A128GCM","kid":"b""#)).unwrap(), ["b"]);
    assert_eq!(ids(&agreed(r#""enc":"A128GCM","kid":"c""#)), Err(Code::TokenKeyNotFound.into()));
    let refused = |at| Err(Error::at(Code::TokenAlgNotAllowed, at));
    assert_eq!(ids(&agreed(r#""enc":"A256GCM""#)), refused("enc"));
    assert_eq!(ids(&agreed(r#""enc":"A192GCM""#)), refused("enc"));
    assert_eq!(ids(DIRECT), refused("alg"));
    assert_eq!(ids(r#"{"alg":"none","enc":"A128GCM"}"#), refused("alg"));

    let at = |outcome: Result<DecryptionKeys, Error>| outcome.unwrap_err().at;
    assert_eq!(at(both(vec![], &gcm)), "decryption.keys");
    assert_eq!(at(both(vec![named(BOB, "a"), named(RFC_KEY, "a")], &gcm)), "decryption.keys");
    assert_eq!(at(both(vec![named(BOB, "a")], &[])), "decryption.encryptions");
    assert_eq!(at(DecryptionKeys::new(vec![], vec![], gcm.to_vec())), "decryption.algorithms");
    let of_no_use = r#"{"kty":"oct","alg":"dir","k":"GawgguFyGrWKav7AX4VKUg"}"#;
    assert_eq!(at(both(vec![key(of_no_use).unwrap()], &gcm)), "decryption.keys");
}

#[test]
fn rsa_is_left_to_the_platform() {
    let number = |length: usize| base64url::encode(&vec![0xff; length]);
    let n = number(256);
    let jwk = format!(
        r#"{{"kty":"RSA","n":"{n}","e":"AQAB","d":"{n}","p":"AQ","q":"AQ","dp":"AQ","dq":"AQ","qi":"AQ"}}"#
    );
    let own = key(&jwk).unwrap();
    let token = seal(r#"{"alg":"RSA-OAEP-256","enc":"A128GCM"}"#, b"x").replacen("..", ".AAAA.", 1);
    let sealed = Sealed::parse(&token).unwrap();
    assert!(matches!(sealed.step(&own), Ok(Step::Decrypt(_))));
    assert_eq!(sealed.content_key(&own).err(), Some(Code::AlgorithmUnsupported.into()));
    let content_key = sealed.carried(Secret::new(vec![7; 16])).unwrap();
    assert_eq!(sealed.open(&content_key).unwrap(), b"x");
    let shorter = sealed.carried(Secret::new(vec![7; 15])).unwrap();
    assert_eq!(sealed.open(&shorter), Err(failed()));
    assert_eq!(key(&jwk.replacen('{', r#"{"oth":[],"#, 1)), Err(Error::at(Code::JwkInvalid, "oth")));
}

#[test]
fn never_prints_key_material() {
    let printed = format!("{:?} {:?}", key(RFC_KEY).unwrap(), direct());
    assert_eq!(
        printed,
        r#"DecryptionKey { id: None, bound: To(A128Kw), .. } ContentKey { alg: Direct, .. }"#
    );
}

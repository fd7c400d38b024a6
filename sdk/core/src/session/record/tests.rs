use super::*;
use crate::session::{
    Stage,
    tests::{START, grant},
};

#[test]
fn a_sign_out_beats_what_was_begun_before_it() {
    let start = Record::default();
    let began = start.generation;
    let signed_out = start.sign_out(Reason::SignedOut);
    assert!(signed_out.commit(began, grant("ada", "0", None)).is_none());
    let later = signed_out.commit(signed_out.generation, grant("ada", "0", None)).unwrap();
    assert!(later.grant.is_some() && later.generation == 2 && later.ended.is_none());
}

#[test]
fn the_later_of_two_sign_ins_wins() {
    let first = Record::default().commit(0, grant("ada", "0", None)).unwrap();
    let second = grant("ada", "1", Some(5));
    assert!(first.commit(0, second.clone()).unwrap().grant == Some(second.into()));
}

#[test]
fn expiry_does_not_beat_a_sign_in_under_way() {
    let signed_in = Record::default().commit(0, grant("ada", "0", Some(60))).unwrap();
    let expired = signed_in.end(Reason::Expired);
    assert!(expired.grant.is_none());
    assert!(expired.commit(signed_in.generation, grant("ada", "1", None)).is_some());
}

#[test]
fn a_sign_out_is_remembered_after_an_expiry_and_over_storage() {
    let record = Record::default().sign_out(Reason::SignedOut).end(Reason::Expired);
    let stored = Record::from_text(&record.to_text()).unwrap();
    assert!(stored == record && stored.commit(0, grant("ada", "0", None)).is_none());
}

#[test]
fn survives_storage() {
    let attempt = Attempt {
        stage: Stage::Deferred,
        until: crate::time::UnixMillis(START + 5),
        failures: 3,
        starts: vec![crate::time::UnixMillis(START), crate::time::UnixMillis(START + 1)],
    };
    let mut grant = grant("ada", "0", Some(60));
    grant.key = Some("dpop".into());
    grant.skew = Some(crate::session::Millis(-1_500));
    grant.id_token = Some("a.b.c".into());
    let record = Record::default().commit(0, grant).unwrap().with(Some(attempt));
    assert!(Record::from_text(&record.to_text()).unwrap() == record);
}

#[test]
fn ignores_what_is_not_a_record() {
    for odd in [
        "",
        "null",
        "{}",
        r#"{"generation":-1,"signed_out":0}"#,
        r#"{"generation":1,"signed_out":0,"grant":{}}"#,
        r#"{"generation":1,"signed_out":0,"grant":{"scope":"","claims":{},"access":[{"token":"a"}]}}"#,
    ] {
        assert!(Record::from_text(odd).is_none(), "{odd}");
    }
    // An attempt is no reason to lose a session.
    let odd = r#"{"generation":1,"signed_out":0,"attempt":{"stage":"odd"}}"#;
    assert!(Record::from_text(odd).unwrap().attempt.is_none());
}

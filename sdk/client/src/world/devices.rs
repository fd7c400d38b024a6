use super::*;

const WAITING: Option<(u32, &str)> = Some((400, r#"{"error":"authorization_pending"}"#));
const SLOWER: Option<(u32, &str)> = Some((400, r#"{"error":"slow_down"}"#));

#[test]
fn a_device_asks_again_as_the_server_says_and_goes_on_through_outages() {
    for (faults, expected) in [
        (vec![], Some(5)),
        (vec![WAITING, WAITING], Some(15)),
        // 5, and from then on 10.
        (vec![WAITING, SLOWER], Some(5 + 10 + 10)),
        // A wait that doubles.
        (vec![None], Some(5 + 10)),
        (vec![WAITING; 20], None),
    ] {
        let mut world = World::new(7, 1, "");
        world.provider.faults = faults.clone();
        let told = world.finish(0, "signInDevice", "{}").unwrap();
        assert_eq!(text(&told, "userCode"), "ADA");
        let device = told.get("device").and_then(Value::as_u64).unwrap();
        let session = world.finish(0, "waitForDevice", &format!(r#"{{"device":{device}}}"#));
        match expected {
            Some(seconds) => {
                assert_eq!(text(&session.unwrap(), "subject"), "ada");
                assert_eq!(world.passed, seconds * 1000, "{faults:?}");
            }
            None => assert_eq!(session.unwrap_err(), "device_expired"),
        }
    }
}

#[test]
fn a_device_that_the_user_refuses_is_not_asked_about_again() {
    let mut world = World::new(7, 1, "");
    world.provider.faults = vec![Some((400, r#"{"error":"access_denied"}"#))];
    let told = world.finish(0, "signInDevice", "{}").unwrap();
    let device = told.get("device").and_then(Value::as_u64).unwrap();
    let args = format!(r#"{{"device":{device}}}"#);
    assert_eq!(world.finish(0, "waitForDevice", &args).unwrap_err(), "access_denied");
    assert_eq!(world.finish(0, "waitForDevice", &args).unwrap_err(), "invalid_parameters");
}

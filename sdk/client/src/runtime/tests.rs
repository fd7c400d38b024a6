use edgeward_core::json::{self, Map, Value};

use super::*;
use crate::run::{Known, settled};

const OPTIONS: &str =
    r#"{"issuer":"https://id.example","clientId":"app","redirectUri":"https://app.example/"}"#;

/// A client with a flow that settles the call 7, and what it has ordered.
fn with(work: impl Fn(&Run<'_>) -> Outcome + 'static) -> (Client, Map) {
    let client = Client::new(OPTIONS).unwrap();
    client.runtime.begin(Some(7), Box::new(work));
    let output = turn(&client);
    (client, output)
}

fn turn(client: &Client) -> Map {
    json::parse_object(client.runtime.run(client).into_text().as_bytes()).unwrap()
}

fn answer(client: &Client, id: Id, text: &str) -> Map {
    client.runtime.answer(id, Ok(Known::Json(text.into())));
    turn(client)
}

/// The names of the effects that were ordered.
fn ordered(output: &Map) -> Vec<Id> {
    let effects = output.get("effects").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    effects.iter().map(|effect| effect.get("effect").unwrap().as_u64().unwrap().try_into().unwrap()).collect()
}

fn two_texts(run: &Run<'_>) -> Outcome {
    let first = run.order("first", Writer::object())?.as_str().unwrap_or_default();
    let second = run.order("second", Writer::object())?.as_str().unwrap_or_default();
    Ok(Value::String([first, second].concat()).to_text())
}

#[test]
fn each_effect_is_ordered_once_and_each_run_gets_what_came_before() {
    let (client, output) = with(two_texts);
    let [first] = ordered(&output)[..] else { panic!("{output:?}") };
    let output = answer(&client, first, "a");
    let [second] = ordered(&output)[..] else { panic!("{output:?}") };
    let output = answer(&client, second, "b");
    assert!(ordered(&output).is_empty() && output.contains_key("settled"), "{output:?}");
    assert!(turn(&client).is_empty());
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let (client, output) = with(two_texts);
    let first = ordered(&output)[0];
    assert!(answer(&client, first + 1, "?").is_empty());
    let second = ordered(&answer(&client, first, "a"))[0];
    assert!(answer(&client, first, "again").is_empty());
    assert!(!answer(&client, second, "b").is_empty());
}

#[test]
fn what_an_aborted_call_waits_for_is_cancelled_or_given_back() {
    let (client, output) = with(two_texts);
    assert_eq!(client.runtime.abort(7), None);
    let aborted = turn(&client);
    let cancelled = aborted.get("cancel").and_then(|list| list.as_array()).unwrap();
    assert_eq!(cancelled[0].as_u64(), Some(ordered(&output)[0].into()));
    assert!(answer(&client, ordered(&output)[0], "late").is_empty());
    assert_eq!(client.runtime.abort(7), None);
    assert!(turn(&client).is_empty(), "it is settled once");

    let (client, _) = with(|run| Ok(run.ask(|_| ())?.json()?.to_text()));
    assert!(client.runtime.abort(7).is_some());
    assert!(!turn(&client).contains_key("cancel"));
}

#[test]
fn what_is_done_once_gives_the_same_in_every_run() {
    let (client, output) = with(|run| {
        let name = run.once(|| Ok(Known::Json(run.client.runtime.name().into())))?.json()?.to_text();
        settled(run.order("effect", Writer::object()))?.ok();
        Ok(Value::String(name).to_text())
    });
    let settled = answer(&client, ordered(&output)[0], "");
    let outcome = settled.get("settled").unwrap().to_text();
    assert!(outcome.contains(r#""ok":"1""#), "{outcome}");
    assert_eq!(client.runtime.name(), 3, "the first name, and that of the effect");
}

#[test]
fn a_flow_that_is_answered_at_once_goes_on_before_any_other() {
    let client = Client::new(OPTIONS).unwrap();
    client.runtime.begin(Some(1), Box::new(two_texts));
    client.runtime.begin(
        Some(2),
        Box::new(|run| {
            let told = run.ask(|id| run.client.runtime.answer(id, Ok(Known::Json("now".into()))));
            Ok(told?.json()?.to_text())
        }),
    );
    client.runtime.begin(Some(3), Box::new(two_texts));
    let output = turn(&client);
    assert_eq!(ordered(&output).len(), 2);
    assert!(output.get("settled").unwrap().to_text().contains(r#""call":2,"ok":"now""#), "{output:?}");
}

#[test]
#[should_panic(expected = "and asks at")]
fn a_flow_that_asks_for_something_else_than_before_is_found() {
    let (client, output) = with(|run| {
        if run.client.completions.knows("state") {
            run.order("another", Writer::object())?;
        }
        run.order("one", Writer::object())?;
        run.client.completions.join(&run.client.runtime, "state", 1);
        run.order("two", Writer::object()).map(|_| String::new())
    });
    let two = ordered(&answer(&client, ordered(&output)[0], ""))[0];
    answer(&client, two, "");
}

#[test]
#[cfg(feature = "oauth")]
fn what_is_repeated_is_not_kept() {
    let (client, output) = with(|run| {
        run.order("before", Writer::object())?;
        let mark = run.mark();
        match run.order("again", Writer::object())?.as_str() {
            Some("over") => Ok("null".into()),
            _ => Err(run.back_to(mark)),
        }
    });
    let mut id = ordered(&answer(&client, ordered(&output)[0], ""))[0];
    for _ in 0..3 {
        id = ordered(&answer(&client, id, "not yet"))[0];
        assert_eq!(client.runtime.flows.borrow()[0].came.len(), 1);
    }
    assert!(answer(&client, id, "over").contains_key("settled"));
}

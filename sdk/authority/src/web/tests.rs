//! Sessions over a store in memory.

mod operations;

use edgeward_core::Code;

use super::{Remember, Session, end, keep, of, start};
use crate::{
    context::{Context, Principal},
    http::Incoming,
    testing::{START, World, wait},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A request of a browser that sends these cookies.
fn request(cookies: &str) -> Incoming {
    let headers = vec![("cookie".into(), cookies.into()), ("user-agent".into(), "Browser/1\n".repeat(200))];
    let address = Some("192.0.2.1".into());
    Incoming { url: "https://auth.example/".into(), headers, address, ..Incoming::default() }
}

/// What was answered within a request, and the cookies that it sets.
fn within<T>(world: &World, cookies: &str, work: impl AsyncFnOnce(&Context<'_>) -> T) -> (T, Vec<String>) {
    let request = request(cookies);
    let context = Context::new(&world.authority, &request, Principal::Anonymous);
    let answer = wait(work(&context));
    (answer, context.cookies())
}

fn started(world: &World, user: &str, remember: Remember) -> (Session, Vec<String>) {
    let (session, cookies) = within(world, "", async |context| start(context, user, remember).await);
    (session.ok().unwrap(), cookies)
}

fn pair(line: &str) -> &str {
    line.split(';').next().unwrap()
}

fn found(world: &World, cookies: &str) -> Option<Session> {
    wait(of(&world.authority, &request(cookies))).unwrap()
}

#[test]
fn a_session_is_known_by_its_cookie_and_kept_as_a_hash() {
    let world = World::new();
    world.user("u1");
    let (session, cookies) = started(&world, "u1", Remember::Yes);
    let [line] = cookies.as_slice() else { panic!("{cookies:?}") };
    let (name, rest) = line.split_once('=').unwrap();
    let (value, attributes) = rest.split_once("; ").unwrap();
    assert_eq!(name, "__Secure-better-auth.session_token");
    assert_eq!(attributes, "Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax");
    assert_eq!((session.token.len(), value.starts_with(&format!("{}.", session.token))), (32, true));
    let read = found(&world, pair(line)).unwrap();
    assert_eq!((read.id, read.user.id.as_str(), read.created_at.0), (session.id, "u1", START));
    assert_eq!(read.ip_address.as_deref(), Some("192.0.2.1"));
    let agent = read.user_agent.unwrap();
    assert_eq!((agent.len(), agent.contains('\n')), (512, false));
    assert!(!world.memory.dump().contains(&session.token));
}

#[test]
fn a_cookie_that_is_not_good_is_none() {
    let world = World::new();
    world.user("u1");
    let (session, cookies) = started(&world, "u1", Remember::Yes);
    let good = pair(&cookies[0]);
    let bare = format!("__Secure-better-auth.session_token={}", session.token);
    let plain = good.trim_start_matches("__Secure-");
    for odd in
        ["", &bare, plain, &format!("{good}; {good}"), &good[..good.len() - 4], &good.replacen('.', "", 1)]
    {
        assert!(found(&world, odd).is_none(), "{odd}");
    }
    let both = format!("better-auth.session_token=x.y; {good}");
    assert_eq!(found(&world, &both).unwrap().id, session.id, "the name that only https sets goes first");
}

#[test]
fn a_session_that_is_used_is_prolonged_once_a_day() {
    let world = World::new();
    world.user("u1");
    let (_, cookies) = started(&world, "u1", Remember::Yes);
    let cookie = pair(&cookies[0]);
    let kept = || {
        let mut session = found(&world, cookie).unwrap();
        let (_, cookies) = within(&world, cookie, async |context| keep(context, &mut session).await.unwrap());
        (session.expires_at.0, cookies)
    };
    world.pass(DAY - 1);
    assert_eq!(kept(), (START + 7 * DAY, vec![]));
    world.pass(1);
    let (expires, lines) = kept();
    assert_eq!((expires, lines.len()), (START + 8 * DAY, 1));
    assert!(lines[0].contains("Max-Age=604800"));
    assert_eq!(kept(), (START + 8 * DAY, vec![]));
    world.pass(7 * DAY);
    assert!(found(&world, cookie).is_none());
}

#[test]
fn one_that_is_not_remembered_ends_with_the_browser_or_after_a_day() {
    let world = World::new();
    world.user("u1");
    let (_, cookies) = started(&world, "u1", Remember::No);
    assert!(cookies.len() == 2 && cookies.iter().all(|line| !line.contains("Max-Age")));
    assert!(cookies[1].starts_with("__Secure-better-auth.dont_remember=true."));
    world.pass(DAY - 1);
    let mut session = found(&world, pair(&cookies[0])).unwrap();
    let (_, lines) = within(&world, "", async |context| keep(context, &mut session).await.unwrap());
    assert!(lines.is_empty());
    world.pass(1);
    assert!(found(&world, pair(&cookies[0])).is_none());
}

#[test]
fn signing_in_again_ends_the_session_that_the_browser_had() {
    let world = World::new();
    world.user("u1");
    world.user("u2");
    let (_, cookies) = started(&world, "u1", Remember::No);
    let before = cookies.iter().map(|line| pair(line)).collect::<Vec<_>>().join("; ");
    let (session, lines) = within(&world, &before, async |context| start(context, "u2", Remember::Yes).await);
    assert!(session.is_ok() && found(&world, &before).is_none());
    assert_eq!(found(&world, pair(&lines[0])).unwrap().user.id, "u2");
    assert_eq!(
        lines[1],
        "__Secure-better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax"
    );
}

#[test]
fn signing_out_ends_it_and_removes_every_cookie() {
    let world = World::new();
    world.user("u1");
    let (_, cookies) = started(&world, "u1", Remember::Yes);
    let sent = format!(
        "{}; __Secure-better-auth.session_data.0=x; __Secure-better-auth.session_data.10=y; z=1",
        pair(&cookies[0])
    );
    let (ended, lines) = within(&world, &sent, async |context| end(context).await);
    assert_eq!(ended, Ok(()));
    let names: Vec<_> = lines
        .iter()
        .map(|line| line.split('=').next().unwrap().replace("__Secure-better-auth.", ""))
        .collect();
    assert_eq!(
        names,
        ["session_token", "session_data", "dont_remember", "session_data.0", "session_data.10"]
    );
    assert!(lines.iter().all(|line| line.contains("=; Max-Age=0; ")));
    assert!(found(&world, &sent).is_none());
    assert_eq!(within(&world, "", async |context| end(context).await).0, Ok(()));
}

#[test]
fn who_is_banned_has_no_session_and_a_ban_that_has_run_out_clears_itself() {
    let world = World::new();
    world.user("u1");
    let (_, cookies) = started(&world, "u1", Remember::Yes);
    let ban = crate::store::sql("UPDATE edgeward_users SET banned_until = ?1", [(START + 1000).into()]);
    wait(world.authority.store.row(ban)).unwrap();
    assert!(found(&world, pair(&cookies[0])).is_none());
    let attempt =
        || within(&world, "", async |context| start(context, "u1", Remember::Yes).await.map(|_| ())).0;
    assert_eq!(attempt(), Err(Code::UserBanned.into()));
    world.pass(1000);
    assert_eq!(attempt(), Ok(()));
    assert!(world.memory.dump().contains(r#""banned_until":null"#));
    let nobody = within(&world, "", async |context| start(context, "u2", Remember::Yes).await.map(|_| ())).0;
    assert_eq!(nobody, Err(Code::UserNotFound.into()));
}

#[test]
fn on_loopback_cookies_have_neither_prefix_nor_secure() {
    let world = World::with(r#"{"issuer": "http://localhost:8787", "development": true}"#);
    world.user("u1");
    let (_, cookies) = started(&world, "u1", Remember::Yes);
    assert!(cookies[0].starts_with("better-auth.session_token=") && !cookies[0].contains("Secure"));
    assert!(found(&world, pair(&cookies[0])).is_some());
}

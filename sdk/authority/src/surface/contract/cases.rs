//! A call of every operation that succeeds.

use edgeward_core::json::{self, Value};

use crate::{
    context::Principal,
    operations::Operation,
    providers::scripted::Script,
    testing::{Browser, World, wait},
    users::accounts,
    web::Remember,
};

/// Whoever calls, the arguments as JSON text, and the header `Cookie`.
pub struct Case {
    pub by: Principal,
    pub arguments: String,
    pub cookies: String,
}

/// Prepares a world for an operation. An operation without a case fails the tests: give it one.
pub fn of(operation: Operation, world: &World) -> Case {
    let by = world.user("u1");
    let case = |arguments: &str| Case { by: by.clone(), arguments: arguments.into(), cookies: String::new() };
    let made = |name: &str, arguments: &str| world.call(&by, name, arguments).unwrap();
    let token = || text(&made("createApiToken", r#"{"name": "n", "scopes": ["admin"]}"#), "tokenId");
    let agent = || text(&made("createSession", r#"{"agentId": "a", "ttl": 60}"#), "token");
    match operation.name() {
        "createApiToken" => case(r#"{"name": "n", "scopes": ["skills:read"], "expiresIn": 60}"#),
        "listApiTokens" => {
            token();
            case("{}")
        }
        "updateApiToken" => case(&format!(r#"{{"tokenId": "{}", "name": "m"}}"#, token())),
        "verifyApiToken" => {
            let made = made("createApiToken", r#"{"name": "n", "scopes": ["admin"]}"#);
            case(&format!(r#"{{"token": "{}"}}"#, text(&made, "token")))
        }
        "getApiToken" | "rotateApiToken" | "removeApiToken" | "revokeApiToken" => {
            case(&format!(r#"{{"tokenId": "{}"}}"#, token()))
        }
        "createSession" => case(r#"{"agentId": "a", "ttl": 60, "metadata": {"task": "t"}}"#),
        "validateSession" | "endSession" => case(&format!(r#"{{"token": "{}"}}"#, agent())),
        "refreshSession" => case(&format!(r#"{{"token": "{}", "ttl": 90}}"#, agent())),
        "initiateOAuth" => {
            Script::within(world);
            case(INITIATE)
        }
        "completeOAuth" => {
            Script::within(world);
            let state = text(&made("initiateOAuth", INITIATE), "state");
            case(&format!(r#"{{"provider": "github", "code": "c", "state": "{state}"}}"#))
        }
        "listOAuthConnections" | "userScopes" => {
            connected(world, &by);
            case("{}")
        }
        "revokeOAuth" | "getOAuthToken" => {
            connected(world, &by);
            case(r#"{"provider": "github"}"#)
        }
        "createWebSession" => case(r#"{"userId": "u1", "userAgent": "Browser/1", "ipAddress": "192.0.2.1"}"#),
        "validateWebSession" => {
            let secret = text(&made("createWebSession", r#"{"userId": "u1"}"#), "sessionId");
            case(&format!(r#"{{"sessionId": "{secret}"}}"#))
        }
        "getSession" | "listSessions" | "revokeOtherSessions" | "signOut" => {
            in_browser(&world.browser("u1", Remember::Yes), "{}")
        }
        "revokeSession" => in_browser(&world.browser("u1", Remember::Yes), r#"{"id": "another"}"#),
        "impersonateUser" => {
            let browser = administrator(world);
            in_browser(&browser, r#"{"userId": "u1"}"#)
        }
        "stopImpersonating" => {
            let browser = administrator(world);
            assert_eq!(browser.post("/api/auth/impersonateUser", r#"{"userId": "u1"}"#).status, 200);
            in_browser(&browser, "{}")
        }
        "banUser" | "unbanUser" => Case { by: admin(world), ..case(r#"{"userId": "u1"}"#) },
        "reseal" => {
            connected(world, &by);
            Case { by: admin(world), ..case("{}") }
        }
        "rotateSigningKey" => {
            let by = admin(world);
            wait(crate::oauth::keys::signer(&world.authority)).map(drop).unwrap();
            Case { by, ..case(r#"{"mode": "now"}"#) }
        }
        "listAccounts" => {
            signed_in(world, "github");
            case("{}")
        }
        "linkAccount" => {
            Script::within(world);
            case(r#"{"provider": "github", "redirectTo": "/settings"}"#)
        }
        "unlinkAccount" => {
            signed_in(world, "github");
            signed_in(world, "slack");
            in_browser(&world.browser("u1", Remember::Yes), r#"{"provider": "github"}"#)
        }
        name => panic!("{name} has no case"),
    }
}

/// A call from a browser, by whoever is signed in there.
fn in_browser(browser: &Browser<'_>, arguments: &str) -> Case {
    let current = json::parse(browser.get("/api/auth/get-session").body.as_bytes()).unwrap();
    let (session, user) = (current.get("session").unwrap(), current.get("user").unwrap());
    let by = Principal::User {
        id: text(user, "id"),
        session: text(session, "id"),
        admin: text(user, "role") == "admin",
        impersonated_by: session.get("impersonatedBy").and_then(Value::as_str).map(Into::into),
    };
    Case { by, arguments: arguments.into(), cookies: browser.header() }
}

/// An administrator's session.
fn admin(world: &World) -> Principal {
    administrator(world);
    Principal::User { id: "a".into(), session: "s".into(), admin: true, impersonated_by: None }
}

/// The browser of an administrator.
fn administrator(world: &World) -> Browser<'_> {
    world.user("a");
    let grant = crate::store::sql("UPDATE edgeward_users SET role = 'admin' WHERE id = 'a'", []);
    wait(world.authority.store.row(grant)).unwrap();
    world.browser("a", Remember::Yes)
}

const INITIATE: &str =
    r#"{"provider": "github", "scopes": ["repo"], "redirectUri": "https://hubify.com/callback"}"#;

/// Has the user sign in through a provider as well.
fn signed_in(world: &World, provider: &str) {
    let insert = accounts::insert(provider, "583231", "u1", world.authority.platform.now());
    wait(world.authority.store.row(insert)).unwrap();
}

/// Connects somebody with GitHub.
fn connected(world: &World, by: &Principal) {
    Script::within(world);
    let state = text(&world.call(by, "initiateOAuth", INITIATE).unwrap(), "state");
    let arguments = format!(r#"{{"provider": "github", "code": "c", "state": "{state}"}}"#);
    world.call(by, "completeOAuth", &arguments).unwrap();
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().into()
}

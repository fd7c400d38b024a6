//! A call of every operation that succeeds.

use edgeward_core::json::Value;

use crate::{context::Principal, operations::Operation, providers::scripted::Script, testing::World};

/// Whoever calls, and the arguments as JSON text.
pub struct Case {
    pub by: Principal,
    pub arguments: String,
}

/// Prepares a world for an operation. An operation without a case fails the tests: give it one.
pub fn of(operation: Operation, world: &World) -> Case {
    let by = world.user("u1");
    let case = |arguments: &str| Case { by: by.clone(), arguments: arguments.into() };
    let made = |name: &str, arguments: &str| world.call(&by, name, arguments).unwrap();
    let token = || text(&made("createApiToken", r#"{"name": "n", "scopes": ["admin"]}"#), "tokenId");
    let agent = || text(&made("createSession", r#"{"agentId": "a", "ttl": 60}"#), "token");
    match operation.name() {
        "createApiToken" => case(r#"{"name": "n", "scopes": ["skills:read"], "expiresIn": 60}"#),
        "listApiTokens" => {
            token();
            case("{}")
        }
        "revokeApiToken" => case(&format!(r#"{{"tokenId": "{}"}}"#, token())),
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
        name => panic!("{name} has no case"),
    }
}

const INITIATE: &str =
    r#"{"provider": "github", "scopes": ["repo"], "redirectUri": "https://hubify.com/callback"}"#;

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

//! Every way in has paths of its own.

use crate::{
    oauth,
    operations::{Kind, Operation},
    signin,
    surface::{Route, better_auth},
    testing::World,
};

#[test]
fn no_two_ways_in_share_a_path() {
    for operation in Operation::ALL.iter().copied() {
        let path = format!("/api/auth/{}", operation.name());
        assert_eq!(Route::of(&path), Some(Route::Operation(operation)));
        assert!(oauth::Route::of(&path).is_none() && signin::Step::of(&path).is_none(), "{path}");
        assert!(better_auth::Endpoint::of(operation.name()).is_none(), "{path}");
    }
    for kind in [Kind::Query, Kind::Mutation, Kind::Action] {
        let path = format!("/api/{}", kind.as_str());
        assert_eq!(Route::of(&path), Some(Route::Function(kind)));
        assert!(oauth::Route::of(&path).is_none() && signin::Step::of(&path).is_none(), "{path}");
    }
}

#[test]
fn what_a_client_has_to_find_is_always_there() {
    let world = World::new();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/openapi.json",
    ] {
        let answer = world.send("GET", path, &[], "").unwrap_or_else(|| panic!("{path}: nobody answers"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{path}");
    }
    assert_eq!(
        Route::of("/api/auth/signin/github"),
        signin::Step::of("/api/auth/signin/github").map(Route::SignIn)
    );
    assert!(Route::of("/api/auth/callback/github").is_some());
    assert!(Route::of("/api/auth/nobody-knows-this").is_none() && Route::of("/").is_none());
}

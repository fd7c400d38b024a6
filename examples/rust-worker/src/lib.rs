//! A Rust Worker that lets edgeward find out who calls, and answers by itself.

use edgeward_edge::endpoint::{self, Endpoint};
use worker::{Context, Env, Request, Response, Result};

#[worker::event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    if request.path() == "/reports" {
        return reports(request, &env, &context).await;
    }
    edgeward_edge::serve(request, &env, &context, async |request, caller| {
        let subject = caller.and_then(|caller| caller.identity.subject.as_deref()).unwrap_or("stranger");
        Response::ok(format!("Hello, {subject}! You asked for {}.", request.path()))
    })
    .await
}

/// For API tokens of the authority with the scope `reports:read`, from every page.
async fn reports(request: Request, env: &Env, context: &Context) -> Result<Response> {
    let reports = Endpoint { scope: Some(("reports", "read")), ..Endpoint::default() };
    endpoint::route(request, env, context, &reports, async |_request, key| {
        Response::ok(format!("The reports of {}.", key.user))
    })
    .await
}

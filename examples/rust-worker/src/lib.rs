//! A Rust Worker that lets edgeward find out who calls, and answers by itself.

use worker::{Context, Env, Request, Response, Result};

#[worker::event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    edgeward_edge::serve(request, &env, &context, async |request, caller| {
        let subject = caller.and_then(|caller| caller.identity.subject.as_deref()).unwrap_or("stranger");
        Response::ok(format!("Hello, {subject}! You asked for {}.", request.path()))
    })
    .await
}

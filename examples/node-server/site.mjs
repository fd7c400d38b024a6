/** A site with pages that a server renders: who is signed in is known before the first byte is sent. */
import { createServer } from "node:http";
import { createServerClient } from "edgeward/server";
import { close, listen } from "./lib/listen.mjs";
import { send, toRequest } from "./lib/web.mjs";

/**
 * Starts the site.
 *
 * @param {object} o
 * @param {number} [o.port] 0 takes any free port
 * @param {string} o.secret what cookies are sealed with
 * @param {object} [o.store] keeps sessions out of the cookies
 * @returns {Promise<{ url: string, configure(client: { issuer: string, clientId: string, clientSecret: string }): Promise<void>, close(): Promise<void> }>}
 */
export async function startSite({ port = 0, secret, store }) {
  let auth;
  const server = createServer(async (incoming, outgoing) => {
    try {
      await send(await answer(auth, toRequest(incoming, url)), outgoing);
    } catch (error) {
      console.error(error);
      if (!outgoing.headersSent) outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end("Something went wrong.\n");
    }
  });
  const url = await listen(server, port);
  return {
    url,
    async configure(client) {
      auth = createServerClient({
        ...client,
        redirectUri: `${url}/callback`,
        postLogoutRedirectUri: `${url}/`,
        scope: "openid offline_access",
        cookies: { secret },
        ...(store && { store }),
        errorPath: "/",
      });
      // Wrong options show now and not to the first user.
      await auth.ready();
    },
    close: () => close(server),
  };
}

/** Every answer goes through `applyTo`, which carries the cookies of a session that was refreshed. */
async function answer(server, request) {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/callback") return server.callback(request);
  if (pathname === "/api/auth") return server.proxy(request);
  const auth = await server.open(request);
  const key = `${request.method} ${pathname}`;
  if (key === "POST /sign-in") return auth.signIn({ returnTo: "/" });
  if (key === "POST /sign-out") return auth.signOut();
  if (key === "GET /") return auth.applyTo(page(home(auth.session, searchParams.get("auth_error"))));
  if (key === "GET /profile") return auth.session ? auth.applyTo(page(profile(auth.session))) : auth.signIn();
  return auth.applyTo(new Response("Not found\n", { status: 404 }));
}

function home(session, error) {
  const problem = error ? `<p role="alert">The sign-in failed: ${escape(error)}</p>` : "";
  if (!session) return `${problem}<p>Nobody is signed in.</p>${button("/sign-in", "Sign in")}<p><a href="/profile">Profile</a></p>`;
  return `<p>Signed in as <b>${escape(session.subject)}</b>.</p>${button("/sign-out", "Sign out")}<p><a href="/profile">Profile</a></p>`;
}

function profile({ subject, claims, expiresAt }) {
  const until = expiresAt ? new Date(expiresAt).toISOString() : "never";
  return `<h1>${escape(subject)}</h1><p>The access token ends at <time>${until}</time>; it is refreshed before.</p>
<pre>${escape(JSON.stringify(claims, null, 2))}</pre><p><a href="/">Home</a></p>`;
}

function button(action, label) {
  return `<form method="post" action="${action}"><button>${label}</button></form>`;
}

function page(body) {
  const html = `<!doctype html><html lang="en"><title>edgeward on Node</title><meta name="viewport" content="width=device-width">${body}`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
}

function escape(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

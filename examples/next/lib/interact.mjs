/** The step at which the provider needs the person: who are you. */

const FORM_LIMIT = 4096;

/**
 * Answers `/interaction/…`.
 *
 * @param {import("oidc-provider").Provider} provider
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
export async function interact(provider, request, response) {
  const { uid } = await provider.interactionDetails(request, response);
  const login = request.method === "POST" ? (await readForm(request)).get("login") : undefined;
  if (login && /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(login)) {
    return provider.interactionFinished(request, response, { login: { accountId: login } });
  }
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1>
<form method="post" action="/interaction/${uid}"><label>Your name <input name="login" autofocus required maxlength="64"></label> <button>Continue</button></form>`);
}

async function readForm(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > FORM_LIMIT) throw new Error("the form is too long");
  }
  return new URLSearchParams(text);
}

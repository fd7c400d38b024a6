/** The steps at which the provider needs the person: who are you, do you agree. */
import { consentPage, loginPage, viewPolicy } from "./views.mjs";

const FORM_LIMIT = 4096;

/**
 * Answers `/interaction/…`.
 *
 * @param {import("oidc-provider").Provider} provider
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {string[]} origins where the sign-in may end
 */
export async function interact(provider, request, response, origins) {
  const details = await provider.interactionDetails(request, response);
  if (request.method !== "POST") return show(response, origins, pageFor(details));
  const form = await readForm(request);
  if (form.has("cancel")) return finish({ error: "access_denied", error_description: "sign-in was cancelled" });
  if (details.prompt.name === "consent") return finish({ consent: {} });
  const login = (form.get("login") ?? "").trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(login)) {
    return show(response, origins, pageFor(details, "Please enter a name of letters, digits, dots or dashes."));
  }
  return finish({ login: { accountId: login } });

  function finish(result) {
    return provider.interactionFinished(request, response, result);
  }
}

function pageFor({ uid, prompt, params }, problem) {
  const action = `/interaction/${uid}`;
  if (prompt.name === "consent") return consentPage({ action, scopes: (params.scope ?? "").split(" ") });
  return loginPage({ action, hint: params.login_hint, problem });
}

function show(response, origins, html) {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": viewPolicy(origins),
    "cache-control": "no-store",
  });
  response.end(html);
}

async function readForm(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > FORM_LIMIT) throw new Error("the form is too long");
  }
  return new URLSearchParams(text);
}

/** What the gateway lets through and what it stops, asked one after the other. */
import { makeProver } from "./lib/prover.mjs";

/**
 * Calls the API through the gateway in every way.
 *
 * @param {{ gateway: object, provider: object }} parts
 * @returns {AsyncGenerator<{ wish: string, status: number, code: string | undefined, body: string }>}
 */
export async function* tour({ gateway, provider }) {
  const prover = await makeProver();
  const [clerk, manager] = [await provider.token("clerk"), await provider.token("manager")];
  const bound = await provider.token("manager", prover);
  const bearer = (token) => ({ authorization: `Bearer ${token}` });
  const payments = `${gateway.url}/payments`;
  const proof = await prover.proof("POST", payments, bound);
  const proved = { authorization: `DPoP ${bound}`, dpop: proof };
  const cookie = { cookie: `__Host-token=${clerk}` };
  const order = JSON.stringify({ issuer: provider.issuer, subject: "clerk" });

  const steps = [
    ["anybody asks how it is", "GET", "/status"],
    ["nobody in particular reads notes", "GET", "/notes"],
    ["the clerk reads notes", "GET", "/notes", bearer(clerk)],
    ["the clerk claims to be the manager", "GET", "/notes", { ...bearer(clerk), "x-edgeward-subject": "manager" }],
    ["the clerk reads reports", "GET", "/reports", bearer(clerk)],
    ["the manager reads reports", "GET", "/reports", bearer(manager)],
    ["somebody looks for a way around", "GET", "/status/..%2freports"],
    ["a browser reads notes with its cookie", "GET", "/notes", cookie],
    ["another site has that browser write", "POST", "/notes", { ...cookie, origin: "https://evil.example" }],
    ["the app has that browser write", "POST", "/notes", { ...cookie, origin: "https://app.example" }],
    ["two credentials at once", "GET", "/notes", { ...bearer(manager), ...cookie }],
    ["the manager pays without proof", "POST", "/payments", bearer(manager)],
    ["the manager pays, and proves the key", "POST", "/payments", proved],
    ["somebody repeats what was overheard", "POST", "/payments", proved],
    ["somebody sends the bound token as a Bearer token", "GET", "/reports", bearer(bound)],
    ["the clerk looks at the account", "GET", "/account", bearer(clerk)],
    ["the operator ends the clerk's tokens", "POST", "/.edgeward/revocations", bearer(gateway.secrets.admin), order],
    ["the clerk looks at the account again", "GET", "/account", bearer(clerk)],
    ["somebody reads the counters", "GET", "/metrics"],
    ["the operator reads the counters", "GET", "/metrics", bearer(gateway.secrets.metrics)],
    ["a client asks where tokens come from", "GET", "/.well-known/oauth-protected-resource"],
  ];
  for (const [wish, method, path, headers, sent] of steps) {
    const answer = await fetch(gateway.url + path, { method, headers, body: sent });
    const body = await answer.text();
    yield { wish: `${wish} (${method} ${path})`, status: answer.status, code: codeIn(body), body };
  }
}

function codeIn(body) {
  return body.startsWith("{") ? JSON.parse(body).error : undefined;
}

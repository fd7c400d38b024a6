// Run by other runtimes: admits requests, plain and encrypted, and tells whom or why not.
import { createVerifier } from "../../pkg/dist/verify/inline.js";

const { options, tokens } = JSON.parse(globalThis.Deno?.env.get("SETTINGS") ?? process.env.SETTINGS);
const verifier = createVerifier({ ...options, allowedOrigins: ["https://app.example"] });
const request = (token, headers) =>
  new Request("https://api.example/todos?x=1", { headers: { authorization: `Bearer ${token}`, ...headers } });
const said = ({ data, error }) => (data ? [data.subject, data.credential, data.scope] : error.code);

const admitted = {};
for (const [name, token] of Object.entries(tokens)) {
  admitted[name] = said(await verifier.verifyRequest(request(token), { scopes: ["read"] }));
}
const refused = await verifier.verifyRequest(request(tokens.signed), { scopes: ["admin"] });
const challenge = verifier.challenge(refused.error, request(tokens.signed, { origin: "https://app.example" }));
const guarded = verifier.protect((_request, auth) => Response.json({ hello: auth.subject }));
const answer = await guarded(request(tokens.signed));
console.log(
  JSON.stringify({
    admitted,
    nobody: said(await verifier.verifyRequest(new Request("https://api.example/"), {})),
    denied: [challenge.status, challenge.headers.get("www-authenticate"), challenge.headers.get("access-control-allow-origin")],
    answered: [answer.status, await answer.json(), answer.headers.get("cache-control")],
  }),
);

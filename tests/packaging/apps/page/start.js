// A page that signs in at once: it leaves for the provider, comes back and says what it found.
import * as edgeward from "edgeward";
import * as verify from "edgeward/verify";
import { using, verifying } from "../steps.mjs";

async function main({ issuer, clientId, ...settings }) {
  const redirectUri = location.origin + location.pathname;
  const client = edgeward.createClient({ issuer, clientId, redirectUri, scope: "openid offline_access" });
  const back = await client.handleCallback();
  if (back.ok && back.data.kind === "none") return void (await client.signIn());
  return { verified: await verifying(verify, { issuer, ...settings }), ...(await using(client, back)) };
}

export function start() {
  return main(globalThis.settings)
    .catch((error) => ({ thrown: String(error?.stack ?? error) }))
    .then((outcome) => outcome && (document.documentElement.dataset.outcome = JSON.stringify(outcome)));
}

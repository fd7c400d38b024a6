// A page that goes on without WebAssembly where its policy forbids that, as docs/client.md says.
import { createClient, isAuthError } from "edgeward";
import { using } from "../steps.mjs";

async function open(options) {
  const client = createClient(options);
  try {
    await client.ready();
    return ["wasm", client];
  } catch (error) {
    if (!isAuthError(error, "runtime_wasm_blocked")) throw error;
    client.dispose();
    const asmjs = await import("edgeward/asmjs");
    return ["asmjs", asmjs.createClient(options)];
  }
}

async function main({ issuer, clientId }) {
  const redirectUri = location.origin + location.pathname;
  const [core, client] = await open({ issuer, clientId, redirectUri, scope: "openid offline_access" });
  const back = await client.handleCallback();
  if (back.ok && back.data.kind === "none") return void (await client.signIn());
  return { core, ...(await using(client, back)) };
}

main(globalThis.settings)
  .catch((error) => ({ thrown: String(error?.stack ?? error) }))
  .then((outcome) => outcome && (document.documentElement.dataset.outcome = JSON.stringify(outcome)));

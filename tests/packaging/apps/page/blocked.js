// A page whose policy may forbid WebAssembly: says what the client and the verifier fail with.
import { createClient, isAuthError } from "edgeward";
import { createVerifier } from "edgeward/verify";

async function main({ issuer, clientId, audience }) {
  const client = createClient({ issuer, clientId, redirectUri: location.origin + location.pathname });
  const verifier = createVerifier({ issuer, audience, algorithms: ["ES256"] });
  const failed = [];
  for (const made of [client, verifier]) {
    await made.ready().catch((error) => {
      const { code, message, retryable, docs } = error;
      failed.push({ ours: isAuthError(error, "runtime_wasm_blocked"), code, message, retryable, docs });
    });
  }
  document.documentElement.dataset.outcome = JSON.stringify(failed);
}

main(globalThis.settings);

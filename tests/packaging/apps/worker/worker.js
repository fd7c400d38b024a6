// A Worker of workerd. The client is made at global scope, where there is no I/O, timer or randomness.
import * as edgeward from "edgeward";
import * as verify from "edgeward/verify";
import { everything } from "../steps.mjs";

edgeward.createClient({ issuer: "https://id.example", clientId: "w", redirectUri: "https://w.example/" });

export default {
  async fetch(request) {
    const { jwks, ...settings } = await request.json();
    const { issuer, audience, token } = settings;
    const verifier = verify.createVerifier({ issuer, audience, algorithms: ["ES256"], jwks });
    const atOnce = verifier.verifySync(token);
    const outcome = await everything(edgeward, verify, settings);
    return Response.json({ atOnce: atOnce.ok ? atOnce.data.subject : atOnce.error.code, ...outcome });
  },
};

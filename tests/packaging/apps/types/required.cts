// Type-checked as CommonJS, never run.
import edgeward = require("edgeward");
import verify = require("edgeward/verify");

export const status: string = edgeward.createClient({ issuer: "", clientId: "", redirectUri: "" }).state.status;
export const ok: boolean = verify.createVerifier({ issuer: "", audience: "", algorithms: ["ES256"] }).verifySync("").ok;

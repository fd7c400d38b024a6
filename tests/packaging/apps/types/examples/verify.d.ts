// What examples take for granted.
declare const verifier: import("edgeward/verify").Verifier;
declare const options: import("edgeward/verify").VerifierOptions;
declare const issuer: import("edgeward/verify").Issuer;
declare const audience: string;
declare const token: string;
declare const privateJwk: JsonWebKey;
declare const request: Request;
declare const error: unknown;
declare const app: { use(path: string, guard: unknown): void };

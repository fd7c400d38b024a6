// Verifies the token of the environment variable INPUT, and prints what came out.
const { createVerifier } = require("edgeward/verify");
const { createClient, isAuthError } = require("edgeward");

(async () => {
  const { token, tampered, ...options } = JSON.parse(process.env.INPUT);
  const verifier = createVerifier(options);
  const atOnce = globalThis.Bun ? null : verifier.verifySync(token);
  const [good, bad] = await Promise.all([verifier.verify(token), verifier.verify(tampered)]);
  const sync = verifier.verifySync(token);
  const client = createClient({ issuer: options.issuer, clientId: "spa", redirectUri: "https://app.example/" });
  const access = await client.getAccessToken();
  console.log(
    JSON.stringify({
      subject: good.data?.subject,
      same: [atOnce ?? sync, sync].every((result) => JSON.stringify(result) === JSON.stringify(good)),
      refused: isAuthError(bad.error) && bad.error.code,
      client: access.error?.code,
    }),
  );
})();

// What every app does. The packages are arguments, so that an app may have them by import or by require.

/** Verifies with keys that are fetched: a good token, an altered one, and the good one at once. */
export async function verifying({ createVerifier }, { issuer, audience, token, tampered }) {
  const verifier = createVerifier({ issuer, audience, algorithms: ["ES256"], development: true });
  const results = [await verifier.verify(token), await verifier.verify(tampered), verifier.verifySync(token)];
  return results.map((result) => (result.ok ? result.data.subject : result.error.code));
}

/** What a signed-in client can do: refresh, and sign out. */
export async function using(client, back) {
  const access = [await client.getAccessToken(), await client.getAccessToken({ forceRefresh: true })];
  await client.signOut({ endSession: false });
  const left = await client.getAccessToken();
  return {
    signedIn: back.ok ? [back.data.kind, back.data.session?.subject] : [back.error.code, back.error.at],
    tokens: access.map((result) => (result.ok ? result.data.token : result.error.code)),
    left: left.ok ? "still here" : left.error.code,
  };
}

/** Signs in where there is no page: somebody else opens the address. */
export async function signingIn({ createClient }, { issuer, clientId }) {
  const redirectUri = "https://app.example/callback";
  const client = createClient({ issuer, clientId, redirectUri, scope: "openid offline_access", storage: "memory" });
  await client.ready();
  const address = await leaving(() => client.signIn());
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  const { location } = await answer.json();
  return using(client, await client.handleCallback(location));
}

/** Where a sign-in would lead a page that is not there. */
async function leaving(signIn) {
  let address;
  globalThis.document = { location: { href: "https://app.example/", assign: (url) => (address = url) } };
  try {
    const result = await signIn();
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
    return address;
  } finally {
    delete globalThis.document;
  }
}

/** Everything, where there is no page. */
export async function everything(edgeward, verify, settings) {
  return { verified: await verifying(verify, settings), ...(await signingIn(edgeward, settings)) };
}

// The calls that the buttons make. Each resolves to a Response; what the gateway refuses is an answer too.

/** One entry per button: what it is called in the answer, and how it is made. */
export const CALLS = {
  good: { title: "Your own token", make: ({ client, api }) => client.fetch(`${api}/todos`) },
  expired: { title: "An expired token", make: (page) => withTrialToken(page, "expired") },
  tampered: { title: "A tampered token", make: withTamperedToken },
  "other-audience": { title: "A token for another API", make: (page) => withTrialToken(page, "other-audience") },
  "missing-scope": {
    title: "Your token at an administrators’ path",
    make: ({ client, api }) => client.fetch(`${api}/admin/todos`),
  },
  "no-token": { title: "No token", make: ({ api }) => fetch(`${api}/todos`) },
};

/** The provider's endpoint for trying out issues a token that has to be refused, for the same person. */
async function withTrialToken(page, kind) {
  const response = await fetch(`${page.issuer}/trial-tokens/${kind}`, {
    method: "POST",
    headers: { authorization: `Bearer ${await accessToken(page)}` },
  });
  const { token, error } = await response.json();
  if (!token) throw new Error(`The provider issued no token for trying out: ${error}`);
  return send(page, token);
}

/** Writes another subject into the payload and leaves the signature as it was. */
async function withTamperedToken(page) {
  const [header, payload, signature] = (await accessToken(page)).split(".");
  const claims = { ...JSON.parse(fromBase64url(payload)), sub: "somebody-else" };
  return send(page, [header, toBase64url(JSON.stringify(claims)), signature].join("."));
}

function send({ api }, token) {
  return fetch(`${api}/todos`, { headers: { authorization: `Bearer ${token}` } });
}

async function accessToken({ client }) {
  const result = await client.getAccessToken();
  if (!result.ok) throw result.error;
  return result.data.token;
}

function fromBase64url(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function toBase64url(text) {
  const binary = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

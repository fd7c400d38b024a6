// What is done through the doors beside the two of steps.mjs. The packages are arguments, as there.
import { signingIn } from "../steps.mjs";

const REDIRECT = "https://app.example/callback";
const value = (result) => (result.ok ? result.data : result.error.code);

/** Signs in as with the small client, and has a token of its own. */
export async function throughOauth({ createClient }, { issuer, clientId, clientSecret }) {
  const { signedIn, tokens, left } = await signingIn({ createClient }, { issuer, clientId });
  const own = createClient({ issuer, clientId, clientSecret, storage: "memory" });
  const { token } = value(await own.oauth.clientCredentials({ scope: "read" }));
  const told = value(await own.oauth.introspect({ token }));
  own.dispose();
  return { signedIn, tokens, left, own: [token, told.active] };
}

/** Signs in on a device, and another client on the same file goes on with that session. */
export async function throughAgent({ createAgentClient, fileStore }, { issuer, clientId, file }) {
  const said = [];
  const make = () => createAgentClient({ issuer, clientId, scope: "openid offline_access", store: fileStore(file) });
  const first = make();
  const session = value(await first.signInInTerminal({ output: { write: (text) => said.push(text) } }));
  first.dispose();
  const second = make();
  const { token } = value(await second.getAccessToken({ forceRefresh: true }));
  const child = value(await second.agents.create({ scope: "read", ttlSeconds: 60 }));
  const { token: narrow } = await child.getAccessToken();
  second.dispose();
  return { said: /confirm the code ADA-ADA/.test(said.join("")), subject: session.subject, token, narrow };
}

/** A person signs in at a server, whose answers are all that the browser knows. */
export async function throughServer({ createServerClient }, { issuer, clientId }) {
  const server = createServerClient({
    issuer, clientId, redirectUri: REDIRECT, scope: "openid offline_access", cookies: { secret: "0123456789abcdef0123456789abcdef" },
  });
  const jar = new Map();
  const send = async (url, handle) => {
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const answer = await handle(new Request(url, { headers: { accept: "text/html", ...(cookie && { cookie }) } }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name, content] = /^([^=]+)=([^;]*)/.exec(line);
      if (/Max-Age=0/.test(line)) jar.delete(name);
      else jar.set(name, content);
    }
    return answer;
  };
  const page = async (request) => {
    const auth = await server.open(request);
    if (!auth.session) return auth.signIn({ returnTo: "/there" });
    const { token } = value(await auth.getAccessToken({ forceRefresh: true }));
    return auth.applyTo(Response.json([auth.session.subject, token]));
  };
  const leaving = (await send("https://app.example/", page)).headers.get("location");
  const { location } = await (await fetch(leaving, { headers: { accept: "application/json" } })).json();
  const back = (await send(location, (request) => server.callback(request))).headers.get("location");
  return { back, page: await (await send("https://app.example/", page)).json() };
}

/** Renders who is signed in. */
export function throughReact({ AuthProvider, useSession }, { createElement }, render) {
  const session = { subject: "ada", claims: {}, scope: [], expiresAt: null };
  const never = () => {
    throw new Error("The client is not asked.");
  };
  const client = { state: { status: "loading" }, onAuthStateChange: () => () => {}, ...Object.fromEntries(["signIn", "signOut", "handleCallback", "getAccessToken", "fetch"].map((name) => [name, never])) };
  const Shown = () => createElement("p", null, useSession().session?.subject);
  return render(createElement(AuthProvider, { client, session }, createElement(Shown)));
}

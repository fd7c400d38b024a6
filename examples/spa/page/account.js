// The account page: sign in at our own authority, and see what it keeps about you.
import { createClient } from "edgeward";
import { createApi } from "edgeward/api";
import { show, showNews, showProblem, showSecret } from "./account-view.js";

const config = (await (await fetch("config.json")).json()).account;
const here = `${location.origin}/account.html`;

const client = createClient({
  issuer: config.issuer,
  clientId: config.clientId,
  redirectUri: here,
  postLogoutRedirectUri: here,
  scope: "openid profile email offline_access",
  apiOrigins: [new URL(config.issuer).origin],
});

const api = createApi({ url: config.issuer, client, errors: "throw" });

/** Everything on the page anew. */
async function refresh() {
  const lists = await Promise.all([api.sessions.list(), api.tokens.list(), api.connections.list()]);
  show({ ...Object.assign({}, ...lists), on });
}

/** What the buttons of the lists do. */
const on = {
  endSession: ({ id }) => change("That device is signed out.", "sessions-title", () => api.sessions.revoke({ id })),
  revokeToken: ({ _id }) => change("The token is revoked.", "tokens-title", () => api.tokens.revoke({ tokenId: _id })),
  disconnect: ({ provider }) => change("Disconnected.", "connections-title", () => api.connections.revoke({ provider })),
};

/** Makes a change, says so, and puts the focus where the list begins: the button it was on may be gone. */
async function change(news, heading, make) {
  showProblem(null);
  try {
    await make();
    await refresh();
    showNews(news);
    document.getElementById(heading).focus();
  } catch (error) {
    showProblem(explain(error));
  }
}

async function createToken(form) {
  const data = new FormData(form);
  const expires = data.get("expires");
  const args = { name: data.get("name").trim(), scopes: data.getAll("scopes"), ...(expires && { expiresIn: Number(expires) }) };
  await change("The token is created.", "secret-title", async () => {
    const { token } = await api.tokens.create(args);
    showSecret(token);
    form.reset();
  });
}

async function connect() {
  const { authUrl, state } = await api.connections.initiate({ provider: config.provider, scopes: ["openid", "email"], redirectUri: here });
  sessionStorage.setItem("connecting", state);
  location.assign(authUrl);
}

/** The way back from a connection; a sign-in's own callback has another state and is the client's. */
async function finishConnecting() {
  const query = new URLSearchParams(location.search);
  const state = sessionStorage.getItem("connecting");
  if (!state || query.get("state") !== state) return;
  sessionStorage.removeItem("connecting");
  history.replaceState(null, "", here);
  const iss = query.get("iss") ?? undefined;
  const args = { provider: config.provider, code: query.get("code") ?? "", state, iss };
  await change("Connected.", "connections-title", () => api.connections.complete(args));
}

const $ = (id) => document.getElementById(id);
const attempt = (make) => make().catch((error) => showProblem(explain(error)));
const report = async (outcome) => {
  const { ok, error } = await outcome;
  if (!ok) showProblem(explain(error));
};

$("sign-in").addEventListener("click", () => report(client.signIn()));
$("sign-out").addEventListener("click", () => report(client.signOut()));
$("end-others").addEventListener("click", () =>
  change("You are signed out everywhere else.", "sessions-title", () => api.sessions.revokeOthers()),
);
$("connect").addEventListener("click", () => attempt(connect));
$("create").addEventListener("submit", (event) => {
  event.preventDefault();
  createToken(event.currentTarget);
});
$("copy").addEventListener("click", async () => {
  $("secret").select();
  await navigator.clipboard?.writeText($("secret").value).catch(() => {});
  showNews("The token is copied.");
});
$("dismiss").addEventListener("click", () => {
  showSecret(null);
  $("tokens-title").focus();
});

const connecting = sessionStorage.getItem("connecting");
const isConnection = connecting && new URLSearchParams(location.search).get("state") === connecting;
if (!isConnection) {
  const returned = await client.handleCallback();
  if (!returned.ok) showProblem(explain(returned.error));
}
client.onAuthStateChange(({ event, state }) => {
  const name = state.status === "signedIn" ? (state.session.claims.name ?? state.session.subject) : null;
  $("who").textContent = name ? `Signed in as ${name}` : state.status === "loading" ? "Looking for a session…" : "Not signed in";
  $("sign-in").hidden = state.status !== "signedOut";
  $("sign-out").hidden = !name;
  $("signed-in").hidden = !name;
  $("signed-out").hidden = state.status !== "signedOut";
  if (name && event !== "token_refreshed") attempt(isConnection && location.search ? finishConnecting : refresh);
});

function explain(error) {
  return [error.code, error.at, error.message].filter(Boolean).join(": ");
}

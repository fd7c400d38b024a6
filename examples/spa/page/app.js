// The example page: sign in, call the protected API, see what each token is worth.
import { createClient } from "edgeward";
import { CALLS } from "./calls.js";
import { showAddresses, showAnswer, showCalling, showProblem, showSession } from "./view.js";

const config = await (await fetch("config.json")).json();
const here = `${location.origin}/`;

const client = createClient({
  issuer: config.issuer,
  clientId: config.clientId,
  redirectUri: here,
  postLogoutRedirectUri: here,
  scope: config.scope,
  resource: config.audience,
  apiOrigins: [config.api],
});

showAddresses({ issuer: config.issuer, page: here, api: config.api, origin: config.origin });

const returned = await client.handleCallback();
if (!returned.ok) showProblem(explain(returned.error));
client.onAuthStateChange(({ state }) => showSession(state));

document.getElementById("sign-in").addEventListener("click", () => report(client.signIn()));
document.getElementById("sign-out").addEventListener("click", () => report(client.signOut()));
for (const button of document.querySelectorAll("[data-call]")) {
  button.addEventListener("click", () => call(CALLS[button.dataset.call]));
}

async function call({ title, make }) {
  showProblem(null);
  showCalling(title);
  try {
    const response = await make({ client, api: config.api, issuer: config.issuer });
    showAnswer(title, response, await response.json());
  } catch (error) {
    showProblem(explain(error));
  }
}

async function report(outcome) {
  const { ok, error } = await outcome;
  if (!ok) showProblem(explain(error));
}

function explain(error) {
  return error.code ? `${error.code}: ${error.message}` : error.message;
}

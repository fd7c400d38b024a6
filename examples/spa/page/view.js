// What the page shows. Text is always set as text, so that nothing from a token or an answer becomes markup.

const $ = (id) => document.getElementById(id);

/** Shows where the four parts listen. */
export function showAddresses(addresses) {
  for (const node of document.querySelectorAll("[data-address]")) {
    node.textContent = new URL(addresses[node.dataset.address]).host;
  }
}

/** Shows the session, or that there is none. */
export function showSession(state) {
  const session = state.status === "signedIn" ? state.session : null;
  $("who").textContent = session ? `Signed in as ${session.claims.name ?? session.subject}` : WHO[state.status];
  $("sign-in").hidden = state.status !== "signedOut";
  $("sign-out").hidden = !session;
  $("you").hidden = !session;
  $("you-empty").hidden = Boolean(session);
  for (const button of document.querySelectorAll("[data-call]")) {
    button.disabled = !session && button.dataset.call !== "no-token";
  }
  if (session) facts($("you"), sessionFacts(session));
  mark(session ? { provider: "passed" } : {});
}

/** Shows that a call is under way. */
export function showCalling(title) {
  $("answer-empty").hidden = false;
  $("answer-empty").textContent = `${title}: calling…`;
  $("answer").hidden = true;
  $("origin").hidden = true;
  $("origin-empty").hidden = false;
  $("origin-empty").textContent = "Nothing so far.";
}

/** Shows an answer: the API's own, or the gateway's in its place. */
export function showAnswer(title, response, body) {
  const passed = response.ok;
  $("answer-empty").hidden = true;
  $("answer").hidden = false;
  $("status").textContent = String(response.status);
  $("status").dataset.outcome = passed ? "passed" : "stopped";
  $("verdict").textContent = passed ? `${title} was let through.` : `${title} was stopped at the edge.`;
  facts($("answer-facts"), passed ? passedFacts(body) : deniedFacts(response, body));
  showReceived(passed ? body : null);
  mark({ provider: "passed", page: "passed", gateway: passed ? "passed" : "stopped", origin: passed ? "passed" : "" });
}

/** Says what went wrong on this side of the network; `null` clears it. */
export function showProblem(text) {
  $("problem").hidden = !text;
  $("problem").textContent = text ?? "";
}

const WHO = { loading: "Looking for a session…", signedOut: "Not signed in" };

function sessionFacts({ subject, claims, scope, expiresAt }) {
  return [
    ["Name", claims.name],
    ["Email", claims.email],
    ["Subject", subject],
    ["Issuer", claims.iss],
    ["Scopes", scope.join(" ")],
    ["Access until", expiresAt ? new Date(expiresAt).toLocaleTimeString() : "the provider did not say"],
  ];
}

function passedFacts(body) {
  return [["Request", `${body.method} ${body.path}`], ["Answered by", "the API"]];
}

function deniedFacts(response, body) {
  return [
    ["Code", body.error],
    ["Message", body.message],
    ["WWW-Authenticate", response.headers.get("www-authenticate") ?? "none"],
    ["Request", body.request_id],
    ["Answered by", "edgeward; the API never heard of it"],
  ];
}

function showReceived(body) {
  const identity = body?.identity;
  $("origin").hidden = !identity;
  $("origin-empty").hidden = Boolean(identity);
  $("origin-empty").textContent = body ? "A call without an identity." : "Nothing: edgeward answered in its place.";
  if (!identity) return;
  facts($("origin-facts"), [
    ["x-edgeward-subject", identity.subject],
    ["x-edgeward-issuer", identity.issuer],
    ["x-edgeward-scope", identity.scope.join(" ")],
  ]);
  $("claims").textContent = JSON.stringify(identity.claims, null, 2);
}

function facts(list, entries) {
  const nodes = entries
    .filter(([, value]) => value !== undefined && value !== null)
    .flatMap(([name, value]) => [element("dt", name), element("dd", value)]);
  list.replaceChildren(...nodes);
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function mark(states) {
  for (const hop of $("path").children) hop.dataset.state = states[hop.dataset.hop] ?? "";
}

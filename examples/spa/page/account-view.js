// What the account page shows. Text is always set as text, so that no name becomes markup.

const $ = (id) => document.getElementById(id);

/** Shows the three lists; `on` says what their buttons do. */
export function show({ sessions, tokens, connections, on }) {
  list($("sessions"), sessions, (session) => ({
    title: device(session.userAgent),
    detail: `${session.ipAddress ?? "unknown address"} · last used ${when(session.lastUsedAt)} · since ${when(session.createdAt)}`,
    ...(session.current ? { mark: "this device" } : { action: "Sign out", does: () => on.endSession(session) }),
  }));
  $("end-others").hidden = sessions.filter(({ current }) => !current).length === 0;
  list($("tokens"), tokens, (token) => ({
    title: token.name,
    detail: `${token.scopes.map(scope).join(", ") || "may do nothing"} · ${expiry(token.expiresAt)} · ${used(token.lastUsedAt)}`,
    action: "Revoke",
    does: () => on.revokeToken(token),
  }));
  $("tokens-empty").hidden = tokens.length > 0;
  list($("connections"), connections, (connection) => ({
    title: connection.provider,
    detail: connection.scopes.join(", ") || "no scopes",
    action: "Disconnect",
    does: () => on.disconnect(connection),
  }));
  $("connections-empty").hidden = connections.length > 0;
}

/** Shows a new token this once; `null` forgets it. */
export function showSecret(token) {
  $("secret-panel").hidden = !token;
  $("secret").value = token ?? "";
}

/** Says what went wrong; `null` clears it. */
export function showProblem(text) {
  $("problem").hidden = !text;
  $("problem").textContent = text ?? "";
  if (text) $("news").hidden = true;
}

/** Says what happened. */
export function showNews(text) {
  $("news").hidden = false;
  $("news").textContent = text;
}

function list(node, items, describe) {
  node.replaceChildren(...items.map((item) => entry(describe(item))));
}

function entry({ title, detail, mark, action, does }) {
  const item = document.createElement("li");
  item.append(element("b", title), element("span", detail));
  if (mark) item.append(Object.assign(element("em", mark), { className: "here" }));
  if (action) {
    const button = Object.assign(element("button", action), { type: "button", className: "quiet" });
    button.setAttribute("aria-label", `${action}: ${title}`);
    button.addEventListener("click", does);
    item.append(button);
  }
  return item;
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

/** Browser and system of a user agent, as far as it says. */
function device(agent) {
  if (!agent) return "Unknown device";
  const known = (table) => table.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = known([[/Edg\//, "Edge"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chromium"], [/Safari\//, "Safari"]]);
  const system = known([[/iPhone|iPad/, "iOS"], [/Android/, "Android"], [/Mac OS X/, "macOS"], [/Windows/, "Windows"], [/Linux/, "Linux"]]);
  return [browser ?? agent.split("/")[0], system].filter(Boolean).join(" on ");
}

const scope = (one) => (typeof one === "string" ? one : one.actions.map((action) => `${one.resource}:${action}`).join(", "));
const when = (millis) => (millis ? new Date(millis).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) : "never");
const expiry = (millis) => (millis ? `expires ${new Date(millis).toLocaleDateString([], { dateStyle: "medium" })}` : "never expires");
const used = (millis) => (millis ? `last used ${when(millis)}` : "never used");

/** An application whose functions stand beside the authority's, as behind one Convex deployment. */
import { createServer } from "node:http";
import { close, listen } from "../../examples/spa/lib/listen.mjs";

/** What each function of the application asks of its caller. */
const FUNCTIONS = { "skills:search": "skills:read", "skills:create": "skills:write", "learning:report": "learning:report" };

/**
 * Starts it in front of an authority: `auth:…` goes there, everything else is the application's own.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {Awaited<ReturnType<typeof import("./authority.mjs").startAuthority>>} authority
 */
export async function startApplication(end, authority) {
  const reports = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { path, args } = JSON.parse(body);
    const answer = path.startsWith("auth:")
      ? await forward(authority, request, body)
      : await own(authority, request, path, (report) => reports.push({ path, args: args[0], ...report }));
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
  });
  const url = await listen(server, 0);
  end.after(() => close(server));
  return { url, reports };
}

async function forward(authority, { url, headers }, body) {
  const { authorization } = headers;
  const sent = { "content-type": "application/json", ...(authorization && { authorization }) };
  const answer = await fetch(`${authority.url}${url}`, { method: "POST", headers: sent, body });
  return { status: answer.status, text: await answer.text() };
}

async function own(authority, { headers }, path, onCall) {
  const token = headers.authorization?.replace(/^Bearer /, "");
  const caller = await callerOf(authority, token);
  const needed = FUNCTIONS[path];
  if (!caller || !(caller.scopes === undefined || caller.scopes.includes("admin") || caller.scopes.includes(needed))) {
    return { status: 560, text: JSON.stringify({ status: "error", errorMessage: "refused", errorData: { code: "FORBIDDEN" }, logLines: [] }) };
  }
  onCall({ caller });
  return { status: 200, text: JSON.stringify({ status: "success", value: null, logLines: [] }) };
}

/** Whom the authority says a credential to be. */
async function callerOf(authority, token) {
  if (token?.startsWith("ast_")) {
    const { json } = await authority.call("validateSession", { token });
    return json.valid ? { agent: json.agentId } : null;
  }
  const { status, json } = await authority.call("verifyApiToken", { token: token ?? "" });
  return status === 200 ? { user: json.userId, scopes: json.scopes } : null;
}

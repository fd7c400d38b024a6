/** One ConvexClient on one deployment, and everything that happens between them, in order. */
import { ConvexClient } from "convex/browser";
import { SyncServer } from "./sync-server.mjs";

const DEADLINE = 10_000;

/**
 * @param {{ after(stop: () => unknown): void }} end
 * @param {{ url: string, jwksUri: string }} issuer
 * @param {object} [options] of ConvexClient
 */
export function startTrace(end, issuer, options = {}) {
  const trace = new Trace();
  const server = new SyncServer({ issuer: issuer.url, jwksUri: issuer.jwksUri, record: (event) => trace.add(event) });
  const client = new ConvexClient("https://trace.convex.example", {
    webSocketConstructor: server.WebSocket, skipConvexDeploymentUrlCheck: true, logger: QUIET, ...options,
  });
  end.after(async () => {
    await client.close();
    server.close();
  });
  return Object.assign(trace, { server, client });
}

const QUIET = { logVerbose() {}, log() {}, warn() {}, error() {} };

class Trace {
  events = [];
  #waiting = new Set();

  add(event) {
    this.events.push({ ...event, at: performance.now() });
    for (const look of [...this.#waiting]) look();
  }

  /** Hands the client a token fetcher, and records what it is asked and answers. */
  setAuth(fetchToken) {
    const watched = async (asked) => {
      this.add({ did: "fetch", force: asked.forceRefreshToken });
      const token = await fetchToken(asked);
      this.add({ did: "fetched", force: asked.forceRefreshToken, token });
      return token;
    };
    this.client.setAuth(watched, (authenticated) => this.add({ did: "onChange", authenticated }));
  }

  /** Resolves as soon as `holds` is true of the trace. */
  until(holds, what, deadline = DEADLINE) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`never came: ${what}; what came:\n${this.lines().join("\n")}`));
      }, deadline);
      const look = () => {
        if (!holds(this)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Events of one kind. */
  all(did) {
    return this.events.filter((event) => event.did === did);
  }

  /** What happened, a line each; the answers of the fetcher are left out. */
  lines() {
    return this.events.filter(({ did }) => did !== "fetched").map(line);
  }
}

function line({ did, force, base, identity, authenticated, baseVersion, tokenType }) {
  switch (did) {
    case "fetch":
      return `fetch{${force}}`;
    case "Authenticate":
      return tokenType === "None" ? `Authenticate none base ${base}` : `Authenticate base ${base}`;
    case "Transition":
      return `Transition ${identity}`;
    case "AuthError":
      return `AuthError ${baseVersion}`;
    case "onChange":
      return `onChange(${authenticated})`;
    default:
      return did;
  }
}

/** The authority in workerd: the built Worker with D1, its migrations applied. */
import { randomBytes } from "node:crypto";
import { AUTHORITY, migrate, startWorker } from "../../examples/spa/gateway.mjs";
import { freePort } from "../../examples/spa/lib/listen.mjs";

/**
 * Starts an authority of its own for a test, with an empty database; it stops when the test ends.
 *
 * @param {{ after(done: () => unknown): void }} test
 * @param {object} [o]
 * @param {object | ((issuer: string) => object | Promise<object>)} [o.settings] more of `EDGEWARD_AUTHORITY`
 * @param {(issuer: string) => object} [o.gateway] the variable `EDGEWARD`, to have a gateway in the same Worker
 * @param {object} [o.bindings] more bindings
 * @param {(line: { level: string, message: string }) => void} [o.onLog] takes what is logged
 * @param {(request: Request) => Promise<Response>} [o.outside] answers what the Worker asks of other servers
 * @param {(gateway: object) => object[]} [o.beside] further Workers
 * @param {number} [o.port] the port of an authority that was there before
 * @param {string} [o.stateDir] keeps its database over restarts
 * @param {object} [o.options] more of miniflare's options
 */
export async function startAuthority(test, o = {}) {
  const port = await freePort(o.port ?? 0);
  const issuer = `http://127.0.0.1:${port}`;
  const more = typeof o.settings === "function" ? await o.settings(issuer) : o.settings;
  const bindings = {
    EDGEWARD_AUTHORITY: { issuer, development: true, ...more },
    EDGEWARD_SECRET: randomBytes(32).toString("base64url"),
    ...(o.gateway && { EDGEWARD: o.gateway(issuer) }),
    ...o.bindings,
  };
  const options = { ...AUTHORITY, ...(o.outside && { outboundService: o.outside }), ...o.options };
  const worker = await startWorker({ bindings, options, port, stateDir: o.stateDir, onLog: o.onLog, beside: o.beside });
  test.after(() => worker.close());
  const database = await worker.miniflare.getD1Database("DB", "gateway");
  await migrate(database);
  return new AuthorityUnderTest({ url: issuer, worker, database, secret: bindings.EDGEWARD_SECRET });
}

class AuthorityUnderTest {
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Registers a user directly in the database. */
  async user(id, columns = {}) {
    const row = { id, created_at: Date.now(), updated_at: Date.now(), ...columns };
    const names = Object.keys(row);
    const sql = `INSERT INTO edgeward_users (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
    await this.database.prepare(sql).bind(...Object.values(row)).run();
    return id;
  }

  /** Puts an API token into the database for a user, as `createApiToken` would. */
  async apiToken(user, scopes = ["admin"]) {
    const token = `sk_${randomBytes(24).toString("hex").slice(0, 32)}`;
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(token))).toString("hex");
    await this.database
      .prepare(
        "INSERT INTO edgeward_api_tokens (id, hash, prefix, user_id, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .bind(randomBytes(12).toString("hex"), hash, token.slice(0, 7), user, "seeded", JSON.stringify(scopes), Date.now())
      .run();
    return token;
  }

  /** Calls an operation as plain JSON. */
  async call(operation, args = {}, { token, headers = {} } = {}) {
    const response = await fetch(`${this.url}/api/auth/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }), ...headers },
      body: JSON.stringify(args),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  }

  /** Every row of every table, as text: what a thief of the database would read. */
  async dump() {
    const { results } = await this.database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgeward_%'")
      .all();
    const tables = results.map(({ name }) => this.database.prepare(`SELECT * FROM ${name}`).all());
    return JSON.stringify(await Promise.all(tables));
  }
}

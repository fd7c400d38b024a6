import { AuthError } from "../../shared/errors.js";
import { indexedDbStore } from "./indexed-db.js";
import { memoryStore } from "./memory.js";
import { webStore } from "./web.js";

/**
 * The adapters of both areas. A sign-in under way must outlast the page that it leaves, and belongs to
 * the tab; so it is beside the session only where that is at least as lasting and nobody else's.
 *
 * @param {"auto" | "memory" | "local" | "session" | "indexeddb" | object} [storage] default: `session`
 *   in a page, `memory` elsewhere
 * @param {import("../database.js").Database} [database]
 * @returns {{ session: object, transactions: object }} adapters
 * @throws {AuthError} `config_invalid`, at `storage`: neither a name nor an adapter
 */
export function chooseStores(storage, database) {
  const page = globalThis.document;
  const name = named(storage ?? (page ? "session" : "memory"), page, database);
  if (!NAMES.includes(name) && !isAdapter(name)) throw unknown();
  const session = typeof name === "string" ? built(name, database) : name;
  const kept = name === "local" || name === "indexeddb" || !page;
  return { session, transactions: kept ? session : built("session") };
}

const NAMES = ["memory", "local", "session", "indexeddb"];

/** Whoever swaps needs neither to set nor to remove. */
function isAdapter(storage) {
  const has = (method) => typeof storage?.[method] === "function";
  return has("get") && (has("compareAndSwap") || (has("set") && has("remove")));
}

function unknown() {
  const message = "The configuration is not valid. (storage)";
  return new AuthError({ code: "config_invalid", at: "storage", message, retryable: false, sessionEnded: false });
}

function named(storage, page, database) {
  if (storage !== "auto") return storage;
  if (database) return "indexeddb";
  return page ? "local" : "memory";
}

function built(name, database) {
  if (name === "memory") return memoryStore();
  return name === "indexeddb" ? indexedDbStore(database) : webStore(name);
}

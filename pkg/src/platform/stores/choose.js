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
 */
export function chooseStores(storage, database) {
  const page = globalThis.document;
  const name = named(storage ?? (page ? "session" : "memory"), page, database);
  const session = typeof name === "string" ? built(name, database) : name;
  const kept = name === "local" || name === "indexeddb" || !page;
  return { session, transactions: kept ? session : built("session") };
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

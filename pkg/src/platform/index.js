import { openChannel } from "./channel.js";
import { digest, random, verify } from "./crypto.js";
import { Database } from "./database.js";
import { Failed } from "./failed.js";
import { send } from "./fetch.js";
import { Locks } from "./locks.js";
import { location, navigate, rewrite } from "./navigation.js";
import { watch } from "./notices.js";
import { Popups } from "./popup.js";
import { chooseStores } from "./stores/choose.js";
import { Guard } from "./stores/guard.js";
import { readClock, sleep } from "./time.js";

/**
 * Carries out what the core orders, and knows no policy. Nothing of the place is touched before one
 * is made.
 */
export class Platform {
  /** For the shell, which has the click. */
  popups = new Popups();
  #options;
  #told;
  #locks;
  #areas;
  #channel;
  /** What ends with it; absent afterwards. No signal: workerd makes none before the first request. */
  #ends = [];
  /** The keys whose changes by others are heard of. */
  #heard = new Set();
  #warned = false;
  #effects;

  /**
   * @param {object} options
   * @param {"auto" | "memory" | "local" | "session" | "indexeddb" | object} [options.storage] a name or an
   *   adapter; `auto`: IndexedDB where it is, `localStorage` in other pages, memory elsewhere
   * @param {string} [options.name] what is announced reaches the clients of the same name
   * @param {typeof fetch} [options.fetch]
   * @param {{ now?(): number, monotonic?(): number }} [options.clock]
   * @param {(line: { effect: string, outcome: string, millis: number }) => void} [options.logger] hears
   *   what was done and how it ended; never what was sent, read or written
   * @param {{ onNotice(notice: string): void, onWarning(event: { type: "storage_unavailable" }): void }} told
   * @param {(database?: Database) => object} [keys] makes the effects of keys, see `keys.js`; a client without
   *   proofs of possession needs none
   */
  constructor(options, told, keys) {
    this.#options = options;
    this.#told = told;
    const database = globalThis.indexedDB && new Database();
    const { session, transactions } = chooseStores(options.storage, database);
    this.#locks = new Locks(session);
    const guarded = this.#guard(session);
    this.#areas = {
      session: guarded,
      transactions: transactions === session ? guarded : this.#guard(transactions),
    };
    this.#channel = openChannel(options.name ?? "edgeward", () => told.onNotice("storage"));
    this.#effects = this.#table(session, keys?.(database));
    this.#ends.push(watch(told.onNotice), () => database?.close());
  }

  now() {
    return readClock(this.#options.clock);
  }

  /** Carries out one effect. @throws {Failed} with its code */
  async perform(effect, signal) {
    const begun = performance.now();
    let outcome = "ok";
    try {
      return await this.#effects[effect.kind](effect, signal);
    } catch (thrown) {
      outcome = thrown instanceof Failed ? thrown.code : "internal_error";
      throw thrown;
    } finally {
      const millis = Math.round(performance.now() - begun);
      try {
        this.#options.logger?.({ effect: effect.kind, outcome, millis });
      } catch {
        // A log that fails must not end what it tells of.
      }
    }
  }

  /** Listens no more, and lets locks, windows and connections go. */
  dispose() {
    this.#ends?.forEach((end) => end());
    this.#ends = undefined;
    this.#channel.close();
    this.#locks.dispose();
    this.popups.release();
  }

  #table(session, keys) {
    const hear = async (area, key) => {
      if (area !== "session" || this.#heard.has(key)) return;
      this.#heard.add(key);
      const end = await session.subscribe?.(key, () => this.#told.onNotice("storage"));
      if (this.#ends) this.#ends.push(() => end?.());
      else end?.();
    };
    return {
      random,
      digest,
      verify,
      location,
      navigate,
      rewrite,
      fetch: (effect, signal) => send(effect, signal, this.#options.fetch),
      sleep: ({ millis, hold }, signal) => sleep(millis, signal, hold),
      read: ({ area, key }) => {
        // Whoever cannot hear of others reads when it needs to.
        hear(area, key).catch(() => {});
        return this.#areas[area].get(key);
      },
      swap: ({ area, key, expected, next }) => this.#areas[area].swap(key, expected, next),
      keys: ({ area, prefix }) => this.#areas[area].keys(prefix),
      lock: ({ name, deadline }, signal) => this.#locks.lock(name, deadline, signal),
      unlock: ({ name }) => this.#locks.unlock(name),
      announce: ({ text }) => this.#channel.post(text),
      popup: (effect, signal) => this.popups.popup(effect, signal),
      relay: (effect) => this.popups.relay(effect),
      ...keys,
    };
  }

  #guard(store) {
    return new Guard(store, this.#locks, {
      // Once: a store that fails again is no news.
      failed: () => {
        if (!this.#warned) this.#told.onWarning({ type: "storage_unavailable" });
        this.#warned = true;
      },
      recovered: () => this.#told.onNotice("storage"),
    });
  }
}

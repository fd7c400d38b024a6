import { digest, random, verify } from "../platform/crypto.js";
import { send } from "../platform/fetch.js";
import { keyEffects } from "../platform/keys.js";
import { Locks } from "../platform/locks.js";
import { readClock, sleep } from "../platform/time.js";

/** Carries out what the core orders while one request is answered. The page is the request. */
export class RequestPlatform {
  #clock;
  #locks;
  #effects;
  #under = 0;
  #idle;
  /** Where the core sends the user to. */
  leaving;

  /**
   * @param {object} shared of the server
   * @param {import("./shelf.js").Shelf} shelf
   * @param {string} address the request's
   */
  constructor(shared, shelf, address) {
    this.#clock = shared.clock;
    this.#locks = new Locks(shared.store?.lock ? shared.store : { lock: shared.lock });
    const read = shared.documents.reader((effect, signal) => send(effect, signal, shared.fetch));
    // The core knows one session; a server has many, and they do not wait for each other.
    const own = (name) => `${name}:${shelf.id}`;
    this.#effects = {
      random,
      digest,
      verify,
      fetch: read,
      sleep: ({ millis, hold }, signal) => sleep(millis, signal, hold),
      read: (effect) => shelf.read(effect),
      swap: (effect) => shelf.swap(effect),
      keys: (effect) => shelf.keys(effect),
      lock: ({ name, deadline }, signal) => this.#locks.lock(own(name), deadline, signal),
      unlock: ({ name }) => this.#locks.unlock(own(name)),
      // Nobody listens: what others need to know they read.
      announce: () => {},
      relay: () => false,
      location: () => address,
      navigate: ({ url }) => void (this.leaving = url),
      // The answer redirects.
      rewrite: () => {},
      ...keyEffects(undefined, shared.keys),
    };
  }

  now() {
    return readClock(this.#clock);
  }

  async perform(effect, signal) {
    const waits = effect.kind !== "sleep";
    this.#under += waits;
    try {
      return await this.#effects[effect.kind](effect, signal);
    } finally {
      this.#under -= waits;
      // What this ends may begin something else a moment later.
      if (this.#under === 0) setTimeout(() => this.#under === 0 && this.#idle?.());
    }
  }

  /** Calls back once nothing is under way: what is told to the issuer outlives the answer. */
  whenIdle(callback) {
    this.#idle = callback;
    if (this.#under === 0) callback();
  }

  dispose() {
    this.#idle = undefined;
    this.#locks.dispose();
  }
}

import { toBase64url } from "../platform/bytes.js";
import { Failed } from "../platform/failed.js";
import { sleep, within } from "../platform/time.js";

/** How long a store may take. */
const DEADLINE = 2_000;
/** How long until a swap that failed is tried again. */
const PAUSE = 250;

/**
 * The storage of one request's client: what its cookies brought, and what changes while it is
 * answered. Nothing reaches the browser before the answer is made.
 *
 * With a store the cookies name the session only. Without one they hold it, and what another
 * request of this process has changed meanwhile goes before what an older cookie says.
 */
export class Shelf {
  #shared;
  /** The session: `{ id, count, key, record }`; with a store the id alone. */
  #session;
  /** The id that the browser's cookies name. */
  #brought;
  /** The session that a sign-in replaces. */
  #replaced;
  /** The session's text as this request last wrote it; null when it forgot the session. */
  #written;
  #transactions = new Map();
  #began = new Map();
  /** Why the store could not be asked. */
  failure;

  /** @param {object} shared @param {{ session?: object | null, transactions: { key: string, text: string }[] }} seen */
  constructor(shared, { session, transactions }) {
    this.#shared = shared;
    this.#session = session ?? undefined;
    this.#brought = this.#session;
    for (const { key, text } of transactions) this.#transactions.set(key, shared.transactions.get(key) ?? text);
  }

  /** Names what only one user's requests may wait for. */
  get id() {
    return (this.#session ??= { id: newId(), count: 0 }).id;
  }

  /** A text of the store that is nobody's session. */
  note(key) {
    return this.#ask((store) => store.get(key));
  }

  /** Writes one. */
  write(key, text) {
    return this.#ask((store) => store.set(key, text));
  }

  /** What is kept of the session, as far as it can be found out. */
  async record() {
    if (!this.#session) return null;
    if (this.#shared.store) return this.#ask((store) => store.get(place(this.#session.id)));
    return this.#newest()?.record ?? null;
  }

  async read({ area, key }) {
    if (area === "transactions") return this.#transactions.get(key) ?? null;
    if (!this.#session) return null;
    if (this.#shared.store) return this.#ask((store) => store.get(place(this.#session.id)));
    const newest = this.#newest();
    return newest?.key === key ? newest.record : null;
  }

  async swap({ area, key, expected, next }) {
    if (area === "transactions") return this.#swapTransaction(key, expected, next);
    const { id } = this;
    if (this.#shared.store) return this.#swapStored(place(id), expected, next);
    const current = await this.read({ area, key });
    if (current !== expected) return { done: false, current };
    const count = (this.#newest()?.count ?? 0) + 1;
    this.#session = { id, count, key, record: next };
    this.#shared.sessions.set(id, this.#session);
    this.#written = next;
    return { done: true };
  }

  keys({ area, prefix }) {
    if (area !== "transactions") return [];
    return [...this.#transactions.keys()].filter((key) => key.startsWith(prefix));
  }

  /** From now on a session of another name, so that whoever knew the old one does not know it. */
  renew() {
    this.#replaced = this.#session;
    this.#session = undefined;
  }

  /** Nothing has happened: the browser keeps what it has, and may try the same again. */
  discard() {
    for (const key of this.#began.keys()) this.#shared.transactions.delete(key);
    this.#began.clear();
    this.restore();
  }

  /** The sign-in failed: who was signed in before still is. */
  restore() {
    this.#session = this.#replaced;
    this.#replaced = undefined;
    this.#written = undefined;
  }

  /** Forgets a session that cannot be used. */
  async forget() {
    if (this.#shared.store && this.#session) await this.#remove(this.#session.id);
    this.#session = undefined;
    this.#written = null;
  }

  /**
   * What the cookies have to say now.
   *
   * @param {(record: string) => { verdict: string, generation: number }} judge
   */
  async changes(judge) {
    const transactions = [...this.#began].map(([key, text]) => ({ key, text }));
    const session = await this.#sessionChange(judge);
    return { ...(transactions.length > 0 && { transactions }), ...(session !== undefined && { session }) };
  }

  async #sessionChange(judge) {
    if (this.failure) return undefined;
    const record = await this.record();
    const { verdict, generation } = record === null ? {} : judge(record);
    const alive = isAlive(verdict);
    if (this.#replaced && alive) await this.#retire(this.#replaced.id);
    if (this.#shared.store) return this.#storedChange(alive, judge);
    const newest = this.#newest();
    if (alive) {
      const known = newest.id === this.#brought?.id && judge(this.#brought.record).generation === generation;
      return known ? undefined : newest;
    }
    return this.#ended(judge) && (this.#brought || this.#session === undefined) ? null : undefined;
  }

  async #storedChange(alive, judge) {
    if (alive) return this.#session.id === this.#brought?.id ? undefined : { id: this.#session.id };
    if (!this.#ended(judge)) return undefined;
    if (this.#session) await this.#remove(this.#session.id);
    return null;
  }

  /** Only who ended it says so: a late answer must not end a session that came after. */
  #ended(judge) {
    if (this.#written === undefined) return false;
    return this.#written === null || !isAlive(judge(this.#written).verdict);
  }

  /** What another request of this process knows, if it knows more than the cookie. */
  #newest() {
    const own = this.#session;
    const recent = own && this.#shared.sessions.get(own.id);
    return recent && recent.count > (own.count ?? 0) ? recent : own;
  }

  async #swapTransaction(key, expected, next) {
    // Of two requests with the same answer one gets the code, also before its cookie is written.
    const current = this.#shared.transactions.get(key) ?? this.#transactions.get(key) ?? null;
    if (current !== expected) return { done: false, current };
    if (next === null) this.#transactions.delete(key);
    else this.#transactions.set(key, next);
    if (next !== null && expected !== null) this.#shared.transactions.set(key, next);
    this.#began.set(key, next);
    return { done: true };
  }

  async #swapStored(name, expected, next) {
    const swap = async (store) => {
      const exchanged = store.compareAndSwap ? store.compareAndSwap(name, expected, next) : exchange(store, name, expected, next);
      return (await exchanged) ? { done: true } : { done: false, current: (await store.get(name)) ?? null };
    };
    // The refresh token that was replaced may be spent, so one failure is not the end. If it was made all
    // the same, the core finds its own text.
    const swapped = await this.#ask(swap, performance.now() + DEADLINE);
    if (swapped.done || swapped.current === next) this.#written = next;
    return swapped;
  }

  async #retire(id) {
    if (this.#shared.store) await this.#remove(id);
    else this.#shared.sessions.set(id, { id, count: Infinity, record: null });
  }

  async #remove(id) {
    await this.#ask((store) => store.remove(place(id))).catch(() => {});
  }

  /** Asks the store; once more after a failure, until a try has begun after `until`. */
  async #ask(work, until = 0) {
    const last = performance.now() >= until;
    try {
      return (await within(DEADLINE, () => work(this.#shared.store))) ?? null;
    } catch (cause) {
      if (last) {
        this.failure = cause;
        throw new Failed("storage_unavailable");
      }
    }
    await sleep(PAUSE, undefined, true);
    return this.#ask(work, until);
  }
}

/** For a store that cannot compare: the client's lock is around it. */
async function exchange(store, name, expected, next) {
  if (((await store.get(name)) ?? null) !== expected) return false;
  if (next === null) await store.remove(name);
  else await store.set(name, next);
  return true;
}

function isAlive(verdict) {
  return verdict === "fresh" || verdict === "due";
}

function newId() {
  return toBase64url(crypto.getRandomValues(new Uint8Array(24)));
}

function place(id) {
  return `edgeward:session:${id}`;
}

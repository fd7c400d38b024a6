import { AuthError, internalError } from "../shared/errors.js";
import { Failed } from "./failed.js";

/**
 * Stands between the core, which decides and does nothing, and the platform, which does and
 * decides nothing. Texts go in and out of the core, one at a time and never one inside another.
 */
export class Driver {
  #core;
  #platform;
  #onEvent;
  #last = 0;
  /** The calls that are not settled. */
  #calls = new Map();
  /** How each effect that is under way is cancelled. */
  #effects = new Map();
  #inbox = [];
  #busy = false;
  /** Why no call is taken any more. */
  #over;

  /**
   * @param {{ handle(input: string): string, free?(): void }} core
   * @param {{ now(): { wall: number, monotonic: number }, perform(effect: object, signal: AbortSignal): unknown,
   *   dispose?(): void }} platform `perform` throws `Failed`; all else that is thrown is an `internal_error`
   * @param {{ onEvent?(event: object): void }} [told] of each event, after the calls it came with are settled
   */
  constructor(core, platform, { onEvent = () => {} } = {}) {
    this.#core = core;
    this.#platform = platform;
    this.#onEvent = onEvent;
  }

  /**
   * Calls a method of the core. What it decides at once is done before this returns.
   *
   * @param {string} method
   * @param {object} [args]
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<any>} rejects with a failure: `{ code, message, retryable, sessionEnded, … }`
   */
  call(method, args = {}, { signal } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#over || signal?.aborted) return reject(this.#over ?? aborted());
      const call = ++this.#last;
      const input = this.#write({ type: "call", call, method, args });
      const abort = () => this.#feed(this.#write({ type: "abort", call }));
      const forget = () => signal?.removeEventListener("abort", abort);
      signal?.addEventListener("abort", abort);
      this.#calls.set(call, { resolve, reject, forget });
      this.#feed(input);
    });
  }

  /** Tells the core what happened around it: `storage`, `visible`, `hidden`, `online`, `resume`. */
  notice(notice) {
    this.#feed(this.#write({ type: "notice", notice }));
  }

  /** Cancels what is under way; calls that are not settled fail with `aborted`. */
  dispose() {
    const alive = !this.#over;
    this.#end(aborted());
    this.#platform.dispose?.();
    if (alive) this.#core.free?.();
  }

  #write(input) {
    return JSON.stringify({ ...input, now: this.#platform.now() });
  }

  #feed(input) {
    if (this.#over) return;
    this.#inbox.push(input);
    // An effect may call back before it returns; its input waits for its turn.
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#inbox.length) this.#obey(JSON.parse(this.#core.handle(this.#inbox.shift())));
    } catch (cause) {
      // A core that trapped is in no state that anybody knows.
      this.#end(internalError(cause));
    } finally {
      this.#busy = false;
    }
  }

  #obey({ effects = [], cancel = [], settled = [], events = [] }) {
    for (const effect of cancel) this.#cancel(effect);
    for (const effect of effects) this.#perform(effect);
    for (const { call, ok, error } of settled) this.#settle(call, ok, error);
    // Two turns later: whoever awaits a call that was settled at once has only now begun to.
    for (const event of events) queueMicrotask(() => queueMicrotask(() => this.#onEvent(event)));
  }

  async #perform(effect) {
    const id = effect.effect;
    this.#effects.set(id, undefined);
    let input;
    try {
      const controller = new AbortController();
      this.#effects.set(id, controller);
      // It begins before this returns: what a click permits is over a moment later.
      const ok = (await this.#platform.perform(effect, controller.signal)) ?? null;
      input = this.#write({ type: "answer", effect: id, ok });
    } catch (thrown) {
      const error = thrown instanceof Failed ? thrown : { code: "internal_error" };
      input = this.#write({ type: "answer", effect: id, error });
    }
    // What was cancelled is not answered.
    if (this.#effects.delete(id)) this.#feed(input);
  }

  #cancel(id) {
    const controller = this.#effects.get(id);
    this.#effects.delete(id);
    try {
      controller?.abort();
    } catch {
      // In workerd one request cannot stop what another one began. It ends with that.
    }
  }

  #settle(id, ok, error) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.forget();
    if (error) call?.reject(error);
    else call?.resolve(ok);
  }

  #end(failure) {
    this.#over ??= failure;
    this.#inbox = [];
    for (const id of this.#effects.keys()) this.#cancel(id);
    for (const id of this.#calls.keys()) this.#settle(id, undefined, failure);
  }
}

/** The failure of what is given up. */
export function aborted() {
  const message = "The caller cancelled the call.";
  return new AuthError({ code: "aborted", message, retryable: true, sessionEnded: false });
}

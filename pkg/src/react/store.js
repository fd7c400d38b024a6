import { AuthError } from "../shared/errors.js";
import { completeCallback } from "./callback.js";

const LOADING = Object.freeze({ status: "loading" });
const SIGNED_OUT = Object.freeze({ status: "signedOut" });
const NOTHING = Object.freeze({ state: LOADING, error: undefined, changes: 0 });

/**
 * What React sees of a client: one snapshot that changes when something happens, and until the
 * client knows more, what the server has rendered with.
 *
 * On a server the client belongs to all users at once, so nothing of its state is shown there and
 * nothing is told to it: only what the request's own page was given counts.
 */
export class Store {
  #client;
  #given;
  /** Whether the client has said something that goes before what the server gave. */
  #told = false;
  #snapshot;
  #server;
  #listeners = new Set();

  /**
   * @param {import("../client/index.js").Client} client
   * @param {{ session?: object | null, token?: string | null }} given by the server; `null` or `""`: signed out
   */
  constructor(client, { session, token }) {
    this.#client = client;
    this.#given = givenState(session, token);
    this.token = this.#given?.status === "signedIn" && token ? token : undefined;
    this.#server = this.#given ? Object.freeze({ ...NOTHING, state: this.#given }) : NOTHING;
    this.#snapshot = this.#server;
  }

  get client() {
    return this.#client;
  }

  /** Whether the server said that nobody is signed in, and nothing has happened since. */
  get signedOut() {
    return !this.#told && this.#given?.status === "signedOut";
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  snapshot = () => this.#snapshot;

  serverSnapshot = () => this.#server;

  /** Listens to the client. The page is in a browser now. */
  connect() {
    const session = this.#given?.status === "signedIn" ? this.#given.session : null;
    if (this.#given && !this.#told) this.#client.hydrate?.({ session, token: this.token ?? null });
    return this.#client.onAuthStateChange((event) => this.#tell(event));
  }

  /** Completes a sign-in if the page's address is an answer to one. */
  async complete(onCallback) {
    const { fresh, result } = completeCallback(this.#client);
    try {
      const data = await result;
      if (fresh && data.kind === "signedIn") onCallback?.(data);
    } catch (error) {
      this.#set({ error });
    }
  }

  #tell(event) {
    // A server that says "signed out" has looked at what counts; what lies in storage is older.
    if (event.type === "initial" && this.signedOut) return;
    // Whoever connects again is told the state again.
    if (event.type === "initial" && this.#told && this.#client.state === this.#snapshot.state) return;
    this.#told = true;
    if (event.type !== "initial" || this.#client.state.status !== "signedIn") this.token = undefined;
    const error = event.type === "signed_in" ? undefined : (event.error ?? this.#snapshot.error);
    this.#set({ state: this.#client.state, error });
  }

  #set(change) {
    this.#snapshot = Object.freeze({ ...this.#snapshot, ...change, changes: this.#snapshot.changes + 1 });
    for (const listener of [...this.#listeners]) listener();
  }
}

function givenState(session, token) {
  if (typeof token === "string" && /\s/.test(token)) {
    const message = "The token that the server passed to AuthProvider has whitespace in it.";
    throw new AuthError({ code: "token_malformed", at: "token", message, retryable: false, sessionEnded: false });
  }
  if (session === null || (session === undefined && (token === null || token === ""))) return SIGNED_OUT;
  if (session) return Object.freeze({ status: "signedIn", session: Object.freeze({ ...session }), stale: false });
  return undefined;
}

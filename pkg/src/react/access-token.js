import { useCallback, useEffect, useRef, useState } from "react";
import { toAuthError } from "../shared/errors.js";
import { valueOf } from "../shared/result.js";
import { useSnapshot, useStore } from "./provider.js";

const LOADING = Object.freeze({ status: "loading", token: null });
const NONE = Object.freeze({ status: "none", token: null });

/** An access token, and a new one whenever the session changes. */
export function useAccessToken({ scope, resource } = {}) {
  const store = useStore();
  const { state, changes } = useSnapshot();
  const wanted = JSON.stringify([scope, resource]);
  // A token of one user is never shown to the next: what was got is kept with what it was got for.
  const whose = state.status === "signedIn" ? JSON.stringify([wanted, state.session.subject]) : undefined;
  const [got, setGot] = useState(undefined);

  const ask = useCallback(
    async (options) => {
      if (store.signedOut) return NONE;
      const [scope, resource] = JSON.parse(wanted);
      try {
        const { token } = valueOf(await store.client.getAccessToken({ ...defined({ scope, resource }), ...options }));
        return Object.freeze({ status: "ready", token });
      } catch (thrown) {
        const error = toAuthError(thrown);
        return error.code === "session_missing" ? NONE : Object.freeze({ status: "failed", token: null, error });
      }
    },
    [store, wanted],
  );

  // What the last answer was to: a refresh is told of like any other, and must not be asked about again.
  const last = useRef({});
  const take = useCallback(
    async (options) => {
      const mine = (last.current = { store, whose, changes: Infinity });
      const answer = await ask(options);
      // What the answer has brought about is told of in this turn.
      await new Promise((resolve) => setTimeout(resolve));
      mine.changes = store.snapshot().changes;
      if (last.current === mine) setGot({ ...answer, whose, store });
      return answer.token;
    },
    [ask, whose, store],
  );

  // What the server gave is good for the default audience, until the client says something.
  const given = wanted === "[null,null]" ? store.token : undefined;
  useEffect(() => {
    if (whose === undefined) setGot(undefined);
    if (whose === undefined || given !== undefined) return;
    const known = last.current;
    if (known.store !== store || known.whose !== whose || known.changes < changes) take();
  }, [take, whose, changes, given, store]);

  const refresh = useCallback(() => take({ forceRefresh: true }), [take]);

  return { ...shown(state, given, got?.whose === whose && got?.store === store ? got : undefined), refresh };
}

function shown(state, given, got) {
  if (state.status === "loading") return LOADING;
  if (state.status === "signedOut") return NONE;
  if (!got && given !== undefined) return { status: "ready", token: given };
  const { status, token, error } = got ?? LOADING;
  return error ? { status, token, error } : { status, token };
}

function defined(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}

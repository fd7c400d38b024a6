import { createContext, createElement, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { AuthError } from "../shared/errors.js";
import { Store } from "./store.js";

const Context = createContext(undefined);

/** Gives a client to everything below. */
export function AuthProvider({ client, session, token, onCallback, children }) {
  const [made, setMade] = useState(() => new Store(client, { session, token }));
  let store = made;
  // Another client is another store; what the server gave was said of the first.
  if (made.client !== client) setMade((store = new Store(client, {})));

  const told = useRef(onCallback);
  useEffect(() => {
    told.current = onCallback;
  });
  useEffect(() => {
    const disconnect = store.connect();
    store.complete((result) => told.current?.(result));
    return disconnect;
  }, [store]);

  return createElement(Context.Provider, { value: store }, children);
}

/** The store of the nearest provider. */
export function useStore() {
  const store = useContext(Context);
  if (store) return store;
  const message = "There is no <AuthProvider> above the component that uses a hook of edgeward/react.";
  throw new AuthError({ code: "config_invalid", at: "AuthProvider", message, retryable: false, sessionEnded: false });
}

/** What the store shows, the same in all components of one rendering. */
export function useSnapshot() {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.snapshot, store.serverSnapshot);
}

import { useMemo } from "react";
import { useSnapshot, useStore } from "./provider.js";

/** Whether somebody is signed in, and who. */
export function useSession() {
  const { state } = useSnapshot();
  return useMemo(() => ({ session: null, ...state }), [state]);
}

/** The session and what can be done with it. */
export function useAuth() {
  const store = useStore();
  const { error } = useSnapshot();
  const session = useSession();
  const { client } = store;
  const methods = useMemo(
    () => ({
      client,
      signIn: (options) => client.signIn(options),
      signOut: (options) => client.signOut(options),
      getAccessToken: (options) => client.getAccessToken(options),
      fetch: (input, init) => client.fetch(input, init),
    }),
    [client],
  );
  return useMemo(() => ({ ...session, ...methods, error }), [session, methods, error]);
}

import { createClient } from "edgeward";
import { refreshTokenIn } from "./stored.mjs";

let auth;

export function init({ issuer, clientId, ...more }) {
  auth = createClient({
    issuer,
    clientId,
    redirectUri: `${location.origin}/`,
    scope: "openid offline_access",
    errors: "throw",
    ...more,
  });
  return auth.ready();
}

export const signIn = () => auth.signIn();
export const handleCallback = () => auth.handleCallback();
export const signOut = () => auth.signOut({ endSession: false });

export async function token(force) {
  return (await auth.getAccessToken({ forceRefresh: force })).token;
}

/** The provider's refresh tokens have a form of their own; how and where the client keeps them is not asked. */
export async function storedRefreshToken() {
  const texts = [...Object.values(localStorage), ...(await databaseTexts())];
  return refreshTokenIn(texts);
}

async function databaseTexts() {
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await settled(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const values = await settled(database.transaction(store).objectStore(store).getAll());
      texts.push(...values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))));
    }
    database.close();
  }
  return texts;
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

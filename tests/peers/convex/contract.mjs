/** What the package's fetcher has to do, written down in the fewest lines: for seeing the traces fail. */

/** How long a forced answer is handed out again. */
export const REUSE_MS = 10_000;

/** Does all that Convex asks of a fetcher. */
export async function goodFetcher(issuer) {
  let tokens = await issuer.tokens();
  let shared;
  const renew = async () => (tokens = await refresh(issuer, tokens.refresh_token)).access_token;
  return async ({ forceRefreshToken }) => {
    if (!forceRefreshToken) return tokens.access_token;
    if (!shared || performance.now() - shared.at > REUSE_MS) shared = { at: performance.now(), token: renew() };
    return shared.token.catch(() => {
      shared = undefined;
      return tokens.access_token;
    });
  };
}

/** Gives the token that it has, also when a new one is asked for. */
export async function stubbornFetcher(issuer) {
  const { access_token: token } = await issuer.tokens();
  return async () => token;
}

/** Gives nothing as soon as a refresh fails, for whatever reason. */
export async function throwingFetcher(issuer) {
  const { access_token: token, refresh_token: refreshToken } = await issuer.tokens();
  return async ({ forceRefreshToken }) => (forceRefreshToken ? refresh(issuer, refreshToken).then((t) => t.access_token, () => null) : token);
}

/** Refreshes for every forced call. */
export async function eagerFetcher(issuer) {
  let tokens = await issuer.tokens();
  return async ({ forceRefreshToken }) => {
    try {
      if (forceRefreshToken) tokens = await refresh(issuer, tokens.refresh_token);
      return tokens.access_token;
    } catch {
      return null;
    }
  };
}

async function refresh(issuer, refreshToken) {
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken });
  const answer = await fetch(`${issuer.url}/token`, { method: "POST", body });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

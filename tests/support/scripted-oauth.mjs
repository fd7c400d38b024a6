/**
 * GitHub and Slack as they are documented, at their own addresses: they check what they are sent, and answer in their
 * own odd ways.
 */
import { createHash, randomBytes } from "node:crypto";

/** This authority's client at both. */
export const CLIENT = { id: "Iv1.8a61f9b3a7aba766", secret: "5d8f1a0e3c7b49d2" };
/** Every user agent but none is welcome. */
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

/** Starts both; `fetch` answers what a Worker sends them. */
export function scriptedProviders() {
  const world = { github: new GitHub(), slack: new Slack(), requests: [] };
  world.fetch = async (request) => {
    const url = new URL(request.url);
    const text = await request.text();
    world.requests.push({ method: request.method, url: url.href, text });
    const owner = { "github.com": world.github, "api.github.com": world.github, "slack.com": world.slack }[url.host];
    return owner ? owner.answer(request, url, text) : new Response("nobody is here", { status: 502 });
  };
  return world;
}

class AtProvider {
  codes = new Map();
  tokens = new Map();
  scope = "";

  /** What a user does who allows it: gives the parameters that the browser comes back with. */
  allow(address, user, granted) {
    const asked = new URL(address).searchParams;
    if (asked.get("client_id") !== CLIENT.id || asked.get("response_type") !== "code") throw new Error("unknown client");
    const code = randomBytes(10).toString("hex");
    this.codes.set(code, {
      user,
      granted: granted ?? asked.get("scope").split(/[ ,]/),
      redirect: asked.get("redirect_uri"),
      challenge: asked.get("code_challenge"),
    });
    return { redirect: asked.get("redirect_uri"), query: { code, state: asked.get("state") } };
  }

  /** The grant of a code, once. */
  redeem(form) {
    const grant = this.codes.get(form.get("code"));
    this.codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const good = grant && grant.redirect === form.get("redirect_uri") && grant.challenge === challenge;
    return good ? grant : undefined;
  }

  issue(prefix, grant) {
    const token = prefix + randomBytes(18).toString("hex");
    this.tokens.set(token, grant);
    return token;
  }
}

class GitHub extends AtProvider {
  /** What the next revocation is answered with. */
  revocation = 204;
  refreshes = 0;
  expires = false;

  answer(request, url, text) {
    const what = `${request.method} ${url.pathname}`;
    if (url.host === "api.github.com" && !request.headers.get("user-agent")) {
      return new Response("Request forbidden by administrative rules.", { status: 403 });
    }
    if (what === "POST /login/oauth/access_token") return json(200, this.token(new URLSearchParams(text)));
    if (what === `DELETE /applications/${CLIENT.id}/grant`) return this.revoke(request, JSON.parse(text));
    const bearer = request.headers.get("authorization")?.replace("Bearer ", "");
    const grant = this.tokens.get(bearer);
    if (!grant) return json(401, { message: "Bad credentials" });
    const scopes = { "x-oauth-scopes": grant.granted.join(", ") };
    if (what === "GET /user") return json(200, { ...grant.user, emails: undefined, email: null }, scopes);
    if (what === "GET /user/emails") {
      const sees = grant.granted.some((scope) => ["user", "user:email"].includes(scope));
      return sees ? json(200, grant.user.emails, scopes) : json(404, { message: "Not Found" }, scopes);
    }
    return json(404, { message: "Not Found" });
  }

  /** Errors come with status 200, scopes with commas. */
  token(form) {
    if (form.get("client_id") !== CLIENT.id || form.get("client_secret") !== CLIENT.secret) {
      return { error: "incorrect_client_credentials" };
    }
    if (form.get("grant_type") === "refresh_token") {
      const grant = this.tokens.get(form.get("refresh_token"));
      if (!grant) return { error: "bad_refresh_token" };
      this.refreshes += 1;
      this.tokens.delete(form.get("refresh_token"));
      return this.granted(grant);
    }
    const grant = this.redeem(form);
    if (!grant) return { error: "bad_verification_code", error_description: "The code passed is incorrect or expired." };
    return this.granted(grant);
  }

  granted(grant) {
    const answer = { access_token: this.issue("gho_", grant), scope: grant.granted.join(","), token_type: "bearer" };
    if (!this.expires) return answer;
    return { ...answer, expires_in: 1, refresh_token: this.issue("ghr_", grant), refresh_token_expires_in: 15_897_600 };
  }

  revoke(request, { access_token: token }) {
    const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64")}`;
    if (request.headers.get("authorization") !== basic) return json(401, { message: "Bad credentials" });
    if (this.revocation !== 204) return json(this.revocation, { message: "Server Error" });
    return new Response(null, { status: this.tokens.delete(token) ? 204 : 404 });
  }
}

class Slack extends AtProvider {
  answer(request, url, text) {
    if (url.pathname === "/api/oauth.v2.access") return json(200, this.token(new URLSearchParams(text)));
    if (url.pathname === "/api/auth.revoke") {
      const known = this.tokens.delete(request.headers.get("authorization")?.replace("Bearer ", ""));
      return json(200, known ? { ok: true, revoked: true } : { ok: false, error: "invalid_auth" });
    }
    return json(404, { ok: false, error: "unknown_method" });
  }

  /** Whether it went well stands inside; whose it is, deeper still. */
  token(form) {
    if (form.get("client_secret") !== CLIENT.secret) return { ok: false, error: "bad_client_secret" };
    const grant = this.redeem(form);
    if (!grant) return { ok: false, error: "invalid_code" };
    return {
      ok: true,
      app_id: "A0KRD7HC3",
      authed_user: { id: grant.user.id },
      scope: grant.granted.join(","),
      token_type: "bot",
      access_token: this.issue("xoxb-", grant),
      bot_user_id: "U0KRQLJ9H",
      team: { id: grant.user.team, name: "Slack Softball Team" },
      enterprise: null,
      is_enterprise_install: false,
    };
  }
}

/** <https://docs.github.com/rest/users/users#get-the-authenticated-user> */
export const MONA = {
  login: "octocat",
  id: 583231,
  avatar_url: "https://avatars.githubusercontent.com/u/583231",
  name: "Mona Octocat",
  type: "User",
  emails: [
    { email: "old@github.example", verified: false, primary: false, visibility: null },
    { email: "octocat@github.example", verified: true, primary: true, visibility: "private" },
  ],
};

function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { ...JSON_TYPE, ...headers } });
}

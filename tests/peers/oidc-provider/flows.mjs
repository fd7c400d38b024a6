/**
 * What a client is asked to do against the provider, good and hostile. A client comes as an adapter, so that one
 * which is known to be right shows that the provider is.
 */
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { atEnd } from "../../support/at-end.mjs";
import { devices, machines, questions, registering } from "./flows/machines.mjs";
import { callbacks, refreshing, requests, signingIn, signingOut } from "./flows/signing-in.mjs";
import { startProvider } from "./provider.mjs";

/**
 * @typedef {object} Registered a client of clients.mjs
 * @property {string} clientId
 * @property {string} [alg] of its ID tokens
 * @property {"none" | "client_secret_basic" | "client_secret_post" | "private_key_jwt"} [authentication]
 * @property {object} [key] with which it signs
 * @property {boolean} [par]
 * @property {boolean} [jar]
 * @property {boolean} [dpop]
 * @property {typeof fetch} [fetch]
 */

const GROUPS = {
  "signing in": signingIn,
  "a callback": callbacks,
  refreshing,
  "signing out": signingOut,
  "requests that are pushed, signed or bound": requests,
  "a device": devices,
  machines,
  "asking about tokens": questions,
  registering,
};
/** What needs no more than a public client of a browser. */
export const LIGHT = ["signing in", "a callback", "refreshing", "signing out"];

/** Runs every flow with one client, or some groups of them. */
export function flows(adapter, groups = Object.keys(GROUPS)) {
  describe(`${adapter.name} and oidc-provider`, () => {
    const end = atEnd();
    let provider;
    before(async () => {
      provider = await startProvider(end);
    });
    const context = {
      get provider() {
        return provider;
      },
      adapter,
      connect: (registered) => adapter.connect({ issuer: provider.issuer, ...registered }),
      refused: (work, code) => assert.rejects(work, adapter.refusal(code)),
    };
    for (const group of groups) describe(group, () => GROUPS[group](context));
  });
}

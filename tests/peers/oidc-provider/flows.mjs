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

/** Runs every flow with one client. */
export function flows(adapter) {
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
    describe("signing in", () => signingIn(context));
    describe("a callback", () => callbacks(context));
    describe("requests that are pushed, signed or bound", () => requests(context));
    describe("refreshing", () => refreshing(context));
    describe("a device", () => devices(context));
    describe("machines", () => machines(context));
    describe("asking about tokens", () => questions(context));
    describe("signing out", () => signingOut(context));
    describe("registering", () => registering(context));
  });
}

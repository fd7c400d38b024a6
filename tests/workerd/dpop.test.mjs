/** Tokens that are bound to a key: what a proof must say, and how a real client gets along (RFC 9449). */
import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { before, describe, test } from "node:test";
import { calculateJwkThumbprint, exportJWK } from "jose";
import * as oauth from "oauth4webapi";
import { atEnd } from "../support/at-end.mjs";
import { startRealProvider, SIGNED } from "../support/real-provider.mjs";
import { makeKey, now, sign } from "../support/tokens.mjs";
import { startEdge } from "../support/worker.mjs";

const hash = (text) => createHash("sha256").update(text).digest("base64url");

describe("a proof", () => {
  const end = atEnd();
  let edge;
  let key;
  let token;
  let thumbprint;
  before(async () => {
    edge = await startEdge(end, { config: { dpop: {} } });
    key = await makeKey("ES256", "client");
    thumbprint = await calculateJwkThumbprint(key.jwk);
    token = await edge.token({ cnf: { jkt: thumbprint } });
  });

  async function proof(claims = {}, header = {}, signer = key) {
    const { kty, crv, x, y } = signer.jwk;
    const said = { jti: randomUUID(), htm: "GET", htu: `${edge.url}/todos`, iat: now(), ath: hash(token), ...claims };
    const present = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return sign(signer, present, { typ: "dpop+jwt", kid: undefined, jwk: { kty, crv, x, y }, ...header });
  }
  const call = (proofs, { scheme = "DPoP", bearer = token, path = "/todos", method } = {}) => {
    const headers = [["authorization", `${scheme} ${bearer}`], ...proofs.map((value) => ["dpop", value])];
    return edge.send(path, { headers, method });
  };
  const refused = async (proofs, code, options) => {
    const before = edge.origin.received.length;
    const answer = await call(proofs, options);
    assert.deepEqual([answer.status, answer.json?.error], [401, code]);
    assert.equal(edge.origin.received.length, before);
    return answer.headers["www-authenticate"];
  };

  test("that is good lets its token through", async () => {
    const answer = await call([await proof()]);
    assert.equal(answer.status, 200);
    assert.equal(answer.json.identity.subject, "ada");
    assert.equal((await call([await proof()], { scheme: "dpop" })).status, 200);
  });

  test("that is used a second time is refused, and a new one is not", async () => {
    const once = await proof();
    assert.equal((await call([once])).status, 200);
    assert.match(await refused([once], "dpop_proof_replayed"), /^DPoP .*error="invalid_dpop_proof"/);
    assert.equal((await call([await proof()])).status, 200);
  });

  test("that comes ten times at once passes once", async () => {
    const once = await proof();
    const answers = await Promise.all(Array.from({ length: 10 }, () => call([once])));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(9).fill(401)]);
  });

  for (const [name, code, claims] of [
    ["for another method", "dpop_method_mismatch", { htm: "POST" }],
    ["for another address", "dpop_url_mismatch", { htu: "https://api.example/todos" }],
    ["for another path", "dpop_url_mismatch", () => ({ htu: `${edge.url}/admin` })],
    ["that is too old", "dpop_proof_expired", () => ({ iat: now() - 65 })],
    ["from the future", "dpop_proof_not_yet_valid", () => ({ iat: now() + 60 })],
    ["for another token", "dpop_token_mismatch", { ath: hash("another") }],
    ["for no token", "dpop_proof_invalid", { ath: undefined }],
    ["without an id", "dpop_proof_invalid", { jti: undefined }],
    ["with an endless id", "dpop_proof_invalid", { jti: "j".repeat(300) }],
    ["with a date in words", "dpop_proof_invalid", { iat: "now" }],
  ]) {
    test(`${name} is refused`, async () => {
      await refused([await proof(typeof claims === "function" ? claims() : claims)], code);
    });
  }

  test("is compared by what addresses mean, not by how they are written", async () => {
    const odd = `${edge.url.replace("http", "HTTP")}/x/../%74odos?a=b#c`;
    assert.equal((await call([await proof({ htu: odd })])).status, 200);
    assert.equal((await call([await proof()], { path: "/todos?a=b" })).status, 200);
  });

  test("of another key is refused", async () => {
    await refused([await proof({}, {}, await makeKey("ES256", "thief"))], "dpop_key_mismatch");
  });

  test("that another key has signed is refused", async () => {
    const { kty, crv, x, y } = key.jwk;
    const forged = await proof({}, { jwk: { kty, crv, x, y } }, await makeKey("ES256", "thief"));
    await refused([forged], "dpop_proof_invalid");
  });

  test("of another type, or with a private key in it, is refused", async () => {
    await refused([await proof({}, { typ: "JWT" })], "dpop_proof_invalid");
    await refused([await proof({}, { jwk: await exportJWK(key.privateKey) })], "dpop_proof_invalid");
    await refused([await proof({}, { jwk: undefined })], "dpop_proof_invalid");
  });

  test("is there exactly once", async () => {
    await refused([], "token_proof_missing");
    await refused([await proof(), await proof()], "dpop_proof_invalid");
    await refused([""], "dpop_proof_invalid");
  });

  test("goes with a bound token, which no Bearer scheme carries", async () => {
    const challenge = await refused([await proof()], "token_proof_missing", { scheme: "Bearer" });
    assert.match(challenge, /^Bearer .*error="invalid_token".*, DPoP realm="edgeward", algs="ES256 /);
    const unbound = await edge.token();
    await refused([await proof({ ath: hash(unbound) })], "token_not_bound", { bearer: unbound });
  });

  test("of another method than jkt does not exist here", async () => {
    const other = await edge.token({ cnf: { "x5t#S256": thumbprint } });
    await refused([await proof({ ath: hash(other) })], "token_binding_unsupported", { bearer: other });
    await refused([], "token_binding_unsupported", { scheme: "Bearer", bearer: other });
  });

  test("is offered where nothing was sent", async () => {
    const answer = await edge.send("/todos");
    assert.match(answer.headers["www-authenticate"], /^Bearer realm="edgeward", DPoP realm="edgeward", algs="ES256 /);
  });
});

describe("a proof that is used in two isolates", () => {
  const end = atEnd();
  const object = { className: "ProofReplays", useSQLite: true };

  /** Two gateways of one configuration; the second is called as if it were the first. */
  async function start(dpop) {
    const options = { durableObjects: { REPLAYS: object } };
    const durableObjects = { REPLAYS: { ...object, scriptName: "gateway" } };
    const beside = (gateway) => [
      { ...gateway, name: "second", durableObjects, unsafeDirectSockets: [{ port: 0 }] },
    ];
    const edge = await startEdge(end, { config: { dpop }, options, beside });
    const second = await edge.worker.urlOf("second");
    const key = await makeKey("ES256", "client");
    const token = await edge.token({ cnf: { jkt: await calculateJwkThumbprint(key.jwk) } });
    const { kty, crv, x, y } = key.jwk;
    const claims = { jti: randomUUID(), htm: "GET", htu: `${edge.url}/`, iat: now(), ath: hash(token) };
    const proof = await sign(key, claims, { typ: "dpop+jwt", kid: undefined, jwk: { kty, crv, x, y } });
    const headers = { authorization: `DPoP ${token}`, dpop: proof, host: new URL(edge.url).host };
    return { first: () => statusOf(edge.url, headers), second: () => statusOf(second, headers) };
  }

  test("is refused where both share a memory, in whatever order", async () => {
    const shared = await start({ replay_binding: "REPLAYS" });
    assert.deepEqual([await shared.first(), await shared.second(), await shared.first()], [200, 401, 401]);
    const other = await start({ replay_binding: "REPLAYS" });
    const statuses = await Promise.all(Array.from({ length: 12 }, (_, at) => (at % 2 ? other.first() : other.second())));
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join());
  });

  test("passes once in each where they do not", async () => {
    const apart = await start({});
    assert.deepEqual([await apart.first(), await apart.second()], [200, 200]);
    assert.deepEqual([await apart.first(), await apart.second()], [401, 401]);
  });
});

test("a memory that is configured and absent lets nothing through", async (t) => {
  const edge = await startEdge(t, { config: { dpop: { replay_binding: "REPLAYS" } } });
  assert.equal((await edge.call(await edge.token())).json.error, "config_invalid");
});

test("without the setting no proof is understood, and a bound token never passes", async (t) => {
  const edge = await startEdge(t);
  const token = await edge.token({ cnf: { jkt: hash("x") } });
  const answer = await edge.send("/", { headers: [["authorization", `DPoP ${token}`]] });
  assert.deepEqual([answer.status, answer.json.error], [401, "token_missing"]);
  assert.equal((await edge.call(token)).json.error, "token_proof_missing");
});

describe("a certified client and a certified server", () => {
  const end = atEnd();
  let provider;
  const start = (dpop, bindings) =>
    startEdge(end, {
      issuers: () => [{ issuer: provider.issuer, audience: SIGNED, algorithms: ["ES256"], token_type: "at+jwt" }],
      config: { dpop },
      bindings,
    });
  before(async () => {
    provider = await startRealProvider(end);
  });

  for (const algorithm of ["ES256", "Ed25519", "PS256"]) {
    test(`call the API with a bound token and proofs signed with ${algorithm}`, async () => {
      const edge = await start({});
      const proofs = await provider.client.proofs(algorithm);
      const token = await provider.client.token(SIGNED, { proofs });
      for (const method of ["GET", "POST", "DELETE"]) {
        const answer = await provider.client.call(token, `${edge.url}/todos?a=b`, proofs, method);
        assert.equal(answer.status, 200, method);
      }
      const other = await provider.client.proofs(algorithm);
      await assert.rejects(provider.client.call(token, `${edge.url}/todos`, other), challenged("invalid_token"));
    });
  }

  test("hear of the next nonce with an answer to the one before", async () => {
    const secret = "n".repeat(32);
    const edge = await startEdge(end, { config: { dpop: { nonce_secret_binding: "NONCES" } }, bindings: { NONCES: secret } });
    const key = await makeKey("ES256", "client");
    const token = await edge.token({ cnf: { jkt: await calculateJwkThumbprint(key.jwk) } });
    const { kty, crv, x, y } = key.jwk;
    const call = async (nonce) => {
      const claims = { jti: randomUUID(), htm: "GET", htu: `${edge.url}/`, iat: now(), ath: hash(token), nonce };
      const proof = await sign(key, claims, { typ: "dpop+jwt", kid: undefined, jwk: { kty, crv, x, y } });
      return edge.send("/", { headers: [["authorization", `DPoP ${token}`], ["dpop", proof]] });
    };
    const nonce = (slot) => {
      const number = Buffer.alloc(8);
      number.writeBigInt64BE(BigInt(slot));
      return createHmac("sha256", secret).update("edgeward dpop nonce").update(number).digest("base64url");
    };
    const current = () => Math.floor(now() / 300);
    let [slot, answers] = [];
    do {
      slot = current();
      answers = [];
      for (const own of [nonce(slot - 1), nonce(slot), nonce(slot - 2), nonce(slot + 1), "x", undefined]) {
        answers.push(await call(own));
      }
    } while (slot !== current());
    const [older, newest, ...refused] = answers;
    assert.deepEqual([older.status, older.headers["dpop-nonce"]], [200, nonce(slot)]);
    assert.deepEqual([newest.status, newest.headers["dpop-nonce"]], [200, undefined]);
    for (const answer of refused) {
      assert.deepEqual([answer.status, answer.json.error], [401, "dpop_nonce_required"]);
      assert.match(answer.headers["www-authenticate"], /^DPoP .*error="use_dpop_nonce"/);
      assert.equal(answer.headers["dpop-nonce"], nonce(slot));
    }
  });

  test("follow the server's demand for a nonce, and keep the nonce", async () => {
    const edge = await start({ nonce_secret_binding: "NONCES" }, { NONCES: "n".repeat(32) });
    const proofs = await provider.client.proofs();
    const token = await provider.client.token(SIGNED, { proofs });
    const call = () => provider.client.call(token, `${edge.url}/todos`, proofs);
    await assert.rejects(call(), (error) => oauth.isDPoPNonceError(error));
    for (const answer of [await call(), await call()]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("dpop-nonce"), null, "the newest nonce is not told again");
    }
  });
});

/** The status of a `GET /`, with these headers and no others. */
async function statusOf(url, headers) {
  const request = httpRequest(url, { headers, agent: false });
  request.end();
  const [response] = await once(request, "response");
  response.resume();
  return response.statusCode;
}

function challenged(error) {
  return ({ cause }) => cause?.[0]?.parameters?.error === error;
}

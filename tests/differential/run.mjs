/**
 * `node tests/differential/run.mjs ORACLE [COUNT] [SEED]`: ours, npm `jose` and the crate
 * `jsonwebtoken` (the program ORACLE) on the same tokens.
 *
 * It fails where ours accepts what another refuses without a reason of `reasons.mjs`, and where the
 * npm package and the core answer otherwise.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createLocalJWKSet, jwtVerify } from "jose";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { SECRET, SETTINGS } from "../hostile/corpus.mjs";
import { Random, mutated } from "./mutate.mjs";
import { acceptedAlone, refusedAlone } from "./reasons.mjs";

const [program, count = "5000", seed = "1"] = process.argv.slice(2);
const ours = ofEach(({ issuer, audience, algorithms, keys }) =>
  createVerifier({ issuer, audience, algorithms, ...(keys ? { jwks: { keys } } : { secret: SECRET }) }),
);
const jose = ofEach(({ issuer, audience, algorithms, keys }) => {
  const key = keys ? createLocalJWKSet({ keys }) : new TextEncoder().encode(SECRET);
  const options = { issuer, audience, algorithms, clockTolerance: 60, requiredClaims: ["exp"] };
  return (token) => jwtVerify(token, key, options);
});

function ofEach(make) {
  return Object.fromEntries(["usual", "one", "shared"].map((name) => [name, make(SETTINGS[name])]));
}

/** Why a library refuses; null where it accepts. */
async function refusal(verify) {
  try {
    await verify();
    return null;
  } catch (error) {
    return error.code ?? error.name;
  }
}

/** What is found before any key is looked up; which of several is named first is no difference. */
const BEFORE_KEYS = ["token_issuer_invalid", "token_alg_not_allowed", "token_type_invalid"];
/** What the package reads for the identity beyond what the core's `validate` checks. */
const OF_IDENTITY = ["scope", "scp", "azp", "client_id", "auth_time"];

function isAlike(core, own, at) {
  if (core === own || [core, own].every((code) => BEFORE_KEYS.includes(code))) return true;
  return core === null && own === "token_claim_invalid" && OF_IDENTITY.includes(at);
}

/** The answers of the program, in order. */
function startOracle() {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the oracle has ended");
      return JSON.parse(value);
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

const oracle = startOracle();
const random = new Random(Number(seed));
const tally = new Map();
const unexplained = [];
const add = (line) => tally.set(line, (tally.get(line) ?? 0) + 1);

for (let at = 0; at < Number(count); at++) {
  const question = mutated(random);
  const { setting, token } = question;
  const result = ours[setting].verifySync(token);
  const own = result.ok ? null : result.error.code;
  const answer = await oracle.ask(question);
  const others = { jose: await refusal(() => jose[setting](token)), jsonwebtoken: answer.oracle };
  if (!isAlike(answer.own, own, result.error?.at)) unexplained.push(`the core says ${answer.own}, the package ${own}: ${token}`);
  if (own === null) {
    for (const [name, reason] of Object.entries(others)) {
      if (reason === null) continue;
      const why = acceptedAlone(name, reason, token, setting);
      if (why) add(`we accept, ${name} refuses: ${why}`);
      else unexplained.push(`we accept, ${name} refuses with ${reason}: ${setting} ${token}`);
    }
    add("we accept");
  } else {
    add("we refuse");
    const accepting = Object.keys(others).filter((name) => others[name] === null);
    if (accepting.length === 2) {
      const why = refusedAlone(own, result.error.at, token);
      if (why) add(`we refuse, both accept: ${why}`);
      else unexplained.push(`we refuse with ${own} (${result.error.at}), both accept: ${setting} ${token}`);
    } else if (accepting.length === 1) add(`we refuse, ${accepting[0]} alone accepts`);
  }
}
await oracle.end();

console.log(`${count} tokens, seed ${seed}`);
for (const [line, times] of [...tally].sort()) console.log(`${String(times).padStart(8)}  ${line}`);
console.log(`${String(unexplained.length).padStart(8)}  without a reason`);
for (const line of unexplained.slice(0, 20)) console.log(`  ${line}`);
if (unexplained.length > 0) process.exitCode = 1;

/** A process that shares a file with others, and asks for a token when it is told to. */
import { createInterface } from "node:readline";
import { createClient } from "edgeward";
import { fileStore } from "../../../pkg/src/platform/node/file-store.js";

const { path, ...options } = JSON.parse(process.argv[2]);
const auth = createClient({ ...options, storage: fileStore(path), errors: "throw" });
await auth.getSession();
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
  const begun = performance.now();
  try {
    const { token } = await auth.getAccessToken({ forceRefresh: JSON.parse(line).force });
    say({ ok: true, token, at: Date.now(), millis: performance.now() - begun });
  } catch ({ code, retryable, sessionEnded }) {
    say({ ok: false, code, retryable, sessionEnded, millis: performance.now() - begun });
  }
}

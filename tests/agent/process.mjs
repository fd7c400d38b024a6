/** One of several processes on one store: says that it is ready, waits for a word, and tells which token it got. */
import { createAgentClient, fileStore } from "edgeward/agent";

const [issuer, file] = process.argv.slice(2);
const auth = createAgentClient({ issuer, clientId: "agent", scope: "offline_access", store: fileStore(file), errors: "throw" });
await auth.getSession();
process.send("ready");
process.once("message", async () => {
  const tokens = await Promise.all([1, 2, 3].map(() => auth.getAccessToken()));
  process.send(tokens.map(({ token }) => token));
  // Nothing else keeps the process alive.
  process.disconnect();
});

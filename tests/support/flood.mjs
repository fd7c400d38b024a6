/** Many requests in a short time, over connections that are kept. */
import { Agent, request as httpRequest } from "node:http";

/**
 * Sends `count` requests, so many at a time.
 *
 * @param {number} count
 * @param {number} atOnce
 * @param {(number: number) => { url: string, path?: string, method?: string, headers?: string[] }} next
 *   `path` goes out as it is written
 * @returns {Promise<{ status: number, body: string, millis: number }[]>} in the order of sending; a
 *   request that gets no answer has status 0 and says why in its body
 */
export async function flood(count, atOnce, next) {
  const agent = new Agent({ keepAlive: true });
  const answers = [];
  let sent = 0;
  const sender = async () => {
    while (sent < count) {
      const number = sent++;
      answers[number] = await exchange(agent, next(number));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, sender));
    return answers;
  } finally {
    agent.destroy();
  }
}

async function exchange(agent, { url, path = "/", method = "GET", headers = [] }) {
  const since = performance.now();
  const { hostname, port, host } = new URL(url);
  const options = { agent, hostname, port, path, method, headers: ["host", host, ...headers] };
  let answer = await attempt(options);
  // The server may close a kept connection just as the next request goes out on it.
  while (answer.reusedSocket) answer = await attempt(options);
  return { status: answer.status ?? 0, body: answer.body ?? answer.error ?? "", millis: performance.now() - since };
}

function attempt(options) {
  return new Promise((resolve) => {
    const request = httpRequest(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", (error) => resolve({ error: `broke off: ${error.code}` }));
    });
    request.on("error", (error) => resolve({ reusedSocket: request.reusedSocket, error: error.code }));
    request.end();
  });
}

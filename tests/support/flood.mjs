/** Many requests in a short time, over connections that are kept. */
import { Agent, request as httpRequest } from "node:http";

/**
 * Sends `count` requests, so many at a time.
 *
 * @param {number} count
 * @param {number} atOnce
 * @param {(number: number) => { url: string, method?: string, headers?: string[] }} next
 * @returns {Promise<{ status: number, body: string, millis: number }[]>} in the order of sending; a
 *   request that gets no answer has status 0
 */
export async function flood(count, atOnce, next) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
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

function exchange(agent, { url, method = "GET", headers = [] }) {
  const since = performance.now();
  return new Promise((resolve) => {
    const done = (status, body) => resolve({ status, body, millis: performance.now() - since });
    const request = httpRequest(url, { method, agent, headers: ["host", new URL(url).host, ...headers] }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => done(response.statusCode, Buffer.concat(chunks).toString("utf8")));
      response.on("error", () => done(0, ""));
    });
    request.on("error", () => done(0, ""));
    request.end();
  });
}

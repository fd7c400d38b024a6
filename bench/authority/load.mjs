/** Many requests over connections that are kept, and how long they took. */
import { Agent, request as httpRequest } from "node:http";

/**
 * @typedef {{ url: string, method?: string, headers?: object, body?: string | ((lane: number) => string),
 *   took?: (lane: number, answer: string) => void }} Work
 *   what is sent one after the other has a number, from which a body can be made, and which is told of its answers
 *
 * @param {Work} work
 * @param {{ count: number, atOnce: number }} options
 * @returns {Promise<{ perSecond: number, p50: number, p99: number }>}
 * @throws if any answer is none of success: a failure is quick, and would count for speed
 */
export async function load(work, { count, atOnce }) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const millis = [];
  let sent = 0;
  const sender = async (_, lane) => {
    while (sent < count) {
      sent++;
      const since = performance.now();
      await exchange(agent, work, lane);
      millis.push(performance.now() - since);
    }
  };
  const begun = performance.now();
  try {
    await Promise.all(Array.from({ length: atOnce }, sender));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - begun) / 1000;
  millis.sort((a, b) => a - b);
  const at = (part) => millis[Math.min(millis.length - 1, Math.floor(millis.length * part))];
  return { perSecond: count / seconds, p50: at(0.5), p99: at(0.99) };
}

async function exchange(agent, { url, method = "GET", headers, body, took }, lane) {
  const content = typeof body === "function" ? body(lane) : body;
  const answer = await new Promise((resolve, reject) => {
    const sending = httpRequest(url, { agent, method, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", reject);
    });
    sending.on("error", reject);
    sending.end(content);
  });
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.text}`);
  took?.(lane, answer.text);
}

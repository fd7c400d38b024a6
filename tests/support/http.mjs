/** Requests exactly as written: `fetch` would join, drop or correct what these tests need to send. */
import { request as httpRequest } from "node:http";

/**
 * Sends a request and reads the whole answer.
 *
 * @param {string} url
 * @param {object} [o]
 * @param {string} [o.method]
 * @param {[string, string][]} [o.headers] in this order and case, duplicates kept
 * @param {string | Buffer} [o.body]
 * @returns {Promise<{ status: number, headers: Record<string, string>, text: string, json: any }>}
 */
export function send(url, { method = "GET", headers = [], body } = {}) {
  const lines = [["host", new URL(url).host], ...headers];
  if (body !== undefined) lines.push(["content-length", String(Buffer.byteLength(body))]);
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: lines.flat(), agent: false }, async (response) => {
      try {
        resolve(await read(response));
      } catch (error) {
        reject(error);
      }
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** The header that carries a token. */
export function bearer(token) {
  return ["authorization", `Bearer ${token}`];
}

async function read(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const isJson = /json/.test(response.headers["content-type"] ?? "") && text !== "";
  return { status: response.statusCode, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

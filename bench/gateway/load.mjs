/**
 * Requests over connections that are kept, one at a time on each, and as little work as possible on this side: the
 * requests are bytes before the clock runs, and of an answer nothing is read but where it ends and whether it is good.
 */
import { connect } from "node:net";
import { once } from "node:events";

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** A request as bytes, as a page sends it and Cloudflare hands it on. */
export function requestOf(token) {
  const lines = [
    "GET /items?page=2 HTTP/1.1", "Host: api.example", "Accept: application/json", "Accept-Encoding: gzip, deflate, br",
    "Accept-Language: en-GB,en;q=0.9", "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Referer: https://app.example/",
    "Origin: https://app.example", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-site", "CF-Ray: 8f1c2d3e4f5a6b7c-FRA", "CF-Connecting-IP: 192.0.2.1", `Authorization: Bearer ${token}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

/** Requests to one server. Each round has connections of its own: those that are idle for some seconds workerd closes. */
export class Load {
  /** @param {string} url @param {number} atOnce */
  constructor(url, atOnce) {
    Object.assign(this, { url: new URL(url), atOnce });
    /** Where among the requests the next one stands: a round goes on where the last one ended. */
    this.at = 0;
    /** How many were sent. */
    this.sent = 0;
  }

  /**
   * Sends requests in turn until the time is over.
   *
   * @returns {Promise<{ sent: number, millis: number }>}
   * @throws if any answer is none of success: a failure is quick, and would count for speed
   */
  async during(requests, millis) {
    let until;
    return this.#run(requests, () => performance.now() < (until ??= performance.now() + millis));
  }

  /** Sends so many requests. */
  async count(requests, count) {
    let left = count;
    return this.#run(requests, () => left-- > 0);
  }

  async #run(requests, goesOn) {
    let sent = 0;
    const next = () => {
      if (!goesOn()) return undefined;
      sent += 1;
      this.sent += 1;
      this.at = (this.at + 1) % requests.length;
      return requests[this.at];
    };
    const sockets = await Promise.all(Array.from({ length: this.atOnce }, () => opened(this.url)));
    const begun = performance.now();
    try {
      await Promise.all(sockets.map((socket) => lane(socket, next)));
      return { sent, millis: performance.now() - begun };
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  }
}

async function opened({ hostname, port }) {
  const socket = connect(Number(port), hostname).setNoDelay();
  await once(socket, "connect");
  return socket;
}

/** One connection: sends what `next` gives whenever the answer before is whole. */
function lane(socket, next) {
  return new Promise((resolve, reject) => {
    let received;
    const finish = (error) => {
      socket.off("data", take).off("error", finish).off("close", closed);
      if (error) reject(error);
      else resolve();
    };
    const closed = () => finish(new Error("the connection was closed"));
    const send = () => {
      const request = next();
      if (!request) return finish();
      received = undefined;
      socket.write(request);
    };
    const take = (bytes) => {
      received = received ? Buffer.concat([received, bytes]) : bytes;
      if (!isWhole(received)) return;
      if (received.toString("latin1", 9, 12) === "200") send();
      else finish(new Error(`not 200: ${received.toString("latin1", 0, 400)}`));
    };
    socket.on("data", take).on("error", finish).on("close", closed);
    send();
  });
}

function isWhole(bytes) {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return false;
  const fields = bytes.toString("latin1", 0, head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(fields);
  if (length) return bytes.length >= head + HEAD_END.length + Number(length[1]);
  return bytes.subarray(head).includes(LAST_CHUNK);
}

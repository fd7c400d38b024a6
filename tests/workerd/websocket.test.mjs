/** WebSockets through the gateway: the handshake, both directions, the end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";

describe("a WebSocket to an HTTP origin", () => {
  const end = atEnd();
  let edge;
  let token;
  let choose;
  let accepted;
  before(async () => {
    const server = createServer((_request, response) => response.end("no socket"));
    const sockets = new WebSocketServer({ server, handleProtocols: (offered) => choose([...offered]) });
    sockets.on("connection", (socket, request) => {
      accepted = { socket, headers: request.headers, url: request.url };
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    const origin = await listen(server, 0);
    end.after(() => close(server));
    const routes = [{ path: "/admin/*", scopes: ["admin"] }];
    edge = await startEdge(end, { routes, config: { origin, credentials: { websocket: true } } });
    token = await edge.token();
  });

  const open = async (protocols, { path = "/socket", headers = {} } = {}) => {
    choose = (offered) => offered[0] ?? false;
    return connected(socketTo(edge.url + path, protocols, headers));
  };

  test("it is opened with a header, and carries text and bytes both ways", async () => {
    const socket = await open([], { headers: { authorization: `Bearer ${token}` } });
    for (const message of ["hello", "", "ü".repeat(70_000)]) {
      socket.send(message);
      const [data, isBinary] = await once(socket, "message");
      assert.deepEqual([data.toString(), isBinary], [message, false]);
    }
    const bytes = Buffer.from([0, 1, 2, 255]);
    socket.send(bytes);
    const [data, isBinary] = await once(socket, "message");
    assert.deepEqual([data.equals(bytes), isBinary], [true, true]);
    accepted.socket.send("from the origin");
    assert.equal((await once(socket, "message"))[0].toString(), "from the origin");
    socket.close();
    await once(socket, "close");
  });

  test("the origin is told who it is, as with any request", async () => {
    const socket = await open([], { path: "/socket?room=1", headers: { authorization: `Bearer ${token}` } });
    assert.equal(accepted.headers["x-edgeward-subject"], "ada");
    assert.ok(accepted.headers["x-edgeward-request-id"]);
    assert.equal(accepted.url, "/socket?room=1");
    socket.close();
  });

  test("a token among the subprotocols opens it, and goes no further", async () => {
    const socket = await open([`edgeward.bearer.${token}`, "chat", "other"]);
    assert.equal(socket.protocol, "chat");
    assert.equal(accepted.headers["sec-websocket-protocol"]?.replaceAll(" ", ""), "chat,other");
    assert.equal(accepted.headers["x-edgeward-subject"], "ada");
    assert.doesNotMatch(JSON.stringify(accepted.headers), new RegExp(token.split(".")[2]));
    socket.close();
  });

  test("a page without a protocol of its own offers the gateway's, and gets it", async () => {
    const socket = await open(["edgeward", `edgeward.bearer.${token}`]);
    assert.equal(socket.protocol, "edgeward");
    assert.equal(accepted.headers["sec-websocket-protocol"], undefined);
    socket.close();
  });

  test("a token is never the answer", async () => {
    // `ws` fails a connection whose server chooses none of the offered protocols, as browsers do.
    const failure = failed(socketTo(edge.url, [`edgeward.bearer.${token}`]));
    assert.match((await failure).message, /no subprotocol/);
  });

  test("close codes and reasons go both ways", async () => {
    const one = await open([], { headers: { authorization: `Bearer ${token}` } });
    const { socket: other } = accepted;
    one.close(4001, "from the client");
    const [code, reason] = await once(other, "close");
    assert.deepEqual([code, reason.toString()], [4001, "from the client"]);
    const two = await open([], { headers: { authorization: `Bearer ${token}` } });
    accepted.socket.close(4002, "from the origin");
    const [back, why] = await once(two, "close");
    assert.deepEqual([back, why.toString()], [4002, "from the origin"]);
  });

  test("without a credential it is refused with 401, and the origin hears nothing", async () => {
    accepted = undefined;
    assert.equal(await refusal(socketTo(edge.url, ["chat"])), 401);
    const expired = await edge.token({ exp: 1 });
    assert.equal(await refusal(socketTo(edge.url, ["chat", `edgeward.bearer.${expired}`])), 401);
    assert.equal(accepted, undefined);
  });

  test("two credentials are one too many", async () => {
    const headers = { authorization: `Bearer ${token}` };
    assert.equal(await refusal(socketTo(edge.url, [`edgeward.bearer.${token}`], headers)), 400);
  });

  test("the route's rules hold", async () => {
    assert.equal(await refusal(socketTo(`${edge.url}/admin/x`, ["a", `edgeward.bearer.${token}`])), 403);
  });

  test("an origin that declines answers as to any request", async (t) => {
    const server = createServer();
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n"));
    const origin = await listen(server, 0);
    t.after(() => close(server));
    const declined = await startEdge(t, { config: { origin } });
    const headers = { authorization: `Bearer ${await declined.token()}` };
    assert.equal(await refusal(socketTo(declined.url, [], headers)), 426);
  });
});

describe("a WebSocket to a service binding", () => {
  const ORIGIN = `
    export default {
      async fetch(request) {
        const [client, server] = Object.values(new WebSocketPair());
        server.accept();
        server.addEventListener("message", ({ data }) => {
          if (data === "bye") server.close(4003, "as asked");
          else server.send(JSON.stringify({ data, subject: request.headers.get("x-edgeward-subject"), offered: request.headers.get("sec-websocket-protocol") }));
        });
        const headers = request.headers.get("sec-websocket-protocol") ? { "sec-websocket-protocol": "chat" } : {};
        return new Response(null, { status: 101, webSocket: client, headers });
      },
    };`;

  test("it carries messages, the identity and the close code, and not the token", async (t) => {
    const edge = await startEdge(t, {
      config: { origin: undefined, origin_binding: "ORIGIN", credentials: { websocket: true } },
      beside: ({ compatibilityDate }) => [{ name: "origin", modules: true, script: ORIGIN, compatibilityDate }],
      options: { serviceBindings: { ORIGIN: "origin" } },
    });
    const token = await edge.token();
    const socket = await connected(socketTo(edge.url, ["chat", `edgeward.bearer.${token}`]));
    assert.equal(socket.protocol, "chat");
    socket.send("hello");
    const [data] = await once(socket, "message");
    assert.deepEqual(JSON.parse(data), { data: "hello", subject: "ada", offered: "chat" });
    socket.send("bye");
    const [code, reason] = await once(socket, "close");
    assert.deepEqual([code, reason.toString()], [4003, "as asked"]);
  });
});

function socketTo(url, protocols, headers = {}) {
  return new WebSocket(url.replace(/^http/, "ws"), protocols, { headers });
}

async function connected(socket) {
  await once(socket, "open");
  return socket;
}

/** The status of the answer to a handshake that does not succeed. */
function refusal(socket) {
  return new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_request, response) => {
      response.resume();
      resolve(response.statusCode);
    });
    socket.on("open", () => reject(new Error("it was opened")));
    socket.on("error", reject);
  });
}

/** The error of a handshake that fails at the client. */
function failed(socket) {
  return new Promise((resolve, reject) => {
    socket.on("error", resolve);
    socket.on("open", () => reject(new Error("it was opened")));
  });
}

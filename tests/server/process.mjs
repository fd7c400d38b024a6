/** Another process of the site: a thread of its own, which shares nothing but the store. */
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { Browser } from "./browser.mjs";
import { ORIGIN, makeSite } from "./site.mjs";

/**
 * Starts the process.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {{ issuer: string }} issuer
 * @param {{ store?: object }} [options]
 */
export async function startProcess(end, { issuer }, { store } = {}) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { issuer, methods: store && methodsOf(store) } });
  end.after(() => worker.terminate());
  const ask = caller(worker, (method, args) => store[method](...args));
  const handle = async (request) => {
    const { status, headers, body } = await ask("handle", [request.method, request.url, [...request.headers]]);
    return new Response(body, { status, headers });
  };
  await ask("pass", [0]);
  return { browser: () => new Browser(ORIGIN, handle), pass: (seconds) => ask("pass", [seconds]) };
}

function methodsOf(store) {
  return ["get", "set", "remove", "compareAndSwap"].filter((name) => store[name]);
}

/** Calls over a port, both ways. */
function caller(port, answer) {
  const calls = new Map();
  let last = 0;
  port.on("message", async ({ id, method, args, reply, error }) => {
    if (method) {
      try {
        port.postMessage({ id, reply: await answer(method, args) });
      } catch (thrown) {
        port.postMessage({ id, error: String(thrown) });
      }
      return;
    }
    const { resolve, reject } = calls.get(id);
    calls.delete(id);
    if (error) reject(new Error(error));
    else resolve(reply);
  });
  return (method, args) =>
    new Promise((resolve, reject) => {
      calls.set((last += 1), { resolve, reject });
      port.postMessage({ id: last, method, args });
    });
}

if (!isMainThread) {
  const { issuer, methods } = workerData;
  let site;
  const ask = caller(parentPort, async (method, args) => {
    if (method === "pass") return void site.pass(...args);
    const [name, url, headers] = args;
    const answer = await site.handle(new Request(url, { method: name, headers }));
    return { status: answer.status, headers: [...answer.headers], body: await answer.text() };
  });
  const store = methods && Object.fromEntries(methods.map((name) => [name, (...args) => ask(name, args)]));
  site = makeSite({ issuer }, store ? { store } : {});
}

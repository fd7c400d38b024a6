/** How much memory a Worker holds, asked through workerd's inspector. */
import { WebSocket } from "ws";

/**
 * Opens the inspector of a gateway that was started with one.
 *
 * @param {import("miniflare").Miniflare} miniflare
 * @returns {Promise<Inspector>}
 */
export async function inspect(miniflare) {
  const inspector = new Inspector(new WebSocket(new URL("/core:user:gateway", await miniflare.getInspectorURL())));
  await inspector.open();
  return inspector;
}

class Inspector {
  #socket;
  #waiting = new Map();
  #context;

  constructor(socket) {
    this.#socket = socket;
  }

  async open() {
    await new Promise((resolve, reject) => this.#socket.once("open", resolve).once("error", reject));
    this.#socket.on("message", (text) => this.#receive(JSON.parse(text)));
    await this.#send("Runtime.enable");
  }

  /** The bytes that are still held after a garbage collection, by kind. */
  async heldBytes() {
    const wasm = (await this.#wasmMemories()).reduce((sum, bytes) => sum + bytes, 0);
    const heap = await this.#send("Runtime.getHeapUsage");
    const javascript = heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize;
    return { wasm, javascript, total: wasm + javascript };
  }

  /** The sizes of the instances' memories. To find objects, V8 collects all garbage first. */
  async #wasmMemories() {
    const expression = "WebAssembly.Memory.prototype";
    const { result: prototype } = await this.#send("Runtime.evaluate", { expression, contextId: this.#context });
    const { objects } = await this.#send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
    const sizes = await this.#send("Runtime.callFunctionOn", {
      objectId: objects.objectId,
      functionDeclaration: "function () { return this.map((memory) => memory.buffer.byteLength); }",
      returnByValue: true,
    });
    for (const { objectId } of [prototype, objects]) await this.#send("Runtime.releaseObject", { objectId });
    return sizes.result.value;
  }

  close() {
    this.#socket.close();
  }

  #send(method, params = {}) {
    const id = this.#waiting.size + 1;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive({ id, method, params, result, error }) {
    if (method === "Runtime.executionContextCreated") this.#context = params.context.id;
    if (error) this.#waiting.get(id).reject(new Error(error.message));
    else if (id) this.#waiting.get(id).resolve(result);
  }
}

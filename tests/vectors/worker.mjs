/** The vectors and the measure as a Worker. The test gives it the glue and the wasm as modules. */
import * as glue from "./glue.js";
import wasm from "./vectors.wasm";
import { runSet } from "./runner.mjs";

glue.initSync({ module: wasm });

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const parameter = (name) => searchParams.get(name) ?? "";
    if (pathname === "/sets") return Response.json(glue.sets());
    if (pathname === "/run") return Response.json(await runSet(glue, parameter("set")));
    if (pathname === "/bench") return bench(parameter("alg"), parameter("engine"), Number(parameter("times")));
    return new Response("There are /sets, /run and /bench.", { status: 404 });
  },
};

/** Works and answers; the caller takes the time, because the clock stands still in here. */
async function bench(alg, engine, times) {
  const token = new glue.Bench(alg);
  try {
    await token[engine](times);
    return Response.json({ ok: true });
  } catch (error) {
    return Response.json({ ok: false, reason: String(error.message) });
  } finally {
    token.free();
  }
}

/** A Worker that does nothing but one look into D1: what every answer of the store's costs at the least here. */
import { Miniflare } from "miniflare";

const SCRIPT = `export default {
  async fetch(_, env) {
    return Response.json(await env.DB.prepare("SELECT ?1 AS one").bind(1).first());
  },
};`;

/**
 * @param {{ after(done: () => unknown): void }} end
 * @returns {Promise<{ url: string }>}
 */
export async function startBare(end) {
  const worker = new Miniflare({ modules: true, script: SCRIPT, d1Databases: ["DB"], compatibilityDate: "2026-07-01" });
  end.after(() => worker.dispose());
  return { url: String(await worker.ready) };
}

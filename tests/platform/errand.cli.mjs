/** The errand in a process. */
import { errand } from "./errand.mjs";

const arguments_ = globalThis.Deno?.args ?? process.argv.slice(2);
console.log(JSON.stringify(await errand(arguments_[0])));

import * as edgeward from "edgeward";
import * as verify from "edgeward/verify";
import { everything } from "../steps.mjs";

const settings = JSON.parse(globalThis.Deno?.env.get("SETTINGS") ?? process.env.SETTINGS);
console.log(JSON.stringify(await everything(edgeward, verify, settings)));

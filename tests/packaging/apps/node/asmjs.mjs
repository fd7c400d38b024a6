// Node without WebAssembly. Its own fetch is made of some, so it is warmed up before.
import * as edgeward from "edgeward/asmjs";
import { signingIn } from "../steps.mjs";

const settings = JSON.parse(process.env.SETTINGS);
await fetch(settings.issuer);
delete globalThis.WebAssembly;
console.log(JSON.stringify(await signingIn(edgeward, settings)));

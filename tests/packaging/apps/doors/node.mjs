import * as agent from "edgeward/agent";
import * as oauth from "edgeward/oauth";
import * as reactDoor from "edgeward/react";
import * as server from "edgeward/server";
import react from "react";
import { renderToString } from "react-dom/server";
import { throughAgent, throughOauth, throughReact, throughServer } from "./steps.mjs";

const settings = JSON.parse(globalThis.Deno?.env.get("SETTINGS") ?? process.env.SETTINGS);
console.log(JSON.stringify({
  oauth: await throughOauth(oauth, settings),
  agent: await throughAgent(agent, settings),
  server: await throughServer(server, settings),
  react: throughReact(reactDoor, react, renderToString),
}));

// A Worker of workerd with the whole client and the server's.
import * as oauth from "edgeward/oauth";
import * as server from "edgeward/server";
import { throughOauth, throughServer } from "./steps.mjs";

// Made at global scope, where there is no I/O, timer or randomness.
oauth.createClient({ issuer: "https://id.example", clientId: "w", redirectUri: "https://w.example/" });

export default {
  async fetch(request) {
    const settings = await request.json();
    return Response.json({ oauth: await throughOauth(oauth, settings), server: await throughServer(server, settings) });
  },
};

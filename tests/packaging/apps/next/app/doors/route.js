import * as oauth from "edgeward/oauth";
import * as server from "edgeward/server";
import { throughOauth, throughServer } from "../../../doors/steps.mjs";

export async function POST(request) {
  const settings = await request.json();
  return Response.json({ oauth: await throughOauth(oauth, settings), server: await throughServer(server, settings) });
}

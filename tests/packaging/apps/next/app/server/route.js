import * as edgeward from "edgeward";
import * as verify from "edgeward/verify";
import { everything } from "../../../steps.mjs";

export async function POST(request) {
  return Response.json(await everything(edgeward, verify, await request.json()));
}

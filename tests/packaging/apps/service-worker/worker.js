// A module worker, of a service or of a page: it does everything and answers on the port that it is sent.
import * as edgeward from "edgeward";
import * as verify from "edgeward/verify";
import { everything } from "../steps.mjs";

self.addEventListener("message", async ({ data, ports: [port] }) => {
  port.postMessage(await everything(edgeward, verify, data).catch((error) => ({ thrown: String(error?.stack ?? error) })));
});

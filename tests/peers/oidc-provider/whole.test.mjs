/** Our client with the whole of OAuth against a provider that is not ours. */
import { whole } from "./edgeward.mjs";
import { flows } from "./flows.mjs";

flows(whole);

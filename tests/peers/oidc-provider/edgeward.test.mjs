/** Our client against a provider that is not ours. */
import { edgeward } from "./edgeward.mjs";
import { flows, LIGHT } from "./flows.mjs";

flows(edgeward, LIGHT);

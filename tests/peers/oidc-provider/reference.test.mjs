/** The provider does what it should: a client that is not ours says so. */
import { flows } from "./flows.mjs";
import { reference } from "./reference.mjs";

flows(reference);

export { default } from "../../tests/race/clients/edgeward.mjs";

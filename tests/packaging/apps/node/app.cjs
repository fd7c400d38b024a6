const edgeward = require("edgeward");
const verify = require("edgeward/verify");

import("../steps.mjs").then(async ({ everything }) => {
  console.log(JSON.stringify(await everything(edgeward, verify, JSON.parse(process.env.SETTINGS))));
});

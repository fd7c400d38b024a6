const edgeward = require("edgeward/asmjs");

import("../steps.mjs").then(async ({ signingIn }) => {
  const settings = JSON.parse(process.env.SETTINGS);
  await fetch(settings.issuer);
  delete globalThis.WebAssembly;
  console.log(JSON.stringify(await signingIn(edgeward, settings)));
});

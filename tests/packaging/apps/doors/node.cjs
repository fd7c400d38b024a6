const agent = require("edgeward/agent");
const oauth = require("edgeward/oauth");
const reactDoor = require("edgeward/react");
const server = require("edgeward/server");
const react = require("react");
const { renderToString } = require("react-dom/server");

const settings = JSON.parse(process.env.SETTINGS);
import("./steps.mjs").then(async ({ throughAgent, throughOauth, throughReact, throughServer }) => {
  console.log(JSON.stringify({
    oauth: await throughOauth(oauth, settings),
    agent: await throughAgent(agent, settings),
    server: await throughServer(server, settings),
    react: throughReact(reactDoor, react, renderToString),
  }));
});

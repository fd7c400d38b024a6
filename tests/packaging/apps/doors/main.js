// A page that signs in with the whole client, and shows with React who is signed in.
import { createClient } from "edgeward/oauth";
import { AuthProvider, useSession } from "edgeward/react";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const { issuer, clientId } = globalThis.settings;
const redirectUri = location.origin + location.pathname;
const client = createClient({ issuer, clientId, redirectUri, scope: "openid offline_access" });

function Shown() {
  const { status, session } = useSession();
  const signIn = () => void client.signIn();
  return createElement("button", { id: "shown", "data-status": status, onClick: signIn }, session?.subject ?? "nobody");
}

const root = document.body.appendChild(document.createElement("div"));
createRoot(root).render(createElement(AuthProvider, { client }, createElement(Shown)));

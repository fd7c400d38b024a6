/** The provider's own pages: sign-in, consent, sign-out and errors. No scripts, nothing from elsewhere. */
import { createHash } from "node:crypto";

/**
 * The form that asks for a login name.
 *
 * @param {{ action: string, hint?: string, problem?: string }} page
 */
export function loginPage({ action, hint = "", problem }) {
  return layout(
    "Sign in",
    `<p>This provider is part of the example. Any name will do; there is no password.</p>
     ${problem ? `<p class="problem" role="alert">${escape(problem)}</p>` : ""}
     <form method="post" action="${escape(action)}">
       <label for="login">Your name</label>
       <input id="login" name="login" value="${escape(hint)}" maxlength="64" required autofocus
         autocomplete="username" autocapitalize="none" spellcheck="false">
       <button type="submit">Continue</button>
     </form>
     <form method="post" action="${escape(action)}">
       <input type="hidden" name="cancel" value="yes">
       <button type="submit" class="quiet">Cancel</button>
     </form>`,
  );
}

/**
 * What a client asks for, when it insists on asking (`prompt=consent`).
 *
 * @param {{ action: string, scopes: string[] }} page
 */
export function consentPage({ action, scopes }) {
  return layout(
    "Allow access",
    `<p>The page asks for: ${escape(scopes.join(", "))}.</p>
     <form method="post" action="${escape(action)}"><button type="submit" autofocus>Allow</button></form>
     <form method="post" action="${escape(action)}">
       <input type="hidden" name="cancel" value="yes">
       <button type="submit" class="quiet">Cancel</button>
     </form>`,
  );
}

/**
 * The question that RP-initiated logout asks, so that a foreign link signs nobody out.
 *
 * @param {string} form the provider's form, with its protection against forged requests
 * Source: [OpenID Connect RP-Initiated Logout 1.0 §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html)
 */
export function logoutPage(form) {
  return layout(
    "Sign out",
    `<p>Do you want to end your session at the provider too?</p>${form}
     <button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Yes, sign out</button>
     <button type="submit" form="op.logoutForm" class="quiet">No, stay signed in</button>`,
  );
}

/** A page that says one thing. */
export function messagePage(title, lines) {
  return layout(title, lines.map((line) => `<p>${escape(line)}</p>`).join(""));
}

/**
 * The policy for these pages. The form's redirects end at the page that asked for the sign-in, and
 * browsers apply `form-action` to redirects too.
 *
 * @param {string[]} origins the example page's origins
 */
export function viewPolicy(origins) {
  return [
    "default-src 'none'",
    `style-src '${styleHash()}'`,
    `form-action 'self' ${origins.join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function styleHash() {
  return `sha256-${createHash("sha256").update(STYLE).digest("base64")}`;
}

function escape(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}

function layout(title, body) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · example provider</title>
<style>${STYLE}</style>
</head>
<body><main><p class="brand">Example provider</p><h1>${escape(title)}</h1>${body}</main></body>
</html>`;
}

const STYLE = `
:root { color-scheme: light dark; --bg: #f4f5f8; --card: #fff; --ink: #16181d; --dim: #5b6270; --line: #d4d8e0; --accent: #2f5bea; --on: #fff; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1115; --card: #181b21; --ink: #eceef2; --dim: #a0a7b4; --line: #343a46; --accent: #8aa8ff; --on: #0f1115; --bad: #ff9d94 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--bg); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: min(24rem, calc(100vw - 2rem)); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px }
h1 { margin: 0 0 .5rem; font-size: 1.5rem }
p { margin: 0 0 1.25rem; color: var(--dim) }
.brand { margin: 0 0 .25rem; font-size: .8125rem; letter-spacing: .04em }
.problem { color: var(--bad) }
label { display: block; margin-bottom: .375rem; font-weight: 600 }
input:not([type=hidden]) { width: 100%; padding: .625rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px }
button { width: 100%; margin-top: .75rem; padding: .625rem; font: inherit; font-weight: 600; color: var(--on); background: var(--accent); border: 1px solid var(--accent); border-radius: 8px; cursor: pointer }
button.quiet { color: var(--ink); background: transparent; border-color: var(--line) }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 2px }
`;

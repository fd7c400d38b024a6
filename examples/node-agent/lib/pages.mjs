/** The provider's pages: the code that the agent shows, and who is there. */

const FORM_LIMIT = 4096;

/** oidc-provider gives the form's hidden fields; the person types the code. */
export function askForCode(context, form, _out, error) {
  show(context, "An agent wants to act for you", `
    ${error ? "<p>That is not a code that an agent shows.</p>" : ""}
    ${form}<p><button type="submit" form="op.deviceInputForm">Continue</button></p>`);
}

/** The code came with the address; the person compares it with what the agent shows. */
export function confirmCode(context, form, client, _device, userCode) {
  show(context, `Does ${escape(client.clientName)} show this code?`, `
    <p><b>${escape(userCode)}</b></p>${form}
    <p><button type="submit" form="op.deviceConfirmForm">Yes, let it act for me</button>
    <button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No</button></p>`);
}

export function done(context) {
  show(context, "Done", "<p>The agent goes on. You may close this page.</p>");
}

/** Answers `/interaction/…`: asks for a name, which is all that this provider wants to know. */
export async function interact(provider, request, response) {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    return response.writeHead(200, HEADERS).end(page("Who are you?", `
      <form method="post" action="/interaction/${uid}"><p><input name="login" required autofocus pattern="[a-z]{1,32}" title="small letters">
      <button>Sign in</button></p></form>`));
  }
  const login = (await readForm(request)).get("login") ?? "";
  if (!/^[a-z]{1,32}$/.test(login)) return response.writeHead(303, { location: `/interaction/${uid}` }).end();
  return provider.interactionFinished(request, response, { login: { accountId: login }, consent: {} });
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
};

function show(context, title, content) {
  context.set(HEADERS);
  context.body = page(title, content);
}

function page(title, content) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${content}</html>`;
}

function escape(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

async function readForm(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > FORM_LIMIT) throw new Error("the form is too long");
  }
  return new URLSearchParams(text);
}

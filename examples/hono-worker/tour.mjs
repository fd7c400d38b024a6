/** What the Worker answers to whom, asked one after the other. */

/**
 * Calls the Worker with tokens of every kind.
 *
 * @param {string} url
 * @param {{ token(client: string, resource?: string): Promise<string> }} provider
 * @returns {AsyncGenerator<{ wish: string, status: number, code: string | undefined, body: string }>}
 */
export async function* tour(url, provider) {
  const [reader, writer, admin] = await Promise.all(["reader", "writer", "admin"].map((name) => provider.token(name)));
  const elsewhere = await provider.token("reader", "https://another.example");
  const steps = [
    ["anybody reads the front page", "GET", "/"],
    ["anybody asks where tokens come from", "GET", "/.well-known/oauth-protected-resource"],
    ["nobody in particular is greeted", "GET", "/greeting"],
    ["the writer is greeted by name", "GET", "/greeting", writer],
    ["nobody in particular reads todos", "GET", "/todos"],
    ["the writer writes a todo", "POST", "/todos", writer, { title: "water the plants" }],
    ["the writer reads it", "GET", "/todos", writer],
    ["the reader writes a todo", "POST", "/todos", reader, { title: "take over" }],
    ["the reader asks who there is", "GET", "/people", reader],
    ["the admin asks who there is", "GET", "/people", admin],
    ["a token for another API reads todos", "GET", "/todos", elsewhere],
    ["a token with a changed signature reads todos", "GET", "/todos", `${writer.slice(0, -4)}AAAA`],
    ["a forged identity is no way to be greeted either", "GET", "/greeting", "forged"],
  ];
  for (const [wish, method, path, token, sent] of steps) {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(sent && { "content-type": "application/json" }) };
    const answer = await fetch(url + path, { method, headers, body: sent && JSON.stringify(sent) });
    const body = await answer.text();
    yield { wish: `${wish} (${method} ${path})`, status: answer.status, code: JSON.parse(body).error, body };
  }
}

// Messages on their way between JavaScript and Rust: each crosses once, as one text, because every call
// across costs about as much as the whole decision. No value of a field holds a line's end.

/** Method, address, and the name and value of each field, a line each. */
export function requestText(request) {
  let text = `${request.method}\n${request.url}`;
  for (const [name, value] of request.headers) text += `\n${name}\n${value}`;
  return text;
}

/** Status, and the name and value of each field, a line each. */
export function answerText(answer) {
  let text = String(answer.status);
  for (const [name, value] of answer.headers) text += `\n${name}\n${value}`;
  return text;
}

/**
 * Carries edits out: a line `-name` removes a field; `=name` and a line with a value set one, `+name` and
 * a line with a value add one.
 */
export function change(headers, edits) {
  const lines = edits.split("\n");
  for (let at = 0; at + 1 < lines.length; ) {
    const name = lines[at].slice(1);
    const sign = lines[at++][0];
    if (sign === "-") headers.delete(name);
    else if (sign === "=") headers.set(name, lines[at++]);
    else headers.append(name, lines[at++]);
  }
}

/**
 * Asks elsewhere what a request asks, with other fields; its body goes on as it comes. `arrived` gets the number and the answer,
 * or the number alone where none came.
 */
export function ask(fetcher, request, url, edits, cache, arrived, number) {
  const copy = new Request(url, request);
  change(copy.headers, edits);
  // Settings, even without one in them, would have the copy copied again.
  const asked = (fetcher ?? globalThis).fetch(copy, cache === undefined ? undefined : { cache });
  asked.then((answer) => arrived(number, answer), () => arrived(number));
}

/** The same answer with other fields; its body goes on as it comes. Throws where its status is none of an answer's. */
export function answerAgain(answer, edits) {
  const again = new Response(answer.body, answer);
  change(again.headers, edits);
  return again;
}

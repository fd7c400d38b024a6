// Writes corpus.json; the same bytes each time:
//   node tests/hostile/generate/corpus.mjs > tests/hostile/corpus.json

import { pathToFileURL } from "node:url";
import claims from "./classes/claims.mjs";
import forgery from "./classes/forgery.mjs";
import forms from "./classes/forms.mjs";
import keys from "./classes/keys.mjs";
import valid from "./classes/valid.mjs";
import { SETTINGS } from "./settings.mjs";
import { SECRET } from "./sign.mjs";

/** The corpus as the text of its file: one line for each token. */
export function corpus() {
  const classes = [...valid, ...forms, ...forgery, ...keys, ...claims];
  const list = (items) => `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  const tokens = classes.flatMap(({ name, tokens }) => tokens.map((token) => ({ class: name, ...token })));
  const settings = Object.entries(SETTINGS).map(([name, setting]) => `${JSON.stringify(name)}:${JSON.stringify(setting)}`);
  return `{"secret":${JSON.stringify(SECRET)},
"settings":{\n${settings.join(",\n")}\n},
"classes":${list(classes.map(({ name, stands, why }) => ({ name, stands, why })))},
"tokens":${list(tokens)}}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(corpus());

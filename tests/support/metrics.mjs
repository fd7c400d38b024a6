/** The gateway's counters, as Prometheus would read them. */
import assert from "node:assert/strict";

/** @returns {Record<string, number>} by name; those that have a code, by name and code */
export function counters(text) {
  const counts = {};
  for (const line of text.split("\n").filter((line) => line && !line.startsWith("#"))) {
    const [, name, labels, value] = /^(\w+)\{([^}]*)\} (\d+)$/.exec(line) ?? assert.fail(line);
    const code = /code="(\w+)"/.exec(labels)?.[1];
    counts[code ? `${name}:${code}` : name] = Number(value);
  }
  return counts;
}

/** Medians and tables. */
import { cpus } from "node:os";

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

export function machine() {
  const [{ model }, ...others] = cpus();
  return `${others.length + 1} × ${model.trim()}, Node ${process.versions.node}`;
}

/** Prints a table; the first column is text. */
export function table(heading, rows) {
  const all = [heading, ...rows].map((row) => row.map(String));
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  console.log();
  for (const row of all) console.log(row.map((cell, column) => (column ? cell.padStart(widths[column] + 2) : cell.padEnd(widths[0]))).join(""));
}

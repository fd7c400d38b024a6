/**
 * Runs every set of vectors on every engine; the same in Node, in a page and in a Worker.
 *
 * The tests' own part is `summary`: what went wrong, in words, and a table to print.
 */

/**
 * @param {{ sets(): string[], run(set: string, engine: string): Promise<Report> }} wasm the initialised glue
 * @param {string} set
 * @returns {Promise<Outcome>}
 *
 * @typedef {{ cases: number, passed: number, verified: number, by_rule: number, excepted: number, unsupported: number,
 *   failures: { id: number, comment: string, verifies: boolean, answer: string }[], answers: string[] }} Report
 * @typedef {{ set: string, crates: Report, kernels: Report, webcrypto: Report, disagreements: string[] }} Outcome
 */
export async function runSet(wasm, set) {
  const crates = await wasm.run(set, "crates");
  const kernels = await wasm.run(set, "kernels");
  const webcrypto = await wasm.run(set, "webcrypto");
  const disagreements = crates.answers.flatMap((answer, index) => {
    const other = webcrypto.answers[index];
    // The crates do not decrypt RSA, WebCrypto knows neither ES256K nor ML-DSA; one of the two answers.
    const silent = [answer, other].filter((one) => one === "algorithm_unsupported").length;
    const alike = silent === 0 ? answer === other : silent === 1;
    if (kernels.answers[index] !== answer) return [`${set} case ${index + 1}: crates ${answer}, kernels ${kernels.answers[index]}`];
    return alike ? [] : [`${set} case ${index + 1}: crates ${answer}, webcrypto ${other}`];
  });
  // The answers are compared here, so that they need not cross to the test.
  delete crates.answers;
  delete kernels.answers;
  delete webcrypto.answers;
  return { set, crates, kernels, webcrypto, disagreements };
}

/**
 * @param {string} runtime its name for the table
 * @param {Outcome[]} outcomes
 * @returns {{ wrong: string[], table: string }}
 */
export function summary(runtime, outcomes) {
  const wrong = outcomes.flatMap(({ set, crates, kernels, webcrypto, disagreements }) => [
    ...failures(set, "crates", crates),
    ...failures(set, "kernels", kernels),
    ...failures(set, "webcrypto", webcrypto),
    ...disagreements,
  ]);
  const lines = outcomes.map(({ set, crates, webcrypto }) =>
    row([set, crates.cases, crates.verified, crates.passed, webcrypto.passed, webcrypto.unsupported]),
  );
  const heading = row(["set", "cases", "verified", "crates", "webcrypto", "unsupported"]);
  const sum = (of) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const total = row([
    `${runtime}: ${outcomes.length} sets`,
    sum((o) => o.crates.cases),
    sum((o) => o.crates.verified),
    sum((o) => o.crates.passed),
    sum((o) => o.webcrypto.passed),
    sum((o) => o.webcrypto.unsupported),
  ]);
  return { wrong, table: [heading, ...lines, total].join("\n") };
}

function failures(set, engine, report) {
  return report.failures.map(
    ({ id, comment, verifies, answer }) =>
      `${set} tcId ${id} (${comment}) on ${engine}: ${verifies ? "has to verify" : "has to be refused"}, answered ${answer}`,
  );
}

function row([name, ...numbers]) {
  return [name.padEnd(44), ...numbers.map((number) => String(number).padStart(11))].join(" ");
}

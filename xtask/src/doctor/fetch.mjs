// Reads a request from standard input, sends it, and writes the answer, or why there is none.
const LIMIT = 65_536;
let input = "";
for await (const chunk of process.stdin) input += chunk;
const { url, headers } = JSON.parse(input);
try {
  const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(5_000) });
  const body = await response.text();
  if (body.length > LIMIT) throw new Error(`the answer is longer than ${LIMIT} bytes`);
  const date = Date.parse(response.headers.get("date") ?? "") / 1000;
  const extra = Number.isFinite(date) ? [["x-doctor-date", String(date)]] : [];
  process.stdout.write(JSON.stringify({ status: response.status, headers: [...response.headers, ...extra], body }));
} catch (error) {
  const why = error.cause?.code ?? error.cause?.message ?? error.message;
  process.stdout.write(JSON.stringify({ error: String(why) }));
}

// Calls an operation of an authority by its administrator's API token, and writes the answer or why there is none.
const { url, operation, args } = JSON.parse(process.env.EDGEWARD_CALL);
const fail = (why) => {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
};
try {
  const answer = await fetch(new URL(`/api/auth/${operation}`, url), {
    method: "POST",
    headers: { authorization: `Bearer ${process.env.EDGEWARD_ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(args),
    redirect: "error",
    signal: AbortSignal.timeout(60_000),
  });
  const body = await answer.text();
  if (answer.ok) process.stdout.write(body);
  else fail(`${url} answers with ${answer.status}: ${JSON.parse(body).message ?? body}`);
} catch (error) {
  fail(`${url}: ${error.cause?.code ?? error.cause?.message ?? error.message}`);
}

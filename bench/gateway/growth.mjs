/** What a request costs as there are more keys, more issuers and more different tokens. */
import { table } from "./figures.mjs";
import { startIssuers } from "./issuers.mjs";
import { inTurn, UNSEEN } from "./warm.mjs";

const NAMES = ["edgeward", "jose", "no verification"];
const KEYS = [1, 10, 100];
const ISSUERS = [1, 10, 100];
const TOKENS = [1, 100, 1_000, 10_000, 100_000];

export async function growth(settings) {
  const unseen = { ...settings, once: true };
  const byKeys = await each(KEYS, (keys) => measured({ issuers: 1, keys }, UNSEEN, unseen));
  const byIssuers = await each(ISSUERS, (issuers) => measured({ issuers, keys: 1 }, UNSEEN, unseen));
  const counts = TOKENS.filter((tokens) => tokens <= settings.tokens);
  // Each token has come before.
  const seen = (tokens) => ({ ...settings, warmUp: Math.max(settings.warmUp, tokens) });
  const byTokens = await each(counts, (tokens) => measured({ issuers: 1, keys: 1 }, tokens, seen(tokens)));
  print("keys, tokens never seen", byKeys);
  print("issuers, tokens never seen", byIssuers);
  print("tokens in turn", byTokens);
  return { keys: byKeys, issuers: byIssuers, tokens: byTokens };
}

async function measured(count, tokens, settings) {
  const { issuers, requests, close } = await startIssuers(count);
  try {
    return await inTurn(NAMES, issuers, requests(tokens), settings);
  } finally {
    await close();
  }
}

/** One after the other: what is measured at the same time would be in each other's way. */
async function each(counts, measure) {
  const points = [];
  for (const count of counts) points.push({ count, ...(await measure(count)) });
  return points;
}

function print(title, points) {
  const cell = (figure) => figure.cpuMicros.toFixed(0);
  table([`CPU µs by ${title}`, ...points.map(({ count }) => count)], NAMES.map((name) => [name, ...points.map((point) => cell(point[name]))]));
}

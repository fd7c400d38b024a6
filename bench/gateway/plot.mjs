/** Draws what a request costs by the number of keys, issuers and tokens: one picture, three axes, with logarithmic counts. */
import { writeFile } from "node:fs/promises";

const WIDTH = 300;
const HEIGHT = 220;
const MARGIN = { left: 54, top: 44, right: 34, bottom: 44 };
const COLOURS = { edgeward: "#0b63ce", jose: "#c2410c", "no verification": "#6b7280" };
const TITLES = { keys: "keys of one issuer, tokens never seen", issuers: "issuers with a key each, tokens never seen", tokens: "different tokens in turn, seen before" };

/**
 * @param {string} file
 * @param {Record<string, { count: number }[]>} growth the figures of each contender by count
 * @param {string} about machine, date and command
 */
export async function draw(file, growth, about) {
  const charts = Object.keys(TITLES).filter((name) => growth[name]);
  const whole = charts.length * (WIDTH + MARGIN.left + MARGIN.right);
  const height = HEIGHT + MARGIN.top + MARGIN.bottom + 44;
  const most = Math.max(...charts.flatMap((name) => growth[name].flatMap((point) => shown(point).map(([, cpu]) => cpu))));
  const parts = charts.map((name, at) => chart(growth[name], TITLES[name], at * (WIDTH + MARGIN.left + MARGIN.right), most));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>CPU time of workerd for a request, in microseconds</title>
<rect width="${whole}" height="${height}" fill="#fff"/>
<text x="${MARGIN.left}" y="18" font-size="14" font-weight="600">CPU time of workerd for a request, µs</text>
${parts.join("\n")}
${legend(height - 28)}
<text x="${MARGIN.left}" y="${height - 8}" fill="#6b7280" font-size="11">${escaped(about)}</text>
</svg>
`;
  await writeFile(file, svg);
}

function chart(points, title, left, most) {
  const x0 = left + MARGIN.left;
  const y0 = MARGIN.top + HEIGHT;
  const last = Math.log10(Math.max(10, ...points.map(({ count }) => count)));
  const x = (count) => x0 + (Math.log10(count) / last) * WIDTH;
  const y = (cpu) => y0 - (cpu / nice(most)) * HEIGHT;
  const lines = Object.keys(COLOURS).map((name) => line(points.filter((point) => point[name]).map((point) => [x(point.count), y(point[name].cpuMicros)]), COLOURS[name]));
  const columns = points.map(({ count }) => `<text x="${x(count)}" y="${y0 + 16}" text-anchor="middle" fill="#374151">${count.toLocaleString("en")}</text>`);
  const rows = Array.from({ length: 5 }, (_, step) => (nice(most) * step) / 4).map(
    (cpu) => `<path d="M${x0} ${y(cpu)}H${x0 + WIDTH}" stroke="#e5e7eb"/><text x="${x0 - 6}" y="${y(cpu) + 4}" text-anchor="end" fill="#374151">${cpu}</text>`,
  );
  return [...rows, ...lines, ...columns, `<text x="${x0 + WIDTH / 2}" y="${y0 + 34}" text-anchor="middle">${title}</text>`].join("\n");
}

function line(points, colour) {
  const path = points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const dots = points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${colour}"/>`).join("");
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}`;
}

function legend(y) {
  return Object.entries(COLOURS)
    .map(([name, colour], at) => `<rect x="${MARGIN.left + at * 150}" y="${y - 9}" width="10" height="10" fill="${colour}"/><text x="${MARGIN.left + at * 150 + 16}" y="${y}">${name}</text>`)
    .join("\n");
}

function shown(point) {
  return Object.keys(COLOURS).filter((name) => point[name]).map((name) => [name, point[name].cpuMicros]);
}

/** The least round number from there on that falls into four. */
function nice(number) {
  const step = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 4, 6, 8, 10].map((times) => times * step).find((round) => round >= number);
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

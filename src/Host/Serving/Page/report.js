// In a report: the answers that it was written with, in place of a server's.
import { some } from "./examples.js";

const element = document.getElementById("report");
const report = element && JSON.parse(element.textContent);

export const isReport = report !== null;

const answers = {
  "api/runs": () => report.runs,
  "api/examples": ({ first = 0, count = report.gallery }) => {
    const end = Math.min(+first + +count, report.heldOut.all), { examples, sources, classes } = report.heldOut;
    return {
      first: +first, all: report.heldOut.all, sources: sources.slice(first, end), classes: classes?.slice(first, end) ?? null,
      examples: some(examples, range(+first, end)),
    };
  },
  "api/posterior": ({ horizontal, vertical }) => {
    const { columns } = report, h = +(horizontal ?? report.grid.horizontal), v = +(vertical ?? report.grid.vertical);
    return { ...report.posterior, horizontal: h, vertical: v, x: columns[h], y: columns[v] };
  },
  "api/reconstruct": ({ examples }) => ({
    examples: some(report.heldOut.examples, examples), reconstructions: some(report.reconstructions, examples),
  }),
  "api/sample": () => ({ examples: report.samples }),
  "api/decode": ({ z, label }) => ({ examples: some(report.grid.examples, [cell(z[0], label)]) }),
  "api/interpolate": ({ from, to }) => {
    const { examples, ends, steps } = report.paths, at = (from * ends + to) * steps;
    return { examples: some(examples, range(at, at + steps)) };
  },
  "api/anomalies": () => report.anomalies,
};

const range = (first, end) => Array.from({ length: end - first }, (_, i) => first + i);

/** The point of the grid that is nearest to a code. */
function cell(code, label) {
  const { side, reach, horizontal, vertical, labels } = report.grid;
  const place = value => Math.min(side - 1, Math.max(0, Math.round((value / reach + 1) / 2 * (side - 1))));
  return (label === null ? 0 : labels.indexOf(+label)) * side * side + place(code[vertical]) * side + place(code[horizontal]);
}

/** The answer to a request. */
export async function answer(path, body) {
  const [name, query] = path.split("?");
  return answers[name](body ?? Object.fromEntries(new URLSearchParams(query)));
}

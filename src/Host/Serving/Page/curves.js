// Training curves of runs, one chart for each metric, and a table of what they reached.
import { byId, digits, draw, hue, make, onTheme } from "./dom.js";

const Left = 3.4, Right = 0.6, Top = 0.5, Bottom = 1.9, Em = 12;
const charts = [
  { title: "loss", height: 17, lines: [["train", "train"], ["test", "test"]] },
  { title: "reconstruction, test", height: 12, lines: [["reconstruction", "test"]] },
  { title: "KL, test", height: 12, lines: [["kl", "test"]] },
];
let runs = [], current = "";

/** Shows the curves of runs, that of the current one wider. */
export function show(all, name) {
  [runs, current] = [all, name];
  render();
}

new ResizeObserver(render).observe(byId("curves"));
document.querySelectorAll("#axis input").forEach(input => input.addEventListener("change", render));
onTheme(render);

const axis = () => document.querySelector("#axis input:checked").value;

function render() {
  const frames = charts.map(({ title, height }) => {
    const svg = draw("svg", { role: "img" }), readout = make("span", { class: "note" });
    svg.style.height = `${height}em`;
    const unit = (runs.find(run => run.name === current) ?? runs[0])?.description?.unit ?? "";
    return { svg, readout, figure: make("figure", {}, make("h3", {}, `${title}, ${unit}`, readout), svg) };
  });
  byId("curves").replaceChildren(...frames.map(frame => frame.figure));
  charts.forEach((chart, i) => fill(chart, frames[i]));
  table();
  const known = runs.filter(run => run.description), first = known[0]?.description;
  const differ = known.some(({ description: other }) => other.data !== first.data || other.unit !== first.unit || other.size !== first.size);
  byId("comparable").hidden = !differ;
  byId("comparable").textContent = differ ? "The runs differ in data or unit: their losses cannot be compared." : "";
}

/** Round numbers within a range, about as many as asked for. */
export function ticks(least, most, count) {
  const rough = (most - least) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough);
  const found = [];
  for (let i = Math.ceil(least / step - 1e-9); i * step <= most + 1e-9 * step; i++) found.push(+(i * step).toPrecision(12));
  return found;
}

/** Draws a chart in the size that it has on the screen, in units of a twelfth of its letters. */
function fill({ title, height, lines }, { svg, readout }) {
  const drawn = runs.flatMap((run, index) => lines.map(([metric, kind]) => ({
    run, index, kind, x: run.history[axis()], y: run.history[metric],
  }))).filter(line => line.x.length > 0);
  const size = { height: height * Em, width: Math.max(8, svg.clientWidth / (svg.clientHeight || 1) * height) * Em };
  svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  svg.setAttribute("aria-label", described(title, drawn));
  if (drawn.length === 0) {
    svg.append(draw("text", { x: size.width / 2, y: size.height / 2, "text-anchor": "middle" }, "no epoch is done yet"));
    return;
  }
  const scale = scaled(drawn, size);
  frame(svg, scale);
  for (const line of drawn) {
    const points = line.x.map((x, i) => `${scale.x(x).toFixed(1)},${scale.y(line.y[i]).toFixed(1)}`);
    const name = `${line.kind}${line.run.name === current ? " current" : ""}`;
    svg.append(draw("path", { d: `M${points.join("L")}`, stroke: hue(line.index), class: name }));
    if (points.length === 1) {
      const [x, y] = points[0].split(",");
      svg.append(draw("circle", { cx: x, cy: y, r: 3, fill: hue(line.index) }));
    }
  }
  pointer(svg, readout, scale, drawn);
}

const described = (title, drawn) => `${title} by ${axis() === "epoch" ? "epoch" : "time"}: ` + (drawn.length === 0 ? "none yet"
  : drawn.map(line => `${line.run.name} ${line.kind} from ${digits(line.y[0])} to ${digits(line.y.at(-1))}`).join("; "));

/** What maps numbers to places within the axes. */
function scaled(drawn, { width, height }) {
  const xs = drawn.flatMap(line => [line.x[0], line.x.at(-1)]), ys = drawn.flatMap(line => line.y);
  const spread = (least, most) => least === most ? [least - 1, most + 1] : [least, most];
  const [first, last] = spread(Math.min(...xs), Math.max(...xs)), [least, most] = spread(Math.min(...ys), Math.max(...ys));
  const pad = 0.04 * (most - least), low = least - pad, high = most + pad;
  const [left, right, top, bottom] = [Left * Em, width - Right * Em, Top * Em, height - Bottom * Em];
  return {
    first, last, low, high, left, right, top, bottom,
    x: value => left + (value - first) / (last - first) * (right - left),
    y: value => bottom - (value - low) / (high - low) * (bottom - top),
    from: x => first + (x - left) / (right - left) * (last - first),
  };
}

function frame(svg, scale) {
  for (const value of ticks(scale.low, scale.high, (scale.bottom - scale.top) / (2.4 * Em))) {
    const y = scale.y(value);
    svg.append(draw("line", { x1: scale.left, x2: scale.right, y1: y, y2: y, class: "grid" }),
      draw("text", { x: scale.left - 5, y: y + 4, "text-anchor": "end" }, `${value}`));
  }
  const isTime = axis() === "seconds", count = Math.min(10, (scale.right - scale.left) / (4 * Em));
  for (const value of ticks(scale.first, scale.last, count).filter(value => isTime || Number.isInteger(value))) {
    svg.append(draw("text", { x: scale.x(value), y: scale.bottom + 1.3 * Em, "text-anchor": "middle" }, isTime ? `${value} s` : `${value}`));
  }
  svg.append(draw("line", { x1: scale.left, x2: scale.right, y1: scale.bottom, y2: scale.bottom, class: "axis" }));
}

/** Tells the numbers of the epoch under the pointer. */
function pointer(svg, readout, scale, drawn) {
  const cursor = draw("line", { y1: scale.top, y2: scale.bottom, class: "cursor", visibility: "hidden" });
  svg.append(cursor);
  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect();
    const at = scale.from((event.clientX - box.left) / box.width * (scale.right + Right * Em));
    const line = drawn.find(line => line.run.name === current) ?? drawn[0];
    const nearest = line.x.reduce((best, x, i) => Math.abs(x - at) < Math.abs(line.x[best] - at) ? i : best, 0);
    const x = scale.x(line.x[nearest]);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    readout.textContent = `epoch ${line.run.history.epoch[nearest]}: ` + drawn.filter(other => other.run === line.run)
      .map(other => `${other.kind} ${digits(other.y[nearest])}`).join(", ");
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    readout.textContent = "";
  });
}

function table() {
  const head = ["run", "state", "epoch", "train", "test", "best test", "rec.", "KL", "time, s", "model", "likelihood", "data"];
  byId("table").replaceChildren(
    make("thead", {}, make("tr", {}, ...head.map(name => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...runs.map(row)));
}

function row(run, index) {
  const { history, description } = run, last = values => digits(values.at(-1) ?? NaN);
  const swatch = make("span", { class: "swatch" });
  swatch.style.color = hue(index);
  return make("tr", {}, make("th", { scope: "row" }, swatch, ` ${run.name}`), ...[
    run.state, description ? `${history.epoch.at(-1) ?? 0}/${description.epochs}` : "–", last(history.train), last(history.test),
    history.test.length ? digits(Math.min(...history.test)) : "–", last(history.reconstruction), last(history.kl),
    digits(history.seconds.at(-1) ?? NaN, 1), description?.model ?? "–", description?.likelihood ?? "–", description?.data ?? "–",
  ].map(cell => make("td", {}, cell)));
}

// Interpolation: the way between the codes of two held-out examples.
import * as api from "./api.js";
import { byId, latest, make } from "./dom.js";
import { brief, many, one } from "./examples.js";

const Steps = 9;
let run = null, first = 0, ends = { from: 0, to: 1 }, strip = null;

const page = () => api.isLive ? (run.description.kind === "image" ? 32 : 8) : Infinity;

export async function open(next) {
  run = next;
  first = 0;
  ends = { from: 0, to: 1 };
  strip = null;
  byId("strip").replaceChildren();
  byId("step").replaceChildren();
  await gallery();
  await refresh();
}

export const refresh = latest(async () => {
  const of = run.name;
  try {
    const { examples } = await api.interpolate({ run: of, ...ends, steps: Steps, path: byId("path").value });
    if (of !== run.name) return;
    strip = examples;
    showStrip();
  } catch (error) {
    strip = null;
    byId("strip").replaceChildren(make("p", { class: "note problem" }, error.message));
    byId("step").replaceChildren();
  }
});

/** Makes an example one of the ends. */
export function useAs(end, index) {
  ends[end] = index;
  mark();
  refresh();
  byId("between").scrollIntoView({ block: "nearest" });
}

async function gallery() {
  const of = run.name;
  try {
    const { examples, sources, classes, all } = await api.examples({ run: of, first, count: api.isLive ? page() : undefined });
    if (of !== run.name) return;
    byId("gallery").className = examples.kind === "image" ? "gallery" : "gallery rows";
    byId("gallery").replaceChildren(...sources.map((source, i) => {
      const told = `example ${source}${classes ? `, class ${classes[i]}` : ""}`;
      const button = make("button", {
        type: "button", title: told, value: `${first + i}`, "aria-label": told, class: "shown",
      }, brief(examples, i, told));
      button.addEventListener("click", () => {
        const end = document.querySelector("#end input:checked").value;
        document.querySelector(`#end input[value=${end === "from" ? "to" : "from"}]`).checked = true;
        useAs(end, first + i);
      });
      return button;
    }));
    byId("range").textContent = `${first} to ${first + sources.length - 1} of ${all}`;
    byId("previous").disabled = first === 0;
    byId("next").disabled = first + sources.length >= all;
    mark();
  } catch (error) {
    byId("gallery").replaceChildren(make("p", { class: "note problem" }, error.message));
  }
}

/** Tells the ends from the other examples. */
function mark() {
  for (const button of byId("gallery").querySelectorAll("button")) {
    const names = [["from", "A"], ["to", "B"]].filter(([end]) => ends[end] === +button.value);
    button.className = ["shown", ...names.map(([end]) => end)].join(" ");
    button.querySelector("b")?.remove();
    if (names.length > 0) button.append(make("b", {}, names.map(([, name]) => name).join("")));
  }
}

/** The steps beside each other; rows of tables and lines of text below each other. */
function showStrip() {
  const isImage = strip.kind === "image";
  byId("strip").className = isImage ? "strip" : "strip rows shown";
  byId("strip").replaceChildren(...strip.kind === "table" ? [many(strip)] : Array.from({ length: strip.count }, (_, i) =>
    make("div", { class: "shown" }, one(strip, i, `step ${i} of ${strip.count - 1} from A to B`))));
  byId("step").hidden = !isImage;
  showStep();
}

function showStep() {
  if (!strip) return;
  const step = +byId("along").value, all = strip.kind === "table" ? byId("strip").querySelectorAll("tbody tr") : byId("strip").children;
  [...all].forEach((element, i) => element.classList.toggle("now", i === step));
  byId("step").replaceChildren(one(strip, step, `step ${step}`));
}

byId("along").max = Steps - 1;
byId("along").addEventListener("input", showStep);
byId("path").addEventListener("change", () => refresh());
byId("path-field").hidden = !api.isLive;
byId("previous").hidden = byId("next").hidden = !api.isLive;
byId("previous").addEventListener("click", () => {
  first = Math.max(0, first - page());
  gallery();
});
byId("next").addEventListener("click", () => {
  first += page();
  gallery();
});

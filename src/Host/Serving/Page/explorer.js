// The explorer: a point of latent space, moved by a plane or by sliders, and what the decoder makes of it.
import * as api from "./api.js";
import { byId, digits, hue, latest, make } from "./dom.js";
import { one } from "./examples.js";
import { Plane } from "./plane.js";

const Reach = 4, FirstSliders = 8, MoreSliders = 24;
let run = null, code = [], view = null, sliders = FirstSliders, inputs = new Map(), chosen = null;

const plane = new Plane(byId("plane"), {
  moved: (x, y) => {
    code[view.horizontal] = x;
    code[view.vertical] = y;
    follow();
  },
  picked: index => choose(index),
});

/** What others do with a chosen example. */
export const actions = { useAs: () => {} };

/** The class to decode; null where the model is not conditional. */
const label = () => byId("label-field").hidden ? null : byId("label").value;

/** Begins with a run. */
export async function open(next) {
  run = next;
  code = new Array(run.description.latent).fill(0);
  sliders = FirstSliders;
  chosen = null;
  plane.chosen = -1;
  plane.only = null;
  byId("example").replaceChildren(make("p", { class: "note" }, "Click a point to see its example."));
  const { classes, unseenClasses } = run.description;
  byId("label-field").hidden = classes.length === 0;
  byId("label").replaceChildren(...classes.map((name, i) => make("option", { value: `${i}`, disabled: unseenClasses.includes(i) }, name)));
  byId("label").value = `${classes.findIndex((_, i) => !unseenClasses.includes(i))}`;
  await refresh();
}

/** Shows what the run's model is now. */
export async function refresh() {
  try {
    await look(view?.run === run.name ? view.horizontal : undefined, view?.run === run.name ? view.vertical : undefined);
    note("");
  } catch (error) {
    // Without data there are no points, and no order of the dimensions.
    note(error.message);
    const all = Array.from({ length: run.description.latent }, (_, i) => i);
    view = {
      run: run.name, order: all, kl: all.map(() => NaN), horizontal: 0, vertical: Math.min(1, all.length - 1),
      x: [], y: [], labels: null, classes: [],
    };
    arrange();
  }
  await decode();
}

function note(text) {
  byId("explorer-note").hidden = text === "";
  byId("explorer-note").textContent = text;
}

async function look(horizontal, vertical) {
  const of = run.name, found = await api.posterior({ run: of, horizontal, vertical });
  if (of !== run.name) return;
  view = { ...found, run: of };
  arrange();
}

/** Points, axes, classes and sliders, as the view has them. */
function arrange() {
  for (const [id, value] of [["horizontal", view.horizontal], ["vertical", view.vertical]]) {
    byId(id).replaceChildren(...view.order.map((dimension, i) => make(
      "option", { value: `${dimension}`, selected: dimension === value }, named(dimension, view.kl[i]))));
  }
  plane.show(view);
  legend();
  slide();
  follow(false);
}

const named = (dimension, kl) => `z${dimension}${Number.isFinite(kl) ? ` (${digits(kl)})` : ""}`;

function legend() {
  const present = new Set(view.labels ?? []);
  byId("classes").replaceChildren(...view.classes.flatMap((name, i) => {
    if (!present.has(i)) return [];
    const swatch = make("span", { class: "swatch" });
    swatch.style.color = hue(i);
    const button = make("button", { type: "button", "aria-pressed": `${plane.only === i}`, title: "show this class alone" }, swatch, name);
    button.addEventListener("click", () => {
      plane.only = plane.only === i ? null : i;
      plane.draw();
      legend();
    });
    return [button];
  }));
}

/** A slider for each dimension that is shown, those of the largest KL first. */
function slide() {
  const most = Math.max(...view.kl.filter(Number.isFinite), 1e-9);
  inputs = new Map();
  byId("sliders").replaceChildren(...view.order.slice(0, sliders).map((dimension, i) => {
    const input = make("input", {
      type: "range", min: -Reach, max: Reach, step: 0.05, value: code[dimension], "aria-label": `z${dimension}`,
    });
    const output = make("output", {}, digits(code[dimension]));
    input.disabled = !api.isLive && dimension !== view.horizontal && dimension !== view.vertical;
    input.addEventListener("input", () => {
      code[dimension] = +input.value;
      follow();
    });
    inputs.set(dimension, [input, output]);
    const bar = make("i");
    bar.style.width = `${100 * (view.kl[i] / most || 0)}%`;
    return make("div", { class: "slider" }, make("span", { class: "name" }, `z${dimension}`), input, output,
      make("div", { class: "bar" }, bar), make("span", { class: "nats" }, digits(view.kl[i])));
  }));
  byId("more").hidden = sliders >= view.order.length;
}

/** Everything that shows the code, after it changed. */
function follow(decodes = true) {
  plane.set(code[view.horizontal], code[view.vertical]);
  byId("position").textContent = `(${digits(code[view.horizontal])}, ${digits(code[view.vertical])})`;
  byId("plane").setAttribute("aria-label", `z${view.horizontal} ${digits(code[view.horizontal])}, `
    + `z${view.vertical} ${digits(code[view.vertical])}; arrow keys move, Enter picks an example`);
  for (const [dimension, [input, output]] of inputs) {
    input.value = code[dimension];
    output.textContent = digits(code[dimension]);
  }
  if (decodes) decode();
}

const decode = latest(async () => {
  const of = run.name;
  try {
    const { examples } = await api.decode({ run: of, z: [code], label: label(), units: "prior" });
    if (of === run.name) byId("decoded").replaceChildren(one(examples, 0, "decoded example"));
  } catch (error) {
    byId("decoded").replaceChildren(make("p", { class: "note problem" }, error.message));
  }
});

/** Shows a held-out example beside its reconstruction. */
export const choose = latest(async index => {
  const of = run.name;
  try {
    const [{ examples, reconstructions }, about] = await Promise.all([
      api.reconstruct({ run: of, examples: [index] }), api.examples({ run: of, first: index, count: 1 }),
    ]);
    if (of !== run.name) return;
    chosen = index;
    plane.chosen = index;
    plane.draw();
    const told = `example ${about.sources[0]}${about.classes ? `, class ${about.classes[0]}` : ""}`;
    const act = (text, does) => {
      const button = make("button", { type: "button" }, text);
      button.addEventListener("click", does);
      return button;
    };
    const buttons = [act("use as A", () => actions.useAs("from", index)), act("use as B", () => actions.useAs("to", index))];
    byId("example").replaceChildren(
      make("p", {}, told),
      make("div", { class: examples.kind === "image" ? "two" : "two rows" },
        make("figure", { class: "shown" }, one(examples, 0, told), make("figcaption", {}, "held-out example")),
        make("figure", { class: "shown" }, one(reconstructions, 0, `reconstruction of ${told}`), make("figcaption", {}, "reconstruction"))),
      make("div", { class: "head" }, ...(api.isLive ? [act("go to its code", goTo), ...buttons] : [])));
  } catch (error) {
    byId("example").replaceChildren(make("p", { class: "problem" }, error.message));
  }
});

async function goTo() {
  const { units } = await api.encode({ run: run.name, examples: [chosen] });
  code = units[0];
  follow();
}

for (const id of ["horizontal", "vertical"]) {
  byId(id).addEventListener("change", () => look(+byId("horizontal").value, +byId("vertical").value));
}
byId("center").addEventListener("click", () => {
  code.fill(0);
  follow();
});
byId("random").addEventListener("click", () => {
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  for (const dimension of api.isLive ? code.keys() : [view.horizontal, view.vertical]) code[dimension] = normal();
  follow();
});
byId("more").addEventListener("click", () => {
  sliders += MoreSliders;
  slide();
});
byId("label").addEventListener("change", () => decode());

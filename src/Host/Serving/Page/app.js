// The page: which run is shown, and what is asked for again when it changes.
import * as api from "./api.js";
import * as between from "./between.js";
import * as curves from "./curves.js";
import { byId, digits, hue, make } from "./dom.js";
import * as explorer from "./explorer.js";
import * as made from "./made.js";
import * as strange from "./strange.js";

const Pause = 2000, MadePause = 5000, ExplorerPause = 30000, Later = 10000;
let runs = [], current = null, tag = null, failures = 0;
let checkpoint = null, madeAt = 0, explored = null, exploredAt = 0;

explorer.actions.useAs = between.useAs;

const named = name => runs.find(run => run.name === name);

/** Looks where the runs stand. */
async function look() {
  try {
    const answer = await api.runs(tag);
    failures = 0;
    if (answer) {
      ({ runs } = answer);
      tag = answer.tag;
      update();
    } else {
      keepUp();
    }
  } catch (error) {
    failures++;
    byId("status").textContent = error instanceof api.Refusal
      ? error.message
      : "The server does not answer: it ended, or cannot be reached.";
  }
}

function update() {
  choices();
  const run = named(current) ?? runs[0];
  if (run.name !== current || (!checkpoint && run.checkpoint)) open(run.name);
  curves.show(runs, current);
  status(named(current));
  keepUp();
}

function choices() {
  const box = byId("runs");
  if (box.querySelectorAll("input").length === runs.length) return;
  box.querySelectorAll("label").forEach(label => label.remove());
  box.append(...runs.map((run, i) => {
    const input = make("input", { type: "radio", name: "run", value: run.name, checked: i === 0 });
    input.addEventListener("change", () => open(run.name));
    const swatch = make("i", { class: "swatch" });
    swatch.style.color = hue(i);
    return make("label", {}, input, make("span", {}, swatch, run.name));
  }));
}

function status(run) {
  const { progress, description, history } = run;
  byId("status").textContent = run.problem ?? (progress
    ? `epoch ${progress.epoch} of ${description.epochs} · ${Math.round(100 * progress.done)} % · loss ${digits(progress.loss)} · `
      + `${progress.examplesPerSecond.toLocaleString("en")} examples/s · ${progress.remaining} s left`
    : `${run.state}, epoch ${history.epoch.at(-1) ?? 0} of ${description.epochs} · ${description.device}`);
}

/** Shows a run's model; before its first checkpoint its curves alone. */
async function open(name) {
  current = name;
  const run = named(name);
  document.title = `${name} · vaegpu`;
  curves.show(runs, current);
  status(run);
  checkpoint = explored = run.checkpoint;
  madeAt = exploredAt = Date.now();
  byId("explorer").hidden = byId("made").hidden = byId("between").hidden = byId("strange").hidden = !run.checkpoint;
  if (!run.checkpoint) return;
  await explorer.open(run);
  await Promise.all([made.open(run), between.open(run)]);
  await strange.open(run);
}

/** What a new checkpoint changes: in a training that is under way seldom, for it needs the processor, too. */
async function keepUp() {
  const run = named(current);
  if (!run?.checkpoint || !checkpoint || Date.now() - madeAt < MadePause) return;
  if (run.checkpoint !== checkpoint) {
    checkpoint = run.checkpoint;
    madeAt = Date.now();
    await made.refresh();
  }
  if (run.checkpoint !== explored && (run.state !== "training" || Date.now() - exploredAt > ExplorerPause)) {
    explored = run.checkpoint;
    exploredAt = Date.now();
    await explorer.refresh();
    if (run.state !== "training") await Promise.all([between.refresh(), strange.refresh()]);
  }
}

async function watch() {
  if (!document.hidden) await look();
  setTimeout(watch, failures > 3 ? Later : Pause);
}

document.addEventListener("visibilitychange", () => document.hidden || look());
if (api.isLive) {
  watch();
} else {
  byId("about").textContent = "written by vaegpu report; the explorer shows the nearest of precomputed points";
  look();
}

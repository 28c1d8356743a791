// The held-out examples that the model finds strangest.
import * as api from "./api.js";
import { byId, digits, make } from "./dom.js";
import { brief } from "./examples.js";
import { choose } from "./explorer.js";

const Shown = 24;
const names = { negative_log_p: "−log p(x), importance-sampled", loss: "loss" };
let run = null;

export async function open(next) {
  run = next;
  byId("anomalies").replaceChildren();
  await refresh();
}

/** Asks for the scores of the run's model. */
export async function refresh() {
  const of = run.name;
  byId("strange-note").textContent = "scoring …";
  try {
    const { scored, score, strangest, examples } = await api.anomalies({ run: of, count: Shown });
    if (of !== run.name) return;
    byId("strange-note").textContent = `The highest ${names[score] ?? score} `
      + `of ${scored} held-out examples, ${run.description.unit}; below, reconstruction + KL.`;
    byId("anomalies").className = examples.kind === "image" ? "anomalies" : "anomalies rows";
    byId("anomalies").replaceChildren(...strangest.map((one, i) => item(one, brief(examples, i, `example ${one.source}`))));
  } catch (error) {
    byId("strange-note").textContent = error.message;
  }
}

function item(one, picture) {
  const button = make("button", { type: "button", class: "shown" }, picture,
    make("span", { class: "value" }, digits(one.score)),
    make("span", { class: "note" }, `${digits(one.reconstruction, 1)} + ${digits(one.kl, 1)}`),
    make("span", { class: "note" }, `${one.class === null ? "" : `class ${one.class} · `}${one.source}`));
  button.addEventListener("click", async () => {
    await choose(one.example);
    byId("explorer").scrollIntoView({ block: "nearest" });
  });
  return make("li", {}, button);
}

byId("score").hidden = !api.isLive;
byId("score").addEventListener("click", () => refresh());

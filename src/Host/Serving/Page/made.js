// Samples of the prior, and reconstructions of held-out examples.
import * as api from "./api.js";
import { byId, make } from "./dom.js";
import { many, pairs } from "./examples.js";

const Pictures = 64, Rows = 16, Pairs = 24;
let run = null, seed = 1;

export async function open(next) {
  run = next;
  seed = 1;
  await refresh();
}

/** Shows what the run's model makes now. */
export async function refresh() {
  await Promise.all([samples(), reconstructions()]);
}

async function fill(id, making) {
  const of = run.name;
  try {
    const element = await making();
    if (of === run.name) byId(id).replaceChildren(element);
  } catch (error) {
    byId(id).replaceChildren(make("p", { class: "note problem" }, error.message));
  }
}

const isImage = () => run.description.kind === "image";

const samples = () => fill("samples", async () => {
  const { examples } = await api.sample({ run: run.name, count: isImage() ? Pictures : Rows, seed });
  return many(examples, 8, `${examples.count} samples of the prior, seed ${seed}`);
});

const reconstructions = () => fill("reconstructions", async () => {
  const { all } = await api.examples({ run: run.name, count: 1 });
  const chosen = Array.from({ length: Math.min(all, isImage() ? Pairs : Rows / 2) }, (_, i) => i);
  const { examples, reconstructions: made } = await api.reconstruct({ run: run.name, examples: chosen });
  return pairs(examples, made, 8, `${chosen.length} held-out examples, each above its reconstruction`);
});

byId("resample").hidden = !api.isLive;
byId("resample").addEventListener("click", () => {
  seed++;
  samples();
});

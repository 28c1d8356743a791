// Examples for people: pictures on canvases, lines of text, rows of tables.
import { make } from "./dom.js";

/** The bytes of pictures, unpacked once. */
function bytes(shown) {
  shown.bytes ??= Uint8Array.from(atob(shown.pixels), character => character.charCodeAt(0));
  return shown.bytes;
}

/** Paints a picture at a place of an image. */
function paint(image, shown, index, left, top) {
  const { width, height, channels } = shown, size = width * height, from = index * channels * size, all = bytes(shown);
  for (let i = 0; i < size; i++) {
    const to = 4 * ((top + Math.floor(i / width)) * image.width + left + i % width);
    for (let channel = 0; channel < 3; channel++) image.data[to + channel] = all[from + Math.min(channel, channels - 1) * size + i];
    image.data[to + 3] = 255;
  }
}

/** Pictures in rows on one canvas. */
function canvas(shown, indices, columns, label) {
  const gap = indices.length > 1 ? 1 : 0, rows = Math.ceil(indices.length / columns);
  const made = make("canvas", {
    width: columns * (shown.width + gap) - gap, height: rows * (shown.height + gap) - gap, role: "img", "aria-label": label,
  });
  const context = made.getContext("2d"), image = context.createImageData(made.width, made.height);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  indices.forEach((index, i) => paint(
    image, shown, index, (i % columns) * (shown.width + gap), Math.floor(i / columns) * (shown.height + gap)));
  context.putImageData(image, 0, 0);
  return made;
}

/** A cell for people: numbers with six digits. */
const cell = text => text !== "" && Number.isFinite(+text) ? `${+(+text).toPrecision(6)}` : text;

/** Rows below the names of the columns. */
function table(shown, indices) {
  return make("table", {},
    make("thead", {}, make("tr", {}, ...shown.columns.map(name => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...indices.map(index => make("tr", {}, ...shown.rows[index].map(text => make("td", {}, cell(text)))))));
}

/** One row, a line for each column. */
const upright = (shown, index) => make("table", {}, make("tbody", {}, ...shown.columns.map((name, i) =>
  make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, cell(shown.rows[index][i]))))));

/** An element that shows one example. */
export function one(shown, index, label) {
  if (shown.kind === "image") return canvas(shown, [index], 1, label);
  if (shown.kind === "text") return make("pre", {}, shown.lines[index].trimEnd() || " ");
  return upright(shown, index);
}

/** An element that shows an example in a line: within buttons. */
export function brief(shown, index, label) {
  if (shown.kind === "image") return one(shown, index, label);
  const text = shown.kind === "text" ? shown.lines[index].trimEnd() : shown.rows[index].map(cell).join(" · ");
  return make("span", {}, text || "(blank)");
}

/** An element that shows all examples. */
export function many(shown, columns, label) {
  const all = Array.from({ length: shown.count }, (_, i) => i);
  if (shown.kind === "image") return canvas(shown, all, columns, label);
  if (shown.kind === "text") return make("pre", {}, shown.lines.map(line => line.trimEnd()).join("\n"));
  return table(shown, all);
}

/** An element that shows each of some examples above what was made of it. */
export function pairs(inputs, outputs, columns, label) {
  if (inputs.kind === "image") {
    const shown = { ...inputs, count: 0, bytes: new Uint8Array([...bytes(inputs), ...bytes(outputs)]) }, order = [];
    for (let first = 0; first < inputs.count; first += columns) {
      const row = Array.from({ length: columns }, (_, i) => first + i);
      order.push(...row, ...row.map(i => inputs.count + i));
    }
    return canvas(shown, order, columns, label);
  }
  if (inputs.kind === "text") {
    const pre = make("pre");
    inputs.lines.forEach((line, i) =>
      pre.append(`${line.trimEnd()}\n`, make("span", { class: "other" }, `${outputs.lines[i].trimEnd()}\n`)));
    return pre;
  }
  const rows = inputs.rows.flatMap((row, i) => [row, outputs.rows[i]]);
  return table({ ...inputs, rows }, rows.map((_, i) => i));
}

/** Some of the examples. */
export function some(shown, indices) {
  const part = { ...shown, count: indices.length };
  if (shown.kind === "text") part.lines = indices.map(i => shown.lines[i]);
  else if (shown.kind === "table") part.rows = indices.map(i => shown.rows[i]);
  else {
    const size = shown.width * shown.height * shown.channels, all = bytes(shown);
    part.bytes = new Uint8Array(size * indices.length);
    indices.forEach((index, i) => part.bytes.set(all.subarray(index * size, (index + 1) * size), i * size));
  }
  return part;
}

// Elements, made and found.

/** The element with an id. */
export const byId = id => document.getElementById(id);

/** Makes an element: properties by name, attributes that have a hyphen or are called role or class by setAttribute. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "class") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Makes an element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A number for people: about four digits. */
export const digits = (number, places = 2) => Number.isFinite(number) ? number.toFixed(places) : "–";

/** What a color is in the present theme. */
export const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

const light = ["#1f5fbf", "#b8480a", "#1d7a34", "#8b2fb0", "#b3202c", "#0c7285", "#7a5a00", "#c01e78", "#4a4f57", "#5a6d00"];
const dark = ["#7fb0ff", "#ff9d5c", "#63cf7f", "#d28cf5", "#ff8086", "#56c8de", "#e0bd4b", "#ff86c4", "#b8c0cb", "#b9d14a"];

/** The color of a run or a class: ten that are told apart, then shades of the circle of colors. */
export function hue(index) {
  const colors = isDark() ? dark : light;
  return index < colors.length ? colors[index] : `hsl(${(index * 137.5) % 360} ${isDark() ? "65% 72%" : "65% 33%"})`;
}

/** Calls back when the theme changes. */
export const onTheme = call => matchMedia("(prefers-color-scheme: dark)").addEventListener("change", call);

/** Runs a task; what comes while it runs is done afterwards, and of several only the last. */
export function latest(task) {
  let running = false, waiting = null;
  return async function run(...values) {
    waiting = values;
    if (running) return;
    running = true;
    try {
      while (waiting) {
        const now = waiting;
        waiting = null;
        await task(...now);
      }
    } finally {
      running = false;
    }
  };
}

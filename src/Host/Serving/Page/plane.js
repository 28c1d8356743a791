// A plane of latent space: examples as points, and a mark that is moved.
import { color, hue, isDark, onTheme } from "./dom.js";

const Reach = 14, Step = 0.1, Leap = 0.5;

export class Plane {
  constructor(canvas, { moved, picked }) {
    Object.assign(this, { canvas, moved, picked, mark: [0, 0], points: null, range: 3.5, chosen: -1, only: null });
    new ResizeObserver(() => this.draw()).observe(canvas);
    onTheme(() => this.draw());
    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId);
      this.start = [event.clientX, event.clientY];
      this.to(event);
    });
    canvas.addEventListener("pointermove", event => event.buttons && canvas.hasPointerCapture(event.pointerId) && this.to(event));
    canvas.addEventListener("pointerup", event => {
      const still = this.start && Math.hypot(event.clientX - this.start[0], event.clientY - this.start[1]) < 5;
      if (still) this.pick(event.pointerType === "touch" ? 2 * Reach : Reach);
    });
    canvas.addEventListener("keydown", event => this.key(event));
  }

  /** Shows other points: {x, y, labels}. */
  show(points) {
    this.points = points;
    const far = [...points.x, ...points.y].map(Math.abs).sort((a, b) => a - b);
    this.range = Math.max(3, Math.ceil(2 * (far[Math.floor(0.995 * (far.length - 1))] ?? 3)) / 2);
    this.draw();
  }

  set(x, y) {
    this.mark = [x, y];
    this.draw();
  }

  to(event) {
    const box = this.canvas.getBoundingClientRect();
    this.move(((event.clientX - box.left) / box.width * 2 - 1) * this.range, (1 - (event.clientY - box.top) / box.height * 2) * this.range);
  }

  move(x, y) {
    const within = value => Math.min(this.range, Math.max(-this.range, value));
    this.set(within(x), within(y));
    this.moved(...this.mark);
  }

  key(event) {
    const step = event.shiftKey ? Leap : Step, [x, y] = this.mark;
    const ways = { ArrowLeft: [x - step, y], ArrowRight: [x + step, y], ArrowUp: [x, y + step], ArrowDown: [x, y - step], Home: [0, 0] };
    if (event.key === "Enter" || event.key === " ") this.pick(Infinity);
    else if (ways[event.key]) this.move(...ways[event.key]);
    else return;
    event.preventDefault();
  }

  /** Picks the point that is nearest to the mark, if one is within reach, in pixels. */
  pick(reach) {
    if (!this.points) return;
    const scale = this.canvas.clientWidth / (2 * this.range);
    let best = -1, least = reach;
    this.points.x.forEach((x, i) => {
      if (this.only !== null && this.points.labels?.[i] !== this.only) return;
      const distance = scale * Math.hypot(x - this.mark[0], this.points.y[i] - this.mark[1]);
      if (distance < least) [best, least] = [i, distance];
    });
    if (best < 0) return;
    this.chosen = best;
    this.draw();
    this.picked(best);
  }

  draw() {
    const { canvas } = this, ratio = devicePixelRatio || 1, side = Math.round(canvas.clientWidth * ratio);
    if (!side) return;
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d"), at = (x, y) => [(x / this.range + 1) * side / 2, (1 - y / this.range) * side / 2];
    this.axes(context, at, side, ratio);
    this.scatter(context, at, ratio * Math.max(1.6, canvas.clientWidth / 260));
    const [x, y] = at(...this.mark);
    context.lineWidth = 1.5 * ratio;
    context.strokeStyle = color("--accent");
    context.beginPath();
    context.moveTo(x, 0); context.lineTo(x, side); context.moveTo(0, y); context.lineTo(side, y);
    context.globalAlpha = 0.5;
    context.stroke();
    context.globalAlpha = 1;
    for (const [style, width] of [[color("--canvas"), 5], [color("--accent"), 2.5]]) {
      context.beginPath();
      context.arc(x, y, 7 * ratio, 0, 7);
      context.strokeStyle = style;
      context.lineWidth = width * ratio;
      context.stroke();
    }
  }

  /** Axes, and circles of one, two and three deviations of the prior. */
  axes(context, at, side, ratio) {
    context.clearRect(0, 0, side, side);
    context.lineWidth = ratio;
    context.strokeStyle = color("--line");
    context.fillStyle = color("--muted");
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    const [middle] = at(0, 0);
    context.beginPath();
    context.moveTo(middle, 0); context.lineTo(middle, side); context.moveTo(0, middle); context.lineTo(side, middle);
    context.stroke();
    for (let radius = 1; radius <= this.range; radius++) {
      context.beginPath();
      context.arc(middle, middle, radius / this.range * side / 2, 0, 7);
      context.stroke();
      context.fillText(`${radius}`, at(radius, 0)[0] + 3 * ratio, middle - 3 * ratio);
    }
  }

  scatter(context, at, radius) {
    if (!this.points) return;
    const { x, y, labels } = this.points, byLabel = new Map();
    x.forEach((_, i) => {
      const label = labels ? labels[i] : 0;
      if (!byLabel.has(label)) byLabel.set(label, []);
      byLabel.get(label).push(i);
    });
    for (const [label, members] of byLabel) {
      const faded = this.only !== null && this.only !== label;
      context.globalAlpha = faded ? 0.08 : isDark() ? 0.75 : 0.65;
      context.fillStyle = labels ? hue(label) : color("--mat");
      context.beginPath();
      for (const i of members) {
        const [left, top] = at(x[i], y[i]);
        context.moveTo(left + radius, top);
        context.arc(left, top, radius, 0, 7);
      }
      context.fill();
    }
    context.globalAlpha = 1;
    if (this.chosen >= 0 && this.chosen < x.length) {
      const [left, top] = at(x[this.chosen], y[this.chosen]);
      context.beginPath();
      context.arc(left, top, 2.4 * radius, 0, 7);
      context.strokeStyle = color("--ink");
      context.lineWidth = radius;
      context.stroke();
    }
  }
}

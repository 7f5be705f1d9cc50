// Bars and lines over stretches of time, as SVG.

const SVG = "http://www.w3.org/2000/svg";
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 6, 8, 16]; // pixels around what is drawn
const WIDEST_BAR = 26;

export function shape(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/** Where stretches and values lie in a picture of some size. */
export class Frame {
  constructor(width, height, periods, highest) {
    Object.assign(this, { width, height, periods, top: roundUp(highest) });
    this.step = (width - LEFT - RIGHT) / Math.max(periods.length, 1);
  }

  x(index) {
    return LEFT + this.step * (index + 0.5);
  }

  y(value) {
    const room = this.height - TOP - BOTTOM;
    return TOP + room * (1 - Math.min(Math.max(value / this.top, 0), 1));
  }

  /** The stretch at a place, null beside all of them. */
  at(x) {
    const index = Math.floor((x - LEFT) / this.step);
    return index >= 0 && index < this.periods.length ? index : null;
  }

  /** The lines of the scale with their numbers. */
  scale(named) {
    return [0, this.top / 2, this.top].flatMap((value) => [
      shape("line", { class: "rule", x1: LEFT, x2: this.width - RIGHT, y1: this.y(value), y2: this.y(value) }),
      shape("text", { class: "tick", x: LEFT - 5, y: this.y(value) + 4, "text-anchor": "end" }, named(value)),
    ]);
  }

  /** The names of the first and the last stretch. */
  ends(first, last) {
    const y = this.height - 3;
    const begin = shape("text", { class: "tick", x: LEFT, y }, first);
    if (first === last) return [begin];
    const end = { class: "tick", x: this.width - RIGHT, y, "text-anchor": "end" };
    return [begin, shape("text", end, last)];
  }

  /** The stretch that is pointed at. */
  spot(index) {
    const box = { x: this.x(index) - this.step / 2, y: TOP, width: this.step };
    return shape("rect", { class: "spot", ...box, height: this.height - TOP - BOTTOM });
  }

  bars(values, kind) {
    const width = Math.min(Math.max(this.step * 0.72, 1), WIDEST_BAR);
    return values.flatMap((value, index) => {
      if (!value) return [];
      const y = Math.min(this.y(value), this.y(0) - 1.5);
      const box = { x: this.x(index) - width / 2, y, width, height: this.y(0) - y, rx: 1.5 };
      return [shape("rect", { class: kind, ...box })];
    });
  }

  /** A line through values, broken where one is missing, with a mark on each. */
  line(values, kind, mark) {
    const points = values.map((value, index) => (value === null ? null : [this.x(index), this.y(value)]));
    const path = points.map((point, index) =>
      point ? `${index && points[index - 1] ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}` : "",
    );
    const marks = points.filter(Boolean).map(([x, y]) => mark(x, y, `mark ${kind}`));
    return [shape("path", { class: `line ${kind}`, d: path.join("") }), ...marks];
  }

  /** What lies between two lines, of each run of stretches that have both. */
  band(lower, upper, kind) {
    const areas = [];
    for (let index = 0; index < lower.length; index += 1) {
      if (lower[index] === null) continue;
      const begin = index;
      while (index + 1 < lower.length && lower[index + 1] !== null) index += 1;
      const run = lower.slice(begin, index + 1).map((_, offset) => begin + offset);
      const above = run.map((at) => `${this.x(at)},${this.y(upper[at])}`);
      const below = run.map((at) => `${this.x(at)},${this.y(lower[at])}`).reverse();
      areas.push(shape("polygon", { class: kind, points: [...above, ...below].join(" ") }));
    }
    return areas;
  }
}

export const dot = (x, y, kind) => shape("circle", { class: kind, cx: x, cy: y, r: 2.6 });
export const square = (x, y, kind) => shape("rect", { class: kind, x: x - 2.4, y: y - 2.4, width: 4.8, height: 4.8 });

/** The next number that a scale may end at: 1, 2, 4, 5 or 10 of its size. */
function roundUp(value) {
  if (!(value > 0)) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((part) => part * size).find((end) => end >= value * 0.999) ?? 10 * size;
}

// The charts over time. What is pointed at in one is told in all; a click looks at that time alone.

import { byId, make } from "./dom.js";
import { counted, inSeconds, share } from "./figures.js";
import { dot, Frame, shape, square } from "./shapes.js";
import { stretchName } from "./times.js";

const HEIGHT = 128;
const LATENCIES = ["Latency p50", "Latency p95"];
const NAMES = ["From (UTC)", "Calls", ...LATENCIES, "Errors", "Interrupted", "False interr."];
const plain = (value) => (Number.isInteger(value) ? counted(value) : ""); // nobody counts half a call

/** `of` gives the values to be drawn of a stretch, the largest of which is the scale's end. */
const KINDS = [
  {
    name: "Voice-to-voice latency",
    of: ({ p50, p95 }) => [p50, p95],
    told: ({ p50, p95 }) => [["p50", inSeconds(p50)], ["p95", inSeconds(p95)]],
    scale: (value) => `${Number(value.toPrecision(2))} s`,
    draw: (frame, periods) => [
      ...frame.band(periods.map(({ p50 }) => p50), periods.map(({ p95 }) => p95), "band"),
      ...frame.line(periods.map(({ p95 }) => p95), "p95", square),
      ...frame.line(periods.map(({ p50 }) => p50), "p50", dot),
    ],
  },
  {
    name: "Calls",
    of: ({ calls }) => [calls],
    told: ({ calls, failed }) => [["", counted(calls)], ["with errors", counted(failed)]],
    scale: plain,
    draw: (frame, periods) => [
      ...frame.bars(periods.map(({ calls }) => calls), "bar-calls"),
      ...frame.bars(periods.map(({ failed }) => failed), "bar-errors"),
    ],
  },
  {
    name: "Errors",
    of: ({ errors }) => [errors],
    told: ({ errors }) => [["", counted(errors)]],
    scale: plain,
    draw: (frame, periods) => frame.bars(periods.map(({ errors }) => errors), "bar-errors"),
  },
  {
    name: "Replies interrupted",
    of: ({ cutShare }) => [cutShare],
    told: ({ cutShare, wrong }) => [["", share(cutShare)], ["false", counted(wrong)]],
    scale: (value) => `${Number((100 * value).toPrecision(2))} %`,
    draw: (frame, periods) => frame.bars(periods.map(({ cutShare }) => cutShare ?? 0), "bar-cut"),
  },
];

export class Charts {
  /** @param look Called with a stretch that somebody wants to see alone. */
  constructor(box, look) {
    Object.assign(this, { look, periods: [], step: null, total: null, spotted: null });
    this.charts = KINDS.map((kind) => this.chartOf(kind));
    box.append(...this.charts.map(({ figure }) => figure));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  chartOf(kind) {
    const figure = make("figure", "chart");
    const told = make("p", "told");
    const caption = make("figcaption");
    caption.append(make("h3", "", kind.name), told);
    const picture = shape("svg", { role: "img", height: HEIGHT });
    figure.append(caption, picture);
    const chart = { kind, figure, told, picture, frame: null };
    picture.addEventListener("pointermove", (move) => this.spot(chart.frame?.at(placeIn(picture, move))));
    picture.addEventListener("pointerleave", () => this.spot(null));
    picture.addEventListener("click", (click) => {
      const index = chart.frame?.at(placeIn(picture, click)) ?? null;
      if (index !== null) this.look(this.periods[index]);
    });
    return chart;
  }

  show({ step, periods }, total) {
    Object.assign(this, { step, periods, total, spotted: null });
    this.draw();
    this.fillTable();
  }

  spot(index) {
    const spotted = index ?? null;
    if (spotted === this.spotted) return;
    this.spotted = spotted;
    for (const chart of this.charts) this.mark(chart);
  }

  draw() {
    for (const chart of this.charts) {
      const { kind, picture } = chart;
      const width = picture.clientWidth || 300;
      const values = this.periods.flatMap(kind.of).filter((value) => value !== null);
      chart.frame = new Frame(width, HEIGHT, this.periods, Math.max(...values, 0));
      picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      picture.setAttribute("aria-label", this.inWords(kind));
      const names = this.periods.length ? [this.name(this.periods[0]), this.name(this.periods.at(-1))] : [];
      picture.replaceChildren(
        ...chart.frame.scale(kind.scale),
        ...(names.length ? chart.frame.ends(...names) : []),
        ...kind.draw(chart.frame, this.periods),
      );
      this.mark(chart);
    }
  }

  /** Mark the stretch that is pointed at, and tell its values, or those of all. */
  mark({ kind, told, picture, frame }) {
    picture.querySelector(".spot")?.remove();
    const period = this.spotted === null ? null : this.periods[this.spotted];
    if (period) picture.prepend(frame.spot(this.spotted));
    if (!this.total) return;
    const pairs = kind.told(period ?? this.total);
    const when = period ? this.name(period) : `by ${this.step?.name ?? "day"}`;
    told.replaceChildren(make("span", "quiet", when));
    for (const [name, value] of pairs) {
      const pair = make("span", `value ${name}`);
      pair.append(...(name ? [make("span", "key", name), " "] : []), make("strong", "", value));
      told.append(" ", pair);
    }
  }

  name(period) {
    return stretchName(period.begin, this.step);
  }

  inWords(kind) {
    const told = (from) => kind.told(from).map((pair) => pair.filter(Boolean).join(" ")).join(", ");
    if (!this.periods.length) return `${kind.name}: nothing to draw`;
    const [first, last] = [this.periods[0], this.periods.at(-1)];
    return (
      `${kind.name} by ${this.step.name}, in all ${told(this.total)}. ` +
      `First ${this.name(first)}: ${told(first)}. Last ${this.name(last)}: ${told(last)}.`
    );
  }

  fillTable() {
    const table = byId("as-table");
    const head = make("tr");
    head.append(...NAMES.map((name) => Object.assign(make("th", "", name), { scope: "col" })));
    table.querySelector("thead").replaceChildren(head);
    const rows = this.periods.map((period) => this.row(period));
    table.querySelector("tbody").replaceChildren(...rows);
  }

  row(period) {
    const row = make("tr");
    const look = make("button", "look", this.name(period));
    look.type = "button";
    look.title = "Look at these calls alone";
    look.addEventListener("click", () => this.look(period));
    const head = Object.assign(make("th"), { scope: "row" });
    head.append(look);
    const { calls, p50, p95, errors, cutShare, wrong } = period;
    const latencies = [inSeconds(p50), inSeconds(p95)];
    const values = [counted(calls), ...latencies, counted(errors), share(cutShare), counted(wrong)];
    row.append(head, ...values.map((value) => make("td", "", value)));
    return row;
  }
}

const placeIn = (picture, pointer) => pointer.clientX - picture.getBoundingClientRect().left;

// The calls that are shown, as numbers.

import { byId, make } from "./dom.js";
import { day } from "./times.js";

export const inSeconds = (value) => (value === null ? "–" : `${value.toFixed(2)} s`);
export const share = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
export const counted = (value) => value.toLocaleString("en");

function inAll(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export function showFigures(total) {
  const pairs = [
    ["calls", counted(total.calls)],
    ["in all", inAll(total.seconds)],
    ["turns", counted(total.turns)],
    ["latency p50", inSeconds(total.p50)],
    ["latency p95", inSeconds(total.p95)],
    ["interrupted", share(total.cutShare)],
    ["false interruptions", counted(total.wrong)],
    ["errors", counted(total.errors), total.errors > 0],
  ];
  byId("counts").replaceChildren(
    ...pairs.map(([name, value, alarm]) => {
      const box = make("div", alarm ? "count alarm" : "count");
      box.append(make("dt", "", name), make("dd", "", value));
      return box;
    }),
  );
}

export function showPeriod(periods) {
  const [first, last] = [periods.at(0), periods.at(-1)];
  if (!first) byId("period").textContent = "";
  else if (day(first.begin) === day(last.end - 1)) byId("period").textContent = `${day(first.begin)}, UTC`;
  else byId("period").textContent = `${day(first.begin)} to ${day(last.end - 1)}, UTC`;
}

// The columns of the table: what each shows, what it sorts by, what a search finds in it.

import { clock } from "./clock.js";
import { make, spoken } from "./dom.js";
import { moment } from "./times.js";

const NONE = "–";
const seconds = (value) => (value === null ? NONE : value.toFixed(2));
const lasted = (value) => (value === null ? NONE : clock(value, 0));

/** A column of numbers, the largest of which are looked for first. */
function figure(key, name, of, { about = "", told = String, cell } = {}) {
  return { key, name, about, of, text: (call) => told(of(call)), high: true, figure: true, cell };
}

/** What a column is called, sorts by (`of`) and says; `key` is its name in a search, too. */
export const COLUMNS = [
  {
    key: "when",
    name: "When (UTC)",
    of: (call) => call.at,
    text: (call) => moment(call.at),
    high: true,
    cell: whenCell,
  },
  figure("length", "Length", (call) => call.seconds, { told: lasted }),
  figure("turns", "Turns", (call) => call.turns, { about: "Turns of the user" }),
  figure("cut", "Interrupted", (call) => call.interrupted, {
    about: "Replies that the user cut off",
    cell: countCell,
  }),
  figure("false", "False interr.", (call) => call.false_interruptions, {
    about: "Interruptions that were none",
    cell: countCell,
  }),
  figure("p50", "Latency p50", (call) => call.p50, {
    about: "Voice-to-voice (e2e_latency), median, seconds",
    told: seconds,
    cell: latencyCell,
  }),
  figure("p95", "Latency p95", (call) => call.p95, {
    about: "Voice-to-voice (e2e_latency), 95th percentile, seconds",
    told: seconds,
    cell: latencyCell,
  }),
  figure("errors", "Errors", (call) => call.errors, { cell: countCell }),
  textual("closed", "Closed", (call) => call.closed, closedCell),
  textual("providers", "Providers", (call) => call.providers, providersCell),
  { ...textual("config", "Config", (call) => call.config, configCell), text: configText },
  { key: "files", name: "Files", text: (call) => call.job, cell: filesCell },
];

function textual(key, name, of, cell) {
  return { key, name, of, text: of, cell };
}

export const columnOf = (key) => COLUMNS.find((column) => column.key === key && column.of);

/** Compare two calls by a column; a call without a value is last, whichever way it goes. */
export function orderBy(column, descending) {
  const way = descending ? -1 : 1;
  return (one, other) => {
    const [a, b] = [column.of(one), column.of(other)];
    if (a === b) return one.place - other.place;
    if (a === null || b === null) return a === null ? 1 : -1;
    return way * (a < b ? -1 : 1);
  };
}

function whenCell(call, column) {
  const box = make("div", "when-cell");
  if (call.link) {
    const link = make("a", "open", column.text(call));
    link.href = call.link;
    box.append(link);
  } else {
    box.append(make("span", "", column.text(call)));
  }
  box.append(spoken("span", "quiet job", call.job));
  if (!call.link && call.hint) {
    const hint = make("span", "hint-cell quiet", "no timeline yet: ");
    hint.append(make("code", "", call.hint));
    box.append(hint);
  }
  return box;
}

function latencyCell(call, column, scale) {
  const value = column.of(call);
  const box = make("div", "latency", column.text(call));
  if (value === null) return box;
  const bar = make("span", `bar ${column.key}`);
  bar.style.width = `${(100 * Math.min(Math.max(value, 0), scale)) / scale}%`;
  box.append(bar);
  return box;
}

function countCell(call, column) {
  const kind = column.of(call) === 0 ? "quiet" : column.key === "errors" ? "alarm" : "";
  return make("span", kind, column.text(call));
}

function closedCell(call) {
  const alarm = call.closed === "error" || call.closed === "none";
  const words = call.closed === "none" ? "no close event" : call.closed.replaceAll("_", " ");
  return spoken("span", alarm ? "chip alarm" : "chip", words);
}

function providersCell(call) {
  if (!call.served.length) return make("span", "quiet", NONE);
  const box = make("span", "providers");
  const slots = new Map();
  for (const [slot, name] of call.served) slots.set(slot, [...(slots.get(slot) ?? []), name]);
  for (const [slot, names] of slots) {
    const one = make("span", "provider");
    one.append(spoken("span", "quiet", slot), " ", spoken("span", "", names.join(" → ")));
    box.append(one, " ");
  }
  return box;
}

function configText(call) {
  const names = [call.config, call.agent].filter((name) => name !== "-");
  return [...names, ...call.tags.map((tag) => `#${tag}`)].join(" ");
}

function configCell(call) {
  const box = make("span", "configs");
  const unknown = call.config === "-";
  box.append(spoken("span", unknown ? "quiet" : "", unknown ? NONE : call.config));
  if (call.agent !== "-") box.append(" ", spoken("span", "quiet", call.agent));
  for (const tag of call.tags) box.append(" ", spoken("span", "quiet tag", `#${tag}`));
  return box;
}

/** A name as it was before it went into a URL; one that was no UTF-8 stays as it is there. */
function readable(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function filesCell(call) {
  const box = make("span", "files");
  for (const [word, url] of call.files) {
    const link = make("a", "", word);
    link.href = url;
    link.download = `${call.job}-${readable(url.split("/").pop())}`;
    box.append(link, " ");
  }
  return box;
}

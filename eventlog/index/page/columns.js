// The columns of the table: what each shows, what it sorts by, what a search finds in it.

import { clock } from "./clock.js";
import { make, spoken } from "./dom.js";
import { moment } from "./times.js";

const seconds = (value) => (value === null ? "–" : value.toFixed(2));
const number = (value) => String(value);

/** `high` puts the largest first, `short` is the name by which a search compares it. */
export const COLUMNS = [
  { key: "when", name: "When (UTC)", of: (call) => call.at, text: (call) => moment(call.at), high: true, cell: whenCell },
  { key: "length", name: "Length", of: (call) => call.seconds, text: (call) => (call.seconds === null ? "–" : clock(call.seconds, 0)), high: true, figure: true },
  { key: "turns", name: "Turns", about: "Turns of the user", of: (call) => call.turns, text: (call) => number(call.turns), high: true, figure: true },
  { key: "cut", name: "Interrupted", about: "Replies that the user cut off", of: (call) => call.interrupted, text: (call) => number(call.interrupted), high: true, figure: true, cell: countCell },
  { key: "false", name: "False interr.", about: "Interruptions that were none", of: (call) => call.false_interruptions, text: (call) => number(call.false_interruptions), high: true, figure: true, cell: countCell },
  { key: "p50", name: "Latency p50", about: "Voice-to-voice (e2e_latency), median, seconds", of: (call) => call.p50, text: (call) => seconds(call.p50), high: true, figure: true, cell: latencyCell },
  { key: "p95", name: "Latency p95", about: "Voice-to-voice (e2e_latency), 95th percentile, seconds", of: (call) => call.p95, text: (call) => seconds(call.p95), high: true, figure: true, cell: latencyCell },
  { key: "errors", name: "Errors", of: (call) => call.errors, text: (call) => number(call.errors), high: true, figure: true, cell: countCell },
  { key: "closed", name: "Closed", of: (call) => call.closed, text: (call) => call.closed, cell: closedCell },
  { key: "providers", name: "Providers", of: (call) => call.providers, text: (call) => call.providers, cell: providersCell },
  { key: "config", name: "Config", of: (call) => call.config, text: configText, cell: configCell },
  { key: "files", name: "Files", text: (call) => call.job, cell: filesCell },
];

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
  if (!call.served.length) return make("span", "quiet", "–");
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
  box.append(spoken("span", call.config === "-" ? "quiet" : "", call.config === "-" ? "–" : call.config));
  if (call.agent !== "-") box.append(" ", spoken("span", "quiet", call.agent));
  for (const tag of call.tags) box.append(" ", spoken("span", "quiet tag", `#${tag}`));
  return box;
}

function filesCell(call) {
  const box = make("span", "files");
  for (const [word, url] of call.files ?? []) {
    const link = make("a", "", word);
    link.href = url;
    link.download = `${call.job}-${decodeURIComponent(url.split("/").pop())}`;
    box.append(link, " ");
  }
  return box;
}

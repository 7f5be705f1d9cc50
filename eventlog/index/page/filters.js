// Which calls are shown: by words, by figures, by what is chosen, by a stretch of time.

import { COLUMNS } from "./columns.js";
import { make } from "./dom.js";

const FIGURE = /^([a-z]+[0-9]*)(<=|>=|<|>|=)(-?[0-9.]+)$/;
const HOLDS = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  ">=": (a, b) => a >= b,
  ">": (a, b) => a > b,
};

/** The calls that a state lets through. */
export function chosen(calls, state) {
  const tests = [...state.q.toLowerCase().split(/\s+/).filter(Boolean).map(testOf)];
  if (state.closed) tests.push((call) => call.closed === state.closed);
  if (state.config) tests.push((call) => call.config === state.config);
  if (state.provider) {
    tests.push((call) => call.served.some((served) => served.join("=") === state.provider));
  }
  if (state.from) tests.push((call) => call.at !== null && call.at >= Number(state.from));
  if (state.to) tests.push((call) => call.at !== null && call.at < Number(state.to));
  return tests.length ? calls.filter((call) => tests.every((test) => test(call))) : [...calls];
}

function testOf(word) {
  const [, key, sign, number] = FIGURE.exec(word) ?? [];
  const column = COLUMNS.find((each) => each.figure && each.key === key);
  if (!column || Number.isNaN(Number(number))) return (call) => textOf(call).includes(word);
  return (call) => column.of(call) !== null && HOLDS[sign](column.of(call), Number(number));
}

/** All that a row says, made when it is first searched. */
function textOf(call) {
  call.said ??= [call.job, ...COLUMNS.map((column) => column.text(call))]
    .join(" ")
    .concat(" ", call.closed.replaceAll("_", " "))
    .toLowerCase();
  return call.said;
}

/** Fill a list of choices with what the calls have, the commonest first. */
export function offer(select, values, current, named = (value) => value) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (current && !counts.has(current)) counts.set(current, 0);
  const order = [...counts].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1));
  const options = order.map(([value, count]) => optionOf(value, `${named(value)} (${count})`));
  select.replaceChildren(optionOf("", "any"), ...options);
  select.value = current;
}

function optionOf(value, words) {
  const option = make("option", "", words);
  option.value = value;
  return option;
}

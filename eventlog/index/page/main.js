// The page: what is looked at decides what is shown; each part of the screen has a file of its own.

import { callsOf } from "./calls.js";
import { Charts } from "./charts.js";
import { columnOf, orderBy } from "./columns.js";
import { byId, make, spoken } from "./dom.js";
import { counted, showFigures, showPeriod } from "./figures.js";
import { chosen, offer } from "./filters.js";
import { Grid, pagesOf, ROWS } from "./grid.js";
import { Live } from "./live.js";
import { periodsOf, totalOf } from "./periods.js";
import { fresh, fromAddress, toAddress } from "./state.js";
import { moment, timeOfDay } from "./times.js";

const data = JSON.parse(byId("data").textContent);
const charts = new Charts(byId("charts"), ({ begin, end }) => look({ from: String(begin), to: String(end) }, true));
const grid = new Grid(byId("table"), [...document.querySelectorAll("nav.pages")], {
  sort: (column) => look({ sort: nextOrder(column) }, true),
  turn: (page) => turn(page),
});
let calls = [];
let state = fromAddress();
let loaded = false;
let seen = { of: null, found: [] }; // what the filters let through, until they or the calls change

byId("title").textContent = data.title;
document.title = data.title;
byId("words").addEventListener("input", ({ target }) => look({ q: target.value.trim() }));
for (const name of ["closed", "provider", "config"]) {
  byId(name).addEventListener("change", ({ target }) => look({ [name]: target.value }, true));
}
byId("narrowed").addEventListener("click", () => look({ from: "", to: "" }, true));
byId("reset").addEventListener("click", () => {
  look({ ...fresh(), sort: state.sort }, true);
  fill();
});
byId("filters").addEventListener("submit", (submitting) => submitting.preventDefault());
addEventListener("popstate", () => {
  state = fromAddress();
  fill();
  show();
});
if (data.live) follow(new Live(data.live, take, trouble));
else take(data);

/** Take the data of a page, the first time or when further calls have ended. */
function take(given) {
  calls = callsOf(given);
  loaded = true;
  byId("unreadable").hidden = !given.unreadable;
  const more = given.unreadable - given.problems.length;
  byId("unreadable").querySelector("summary").textContent =
    `${counted(given.unreadable)} not readable, not counted`;
  byId("unreadable")
    .querySelector("ul")
    .replaceChildren(
      ...given.problems.map((problem) => spoken("li", "", problem)),
      ...(more > 0 ? [make("li", "", `and ${counted(more)} more`)] : []),
    );
  fill();
  show();
}

/** Look at something else: the first page of it, if it is not a page that was asked for. */
function look(change, step = false) {
  state = { ...state, page: "1", ...change };
  toAddress(state, step);
  show();
}

function turn(page) {
  look({ page: String(page) }, true);
  byId("shown").scrollIntoView({ block: "start" });
}

/** Put the state into the fields. */
function fill() {
  if (byId("words").value.trim() !== state.q) byId("words").value = state.q;
  const closed = (name) => (name === "none" ? "no close event" : name.replaceAll("_", " "));
  offer(byId("closed"), calls.map((call) => call.closed), state.closed, closed);
  const served = calls.flatMap((call) => [...new Set(call.served.map((pair) => pair.join("=")))]);
  offer(byId("provider"), served, state.provider, (name) => name.replace("=", " "));
  offer(byId("config"), calls.map((call) => call.config), state.config);
}

function show() {
  const found = filtered();
  const order = orderOf(state.sort);
  found.sort(orderBy(order.column, order.descending));
  const page = Math.min(Math.max(Math.trunc(Number(state.page)) || 1, 1), pagesOf(found));
  grid.show(found, page, order);
  showNarrowed();
  const [from, to] = [(page - 1) * ROWS + 1, Math.min(page * ROWS, found.length)];
  const part = found.length > ROWS ? `${counted(from)} to ${counted(to)} of ` : "";
  const of = found.length === calls.length ? "" : ` of ${counted(calls.length)}`;
  const noun = found.length === 1 && calls.length === 1 ? "call" : "calls";
  byId("shown").textContent = loaded ? `${part}${counted(found.length)}${of} ${noun}` : "Reading the calls…";
  byId("table").hidden = found.length === 0;
  byId("nothing").hidden = found.length > 0 || !loaded;
  byId("nothing").textContent = calls.length
    ? "No call is like that. “Show all” takes the filters away."
    : "There is no finished call yet.";
}

/** The calls that are looked at; numbers and charts are drawn when they are others than before. */
function filtered() {
  const { sort: _, page: __, ...filters } = state;
  const of = JSON.stringify(filters);
  if (seen.of === of && seen.calls === calls) return seen.found;
  seen = { of, calls, found: chosen(calls, state) };
  const total = totalOf(seen.found);
  const overTime = periodsOf(seen.found);
  showFigures(total);
  showPeriod(overTime.periods);
  charts.show(overTime, total);
  return seen.found;
}

function showNarrowed() {
  const narrowed = Boolean(state.from || state.to);
  byId("narrowed").hidden = !narrowed;
  const [from, to] = [state.from, state.to].map((at) => (at ? moment(Number(at)) : "…"));
  byId("narrowed").textContent = `✕ ${from} to ${to}`;
  byId("narrowed").setAttribute("aria-label", `Any time, not only ${from} to ${to}`);
}

/** `-p95` as the column p95, the largest first; what is no column is the newest first. */
function orderOf(sort) {
  const column = columnOf(sort.replace(/^-/, ""));
  return column ? { column, descending: sort.startsWith("-") } : { column: columnOf("when"), descending: true };
}

/** Pressing a column's name sorts by it, pressing it again turns the order round. */
function nextOrder(column) {
  const now = orderOf(state.sort);
  const descending = column === now.column ? !now.descending : Boolean(column.high);
  return `${descending ? "-" : ""}${column.key}`;
}

function follow(live) {
  byId("live").hidden = false;
  byId("home").hidden = false;
  byId("refresh").addEventListener("click", () => live.ask());
  show();
}

function trouble(words) {
  byId("trouble").hidden = !words;
  if (byId("trouble").textContent !== words) byId("trouble").textContent = words;
  if (!words) byId("as-of").textContent = `as of ${timeOfDay(Date.now() / 1000, true)} UTC`;
}

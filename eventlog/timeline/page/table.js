// The lanes for who cannot see them: every mark as a row, made when somebody opens the table.

import { inBatches } from "./batches.js";
import { clock } from "./clock.js";
import { make, spoken } from "./dom.js";

export function tableOf(details, rows) {
  details.addEventListener("toggle", () => rowsInto(details.querySelector("tbody"), rows), { once: true });
}

function rowsInto(body, rows) {
  const marks = rows.flatMap((row) => row.marks.map((mark) => ({ name: row.name, mark })));
  marks.sort((one, other) => one.mark.a - other.mark.a);
  inBatches(body, marks, ({ name, mark }) => markRow(name, mark));
}

export function markRow(name, mark) {
  const row = make("tr");
  row.append(make("td", "", clock(mark.a, 3)), make("td", "", clock(mark.b, 3)));
  const words = mark.k === "cut" ? `${mark.t} (cut off)` : mark.t;
  row.append(make("th", "", name), spoken("td", "", words));
  row.children[2].scope = "row";
  return row;
}

// The lanes as text while they are written, for who cannot see them; nothing of it is read out
// unasked. Rows are made only while somebody has the table open.

import { make } from "./timeline/dom.js";
import { markRow } from "./timeline/table.js";

const MOST = 400; // rows: what is older is in the timeline of the whole call

export class LiveTable {
  constructor(details) {
    this.details = details;
    this.body = details.querySelector("tbody");
    this.clear();
    details.addEventListener("toggle", () => this.fill());
  }

  clear() {
    this.told = new Map();
    this.rows = new Map();
    this.body.replaceChildren();
  }

  take(name, mark) {
    const key = `${name} ${mark.id}`;
    this.told.set(key, { name, mark });
    if (this.told.size > MOST) this.forget(this.told.keys().next().value);
    if (this.details.open) this.show(key);
  }

  forget(key) {
    this.told.delete(key);
    this.rows.get(key)?.remove();
    this.rows.delete(key);
  }

  fill() {
    if (this.details.open) for (const key of this.told.keys()) this.show(key);
  }

  show(key) {
    const { name, mark } = this.told.get(key);
    const row = markRow(name, { ...mark, b: mark.b ?? mark.a });
    if (mark.b === null) row.children[1].replaceWith(make("td", "", "…"));
    const before = this.rows.get(key);
    this.rows.set(key, row);
    if (before) before.replaceWith(row);
    else this.body.append(row);
  }
}

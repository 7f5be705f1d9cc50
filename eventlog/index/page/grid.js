// The table: a page of rows at a time, so that ten thousand calls are as quick as ten.

import { COLUMNS } from "./columns.js";
import { make } from "./dom.js";
import { counted } from "./figures.js";

export const ROWS = 100; // on a page of the table

export class Grid {
  /**
   * @param sort Called with the key of a column whose name was pressed.
   * @param turn Called with the number of the page that somebody wants to see.
   */
  constructor(table, navs, { sort, turn }) {
    Object.assign(this, { table, navs, turn });
    this.heads = COLUMNS.map((column) => headOf(column, sort));
    table.tHead.rows[0].append(...this.heads);
    table.tBodies[0].addEventListener("click", openCall);
  }

  /** Show a page of the calls; `order` is the column and whether the largest is first. */
  show(calls, page, order) {
    COLUMNS.forEach((column, index) => {
      if (!column.of) return;
      const way = order.descending ? "descending" : "ascending";
      this.heads[index].setAttribute("aria-sort", column === order.column ? way : "none");
    });
    const focused = document.activeElement?.closest?.("tbody tr")?.dataset.key;
    const shown = calls.slice((page - 1) * ROWS, page * ROWS);
    const scale = scaleOf(shown);
    this.table.tBodies[0].replaceChildren(...shown.map((call) => rowOf(call, scale)));
    if (focused) this.focus(focused);
    this.showPages(page, pagesOf(calls));
  }

  focus(key) {
    const row = [...this.table.tBodies[0].rows].find((each) => each.dataset.key === key);
    row?.querySelector("a")?.focus({ preventScroll: true });
  }

  showPages(page, pages) {
    for (const nav of this.navs) {
      nav.hidden = pages < 2;
      const words = make("span", "", `page ${counted(page)} of ${counted(pages)}`);
      nav.replaceChildren(
        this.step("First", 1, page > 1),
        this.step("Before", page - 1, page > 1),
        words,
        this.step("Next", page + 1, page < pages),
        this.step("Last", pages, page < pages),
      );
    }
  }

  step(name, page, possible) {
    const button = make("button", "", name);
    button.type = "button";
    button.disabled = !possible;
    button.addEventListener("click", () => this.turn(page));
    return button;
  }
}

export const pagesOf = (calls) => Math.max(Math.ceil(calls.length / ROWS), 1);

function headOf(column, sort) {
  const head = Object.assign(make("th", column.figure ? "figure" : ""), { scope: "col" });
  head.setAttribute("role", "columnheader");
  if (column.about) head.title = column.about;
  if (!column.of) {
    head.append(make("span", "", column.name));
    return head;
  }
  const button = make("button", "sort", column.name);
  button.type = "button";
  button.addEventListener("click", () => sort(column));
  head.append(button);
  return head;
}

function rowOf(call, scale) {
  const row = make("tr");
  row.setAttribute("role", "row");
  row.dataset.key = call.key;
  for (const column of COLUMNS) {
    const cell = make("td", column.figure ? "figure" : "");
    cell.setAttribute("role", "cell");
    cell.dataset.name = column.name;
    cell.dataset.column = column.key;
    cell.append(column.cell ? column.cell(call, column, scale) : column.text(call));
    row.append(cell);
  }
  return row;
}

/** What a full bar of a latency stands for: the largest of the page, at least a second. */
function scaleOf(calls) {
  return calls.reduce((most, { p95 }) => Math.max(most, p95 ?? 0), 1);
}

/** A click anywhere on a row opens its call, unless it is on a link or marks words. */
function openCall(click) {
  if (click.target.closest("a") || !getSelection().isCollapsed) return;
  click.target.closest("tr")?.querySelector("a.open")?.click();
}

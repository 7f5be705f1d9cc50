// The conversation as text. Each line jumps to its moment; the line of the moment is marked.

import { inBatches } from "./batches.js";
import { clock } from "./clock.js";
import { longText, make } from "./dom.js";
import { lastUpTo } from "./search.js";

const NAMES = { user: "User", agent: "Agent", tool: "Tool", error: "Error", call: "Call" };

export class Talk {
  constructor(list, lines, jump, ask) {
    Object.assign(this, { list, lines, jump, ask });
    this.pane = list.parentElement;
    this.rows = [];
    this.marked = null;
    const told = lines.map((line, index) => ({ a: line.jump, index, detail: line.detail }));
    this.byTime = told.filter((line) => !line.detail).sort((one, other) => one.a - other.a);
    this.turns = this.byTime.filter(({ index }) => lines[index].said);
    inBatches(list, lines, (line, index) => this.row(line, index));
  }

  row(line, index) {
    const kinds = ["said", "cut", "detail"].filter((kind) => line[kind]);
    const row = make("li", ["line", line.who, ...kinds].join(" "));
    const when = make("button", "when", clock(line.jump));
    when.type = "button";
    when.title = "Jump to this moment";
    const who = make("span", "who", NAMES[line.who] ?? line.who);
    if (line.wait !== undefined) {
      who.append(make("span", "wait", `after ${line.wait.toFixed(2)} s`));
    }
    if (line.asked !== undefined) who.append(this.why(line));
    const text = longText("p", "text", line.text);
    if (line.cut) text.append(make("em", "mark", "cut off"));
    row.append(when, who, text);
    row.addEventListener("click", (press) => {
      if (!press.target.closest(".more, .why") && getSelection().isCollapsed) this.jump(index);
    });
    this.rows[index] = row;
    return row;
  }

  why(line) {
    const button = make("button", "why", "Why?");
    button.type = "button";
    button.setAttribute("aria-label", `Why? What the LLM was asked, ${clock(line.at)}`);
    button.title = "What the LLM was asked";
    button.addEventListener("click", () => this.ask(line.asked));
    return button;
  }

  /** Mark the line of a moment; returns it if it is another than before. */
  mark(at) {
    const place = lastUpTo(this.byTime, at + 0.001);
    return this.markLine(place < 0 ? null : this.byTime[place].index);
  }

  markLine(index) {
    const row = index === null ? null : this.rows[index];
    if (row === this.marked) return;
    this.marked?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
    this.marked = row;
    if (row) this.reveal(row);
  }

  /** Scroll the list, and never the page, so that a line is seen. */
  reveal(row) {
    const { pane } = this;
    if (pane.scrollHeight <= pane.clientHeight) return;
    const [box, home] = [row.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (box.top >= home.top && box.bottom <= home.bottom) return;
    pane.scrollTop += box.top - home.top - home.height / 3;
  }

  /** The turn before or after a moment; what is begun counts as before only after a while. */
  turnFrom(at, direction) {
    const { turns } = this;
    const place = direction > 0 ? lastUpTo(turns, at + 0.01) + 1 : lastUpTo(turns, at - 0.3);
    return turns[Math.min(Math.max(place, 0), turns.length - 1)];
  }
}

// The lanes of the call, as they are being written: drawn by the modules of the timeline page.

import { LiveTable } from "./live_table.js";
import { Picture } from "./picture.js";
import { byId, make } from "./timeline/dom.js";
import { Gestures } from "./timeline/gestures.js";
import { Lanes } from "./timeline/lanes.js";
import { Palette } from "./timeline/palette.js";
import { Range } from "./timeline/range.js";
import { rowsOf, showNames } from "./timeline/rows.js";
import { Tip } from "./timeline/tip.js";
import { showWaits } from "./timeline/waits.js";

const SHOWN = 60; // seconds on screen where there is room for them
const NARROWEST_SECOND = 22; // pixels: where there is not, fewer are shown
const LEAST_SHOWN = 14;
const AHEAD = 0.14; // of what is on screen, behind now: room for the words that come
const FRAME = 40; // ms between two pictures
const STEP = 1000; // ms between two for who wants no motion

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 64rem)");

export class LiveLanes {
  constructor(panel) {
    this.panel = panel;
    this.body = panel.querySelector("#live-body");
    this.palette = new Palette(() => this.redraw());
    this.table = new LiveTable(byId("live-table"));
    this.drawn = 0;
    this.asked = false;
    this.clear();
    byId("follow").addEventListener("click", () => this.follow(!this.following));
    byId("earlier").addEventListener("click", () => this.range.pan(-this.range.span / 3));
    byId("later").addEventListener("click", () => this.range.pan(this.range.span / 3));
    byId("in").addEventListener("click", () => this.zoom(0.5));
    byId("out").addEventListener("click", () => this.zoom(2));
    this.body.addEventListener("toggle", () => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(byId("lanes"));
  }

  /** A new call is about to begin. */
  clear() {
    this.panel.hidden = true;
    this.picture = new Picture();
    this.table.clear();
    byId("answers").replaceChildren();
    byId("no-answers").hidden = false;
    this.lanes = null;
    this.running = false;
    this.follow(true);
  }

  /** What an event has changed. */
  take(told) {
    if (this.picture.take(told)) this.answered();
    for (const { name, marks } of told.lanes) for (const mark of marks) this.table.take(name, mark);
    if (!this.lanes) this.begin();
    if (told.over) {
      this.picture.stopped = told.now;
      this.settle();
    } else {
      this.arrange();
      this.redraw();
    }
  }

  /** The call is over: the picture stands still. */
  settle() {
    if (!this.lanes) return;
    this.running = false;
    byId("follow").hidden = true;
    this.picture.settle();
    this.arrange();
    this.redraw();
  }

  begin() {
    this.panel.hidden = false;
    byId("live-answers").open = !narrow.matches;
    const canvas = byId("lanes");
    const room = canvas.clientWidth / NARROWEST_SECOND;
    this.shown = Math.min(SHOWN, Math.max(LEAST_SHOWN, room));
    this.lanes = new Lanes(canvas, this.rows(), null, this.palette, this.shown);
    this.moving = true; // the range tells of changes before it is there
    this.range = new Range(this.shown, () => this.moved());
    this.moving = false;
    this.gestures ??= new Gestures(canvas, this, new Passed(this), new Tip(byId("tip")), () => {});
    this.running = true;
    byId("follow").hidden = false;
    this.tick();
  }

  arrange() {
    const rows = this.rows();
    this.lanes.show(rows, Math.max(this.picture.now(), this.shown));
    showNames(byId("names"), rows, make);
  }

  /** Above the conversation there is no room for lanes in which nothing has happened. */
  rows() {
    const story = this.picture.story();
    const needed = ({ id, marks }) => marks.length || !["tool", "false", "error"].includes(id);
    return rowsOf(narrow.matches ? { ...story, lanes: story.lanes.filter(needed) } : story, null);
  }

  answered() {
    const answers = byId("answers");
    answers.replaceChildren();
    byId("no-answers").hidden = true;
    showWaits(answers, [...this.picture.waits].reverse(), ({ a, e2e }) => this.lookAt(a + e2e / 2));
  }

  lookAt(at) {
    this.range.set(at - this.range.span / 2, at + this.range.span / 2);
  }

  zoom(factor) {
    this.moving = true;
    this.range.zoom(factor, this.following ? this.range.total : undefined);
    this.moving = false;
    this.redraw();
  }

  follow(following) {
    this.following = following;
    byId("follow").setAttribute("aria-pressed", String(following));
    this.redraw();
  }

  /** Whoever looks back is left there, until now is on screen again. */
  moved() {
    if (this.moving) return;
    const back = this.range.to < this.to;
    this.to = this.range.to;
    if (back) this.follow(false);
    else if (this.to >= this.range.total) this.follow(true);
    else this.redraw();
  }

  tick() {
    if (!this.running) return;
    const due = calm.matches ? STEP : FRAME;
    if (this.body.open && performance.now() - this.drawn >= due) this.draw();
    requestAnimationFrame(() => this.tick());
  }

  redraw() {
    if (this.asked || !this.lanes) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      if (this.lanes && this.body.open) this.draw();
    });
  }

  draw() {
    this.drawn = performance.now();
    const now = this.picture.now();
    const { range, lanes } = this;
    this.picture.reach(now);
    for (const row of lanes.rows) {
      const last = row.marks.at(-1);
      if (last) row.longest = Math.max(row.longest, last.b - last.a);
    }
    const ahead = this.running ? range.span * AHEAD : 0;
    lanes.seconds = Math.max(now + ahead, this.shown);
    this.moving = true;
    range.grow(lanes.seconds);
    if (this.following) range.set(range.total - range.span, range.total);
    this.moving = false;
    this.to = range.to;
    lanes.draw(range, now);
  }

  get scale() {
    return this.lanes.scale;
  }

  hit(x, y) {
    return this.lanes.hit(x, y);
  }
}

/** The range of the call under way, for gestures that outlive it. */
class Passed {
  constructor(live) {
    this.live = live;
  }

  pan(seconds) {
    this.live.range.pan(seconds);
  }

  zoom(factor, about) {
    this.live.range.zoom(factor, about);
  }
}

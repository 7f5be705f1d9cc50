// The part of the call that is on screen: from and to, in seconds of the call.

const SHORTEST = 0.25; // seconds that fill the screen at the most
const AT_FIRST = 150; // seconds shown when a page opens; a longer call is seen in the overview
const MARGIN = 0.01; // of the call, on both sides

export class Range {
  constructor(seconds, changed) {
    this.total = Math.max(seconds, SHORTEST);
    this.changed = changed;
    this.margin = this.total * MARGIN;
    this.whole();
    if (this.total > AT_FIRST) this.set(-AT_FIRST * MARGIN, AT_FIRST);
  }

  get span() {
    return this.to - this.from;
  }

  whole() {
    this.set(-this.margin, this.total + this.margin);
  }

  set(from, to) {
    const most = this.total + 2 * this.margin;
    const span = Math.min(Math.max(to - from, SHORTEST), most);
    this.from = Math.min(Math.max(from, -this.margin), this.total + this.margin - span);
    this.to = this.from + span;
    this.changed();
  }

  /** Show `factor` times as much, keeping the moment `about` where it is on screen. */
  zoom(factor, about = (this.from + this.to) / 2) {
    const most = this.total + 2 * this.margin;
    const span = Math.min(Math.max(this.span * factor, SHORTEST), most);
    const from = about - ((about - this.from) / this.span) * span;
    this.set(from, from + span);
  }

  pan(seconds) {
    this.set(this.from + seconds, this.to + seconds);
  }

  /** Have a moment on screen, a quarter from the left if it was not. */
  reveal(at) {
    if (at >= this.from + this.span * 0.05 && at <= this.to - this.span * 0.1) return;
    this.set(at - this.span / 4, at + (this.span * 3) / 4);
  }
}

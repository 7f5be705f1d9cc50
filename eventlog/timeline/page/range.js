// The part of the call that is on screen: from and to, in seconds of the call.

const SHORTEST = 0.25; // seconds that fill the screen at the most
const AT_FIRST = 150; // seconds shown when a page opens; a longer call is seen in the overview
const MARGIN = 0.012; // of what is on screen, beyond both ends of the call

export class Range {
  constructor(seconds, changed) {
    this.changed = changed;
    this.grow(seconds);
    if (this.total > AT_FIRST) this.set(-AT_FIRST, 0);
    else this.whole();
  }

  /** The call has become longer; what is on screen stays. */
  grow(seconds) {
    this.total = Math.max(seconds, SHORTEST);
    this.most = this.total / (1 - 2 * MARGIN);
  }

  get span() {
    return this.to - this.from;
  }

  whole() {
    this.set(-this.most, 0);
  }

  set(from, to) {
    const span = Math.min(Math.max(to - from, SHORTEST), this.most);
    const margin = span * MARGIN;
    this.from = Math.min(Math.max(from, -margin), this.total + margin - span);
    this.to = this.from + span;
    this.changed();
  }

  /** Show `factor` times as much, keeping the moment `about` where it is on screen. */
  zoom(factor, about = (this.from + this.to) / 2) {
    const span = Math.min(Math.max(this.span * factor, SHORTEST), this.most);
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

// The lanes: everything that happened, drawn for the part of the call that is on screen.

import { penOf, Scale } from "./canvas.js";
import { bottomOf, SPEECH_WORDS } from "./rows.js";
import { drawRuler } from "./ruler.js";
import { lastUpTo } from "./search.js";
import { drawMark, drawNothing, drawWords } from "./shapes.js";

const NARROWEST = 1; // pixels: marks that would share one are drawn once
const BESIDE = 200; // pixels that the words beside a mark may take
const NEAR = 6; // pixels around a point that count as on it

export class Lanes {
  constructor(canvas, rows, waveform, palette, seconds) {
    Object.assign(this, { canvas, waveform, palette });
    this.sides = waveform?.sides.length === 1 ? ["sound"] : ["user-speech", "agent-speech"];
    this.show(rows, seconds);
  }

  /** Have other rows, of a call that has become longer. */
  show(rows, seconds) {
    Object.assign(this, { rows, seconds });
    this.height = bottomOf(rows);
    for (const row of rows) row.longest = row.marks.reduce((most, m) => Math.max(most, m.b - m.a), 0);
  }

  draw(range, at) {
    const pen = penOf(this.canvas, this.height);
    const scale = new Scale(range.from, range.to, this.canvas.clientWidth);
    this.scale = scale;
    drawRuler(pen, scale, this.height, this.seconds, this.palette);
    for (const row of this.rows) this.drawRow(pen, scale, row);
    const x = Math.round(scale.x(at));
    pen.fillStyle = this.palette.accent;
    pen.fillRect(x - 1, 4, 2, this.height);
    pen.beginPath();
    pen.arc(x, 6, 5, 0, 7);
    pen.fill();
  }

  drawRow(pen, scale, row) {
    const boxes = [];
    let reached = -Infinity; // the last pixel that a mark narrower than it has filled
    for (let index = this.first(row, scale.from); index < row.marks.length; index += 1) {
      const mark = row.marks[index];
      const x = scale.x(mark.a);
      if (x > scale.right) break;
      const right = scale.x(mark.b);
      if (right < -BESIDE || (right - x < NARROWEST && Math.floor(x) === reached)) continue;
      if (right - x < NARROWEST) reached = Math.floor(x);
      const high = row.height / (row.levels ?? 1);
      const y = row.top + (mark.level ?? 0) * high;
      const following = row.levels > 1 ? undefined : row.marks[index + 1];
      const until = following ? scale.x(following.a) : scale.right;
      boxes.push([mark, { x, y, w: Math.max(right - x, NARROWEST), h: high, until }]);
    }
    if (!row.marks.length && row.id !== "sound") drawNothing(pen, row, this.palette);
    for (const [mark, box] of boxes) drawMark(pen, row, mark, box, this.palette);
    this.drawWave(pen, scale, row);
    for (const [mark, box] of boxes) drawWords(pen, row, mark, box, this.palette);
  }

  drawWave(pen, scale, row) {
    const side = this.sides.indexOf(row.id);
    if (!this.waveform || side < 0) return;
    pen.fillStyle = this.palette[row.id === "agent-speech" ? "agent" : "user"];
    const words = row.id === "sound" ? 0 : SPEECH_WORDS;
    this.waveform.draw(pen, scale, side, row.top + words, row.height - words - 2);
  }

  /** The first mark of a row that may reach beyond a moment. */
  first(row, from) {
    return Math.max(lastUpTo(row.marks, from - row.longest - BESIDE / this.scale.perSecond), 0);
  }

  /** The row and the mark under a place of the canvas. */
  hit(x, y) {
    const row = this.rows.find((one) => y >= one.top && y <= one.top + one.height);
    if (!row || !this.scale) return null;
    const at = this.scale.time(x);
    const near = NEAR / this.scale.perSecond;
    let best = null;
    for (let index = this.first(row, at); index < row.marks.length; index += 1) {
      const mark = row.marks[index];
      if (mark.a > at + near) break;
      const level = Math.floor(((y - row.top) / row.height) * (row.levels ?? 1));
      if (row.levels > 1 && (mark.level ?? 0) !== level) continue;
      if (at <= mark.b + near && (!best || mark.a <= at)) best = mark;
    }
    return best ? { row, mark: best } : null;
  }
}

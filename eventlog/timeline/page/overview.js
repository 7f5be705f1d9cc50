// The whole call in one strip: who spoke when, what went wrong, and which part is on screen.

import { penOf, Scale } from "./canvas.js";

const STRIP = 34;

export class Overview {
  constructor(canvas, rows, palette, range) {
    Object.assign(this, { canvas, palette, range });
    this.row = Object.fromEntries(rows.map((row) => [row.id, row]));
    canvas.addEventListener("pointerdown", (press) => {
      canvas.setPointerCapture(press.pointerId);
      this.center(press);
    });
    canvas.addEventListener("pointermove", (move) => {
      if (canvas.hasPointerCapture(move.pointerId)) this.center(move);
    });
  }

  center({ offsetX }) {
    const { range } = this;
    range.pan(this.scale.time(offsetX) - (range.from + range.to) / 2);
  }

  draw(at) {
    const { range, palette } = this;
    const width = this.canvas.clientWidth;
    const pen = penOf(this.canvas, STRIP);
    const margin = (range.most - range.total) / 2;
    this.scale = new Scale(-margin, range.total + margin, width);
    this.strip(pen, "user-speech", 5, 9, palette.user);
    this.strip(pen, "agent-speech", 16, 9, palette.agent);
    this.strip(pen, "false", 27, 5, palette.warn);
    this.strip(pen, "error", 27, 5, palette.danger);
    const [left, right] = [this.scale.x(range.from), this.scale.x(range.to)];
    pen.fillStyle = palette.shade;
    pen.fillRect(0, 0, left, STRIP);
    pen.fillRect(right, 0, width - right, STRIP);
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 2;
    pen.strokeRect(left + 1, 1, Math.max(right - left - 2, 4), STRIP - 2);
    pen.fillStyle = palette.accent;
    pen.fillRect(this.scale.x(at) - 1, 0, 2, STRIP);
  }

  strip(pen, id, top, height, color) {
    pen.fillStyle = color;
    for (const mark of this.row[id].marks) {
      const x = this.scale.x(mark.a);
      pen.fillRect(x, top, Math.max(this.scale.x(mark.b) - x, 1.5), height);
    }
  }
}

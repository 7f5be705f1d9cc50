// The ruler above the lanes: round times, never closer than can be read.

import { clock } from "./clock.js";
import { RULER } from "./rows.js";

const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const CLOSEST = 72; // pixels

export function drawRuler(pen, scale, height, seconds, palette) {
  const enough = CLOSEST / scale.perSecond;
  const step = STEPS.find((one) => one >= enough) ?? 3600 * Math.ceil(enough / 3600);
  const first = Math.max(Math.ceil(scale.from / step), 0);
  const last = Math.min(Math.floor(scale.time(scale.right) / step), Math.floor(seconds / step));
  pen.font = "11px system-ui, sans-serif";
  for (let tick = first; tick <= last; tick += 1) {
    const x = Math.round(scale.x(tick * step)) + 0.5;
    pen.strokeStyle = palette.line;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, RULER - 6);
    pen.lineTo(x, height);
    pen.stroke();
    pen.fillStyle = palette.quiet;
    const time = clock(tick * step, step < 0.1 ? 2 : step < 1 ? 1 : 0);
    // One that does not fit any more stands before its line.
    const wide = pen.measureText(time).width + 3;
    pen.fillText(time, x + wide > scale.right ? x - wide : x + 3, RULER - 9);
  }
}

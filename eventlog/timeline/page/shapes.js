// How each kind of mark looks. What it is can be told by its shape alone, its colour only helps.

import { partColor, partInk } from "./palette.js";

const LABEL = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const LONGEST_DRAWN = 120; // characters: more are never seen, and measuring them takes time

export function drawMark(pen, row, mark, box, palette) {
  (SHAPES[row.id] ?? plain)(pen, row, mark, box, palette);
}

const SHAPES = {
  user: (pen, row, mark, box, palette) => state(pen, mark, box, palette, "user"),
  agent: (pen, row, mark, box, palette) => state(pen, mark, box, palette, "agent"),
  "user-speech": (pen, row, mark, box, palette) => speech(pen, mark, box, palette, "user"),
  "agent-speech": (pen, row, mark, box, palette) => speech(pen, mark, box, palette, "agent"),
  wait: latencyPart,
  error: errorMark,
  false: falseInterruption,
  interim,
};

/** Listening is a line, thinking is hatched, speaking is full, away is an empty box. */
function state(pen, mark, box, palette, side) {
  const color = palette[side];
  if (mark.k === "speaking") {
    fill(pen, box, color);
    label(pen, mark.t, box, palette[`${side}-ink`]);
  } else if (mark.k === "thinking" || mark.k === "initializing") {
    fill(pen, box, palette[`${side}-soft`]);
    hatch(pen, box, color);
    label(pen, mark.t, box, palette.ink, palette[`${side}-soft`]);
  } else if (mark.k === "away") {
    outline(pen, box, palette.quiet, [3, 3]);
    label(pen, mark.t, box, palette.quiet);
  } else {
    fill(pen, { ...box, y: box.y + box.h - 3, h: 3 }, palette.line);
    label(pen, mark.t, box, palette.quiet);
  }
}

function speech(pen, mark, box, palette, side) {
  fill(pen, box, palette[`${side}-soft`]);
  outline(pen, box, palette[side]);
  if (mark.k !== "cut") return;
  // Torn off: teeth at the end of what was heard.
  const right = box.x + box.w;
  pen.beginPath();
  pen.moveTo(right + 1, box.y - 1);
  for (let y = box.y - 1, out = true; y < box.y + box.h + 1; y += 5, out = !out) {
    pen.lineTo(right + (out ? 1 : -4), Math.min(y, box.y + box.h + 1));
  }
  pen.lineWidth = 2;
  pen.strokeStyle = palette.danger;
  pen.stroke();
  if (box.w > 60) {
    pen.textAlign = "right";
    caption(pen, "cut off", right - 8, box.y + 11, palette.danger, palette[`${side}-soft`]);
    pen.textAlign = "left";
  }
}

function interim(pen, row, mark, box, palette) {
  outline(pen, box, palette.user, [2, 3]);
  label(pen, mark.t, box, palette.quiet, "", "italic ");
}

function plain(pen, row, mark, box, palette) {
  const failed = mark.k === "failed";
  const colors = {
    final: [palette["user-soft"], palette.ink],
    tool: [palette.tool, palette["tool-ink"]],
    failed: [palette.danger, palette.surface],
  };
  const [color, ink] = colors[mark.k] ?? [palette.line, palette.ink];
  const shown = { ...box, w: Math.max(box.w, row.id === "tool" ? 6 : 2) };
  fill(pen, shown, color);
  label(pen, failed ? `✕ ${mark.t}` : mark.t, shown, ink);
}

function latencyPart(pen, row, mark, box) {
  fill(pen, box, partColor(mark.k), 0);
  label(pen, mark.k, box, partInk(mark.k));
}

function falseInterruption(pen, row, mark, box, palette) {
  fill(pen, box, palette.shade);
  hatch(pen, box, palette.warn);
  const right = box.x + box.w;
  const words = mark.k === "resumed" ? "↻ went on" : "✕ stopped";
  caption(pen, words, right + 4, box.y + box.h / 2 + 4, palette.warn);
  fill(pen, { x: right - 2, y: box.y, w: 3, h: box.h }, palette.warn);
}

function errorMark(pen, row, mark, box, palette) {
  const [x, half] = [box.x, box.h / 2];
  pen.beginPath();
  pen.moveTo(x, box.y + 1);
  pen.lineTo(x + half, box.y + box.h - 1);
  pen.lineTo(x - half, box.y + box.h - 1);
  pen.closePath();
  pen.fillStyle = palette.danger;
  pen.fill();
  const words = short(mark.t.split(":")[0]);
  caption(pen, mark.k === "fatal" ? `${words} (fatal)` : words, x + half + 4, box.y + half + 4, palette.danger);
}

function fill(pen, { x, y, w, h }, color, round = 3) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.roundRect(x, y, Math.max(w, 1), h, Math.min(round, w / 2));
  pen.fill();
}

function outline(pen, { x, y, w, h }, color, dashes = []) {
  pen.setLineDash(dashes);
  pen.lineWidth = 1;
  pen.strokeStyle = color;
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(w - 1, 0.5), h - 1);
  pen.setLineDash([]);
}

function hatch(pen, { x, y, w, h }, color) {
  const [left, right] = [Math.max(x, 0), Math.min(x + w, pen.canvas.width)];
  if (right - left < 3) return;
  pen.save();
  pen.beginPath();
  pen.rect(left, y, right - left, h);
  pen.clip();
  pen.beginPath();
  for (let at = left - h - ((left - x) % 6); at < right; at += 6) {
    pen.moveTo(at, y + h);
    pen.lineTo(at + h, y);
  }
  pen.lineWidth = 1.5;
  pen.strokeStyle = color;
  pen.stroke();
  pen.restore();
}

/** Words inside of a box as far as they fit; the box may begin left of the screen. */
function label(pen, text, box, color, behind = "", style = "") {
  const left = Math.max(box.x, 0) + 4;
  const room = Math.min(box.x + box.w, pen.canvas.width) - left - 2;
  if (room < 18 || !text) return;
  pen.save();
  pen.beginPath();
  pen.rect(left - 4, box.y, room + 4, box.h);
  pen.clip();
  caption(pen, short(text), left, box.y + box.h / 2 + 4, color, behind, style);
  pen.restore();
}

function caption(pen, text, x, y, color, behind = "", style = "") {
  pen.font = style + LABEL;
  if (behind) {
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.strokeStyle = behind;
    pen.strokeText(text, x, y);
  }
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}

const short = (text) => [...text.slice(0, 2 * LONGEST_DRAWN)].slice(0, LONGEST_DRAWN).join("");

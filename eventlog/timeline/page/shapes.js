// How each kind of mark looks. What it is can be told by its shape alone, its colour only helps.

import { widthOf } from "./canvas.js";
import { partColor, partInk } from "./palette.js";
import { SPEECH_WORDS } from "./rows.js";

const LABEL = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const LONGEST_STATE = 100; // pixels: a state is one word, which is shown whole or not at all
const SIGN = 13; // pixels of the sign that there is more
const LONGEST_DRAWN = 120; // characters: more are never seen, and measuring them takes time

/** The box of a mark; its words come after all boxes, and after the sound, to lie above them. */
export function drawMark(pen, row, mark, box, palette) {
  (BOXES[row.id] ?? plainBox)(pen, mark, box, palette);
}

export function drawWords(pen, row, mark, box, palette) {
  WORDS[row.id]?.(pen, mark, box, palette);
}

/** A lane in which nothing has happened says so: it might as well not have been drawn. */
export function drawNothing(pen, row, palette) {
  caption(pen, "none", 16, row.top + row.height / 2 + 4, palette.quiet);
}

const BOXES = {
  user: (pen, mark, box, palette) => stateBox(pen, mark, box, palette, "user"),
  agent: (pen, mark, box, palette) => stateBox(pen, mark, box, palette, "agent"),
  "user-speech": (pen, mark, box, palette) => speechBox(pen, mark, box, palette, "user"),
  "agent-speech": (pen, mark, box, palette) => speechBox(pen, mark, box, palette, "agent"),
  interim: (pen, mark, box, palette) => outline(pen, box, palette.user, [2, 3]),
  wait: (pen, mark, box) => fill(pen, box, partColor(mark.k), 0),
  false: falseInterruptionBox,
  error: errorTriangle,
};

const WORDS = {
  user: (pen, mark, box, palette) => stateWord(pen, mark, box, palette, "user"),
  agent: (pen, mark, box, palette) => stateWord(pen, mark, box, palette, "agent"),
  "user-speech": (pen, mark, box, palette) => speechWords(pen, mark, box, palette, "user"),
  "agent-speech": (pen, mark, box, palette) => speechWords(pen, mark, box, palette, "agent"),
  interim: (pen, mark, box, palette) => spill(pen, mark.t, box, palette.quiet, "italic "),
  final: (pen, mark, box, palette) => spill(pen, mark.t, box, palette.ink),
  tool: (pen, mark, box, palette) => label(pen, toolWords(mark), box, toolInk(mark, palette)),
  switch: (pen, mark, box, palette) => spill(pen, mark.t, { ...box, x: box.x + 2 }, palette.ink),
  wait: latencyWords,
  false: falseInterruptionWords,
  error: errorWords,
};

/** Listening is a line, thinking is hatched, speaking is full, away is an empty box. */
function stateBox(pen, mark, box, palette, side) {
  if (mark.k === "speaking") {
    fill(pen, box, palette[side]);
  } else if (mark.k === "thinking" || mark.k === "initializing") {
    fill(pen, box, palette[`${side}-soft`]);
    hatch(pen, box, palette[side]);
  } else if (mark.k === "away") {
    outline(pen, box, palette.quiet, [3, 3]);
  } else {
    fill(pen, { ...box, y: box.y + box.h - 3, h: 3 }, palette.line);
  }
}

function stateWord(pen, mark, box, palette, side) {
  pen.font = LABEL;
  const left = Math.max(box.x, 0);
  const room = Math.min(box.x + box.w, widthOf(pen)) - left - 6;
  const wide = pen.measureText(short(mark.t)).width;
  if (wide > room && !(wide > LONGEST_STATE && room > LONGEST_STATE)) return;
  const hatched = mark.k === "thinking" || mark.k === "initializing";
  const inks = { speaking: palette[`${side}-ink`], thinking: palette.ink, initializing: palette.ink };
  label(pen, mark.t, box, inks[mark.k] ?? palette.quiet, hatched ? palette[`${side}-soft`] : "");
}

/** What is heard while its words are not known yet is an empty box. */
function speechBox(pen, mark, box, palette, side) {
  if (mark.k !== "going") fill(pen, box, palette[`${side}-soft`]);
  outline(pen, box, palette[side], mark.k === "going" ? [4, 3] : []);
}

function speechWords(pen, mark, box, palette, side) {
  label(pen, mark.t, { ...box, h: SPEECH_WORDS }, mark.k === "going" ? palette.quiet : palette.ink);
  if (mark.k !== "cut") return;
  // Torn off: teeth at the end of what was heard.
  const [right, bottom] = [box.x + box.w, box.y + box.h + 1];
  pen.beginPath();
  pen.moveTo(right + 1, box.y - 1);
  for (let y = box.y - 1, out = true; y <= bottom; y += 5, out = !out) {
    pen.lineTo(right + (out ? 2 : -4), y);
  }
  pen.lineWidth = 2;
  pen.strokeStyle = palette.danger;
  pen.stroke();
  if (box.w < 50) return;
  pen.textAlign = "right";
  caption(pen, "cut off", right - 7, bottom - 5, palette.danger, palette[`${side}-soft`]);
  pen.textAlign = "left";
}

function plainBox(pen, mark, box, palette) {
  const colors = { final: palette["user-soft"], tool: palette.tool, failed: palette.danger };
  const least = mark.k === "tool" || mark.k === "failed" ? 6 : 3;
  fill(pen, { ...box, w: Math.max(box.w, least) }, colors[mark.k] ?? palette.quiet);
}

const toolWords = (mark) => (mark.k === "failed" ? `✕ ${mark.t}` : mark.t);
const toolInk = (mark, palette) => (mark.k === "failed" ? palette.surface : palette["tool-ink"]);

function latencyWords(pen, mark, box, palette) {
  pen.font = LABEL;
  if (pen.measureText(mark.k).width < box.w - 6) label(pen, mark.k, box, partInk(mark.k));
  if (!mark.last || box.until - box.x - box.w < 46) return;
  caption(pen, `${mark.wait.toFixed(2)} s`, box.x + box.w + 4, box.y + box.h / 2 + 4, palette.ink);
}

function falseInterruptionBox(pen, mark, box, palette) {
  fill(pen, box, palette.shade);
  hatch(pen, box, palette.warn);
  fill(pen, { x: box.x + box.w - 2, y: box.y, w: 3, h: box.h }, palette.warn);
}

function falseInterruptionWords(pen, mark, box, palette) {
  const words = mark.k === "resumed" ? "↻ went on" : "✕ stopped";
  spill(pen, words, { ...box, x: box.x + box.w, w: 0 }, palette.warn);
}

function errorTriangle(pen, mark, { x, y, h }, palette) {
  pen.beginPath();
  pen.moveTo(x, y + 1);
  pen.lineTo(x + h / 2, y + h - 1);
  pen.lineTo(x - h / 2, y + h - 1);
  pen.closePath();
  pen.fillStyle = palette.danger;
  pen.fill();
}

function errorWords(pen, mark, box, palette) {
  const words = `${mark.k === "fatal" ? "fatal: " : ""}${mark.t.split(":")[0]}`;
  const half = box.h / 2; // of this triangle, and of the next one
  spill(pen, words, { ...box, x: box.x + half, w: 0, until: box.until - half }, palette.danger);
}

/** Words that may go on beyond their box, as far as the next one. */
function spill(pen, text, box, color, style = "") {
  label(pen, text, { ...box, w: Math.max(box.until - box.x, box.w) }, color, "", style);
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
  const [left, right] = [Math.max(x, 0), Math.min(x + w, widthOf(pen))];
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
  const room = Math.min(box.x + box.w, widthOf(pen)) - left - 2;
  if (room < 18 || !text) return;
  pen.font = style + LABEL;
  const words = fitting(pen, short(text), room);
  pen.save();
  pen.beginPath();
  pen.rect(left - 4, box.y, room + 4, box.h);
  pen.clip();
  caption(pen, words, left, box.y + box.h / 2 + 4, color, behind, style);
  pen.restore();
}

/** As much of a text as there is room for, with a sign that there is more. */
function fitting(pen, text, room) {
  const wide = pen.measureText(text).width;
  if (wide <= room) return text;
  const kept = [...text].slice(0, Math.floor((text.length * (room - SIGN)) / wide));
  return kept.length > 1 ? `${kept.join("").trimEnd()}…` : "";
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

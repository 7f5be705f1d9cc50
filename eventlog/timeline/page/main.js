// The page: what Python worked out, drawn; each part of the screen has a file of its own.

import { Asking } from "./asked.js";
import { clock } from "./clock.js";
import { byId, make } from "./dom.js";
import { showFacts, showHead, showLost } from "./facts.js";
import { Gestures } from "./gestures.js";
import { listen } from "./keys.js";
import { Lanes } from "./lanes.js";
import { Now } from "./now.js";
import { Overview } from "./overview.js";
import { Palette } from "./palette.js";
import { Player } from "./player.js";
import { Range } from "./range.js";
import { rowsOf, showNames } from "./rows.js";
import { tableOf } from "./table.js";
import { Talk } from "./talk.js";
import { Tip } from "./tip.js";
import { showLegend, showWaits } from "./waits.js";
import { Waveform } from "./wave.js";

const story = JSON.parse(byId("data").textContent);
const inside = JSON.parse(byId("inside").textContent);
const waveform = story.sound?.peaks ? new Waveform(story.sound) : null;
const rows = rowsOf(story, waveform);

let asked = false;
const palette = new Palette(redraw);
const lanes = new Lanes(byId("lanes"), rows, waveform, palette, story.seconds);
const range = new Range(story.seconds, redraw);
const overview = new Overview(byId("overview"), rows, palette, range);
const now = new Now(byId("now"), story.lanes);
const talk = new Talk(byId("lines"), story.lines, jumpToLine, (place) => asking?.open(place));
const asking = story.asked ? new Asking(byId("asked"), story.asked, (at) => jumpTo(at)) : null;
const player = new Player(byId("recording"), story.sound, inside, story.seconds, moved);

showHead(story);
showLost(story.facts);
showLegend(byId("legend"), story.waits);
showWaits(byId("waits"), story.waits, (wait) => jumpTo(wait.a, wait.line));
showFacts(byId("facts"), story.facts, story.log, (at) => jumpTo(at));
showNames(byId("names"), rows, make);
tableOf(byId("as-table"), rows);
byId("no-waits").hidden = story.waits.length > 0;
byId("no-lines").hidden = story.lines.length > 0;
byId("long").textContent = `/ ${clock(story.seconds)}`;
byId("lanes").setAttribute(
  "aria-label",
  `Lanes of the call: ${rows.map((row) => `${row.name} (${row.marks.length})`).join(", ")}`,
);
byId("silent").hidden = Boolean(story.sound);
if (story.sound?.problem) tell(`No waveform: ${story.sound.problem}.`);

new Gestures(byId("lanes"), lanes, range, new Tip(byId("tip")), (at, mark) => jumpTo(at, mark?.line));
new ResizeObserver(redraw).observe(byId("lanes"));
listen({
  " ": () => player.toggle(),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  "+": () => range.zoom(0.5, player.at),
  "=": () => range.zoom(0.5, player.at),
  "-": () => range.zoom(2, player.at),
  0: () => range.whole(),
});
byId("play").addEventListener("click", () => player.toggle());
byId("speed").addEventListener("change", ({ target }) => player.setRate(Number(target.value)));
byId("before").addEventListener("click", () => step(-1));
byId("after").addEventListener("click", () => step(1));
byId("in").addEventListener("click", () => range.zoom(0.5));
byId("out").addEventListener("click", () => range.zoom(2));
byId("whole").addEventListener("click", () => range.whole());
byId("every").addEventListener("change", ({ target }) =>
  byId("lines").classList.toggle("every", target.checked),
);
moved();

function jumpToLine(index) {
  jumpTo(story.lines[index].jump, index);
}

/** Look at a moment, and mark its line where it is known. */
function jumpTo(at, line) {
  player.seek(at);
  range.reveal(player.at);
  if (line !== undefined && line !== null) talk.markLine(line);
}

function step(direction) {
  const turn = talk.turnFrom(player.at, direction);
  if (!turn) return;
  jumpToLine(turn.index);
  const { who, text, cut } = story.lines[turn.index];
  byId("said").textContent = `${clock(turn.a)}, ${who}${cut ? ", cut off" : ""}: ${text.slice(0, 200)}`;
}

function moved() {
  byId("at").textContent = clock(player.at);
  byId("play").textContent = player.playing ? "Pause" : "Play";
  if (player.problem) tell(player.problem);
  talk.mark(player.at);
  now.show(player.at);
  if (player.playing) range.reveal(player.at);
  redraw();
}

function tell(words) {
  byId("sound").textContent = words;
  byId("sound").hidden = false;
}

/** Draw once before the next picture, however often it is asked for. */
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    lanes.draw(range, player.at);
    overview.draw(player.at);
  });
}

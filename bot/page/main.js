// The page: buttons in, what the call tells out. Each part of the screen has a file of its own.

import { Connection } from "./connection.js";
import { endingOf, showEnding } from "./ending.js";
import { describe, Failure } from "./failure.js";
import { LiveLanes } from "./live.js";
import { Meter } from "./meter.js";
import { States } from "./states.js";
import { Transcript } from "./transcript.js";

const $ = (id) => document.getElementById(id);

const states = new States($("user"), $("bot"));
const transcript = new Transcript($("transcript"));
const live = new LiveLanes($("live"));
const meter = new Meter($("level"));

let connection = null;
let closeReason = null;
let begun = 0; // calls so far: the one before may still be telling how it ended

$("connect").addEventListener("click", connect);
$("hangup").addEventListener("click", () => connection?.hangUp());
$("mute").addEventListener("click", toggleMute);
document.addEventListener("keydown", (press) => {
  if (press.key === "m" && !press.ctrlKey && !press.metaKey && !press.altKey) toggleMute();
});
addEventListener("pagehide", () => connection?.drop());
introduce();

async function introduce() {
  try {
    const about = await (await fetch("api/about")).json();
    const serving = Object.values(about.providers).join(", ");
    $("about").textContent = `${about.agent} · ${about.config}: ${serving}`;
  } catch {
    showFailure(new Failure("server-gone"));
  }
}

async function connect() {
  begun += 1;
  clear();
  showLine("connecting");
  connection = new Connection($("voice"), {
    event: take,
    connected: () => showLine("connected"),
    ended: finish,
  });
  const mine = connection;
  try {
    await mine.open();
    if (mine.microphone) meter.watch(mine.microphone);
  } catch (error) {
    if (mine === connection) finish({ error, session: mine.session });
  }
}

function take(event, picture) {
  if (event.type === "close") closeReason = event.reason;
  states.take(event);
  transcript.take(event);
  live.take(picture);
}

async function finish({ error, session }) {
  connection = null;
  meter.stop();
  states.idle();
  transcript.settle();
  live.settle();
  showLine("idle");
  if (error) showFailure(error);
  else $("connect").focus();
  if (!session) return;
  const number = begun;
  const ending = await endingOf(session, closeReason);
  if (number !== begun) return;
  takeLate(ending.told ?? []);
  showEnding($("ending"), session, ending);
}

/** The last events, which the bot told when there was no connection any more. */
function takeLate(told) {
  for (const { event, picture } of told) {
    transcript.take(event);
    live.take(picture);
  }
  transcript.settle();
}

function toggleMute() {
  if (!connection) return;
  const muted = connection.mute(!connection.muted);
  $("mute").setAttribute("aria-pressed", String(muted));
  $("mute").textContent = muted ? "Unmute" : "Mute";
}

function showLine(line) {
  const words = { idle: "not connected", connecting: "connecting…", connected: "connected" };
  $("line").textContent = words[line];
  $("line").dataset.line = line;
  const hadFocus = document.activeElement;
  $("connect").hidden = line !== "idle";
  $("hangup").hidden = line === "idle";
  $("mute").hidden = line !== "connected";
  $("empty").hidden = line !== "idle" || $("transcript").children.length > 0;
  if (line === "connecting" && hadFocus === $("connect")) $("hangup").focus();
}

function clear() {
  closeReason = null;
  $("failure").hidden = true;
  $("ending").hidden = true;
  $("mute").setAttribute("aria-pressed", "false");
  $("mute").textContent = "Mute";
  transcript.clear();
  live.clear();
  states.begin();
}

function showFailure(error) {
  const { problem, remedy } = describe(error);
  const box = $("failure");
  box.querySelector("strong").textContent = problem;
  box.querySelector("p").textContent = remedy;
  box.hidden = false;
  box.focus();
}

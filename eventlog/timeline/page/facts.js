// Who, when, how it ended and what it ran on; and before all of it, what the log does not hold.

import { clock } from "./clock.js";
import { byId, make, spoken } from "./dom.js";

const LINES = { "livekit-1.3": "LiveKit 1.3", "livekit-newer": "LiveKit", parley: "Parley" };

export function showHead(story) {
  const { facts } = story;
  byId("room").textContent = facts.room || `Call ${facts.job}`;
  document.title = `${facts.room || facts.job || "Call"} · timeline`;
  const parts = [dateOf(story.begin), clock(story.seconds), `closed: ${facts.closed}`];
  if (facts.agent) parts.push(facts.agent);
  parts.push(`job ${facts.job || "?"}`, `${story.events} events, ${LINES[story.origin]}`);
  parts.push(...facts.tags.map((tag) => `#${tag}`));
  const about = byId("about");
  about.replaceChildren(...parts.filter(Boolean).map((part) => spoken("span", "", part)));
  for (const [name, number] of facts.counts) {
    const box = make("div", alarming(name, number) ? "count alarm" : "count");
    box.append(make("dt", "", name), make("dd", "", number));
    byId("counts").append(box);
  }
}

export function showLost(facts) {
  byId("lost").hidden = facts.lost.length === 0;
  for (const [part, number] of facts.lost) {
    byId("lost").querySelector("ul").append(spoken("li", "", `${part}: ${number}`));
  }
}

export function showFacts(box, facts, log, jump) {
  const options = facts.options.map(([name, value, changed]) => [name, value, changed]);
  box.append(...listOf("Providers", facts.providers), ...timed("Changes of provider", facts.switches, jump));
  box.append(...timed("Failures", facts.failures, jump), ...listOf("Options of turn-taking", options));
  box.append(...listOf("Versions", facts.versions), ...logOf(log, jump));
  if (!box.childElementCount) box.append(make("p", "quiet", "The log does not say."));
}

const alarming = (name, number) => (name === "errors" || name === "cut off") && number !== "0";

function dateOf(seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()) || seconds <= 0) return "at an unknown time";
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}

function listOf(name, rows) {
  if (!rows.length) return [];
  const list = make("dl");
  for (const [key, value, changed] of rows) {
    const given = spoken("dd", changed ? "changed" : "", value === "" ? "–" : value);
    if (changed) given.title = "Not what LiveKit takes by itself";
    list.append(make("dt", "", key), given);
  }
  return [section(name, list)];
}

/** The process's log beside the page, and what it warned of. */
function logOf(log, jump) {
  if (!log) return [];
  const link = make("a", "", log.name);
  link.href = log.url;
  const beside = make("p", "beside");
  beside.append(link, make("span", "quiet", ", beside this page's report"));
  const [found] = timed("Log of the process", log.warnings, jump);
  if (found) found.append(beside);
  return [found ?? section("Log of the process", beside)];
}

function timed(name, rows, jump) {
  if (!rows.length) return [];
  const list = make("ul", "timed");
  for (const [at, words, reason] of rows) {
    const row = make("li");
    if (at !== null) {
      const when = make("button", "when", clock(at));
      when.type = "button";
      when.addEventListener("click", () => jump(at));
      row.append(when);
    }
    row.append(spoken("span", "", words), spoken("span", "quiet", reason));
    list.append(row);
  }
  return [section(name, list)];
}

function section(name, list) {
  const box = make("section");
  box.append(make("h3", "", name), list);
  return box;
}

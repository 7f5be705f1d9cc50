// Why did it say that: what the LLM was asked for a line, request by request, in a dialog.

import { clock, lasting } from "./clock.js";
import { byId, longText, make, spoken } from "./dom.js";

const ROLES = { assistant: "Agent", model: "Agent", user: "User", tool: "Tool" };
const OUTCOMES = {
  completed: "answered",
  cut: "cut off while it answered",
  withdrawn: "begun early, never given",
  failed: "failed",
  unfinished: "the call ended first",
};

export class Asking {
  constructor(dialog, asked, jump) {
    Object.assign(this, { dialog, asked, jump });
    this.body = byId("asked-body");
    this.shown = 0;
    byId("asked-before").addEventListener("click", () => this.show(this.shown - 1));
    byId("asked-after").addEventListener("click", () => this.show(this.shown + 1));
    byId("asked-close").addEventListener("click", () => dialog.close());
    byId("asked-at").addEventListener("click", () => {
      dialog.close();
      jump(asked.requests[this.shown].at);
    });
    const all = byId("asked-all");
    all.hidden = false;
    all.textContent = counted(asked.requests.length, "LLM request");
    all.addEventListener("click", () => this.open(0));
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  }

  /** Open the request at a place of the list. */
  open(place) {
    this.show(place);
    this.dialog.showModal();
    this.body.focus();
  }

  show(place) {
    const { requests } = this.asked;
    this.shown = Math.min(Math.max(place, 0), requests.length - 1);
    const request = requests[this.shown];
    byId("asked-place").textContent = `Request ${this.shown + 1} of ${requests.length}`;
    byId("asked-before").disabled = this.shown === 0;
    byId("asked-after").disabled = this.shown === requests.length - 1;
    byId("asked-at").hidden = request.at === null;
    byId("asked-at").textContent = request.at === null ? "" : `Jump to ${clock(request.at)}`;
    byId("asked-by").textContent = [...request.by, request.id].filter(Boolean).join(" · ");
    this.body.replaceChildren(
      this.answer(request),
      ...this.told(request),
      ...toolsOf(this.asked.tools[request.tools], this.changed("tools")),
      ...pairsOf(`Settings${this.changed("settings")}`, this.asked.settings[request.settings]),
    );
    this.body.scrollTop = 0;
  }

  /** Whether something is another than in the request before, as a word. */
  changed(what) {
    const [before, now] = [this.asked.requests[this.shown - 1], this.asked.requests[this.shown]];
    return before && String(before[what]) !== String(now[what]) ? ", changed" : "";
  }

  answer(request) {
    const box = chapter("What came back");
    const facts = [OUTCOMES[request.outcome] ?? request.outcome];
    if (request.early && request.outcome !== "withdrawn") facts.push("asked before the user's turn was over");
    if (request.ttfb !== null) facts.push(`first token after ${lasting(request.ttfb)}`);
    if (request.took !== null) facts.push(`all after ${lasting(request.took)}`);
    facts.push(...request.tokens.map(([name, number]) => `${number} ${name.replaceAll("_", " ")}`));
    const bad = ["failed", "cut", "withdrawn"].includes(request.outcome);
    const row = make("ul", bad ? "came bad" : "came");
    row.append(...facts.map((fact) => spoken("li", "", fact)));
    box.append(row);
    if (request.text) box.append(longText("p", "words", request.text));
    for (const [name, given] of request.calls) box.append(longText("p", "code", `${name}(${given})`));
    if (request.error) box.append(longText("p", "words wrong", request.error));
    if (!request.text && !request.calls.length && !request.error) {
      box.append(make("p", "quiet", "Nothing."));
    }
    return box;
  }

  /** What it was told: what is new since the request before, then the rest of it. */
  told(request) {
    const { requests, messages } = this.asked;
    const before = requests[this.shown - 1];
    const fresh = request.rest.map((place) => messages[place]);
    const box = chapter(before ? "New since the request before" : "What it was told");
    box.append(fresh.length ? listOfMessages(fresh) : make("p", "quiet", "Nothing."));
    const parts = [box];
    if (request.keep) {
      const earlier = () => listOfMessages(this.talk(this.shown).slice(0, request.keep).map((place) => messages[place]));
      parts.push(folded(`Before that: ${counted(request.keep, "message")}`, earlier));
    }
    if (request.told.length) {
      const told = () => listOfMessages(request.told.map((place) => messages[place]));
      parts.push(folded(`Instructions${this.changed("told")}`, told));
    }
    return parts;
  }

  /** The conversation of a request: each says how much it shares with the one before. */
  talk(shown) {
    const found = [];
    for (const { keep, rest } of this.asked.requests.slice(0, shown + 1)) {
      found.length = keep;
      for (const place of rest) found.push(place);
    }
    return found;
  }
}

const counted = (number, name) => `${number} ${name}${number === 1 ? "" : "s"}`;

function chapter(name) {
  const box = make("section", "chapter");
  box.append(make("h3", "", name));
  return box;
}

/** A part that is made when somebody opens it. */
function folded(name, makeInside) {
  const box = make("details", "chapter");
  box.append(make("summary", "", name));
  box.addEventListener("toggle", () => box.childElementCount > 1 || box.append(makeInside()), { once: true });
  return box;
}

function listOfMessages(messages) {
  const list = make("ol", "told");
  for (const [role, words] of messages) {
    const row = make("li", `message ${role in ROLES ? ROLES[role].toLowerCase() : "other"}`);
    row.append(spoken("span", "role", ROLES[role] ?? role), longText("p", "words", words || "–"));
    list.append(row);
  }
  return list;
}

function toolsOf(tools, changed) {
  if (!tools.length) return [];
  return [
    folded(counted(tools.length, "tool") + changed, () => {
      const list = make("dl", "offered");
      for (const [name, purpose, rest] of tools) {
        const said = make("dd");
        if (purpose) said.append(longText("p", "words", purpose));
        if (rest) said.append(longText("p", "code", rest));
        list.append(spoken("dt", "", name || "–"), said);
      }
      return list;
    }),
  ];
}

function pairsOf(name, pairs) {
  if (!pairs.length) return [];
  return [
    folded(name, () => {
      const list = make("dl", "offered pairs");
      for (const [key, value] of pairs) list.append(spoken("dt", "", key), longText("dd", "code", value || "–"));
      return list;
    }),
  ];
}

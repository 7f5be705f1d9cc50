// The call at one moment: what both sides were doing, and what had been understood by then.

import { make, spoken } from "./dom.js";
import { lastUpTo } from "./search.js";

export class Now {
  constructor(list, lanes) {
    const lane = Object.fromEntries(lanes.map((one) => [one.id, one.marks]));
    const heard = [...lane.interim, ...lane.final].sort((one, other) => one.a - other.a);
    this.cells = [
      cell(list, "User", (at) => stateAt(lane.user, at)),
      cell(list, "Understood so far", (at) => during(heard, at)),
      cell(list, "Agent", (at) => stateAt(lane.agent, at)),
      cell(list, "Speaking", (at) => during(lane["agent-speech"], at)),
    ];
  }

  show(at) {
    for (const { value, look } of this.cells) {
      const { text, kind } = look(at);
      if (value.textContent !== text) value.textContent = text;
      value.dataset.kind = kind;
    }
  }
}

function cell(list, name, look) {
  const box = make("div", "cell");
  const value = spoken("dd", "", "–");
  box.append(make("dt", "", name), value);
  list.append(box);
  return { value, look };
}

const NOTHING = { text: "–", kind: "nothing" };

function stateAt(marks, at) {
  const mark = marks[lastUpTo(marks, at)];
  return mark ? { text: mark.t, kind: mark.k } : NOTHING;
}

function during(marks, at) {
  const mark = marks[lastUpTo(marks, at)];
  return mark && at <= mark.b ? { text: mark.t, kind: mark.k } : NOTHING;
}

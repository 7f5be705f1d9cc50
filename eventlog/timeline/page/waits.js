// What each answer waited for, one bar an answer; the parts of a bar sum to its latency.

import { inBatches } from "./batches.js";
import { clock } from "./clock.js";
import { make, spoken } from "./dom.js";
import { partColor, partInk } from "./palette.js";

const LEAST_WITH_NAME = 0.14; // of the longest bar: narrower parts have no room for a word

export function showWaits(list, waits, jump) {
  const longest = waits.reduce((most, wait) => Math.max(most, wait.e2e), 0) || 1;
  inBatches(list, waits, (wait) => waitRow(wait, longest, jump));
}

function waitRow(wait, longest, jump) {
  const row = make("li", "answer");
  const when = make("button", "when", clock(wait.a));
  when.type = "button";
  when.addEventListener("click", () => jump(wait));
  const told = wait.parts.map(([name, seconds]) => `${name} ${seconds.toFixed(3)}`).join(" · ");
  const bar = make("div", "bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", `${wait.e2e.toFixed(3)} seconds: ${told}`);
  for (const [name, seconds] of wait.parts) bar.append(part(name, seconds, longest));
  const asked = wait.asked ? spoken("span", "asked", wait.asked) : make("span", "asked quiet", "–");
  const by = wait.by ? ` · ${wait.by}` : "";
  row.append(when, asked, make("strong", "sum", `${wait.e2e.toFixed(3)} s`), bar);
  row.append(make("span", "parts quiet", told + by));
  return row;
}

function part(name, seconds, longest) {
  const share = seconds / longest;
  const piece = make("span", "part", share >= LEAST_WITH_NAME ? name : "");
  piece.title = `${name} ${seconds.toFixed(3)} s`;
  piece.dataset.part = name;
  piece.style.width = `${share * 100}%`;
  piece.style.background = partColor(name);
  piece.style.color = partInk(name);
  return piece;
}

export function showLegend(list, waits) {
  const seen = new Set(waits.flatMap((wait) => wait.parts.map(([name]) => name)));
  list.replaceChildren(
    ...[...seen].map((name) => {
      const entry = make("li", "", name);
      const swatch = make("span", "swatch");
      swatch.style.background = partColor(name);
      entry.prepend(swatch);
      return entry;
    }),
  );
}

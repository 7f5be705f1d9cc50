// What each answer waited for, one bar an answer; the parts of a bar sum to its latency.

import { inBatches } from "./batches.js";
import { clock } from "./clock.js";
import { make, spoken } from "./dom.js";
import { PARTS, partColor, partInk } from "./palette.js";

const LEAST_WITH_NAME = 0.14; // of the longest bar: narrower parts have no room for a word
const LEAST_SHOWN = 0.0005; // seconds: what is shorter would be told as 0.000

export function showWaits(list, waits, jump) {
  const longest = waits.reduce((most, wait) => Math.max(most, wait.e2e), 0) || 1;
  inBatches(list, waits, (wait, index) => waitRow(wait, waits[index - 1], longest, jump));
}

/** Who served stands at the first answer, and wherever it is somebody else than before. */
function waitRow(wait, before, longest, jump) {
  const row = make("li", "answer");
  const when = make("button", "when", clock(wait.a));
  when.type = "button";
  when.addEventListener("click", () => jump(wait));
  const told = seen(wait)
    .map(([name, seconds]) => `${name} ${seconds.toFixed(3)}`)
    .join(" · ");
  const bar = make("div", "bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", `${wait.e2e.toFixed(3)} seconds: ${told}`);
  for (const [name, seconds] of wait.parts) bar.append(part(name, seconds, longest));
  const asked = wait.asked ? spoken("span", "asked", wait.asked) : make("span", "asked quiet", "–");
  const by = wait.by && wait.by !== before?.by ? ` · ${wait.by}` : "";
  row.append(when, asked, make("strong", "sum", `${wait.e2e.toFixed(3)} s`), bar);
  row.append(make("span", "parts quiet", told + by));
  return row;
}

const seen = (wait) => wait.parts.filter(([, seconds]) => seconds >= LEAST_SHOWN);

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
  const found = new Set(waits.flatMap((wait) => seen(wait).map(([name]) => name)));
  const order = [...Object.keys(PARTS), ...found].filter((name) => found.has(name));
  list.replaceChildren(
    ...[...new Set(order)].map((name) => {
      const entry = make("li", "", name);
      const swatch = make("span", "swatch");
      swatch.style.background = partColor(name);
      entry.prepend(swatch);
      return entry;
    }),
  );
}

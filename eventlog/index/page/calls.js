// The rows of the data as objects, with what is searched and chosen by.

const SLOTS = ["stt", "llm", "realtime", "tts"];
const LATEST = 4102444800; // the year 2100; what is beyond is a damaged log

/** Every call of the page's data, in its order. */
export function callsOf({ columns, rows }) {
  return rows.map((values, place) => {
    const call = Object.fromEntries(columns.map((name, index) => [name, values[index]]));
    call.key = `${call.link || call.hint} ${call.job}`;
    call.place = place;
    call.at = call.began > 0 && call.began < LATEST ? call.began : null;
    call.served = servedBy(call.providers);
    return call;
  });
}

/** `llm=openai>groq stt=deepgram` as [["llm", "openai"], ["llm", "groq"], ["stt", "deepgram"]]. */
function servedBy(label) {
  const found = [];
  for (const part of label === "-" ? [] : label.split(" ")) {
    const [slot, names = ""] = part.split("=", 2);
    for (const name of names.split(">")) if (name) found.push([slot, name]);
  }
  return found.sort(([one], [other]) => rank(one) - rank(other));
}

/** Slots in the order in which a turn passes them. */
function rank(slot) {
  const place = SLOTS.indexOf(slot);
  return place < 0 ? SLOTS.length : place;
}

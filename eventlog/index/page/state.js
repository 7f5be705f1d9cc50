// What is looked at: kept in the address, so that a view can be linked and loaded again.

const FRESH = { q: "", closed: "", provider: "", config: "", from: "", to: "", sort: "-when", page: "1" };

export const fresh = () => ({ ...FRESH });

export function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = fresh();
  for (const name of Object.keys(FRESH)) if (given.has(name)) state[name] = given.get(name);
  for (const name of ["from", "to"]) if (!isMoment(state[name])) state[name] = "";
  return state;
}

const isMoment = (text) => Math.abs(Number(text)) < 1e10;

/** Put a state into the address; a step that somebody may want to take back becomes a new entry. */
export function toAddress(state, step) {
  const given = Object.entries(state).filter(([name, value]) => value !== FRESH[name]);
  const hash = new URLSearchParams(given).toString();
  if (hash === location.hash.slice(1)) return;
  const url = hash ? `#${hash}` : location.pathname + location.search;
  if (step) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}

// Moments and stretches of time, in UTC: the days are those of `parley log stats --by day`.

const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const MONDAY = 4 * DAY; // the first one after the epoch
const MOST_STRETCHES = 48;

const two = (value) => String(value).padStart(2, "0");
const dateAt = (at) => new Date(at * 1000);
const even = (size, from = 0) => ({
  begin: (at) => Math.floor((at - from) / size) * size + from,
  next: (at) => at + size,
});
/** Months of a year, `count` of them together: a number of which twelve is a multiple. */
const months = (count) => ({
  begin: (at) => monthAt(at, (month) => Math.floor(month / count) * count),
  next: (at) => monthAt(at, (month) => month + count),
});
const monthAt = (at, changed) =>
  Date.UTC(dateAt(at).getUTCFullYear(), changed(dateAt(at).getUTCMonth())) / 1000;

const STEPS = [
  { name: "minute", ...even(MINUTE) },
  { name: "5 minutes", ...even(5 * MINUTE) },
  { name: "15 minutes", ...even(15 * MINUTE) },
  { name: "hour", ...even(HOUR) },
  { name: "6 hours", ...even(6 * HOUR) },
  { name: "day", ...even(DAY) },
  { name: "week", ...even(7 * DAY, MONDAY) },
  { name: "month", ...months(1) },
  { name: "quarter", ...months(3) },
  { name: "year", ...months(12) },
];

/** `2026-11-25 13:38`, the seconds of a day nobody looks for. */
export function moment(at) {
  return at === null ? "unknown" : `${day(at)} ${timeOfDay(at)}`;
}

export function day(at) {
  const date = dateAt(at);
  return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

export function timeOfDay(at, exact = false) {
  const seconds = exact ? `:${two(dateAt(at).getUTCSeconds())}` : "";
  return `${two(dateAt(at).getUTCHours())}:${two(dateAt(at).getUTCMinutes())}${seconds}`;
}

/** The name of a stretch that begins at a moment: as short as its step allows. */
export function stretchName(at, step) {
  if (step.name === "year") return day(at).slice(0, 4);
  if (step.name === "month" || step.name === "quarter") return day(at).slice(0, 7);
  if (step.name === "day") return day(at);
  return step.name === "week" ? `week of ${day(at)}` : moment(at);
}

/** The finest step by which two moments are not too many stretches apart. */
export function stepFor(first, last) {
  const fits = (step) => {
    const begin = step.begin(first);
    return (last - begin) / (step.next(begin) - begin) <= MOST_STRETCHES;
  };
  return STEPS.find(fits) ?? STEPS.at(-1);
}

/** The begins of all stretches from one moment to another. */
export function stretches(step, first, last) {
  const begins = [];
  for (let at = step.begin(first); at <= last; at = step.next(at)) begins.push(at);
  return begins;
}

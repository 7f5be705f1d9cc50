// The calls put into stretches of time, and the figures of each.

import { stepFor, stretches } from "./times.js";

/** A quantile of ordered values, between two of them in proportion, as `parley log stats` has it. */
function quantileOf(ordered, share) {
  if (!ordered.length) return null;
  const place = share * (ordered.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ordered.length - 1);
  return ordered[below] + (ordered[above] - ordered[below]) * (place - below);
}

/** What some calls come to together. */
export function totalOf(calls) {
  const none = { seconds: 0, turns: 0, replies: 0, interrupted: 0, wrong: 0, errors: 0, failed: 0 };
  const total = { calls: calls.length, ...none };
  const latencies = [];
  for (const call of calls) {
    total.seconds += call.seconds ?? 0;
    total.turns += call.turns;
    total.replies += call.replies;
    total.interrupted += call.interrupted;
    total.wrong += call.false_interruptions;
    total.errors += call.errors;
    total.failed += call.errors > 0;
    for (const latency of call.latencies) latencies.push(latency);
  }
  const ordered = Float64Array.from(latencies).sort();
  total.answers = ordered.length;
  total.p50 = quantileOf(ordered, 0.5);
  total.p95 = quantileOf(ordered, 0.95);
  total.cutShare = total.replies ? total.interrupted / total.replies : null;
  return total;
}

/** The stretches from the first call to the last: begin, end, and what their calls come to. */
export function periodsOf(calls) {
  let [first, last] = [Infinity, -Infinity];
  for (const { at } of calls) {
    if (at === null) continue;
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  if (last < first) return { step: null, periods: [] };
  const step = stepFor(first, last);
  const begins = stretches(step, first, last);
  const groups = new Map(begins.map((begin) => [begin, []]));
  for (const call of calls) if (call.at !== null) groups.get(step.begin(call.at))?.push(call);
  const periods = begins.map((begin) => ({ begin, end: step.next(begin), ...totalOf(groups.get(begin)) }));
  return { step, periods };
}

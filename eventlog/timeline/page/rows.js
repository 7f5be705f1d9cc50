// The rows of the picture from top to bottom: where each lane stands and how high it is.

const HEIGHTS = { "user-speech": 46, "agent-speech": 46, final: 24, wait: 24, sound: 34 };
const USUAL_HEIGHT = 20;
const GAP = 5;
const MOST_LEVELS = 3; // tools at the same time, each with a height of its own
export const RULER = 24;
export const SPEECH_WORDS = 17; // pixels of a speech lane that are for its words, above the sound

export function rowsOf(story, waveform) {
  const lanes = [...story.lanes];
  const agent = lanes.findIndex((lane) => lane.id === "agent");
  lanes.splice(agent, 0, { id: "wait", name: "Latency", marks: waitMarks(story.waits) });
  if (waveform?.sides.length === 1) lanes.unshift({ id: "sound", name: "Recording", marks: [] });
  let top = RULER;
  return lanes.map((lane) => {
    const levels = lane.id === "tool" ? levelsOf(lane.marks) : 1;
    const height = (HEIGHTS[lane.id] ?? USUAL_HEIGHT) * (levels > 1 ? levels * 0.8 : 1);
    const row = { ...lane, top, height, levels };
    top += height + GAP;
    return row;
  });
}

/** What runs at the same time lies on top of each other; returns how many levels that takes. */
function levelsOf(marks) {
  const ends = [];
  for (const mark of marks) {
    const free = ends.findIndex((end) => end <= mark.a);
    mark.level = free < 0 ? Math.min(ends.length, MOST_LEVELS - 1) : free;
    ends[mark.level] = mark.b;
  }
  return Math.max(ends.length, 1);
}

export const bottomOf = (rows) => rows.at(-1).top + rows.at(-1).height + GAP;

/** The parts of a latency are consecutive, so each has its own place in time. */
function waitMarks(waits) {
  const marks = waits.flatMap((wait) => {
    let at = wait.a;
    return wait.parts.map(([name, seconds], index) => {
      const mark = { a: at, b: at + seconds, k: name, t: name, line: wait.line, wait: wait.e2e };
      mark.last = index === wait.parts.length - 1;
      at += seconds;
      return mark;
    });
  });
  return marks.sort((one, other) => one.a - other.a);
}

export function showNames(list, rows, makeOne) {
  list.replaceChildren(
    ...rows.map((row) => {
      const name = makeOne("li", "", row.name);
      name.style.top = `${row.top}px`;
      name.style.height = `${row.height}px`;
      return name;
    }),
  );
}

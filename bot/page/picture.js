// What has been told of the call's picture so far, and what time it is in the call.

const SPOKEN = { "user-speech": "user", "agent-speech": "agent" };

export class Picture {
  constructor() {
    this.lanes = [];
    this.marks = new Map();
    this.open = new Set();
    this.waits = [];
    this.zero = Infinity; // when the call began, on our clock
    this.stopped = null;
  }

  /** Take what an event has changed; returns whether there is a new answer. */
  take({ now, lanes, waits }) {
    // The message that was the least time on its way tells best how late it is.
    this.zero = Math.min(this.zero, performance.now() / 1000 - now);
    if (!this.lanes.length) this.lanes = lanes.map(({ id, name }) => ({ id, name, marks: [] }));
    lanes.forEach(({ marks }, index) => {
      for (const mark of marks) this.put(this.lanes[index], mark);
    });
    this.waits.push(...waits);
    return waits.length > 0;
  }

  put(lane, told) {
    const key = `${lane.id} ${told.id}`;
    let mark = this.marks.get(key);
    if (!mark) {
      mark = {};
      this.marks.set(key, mark);
      // Speech is told when it is over, so a mark may belong before the last one.
      let place = lane.marks.length;
      while (place > 0 && lane.marks[place - 1].a > told.a) place -= 1;
      lane.marks.splice(place, 0, mark);
    }
    Object.assign(mark, told);
    if (told.b === null) this.open.add(mark);
    else this.open.delete(mark);
    this.reach(this.now());
  }

  /** Seconds into the call. */
  now() {
    return this.stopped ?? Math.max(performance.now() / 1000 - this.zero, 0);
  }

  /** What is open goes on until now. */
  reach(now) {
    for (const mark of this.open) mark.b = Math.max(now, mark.a);
  }

  settle() {
    this.stopped = this.now(); // as it is, if the call said when it ended
    this.reach(this.stopped);
    this.open.clear();
  }

  /** The picture as the timeline page takes it. */
  story() {
    const lanes = this.lanes.map((lane) => ({ ...lane, marks: [...lane.marks, ...this.going(lane.id)] }));
    return { lanes, waits: this.waits };
  }

  /** Speech that is heard, or has been just now, and whose words are not told yet. */
  going(id) {
    if (!(id in SPOKEN) || this.stopped !== null) return [];
    const said = this.lanes.find((lane) => lane.id === id).marks.at(-1);
    const states = this.lanes.find((lane) => lane.id === SPOKEN[id]).marks;
    const from = states.findLastIndex((mark) => said && mark.a < said.b) + 1;
    return states
      .slice(from)
      .filter((mark) => mark.k === "speaking")
      .map((state) => Object.defineProperty({ a: state.a, k: "going", t: "…" }, "b", { get: () => state.b }));
  }
}

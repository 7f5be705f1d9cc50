// Long lists without a long wait: the first screenful at once, the rest while nothing else happens.

const FIRST_BATCH = 120;
const NEXT_BATCHES = 400;

/** Append `make(element, index)` for all elements; `done` is called when the last one is there. */
export function inBatches(parent, elements, makeOne, done = () => {}) {
  let next = 0;
  const add = (number) => {
    const batch = document.createDocumentFragment();
    for (const end = Math.min(next + number, elements.length); next < end; next += 1) {
      batch.append(makeOne(elements[next], next));
    }
    parent.append(batch);
    if (next < elements.length) setTimeout(add, 0, NEXT_BATCHES);
    else done();
  };
  add(FIRST_BATCH);
}

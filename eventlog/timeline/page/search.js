// The last of a sorted list that is not after a moment: lists are long, moments are many.

/** The index of the last element whose time is at most `at`, -1 if there is none. */
export function lastUpTo(list, at, time = (element) => element.a) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time(list[middle]) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

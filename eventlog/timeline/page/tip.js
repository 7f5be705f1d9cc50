// What is under the pointer, in words.

import { clock, lasting } from "./clock.js";
import { make, spoken } from "./dom.js";

const LONGEST_TIP = 300;

export class Tip {
  constructor(box) {
    this.box = box;
  }

  show(found, x, y) {
    this.box.hidden = !found;
    if (!found) return;
    const { row, mark } = found;
    const long = mark.b > mark.a ? ` to ${clock(mark.b, 3)}, ${lasting(mark.b - mark.a)}` : "";
    const cut = mark.k === "cut" ? ", cut off" : "";
    const of = mark.wait ? ` of ${lasting(mark.wait)}` : "";
    this.box.replaceChildren(
      make("strong", "", `${row.name}${cut}`),
      make("span", "quiet", `${clock(mark.a, 3)}${long}${of}`),
      spoken("span", "words", mark.t.slice(0, LONGEST_TIP)),
    );
    const room = this.box.parentElement.clientWidth;
    const wide = Math.min(this.box.offsetWidth, room);
    this.box.style.left = `${Math.max(Math.min(x + 14, room - wide), 0)}px`;
    this.box.style.top = `${y + 18}px`;
  }

  hide() {
    this.box.hidden = true;
  }
}

// The pointer on the lanes: drag pans, wheel and pinch zoom, a click jumps, hovering tells.

const STILL = 4; // pixels that a click may wander

export class Gestures {
  constructor(canvas, lanes, range, tip, clicked) {
    Object.assign(this, { canvas, lanes, range, tip, clicked });
    this.fingers = new Map();
    canvas.addEventListener("pointerdown", (press) => this.down(press));
    canvas.addEventListener("pointermove", (move) => this.move(move));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (lift) => this.up(lift));
    }
    canvas.addEventListener("pointerleave", () => tip.hide());
    canvas.addEventListener("wheel", (turn) => this.wheel(turn), { passive: false });
  }

  down(press) {
    this.canvas.setPointerCapture(press.pointerId);
    this.fingers.set(press.pointerId, press.offsetX);
    this.wandered = this.fingers.size > 1 ? Infinity : 0;
  }

  move(move) {
    const before = this.fingers.get(move.pointerId);
    if (before === undefined) {
      this.tip.show(this.lanes.hit(move.offsetX, move.offsetY), ...this.placeOf(move));
      return;
    }
    this.tip.hide();
    const others = [...this.fingers].filter(([id]) => id !== move.pointerId);
    this.fingers.set(move.pointerId, move.offsetX);
    if (others.length) {
      this.pinch(before, move.offsetX, others[0][1]);
      return;
    }
    this.wandered += Math.abs(move.offsetX - before);
    if (this.wandered > STILL) this.range.pan((before - move.offsetX) / this.lanes.scale.perSecond);
  }

  pinch(before, after, other) {
    const wide = Math.abs(after - other);
    if (wide < 10) return;
    this.range.zoom(Math.abs(before - other) / wide, this.lanes.scale.time((after + other) / 2));
  }

  up(lift) {
    this.fingers.delete(lift.pointerId);
    if (lift.type === "pointerup" && this.wandered <= STILL) {
      const found = this.lanes.hit(lift.offsetX, lift.offsetY);
      this.clicked(this.lanes.scale.time(lift.offsetX), found?.mark);
    }
  }

  wheel(turn) {
    const sideways = turn.deltaX || (turn.shiftKey ? turn.deltaY : 0);
    if (!turn.ctrlKey && !turn.metaKey && !sideways) return; // the page scrolls
    turn.preventDefault();
    if (turn.ctrlKey || turn.metaKey) {
      this.range.zoom(1.0025 ** turn.deltaY, this.lanes.scale.time(turn.offsetX));
    } else {
      this.range.pan(sideways / this.lanes.scale.perSecond);
    }
  }

  placeOf({ clientX, clientY }) {
    const home = this.tip.box.parentElement.getBoundingClientRect();
    return [clientX - home.left, clientY - home.top];
  }
}

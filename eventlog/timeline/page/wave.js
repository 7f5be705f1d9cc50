// The loudness of each side, worked out when the page was written.

export class Waveform {
  constructor(sound) {
    this.step = sound.peaks.step;
    this.offset = sound.offset;
    this.sides = sound.peaks.sides.map((side) => Uint8Array.from(atob(side), (c) => c.charCodeAt(0)));
  }

  /** Draw one side between two heights, a column for each pixel. */
  draw(pen, scale, side, top, height) {
    const peaks = this.sides[side];
    const middle = top + height / 2;
    pen.beginPath();
    for (let x = Math.floor(scale.left); x < scale.right; x += 1) {
      const from = Math.floor((scale.time(x) - this.offset) / this.step);
      const to = Math.max(Math.floor((scale.time(x + 1) - this.offset) / this.step), from + 1);
      let loud = 0;
      for (let place = Math.max(from, 0); place < Math.min(to, peaks.length); place += 1) {
        if (peaks[place] > loud) loud = peaks[place];
      }
      if (!loud) continue;
      // Speech is mostly far below the loudest: the root makes it seen.
      const half = Math.max((Math.sqrt(loud / 255) * height) / 2, 0.5);
      pen.rect(x, middle - half, 1, 2 * half);
    }
    pen.fill();
  }
}

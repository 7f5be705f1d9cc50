// A canvas as sharp as the screen, and the scale between its pixels and the seconds of a call.

export function penOf(canvas, height) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** How much of a canvas is seen, in the pixels that are drawn with, whatever the screen's are. */
export const widthOf = (pen) => pen.canvas.clientWidth;

export class Scale {
  constructor(from, to, width) {
    this.from = from;
    this.perSecond = width / (to - from);
    this.left = 0;
    this.right = width;
  }

  x(at) {
    return (at - this.from) * this.perSecond;
  }

  time(x) {
    return this.from + x / this.perSecond;
  }
}

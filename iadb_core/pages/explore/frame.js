// The part of the plane that is shown: points to places on the canvas, and back.

export class Frame {
  /** box: {low, width, upward}; upward: whether points are (x, y), y upward, and not (row, column). size: in pixels. */
  constructor(box, size) {
    [this.box, this.size] = [box, size];
  }

  /** The place of a point, [x, y] in pixels. */
  place(a, b) {
    const { low, width, upward } = this.box;
    const [first, second] = [(a - low[0]) / width, (b - low[1]) / width];
    return upward ? [first * this.size, (1 - second) * this.size] : [second * this.size, first * this.size];
  }

  /** The point at a place. */
  point(x, y) {
    const { low, width, upward } = this.box;
    const [right, down] = [x / this.size, y / this.size];
    return upward
      ? [low[0] + right * width, low[1] + (1 - down) * width]
      : [low[0] + down * width, low[1] + right * width];
  }

  /** A difference of points as one of places. */
  arrow(a, b) {
    const scale = this.size / this.box.width;
    return this.box.upward ? [a * scale, -b * scale] : [b * scale, a * scale];
  }
}

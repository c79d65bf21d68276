// Points as the page's data has them: 16 bits a coordinate, of the box that they lie in.
import { bytesOf } from "../shared/codec.js";

/** {low, width, values} to two sets of as many points, `first` and `other`, (2·count) each. */
export function pointsOf({ low, width, values }) {
  const bytes = bytesOf(values);
  const whole = new Uint16Array(bytes.buffer, 0, bytes.length >> 1);
  const points = Float32Array.from(whole, (value, i) => low[i % 2] + (value / 65535) * width);
  const half = 2 * Math.floor(points.length / 4);
  return { first: points.slice(0, half), other: points.slice(half, 2 * half) };
}

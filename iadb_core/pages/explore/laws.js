// Densities of the plane that are exactly known: a picture's, or normal distributions.
import { bytesOf } from "../shared/codec.js";
import { normalOf } from "../shared/random.js";

const MOST_LATTICE = 160; // points along each side of the lattice that stands for normal distributions
const REACH = 4.5; // standard deviations

/** How many nodes stand for a density: for one path, and for all points at once. */
export const [FINE, COARSE] = [{ least: 4096, most: 65536 }, { least: 1024, most: 3072 }];

/** The unit square, whose points are (row, column). */
export const UNIT = { low: [0, 0], width: 1, upward: false };

/** A density that is constant on each cell of a square part of the plane. */
export class Picture {
  /** values: (rows × columns), of any scale. box: where it lies; upward: whether points are (x, y), not (row, column). */
  constructor(values, rows, columns, box = UNIT) {
    [this.rows, this.columns, this.box] = [rows, columns, box];
    let sum = 0;
    for (const value of values) sum += value;
    this.empty = !(sum > 0);
    const scale = this.empty ? 0 : (rows * columns) / (sum * box.width ** 2);
    this.values = Float32Array.from(values, (value) => value * scale);
  }

  /** The density at a point. */
  at(x, y) {
    const { low, width, upward } = this.box;
    const [a, b] = [(x - low[0]) / width, (y - low[1]) / width];
    const row = Math.floor((upward ? 1 - b : a) * this.rows);
    const column = Math.floor((upward ? a : b) * this.columns);
    if (row < 0 || row >= this.rows || column < 0 || column >= this.columns) return 0;
    return this.values[row * this.columns + column];
  }

  /** The point of the plane at a share of the rows and of the columns. */
  point(down, along) {
    const { low, width, upward } = this.box;
    return upward ? [low[0] + along * width, low[1] + (1 - down) * width] : [low[0] + down * width, low[1] + along * width];
  }

  /** Points with weights that stand for it, {x, y, weight}: several a cell, or one for several, as `bounds` ask. */
  nodes({ least, most }) {
    let bright = 0;
    for (const value of this.values) if (value > 0) bright += 1;
    const divided = Math.min(8, Math.max(1, Math.ceil(Math.sqrt(least / Math.max(1, bright)))));
    return nodesOf(divided > 1 || bright <= most ? this.divided(divided) : this.together(Math.ceil(Math.sqrt(bright / most))));
  }

  divided(factor) {
    const found = { x: [], y: [], weight: [] };
    this.values.forEach((value, cell) => {
      if (!(value > 0)) return;
      const [row, column] = [Math.floor(cell / this.columns), cell % this.columns];
      for (let i = 0; i < factor * factor; i += 1) {
        const down = (row + (Math.floor(i / factor) + 0.5) / factor) / this.rows;
        add(found, this.point(down, (column + ((i % factor) + 0.5) / factor) / this.columns), value);
      }
    });
    return found;
  }

  /** A node for each block of cells, in the middle of its mass. */
  together(factor) {
    const blocks = new Map();
    this.values.forEach((value, cell) => {
      if (!(value > 0)) return;
      const [row, column] = [Math.floor(cell / this.columns), cell % this.columns];
      const key = Math.floor(row / factor) * this.columns + Math.floor(column / factor);
      if (!blocks.has(key)) blocks.set(key, [0, 0, 0]);
      const block = blocks.get(key);
      block[0] += value;
      block[1] += (value * (row + 0.5)) / this.rows;
      block[2] += (value * (column + 0.5)) / this.columns;
    });
    const found = { x: [], y: [], weight: [] };
    for (const [weight, down, along] of blocks.values()) add(found, this.point(down / weight, along / weight), weight);
    return found;
  }

  /** Points drawn from it, (2·count). */
  draw(count, uniform) {
    const cumulative = new Float64Array(this.values.length);
    let sum = 0;
    this.values.forEach((value, number) => {
      sum += value;
      cumulative[number] = sum;
    });
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i += 1) {
      const cell = firstAbove(cumulative, uniform() * sum);
      const down = (Math.floor(cell / this.columns) + uniform()) / this.rows;
      points.set(this.point(down, ((cell % this.columns) + uniform()) / this.columns), 2 * i);
    }
    return points;
  }
}

/** The number of the first entry of an ascending array that is above a value. */
export function firstAbove(ascending, value) {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function add(found, [x, y], weight) {
  found.x.push(x);
  found.y.push(y);
  found.weight.push(weight);
}

function nodesOf({ x, y, weight }) {
  const sum = weight.reduce((a, b) => a + b, 0);
  return {
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    weight: Float64Array.from(weight, (own) => own / sum),
  };
}

/** A mixture of normal distributions. */
export class Mixture {
  /** components: [{weight, mean: [x, y], covariance: [xx, xy, yy]}, …], whose weights sum to one. */
  constructor(components) {
    this.components = components.map((own) => {
      const [xx, xy, yy] = own.covariance;
      const determinant = xx * yy - xy * xy;
      return { ...own, determinant, inverse: [yy / determinant, -xy / determinant, xx / determinant] };
    });
    this.empty = false;
  }

  at(x, y) {
    let sum = 0;
    for (const { weight, mean, inverse, determinant } of this.components) {
      const [dx, dy] = [x - mean[0], y - mean[1]];
      const square = inverse[0] * dx * dx + 2 * inverse[1] * dx * dy + inverse[2] * dy * dy;
      sum += (weight * Math.exp(-0.5 * square)) / (2 * Math.PI * Math.sqrt(determinant));
    }
    return sum;
  }

  /** The same, on a lattice that reaches far enough. */
  nodes({ most }) {
    const lattice = Math.min(MOST_LATTICE, Math.floor(Math.sqrt(most)));
    const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
    for (const { mean, covariance } of this.components) {
      [covariance[0], covariance[2]].forEach((variance, side) => {
        low[side] = Math.min(low[side], mean[side] - REACH * Math.sqrt(variance));
        high[side] = Math.max(high[side], mean[side] + REACH * Math.sqrt(variance));
      });
    }
    const found = { x: [], y: [], weight: [] };
    for (let i = 0; i < lattice; i += 1) {
      for (let j = 0; j < lattice; j += 1) {
        const x = low[0] + ((high[0] - low[0]) * i) / (lattice - 1);
        const y = low[1] + ((high[1] - low[1]) * j) / (lattice - 1);
        const weight = this.at(x, y);
        if (weight > 0) add(found, [x, y], weight);
      }
    }
    return nodesOf(found);
  }

  draw(count, uniform) {
    const normal = normalOf(uniform);
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i += 1) {
      let left = uniform();
      let own = this.components[this.components.length - 1];
      for (const component of this.components) {
        left -= component.weight;
        if (left < 0) {
          own = component;
          break;
        }
      }
      const [a, b] = normalPair(own.covariance, normal);
      points[2 * i] = own.mean[0] + a;
      points[2 * i + 1] = own.mean[1] + b;
    }
    return points;
  }
}

/** Two normal numbers of mean zero and a covariance [xx, xy, yy], which may be singular. */
export function normalPair([xx, xy, yy], normal) {
  const [one, two] = [normal(), normal()];
  const first = Math.sqrt(Math.max(0, xx));
  const second = first > 0 ? xy / first : 0;
  return [first * one, second * one + Math.sqrt(Math.max(0, yy - second * second)) * two];
}

/** A density from the page's data; null where it is not exactly known. */
export function lawOf(data) {
  if (!data) return null;
  if (data.kind === "picture") {
    const bytes = bytesOf(data.values);
    const values = data.bits === 16 ? new Uint16Array(bytes.buffer) : bytes;
    return new Picture(values, data.rows, data.columns, data.box ?? UNIT);
  }
  if (data.kind === "mixture") return new Mixture(data.components);
  throw new Error(`this page does not know the density ${data.kind}`);
}

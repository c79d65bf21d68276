// The exact field E[x₁ − x₀ | x_α = x] between two known densities: no network, no training.
import { COARSE, Mixture, Picture } from "./laws.js";

/** The field between two densities, (x, α) to mean differences, (2·rows). bounds: of nodes that stand for a picture. */
export function exactField(source, target, bounds = COARSE) {
  if (source instanceof Mixture && target instanceof Mixture) return mixtureField(source, target);
  const plane = new Plane(source, target, bounds);
  return (x, alpha) => plane.field(x, alpha);
}

function meanOf(nodes) {
  let [x, y] = [0, 0];
  nodes.weight.forEach((weight, i) => {
    x += weight * nodes.x[i];
    y += weight * nodes.y[i];
  });
  return [x, y];
}

/**
 * Sums over all pairs that blend into a point. Up to α = ½ over x₁, beyond it over x₀, so that the other sample of a
 * pair moves by at most as much as the one that is summed over.
 */
export class Plane {
  constructor(source, target, bounds = COARSE) {
    [this.source, this.target] = [source, target];
    [this.nodes0, this.nodes1] = [source.nodes(bounds), target.nodes(bounds)];
    const [mean0, mean1] = [meanOf(this.nodes0), meanOf(this.nodes1)];
    this.between = [mean1[0] - mean0[0], mean1[1] - mean0[1]]; // where no pair blends into a point
  }

  /** What is summed over, the density of the other side, and the share of the first in a blend. */
  sides(alpha) {
    const early = alpha <= 0.5;
    const [nodes, other, share] = early ? [this.nodes1, this.source, alpha] : [this.nodes0, this.target, 1 - alpha];
    return { early, nodes, other, share };
  }

  /**
   * How likely each node is in a blend at (a, b), not normalised, into `weights`; sums: of them, and of them times
   * the nodes' coordinates.
   */
  weigh(a, b, sides, weights, sums) {
    if (sides.other instanceof Picture) weighCells(a, b, sides, weights, sums);
    else weighPoints(a, b, sides, weights, sums);
  }

  field(x, alpha) {
    const sides = this.sides(alpha);
    const { early, nodes, share } = sides;
    const weights = new Float64Array(nodes.weight.length);
    const sums = new Float64Array(3);
    const factor = (early ? 1 : -1) / (1 - share);
    const out = new Float32Array(x.length);
    for (let row = 0; row < x.length; row += 2) {
      this.weigh(x[row], x[row + 1], sides, weights, sums);
      const known = sums[0] > 0;
      out[row] = known ? factor * (sums[1] / sums[0] - x[row]) : this.between[0];
      out[row + 1] = known ? factor * (sums[2] / sums[0] - x[row + 1]) : this.between[1];
    }
    return out;
  }
}

/** Where the other density is one of cells: the cell of each node's other sample is affine in the node. */
function weighCells(a, b, { nodes, other, share }, weights, sums) {
  const { rows, columns, values, box } = other;
  const scale = 1 / ((1 - share) * box.width);
  const [first, second] = [a * scale - box.low[0] / box.width, b * scale - box.low[1] / box.width];
  const [rowAt, rowBy] = box.upward ? [(1 - second) * rows, -share * scale * rows] : [first * rows, share * scale * rows];
  const columnAt = (box.upward ? first : second) * columns;
  const columnBy = share * scale * columns;
  const [down, along] = box.upward ? [nodes.y, nodes.x] : [nodes.x, nodes.y];
  const own = nodes.weight;
  let [sum, sumDown, sumAlong] = [0, 0, 0];
  for (let i = 0; i < own.length; i += 1) {
    const row = rowAt - rowBy * down[i];
    const column = columnAt - columnBy * along[i];
    if (row >= 0 && row < rows && column >= 0 && column < columns) {
      const weight = own[i] * values[(row | 0) * columns + (column | 0)];
      weights[i] = weight;
      sum += weight;
      sumDown += weight * down[i];
      sumAlong += weight * along[i];
    } else {
      weights[i] = 0;
    }
  }
  sums[0] = sum;
  [sums[1], sums[2]] = box.upward ? [sumAlong, sumDown] : [sumDown, sumAlong];
}

/** The same for any other density. */
function weighPoints(a, b, { nodes, other, share }, weights, sums) {
  const scale = 1 / (1 - share);
  sums.fill(0);
  for (let i = 0; i < weights.length; i += 1) {
    const weight = nodes.weight[i] * other.at((a - share * nodes.x[i]) * scale, (b - share * nodes.y[i]) * scale);
    weights[i] = weight;
    sums[0] += weight;
    sums[1] += weight * nodes.x[i];
    sums[2] += weight * nodes.y[i];
  }
}

/** All pairs of components at an α: their blend N(mean, S), its inverse, and the logarithm of its height. */
export function blendedPairs(source, target, alpha) {
  const found = [];
  for (const one of source.components) {
    for (const two of target.components) {
      const [c, d] = [one.covariance, two.covariance];
      const s = c.map((value, i) => (1 - alpha) ** 2 * value + alpha ** 2 * d[i]);
      const determinant = s[0] * s[2] - s[1] * s[1];
      found.push({
        one,
        two,
        mean: one.mean.map((value, i) => (1 - alpha) * value + alpha * two.mean[i]),
        inverse: [s[2] / determinant, -s[1] / determinant, s[0] / determinant],
        height: Math.log(one.weight * two.weight) - 0.5 * Math.log(determinant),
      });
    }
  }
  return found;
}

/** How likely each pair is at a point, summing to one, and S⁻¹(x − mean) of each. */
export function likelyPairs(pairs, x, y) {
  let most = -Infinity;
  const logs = [];
  const solved = pairs.map(({ mean, inverse, height }) => {
    const [dx, dy] = [x - mean[0], y - mean[1]];
    const own = [inverse[0] * dx + inverse[1] * dy, inverse[1] * dx + inverse[2] * dy];
    logs.push(height - 0.5 * (own[0] * dx + own[1] * dy));
    most = Math.max(most, logs[logs.length - 1]);
    return own;
  });
  const weights = logs.map((log) => Math.exp(log - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return { weights: weights.map((weight) => weight / sum), solved };
}

/** Between mixtures, in closed form: n − m + (αD − (1 − α)C)S⁻¹(x − μ) of each pair, as likely as it is. */
function mixtureField(source, target) {
  return (x, alpha) => {
    const pairs = blendedPairs(source, target, alpha);
    const out = new Float32Array(x.length);
    for (let row = 0; row < x.length; row += 2) {
      const { weights, solved } = likelyPairs(pairs, x[row], x[row + 1]);
      let [first, second] = [0, 0];
      pairs.forEach(({ one, two }, number) => {
        const k = two.covariance.map((value, i) => alpha * value - (1 - alpha) * one.covariance[i]);
        const [a, b] = solved[number];
        first += weights[number] * (two.mean[0] - one.mean[0] + k[0] * a + k[1] * b);
        second += weights[number] * (two.mean[1] - one.mean[1] + k[1] * a + k[2] * b);
      });
      out[row] = first;
      out[row + 1] = second;
    }
    return out;
  };
}

// (De)blending by chance, the paper's first algorithm: at each α a pair is drawn of all that blend into a point.
import { Plane, blendedPairs, likelyPairs } from "./exact.js";
import { Mixture, firstAbove, normalPair } from "./laws.js";
import { normalOf } from "../shared/random.js";

/** The states of points at each of the alphas, ascending from 0 to 1, the start included. uniform: for each point its own. */
export function byChance(source, target, start, alphas, uniform) {
  const pairs = pairsOf(source, target);
  const random = { uniform, normal: uniform.map(normalOf) };
  const states = [Float32Array.from(start)];
  for (let number = 1; number < alphas.length; number += 1) {
    const [alpha, following] = [alphas[number - 1], alphas[number]];
    const drawn = pairs(states[number - 1], alpha, random);
    const next = new Float32Array(start.length);
    for (let i = 0; i < next.length; i += 1) next[i] = (1 - following) * drawn.x0[i] + following * drawn.x1[i];
    states.push(next);
  }
  return states;
}

/**
 * What draws, for each of some points, a pair of all that blend into it: (x, α, random) to {x0, x1}; random: {uniform,
 * normal}, numbers for each point.
 */
export function pairsOf(source, target) {
  const both = source instanceof Mixture && target instanceof Mixture;
  return both ? ofMixtures(source, target) : ofPlane(source, target);
}

/** Pairs of densities of the plane: a node of one of them is drawn, by how likely it is. */
function ofPlane(source, target) {
  const plane = new Plane(source, target);
  return (x, alpha, { uniform }) => {
    const sides = plane.sides(alpha);
    const { early, nodes, share } = sides;
    const [weights, sums] = [new Float64Array(nodes.weight.length), new Float64Array(3)];
    const [y, rest] = [new Float32Array(x.length), new Float32Array(x.length)];
    for (let row = 0; row < x.length; row += 2) {
      plane.weigh(x[row], x[row + 1], sides, weights, sums);
      if (!(sums[0] > 0)) {
        weights.set(nodes.weight);
        sums[0] = 1;
      }
      for (let i = 1; i < weights.length; i += 1) weights[i] += weights[i - 1];
      const chosen = firstAbove(weights, uniform[row / 2]() * sums[0]);
      [y[row], y[row + 1]] = [nodes.x[chosen], nodes.y[chosen]];
      for (const i of [row, row + 1]) rest[i] = (x[i] - share * y[i]) / (1 - share);
    }
    return early ? { x0: rest, x1: y } : { x0: y, x1: rest };
  };
}

/** Pairs of mixtures: which components they are of is drawn, then x₁, which is normal given those. */
function ofMixtures(source, target) {
  return (x, alpha, { uniform, normal }) => {
    const pairs = blendedPairs(source, target, alpha);
    const [x0, x1] = [new Float32Array(x.length), new Float32Array(x.length)];
    for (let row = 0; row < x.length; row += 2) {
      const { weights, solved } = likelyPairs(pairs, x[row], x[row + 1]);
      let left = uniform[row / 2]();
      let number = 0;
      while (number < weights.length - 1 && left >= weights[number]) {
        left -= weights[number];
        number += 1;
      }
      const { two, inverse } = pairs[number];
      const [d, [a, b]] = [two.covariance, solved[number]];
      const mean = [two.mean[0] + alpha * (d[0] * a + d[1] * b), two.mean[1] + alpha * (d[1] * a + d[2] * b)];
      const noise = normalPair(leftOver(d, inverse, alpha), normal[row / 2]);
      for (const i of [0, 1]) {
        x1[row + i] = mean[i] + noise[i];
        x0[row + i] = (x[row + i] - alpha * x1[row + i]) / (1 - alpha);
      }
    }
    return { x0, x1 };
  };
}

/** D − α²DS⁻¹D, [xx, xy, yy]. */
function leftOver(d, s, alpha) {
  const rows = [[d[0], d[1]], [d[1], d[2]]];
  const inverse = [[s[0], s[1]], [s[1], s[2]]];
  const entry = (i, j) => {
    let sum = 0;
    for (let k = 0; k < 2; k += 1) for (let l = 0; l < 2; l += 1) sum += rows[i][k] * inverse[k][l] * rows[l][j];
    return rows[i][j] - alpha ** 2 * sum;
  };
  return [entry(0, 0), entry(0, 1), entry(1, 1)];
}

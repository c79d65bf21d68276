// How far apart sets of points are.

const DIRECTIONS = 32;
const DRAWS = 6; // of two sets of real points

/**
 * Sliced W₂, with root: the mean over directions, spread evenly, of the squared distance of sorted projections.
 * one, other: (2·count) each; of the larger one, the first points count. Source: Bonneel et al. 2015.
 */
export function slicedW2(one, other) {
  const count = Math.min(one.length, other.length) >> 1;
  let sum = 0;
  for (let number = 0; number < DIRECTIONS; number += 1) {
    const angle = (Math.PI * (number + 0.5)) / DIRECTIONS;
    const [a, b] = [projected(one, count, angle), projected(other, count, angle)];
    for (let i = 0; i < count; i += 1) sum += (a[i] - b[i]) ** 2;
  }
  return Math.sqrt(sum / (count * DIRECTIONS));
}

/** The distance of two halves of real points, by chance how: its mean and deviation over several draws. */
export function floorOf({ first, other }, uniform) {
  const all = Float32Array.from([...first, ...other]);
  const found = Array.from({ length: DRAWS }, () => {
    for (let i = all.length / 2 - 1; i > 0; i -= 1) {
      const j = Math.floor(uniform() * (i + 1));
      for (const k of [0, 1]) [all[2 * i + k], all[2 * j + k]] = [all[2 * j + k], all[2 * i + k]];
    }
    const half = 2 * (all.length >> 2);
    return slicedW2(all.subarray(0, half), all.subarray(half, 2 * half));
  });
  const mean = found.reduce((a, b) => a + b, 0) / DRAWS;
  return { mean, std: Math.sqrt(found.reduce((sum, own) => sum + (own - mean) ** 2, 0) / (DRAWS - 1)) };
}

function projected(points, count, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = cos * points[2 * i] + sin * points[2 * i + 1];
  return values.sort();
}

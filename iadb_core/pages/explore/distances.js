// How far apart sets of points are.

const DIRECTIONS = 32;

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

function projected(points, count, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = cos * points[2 * i] + sin * points[2 * i + 1];
  return values.sort();
}

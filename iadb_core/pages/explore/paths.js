// States of points by α: where they are between two of them, and along which way they came.

/** The positions at an α, (2·rows), between the states of the alphas, in whichever direction those run. */
export function positionsAt(states, alphas, alpha) {
  const last = alphas.length - 1;
  const sign = alphas[last] >= alphas[0] ? 1 : -1;
  let after = 1;
  while (after < last && sign * alphas[after] < sign * alpha) after += 1;
  const [from, to] = [alphas[after - 1], alphas[after]];
  const share = Math.min(1, Math.max(0, (alpha - from) / (to - from)));
  const [one, two] = [states[after - 1], states[after]];
  const out = new Float32Array(one.length);
  for (let i = 0; i < out.length; i += 1) out[i] = one[i] + share * (two[i] - one[i]);
  return out;
}

/** Which states, by number, are drawn of so many: the ends, and no more than `most` in all. */
export function drawnStates(count, most) {
  const stride = Math.max(1, Math.ceil((count - 1) / (most - 1)));
  const numbers = [];
  for (let number = 0; number < count - 1; number += stride) numbers.push(number);
  return [...numbers, count - 1];
}

/** How far the ends of two ways are apart. */
export function apart(one, two) {
  return Math.hypot(one[0] - two[0], one[1] - two[1]);
}

/** Starts on a circle, (2·count). */
export function circleOf([a, b], radius, count = 40) {
  const out = new Float32Array(2 * count);
  for (let i = 0; i < count; i += 1) {
    const angle = (2 * Math.PI * i) / count;
    out.set([a + radius * Math.cos(angle), b + radius * Math.sin(angle)], 2 * i);
  }
  return out;
}

// Following a field from x₀ (α = 0) to x₁ (α = 1), or back: the solvers of iadb_core/method/solvers.

/** x + Σ wᵢ·kᵢ of arrays; scale: of all weights. */
function moved(x, scale, weights, slopes) {
  const out = Float32Array.from(x);
  weights.forEach((weight, number) => {
    const factor = scale * weight;
    if (factor === 0) return;
    const slope = slopes[number];
    for (let i = 0; i < out.length; i += 1) out[i] += factor * slope[i];
  });
  return out;
}

/** Steps from one α to the next: (field, x, α, Δα) to x there; cost: evaluations of a step. */
const STEPS = {
  euler: { cost: 1, step: (field, x, alpha, by) => moved(x, by, [1], [field(x, alpha)]) },
  midpoint: {
    cost: 2,
    step(field, x, alpha, by) {
      const half = moved(x, by / 2, [1], [field(x, alpha)]);
      return moved(x, by, [1], [field(half, alpha + by / 2)]);
    },
  },
  heun: {
    cost: 2,
    step(field, x, alpha, by) {
      const here = field(x, alpha);
      const there = field(moved(x, by, [1], [here]), alpha + by);
      return moved(x, by, [0.5, 0.5], [here, there]);
    },
  },
  rk4: {
    cost: 4,
    step(field, x, alpha, by) {
      const k1 = field(x, alpha);
      const k2 = field(moved(x, by / 2, [1], [k1]), alpha + by / 2);
      const k3 = field(moved(x, by / 2, [1], [k2]), alpha + by / 2);
      const k4 = field(moved(x, by, [1], [k3]), alpha + by);
      return moved(x, by, [1 / 6, 1 / 3, 1 / 3, 1 / 6], [k1, k2, k3, k4]);
    },
  },
  map: {
    cost: 1,
    step(field, x, alpha, by) {
      if (by < 0) throw new Error("a flow map jumps only forward");
      return moved(x, by, [1], [field(x, alpha, by)]);
    },
  },
};

/** What solvers are called, and how many evaluations a step of each takes; dopri5 chooses its steps by itself. */
export const COSTS = { euler: 1, midpoint: 2, heun: 2, rk4: 4, map: 1, dopri5: null };

/** The values of α of so many equal steps, both ends included. */
export function schedule(steps, backward = false) {
  const alphas = Array.from({ length: steps + 1 }, (_, step) => step / steps);
  return backward ? alphas.reverse() : alphas;
}

/**
 * The states of points at each of the alphas, the start included.
 * field: (x, α, jump) to velocities, (2·rows). tolerance: of dopri5, relative and absolute.
 */
export function follow(field, start, alphas, solver, tolerance = 1e-5) {
  if (solver === "dopri5") return new Dopri5(field, tolerance).states(start, alphas);
  if (!Object.hasOwn(STEPS, solver)) throw new Error(`this page does not know the solver ${solver}`);
  const states = [Float32Array.from(start)];
  for (let number = 1; number < alphas.length; number += 1) {
    const from = alphas[number - 1];
    states.push(STEPS[solver].step(field, states[number - 1], from, alphas[number] - from));
  }
  return states;
}

// Source: Dormand and Prince 1980, table 2; the middle of a step, Shampine 1986.
const STAGES = [
  [1 / 5, [1 / 5]],
  [3 / 10, [3 / 40, 9 / 40]],
  [4 / 5, [44 / 45, -56 / 15, 32 / 9]],
  [8 / 9, [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729]],
  [1, [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656]],
  [1, [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]],
];
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
const MIDDLE = [
  6025192743 / 60171106304, 0, 51252292925 / 130801643196, -2691868925 / 90256659456, 187940372067 / 3189068634112,
  -1776094331 / 39487288512, 11237099 / 470086768,
];
const [SAFETY, LEAST_FACTOR, GREATEST_FACTOR] = [0.9, 0.2, 10];
const SHORTEST = 2 ** -40;
const MOST_STEPS = 2000;

/** Steps of order 5 that choose their length by themselves, the same for all points. */
class Dopri5 {
  constructor(field, tolerance) {
    [this.field, this.tolerance] = [field, tolerance];
  }

  states(start, alphas) {
    const states = [Float32Array.from(start)];
    const end = alphas[alphas.length - 1];
    let [x, alpha, steps] = [states[0], alphas[0], 0];
    let slope = this.field(x, alpha);
    let length = this.firstLength(x, alpha, end, slope);
    let made = null;
    for (const wanted of alphas.slice(1)) {
      while (made === null || Math.abs(made.end - alphas[0]) < Math.abs(wanted - alphas[0])) {
        steps += 1;
        if (steps > MOST_STEPS) throw new Error("dopri5 cannot keep this tolerance");
        [made, length] = this.step(x, alpha, end, slope, length);
        [x, alpha, slope] = [made.xEnd, made.end, made.slopeEnd];
      }
      states.push(between(made, wanted));
    }
    return states;
  }

  /** The root of the mean square of an error, in units of what is tolerated at these states. */
  norm(error, one, other = one) {
    let sum = 0;
    for (let i = 0; i < error.length; i += 1) {
      const size = Math.max(Math.abs(one[i]), Math.abs(other[i]));
      sum += (error[i] / (this.tolerance + this.tolerance * size)) ** 2;
    }
    return Math.sqrt(sum / error.length);
  }

  firstLength(x, alpha, end, slope) {
    const [size, steepness] = [this.norm(x, x), this.norm(slope, x)];
    let tried = Math.min(size, steepness) < 1e-5 ? 1e-6 : (0.01 * size) / steepness;
    tried = Math.min(tried, Math.abs(end - alpha));
    const forward = end > alpha ? tried : -tried;
    const other = this.field(moved(x, forward, [1], [slope]), alpha + forward);
    const change = this.norm(moved(other, -1, [1], [slope]), x) / tried;
    const greatest = Math.max(steepness, change);
    const length = greatest <= 1e-15 ? Math.max(1e-6, tried * 1e-3) : (0.01 / greatest) ** 0.2;
    return Math.min(100 * tried, length);
  }

  /** A step as long as the tolerance allows, of at most `length`; and how long the next is tried. */
  step(x, alpha, end, slope, length) {
    for (;;) {
      const last = length >= Math.abs(end - alpha);
      const forward = last ? end - alpha : Math.sign(end - alpha) * length;
      const slopes = [slope];
      let xEnd = x;
      for (const [place, weights] of STAGES) {
        xEnd = moved(x, forward, weights, slopes);
        slopes.push(this.field(xEnd, last && place === 1 ? end : alpha + place * forward));
      }
      const nothing = new Float32Array(x.length);
      const error = this.norm(moved(nothing, forward, ERROR, slopes), x, xEnd);
      const factor = error > 0 && error < Infinity ? SAFETY * error ** -0.2 : GREATEST_FACTOR;
      if (error <= 1) {
        const made = { start: alpha, end: last ? end : alpha + forward, x, xEnd, slope, slopeEnd: slopes[6] };
        made.middle = moved(x, forward, MIDDLE, slopes);
        return [made, Math.abs(forward) * Math.min(GREATEST_FACTOR, Math.max(1, factor))];
      }
      length = Math.abs(forward) * (Number.isFinite(error) ? Math.max(LEAST_FACTOR, factor) : LEAST_FACTOR);
      if (!(length >= SHORTEST)) throw new Error("dopri5 cannot keep this tolerance");
    }
  }
}

/** The state at an α within a step: a polynomial of degree four through both ends, their slopes and the middle. */
function between(made, alpha) {
  if (alpha === made.end) return made.xEnd;
  const length = made.end - made.start;
  const s = (alpha - made.start) / length;
  const r = 1 - s;
  const out = new Float32Array(made.x.length);
  for (let i = 0; i < out.length; i += 1) {
    const bump = made.middle[i] - (made.x[i] + made.xEnd[i]) / 2 - (made.slope[i] - made.slopeEnd[i]) * (length / 8);
    out[i] =
      r * r * (1 + 2 * s) * made.x[i] + s * s * (1 + 2 * r) * made.xEnd[i] + length * s * r * r * made.slope[i] -
      length * s * s * r * made.slopeEnd[i] + 16 * s * s * r * r * bump;
  }
  return out;
}

// The one start that is dragged: its path, the exact one, and where the circle of starts around it ends.
import { CHANCE, EXACT, NETWORK, PAIRS } from "./jobs.js";
import { apart, circleOf, positionsAt } from "./paths.js";
import { schedule } from "../shared/solvers.js";
import { RING } from "./stage.js";

const THROUGH = 40; // pairs that blend into the place where the start is
const INSIDE = 0.02; // how far from both ends α is kept for those: at the ends all of them meet
const FINELY = 64; // of the exact path
const AROUND = 32; // of the exact paths of the circle

/** Where a start is at an α, [a, b]. trace: {own, alphas}, its states at each of the alphas. */
export function hereOf({ own, alphas }, alpha) {
  return positionsAt(own.map((state) => Float32Array.from(state)), alphas, alpha);
}

const asPoints = (states) => states.map((state) => [state[0], state[1]]);

export class Traced {
  /** alone: what moves one point on the page; pool: what moves many, away from it. changed: is called once it has. */
  constructor(data, alone, pool, changed) {
    [this.data, this.alone, this.pool, this.changed] = [data, alone, pool, changed];
    [this.trace, this.key] = [null, null];
  }

  /** What is drawn of it at an α, or null. through: whether the pairs are that blend into where it is. */
  at(alpha, through) {
    if (!this.trace) return null;
    const here = hereOf(this.trace, alpha);
    const { request } = this.trace;
    const shown = through && (this.data.known || request.drawn) && (request.by === NETWORK || request.by === EXACT);
    return { ...this.trace, here, through: shown ? this.through(request, here, alpha) : null };
  }

  /** Pairs that blend into a point, {x0, x1}, and the ends of their mean by the field, {mean: [x₀, x₁]}. */
  through(request, here, wanted) {
    const alpha = Math.min(1 - INSIDE, Math.max(INSIDE, wanted));
    const [a, b] = this.alone.fieldOf(request)(Float32Array.from(here), alpha, 0);
    const along = (by) => [here[0] + by * a, here[1] + by * b];
    return { ...this.alone.through(request, here, alpha, THROUGH), mean: [along(-alpha), along(1 - alpha)] };
  }

  /** Follow a start in the way of what was computed, {key, request}. shown: {start, or null; circle}. */
  show({ key, request }, { start, circle }) {
    const own = JSON.stringify([key, start, circle]);
    if (this.key === own) return;
    this.key = own;
    const before = this.trace;
    this.trace = null;
    if (start === null || request.by === PAIRS) return;
    this.trace = this.paths(request, Float32Array.from(start), before);
    if (circle) this.encircle(request, start, own);
  }

  /** The paths of the start: as chosen, exactly, and as it was before another way was chosen. */
  paths(request, start, before) {
    const own = asPoints(this.alone.states({ ...request, start }).states);
    const about = JSON.stringify([String(start), request.drawn?.values, request.backward, request.told]);
    const trace = { request, own, alphas: request.alphas, exact: null, apart: null, before: null, about };
    if (before?.about === about) trace.before = before.own;
    const known = this.data.known || request.drawn;
    if (known && request.by !== EXACT && (request.told === null || request.by !== NETWORK)) {
      const exactly = { ...request, by: EXACT, solver: "rk4", alphas: schedule(FINELY, request.backward), start };
      trace.exact = asPoints(this.alone.states(exactly).states);
      if (request.by !== CHANCE) trace.apart = apart(own[own.length - 1], trace.exact[FINELY]); // else of one draw
    }
    return trace;
  }

  /** Where the circle of starts ends that the ring is: exactly, and by the network if that is chosen; once computed. */
  async encircle(request, middle, key) {
    if (request.by === CHANCE || (!this.trace.exact && request.by !== EXACT)) return;
    const start = circleOf(middle, this.data.box.width / RING);
    const exactly = { ...request, by: EXACT, solver: "midpoint", alphas: schedule(AROUND, request.backward) };
    const ways = request.by === EXACT ? [exactly] : [exactly, request];
    try {
      const found = await Promise.all(ways.map((way) => this.pool.states({ ...way, start })));
      if (this.key !== key || !this.trace) return;
      this.trace.around = found.map(({ states }) => states[states.length - 1]);
      this.changed();
    } catch {
      // given up, since something else was chosen
    }
  }
}

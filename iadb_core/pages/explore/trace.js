// The one start that is dragged: its path, the exact one, and where the circle of starts around it ends.
import { CHANCE, EXACT, NETWORK, PAIRS } from "./jobs.js";
import { apart, circleOf, positionsAt } from "./paths.js";
import { schedule } from "../shared/solvers.js";
import { RING } from "./stage.js";

const FINELY = 64; // of the exact path
const AROUND = 32; // of the exact paths of the circle

/** Where a start is at an α, [a, b]. trace: {own, alphas}, its states at each of the alphas. */
export function hereOf({ own, alphas }, alpha) {
  return positionsAt(own.map((state) => Float32Array.from(state)), alphas, alpha);
}

const pairsOf = (states) => states.map((state) => [state[0], state[1]]);

export class Traced {
  /** alone: what moves one point on the page; pool: what moves many, away from it. changed: is called once it has. */
  constructor(data, alone, pool, changed) {
    [this.data, this.alone, this.pool, this.changed] = [data, alone, pool, changed];
    [this.trace, this.key] = [null, null];
  }

  /** What is drawn of it at an α, or null. */
  at(alpha) {
    return this.trace && { ...this.trace, here: hereOf(this.trace, alpha) };
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
    const own = pairsOf(this.alone.states({ ...request, start }).states);
    const about = JSON.stringify([String(start), request.drawn?.values, request.backward, request.told]);
    const trace = { own, alphas: request.alphas, exact: null, apart: null, before: null, about };
    if (before?.about === about) trace.before = before.own;
    const known = this.data.known || request.drawn;
    if (known && request.by !== EXACT && (request.told === null || request.by !== NETWORK)) {
      const exactly = { ...request, by: EXACT, solver: "rk4", alphas: schedule(FINELY, request.backward), start };
      trace.exact = pairsOf(this.alone.states(exactly).states);
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

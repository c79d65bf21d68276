// What is asked of the workers for what is chosen, and of which points.
import { stepsOf } from "./choices.js";
import { SIDE } from "./drawn.js";
import { CHANCE, NETWORK, PAIRS } from "./jobs.js";
import { lawOf } from "./laws.js";
import { pointsOf } from "./points.js";
import { uniformOf } from "../shared/random.js";
import { schedule } from "../shared/solvers.js";

export const MOST_CHANCE = 32; // steps by chance, each of which sums over all pairs
const STATES_OF_ADAPTIVE = 32;
const DRAWN_POINTS = 2048;

/** What is computed for choices; its points are given when it is. drawing: what was painted. */
export function requestOf(chosen, data, drawing) {
  const { model, by, solver, nfe, tolerance, backward, told, weight, seed, drawn } = chosen;
  return {
    model,
    by,
    solver: solver === "map" && by !== NETWORK ? "euler" : solver,
    alphas: schedule(stepsFor(by, solver, nfe), backward),
    tolerance,
    told,
    weight,
    seed,
    backward,
    drawn: drawn ? ofCells(drawing.cells, data.box) : null,
    fallback: data.fallback,
  };
}

function stepsFor(by, solver, nfe) {
  if (by === PAIRS) return 1;
  if (by === CHANCE) return Math.min(nfe, MOST_CHANCE);
  return solver === "dopri5" ? STATES_OF_ADAPTIVE : stepsOf(solver, nfe);
}

/** The density of what was painted, as the page's data has densities. */
function ofCells(cells, box) {
  return { kind: "picture", values: btoa(String.fromCharCode(...cells)), rows: SIDE, columns: SIDE, box };
}

/** Points of source and target: those that are shown and measured by, and others for the floor. */
export class Sets {
  constructor(data) {
    this.data = data;
    [this.source, this.target] = [pointsOf(data.points.source), pointsOf(data.points.target)];
  }

  /** The points that a request begins with, and the real ones that its ends are compared with. */
  of({ drawn, backward }) {
    const target = drawn ? setOf(lawOf(drawn)) : this.target;
    const source = drawn && !this.data.source ? setOf(lawOf(this.data.fallback)) : this.source;
    return backward ? { from: target, to: source } : { from: source, to: target };
  }
}

/** Two sets of points of a density. */
function setOf(law) {
  const points = law.draw(2 * DRAWN_POINTS, uniformOf(7));
  return { first: points.slice(0, 2 * DRAWN_POINTS), other: points.slice(2 * DRAWN_POINTS) };
}

/** Pairs by chance: each start with a real sample, on a straight line. */
export function paired(from, to) {
  const uniform = uniformOf(1);
  const count = Math.min(from.first.length, to.first.length) / 2;
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const ends = new Float32Array(2 * count);
  order.forEach((own, i) => ends.set(to.first.subarray(2 * own, 2 * own + 2), 2 * i));
  return { states: [from.first.slice(0, 2 * count), ends], evaluations: 0 };
}

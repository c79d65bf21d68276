// What is computed, away from the page: where points go, however they are moved.
import { byChance, pairsOf } from "./chance.js";
import { exactField } from "./exact.js";
import { COARSE, FINE, lawOf } from "./laws.js";
import { Network } from "./network.js";
import { normalOf, uniformOf } from "../shared/random.js";
import { follow } from "../shared/solvers.js";

export const [NETWORK, EXACT, CHANCE, PAIRS] = ["network", "exact", "chance", "pairs"];

/** What moves points, from the page's data. */
export class Movers {
  constructor(data) {
    this.networks = data.models.map((model) => new Network(model.network));
    [this.source, this.target] = [lawOf(data.source), lawOf(data.target)];
    this.drawn = { digits: "", law: null };
    this.exact = { key: null, field: null };
    this.pairs = { key: null, draw: null };
  }

  /** The target of a request: what was drawn on the page, or the experiment's own. */
  targetOf({ drawn }) {
    if (!drawn) return this.target;
    if (this.drawn.digits !== drawn.values) this.drawn = { digits: drawn.values, law: lawOf(drawn) };
    return this.drawn.law;
  }

  /** The source of a request: of what was drawn, also where that of the experiment is not exactly known. */
  sourceOf({ fallback }) {
    return this.source ?? lawOf(fallback);
  }

  /** The field that a request follows, (x, α, jump) to velocities. */
  fieldOf(request) {
    if (request.by === EXACT) {
      const bounds = request.start?.length === 2 ? FINE : COARSE; // of one point, as exact as the pictures are
      const key = `${bounds.most} ${request.drawn?.values}`;
      if (this.exact.key !== key) {
        this.exact = { key, field: exactField(this.sourceOf(request), this.targetOf(request), bounds) };
      }
      return this.exact.field;
    }
    const network = this.networks[request.model];
    const { told, weight } = request;
    if (told === null || !network.classes) return (x, alpha, jump) => network.velocity(x, alpha, jump);
    return (x, alpha, jump) => {
      const guided = network.velocity(x, alpha, jump, told);
      if (weight === 1) return guided;
      const free = network.velocity(x, alpha, jump);
      return guided.map((value, i) => free[i] + weight * (value - free[i]));
    };
  }

  /** Pairs that blend into one point at an α, as likely as they are, {x0, x1}; the same chance each time. */
  through(request, [a, b], alpha, count) {
    const key = `${request.drawn?.values}`;
    if (this.pairs.key !== key) this.pairs = { key, draw: pairsOf(this.sourceOf(request), this.targetOf(request)) };
    const uniform = Array.from({ length: count }, (_, row) => uniformOf(row + 1));
    const points = Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? b : a));
    return this.pairs.draw(points, alpha, { uniform, normal: uniform.map(normalOf) });
  }

  /** The states of a request's points at its alphas, and how often a field was evaluated for each point. */
  states(request) {
    const { start, alphas, solver, tolerance, seed, first = 0 } = request;
    if (request.by === CHANCE) {
      const uniform = Array.from({ length: start.length / 2 }, (_, row) => uniformOf(seed * 65536 + first + row));
      return { states: byChance(this.sourceOf(request), this.targetOf(request), start, alphas, uniform), evaluations: 0 };
    }
    const field = this.fieldOf(request);
    const network = request.by === NETWORK ? this.networks[request.model] : null;
    const before = network?.evaluations ?? 0;
    let asked = 0;
    const states = follow(
      (x, alpha, jump) => {
        asked += 1;
        return field(x, alpha, jump);
      },
      start,
      alphas,
      solver,
      tolerance,
    );
    return { states, evaluations: network ? (network.evaluations - before) / (start.length / 2) : asked };
  }
}

/** Answer requests in a worker. */
export function serve(scope) {
  let movers = null;
  scope.onmessage = ({ data: { id, data, request } }) => {
    try {
      if (data) {
        movers = new Movers(data);
        return;
      }
      const { states, evaluations } = movers.states(request);
      scope.postMessage({ id, states, evaluations }, states.map((state) => state.buffer));
    } catch (error) {
      scope.postMessage({ id, error: error.message });
    }
  };
}

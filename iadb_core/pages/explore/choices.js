// What is chosen on the page: checked values, which an address can hold.
import { CHANCE, EXACT, NETWORK, PAIRS } from "./jobs.js";
import { COSTS } from "../shared/solvers.js";

export const EVALUATIONS = [1, 2, 4, 8, 16, 32, 64, 128];
export const TOLERANCES = [1e-2, 1e-3, 1e-4, 1e-5];
export const LAYERS = ["points", "paths", "field", "source", "target", "density", "circle", "through"];
export const MOST_WEIGHT = 8;

const number = (least, most) => (text) => {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) && value >= least && value <= most ? value : undefined;
};
const oneOf = (values) => (text) => (values.map(String).includes(text) ? values[values.map(String).indexOf(text)] : undefined);

/** How each choice is read from text; undefined for what it cannot be. */
function readers(data) {
  return {
    model: oneOf(data.models.map((_, index) => index)),
    by: oneOf(data.known ? [NETWORK, EXACT, CHANCE, PAIRS] : [NETWORK, PAIRS]),
    solver: oneOf(Object.keys(COSTS)),
    nfe: oneOf(EVALUATIONS),
    tolerance: oneOf(TOLERANCES),
    backward: oneOf([true, false]),
    alpha: number(0, 1),
    show: (text) => text.split(",").filter((layer) => LAYERS.includes(layer)),
    told: (text) => (text === "" ? null : oneOf(data.classes.map((_, index) => index))(text)),
    weight: number(0, MOST_WEIGHT),
    start: (text) => {
      const pair = text.split(",").map(number(-1e6, 1e6));
      return pair.length === 2 && !pair.includes(undefined) ? pair : undefined;
    },
    drawn: (text) => (/^[\w-]{0,1400}$/.test(text) ? text : undefined),
    step: oneOf([0, 1, 2, 3, 4, 5]),
    seed: number(0, 1e6),
  };
}

/** What is chosen at first. */
export function defaults(data) {
  const { solver, nfe } = data.models[0];
  return {
    model: 0, by: NETWORK, solver, nfe, tolerance: 1e-3, backward: false, alpha: 1, show: ["points"],
    told: data.always && data.classes.length ? 0 : null, weight: 1, start: null, drawn: null, step: 0, seed: 0,
  };
}

/** What an address says, over the defaults; what it says wrongly is left out. */
export function fromAddress(hash, data) {
  const chosen = defaults(data);
  const reading = readers(data);
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    const value = Object.hasOwn(reading, key) ? reading[key](text) : undefined;
    if (value !== undefined) chosen[key] = value;
  }
  return fitting(chosen, data);
}

/** The address of what is chosen: of what is not as it is at first. */
export function toAddress(chosen, data) {
  const first = defaults(data);
  const told = new URLSearchParams();
  for (const [key, value] of Object.entries(chosen)) {
    if (String(value) !== String(first[key])) told.set(key, Array.isArray(value) ? value.join(",") : String(value ?? ""));
  }
  return String(told) ? `#${told}` : "";
}

/** The same with what does not fit together made to fit. */
export function fitting(chosen, data) {
  const own = { ...chosen };
  const model = data.models[own.model];
  if (own.drawn !== null && own.by === NETWORK) own.by = EXACT; // no network knows what was drawn
  if (own.by !== NETWORK && own.solver === "map") own.solver = "euler";
  if (own.solver === "map" && !model.network.jumps) own.solver = "euler";
  if (own.by === CHANCE || own.by === PAIRS || own.solver === "map") own.backward = false;
  if (own.told !== null && !data.classes.length) own.told = null;
  if (own.told === null && data.always && data.classes.length) own.told = 0;
  return own;
}

/** How many steps so many evaluations are, of a solver; at least one. */
export function stepsOf(solver, nfe) {
  return Math.max(1, Math.floor(nfe / (COSTS[solver] ?? 1)));
}

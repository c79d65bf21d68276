// Five short steps, each of which sets the controls.
import { EXACT, NETWORK, PAIRS } from "./jobs.js";

const BASE = { backward: false, drawn: null };
const OWN = { ...BASE, by: NETWORK };

/** What each step chooses; its text stands in the page. play: whether it runs from the start. */
export function lessonSteps(data) {
  const steps = [
    { chosen: { ...BASE, by: PAIRS, alpha: 0, show: ["points", "paths", "source", "target"], start: null }, play: true },
    { chosen: { ...OWN, solver: "euler", nfe: 128, alpha: 0.5, show: ["points", ...(data.known ? ["through"] : ["field"])], start: data.known ? data.start : null } },
    { chosen: { ...OWN, solver: "euler", nfe: 128, alpha: 0, show: ["points", "target"], start: null }, play: true },
    { chosen: { ...OWN, solver: "euler", nfe: 8, alpha: 1, show: ["points"], start: data.start } },
    { chosen: { ...OWN, solver: "midpoint", nfe: 32, alpha: 1, show: ["points", "target", "circle"], start: data.torn ?? data.start } },
  ];
  return data.known ? steps : steps.slice(0, 4);
}

/** What a comparison that a step offers chooses: data-try of its buttons. */
export const TRIALS = {
  euler: { by: NETWORK, solver: "euler", nfe: 8, alpha: 1 },
  midpoint: { by: NETWORK, solver: "midpoint", nfe: 8, alpha: 1 },
  slow: { by: NETWORK, solver: "euler", nfe: 128, alpha: 1 },
  fine: { by: NETWORK, solver: "midpoint", nfe: 128, alpha: 1 },
  exact: { by: EXACT, solver: "midpoint", nfe: 32, alpha: 1 },
  network: { by: NETWORK, solver: "midpoint", nfe: 32, alpha: 1 },
};

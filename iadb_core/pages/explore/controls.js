// The controls beside the canvas: each says what it chooses, and shows what is chosen.
import { EVALUATIONS, LAYERS, TOLERANCES, stepsOf } from "./choices.js";
import { CHANCE, EXACT, NETWORK, PAIRS } from "./jobs.js";
import { TRIALS } from "./lesson.js";
import { MOST_CHANCE } from "./requests.js";
import { COSTS } from "../shared/solvers.js";

const OF_DRAWN = { by: EXACT, solver: "midpoint", nfe: 32, alpha: 1, backward: false };
const element = (id) => document.getElementById(id);

/** How many evaluations a choice really takes: whole steps, at least one. */
function evaluationsOf({ solver, nfe }) {
  return COSTS[solver] === null ? nfe : stepsOf(solver, nfe) * COSTS[solver];
}

export class Controls {
  /** app: whose `choose` is called. data: of the page. */
  constructor(app, data) {
    [this.app, this.data, this.measuring] = [app, data, false];
    const on = (id, event, act) => element(id)?.addEventListener(event, act);
    on("alpha", "input", () => {
      const alpha = Number(element("alpha").value);
      if (app.playing !== null) app.stop();
      app.choose({ alpha });
    });
    on("play", "click", () => (app.playing === null ? app.play() : app.stop()));
    on("model", "change", () => this.model());
    on("solver", "change", () => app.choose({ solver: element("solver").value }));
    on("nfe", "input", () => app.choose({ nfe: EVALUATIONS[element("nfe").value] }));
    on("tolerance", "input", () => app.choose({ tolerance: TOLERANCES[element("tolerance").value] }));
    on("backward", "change", () => app.choose({ backward: element("backward").checked, alpha: element("backward").checked ? 0 : 1 }));
    on("told", "change", () => app.choose({ told: element("told").value === "" ? null : Number(element("told").value) }));
    on("weight", "input", () => app.choose({ weight: Number(element("weight").value) }));
    on("trace", "change", () => app.choose({ start: element("trace").checked ? app.start() : null }));
    on("reset", "click", () => app.reset());
    on("again", "click", () => app.choose({ seed: app.chosen.seed + 1 }));
    on("measure", "click", () => this.measure());
    on("save", "click", () => this.save());
    on("draw", "change", () => this.draw(element("draw").checked));
    on("clear", "click", () => {
      app.drawing.clear();
      app.choose({ drawn: "" });
    });
    on("file", "change", () => this.take(element("file").files[0]));
    for (const by of document.getElementsByName("by")) by.addEventListener("change", () => app.choose({ by: by.value }));
    for (const layer of LAYERS) on(`show-${layer}`, "change", () => app.choose({ show: LAYERS.filter((name) => element(`show-${name}`)?.checked) }));
    for (const button of document.querySelectorAll("[data-step]")) {
      const step = Number(button.dataset.step);
      button.addEventListener("click", () => app.go(app.chosen.step === step ? 0 : step));
    }
    for (const button of document.querySelectorAll("[data-try]")) {
      button.addEventListener("click", () => app.choose(TRIALS[button.dataset.try]));
    }
    this.drops();
  }

  /** Begin to draw a target, whose exact field is followed; or go back to the experiment's own. */
  draw(on) {
    const { solver, nfe, by, alpha, backward, drawn } = this.app.chosen;
    if (on && drawn === null) this.before = { solver, nfe, by, alpha, backward };
    const own = this.before ?? { by: NETWORK, ...this.first() };
    this.app.choose(on ? { ...OF_DRAWN, drawn: this.app.drawing.text } : { ...own, drawn: null });
  }

  /** With which solver and how many evaluations the chosen model begins. */
  first() {
    const { solver, nfe } = this.data.models[this.app.chosen.model];
    return { solver, nfe };
  }

  get erases() {
    return element("erase").checked;
  }

  get brush() {
    return Number(element("brush").value);
  }

  /** Another model comes with its own solver. */
  model() {
    const model = Number(element("model").value);
    const { solver, nfe } = this.data.models[model];
    this.app.choose({ model, solver, nfe, by: NETWORK });
  }

  /** A picture that is dropped on the canvas is a target. */
  drops() {
    const canvas = element("view");
    canvas.addEventListener("dragover", (event) => event.preventDefault());
    canvas.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files[0]);
    });
  }

  async take(file) {
    if (!file) return;
    try {
      await this.app.drawing.take(file);
      this.draw(true);
    } catch (error) {
      this.say(error.message, true);
    } finally {
      element("file").value = ""; // so that the same one can be taken again
    }
  }

  async measure() {
    this.measuring = true;
    this.enable(this.app.chosen);
    this.say("measuring …");
    try {
      await this.app.measureAll();
    } catch (error) {
      this.say(error.message, true);
      return;
    } finally {
      this.measuring = false;
      this.enable(this.app.chosen);
    }
    this.say("");
  }

  save() {
    const link = document.createElement("a");
    link.download = "explore.png";
    link.href = element("view").toDataURL("image/png");
    link.click();
  }

  /** Show what is chosen. */
  show(chosen) {
    const set = (id, property, value) => {
      const own = element(id);
      if (own && own[property] !== value) own[property] = value;
    };
    set("alpha", "value", String(chosen.alpha));
    element("alpha-value").textContent = chosen.alpha.toFixed(2);
    set("model", "value", String(chosen.model));
    set("solver", "value", chosen.solver);
    const follows = chosen.by === NETWORK || chosen.by === EXACT;
    set("nfe", "min", String(EVALUATIONS.indexOf(follows ? (COSTS[chosen.solver] ?? 1) : 1)));
    set("nfe", "value", String(EVALUATIONS.indexOf(chosen.nfe)));
    const adaptive = follows && COSTS[chosen.solver] === null;
    const steps = chosen.by === CHANCE ? `${Math.min(MOST_CHANCE, chosen.nfe)} steps` : String(evaluationsOf(chosen));
    const told = adaptive ? "its own" : steps;
    element("nfe-value").textContent = told;
    element("nfe").setAttribute("aria-valuetext", told);
    element("tolerance").setAttribute("aria-valuetext", chosen.tolerance.toExponential(0));
    set("tolerance", "value", String(TOLERANCES.indexOf(chosen.tolerance)));
    element("tolerance-value").textContent = chosen.tolerance.toExponential(0);
    set("backward", "checked", chosen.backward);
    set("trace", "checked", chosen.start !== null);
    set("told", "value", chosen.told === null ? "" : String(chosen.told));
    set("weight", "value", String(chosen.weight));
    if (element("weight-value")) element("weight-value").textContent = chosen.weight.toFixed(1);
    set("draw", "checked", chosen.drawn !== null);
    for (const by of document.getElementsByName("by")) by.checked = by.value === chosen.by;
    for (const layer of LAYERS) set(`show-${layer}`, "checked", chosen.show.includes(layer));
    this.enable(chosen);
    for (const button of document.querySelectorAll("[data-try]")) {
      const tried = Object.entries(TRIALS[button.dataset.try]);
      button.setAttribute("aria-pressed", String(tried.every(([key, value]) => key === "alpha" || chosen[key] === value)));
    }
    document.body.classList.toggle("stepping", chosen.step > 0);
    for (const button of document.querySelectorAll("[data-step]")) {
      button.setAttribute("aria-expanded", String(Number(button.dataset.step) === chosen.step));
      element(`step-${button.dataset.step}`).hidden = Number(button.dataset.step) !== chosen.step;
    }
  }

  /** What has no effect cannot be chosen. */
  enable(chosen) {
    const follows = chosen.by !== CHANCE && chosen.by !== PAIRS;
    const adaptive = follows && chosen.solver === "dopri5";
    element("solver").disabled = !follows;
    element("nfe").disabled = adaptive || chosen.by === PAIRS;
    element("tolerance-row").classList.toggle("unused", !adaptive);
    element("tolerance").disabled = !adaptive;
    element("backward").disabled = !follows || chosen.solver === "map";
    element("measure").disabled = !follows || adaptive || this.measuring || chosen.drawn === "";
    element("show-field").disabled = !follows;
    element("trace").disabled = chosen.by === PAIRS;
    for (const layer of ["circle", "through"]) {
      const own = element(`show-${layer}`);
      if (own) own.disabled = chosen.by === PAIRS || chosen.by === CHANCE || chosen.start === null;
    }
    element("view").classList.toggle("dragged", chosen.drawn !== null || chosen.start !== null);
    element("again").disabled = chosen.by !== CHANCE;
    for (const by of document.getElementsByName("by")) if (by.value === NETWORK) by.disabled = chosen.drawn !== null;
    for (const option of element("solver").options) {
      if (option.value === "map") option.disabled = chosen.by !== NETWORK || !this.data.models[chosen.model].network.jumps;
    }
    for (const id of ["brush", "erase", "clear"]) element(id).disabled = chosen.drawn === null;
  }

  playing(on) {
    element("play").textContent = on ? "Pause" : "Play";
  }

  busy(on) {
    element("view").setAttribute("aria-busy", String(on));
    if (on) this.say("computing …");
    else if (element("said").textContent === "computing …") this.say("");
  }

  say(text, wrong = false) {
    element("said").textContent = text;
    element("said").classList.toggle("wrong", wrong);
  }

  /** What was measured of what is shown. */
  measured({ distance, floor, evaluations, milliseconds, request }) {
    element("distance").textContent = distance === null ? "–" : distance.toFixed(4);
    element("floor").textContent = floor === null ? "–" : `${floor.mean.toFixed(4)} ± ${floor.std.toFixed(4)}`;
    const followed = request.by === NETWORK || request.by === EXACT;
    element("evaluations").textContent = followed ? String(Math.round(evaluations)) : "–";
    this.say(milliseconds ? `computed in ${(milliseconds / 1000).toFixed(2)} s` : "");
  }

  /** What the path of the one start shows. */
  drawn(chosen, trace) {
    const exact = trace && chosen.by === EXACT ? "exact" : "–";
    element("apart").textContent = trace?.apart == null ? exact : trace.apart.toFixed(4);
  }
}

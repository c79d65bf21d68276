// The page: what is chosen, what is computed for it, and what is shown.
import { Chart } from "./chart.js";
import { EVALUATIONS, defaults, fitting, fromAddress, toAddress } from "./choices.js";
import { bytesOf } from "./codec.js";
import { binsOf } from "./colours.js";
import { Controls } from "./controls.js";
import { slicedW2 } from "./distances.js";
import { Drawing } from "./drawn.js";
import { CHANCE, EXACT, Movers, NETWORK, PAIRS } from "./jobs.js";
import { lessonSteps } from "./lesson.js";
import { apart, positionsAt } from "./paths.js";
import { Pool } from "./pool.js";
import { Sets, paired, requestOf } from "./requests.js";
import { COSTS, schedule } from "./solvers.js";
import { Stage } from "./stage.js";

const PLAYED_MS = 4000; // from one end to the other
const TRACED = 64; // steps of the exact path of the start that is dragged
const QUICK = 8; // evaluations of the first picture

export class App {
  constructor(data, code) {
    this.data = data;
    this.pool = new Pool(data, code);
    this.alone = new Movers(data); // for the one point that is dragged
    this.sets = new Sets(data);
    this.drawing = new Drawing();
    this.chosen = fromAddress(globalThis.location.hash, data);
    if (this.chosen.drawn) this.drawing.text = this.chosen.drawn;
    const behind = Object.fromEntries(
      Object.entries(data.behind).map(([side, own]) => [side, own && { ...own, values: bytesOf(own.values) }]),
    );
    this.stage = new Stage(document.getElementById("view"), data.box, behind);
    this.chart = new Chart(document.getElementById("chart"));
    this.lesson = lessonSteps(data);
    this.controls = new Controls(this, data);
    this.computed = null; // {key, states, alphas, …} of what is shown
    this.playing = null;
    this.brush = {
      active: () => this.chosen.drawn !== null,
      stroke: (from, to, event) => {
        this.drawing.stroke(from, to, this.controls.brush, event.buttons === 2 || event.shiftKey ? 0 : 255);
        this.draw();
      },
      done: () => this.choose({ drawn: this.drawing.text }),
    };
    this.stage.listen((start) => this.choose({ start }), () => this.start(), this.brush);
    const restyled = () => {
      this.stage.restyled();
      this.draw();
    };
    this.stage.restyled();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyled);
    new ResizeObserver(() => {
      this.stage.resized();
      this.draw();
    }).observe(this.stage.canvas);
    globalThis.addEventListener("hashchange", () => this.readdressed());
    this.first();
  }

  /** A picture at once, by few evaluations; then what is chosen. */
  first() {
    const quick = this.request({ ...this.chosen, nfe: Math.min(this.chosen.nfe, QUICK), by: NETWORK, drawn: null });
    if (quick.solver === "dopri5") quick.solver = "euler";
    this.taken(quick, this.alone.states({ ...quick, start: this.sets.source.first }), 0);
    this.refresh();
  }

  /** Change choices, compute what they need, and show it. */
  choose(changes) {
    this.chosen = fitting({ ...this.chosen, ...changes }, this.data);
    const address = toAddress(this.chosen, this.data);
    if (address !== globalThis.location.hash) {
      try {
        globalThis.history.replaceState(null, "", address || "#");
      } catch {
        // a frame without an address of its own: the page works all the same
      }
    }
    this.refresh();
  }

  readdressed() {
    const found = fromAddress(globalThis.location.hash, this.data);
    if (toAddress(found, this.data) === toAddress(this.chosen, this.data)) return;
    this.drawing.text = found.drawn ?? "";
    this.chosen = found;
    this.refresh();
  }

  reset() {
    this.drawing.clear();
    this.stop();
    this.choose(defaults(this.data));
  }

  /** What is computed for choices. */
  request(chosen) {
    return requestOf(chosen, this.data, this.drawing);
  }

  async refresh() {
    this.controls.show(this.chosen);
    const request = this.request(this.chosen);
    const key = JSON.stringify(request);
    this.wanted = key;
    if (this.computed?.key !== key) {
      if (this.chosen.drawn !== null && this.drawing.empty) {
        this.controls.say("Paint a target with the brush, or drop a picture.");
        this.draw();
        return;
      }
      this.controls.busy(true);
      try {
        const began = performance.now();
        const { from, to } = this.sets.of(request);
        const found = request.by === PAIRS ? paired(from, to) : await this.pool.states({ ...request, start: from.first }, request.solver === "dopri5" && request.by !== CHANCE);
        if (this.wanted !== key) return; // something else is chosen by now
        this.taken(request, found, performance.now() - began, key, from, to);
      } catch (error) {
        if (this.wanted === key) this.controls.say(error.message, true);
        return;
      } finally {
        if (this.wanted === key) this.controls.busy(false);
      }
    }
    this.draw();
  }

  /** Keep what was computed, and measure it. */
  taken(request, found, milliseconds, key = null, from = this.sets.source, to = this.sets.target) {
    const ends = found.states[found.states.length - 1];
    const places = Float32Array.from(from.first.filter((_, i) => i % 2 === (this.data.box.upward ? 0 : 1)));
    this.computed = { ...found, key, request, milliseconds, bins: binsOf(places) };
    const comparable = request.by !== PAIRS && (request.told === null || request.by !== NETWORK); // held-out: of all classes
    this.computed.distance = comparable ? slicedW2(ends, to.first) : null;
    this.computed.floor = slicedW2(to.other, to.first);
    this.chart.begin(JSON.stringify([request.drawn?.values, request.backward]), this.computed.floor);
    if (key && comparable && request.by !== CHANCE) {
      this.chart.add(this.moverOf(request), request.solver, this.cost(request, found), this.computed.distance);
    }
    this.controls.measured(this.computed, this.chosen);
  }

  /** Evaluations for each point: of the network as counted, of the exact field by the solver's steps. */
  cost(request, { evaluations }) {
    return request.by === NETWORK ? evaluations : (request.alphas.length - 1) * (COSTS[request.solver] ?? 6);
  }

  moverOf(request) {
    const model = this.data.models[request.model];
    return request.by === NETWORK ? (request.model ? model.name : "network") : "exact";
  }

  /** Measure a solver at every number of evaluations, for the chart. */
  async measureAll() {
    for (const nfe of EVALUATIONS.filter((count) => count >= (COSTS[this.chosen.solver] ?? 1))) {
      const request = this.request({ ...this.chosen, nfe });
      const { from, to } = this.sets.of(request);
      const found = await this.pool.states({ ...request, start: from.first });
      const distance = slicedW2(found.states[found.states.length - 1], to.first);
      this.chart.add(this.moverOf(request), request.solver, this.cost(request, found), distance);
      this.chart.draw(`${this.moverOf(request)} ${request.solver}`);
    }
  }

  /** The start whose path is shown: the one that was dragged, or the middle one. */
  start() {
    return this.chosen.start ?? this.data.start;
  }

  /** The paths of the one start: as chosen, and exactly. */
  traced() {
    const { request } = this.computed;
    if (this.chosen.start === null || request.by === PAIRS) return null;
    const start = Float32Array.from(this.start());
    const pairsOf = (states) => states.map((state) => [state[0], state[1]]);
    const own = pairsOf(this.alone.states({ ...request, start }).states);
    const trace = { own, exact: null, apart: null };
    if (this.data.known || request.drawn) {
      if (request.by !== EXACT && (request.told === null || request.by !== NETWORK)) {
        const exactly = { ...request, by: EXACT, solver: "rk4", alphas: schedule(TRACED, request.backward), start };
        trace.exact = pairsOf(this.alone.states(exactly).states);
        trace.apart = apart(own[own.length - 1], trace.exact[TRACED]);
      }
    }
    return trace;
  }

  draw() {
    if (!this.computed || this.drawn) return;
    this.drawn = requestAnimationFrame(() => {
      this.drawn = null;
      const { states, request, bins } = this.computed;
      const points = positionsAt(states, request.alphas, this.chosen.alpha);
      const scene = { show: this.chosen.show, states, bins, points, arrows: null, drawing: null, trace: null };
      if (this.chosen.drawn !== null) scene.drawing = this.drawing;
      if (this.chosen.show.includes("field") && (request.by === NETWORK || request.by === EXACT)) {
        const at = this.stage.cells(points);
        scene.arrows = { at, vectors: this.alone.fieldOf(request)(at, Math.min(0.999, this.chosen.alpha), 0) };
      }
      const key = `${this.computed.key} ${this.start()} ${this.chosen.start === null}`;
      if (this.traceKey !== key) [this.traceKey, this.trace] = [key, this.traced()];
      scene.trace = this.trace;
      this.stage.draw(scene);
      this.controls.drawn(this.chosen, this.trace);
      this.chart.draw(`${this.moverOf(request)} ${request.solver}`);
    });
  }

  /** Run through α, from one end to the other. */
  play() {
    const end = this.chosen.backward ? 0 : 1;
    if (this.chosen.alpha === end) this.chosen.alpha = 1 - end;
    let before = null;
    const frame = (now) => {
      const by = before === null ? 0 : (now - before) / PLAYED_MS;
      before = now;
      const alpha = Math.min(1, Math.max(0, this.chosen.alpha + (end ? by : -by)));
      this.chosen.alpha = alpha;
      this.controls.show(this.chosen);
      this.draw();
      this.playing = alpha === end ? null : requestAnimationFrame(frame);
      if (this.playing === null) this.stop();
    };
    this.playing = requestAnimationFrame(frame);
    this.controls.playing(true);
  }

  stop() {
    if (this.playing !== null) cancelAnimationFrame(this.playing);
    this.playing = null;
    this.controls.playing(false);
    this.choose({});
  }

  /** A step of the lesson, from 1; 0 is none. */
  async go(step) {
    if (this.playing !== null) this.stop();
    const { chosen, play } = this.lesson[step - 1];
    this.choose({ ...chosen, step });
    const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (play && !quiet) this.play();
  }
}

/** Begin, where the page has its data; else say what is wrong, in the page. */
export function start() {
  const element = (id) => document.getElementById(id);
  try {
    const data = JSON.parse(element("data").textContent);
    globalThis.explored = new App(data, element("modules").textContent);
  } catch (error) {
    element("failure").textContent = `This page cannot show its model: ${error.message}`;
    element("failure").hidden = false;
  }
}

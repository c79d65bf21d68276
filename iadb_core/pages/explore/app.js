// The page: what is chosen, what is computed for it, and what is shown.
import { Chart } from "./chart.js";
import { EVALUATIONS, defaults, fitting, fromAddress, toAddress } from "./choices.js";
import { bytesOf } from "../shared/codec.js";
import { binsOf } from "./colours.js";
import { Controls } from "./controls.js";
import { floorOf, slicedW2 } from "./distances.js";
import { Drawing } from "./drawn.js";
import { CHANCE, EXACT, Movers, NETWORK, PAIRS } from "./jobs.js";
import { lessonSteps } from "./lesson.js";
import { positionsAt } from "./paths.js";
import { GIVEN_UP, Pool } from "./pool.js";
import { uniformOf } from "../shared/random.js";
import { Sets, paired, requestOf } from "./requests.js";
import { COSTS } from "../shared/solvers.js";
import { Stage } from "./stage.js";
import { Traced } from "./trace.js";

const PLAYED_MS = 4000; // from one end to the other
const PATIENCE_MS = 300; // after which what is no longer wanted is given up
const QUICK = 8; // evaluations of the first picture
const TRIES = 20; // of what is measured while other things are chosen

export class App {
  constructor(data, code) {
    this.data = data;
    this.pool = new Pool(data, code);
    this.alone = new Movers(data); // for the one point that is dragged
    this.traced = new Traced(data, this.alone, this.pool, () => this.draw());
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
    [this.playing, this.toPlay, this.running] = [null, false, null];
    this.brush = {
      active: () => this.chosen.drawn !== null,
      stroke: (from, to, event) => {
        const erases = this.controls.erases || event.buttons === 2 || event.shiftKey;
        this.drawing.stroke(from, to, this.controls.brush, erases ? 0 : 255);
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
    const { from, to } = this.sets.of(quick);
    this.taken(quick, this.alone.states({ ...quick, start: from.first }), 0, null, from, to);
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
    this.chart.clear();
    this.stop();
    this.choose(defaults(this.data));
  }

  /** What is computed for choices. */
  request(chosen) {
    return requestOf(chosen, this.data, this.drawing);
  }

  /** Show what is chosen; compute it first if it is not there. One thing at a time is computed: what is wanted last. */
  async refresh() {
    this.controls.show(this.chosen);
    const request = this.request(this.chosen);
    const key = JSON.stringify(request);
    this.wanted = key;
    if (this.chosen.drawn !== null && this.drawing.empty) {
      this.waitForDrawing(key);
    } else if (this.computed?.key !== key) {
      if (this.running) {
        if (this.running.key !== key && performance.now() - this.running.began > PATIENCE_MS) this.pool.cancel();
        return; // what runs goes on with what is wanted when it ends
      }
      await this.compute(request, key);
      if (this.wanted !== key) {
        await this.refresh();
        return;
      }
    } else if (!this.running) {
      this.controls.busy(false);
    }
    this.draw();
    if (this.toPlay) this.play();
  }

  /** Nothing is painted yet: the starts, and no figures. */
  waitForDrawing(key) {
    const from = this.sets.source;
    const request = { ...this.request({ ...this.chosen, by: PAIRS }), by: PAIRS };
    this.computed = { key, request, states: [from.first, from.first], bins: this.binsFor(from), evaluations: 0, distance: null, floor: null };
    this.controls.measured(this.computed);
    this.controls.say("Paint a target with the brush, or drop a picture.");
  }

  async compute(request, key) {
    const began = performance.now();
    this.running = { key, began };
    this.controls.busy(true);
    try {
      const { from, to } = this.sets.of(request);
      const whole = request.solver === "dopri5" && request.by !== CHANCE; // its steps are the same for all points
      const found = request.by === PAIRS ? paired(from, to) : await this.pool.states({ ...request, start: from.first }, whole);
      if (this.wanted === key) this.taken(request, found, performance.now() - began, key, from, to);
    } catch (error) {
      if (this.wanted === key) {
        this.controls.say(error.message, true);
        this.computed = { ...this.computed, key }; // not tried again until something else is chosen
      }
    } finally {
      this.running = null;
      this.controls.busy(false);
    }
  }

  /** Keep what was computed, and measure it. */
  taken(request, found, milliseconds, key, from, to) {
    const ends = found.states[found.states.length - 1];
    const comparable = request.by !== PAIRS && (request.told === null || request.by !== NETWORK); // held-out: of all classes
    const distance = comparable ? slicedW2(ends, to.first) : null;
    to.floor ??= floorOf(to, uniformOf(3));
    this.computed = { ...found, key, request, milliseconds, bins: this.binsFor(from), distance, floor: to.floor };
    this.chart.begin(JSON.stringify([request.drawn?.values, request.backward]), to.floor.mean);
    if (key && comparable && request.by !== CHANCE) this.chart.add(...this.moverOf(request), request.solver, found.evaluations, distance);
    this.controls.measured(this.computed);
  }

  /** The colours of starts: by how far to the right they lie. */
  binsFor(from) {
    from.bins ??= binsOf(Float32Array.from(from.first.filter((_, i) => i % 2 === (this.data.box.upward ? 0 : 1))));
    return from.bins;
  }

  /** What the chart calls what moves points, and whether that is the exact field. */
  moverOf(request) {
    const { name } = this.data.models[request.model];
    return request.by === NETWORK ? [this.data.models.length > 1 ? name : "network", false] : ["exact field", true];
  }

  /** Measure what is chosen at every number of evaluations, for the chart. */
  async measureAll() {
    const chosen = { ...this.chosen };
    for (const nfe of EVALUATIONS.filter((count) => count >= (COSTS[chosen.solver] ?? 1))) {
      const request = this.request({ ...chosen, nfe });
      const { from, to } = this.sets.of(request);
      const found = await this.insisted({ ...request, start: from.first });
      const [mover, exact] = this.moverOf(request);
      this.chart.add(mover, exact, request.solver, found.evaluations, slicedW2(found.states[found.states.length - 1], to.first));
      this.chart.draw(`${mover} ${request.solver}`);
    }
  }

  /** The states of a request, also if it is given up for something else meanwhile. */
  async insisted(request) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.pool.states(request);
      } catch (error) {
        if (error.message !== GIVEN_UP || tries === TRIES) throw error;
      }
    }
  }

  /** The start whose path is shown: the one that was dragged, or the middle one. */
  start() {
    return this.chosen.start ?? this.data.start;
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
      const shown = { start: this.chosen.start && this.start(), circle: this.chosen.show.includes("circle") };
      try {
        this.traced.show(this.computed, shown);
      } catch (error) {
        this.controls.say(error.message, true);
      }
      scene.trace = this.traced.at(this.chosen.alpha, this.chosen.show.includes("through"));
      this.stage.draw(scene);
      this.controls.drawn(this.chosen, scene.trace);
      this.chart.draw(`${this.moverOf(request)[0]} ${request.solver}`);
    });
  }

  /** Run through α, from one end to the other. */
  play() {
    this.toPlay = false;
    const end = () => (this.chosen.backward ? 0 : 1);
    if (this.chosen.alpha === end()) this.chosen.alpha = 1 - end();
    let before = null;
    const frame = (now) => {
      const by = before === null ? 0 : (now - before) / PLAYED_MS;
      before = now;
      this.chosen.alpha = Math.min(1, Math.max(0, this.chosen.alpha + (end() ? by : -by)));
      this.controls.show(this.chosen);
      this.draw();
      if (this.chosen.alpha === end()) this.stop();
      else this.playing = requestAnimationFrame(frame);
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

  /** A step of the lesson, from 1; 0 closes it. What it plays begins when it has been computed. */
  go(step) {
    if (this.playing !== null) this.stop();
    const { chosen, play } = step ? this.lesson[step - 1] : { chosen: {}, play: false };
    this.toPlay = Boolean(play) && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.choose({ ...chosen, step });
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

// Samples on their way, by stored pictures: whichever α, solver and number of evaluations are chosen.
import { Live } from "./live.js";

const PLAYED_MS = 4000; // from one end to the other
const [MOST_NOISE, MOST_BLENDED] = [1e6, 0.95];

/** Which two frames an α lies between, of so many that are equally far apart, and the share of the second. */
export function framesAt(alpha, count) {
  const at = Math.min(1, Math.max(0, alpha)) * (count - 1);
  const first = Math.min(count - 2, Math.floor(at));
  return { first, share: at - first };
}

/** The sample of a grid, filled column by column, at a place, (right, down) as shares of its side. */
export function sampleAt(right, down, rows, count) {
  const [row, column] = [right, down].map((share) => Math.min(rows - 1, Math.max(0, Math.floor(share * rows)))).reverse();
  return Math.min(count - 1, column * rows + row);
}

/** The choices of an address, as far as they can be: the way, α, the sample; and of what is made in the page, the seed of
 * its noise, the α of its blend, and the class that it is told.
 */
export function fromAddress(hash, data) {
  const told = new URLSearchParams(hash.replace(/^#/, ""));
  const number = (name, fallback, most) => {
    const value = Number(told.get(name) ?? NaN);
    return Number.isFinite(value) && value >= 0 && value <= most ? value : fallback;
  };
  const named = data.ways.findIndex((way) => way.solver === told.get("solver") && String(way.nfe) === told.get("nfe"));
  const chosen = Math.floor(number("sample", 0, data.count - 1));
  const { classes = [], always = false } = data.live ?? {};
  const asked = Math.floor(number("class", always ? 0 : classes.length, classes.length - (always ? 1 : 0)));
  const live = { noise: Math.floor(number("noise", 1, MOST_NOISE)), blend: number("blend", 0, MOST_BLENDED), told: asked };
  return { way: named < 0 ? data.begin : named, alpha: number("alpha", 1, 1), chosen, ...live };
}

const element = (id) => document.getElementById(id);

class Gallery {
  constructor(data) {
    this.data = data;
    this.state = fromAddress(globalThis.location.hash, data);
    this.pictures = new Map();
    [this.playing, this.pinned, this.asked] = [null, false, 0];
    element("alpha").addEventListener("input", () => this.choose({ alpha: Number(element("alpha").value) }));
    element("solver").addEventListener("change", () => this.solver(element("solver").value));
    element("nfe").addEventListener("input", () => this.choose({ way: this.ways()[Number(element("nfe").value)] }));
    element("play").addEventListener("click", () => (this.playing === null ? this.play() : this.stop()));
    this.listen(element("view"));
    this.live = data.live ? this.living(data.live) : null;
    this.choose({});
  }

  /** The numbers of the ways of the solver that is chosen. */
  ways() {
    const { ways } = this.data;
    return ways.map((_, number) => number).filter((number) => ways[number].solver === ways[this.state.way].solver);
  }

  /** Another solver, with as many evaluations as there are nearest to those now. */
  solver(name) {
    const { ways } = this.data;
    const { nfe } = ways[this.state.way];
    const own = ways.map((_, number) => number).filter((number) => ways[number].solver === name);
    own.sort((a, b) => Math.abs(ways[a].nfe - nfe) - Math.abs(ways[b].nfe - nfe));
    this.choose({ way: own[0] });
  }

  listen(canvas) {
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      const [right, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      this.choose({ chosen: sampleAt(right, down, this.data.rows, this.data.count) });
    };
    canvas.addEventListener("pointermove", (event) => {
      if (!this.pinned) point(event);
    });
    canvas.addEventListener("pointerdown", (event) => {
      const before = this.state.chosen;
      point(event);
      this.pinned = !this.pinned || this.state.chosen !== before;
    });
    globalThis.addEventListener("hashchange", () => this.choose(fromAddress(globalThis.location.hash, this.data)));
    const steps = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -this.data.rows, ArrowRight: this.data.rows };
    canvas.addEventListener("keydown", (event) => {
      if (!Object.hasOwn(steps, event.key)) return;
      event.preventDefault();
      this.pinned = true;
      const next = this.state.chosen + steps[event.key];
      if (next >= 0 && next < this.data.count) this.choose({ chosen: next });
    });
  }

  /** What is made in the page, and its controls. */
  living(data) {
    const parts = { drawing: element("live-drawing"), blend: element("live-blend"), made: element("live-made") };
    const live = new Live(data, parts, (text) => (element("live-said").textContent = text));
    live.onDrawn = (least) => this.choose({ blend: least && Math.max(least, this.state.blend) });
    element("live-alpha").addEventListener("input", () => this.choose({ blend: Number(element("live-alpha").value) }));
    element("live-told")?.addEventListener("change", () => this.choose({ told: Number(element("live-told").value) }));
    element("live-noise").addEventListener("click", () => this.choose({ noise: this.state.noise + 1 }));
    element("live-clear").addEventListener("click", () => live.draw(new Float32Array(live.pixels.length)));
    element("live-take").addEventListener("click", () => {
      this.taken(live.network).then((pixels) => live.draw(pixels), failed);
    });
    return live;
  }

  /** The end of the chosen sample, as pixel values. */
  async taken({ side, channels }) {
    const { frames } = this.data.ways[this.state.way];
    const image = await this.picture(frames[frames.length - 1]);
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    drawn(canvas, image, image, 0, this.place(image).from, [side, side]);
    const { data } = canvas.getContext("2d").getImageData(0, 0, side, side);
    return Float32Array.from({ length: side * side * channels }, (_, i) => data[4 * Math.floor(i / channels) + (i % channels)] / 255);
  }

  /** Where the chosen sample is in a picture of all. */
  place(image) {
    const { rows, count } = this.data;
    const side = image.width / Math.ceil(count / rows);
    return { side, from: [Math.floor(this.state.chosen / rows) * side, (this.state.chosen % rows) * side] };
  }

  choose(changes) {
    Object.assign(this.state, changes);
    const { ways, count, live } = this.data;
    const { way, alpha, chosen, noise, blend, told: own } = this.state;
    const told = new URLSearchParams({ solver: ways[way].solver, nfe: ways[way].nfe, alpha, sample: Math.min(chosen, count - 1) });
    const also = live ? { noise, blend, ...(live.classes.length ? { class: own } : {}) } : {};
    Object.entries(also).forEach(([name, value]) => told.set(name, value));
    try {
      globalThis.history.replaceState(null, "", `#${told}`);
    } catch {
      // a frame without an address of its own: the page works all the same
    }
    this.show().catch((error) => failed(error));
  }

  /** A picture of the data, decoded once. */
  async picture(address) {
    if (!this.pictures.has(address)) {
      const image = new Image();
      image.src = address;
      this.pictures.set(address, image.decode().then(() => image));
    }
    return this.pictures.get(address);
  }

  async show() {
    this.asked += 1;
    const { asked } = this;
    const { ways } = this.data;
    const { alpha, chosen } = this.state;
    const way = ways[this.state.way];
    const own = this.ways();
    element("alpha").value = String(alpha);
    element("alpha-value").textContent = alpha.toFixed(2);
    element("solver").value = way.solver;
    element("nfe").max = String(own.length - 1);
    element("nfe").value = String(own.indexOf(this.state.way));
    element("nfe-value").textContent = String(way.nfe);
    element("own-told").textContent = `sample ${chosen + 1} at α = ${alpha.toFixed(2)}`;
    const distance = way.distances[chosen].toFixed(2);
    element("nearest-told").textContent = `nearest training image to its end: ${distance} away; mean of all ${way.mean.toFixed(2)}, of held-out images ${this.data.real.toFixed(2)}`;
    this.showLive(way);
    const { first, share } = framesAt(alpha, way.frames.length);
    const [one, two, nearest] = await Promise.all([way.frames[first], way.frames[first + 1], way.nearest].map((own) => this.picture(own)));
    if (asked !== this.asked) return; // something else is chosen by now
    const { side, from } = this.place(one);
    drawn(element("view"), one, two, share, [0, 0], [one.width, one.height]);
    marked(element("view"), from, side, one.width);
    drawn(element("own"), one, two, share, from, [side, side]);
    drawn(element("nearest"), nearest, nearest, 0, from, [side, side]);
    this.shown = true;
  }

  showLive({ solver, nfe }) {
    if (!this.live) return;
    const { noise, blend, told } = this.state;
    element("live-alpha").value = String(blend);
    element("live-alpha-value").textContent = blend.toFixed(2);
    element("live-blend-told").textContent = blend ? `blended with noise, α = ${blend.toFixed(2)}` : "noise alone";
    if (element("live-told")) element("live-told").value = String(told);
    this.live.show({ solver, nfe, noise, blend, told });
  }

  play() {
    if (this.state.alpha >= 1) this.state.alpha = 0;
    let before = null;
    const frame = (now) => {
      const alpha = Math.min(1, this.state.alpha + (before === null ? 0 : (now - before) / PLAYED_MS));
      before = now;
      this.choose({ alpha });
      if (alpha >= 1) this.stop();
      else this.playing = requestAnimationFrame(frame);
    };
    this.playing = requestAnimationFrame(frame);
    element("play").textContent = "Pause";
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    element("play").textContent = "Play";
  }
}

/** A part of two pictures, the second over the first with the opacity of its share. */
function drawn(canvas, one, two, share, [x, y], [width, height]) {
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.globalAlpha = 1;
  context.drawImage(one, x, y, width, height, 0, 0, canvas.width, canvas.height);
  if (share > 0) {
    context.globalAlpha = share;
    context.drawImage(two, x, y, width, height, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  }
}

function marked(canvas, [x, y], side, width) {
  const context = canvas.getContext("2d");
  const scale = canvas.width / width;
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--accent");
  context.lineWidth = 3;
  context.strokeRect(x * scale + 1.5, y * scale + 1.5, side * scale - 3, side * scale - 3);
}

export function start() {
  try {
    globalThis.explored = new Gallery(JSON.parse(element("data").textContent));
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  element("failure").textContent = `This page cannot show its samples: ${error.message}`;
  element("failure").hidden = false;
}

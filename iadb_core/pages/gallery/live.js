// One sample that is made in the page: what is drawn, blended with noise, and carried on by the network.
import { normalOf, uniformOf } from "../shared/random.js";
import { COSTS, follow } from "../shared/solvers.js";
import { Unet } from "./unet.js";

const BRUSH = 1 / 11; // its radius, of the side
const BEGIN_DRAWN = 0.5; // the α of the blend once something is drawn
const PATIENCE_MS = 120; // after a stroke, before the network begins

/** Noise of a seed, so many values. */
export function noiseOf(seed, count, { mean, std }) {
  const normal = normalOf(uniformOf(seed));
  return Float32Array.from({ length: count }, () => mean + std * normal());
}

/** (1 − α)·x₀ + α·x₁. */
export function blended(x0, x1, alpha) {
  return x0.map((value, i) => (1 - alpha) * value + alpha * x1[i]);
}

/** What a brush leaves at a place, (right, down) in pixels, on an image of pixel values from 0 to 1. */
export function painted(pixels, side, channels, right, down, radius) {
  const out = Float32Array.from(pixels);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const far = Math.hypot(column + 0.5 - right, row + 0.5 - down) / radius;
      const ink = Math.min(1, Math.max(0, 1.6 - 1.2 * far));
      for (let c = 0; c < channels; c += 1) {
        const place = (row * side + column) * channels + c;
        out[place] = Math.max(out[place], ink);
      }
    }
  }
  return out;
}

/** The field of a network, (x, α, jump) to its mean difference: told a class, and guided towards it within two α. */
export function fieldOf(network, told, { weight, interval }) {
  if (!network.classes) return (x, alpha, jump) => network.velocity(x, alpha, jump);
  return (x, alpha, jump) => {
    const own = network.velocity(x, alpha, jump, told);
    if (weight === 1 || told === network.classes || alpha < interval[0] || alpha > interval[1]) return own;
    const free = network.velocity(x, alpha, jump);
    return own.map((value, i) => free[i] + weight * (value - free[i]));
  };
}

export class Live {
  /** data: of the network and its images. parts: {drawing, blend, made}, canvases; say: shows a text. */
  constructor(data, parts, say) {
    this.data = data;
    this.network = new Unet(data.network);
    [this.parts, this.say] = [parts, say];
    const { side, channels } = this.network;
    this.pixels = new Float32Array(side * side * channels);
    [this.asked, this.waits, this.shown] = [0, null, null];
    for (const canvas of Object.values(parts)) [canvas.width, canvas.height] = [side, side];
    this.listen(parts.drawing);
  }

  listen(canvas) {
    let before = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const { side } = this.network;
      return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
    };
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      before = place(event);
      this.stroke(before, before);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!before) return;
      const here = place(event);
      this.stroke(before, here);
      before = here;
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (before = null));
  }

  /** A line of the brush. */
  stroke([right, down], [toRight, toDown]) {
    const { side, channels } = this.network;
    const steps = Math.ceil(Math.hypot(toRight - right, toDown - down)) + 1;
    let pixels = this.pixels;
    for (let step = 1; step <= steps; step += 1) {
      const [x, y] = [right + ((toRight - right) * step) / steps, down + ((toDown - down) * step) / steps];
      pixels = painted(pixels, side, channels, x, y, BRUSH * side);
    }
    this.draw(pixels);
  }

  /** Another drawing, as pixel values. */
  draw(pixels) {
    this.pixels = pixels;
    this.onDrawn(pixels.some((value) => value > 0) ? BEGIN_DRAWN : 0);
  }

  /** Make a sample for choices, {solver, nfe, noise, blend, told}, as soon as they no longer change. */
  show(chosen) {
    const key = JSON.stringify(chosen);
    if (key === this.shown?.key && this.pixels === this.shown.pixels) return;
    this.shown = { key, pixels: this.pixels };
    this.asked += 1;
    const { asked } = this;
    const { scaling, noise } = this.data;
    const x1 = this.pixels.map((value) => (value - scaling.zero) / scaling.unit);
    const x0 = noiseOf(chosen.noise, x1.length, noise);
    const x = blended(x0, x1, chosen.blend);
    this.paint(this.parts.drawing, x1);
    this.paint(this.parts.blend, x);
    this.made = null;
    clearTimeout(this.waits);
    this.waits = setTimeout(() => this.make(x, chosen, asked).catch((error) => this.say(`${error.message}`)), PATIENCE_MS);
  }

  /** Follow the network from the blend to α = 1, step by step, while nothing else is asked for. */
  async make(x, { solver, nfe, blend, told }, asked) {
    const steps = Math.max(1, nfe / COSTS[solver]);
    const field = fieldOf(this.network, told, this.data.guidance);
    const before = this.network.evaluations;
    let [seconds, here] = [0, x];
    for (let step = 0; step < steps; step += 1) {
      const alphas = [step, step + 1].map((number) => blend + ((1 - blend) * number) / steps);
      const began = performance.now();
      [, here] = follow(field, here, alphas, solver);
      seconds += (performance.now() - began) / 1000;
      this.paint(this.parts.made, here);
      await new Promise((done) => {
        setTimeout(done);
      });
      if (asked !== this.asked) return;
    }
    const count = this.network.evaluations - before;
    this.say(`${count} ${count === 1 ? "evaluation" : "evaluations"} of the network in ${seconds.toFixed(2)} s`);
    this.made = here;
  }

  /** Network values as an image. */
  paint(canvas, x) {
    const { side, channels } = this.network;
    const { scaling } = this.data;
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    for (let pixel = 0; pixel < side * side; pixel += 1) {
      for (let c = 0; c < 3; c += 1) {
        const value = x[pixel * channels + (channels === 3 ? c : 0)];
        image.data[4 * pixel + c] = Math.round(255 * (scaling.zero + scaling.unit * value));
      }
      image.data[4 * pixel + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }
}

// The U-net of images: what it answers at one image, whose values lie row by row, the channels of a pixel side by side.
import { floatsOf } from "../shared/codec.js";
import { Dense, activate, activationOf } from "../shared/dense.js";

const KERNEL = 3;

/** An image of so many channels, `side` pixels wide and high; `stride` numbers a pixel, of which the last are padding. */
class Plane {
  constructor(values, side, channels, stride = channels) {
    [this.values, this.side, this.channels, this.stride] = [values, side, channels, stride];
  }

  /** Another one added to it. */
  plus(other) {
    for (let i = 0; i < this.values.length; i += 1) this.values[i] += other.values[i];
    return this;
  }
}

/** For each pixel, those of the square around it, side by side; beyond the border there are zeros. every: of how many
 * pixels, along each side, one is the middle of a square.
 */
function squares(plane, every) {
  const { values, side, channels, stride } = plane;
  const count = side / every;
  const out = new Float32Array(count * count * KERNEL * KERNEL * channels);
  let to = 0;
  for (let row = 0; row < side; row += every) {
    for (let column = 0; column < side; column += every) {
      for (let y = row - 1; y <= row + 1; y += 1) {
        for (let x = column - 1; x <= column + 1; x += 1, to += channels) {
          if (y < 0 || y >= side || x < 0 || x >= side) continue;
          const from = (y * side + x) * stride;
          for (let c = 0; c < channels; c += 1) out[to + c] = values[from + c];
        }
      }
    }
  }
  return out;
}

/** Twice the size: each pixel, and zeros between them. */
function spread(plane) {
  const { values, side, channels, stride } = plane;
  const out = new Float32Array(4 * side * side * channels);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const [from, to] = [(row * side + column) * stride, (4 * row * side + 2 * column) * channels];
      for (let c = 0; c < channels; c += 1) out[to + c] = values[from + c];
    }
  }
  return new Plane(out, 2 * side, channels);
}

/** A convolution: of squares of 3 × 3 pixels, or of pixels alone. */
class Convolution {
  /** data: {weight, bias, inputs}; weight: (outputs × inputs), the inputs of a square pixel by pixel. */
  constructor(data) {
    this.dense = new Dense(floatsOf(data.weight), floatsOf(data.bias), data.inputs);
  }

  apply(plane, every = 1) {
    const { dense } = this;
    const alone = dense.inputs === plane.channels;
    const side = plane.side / every;
    const out = new Float32Array(side * side * dense.stride);
    if (alone) dense.apply(plane.values, side * side, plane.stride, out);
    else dense.apply(squares(plane, every), side * side, dense.inputs, out);
    return new Plane(out, side, dense.outputs, dense.stride);
  }
}

const LAYERS = ["a1", "a2", "b1", "b2", "c1", "c2", "c3", "c4", "u_up", "u", "v_up", "v", "w_up", "w", "out"];

/** The network of iadb_core/networks/unet. */
export class Unet {
  /** data: {layers, side, channels, classes, jumps}. */
  constructor(data) {
    this.layers = Object.fromEntries(LAYERS.map((name) => [name, new Convolution(data.layers[name])]));
    [this.side, this.channels, this.classes, this.jumps] = [data.side, data.channels, data.classes, data.jumps];
    this.relu = activationOf("relu");
    this.evaluations = 0;
  }

  /**
   * The mean difference x₁ − x₀ at one image; of a flow map the mean velocity of a jump from there. jump: how far, in
   * α. told: the number of a class, or of none, which is `this.classes`.
   */
  velocity(x, alpha, jump = 0, told = this.classes) {
    const rectified = (name, plane, every) => {
      const found = this.layers[name].apply(plane, every);
      activate(found.values, this.relu);
      return found;
    };
    const up = (name, plane) => rectified(name, spread(plane));
    const a1 = rectified("a1", this.seen(x, alpha, jump, told));
    const a2 = rectified("a2", a1, 2);
    const b2 = rectified("b2", rectified("b1", a2), 2);
    const c1 = rectified("c1", b2);
    const c3 = rectified("c3", rectified("c2", c1)).plus(c1);
    const u = rectified("u", up("u_up", rectified("c4", c3, 2)).plus(c3)).plus(b2);
    const v = rectified("v", up("v_up", u).plus(a2));
    const out = this.layers.out.apply(rectified("w", up("w_up", v).plus(a1)));
    this.evaluations += 1;
    return this.values(out);
  }

  /** The image, and what is told of it as further channels: the class, the jump, α. */
  seen(x, alpha, jump, told) {
    const more = [];
    if (this.classes) more.push(...Array.from({ length: this.classes + 1 }, (_, number) => (number === told ? 1 : 0)));
    if (this.jumps) more.push(jump);
    more.push(alpha);
    const channels = this.channels + more.length;
    const values = new Float32Array(this.side * this.side * channels);
    for (let pixel = 0; pixel < this.side * this.side; pixel += 1) {
      const to = pixel * channels;
      for (let c = 0; c < this.channels; c += 1) values[to + c] = x[pixel * this.channels + c];
      for (let c = 0; c < more.length; c += 1) values[to + this.channels + c] = more[c];
    }
    return new Plane(values, this.side, channels);
  }

  /** The values of an image, without padding. */
  values({ values, side, channels, stride }) {
    const out = new Float32Array(side * side * channels);
    for (let pixel = 0; pixel < side * side; pixel += 1) {
      for (let c = 0; c < channels; c += 1) out[pixel * channels + c] = values[pixel * stride + c];
    }
    return out;
  }
}

// The networks of points: what they answer at points of the plane, all of them at one α.
import { floatsOf } from "../shared/codec.js";
import { Dense, activate, activationOf } from "../shared/dense.js";

/** A layer of the page's data: {weight, bias, inputs}. */
function layerOf(data) {
  return new Dense(floatsOf(data.weight), data.bias ? floatsOf(data.bias) : null, data.inputs);
}

/** Arrays that are used again, by their number. */
class Buffers {
  constructor() {
    this.kept = [];
  }

  get(number, length) {
    if (!this.kept[number] || this.kept[number].length < length) this.kept[number] = new Float32Array(length);
    return this.kept[number].subarray(0, length);
  }
}

/** What is added to a layer's bias by inputs that all rows share: [[input, value], …]. */
function shiftedBias(layer, inputs) {
  const bias = Float32Array.from(layer.bias);
  for (const [input, value] of inputs) {
    const column = layer.column(input);
    for (let o = 0; o < bias.length; o += 1) bias[o] += column[o] * value;
  }
  return bias;
}

/** (x, condition, jump, α) through hidden layers. */
class Mlp {
  constructor(data) {
    this.activation = activationOf(data.activation);
    const layers = data.layers.map(layerOf);
    [this.first, this.rest] = [layers[0], layers.slice(1)];
    this.points = new Dense(columnsOf(floatsOf(data.layers[0].weight), data.layers[0].inputs, 2), null, 2);
    this.buffers = new Buffers();
  }

  /** As `Network.velocity` says; shared: α, the jump and the condition, [[input, value], …]. */
  answer(x, rows, shared) {
    let h = this.buffers.get(0, rows * this.first.stride);
    this.points.apply(x, rows, 2, h, shiftedBias(this.first, shared));
    let stride = this.first.stride;
    this.rest.forEach((layer, number) => {
      activate(h, this.activation);
      const out = this.buffers.get(number + 1, rows * layer.stride);
      layer.apply(h, rows, stride, out);
      [h, stride] = [out, layer.stride];
    });
    return [h, stride];
  }
}

/** The first columns of a matrix, (rows × columns). */
function columnsOf(weight, columns, count) {
  const rows = weight.length / columns;
  const kept = new Float32Array(rows * count);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < count; column += 1) kept[row * count + column] = weight[row * columns + column];
  }
  return kept;
}

/** Linear maps of x, α, a condition and a jump, summed, and residual blocks. */
class ResidualMlp {
  constructor(data) {
    this.activation = activationOf(data.activation);
    this.points = layerOf(data.points);
    this.told = layerOf(data.told); // of the condition, the jump and α, in this order, without a bias
    this.widen = data.widen.map(layerOf);
    this.narrow = data.narrow.map(layerOf);
    this.out = layerOf(data.out);
    this.buffers = new Buffers();
  }

  answer(x, rows, shared) {
    const bias = shiftedBias(this.told, shared);
    for (let o = 0; o < bias.length; o += 1) bias[o] += this.points.bias[o];
    const h = this.buffers.get(0, rows * this.points.stride);
    this.points.apply(x, rows, 2, h, bias);
    this.widen.forEach((widen, number) => {
      const wide = this.buffers.get(1, rows * widen.stride);
      widen.apply(h, rows, this.points.stride, wide);
      activate(wide, this.activation);
      const narrow = this.narrow[number];
      const change = this.buffers.get(2, rows * narrow.stride);
      narrow.apply(wide, rows, widen.stride, change);
      for (let i = 0; i < h.length; i += 1) h[i] += change[i];
    });
    const out = this.buffers.get(3, rows * this.out.stride);
    return [this.out.apply(h, rows, this.points.stride, out), this.out.stride];
  }
}

const KINDS = { mlp: Mlp, residual_mlp: ResidualMlp };

/** A trained network; it counts for how many points it is evaluated. */
export class Network {
  /** data: {kind, …, classes, jumps}. classes: how many it can be told; jumps: whether it sees how far a jump goes. */
  constructor(data) {
    if (!Object.hasOwn(KINDS, data.kind)) throw new Error(`this page does not know the network ${data.kind}`);
    this.network = new KINDS[data.kind](data);
    [this.classes, this.jumps] = [data.classes, data.jumps];
    // Where the shared inputs stand: after the coordinates of an MLP, alone with a residual one.
    this.first = data.kind === "mlp" ? 2 : 0;
    this.evaluations = 0;
  }

  /**
   * The mean difference x₁ − x₀ at points, (2·rows), all at one α; of a flow map the mean velocity of a jump from there.
   * jump: how far, in α. told: the number of a class, or of none, which is `this.classes`.
   */
  velocity(x, alpha, jump = 0, told = this.classes) {
    const rows = x.length / 2;
    const shared = [];
    let place = this.first;
    if (this.classes) {
      shared.push([place + told, 1]);
      place += this.classes + 1;
    }
    if (this.jumps) {
      shared.push([place, jump]);
      place += 1;
    }
    shared.push([place, alpha]);
    const [h, stride] = this.network.answer(x, rows, shared);
    const out = new Float32Array(2 * rows);
    for (let row = 0; row < rows; row += 1) {
      out[2 * row] = h[row * stride];
      out[2 * row + 1] = h[row * stride + 1];
    }
    this.evaluations += rows;
    return out;
  }
}

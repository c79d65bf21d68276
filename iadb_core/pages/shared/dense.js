// Layers of a network: outputs = σ(W·inputs + b), many rows at a time.

/** erf, to 1.2e-7. Source: Press et al., Numerical Recipes, section 6.2 (erfcc). */
export function erf(x) {
  const z = Math.abs(x);
  const t = 1 / (1 + 0.5 * z);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  let sum = 0;
  for (let i = series.length - 1; i >= 0; i -= 1) sum = series[i] + t * sum;
  const rest = t * Math.exp(-z * z + sum);
  return x >= 0 ? 1 - rest : rest - 1;
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const ACTIVATIONS = {
  relu: (v) => (v > 0 ? v : 0),
  silu: (v) => v / (1 + Math.exp(-v)),
  gelu: (v) => 0.5 * v * (1 + erf(v * Math.SQRT1_2)),
  selu: (v) => SELU_SCALE * (v > 0 ? v : SELU_ALPHA * Math.expm1(v)),
};

/** The activation of a name. */
export function activationOf(name) {
  if (!Object.hasOwn(ACTIVATIONS, name)) throw new Error(`this page does not know the activation ${name}`);
  return ACTIVATIONS[name];
}

/** σ in place on all values of an array. */
export function activate(values, activation) {
  if (activation === ACTIVATIONS.relu) {
    for (let i = 0; i < values.length; i += 1) if (values[i] < 0) values[i] = 0;
  } else {
    for (let i = 0; i < values.length; i += 1) values[i] = activation(values[i]);
  }
}

/** A layer whose weights lie as its products read them: four outputs of two rows at a time. */
export class Dense {
  /** weight: (outputs × inputs), as torch has it; bias: (outputs), or null. */
  constructor(weight, bias, inputs) {
    this.inputs = inputs;
    this.outputs = weight.length / inputs;
    if (!Number.isInteger(this.outputs)) throw new Error("the data of this page does not fit its network");
    this.stride = 4 * Math.ceil(this.outputs / 4); // of a row of outputs
    this.packed = new Float32Array(this.stride * inputs);
    this.bias = new Float32Array(this.stride);
    for (let o = 0; o < this.outputs; o += 1) {
      for (let i = 0; i < inputs; i += 1) {
        this.packed[(o >> 2) * inputs * 4 + i * 4 + (o & 3)] = weight[o * inputs + i];
      }
      if (bias) this.bias[o] = bias[o];
    }
  }

  /** Outputs of `rows` rows, each `this.stride` long; x: rows of inputs, each `xStride` long. */
  apply(x, rows, xStride, out, bias = this.bias) {
    const { inputs, packed, stride } = this;
    for (let block = 0; block < stride; block += 4) {
      const weights = block * inputs;
      for (let row = 0; row < rows; row += 2) {
        const from = row * xStride;
        const other = row + 1 < rows ? from + xStride : from; // of the last row alone, itself
        let a = bias[block];
        let b = bias[block + 1];
        let c = bias[block + 2];
        let d = bias[block + 3];
        let e = a;
        let f = b;
        let g = c;
        let h = d;
        for (let i = 0, w = weights; i < inputs; i += 1, w += 4) {
          const one = x[from + i];
          const two = x[other + i];
          a += one * packed[w];
          b += one * packed[w + 1];
          c += one * packed[w + 2];
          d += one * packed[w + 3];
          e += two * packed[w];
          f += two * packed[w + 1];
          g += two * packed[w + 2];
          h += two * packed[w + 3];
        }
        const to = row * stride + block;
        out[to] = a;
        out[to + 1] = b;
        out[to + 2] = c;
        out[to + 3] = d;
        if (other === from) continue;
        out[to + stride] = e;
        out[to + stride + 1] = f;
        out[to + stride + 2] = g;
        out[to + stride + 3] = h;
      }
    }
    return out;
  }

  /** A column of the weights, (stride): what one input adds to the outputs. */
  column(input) {
    const values = new Float32Array(this.stride);
    for (let o = 0; o < this.stride; o += 1) {
      values[o] = this.packed[(o >> 2) * this.inputs * 4 + input * 4 + (o & 3)];
    }
    return values;
  }
}

// What is drawn on the canvas.
import { BINS, colourAt } from "./colours.js";
import { drawnStates } from "./paths.js";

const [PATHS, STATES_OF_PATH] = [160, 65];
const CELLS = 22; // arrows along each side
const HEAT = 56; // cells of the density along each side
const HEAT_BLUR = [0.06136, 0.24477, 0.38774, 0.24477, 0.06136];

/** A picture of one colour, (rows × columns) of 0 to 255, as a canvas. */
export function tinted(values, rows, columns, [red, green, blue], strength) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < values.length; i += 1) image.data.set([red, green, blue, values[i] * strength], 4 * i);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The density of points on the canvas as a picture: counts in cells, smoothed. */
export function heatOf(points, plane) {
  const counts = new Float32Array(HEAT * HEAT);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = plane.place(points[i], points[i + 1]);
    const [column, row] = [Math.floor((x / plane.size) * HEAT), Math.floor((y / plane.size) * HEAT)];
    if (row >= 0 && row < HEAT && column >= 0 && column < HEAT) counts[row * HEAT + column] += 1;
  }
  const smooth = blurred(blurred(counts, 1), HEAT);
  const most = smooth.reduce((a, b) => Math.max(a, b), 1e-9);
  return { values: smooth.map((value) => (255 * value) / most), rows: HEAT, columns: HEAT };
}

function blurred(values, stride) {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const place = Math.floor(i / stride) % HEAT;
    HEAT_BLUR.forEach((weight, number) => {
      const by = number - 2;
      if (place + by >= 0 && place + by < HEAT) out[i] += weight * values[i + by * stride];
    });
  }
  return out;
}

/** The centres of the cells of the canvas in which points are, as points of the plane, (2·cells). */
export function occupied(points, plane) {
  const seen = new Set();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = plane.place(points[i], points[i + 1]);
    const [column, row] = [Math.floor((x / plane.size) * CELLS), Math.floor((y / plane.size) * CELLS)];
    if (row >= 0 && row < CELLS && column >= 0 && column < CELLS) seen.add(row * CELLS + column);
  }
  const centres = new Float32Array(2 * seen.size);
  const cell = plane.size / CELLS;
  [...seen].forEach((number, i) => {
    centres.set(plane.point(((number % CELLS) + 0.5) * cell, (Math.floor(number / CELLS) + 0.5) * cell), 2 * i);
  });
  return centres;
}

export class Painter {
  /** context: of the canvas. plane: which part of the plane it shows. */
  constructor(context, plane) {
    [this.context, this.plane] = [context, plane];
  }

  clear(colour) {
    const { context, plane } = this;
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillRect(0, 0, plane.size, plane.size);
  }

  picture(canvas, smooth = true) {
    this.context.imageSmoothingEnabled = smooth;
    this.context.drawImage(canvas, 0, 0, this.plane.size, this.plane.size);
  }

  points(points, bins, radius) {
    const { context, plane } = this;
    const byColour = Array.from({ length: BINS }, () => new Path2D());
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = plane.place(points[i], points[i + 1]);
      byColour[bins[i / 2]].rect(x - radius, y - radius, 2 * radius, 2 * radius);
    }
    context.globalAlpha = 0.9;
    byColour.forEach((path, bin) => {
      context.fillStyle = colourAt((bin + 0.5) / BINS);
      context.fill(path);
    });
    context.globalAlpha = 1;
  }

  /** The ways of some of the points, in their colours. */
  paths(states, bins) {
    const { context } = this;
    const count = states[0].length / 2;
    const every = Math.max(1, Math.floor(count / PATHS));
    const numbers = drawnStates(states.length, STATES_OF_PATH);
    context.lineWidth = Math.max(1, this.plane.size / 700);
    context.globalAlpha = 0.45;
    for (let index = 0; index < count; index += every) {
      context.strokeStyle = colourAt((bins[index] + 0.5) / BINS);
      this.line(numbers.map((number) => [states[number][2 * index], states[number][2 * index + 1]]));
    }
    context.globalAlpha = 1;
  }

  line(points) {
    const { context, plane } = this;
    context.beginPath();
    points.forEach(([a, b], number) => {
      const [x, y] = plane.place(a, b);
      if (number) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    context.stroke();
  }

  /** Arrows at points, (2·count), a fifth of the vectors long. */
  arrows(points, vectors, colour) {
    const { context, plane } = this;
    [context.strokeStyle, context.lineWidth] = [colour, Math.max(1, plane.size / 500)];
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = plane.place(points[i], points[i + 1]);
      const [dx, dy] = plane.arrow(vectors[i] / 5, vectors[i + 1] / 5);
      const head = Math.min(6, Math.hypot(dx, dy) / 2) * (plane.size / 600);
      const angle = Math.atan2(dy, dx);
      context.moveTo(x, y);
      context.lineTo(x + dx, y + dy);
      for (const turn of [2.6, -2.6]) {
        context.moveTo(x + dx, y + dy);
        context.lineTo(x + dx + head * Math.cos(angle + turn), y + dy + head * Math.sin(angle + turn));
      }
    }
    context.stroke();
  }

  /** One way, with a mark at each state, or dashed without. states: [[a, b], …]. */
  trace(states, colour, dashed) {
    const { context, plane } = this;
    [context.strokeStyle, context.fillStyle] = [colour, colour];
    context.lineWidth = plane.size / 240;
    context.setLineDash(dashed ? [plane.size / 70, plane.size / 90] : []);
    this.line(states);
    context.setLineDash([]);
    if (!dashed && states.length <= 34) for (const state of states.slice(1, -1)) this.disc(state, plane.size / 210);
    this.disc(states[states.length - 1], plane.size / 85);
  }

  /** The way of before, faint, with its end. */
  faint(states, colour) {
    const { context, plane } = this;
    [context.globalAlpha, context.strokeStyle, context.fillStyle] = [0.45, colour, colour];
    [context.lineWidth] = [plane.size / 400];
    this.line(states);
    this.disc(states[states.length - 1], plane.size / 120);
    context.globalAlpha = 1;
  }

  disc([a, b], radius) {
    const [x, y] = this.plane.place(a, b);
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fill();
  }

  /** Pairs that blend into one place, each a line from x₀ to x₁, and their mean. */
  through({ x0, x1, mean }, { ink, accent, source, target }) {
    const { context, plane } = this;
    [context.strokeStyle, context.lineWidth, context.globalAlpha] = [ink, Math.max(1, plane.size / 500), 0.4];
    const ends = [source, target].map((colour, side) => ({ colour, values: side ? x1 : x0 }));
    for (let i = 0; i < x0.length; i += 2) this.line([[x0[i], x0[i + 1]], [x1[i], x1[i + 1]]]);
    context.globalAlpha = 1;
    for (const { colour, values } of ends) {
      context.fillStyle = colour;
      for (let i = 0; i < values.length; i += 2) this.disc([values[i], values[i + 1]], Math.max(2, plane.size / 190));
    }
    [context.strokeStyle, context.fillStyle, context.lineWidth] = [accent, accent, Math.max(2, plane.size / 170)];
    this.line(mean);
    this.disc(mean[1], plane.size / 110);
  }

  /** Where one start is now. */
  here(point, colour, background) {
    const { context, plane } = this;
    for (const [radius, style] of [[plane.size / 60, background], [plane.size / 85, colour]]) {
      context.fillStyle = style;
      this.disc(point, radius);
    }
  }

  /** Where a circle of starts ends: exactly, dots; by the network, a closed line with dots. exact, own: (2·count). */
  around(exact, own, { accent: colour, ink }) {
    const { context, plane } = this;
    const points = (ends) => Array.from({ length: ends.length / 2 }, (_, i) => [ends[2 * i], ends[2 * i + 1]]);
    context.fillStyle = ink;
    for (const end of points(exact)) this.disc(end, plane.size / 230);
    if (!own) return;
    [context.strokeStyle, context.fillStyle, context.lineWidth] = [colour, colour, plane.size / 400];
    this.line([...points(own), points(own)[0]]);
    for (const end of points(own)) this.disc(end, plane.size / 300);
  }

  /** A ring: the start that can be dragged. */
  ring([a, b], colour, background, radius) {
    const { context, plane } = this;
    const [x, y] = plane.place(a, b);
    for (const [width, style] of [[plane.size / 90, background], [plane.size / 200, colour]]) {
      [context.lineWidth, context.strokeStyle] = [width, style];
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

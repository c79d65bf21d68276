// A target that is drawn on the page: a grid of cells that a brush fills, or a picture that is dropped.

export const SIDE = 64;
const LARGEST_FILE = 30e6;
const STEP = 85; // between the four levels of a cell
const [BRIGHT, FLAT] = [160, 8]; // a border that is paper; differences that are none

export class Drawing {
  constructor() {
    this.cells = new Uint8Array(SIDE * SIDE);
  }

  get empty() {
    return this.text === "";
  }

  clear() {
    this.cells.fill(0);
  }

  /** Fill what a brush covers on its way; places and radius as shares of the side, (right, down). */
  stroke([fromX, fromY], [toX, toY], radius, value = 255) {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) * SIDE * 2));
    for (let step = 0; step <= steps; step += 1) {
      const [x, y] = [fromX + ((toX - fromX) * step) / steps, fromY + ((toY - fromY) * step) / steps];
      this.dab(x * SIDE, y * SIDE, radius * SIDE, value);
    }
  }

  dab(x, y, radius, value) {
    for (let row = Math.max(0, Math.floor(y - radius)); row <= Math.min(SIDE - 1, y + radius); row += 1) {
      for (let column = Math.max(0, Math.floor(x - radius)); column <= Math.min(SIDE - 1, x + radius); column += 1) {
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius) this.cells[row * SIDE + column] = value;
      }
    }
  }

  /** Bright is dense, as everywhere here; of a picture with a bright border, dark. Its middle square counts. */
  async take(file) {
    if (!file.type.startsWith("image/")) throw new Error("that is no picture");
    if (file.size > LARGEST_FILE) throw new Error("that picture is larger than 30 MB");
    const bitmap = await createImageBitmap(file);
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [SIDE, SIDE];
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    [context.fillStyle] = ["white"]; // behind what is transparent
    context.fillRect(0, 0, SIDE, SIDE);
    context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    this.cells.set(cellsOf(context.getImageData(0, 0, SIDE, SIDE).data));
  }

  /** The cells as text that fits an address: three of four levels a letter. */
  get text() {
    let text = "";
    for (let i = 0; i < this.cells.length; i += 3) {
      let bits = 0;
      for (let k = 0; k < 3; k += 1) bits = 4 * bits + levelOf(this.cells[i + k] ?? 0);
      text += LETTERS[bits];
    }
    return text.replace(/A+$/, "");
  }

  set text(text) {
    this.clear();
    for (let i = 0; i < text.length; i += 1) {
      const bits = LETTERS.indexOf(text[i]);
      for (let k = 0; k < 3; k += 1) {
        const cell = 3 * i + k;
        if (cell < this.cells.length) this.cells[cell] = STEP * ((bits >> (4 - 2 * k)) & 3);
      }
    }
  }
}

/** Which of the four levels a cell has. */
function levelOf(value) {
  return Math.round(value / STEP);
}

/** Cells of the pixels of a picture, red, green, blue and opacity: of four levels, the brightest cell full. */
export function cellsOf(pixels) {
  const light = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [red, green, blue] = pixels.subarray(4 * i, 4 * i + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
  const border = light.filter((_, i) => i < SIDE || i >= SIDE * (SIDE - 1) || i % SIDE === 0 || i % SIDE === SIDE - 1);
  const bright = border.reduce((a, b) => a + b, 0) / border.length > BRIGHT;
  const dense = light.map((value) => (bright ? 255 - value : value));
  const least = dense.reduce((a, b) => Math.min(a, b), 255);
  const most = dense.reduce((a, b) => Math.max(a, b), 0);
  if (most - least < FLAT) throw new Error("that picture is of one colour: there is nothing to go to");
  return dense.map((value) => STEP * levelOf((255 * (value - least)) / (most - least)));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

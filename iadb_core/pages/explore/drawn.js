// A target that is drawn on the page: a grid of cells that a brush fills, or a picture that is dropped.

export const SIDE = 64;
const LARGEST_FILE = 30e6;

export class Drawing {
  constructor() {
    this.cells = new Uint8Array(SIDE * SIDE);
  }

  get empty() {
    return !this.cells.some((value) => value > 0);
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

  /** Bright is dense, as everywhere here; of a picture with a bright border, dark. */
  async take(file) {
    if (!file.type.startsWith("image/")) throw new Error("that is no picture");
    if (file.size > LARGEST_FILE) throw new Error("that picture is larger than 30 MB");
    const bitmap = await createImageBitmap(file, { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "high" });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [SIDE, SIDE];
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    this.fill(context.getImageData(0, 0, SIDE, SIDE).data);
  }

  /** From pixels, red, green, blue and opacity. */
  fill(pixels) {
    const light = Float32Array.from(this.cells, (_, i) => {
      const [red, green, blue, opacity] = pixels.subarray(4 * i, 4 * i + 4);
      return ((0.299 * red + 0.587 * green + 0.114 * blue) * opacity) / 255;
    });
    const border = light.filter((_, i) => i < SIDE || i >= SIDE * (SIDE - 1) || i % SIDE === 0 || i % SIDE === SIDE - 1);
    const bright = border.reduce((a, b) => a + b, 0) / border.length > 160;
    this.cells.set(light.map((value) => (bright ? 255 - value : value)));
  }

  /** Which cells are filled, as text that fits an address: 6 cells a letter. */
  get text() {
    let text = "";
    for (let i = 0; i < this.cells.length; i += 6) {
      let bits = 0;
      for (let k = 0; k < 6; k += 1) bits = 2 * bits + ((this.cells[i + k] ?? 0) > 127 ? 1 : 0);
      text += LETTERS[bits];
    }
    return text.replace(/A+$/, "");
  }

  set text(text) {
    this.clear();
    for (let i = 0; i < text.length; i += 1) {
      const bits = LETTERS.indexOf(text[i]);
      for (let k = 0; k < 6; k += 1) {
        const cell = 6 * i + k;
        if (cell < this.cells.length && bits & (32 >> k)) this.cells[cell] = 255;
      }
    }
  }
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

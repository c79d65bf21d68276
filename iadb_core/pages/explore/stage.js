// The canvas: what it shows, and what a pointer or the arrow keys do on it.
import { tinted, heatOf, occupied, Painter } from "./paint.js";
import { SIDE } from "./drawn.js";
import { Frame } from "./frame.js";

const NUDGE = 0.01; // of the side, by an arrow key
export const RING = 55; // radii of the ring in the side

export class Stage {
  /** canvas: the element. box: the part of the plane. behind: pictures of source and target, or null. */
  constructor(canvas, box, behind) {
    [this.canvas, this.box, this.behind] = [canvas, box, behind];
    this.context = canvas.getContext("2d");
    this.colours = {};
    this.resized();
  }

  /** As sharp as the screen. */
  resized() {
    const side = Math.max(240, Math.round(this.canvas.clientWidth * Math.min(2, globalThis.devicePixelRatio || 1)));
    if (this.canvas.width !== side) [this.canvas.width, this.canvas.height] = [side, side];
    this.plane = new Frame(this.box, side);
    this.painter = new Painter(this.context, this.plane);
  }

  /** Take the colours of the style sheet, which follow the system's light or dark. */
  restyled() {
    const style = getComputedStyle(this.canvas);
    for (const name of ["ink", "canvas", "accent", "source", "target"]) {
      this.colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
    this.tints = {};
    for (const [side, picture] of Object.entries(this.behind)) {
      if (picture) this.tints[side] = tinted(picture.values, picture.rows, picture.columns, rgb(this.colours[side]), 0.5);
    }
  }

  /** Draw a scene: {show, points, bins, states, arrows, drawing, trace}. */
  draw(scene) {
    const { painter, colours } = this;
    painter.clear(colours.canvas);
    for (const side of ["source", "target"]) {
      if (scene.show.includes(side) && this.tints[side] && !(side === "target" && scene.drawing)) painter.picture(this.tints[side]);
    }
    if (scene.drawing) painter.picture(tinted(scene.drawing.cells, SIDE, SIDE, rgb(colours.target), 0.5), false);
    if (scene.show.includes("density")) {
      const heat = heatOf(scene.points, this.plane);
      painter.picture(tinted(heat.values, heat.rows, heat.columns, rgb(colours.ink), 0.8));
    }
    if (scene.show.includes("paths")) painter.paths(scene.states, scene.bins);
    if (scene.show.includes("points")) painter.points(scene.points, scene.bins, Math.max(1, this.plane.size / 420));
    if (scene.arrows) painter.arrows(scene.arrows.at, scene.arrows.vectors, colours.ink);
    if (scene.trace) {
      if (scene.trace.through) painter.through(scene.trace.through, colours);
      else this.drawPaths(scene.trace);
      if (scene.trace.around) painter.around(...scene.trace.around, colours);
      painter.here(scene.trace.here, colours.accent, colours.canvas);
      painter.ring(scene.trace.own[0], colours.accent, colours.canvas, this.plane.size / RING);
    }
  }

  /** The paths of the one start: of before, the exact one, and its own. */
  drawPaths({ before, exact, own }) {
    const { painter, colours } = this;
    if (before) painter.faint(before, colours.accent);
    if (exact) painter.trace(exact, colours.ink, true);
    painter.trace(own, colours.accent, false);
  }

  /** Where arrows of the field are drawn, for points as they are now. */
  cells(points) {
    return occupied(points, this.plane);
  }

  /** Call `onPoint` with the points of the plane that a pointer or the arrow keys choose; `current` is the one now. */
  listen(onPoint, current, brush) {
    let last = null;
    const place = (event) => {
      const rectangle = this.canvas.getBoundingClientRect();
      return [(event.clientX - rectangle.left) / rectangle.width, (event.clientY - rectangle.top) / rectangle.height];
    };
    const chosen = (at) => onPoint(this.plane.point(at[0] * this.plane.size, at[1] * this.plane.size));
    const used = (event) => {
      const at = place(event);
      if (brush.active()) brush.stroke(last ?? at, at, event);
      else chosen(at);
      last = at;
    };
    this.canvas.addEventListener("contextmenu", (event) => {
      if (brush.active()) event.preventDefault();
    });
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button && !brush.active()) return;
      this.canvas.setPointerCapture(event.pointerId);
      used(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (last) used(event);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(name, () => {
        if (last && brush.active()) brush.done();
        last = null;
      });
    }
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    this.canvas.addEventListener("keydown", (event) => {
      if (!Object.hasOwn(keys, event.key) || brush.active()) return;
      event.preventDefault();
      const from = this.plane.place(...current()).map((value) => value / this.plane.size);
      const far = event.shiftKey ? 5 * NUDGE : NUDGE;
      chosen(from.map((value, i) => Math.min(1, Math.max(0, value + far * keys[event.key][i]))));
    });
  }
}

/** The parts of a colour, as #rrggbb. */
function rgb(text) {
  return [1, 3, 5].map((place) => Number.parseInt(text.slice(place, place + 2), 16));
}

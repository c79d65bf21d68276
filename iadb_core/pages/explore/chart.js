// What evaluations buy: distances by their number, as they were measured on the page.

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [380, 234, 52, 12, 22, 34];
const MOST = 128;
const [LINE, LETTER] = [12, 6]; // of a label: its height, and the width of a letter
const MARKS = { euler: "○", midpoint: "□", heun: "△", rk4: "◇", map: "✕", dopri5: "▽" };

const svg = (name, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

export class Chart {
  /** element: the <svg> that it is drawn into. */
  constructor(element) {
    this.element = element;
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.found = new Map(); // of each solver and mover, the distance by evaluations
    [this.about, this.floor] = [null, null];
  }

  /** What follows is about a target, by any name of it, whose floor is that; what was about another is forgotten. */
  begin(about, floor) {
    if (about !== this.about) this.found.clear();
    [this.about, this.floor] = [about, floor];
  }

  /** A measured distance. mover: what moved the points; exact: whether that was no network. */
  add(mover, exact, solver, evaluations, distance) {
    const key = `${mover} ${solver}`;
    if (!this.found.has(key)) this.found.set(key, { mover, exact, solver, values: new Map() });
    this.found.get(key).values.set(Math.round(evaluations), distance);
  }

  clear() {
    this.found.clear();
  }

  draw(current) {
    const every = [...this.found.values()].flatMap(({ values }) => [...values.values()]);
    if (this.floor) every.push(this.floor);
    const [least, most] = every.length ? [Math.min(...every), Math.max(...every)] : [0.01, 1];
    const [low, high] = [Math.min(least / 1.3, most / 5), most * 1.3]; // room for two numbers on the axis at least
    const at = (nfe) => Math.log2(Math.max(1, Math.min(MOST, nfe))) / Math.log2(MOST);
    const x = (nfe) => LEFT + (WIDTH - LEFT - RIGHT) * at(nfe);
    const y = (distance) => TOP + ((HEIGHT - TOP - BOTTOM) * Math.log(high / distance)) / Math.log(high / low);
    const parts = [svg("title", {}, "Distance to held-out points by evaluations")];
    for (const nfe of [1, 2, 4, 8, 16, 32, 64, 128]) {
      parts.push(svg("text", { x: x(nfe), y: HEIGHT - 18, "text-anchor": "middle", class: "tick" }, nfe));
    }
    parts.push(svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 3, "text-anchor": "middle", class: "tick" }, "evaluations"));
    parts.push(svg("text", { x: LEFT - 44, y: TOP - 10, class: "tick" }, "W₂"));
    for (const value of ticks(low, high)) {
      parts.push(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: "grid" }));
      parts.push(svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end", class: "tick" }, `${value}`));
    }
    if (this.floor) {
      parts.push(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(this.floor), y2: y(this.floor), class: "floor" }));
    }
    const labels = this.floor ? [{ x: LEFT + 4, y: y(this.floor) - 4, end: false, kind: "of-floor", text: "floor" }] : [];
    for (const [key, { solver, mover, exact, values }] of this.found) {
      const ordered = [...values].sort((a, b) => a[0] - b[0]);
      const kind = `${exact ? "exact" : "network"}${key === current ? " current" : ""}`;
      const line = ordered.map(([nfe, distance]) => `${x(nfe)},${y(distance)}`).join(" ");
      parts.push(svg("polyline", { points: line, class: `line ${kind}` }));
      const [first, highest] = ordered[0];
      const end = at(first) > 0.5;
      labels.push({ x: x(first) + (end ? -9 : 9), y: y(highest) - 5, end, kind, text: `${MARKS[solver]} ${mover}, ${solver}` });
      for (const [nfe, distance] of ordered) {
        const mark = svg("text", { x: x(nfe), y: y(distance) + 4, "text-anchor": "middle", class: `mark ${kind}` }, MARKS[solver]);
        mark.append(svg("title", {}, `${mover}, ${solver}, ${nfe} evaluations: ${distance.toPrecision(3)}`));
        parts.push(mark);
      }
    }
    for (const { x: left, y: down, end, kind, text } of apartFrom(labels)) {
      parts.push(svg("text", { x: left, y: down, "text-anchor": end ? "end" : "start", class: `label ${kind}` }, text));
    }
    this.element.replaceChildren(...parts);
  }
}

/** Labels, {x, y, end, text}, moved down or up until none lies on another. */
export function apartFrom(labels) {
  const sides = ({ x, end, text }) => (end ? [x - LETTER * text.length, x] : [x, x + LETTER * text.length]);
  const placed = [];
  for (const label of [...labels].sort((a, b) => a.y - b.y)) {
    const near = placed.filter((other) => sides(other)[0] < sides(label)[1] && sides(label)[0] < sides(other)[1]);
    const free = (y) => near.every((other) => Math.abs(other.y - y) >= LINE);
    const tried = [label.y, ...near.flatMap((other) => [other.y + LINE, other.y - LINE])].filter((y) => y > LINE && y < HEIGHT - BOTTOM);
    const found = tried.filter(free).sort((a, b) => Math.abs(a - label.y) - Math.abs(b - label.y));
    placed.push({ ...label, y: found[0] ?? label.y });
  }
  return placed;
}

/** Round values on a logarithmic axis. */
export function ticks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const digit of [1, 2, 5]) {
      const value = Number((digit * 10 ** power).toPrecision(1));
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found;
}

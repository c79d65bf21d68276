// Samples on their way, by stored pictures: whichever α, solver and number of evaluations are chosen.

const PLAYED_MS = 4000; // from one end to the other

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

/** The choices of an address, as far as they can be: [solver, evaluations, α, sample]. */
export function fromAddress(hash, data) {
  const told = new URLSearchParams(hash.replace(/^#/, ""));
  const number = (name, fallback, most) => {
    const value = Number(told.get(name) ?? NaN);
    return Number.isFinite(value) && value >= 0 && value <= most ? value : fallback;
  };
  const named = data.ways.findIndex((way) => way.solver === told.get("solver") && String(way.nfe) === told.get("nfe"));
  return { way: named < 0 ? data.begin : named, alpha: number("alpha", 1, 1), chosen: Math.floor(number("sample", 0, data.count - 1)) };
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

  choose(changes) {
    Object.assign(this.state, changes);
    const { ways, count } = this.data;
    const { way, alpha, chosen } = this.state;
    const told = new URLSearchParams({ solver: ways[way].solver, nfe: ways[way].nfe, alpha, sample: Math.min(chosen, count - 1) });
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
    const { ways, rows } = this.data;
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
    const { first, share } = framesAt(alpha, way.frames.length);
    const [one, two, nearest] = await Promise.all([way.frames[first], way.frames[first + 1], way.nearest].map((own) => this.picture(own)));
    if (asked !== this.asked) return; // something else is chosen by now
    const side = one.width / Math.ceil(this.data.count / rows);
    const from = [Math.floor(chosen / rows) * side, (chosen % rows) * side];
    drawn(element("view"), one, two, share, [0, 0], [one.width, one.height]);
    marked(element("view"), from, side, one.width);
    drawn(element("own"), one, two, share, from, [side, side]);
    drawn(element("nearest"), nearest, nearest, 0, from, [side, side]);
    this.shown = true;
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

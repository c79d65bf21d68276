// Colours of points by where they start: of one scale that colour-blind people can tell apart.

// From blue over grey to yellow, in the manner of cividis (Nuñez, Anderton and Renslow 2018), but neither so dark nor so
// light that points are lost on a dark or a light page.
const SCALE = [
  [52, 98, 176], [76, 108, 158], [98, 119, 143], [121, 130, 129], [149, 145, 113], [172, 148, 86], [190, 150, 58],
  [204, 152, 24],
];
export const BINS = 24;

/** The colour at a share of the scale, as CSS has it. */
export function colourAt(share) {
  const at = Math.min(0.9999, Math.max(0, share)) * (SCALE.length - 1);
  const [low, part] = [Math.floor(at), at - Math.floor(at)];
  const mixed = SCALE[low].map((value, i) => Math.round(value + part * (SCALE[low + 1][i] - value)));
  return `rgb(${mixed.join(" ")})`;
}

/** Of each start the number of its colour, by how far to the right it lies among all: so that each has as many. */
export function binsOf(places) {
  const order = Array.from(places.keys()).sort((a, b) => places[a] - places[b]);
  const bins = new Uint8Array(places.length);
  order.forEach((index, rank) => {
    bins[index] = Math.floor((rank * BINS) / places.length);
  });
  return bins;
}

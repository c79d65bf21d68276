"""Frames to a GIF, by our own palette.

imageio's and Pillow's GIFs have a palette for each frame: noise takes several times as many bytes, and what stands
still flickers (docs/benchmarks.md has the figures).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from PIL import Image

from iadb_core.drawing.colours import BLACK, FAINT, INK
from iadb_core.drawing.png import Frame, read_frame
from iadb_core.system.files import atomic

PALETTE_FRAMES, PALETTE_POWER, SETTLED_SHARE = 9, 0.7, 32
KEPT, NEAR = (INK, FAINT, BLACK), 8


def shared_palette(frames: Sequence[Frame], colours: int) -> Image.Image:
    """A palette of at most `colours` for all frames, so that an unchanged pixel keeps its index from frame to frame.

    Gray frames get equally spaced grays, black and white among them; others their most frequent colour and those of
    what is written, exactly.
    """
    evenly = np.linspace(0, len(frames) - 1, min(PALETTE_FRAMES, len(frames)))
    chosen = [read_frame(frames[round(index)]) for index in evenly]
    if chosen[0].mode == "L":
        grays = np.linspace(0, 255, colours).round().astype(np.uint8)
        return _palette_image(np.repeat(grays[:, None], 3, axis=1))
    pixels = np.concatenate([np.asarray(frame.convert("RGBX")).view(np.uint32).ravel() for frame in chosen])
    packed, counts = np.unique(pixels, return_counts=True)
    distinct = packed[:, None].view(np.uint8)[:, :3]
    # By a power of their counts, so that the paper does not crowd out the few pixels of each point.
    sample = np.repeat(distinct, np.ceil(counts**PALETTE_POWER).astype(int), axis=0)
    settled = len(sample) // SETTLED_SHARE  # k-means ends when no more colours than these change their cluster
    kept = np.array(KEPT if colours > 2 * len(KEPT) else [], np.uint8).reshape(-1, 3)
    rest = colours - 1 - len(kept)
    reduced = Image.fromarray(sample[None]).quantize(rest, kmeans=settled, dither=Image.Dither.NONE)
    found = np.array(reduced.getpalette(), dtype=np.uint8).reshape(-1, 3)[:rest]
    paper = distinct[[counts.argmax()]]
    # Pillow looks colours up coarsely: a neighbour of one of these could be taken for it.
    for exact in [*paper, *kept]:
        found[np.abs(found.astype(int) - exact).max(axis=1) < NEAR] = exact
    return _palette_image(np.concatenate([paper, kept, found]))


def _indexed(frame: Frame, palette: Image.Image) -> Image.Image:
    return read_frame(frame).convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)


def _palette_image(colours: np.ndarray) -> Image.Image:
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours.tobytes())
    return palette


def write_gif(
    path: str | os.PathLike[str],
    frames: Sequence[Frame],
    frame_ms: int,
    hold_ms: int,
    colours: int,
    threads: int = 1,
) -> None:
    """Write a looping GIF of PNG frames, atomically; the last one stays for `hold_ms`.

    Durations in milliseconds, multiples of 10 (GIF counts hundredths of a second). colours: 4 to 255.
    Raises InputError for an unreadable frame or if the file cannot be written.
    """
    palette = shared_palette(frames, colours)
    with ThreadPoolExecutor(threads) as pool:
        indexed = list(pool.map(partial(_indexed, palette=palette), frames))
    # optimize: Pillow writes the pixels that did not change as transparent, which makes noise several times smaller.
    durations = [frame_ms] * (len(indexed) - 1) + [hold_ms]
    with atomic(path) as file:
        indexed[0].save(
            file, "GIF", save_all=True, append_images=indexed[1:], duration=durations, loop=0, optimize=True, disposal=1
        )

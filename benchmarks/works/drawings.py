"""Points, frames and GIFs, a contest each."""

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks import ours, peers, recipe, whole
from benchmarks.contests import Contest, Work
from benchmarks.works.base import Ways, Works
from iadb_core.data.grayscale import read_density
from iadb_core.data.rejection import sample_density
from iadb_core.drawing.archive import ArchivedFrames, unpack
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.png import COMPRESSION, read_frame
from iadb_core.drawing.settings import Animation
from iadb_core.system.runtime import available_cores


class Drawings(Works):
    """Points, frames and GIFs."""

    def rejection(self) -> Contest:
        """Points of the source of `densities`."""
        density = read_density(whole.PICTURES[0])
        count = 8192 if self.quick else 65536

        def fast() -> float:
            return sum(len(sample_density(density, 65536, np.random.default_rng(seed))) for seed in range(10))

        def plain() -> float:
            return len(recipe.accepted_points(density, count))

        def arrays() -> float:
            return len(recipe.accepted_in_arrays(density, 10 * count))

        def numbers() -> float:
            return sum(len(np.random.default_rng(seed).random((65536, 2), np.float32)) for seed in range(10))

        works = {"ours": fast, "plain recipe": plain, "recipe, by arrays": arrays, "random numbers alone": numbers}
        ways = {name: partial(lambda work: work, work) for name, work in works.items()}
        return self.contest("points by rejection", "points", ways, bound_by="random numbers alone", seconds=1.0)

    def frames(self) -> Contest:
        """Frames of 2,048 points in files."""

        def fast() -> Work:
            frames = some_frames()

            def work() -> float:
                ours.drawn(frames, self.folder)
                return len(frames)

            return work

        def plain(at_once: bool) -> Work:
            frames = some_frames()

            def work() -> float:
                recipe.draw_points(torch.from_numpy(frames.trajectory[0]), self.folder / f"{at_once}.png", at_once)
                return 1

            return work

        def compressed() -> Work:
            pixels = [frame.tobytes() for frame in some_frames()]
            pool = ThreadPoolExecutor(available_cores())
            return lambda: len(list(pool.map(partial(zlib.compress, level=COMPRESSION), pixels)))

        ways: Ways = {"ours": fast, "plain recipe": partial(plain, False), "recipe, one call": partial(plain, True)}
        ways["zlib alone"] = compressed
        return self.contest("frames of 2,048 points", "frames", ways, bound_by="zlib alone", seconds=1.0)

    def gif(self) -> Contest:
        """Such frames as a GIF, by encoders of whose pixels the note says how far they are from the frames'."""
        encoders: dict[str, Callable[[Sequence[Path], Path], None]] = {"Pillow": peers.pillow_gif}
        if find_spec("imageio_ffmpeg"):
            encoders["ffmpeg"] = peers.ffmpeg_gif
        if find_spec("imageio"):
            encoders["imageio"] = peers.imageio_gif

        def fast() -> Work:
            archive = ours.drawn(some_frames(), self.folder)
            return lambda: write_frames(archive, self.folder / "ours.gif", colours=128)

        def prepared(name: str) -> Callable[[], Work]:
            def prepare() -> Work:
                paths = self.frames_in(name)

                def work() -> float:
                    encoders[name](paths, self.folder / f"{name}.gif")
                    return len(paths)

                return work

            return prepare

        def note() -> str:
            paths = self.frames_in("meant")
            made = {name: self.folder / f"{name}.gif" for name in ("ours", *encoders)}
            return "; ".join(
                f"{name} {path.stat().st_size / 1e6:.2f} MB, error {peers.gif_error(paths, path):.2f}"
                for name, path in made.items()
                if path.exists()
            )

        def packing() -> Work:
            paths = self.frames_in("packing")
            indexed = [read_frame(path).convert("RGB").quantize(128) for path in paths]
            pool = ThreadPoolExecutor(available_cores())

            def pack(path: Path, pixels: Image.Image) -> None:
                read_frame(path)
                pixels.save(BytesIO(), "GIF")

            return lambda: len(list(pool.map(pack, paths, indexed)))

        bound = "decoding and LZW alone"
        ways: Ways = {"ours": fast, **{name: prepared(name) for name in encoders}, bound: packing}
        options: dict[str, Any] = {"baseline": "ffmpeg" if "ffmpeg" in encoders else "Pillow", "seconds": 0.5}
        options |= {"bound_by": bound} | ({} if self.quick else {"note": note})
        return self.contest("GIF of 129 frames", "frames", ways, **options)

    def frames_in(self, name: str) -> list[Path]:
        """Frames in files of a folder of that name."""
        (self.folder / name).mkdir()
        unpack(ours.drawn(some_frames(), self.folder / name), self.folder / name)
        return sorted((self.folder / name).glob("*.png"))


def some_frames() -> Frames:
    """2,048 points of the source of `densities` that go straight to points of its target in 128 steps."""
    densities = [read_density(path) for path in whole.PICTURES]
    start, end = (sample_density(density, 2048, np.random.default_rng(0)) for density in densities)
    states = ours.trajectory(torch.from_numpy(start), torch.from_numpy(end - start), 128)
    return Frames(states, ours.BLOB, ours.SPIRAL, "linear", Animation(size=512, stride=1))


def write_frames(archive: Path, path: Path, colours: int) -> int:
    """A GIF as the workflow writes it; returns of how many frames."""
    frames = ArchivedFrames(archive)
    write_gif(path, frames, frame_ms=50, hold_ms=50, colours=colours, threads=available_cores())
    return len(frames)

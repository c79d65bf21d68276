"""The works that are timed: each with the ways to do it, its unit, and how much faster this project is to be."""

import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks import folders, ours, peers, recipe, whole
from benchmarks.contests import WHOLE, Contest, Work
from benchmarks.operations import forward_flops, plane_flops, training_flops
from iadb_core.data.grayscale import read_density
from iadb_core.data.rejection import sample_density
from iadb_core.data.torchvision_sets import at_hand, torchvision_set
from iadb_core.drawing.archive import ArchivedFrames, unpack
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.png import COMPRESSION, read_frame
from iadb_core.drawing.settings import Animation
from iadb_core.method.couplings.optimal_transport import OptimalTransport
from iadb_core.system.runtime import available_cores, choose_precision, precision_name

MNIST_STEPS, PLANE_STEPS = 14_992, 65_536  # of the whole tutorials
TRANSPORT, WITHOUT = "MNIST training, optimal transport", "ours, independent pairs"
PLAIN_BARS = {  # of any CPU
    "MNIST training": 1.2,
    "2D training": 1.7,
    "points by rejection": 200,
    "frames of 2,048 points": 15,
    "GIF of 129 frames": 1,
    "PNGs of 64×64 pixels": 1.5,
    "JPEGs of 500×375 pixels": 1.5,
    TRANSPORT: 0.9,
    "densities.gif": 4,
}
BFLOAT16_BARS = PLAIN_BARS | {  # of one that multiplies bfloat16
    "MNIST training": 2.5,
    "MNIST training, float32": 1.2,
    "MNIST sampling": 4,
    "mnist.gif": 2.3,
}
GPU_BARS = {"MNIST training": 10, "2D training": 8, "mnist.gif": 10}
QUICK = ("mnist_training", "mnist_sampling", "plane_training", "rejection", "frames", "gif")
SLOW = ("transport_of_images", "transport_of_points", "small_images", "photographs", "densities_gif", "mnist_gif")
ASKED_FOR = ("mnist_training_at_length", "densities_gif_in_full", "mnist_gif_of_an_epoch")  # by name: they take long
AT_LENGTH = "MNIST training, a minute a run"
WARM_UP, PLAIN_WARM_UP = 60, 12  # steps, with bfloat16 instructions and without: the recipe's first 50 or 6 are slow

Ways = dict[str, Callable[[], Work]]


class Benchmarks:
    """The contests on one device, a method each. Whatever is large is made when a way is prepared."""

    def __init__(self, device: torch.device, data_dir: Path, folder: Path, quick: bool) -> None:
        self.device, self.data_dir, self.folder, self.quick = device, data_dir, folder, quick
        self.precision = choose_precision("auto", device, convolutional=True)
        self.reduced = self.precision != torch.float32
        self.on_cuda = device.type == "cuda"
        self.bars = GPU_BARS if self.on_cuda else BFLOAT16_BARS if self.reduced else PLAIN_BARS
        self.plane_bound = "float32" if self.on_cuda else "float32 on one thread"

    @cached_property
    def images(self) -> np.ndarray:
        """MNIST's training images as stored, (60000, 1, 28, 28), uint8; noise of that shape if they are not there."""
        images = mnist_images(self.data_dir)
        if images is None:
            print(
                f"no MNIST in {self.data_dir}: noise of its shape is used, which takes the same time", file=sys.stderr
            )
            return np.random.default_rng(0).integers(0, 256, (60_000, 1, 28, 28), np.uint8)
        return images

    def mnist_training(self) -> Contest:
        """Optimiser steps on batches of 64 images."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, self.precision, self.device),
            "plain recipe": lambda: recipe.MnistTraining(self.images, self.device),
            "recipe, tuned": lambda: recipe.MnistTraining(self.images, self.device, self.reduced, tuned=True),
        }
        if self.reduced:
            ways["recipe, autocast"] = lambda: recipe.MnistTraining(self.images, self.device, autocast=True)
        if find_spec("torchcfm"):
            ways["torchcfm's loop"] = lambda: peers.TorchcfmTraining(self.images, self.device)
        else:
            print("torchcfm is not installed: pip install --requirement benchmarks/requirements.txt", file=sys.stderr)
        return self.training("MNIST training", ways, bound_by=precision_name(self.precision))

    def mnist_training_in_float32(self) -> Contest:
        """The same as where there are no bfloat16 instructions; on a GPU without TF32, which ours never has."""

        def plain() -> recipe.MnistTraining:
            torch.backends.cudnn.allow_tf32 = False
            return recipe.MnistTraining(self.images, self.device)

        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, torch.float32, self.device),
            "plain recipe": plain,
        }
        return self.training("MNIST training, float32", ways)

    def mnist_training_at_length(self) -> Contest:
        """The same for a minute at a time: in runs of seconds the ways gain unequally from what is ready beforehand."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, self.precision, self.device),
            "plain recipe": lambda: recipe.MnistTraining(self.images, self.device),
        }
        options = {"bound_by": precision_name(self.precision), "seconds": 60.0}
        return self.training(AT_LENGTH, ways, **options)

    def transport_of_images(self) -> Contest:
        """MNIST training with batches that are paired by exact optimal transport, which is made ahead."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(
                self.images, self.precision, self.device, coupling=OptimalTransport(batch=256)
            ),
            WITHOUT: lambda: ours.mnist_training(self.images, self.precision, self.device),
        }
        return self.training(TRANSPORT, ways, baseline=WITHOUT, bound_by=precision_name(self.precision))

    def transport_of_points(self) -> Contest:
        """The same of points, where a pairing takes longer than a step: it cannot be hidden."""
        points = np.random.default_rng(0).random((2, 65536, 2), dtype=np.float32)

        def prepared(coupling: OptimalTransport | None) -> Callable[[], Work]:
            def prepare() -> Work:
                torch.set_num_threads(1)
                training = ours.plane_training(points[0], points[1], self.device, coupling=coupling)
                return lambda: training.run(640)

            return prepare

        ways: Ways = {"ours": prepared(OptimalTransport()), WITHOUT: prepared(None)}
        return self.contest("2D training, optimal transport", "iterations", ways, baseline=WITHOUT)

    def training(self, name: str, ways: Mapping[str, Callable[[], Any]], **options: Any) -> Contest:
        """A contest of trainings, which have a method that runs so many steps."""
        steps = (200 if self.quick else 1000) if self.on_cuda else (8 if self.quick else 12)
        options = {"settling": 0.5} | options
        if not self.quick:
            warm_up = 64.0 * (WARM_UP if self.reduced else PLAIN_WARM_UP)
            options = {"seconds": 3.0, "warm_up": warm_up} | options

        def prepared(make: Callable[[], Any]) -> Callable[[], Work]:
            def prepare() -> Work:
                training = make()
                return lambda: 64 * (training.run(steps) or steps)

            return prepare

        works = {way: prepared(make) for way, make in ways.items()}
        return self.contest(name, "images", works, needs=training_flops(), **options)

    def mnist_sampling(self) -> Contest:
        """Network evaluations of single images, by Euler steps from 64 starts."""
        starts, steps = torch.randn(64, 1, 32, 32), 8 if self.quick else 16

        def fast() -> Work:
            model = ours.untrained(self.folder, self.device, "auto")
            sampler = ours.sampler(model, steps)
            return lambda: ours.evaluations(model, sampler, starts)

        def plain(autocast: bool) -> Work:
            network = recipe.convolutional(self.device, channels_last=autocast)

            def work() -> float:
                with torch.autocast(self.device.type, torch.bfloat16, enabled=autocast):
                    for x in recipe.sample(network, starts.to(self.device), steps):
                        x.cpu()
                return steps * len(starts)

            return work

        ways: Ways = {"ours": fast, "plain recipe": partial(plain, False)}
        if self.reduced:
            ways["recipe, autocast"] = partial(plain, True)
        precision = precision_name(self.precision)
        options = {"needs": forward_flops(), "bound_by": precision}
        return self.contest("MNIST sampling", "evaluations", ways, **options)

    def plane_training(self) -> Contest:
        """Optimiser steps on batches of 256 points, on one thread on a CPU: so small a network is slower on two."""
        points = np.random.default_rng(0).random((2, 65536, 2), dtype=np.float32)
        steps = 2560 if self.on_cuda and not self.quick else 640

        def fast() -> Work:
            torch.set_num_threads(1)
            training = ours.plane_training(points[0], points[1], self.device)
            return lambda: training.run(steps)

        def plain(fused: bool) -> Work:
            torch.set_num_threads(1)
            x0, x1 = torch.from_numpy(points)

            def work() -> float:
                recipe.train_plane(x0, x1, steps, self.device, fused=fused)
                return steps

            return work

        ways: Ways = {"ours": fast, "plain recipe": partial(plain, False), "recipe, fused": partial(plain, True)}
        options = {"needs": plane_flops(), "bound_by": self.plane_bound}
        return self.contest("2D training", "iterations", ways, **options)

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

    def small_images(self) -> Contest:
        """Small PNGs of a folder, whose decoding is quick: most of the time goes to opening them."""
        return self.folder_of(folders.SMALL, 4000 if self.quick else 20_000)

    def photographs(self) -> Contest:
        """Larger JPEGs of a folder, which are decoded at a fraction of their size."""
        return self.folder_of(folders.PHOTOGRAPHS, 1000 if self.quick else 4000)

    def folder_of(self, images: folders.Images, count: int) -> Contest:
        """So many images of a kind, read from a folder, by as many processes as there are cores."""
        ways = {name: partial(way, images, count, self.folder) for name, way in folders.WAYS.items()}
        return self.contest(images.name, "images", ways, baseline="ImageFolder", settling=0.5)

    def densities_gif(self) -> Contest:
        """results/densities.gif from nothing, with fewer steps on a slow CPU; `completed` then adds the others."""
        return self.densities_gif_of(PLANE_STEPS if self.reduced or self.on_cuda else PLANE_STEPS // 8)

    def densities_gif_in_full(self) -> Contest:
        """The same with all steps on any processor: minutes a run."""
        return self.densities_gif_of(PLANE_STEPS)

    def densities_gif_of(self, steps: int) -> Contest:
        """The same with so many steps."""
        return self.whole("densities", steps, needs=steps * plane_flops(), bound_by=self.plane_bound)

    def mnist_gif(self) -> Contest:
        """results/mnist.gif from nothing, with fewer steps on a CPU; `completed` then adds the others."""
        return self.mnist_gif_of(MNIST_STEPS if self.on_cuda else 12)

    def mnist_gif_of_an_epoch(self) -> Contest:
        """The same with the steps of one epoch: minutes a run."""
        return self.mnist_gif_of(MNIST_STEPS // 16, repeats=2)

    def mnist_gif_of(self, steps: int, **options: Any) -> Contest:
        """The same with so many steps."""
        needs = 64 * (steps * training_flops() + 128 * forward_flops())
        return self.whole("mnist", steps, needs=needs, bound_by=precision_name(self.precision), **options)

    def whole(self, experiment: str, steps: int, **options: Any) -> Contest:
        """A whole animation; a unit is one of them. options: its limit, that of training and sampling alone."""

        def prepared(run: Callable[..., None]) -> Callable[[], Work]:
            def prepare() -> Work:
                stored = self.folder / f"{run.__name__}.npy"
                if experiment == "mnist":
                    np.save(stored, self.images)

                def work() -> float:
                    run(experiment, steps, self.data_dir, stored, self.device)
                    return 1

                return work

            return prepare

        name = f"{experiment}.gif" if steps in (PLANE_STEPS, MNIST_STEPS) else f"{experiment}.gif, {steps} steps"
        if not whole.have_snakemake():
            options["note"] = lambda: "the stages in one process: there is no Snakemake here"
        ways = {"ours": prepared(whole.run_ours), "plain recipe": prepared(whole.run_recipe)}
        return self.contest(name, WHOLE, ways, **{"repeats": 1, "warm_up": None, "seconds": 0.0} | options)

    def contest(self, name: str, unit: str, ways: Mapping[str, Callable[[], Work]], **options: Any) -> Contest:
        """A contest with its bar on this kind of device; if quick, of the ways that its ratio and its limit need."""
        options = {"bar": self.bars.get(name), "seconds": 0.5 if self.quick else 2.0} | options
        contest = Contest(name, unit, ways, **options)
        if not self.quick:
            return contest
        needed = ("ours", contest.baseline, contest.bound_by)
        return replace(contest, ways={way: work for way, work in ways.items() if way in needed})


def mnist_images(data_dir: Path) -> np.ndarray | None:
    """MNIST's training images, if they are in the folder."""
    return torchvision_set("MNIST", data_dir)[0].samples if at_hand("MNIST", data_dir) else None


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

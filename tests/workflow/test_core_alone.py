"""The core without Snakemake: every kind of density meets every other, from samples to an animation and figures."""

import itertools

import numpy as np
import pytest
import torch
from PIL import Image
from small import SIZES, network, training

from iadb_core.data.density import Drawn
from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.points import Points
from iadb_core.data.pairs import pairs_of
from iadb_core.data.registry import KINDS, density_of
from iadb_core.drawing.archive import ArchivedFrames, save_frames
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.settings import Animation
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.quality import comparison_of
from iadb_core.evaluation.settings import Evaluation
from iadb_core.networks.settings import kind_of
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.starts import measured_starts, starts
from iadb_core.system.arrays import save_array
from iadb_core.training.loop import train
from iadb_core.training.records import record_steps

CPU = torch.device("cpu")
NAMES = ("picture", "gaussian", "dataset", "folder", "distribution", "points")


@pytest.fixture(scope="module")
def densities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinds")
    random = np.random.default_rng(0)
    (folder / "images").mkdir()
    for index in range(80):
        Image.fromarray(random.integers(0, 256, (12, 10), np.uint8)).save(folder / "images" / f"{index}.jpg")
    Image.fromarray(random.integers(0, 256, (9, 7), np.uint8)).save(folder / "picture.png")
    np.save(folder / "points.npy", random.normal(size=(200, 2)))
    points = Points(path=str(folder / "points.npy"), standardise=True)
    return {
        "distribution": Distribution(name="two_spirals", noise=0.05),
        "points": points.with_found(points.found()),
        "picture": density_of({"picture": {"path": str(folder / "picture.png")}}),
        "gaussian": density_of({"gaussian": {"mean": 0.5, "std": 0.2}}),
        "dataset": density_of({"dataset": {"name": "digits", "size": 8, "margin": 0, "scaling": [[0.5, 0.5]]}}),
        "folder": density_of(
            {
                "folder": {
                    "path": str(folder / "images"),
                    "size": 8,
                    "channels": 1,
                    "scaling": [[0.5, 0.5]],
                    "classes": [],
                }
            }
        ),
    }


PLAIN = {"labels": "none", "classes": []}


def files_of(density, shape, folder):
    """The files of its training samples, if it has any, and of its held-out ones."""
    folder.mkdir()
    if isinstance(density, Drawn):
        own, held_out = (density.draw(shape, 300, np.random.default_rng(seed)) for seed in (0, 1))
    else:
        own, _, held_out = (part.samples for part in density.read("", 0))
    save_array(folder / "held_out.npy", held_out)
    if density.fresh:
        return None, folder / "held_out.npy"
    save_array(folder / "train.npy", own)
    return folder / "train.npy", folder / "held_out.npy"


def test_all_kinds_are_tried():
    assert set(NAMES) == set(KINDS)


@pytest.mark.parametrize(("source", "target"), itertools.product(NAMES, NAMES))
def test_every_kind_of_density_meets_every_other(source, target, densities, tmp_path):
    p0, p1 = densities[source], densities[target]
    shapes = {shape for shape in (p0.shape(), p1.shape()) if shape} or {(2,)}
    if len(shapes) == 2:
        pytest.skip("points and images do not meet")
    (shape,) = shapes
    (train0, held_out0), (train1, held_out1) = files_of(p0, shape, tmp_path / "0"), files_of(p1, shape, tmp_path / "1")
    stored0, stored1 = (np.load(path, mmap_mode="r") if path else None for path in (train0, train1))

    name = "mlp" if kind_of(shape) == "points" else "unet"
    net, settings = network(name, shape), training(steps=3, batch_size=16)
    assert SIZES[name].takes == kind_of(shape)
    pairs = pairs_of((p0, p1), (stored0, stored1), shape, 16, "with_replacement", 0, CPU)
    records = list(train(net, pairs.blocks(), 3, settings, torch.float32, record_steps(1, None)))
    assert [record.step for record in records] == [1, 2, 3]

    model, sampling = Model(net.eval(), shape, CPU, torch.float32), Sampling(steps=3, batch_size=16)
    sampler = Sampler(model.field, Way.of(sampling), CPU)
    trajectory = sampler.trajectories(starts(p0, shape, stored0, 20, np.random.default_rng(0))).numpy()
    frames = Frames(trajectory, p0, p1, "linear", Animation(size=32, stride=2))
    save_frames(tmp_path / "frames.zip", frames, threads=1)
    write_gif(tmp_path / "run.gif", ArchivedFrames(tmp_path / "frames.zip"), 50, 100, colours=16)
    with Image.open(tmp_path / "run.gif") as gif:
        assert gif.n_frames == 3

    files = [] if p0.fresh else [str(held_out0)]
    ends = sampler.ends(measured_starts(p0, shape, files, 50, seed=0))
    evaluation = Evaluation(floor_draws=2, projections=8, neighbours=1)
    comparison = comparison_of(RealSamples(p1, str(held_out1), train1 and str(train1)), len(ends), evaluation, seed=0)
    figures = comparison.figures(ends.numpy())
    assert figures
    assert all(np.isfinite(figure.value) and np.isfinite(figure.floor) for figure in figures)
    assert figures[0].value > 0
